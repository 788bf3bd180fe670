package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
)

type recordOptions struct{ out, name string }

// scenarioEnding is how the names of scenarios' files end.
const scenarioEnding = ".scenario.star"

func (a *App) recordCommand() *cobra.Command {
	var o recordOptions
	cmd := &cobra.Command{
		Use:   "record RUN",
		Short: "Make a scenario and a test of a finished run",
		Long: `record turns a run that ended, live or rehearsed, into two files: a scenario, in
which the systems begin as the run found them, take as long as they took, and go
wrong as they went wrong; and a test, which executes the run's runbook in it with
the run's parameters, and expects what happened: how it ended, its changes in
their order, what it printed. All of it is inferred from the run's journal; no
system is asked.

What the run was told of something before it changed it is how that began. What
it never asked stays as a scenario has it by default, and a comment says so. Lost
answers, refusals and faults become faults of the effects that met them, the end
of a life of the run that was resumed becomes fault.killed, and what else the run
failed of becomes a fault of the machine that its error names. Addresses, users
and secrets are not in it.

Before anything is written the scenario is rehearsed and compared with the run,
and the test is run. What could not be reproduced is told. If the rehearsal ends
otherwise, or changes something else, the scenario is written with that as a
comment, no test is, and the exit status is 1.

RUN is a run's id, the beginning or the end of one, or the directory of a recorded
rehearsal.`,
		Example: `  runbook record k3xp
  runbook record k3xp --out tests --name night_of_the_move
  runbook test tests`,
		Args:              exactly(1),
		ValidArgsFunction: a.completeOneRun,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.record(cmd.Context(), args[0], &o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", ".", "the `DIR` to write to")
	f.StringVar(&o.name, "name", "", "what the files are called: `NAME`.scenario.star and NAME_test.star (default: after the runbook and the run)")
	return grouped("write", cmd)
}

// fileWord is what a name may be.
var fileWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// notIdentifier is what cannot be in the name of a function.
var notIdentifier = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// identifier makes the end of a function's name of a name.
func identifier(name string) string { return notIdentifier.ReplaceAllString(name, "_") }

// recordName is what the files of a run are called.
func recordName(r *journal.Recording) string {
	id := filepath.Base(r.Dir)
	if i := strings.LastIndexByte(id, '-'); i >= 0 {
		id = id[i+1:]
	}
	return identifier(strings.TrimSuffix(filepath.Base(r.Header.Runbook), ".star") + "_" + id)
}

func (a *App) record(ctx context.Context, which string, o *recordOptions) error {
	r, err := a.recordingOf(which)
	if err != nil {
		return err
	}
	if r.State != journal.Done && r.State != journal.Failed {
		return &exitError{
			code: Usage, err: fmt.Errorf("run %s: got one that is %s, want one that has ended", r.Header.Run, stateOf(r.State, r.Live)),
			hint: "runbook resume goes on with it",
		}
	}
	name := o.name
	if name == "" {
		name = recordName(r)
	}
	if !fileWord.MatchString(name) {
		return usage("--name: got %q, want letters, digits, -, . and _", name)
	}
	scenario, test := filepath.Join(o.out, name+scenarioEnding), filepath.Join(o.out, name+"_test.star")
	for _, file := range []string{scenario, test} {
		if !mayWriteRecord(file) {
			return usage("%s: got a file that record did not write, want another --name", file)
		}
	}
	g, err := a.read(ctx, r)
	if err != nil {
		return err
	}
	d, err := g.fit(ctx)
	if err != nil {
		return &exitError{code: RunbookFailed, err: fmt.Errorf("run %s: no scenario can be made of it: %w", r.Header.Run, err)}
	}
	return a.writeRecord(ctx, d, name, o.out, scenario, test)
}

// mayWriteRecord reports whether there is no file of another origin.
func mayWriteRecord(file string) bool {
	old, err := os.ReadFile(file)
	title, _, _ := strings.Cut(string(old), "\n")
	return err != nil || strings.HasSuffix(title, recordTitle)
}

// errRecord is why record's exit status is not 0.
var errRecord = errors.New("the run could not be reproduced")

// writeRecord writes the files, and tells what is in them. A test that would
// not pass is not written.
func (a *App) writeRecord(ctx context.Context, d *draft, name, dir, scenario, test string) error {
	wrong := d.trial.unlike()
	comment := ""
	if wrong != "" {
		comment = "This is not what happened: in it " + wrong
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usage("--out %s: %w", dir, cause(err))
	}
	if err := os.WriteFile(scenario, []byte(d.text(comment)), 0o644); err != nil {
		return usage("--out %s: %w", dir, cause(err))
	}
	fmt.Fprintf(a.stdout, "wrote %s\n", scenario)
	if wrong == "" {
		if err := os.WriteFile(test, []byte(d.testText(name, dir)), 0o644); err != nil {
			return usage("--out %s: %w", dir, cause(err))
		}
		if failed := a.tested(ctx, test); failed != "" {
			_ = os.Remove(test) // what is wrong with it matters more
			wrong = "the test fails, maybe as the files of the run have changed since:\n" + failed
		}
	}
	d.tell(a.stdout)
	if wrong == "" {
		_, err := fmt.Fprintf(a.stdout, "wrote %s, which passes\n", test)
		return err
	}
	fmt.Fprintf(a.stdout, "wrote no test: %s\n", wrong)
	return &exitError{code: RunbookFailed, err: errRecord, silent: true}
}

// unlike says what a rehearsal did so much otherwise that a test would lie.
func (t *trialRun) unlike() string {
	var lines []string
	if t.ended != "" {
		lines = append(lines, t.ended)
	}
	for _, f := range t.found {
		if f.Class == effect.Change.String() && (f.Kind == "extra" || f.Kind == "missing") {
			lines = append(lines, fmt.Sprintf("there is a change %s: %s", map[string]string{"extra": "more", "missing": "less"}[f.Kind], f.text))
		}
	}
	return strings.Join(lines, "\n")
}

// toldAtMost is how many differences are told one by one.
const toldAtMost = 10

// tell says how much of the run is reproduced.
func (d *draft) tell(w io.Writer) {
	t := d.trial
	for _, h := range t.outcome.Hazards {
		fmt.Fprintf(w, "what it did was unsafe, says the simulator: %s\n", h)
	}
	if took := d.took(); (took - t.outcome.Duration).Abs() > max(took/10, 10*time.Second) {
		fmt.Fprintf(w, "it takes %s, and took %s\n", effect.FormatDuration(t.outcome.Duration.Round(time.Second)), effect.FormatDuration(took.Round(time.Second)))
	}
	if len(t.found) == 0 {
		fmt.Fprintf(w, "the rehearsal is like the run: %s alike\n", count(int64(t.alike), "effect"))
		return
	}
	fmt.Fprintf(w, "not reproduced: %s, %s alike\n", count(int64(len(t.found)), "difference"), count(int64(t.alike), "effect"))
	_ = table(w, func(w io.Writer) { // to where the lines around it go
		for _, f := range t.found[:min(len(t.found), toldAtMost)] {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", f.Kind, plainPlace(f.Position), cut(visible(f.text)))
		}
	})
	if more := len(t.found) - toldAtMost; more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
}

// took is how long a run took, up to its last effect.
func (g *reading) took() time.Duration {
	var last time.Duration
	for _, t := range g.takes {
		last = max(last, t.ended)
	}
	return last
}

// longest is how much of a text is told.
const longest = 240

// cut is a text, or the beginning of a long one.
func cut(s string) string {
	if runes := []rune(s); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return s
}

// tested runs a test's file, and gives what it said if it failed.
func (a *App) tested(ctx context.Context, file string) string {
	said := &bytes.Buffer{}
	silent := *a
	silent.stdout, silent.stderr, silent.terminal, silent.outTerminal = said, said, false, false
	if err := silent.test(ctx, []string{file}, &testOptions{}); err != nil {
		return strings.TrimSpace(said.String() + "\n" + err.Error())
	}
	return ""
}

// runbookFrom is the runbook as a test in a folder names it.
func (d *draft) runbookFrom(dir string) string {
	h := d.recording.Header
	if root, file := interpreter.Split(h.Runbook); root == interpreter.Shipped {
		return file
	}
	return relativeTo(dir, h.Path)
}

// given are the parameters that are not as the runbook has them.
func (d *draft) given() effect.Struct {
	var set effect.Struct
	for _, f := range d.recording.Header.Params {
		if slices.ContainsFunc(d.job.bound.Given, func(g string) bool { return strings.HasPrefix(g, f.Name+" = ") }) {
			set = append(set, f)
		}
	}
	return set
}
