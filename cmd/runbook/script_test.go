package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScript runs the command end to end: testdata/script, one file a script.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(repository, "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup:               setUpScript,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": scriptExits, "start": scriptStart, "await": scriptAwait, "signal": scriptSignal, "finish": scriptFinish,
			"serve": scriptServe, "unserve": scriptUnserve, "expand": scriptExpand,
		},
	})
}

// setUpScript gives a script a home of its own.
func setUpScript(env *testscript.Env) error {
	for _, name := range []string{"HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"} {
		env.Setenv(name, filepath.Join(env.WorkDir, ".home", name))
	}
	env.Setenv("TZ", "UTC")
	env.Setenv("DEMO_PASSWORD", "admin")
	env.Values[jobsKey{}] = map[string]*background{}
	return os.MkdirAll(filepath.Join(env.WorkDir, ".home", "HOME"), 0o755)
}

// scriptExits runs a command and demands an exit status: exits 3 runbook check
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS command [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%q: got exit status %d, want %d", args[1:], got, want)
	}
}

// scriptExpand puts the values of environment variables into files, in place of
// $NAME: expand site.star
func scriptExpand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: expand FILE...")
	}
	for _, file := range args {
		text := os.Expand(ts.ReadFile(file), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
	}
}
