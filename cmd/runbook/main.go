// Command runbook runs cluster runbooks: programs in Starlark that start, stop
// and check clusters, rehearsed in a simulator, run live, and resumed after a
// crash.
//
// main makes the [App], the only holder of process state, and exits with the
// status that app.run returns. Each verb is a file of its own.
package main

import (
	"os"
	"runtime/debug"
)

// gcPercent trades memory that is there for time: what a run keeps is small,
// and what it throws away is most of what it allocates. 4096 nodes stay below
// 64 MiB.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(newApp().run(os.Args[1:]))
}
