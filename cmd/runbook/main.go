// Command runbook runs cluster runbooks: programs in Starlark that start, stop
// and check clusters, rehearsed in a simulator, run live, and resumed after a
// crash.
//
// main makes the [App], the only holder of process state, and exits with the
// status that app.run returns. Each verb is a file of its own.
package main

import "os"

func main() {
	os.Exit(newApp().run(os.Args[1:]))
}
