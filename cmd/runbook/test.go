package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"runbook/builtins"
	"runbook/builtins/rehearsal"
	"runbook/interpreter"
	"runbook/simulator"
)

type testOptions struct {
	run     string
	verbose bool
}

func (a *App) testCommand() *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Run the tests of runbooks in the simulator",
		Long: `test runs the functions test_… of files that end in _test.star. PATH is such a
file or a folder with some below it, by default the current one.

A test rehearses runbooks with rehearse(…), in virtual time, and says with
expect(…) what should come of it: how it ends, what it changes and in which
order, what it prints, how the systems are afterwards, which hazards it runs
into. simulate.* and fault.* say what the simulated world is like. No packet is
sent and no secret is read. See runbook doc rehearse, runbook doc expect.

The exit status is 1 if a test failed, 3 if a file is invalid.`,
		Example: `  runbook test
  runbook test startup_test.star -v
  runbook test --run 'never_boots|backup'`,
		ValidArgsFunction: completeTests,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.test(cmd.Context(), args, &o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.run, "run", "", "only tests whose names fit the regular expression `REGEXP`")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "also tell of tests that pass what they did")
	return grouped("write", cmd)
}

// completeTests completes test files and folders.
func completeTests(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"star"}, cobra.ShellCompDirectiveFilterFileExt
}

// tally counts tests.
type tally struct{ ran, failed, invalid int }

func (a *App) test(ctx context.Context, paths []string, o *testOptions) error {
	if len(paths) == 0 {
		paths = []string{"."} // as the message below has it
	}
	wanted, err := regexp.Compile(o.run)
	if err != nil {
		return usage("--run: %w", err)
	}
	all, err := starFiles("test", paths)
	if err != nil {
		return err
	}
	var t tally
	files := 0
	for _, f := range all {
		if isTest(f.path) {
			files++
			a.testFile(ctx, f, wanted, o, &t)
		}
	}
	if files == 0 {
		return usage("test: %s: got no file that ends in _test.star", strings.Join(paths, ", "))
	}
	fmt.Fprintf(a.stdout, "%s, %s, %d failed\n", count(int64(files), "file"), count(int64(t.ran), "test"), t.failed)
	switch {
	case t.invalid > 0:
		return &exitError{code: InvalidScript, err: errors.New("a test file is invalid"), silent: true}
	case t.failed > 0:
		return &exitError{code: RunbookFailed, err: errors.New("a test failed"), silent: true}
	case t.ran == 0:
		return usage("--run %s: got no test that fits", o.run)
	}
	return nil
}

// testEngine is what a test file is loaded with.
func (a *App) testEngine(f checked, w *workplace) *interpreter.Engine {
	names := rehearsal.Predeclared(a.rehearser(f), builtins.Predeclared(), simulator.Vocabulary())
	return interpreter.NewEngine(names, w, interpreter.Limits{})
}

// testFile runs the tests of a file.
func (a *App) testFile(ctx context.Context, f checked, wanted *regexp.Regexp, o *testOptions, t *tally) {
	name, err := relative(f.root, f.path)
	if err != nil {
		fmt.Fprintf(a.stdout, "invalid  %s: %v\n", f.path, err)
		t.invalid++
		return
	}
	program, err := a.testEngine(f, &workplace{root: f.root, runbook: name}).Load(name)
	if err != nil {
		fmt.Fprintf(a.stdout, "%s  %s\n", paint(a.outColor(), red, "invalid"), f.path)
		writeFailure(a.stdout, a.outColor(), err, program.Files())
		t.invalid++
		return
	}
	for _, test := range rehearsal.Tests(program) {
		if !wanted.MatchString(test.Name) {
			continue
		}
		t.ran++
		said, err := test.Run(ctx)
		if err == nil {
			fmt.Fprintf(a.stdout, "%s    %s: %s\n", paint(a.outColor(), green, "ok"), f.path, test.Name)
		} else {
			t.failed++
			fmt.Fprintf(a.stdout, "%s  %s: %s\n", paint(a.outColor(), red, "FAIL"), f.path, test.Name)
		}
		if err != nil || o.verbose {
			for _, line := range said {
				fmt.Fprintln(a.stdout, indented(line, "  "))
			}
		}
		if err != nil {
			writeFailure(a.stdout, a.outColor(), err, program.Files())
		}
	}
}
