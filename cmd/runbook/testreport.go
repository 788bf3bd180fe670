package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"runbook/builtins/rehearsal"
	"runbook/interpreter"
)

// A testFile is a file of tests, and what came of them.
type testFile struct {
	checked
	sources map[string][]byte // of it and all that it loads
	tests   []*testRun
	err     error // it is invalid
}

// A testRun is a test, and what came of it when done is closed.
type testRun struct {
	rehearsal.Test
	report *rehearsal.Report
	panics string // "" unless it ended in one
	done   chan struct{}
}

// tally counts tests.
type tally struct{ ran, failed, invalid int }

// runTests runs the tests of files on all cores, and tells of them in order.
func (a *App) runTests(ctx context.Context, files []*testFile, wanted *regexp.Regexp, o *testOptions, c *interpreter.Coverage) tally {
	finish := onAllCores(len(files), func(i int) { a.loadTests(files[i], wanted, c) })
	finish()
	var runs []*testRun
	for _, f := range files {
		runs = append(runs, f.tests...)
	}
	defer onAllCores(len(runs), func(i int) { runs[i].run(ctx) })()
	var t tally
	for _, f := range files {
		if f.err != nil {
			t.invalid++
			fmt.Fprintf(a.stdout, "%s  %s\n", paint(a.outColor(), red, "invalid"), f.path)
			writeFailure(a.stdout, a.outColor(), f.err, f.sources)
		}
		for _, r := range f.tests {
			<-r.done
			if t.ran++; r.report.Err != nil {
				t.failed++
			}
			a.tellTest(f, r, o.verbose)
		}
	}
	fmt.Fprintf(a.stdout, "%s, %s, %d failed\n", count(int64(len(files)), "file"), count(int64(t.ran), "test"), t.failed)
	return t
}

// onAllCores calls fn for 0 to n-1, as many at once as there are cores, the
// first ones first. The function that it returns waits for all of them.
func onAllCores(n int, fn func(i int)) (wait func()) {
	workers := min(n, runtime.GOMAXPROCS(0))
	done := make(chan struct{}, workers)
	var next atomic.Int64
	for range workers {
		go func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				fn(i)
			}
			done <- struct{}{}
		}()
	}
	return func() {
		for range workers {
			<-done
		}
	}
}

// loadTests loads a file and finds its tests.
func (a *App) loadTests(f *testFile, wanted *regexp.Regexp, c *interpreter.Coverage) {
	name, err := relative(f.root, f.path)
	if err != nil {
		f.err = err
		return
	}
	program, err := a.testEngine(f.checked, &workplace{root: f.root, runbook: name}, c).Load(name)
	if f.sources = program.Files(); err != nil {
		f.err = err
		return
	}
	for _, test := range rehearsal.Tests(program) {
		if wanted.MatchString(test.Name) {
			f.tests = append(f.tests, &testRun{Test: test, done: make(chan struct{})})
		}
	}
}

// run runs the test. What panics here would end the process without a word of
// the tests before it.
func (r *testRun) run(ctx context.Context) {
	defer close(r.done)
	defer func() {
		if p := recover(); p != nil {
			r.panics = fmt.Sprintf("%v\n\n%s", p, debug.Stack())
			r.report = &rehearsal.Report{}
		}
	}()
	r.report = r.Run(ctx)
}

// tellTest writes the line of a test and, if it failed or all is to be told,
// what it did.
func (a *App) tellTest(f *testFile, r *testRun, verbose bool) {
	if r.panics != "" {
		panic(r.Name + ": " + r.panics)
	}
	word := paint(a.outColor(), green, "ok") + "  "
	if r.report.Err != nil {
		word = paint(a.outColor(), red, "FAIL")
	}
	fmt.Fprintf(a.stdout, "%s  %s: %s (%s)\n", word, f.path, r.Name, simulatedSeconds(r.report.Duration))
	if r.report.Err != nil {
		writeSaid(a.stdout, r.report.Said)
		writeFailure(a.stdout, a.outColor(), r.report.Err, f.sources)
		writeOutcome(a.stdout, a.outColor(), r.report.Last)
	} else if verbose {
		writeSaid(a.stdout, r.report.Said)
	}
}

// simulatedSeconds is how long a rehearsal took, for people.
func simulatedSeconds(d time.Duration) string { return fmt.Sprintf("%.3fs", d.Seconds()) }

func writeSaid(w io.Writer, said []string) {
	for _, line := range said {
		fmt.Fprintln(w, indented(visible(line), "  "))
	}
}

// writeOutcome writes what came of the last rehearsal of a test that failed,
// beside its hazards, which are told anyway.
func writeOutcome(w io.Writer, color bool, out *rehearsal.Outcome) {
	if out == nil {
		return
	}
	for _, part := range []struct {
		name  string
		lines []string
	}{{"changes", out.Changes}, {"log", out.Log}, {"printed", out.Printed}, {"state", out.State}} {
		if len(part.lines) > 0 {
			fmt.Fprintf(w, "  %s\n%s\n", paint(color, bold, part.name+":"), indented(visible(strings.Join(ends(part.lines), "\n")), "    "))
		}
	}
}

// maxLines is how many lines of the changes, the output or the state of a
// rehearsal are told at its beginning, and at its end.
const maxLines = 15

// ends are lines without those in the middle, if there are many.
func ends(lines []string) []string {
	if len(lines) <= 2*maxLines {
		return lines
	}
	last := len(lines) - maxLines
	short := append([]string{}, lines[:maxLines]...)
	return append(append(short, fmt.Sprintf("… %d more", last-maxLines)), lines[last:]...)
}
