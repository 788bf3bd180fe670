package main

import (
	"context"
	"errors"
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
	junit   string
	coverOptions
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

Tests run on all cores and are told in the order of their files, each with the
simulated seconds that its rehearsals took. --junit writes the same for other
tools.

--cover tells which statements of the runbooks, and of all that they load, no
test executed, and which way no test went at what decides: an if, a conditional
expression, the if of a comprehension, and, or, a for that has items or none.
Runbooks below PATH count also if no test rehearses them; tests, sites,
scenarios and folders testdata do not.

The exit status is 1 if a test failed, 3 if a file is invalid.`,
		Example: `  runbook test
  runbook test startup_test.star -v
  runbook test --run 'never_boots|backup'
  runbook test --junit tests.xml --cover --cover-html cover.html`,
		ValidArgsFunction: completeTests,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.test(cmd.Context(), args, &o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.run, "run", "", "only tests whose names fit the regular expression `REGEXP`")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "also tell of tests that pass what they did")
	f.StringVar(&o.junit, "junit", "", "write what came of the tests to `FILE`, as JUnit XML")
	o.coverOptions.register(f)
	return grouped("write", cmd)
}

// completeTests completes test files and folders.
func completeTests(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"star"}, cobra.ShellCompDirectiveFilterFileExt
}

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
	var files []*testFile
	for _, f := range all {
		if isTest(f.path) {
			files = append(files, &testFile{checked: f})
		}
	}
	if len(files) == 0 {
		return usage("test: %s: got no file that ends in _test.star", strings.Join(paths, ", "))
	}
	c := o.coverage()
	t := a.runTests(ctx, files, wanted, o, c)
	if t.ran == 0 && t.invalid == 0 {
		return usage("--run %s: got no test that fits", o.run)
	}
	if err := a.writeReports(files, all, o, c); err != nil {
		return err
	}
	switch {
	case t.invalid > 0:
		return &exitError{code: InvalidScript, err: errors.New("a test file is invalid"), silent: true}
	case t.failed > 0:
		return &exitError{code: RunbookFailed, err: errors.New("a test failed"), silent: true}
	}
	return nil
}

// writeReports writes what was asked for beside the lines of the tests.
func (a *App) writeReports(files []*testFile, all []checked, o *testOptions, c *interpreter.Coverage) error {
	if o.junit != "" {
		if err := writeFileOf("--junit", o.junit, junit(files)); err != nil {
			return err
		}
	}
	if c == nil {
		return nil
	}
	return a.writeCoverage(all, &o.coverOptions, c)
}

// testEngine is what a test file is loaded with.
func (a *App) testEngine(f checked, w *workplace, c *interpreter.Coverage) *interpreter.Engine {
	names := rehearsal.Predeclared(a.rehearser(f, c), builtins.Predeclared(), simulator.Vocabulary())
	engine := interpreter.NewEngine(names, w, interpreter.Limits{})
	if c != nil {
		return engine.Covered(c, w.coverName)
	}
	return engine
}
