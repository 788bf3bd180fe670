package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/live/branch"
	"runbook/simulator"
)

// snapshotRunbook is the shipped runbook that reads a site.
const snapshotRunbook = "snapshot.star"

func (a *App) snapshotCommand() *cobra.Command {
	var o execOptions
	var file string
	cmd := &cobra.Command{
		Use:   "snapshot [FILE]",
		Short: "Read every system of a site, and write a scenario that begins so",
		Long: `snapshot reads the systems of a site and writes a scenario in which they begin as
they are now: of an Exasol cluster the nodes, EXAStorage, the databases, plugins
and where EXAoperation runs; of a Rhino cluster the processes of nodes, their halt
files and primary component configuration, the states of the SLEE, actual and
desired. It only reads, and takes no lock. -v tells every read.

Addresses, users, passwords, fingerprints and directories are not in it: a
scenario takes from the site what it needs of them. What cannot be read, or is no
beginning that a scenario can have, is a comment in it, and a warning.

What is read, the shipped runbook snapshot.star says. A site that wants something
else copies that, edits it, and names its own as FILE.

To rehearse from what is there without a file: exec --dry-run --from-live.`,
		Example: `  runbook snapshot
  runbook snapshot --site prod/site.star -o now.scenario.star
  runbook exec startup.star --dry-run --scenario now.scenario.star`,
		Args:              atMost(1),
		ValidArgsFunction: completeRunbook,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.snapshot(cmd.Context(), append(args, snapshotRunbook)[0], file, &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.site, "site", "", "the `FILE` that names the clusters")
	f.StringArrayVarP(&o.sets, "set", "e", nil, "set a parameter of the runbook: `NAME=VALUE`")
	f.StringVarP(&file, "output", "o", "", "write the scenario to a `FILE` instead of stdout")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "only warnings and errors")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "also tell every read")
	f.Var(&o.timeout, "timeout", "longest time it may take, such as 10m")
	completeFlag(cmd, "set", a.completeParams)
	completeFlag(cmd, "site", completeStar)
	completeFlag(cmd, "output", completeStar)
	return grouped("write", cmd)
}

func (a *App) snapshot(ctx context.Context, runbook, file string, o *execOptions) error {
	if file != "" && !mayWriteSnapshot(file) {
		return usage("-o %s: got a file that snapshot did not write, want another name", file)
	}
	seen, err := a.look(ctx, runbook, o)
	if err != nil {
		return err
	}
	if file == "" {
		_, err := fmt.Fprint(a.stdout, seen.text())
		return err
	}
	if err := os.WriteFile(file, []byte(seen.text()), 0o644); err != nil {
		return usage("-o %s: %w", file, cause(err))
	}
	return nil
}

// mayWriteSnapshot reports whether there is no file of another origin.
func mayWriteSnapshot(file string) bool {
	old, err := os.ReadFile(file)
	title, _, _ := strings.Cut(string(old), "\n")
	return err != nil || strings.HasSuffix(title, snapshotTitle)
}

// look reads what a site's systems are like now, live.
func (a *App) look(ctx context.Context, runbook string, o *execOptions) (*sight, error) {
	aside := *a
	aside.stdout, aside.outTerminal = a.stderr, a.terminal
	j, err := aside.prepare(runbook, o)
	if err != nil {
		return nil, err
	}
	if !j.program.Declares("READ_ONLY") {
		return nil, usage("%s: got a runbook that may change something, want one with READ_ONLY = True", runbook)
	}
	id, err := a.store().NewID(a.now())
	if err != nil {
		return nil, err
	}
	st, err := aside.stageOf(j, &o.runOptions, id)
	if err != nil {
		return nil, err
	}
	defer st.close()
	s := &session{app: &aside, job: j, progress: st.progress, options: &o.runOptions, world: st.locker, branches: branch.Branches{}}
	s.header("LIVE, read only: nothing is recorded")
	at := a.now().UTC()
	value, err := st.value(ctx, s)
	if err != nil {
		return nil, err
	}
	seen, err := newSight(value, at, s.counts.reads.Load())
	if err == nil {
		_, err = simulator.LoadScenario("the scenario that was read", []byte(seen.text()))
	}
	if err != nil {
		return nil, &exitError{code: InvalidScript, err: fmt.Errorf("%s: what it returned is no scenario: %w", runbook, err)}
	}
	return seen, nil
}

// value runs a session that only reads, and gives what main returned.
func (st *stage) value(ctx context.Context, s *session) (effect.Value, error) {
	began := st.app.now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	signals, stop := st.app.signals()
	defer stop()
	var caught atomic.Int32
	go st.watch(ctx, s, signals, cancel, &caught)
	run := &interpreter.Run{Performer: s.stack(), Branches: s.branches, Observe: s.observe}
	value, err := s.job.program.Run(ctx, run, s.job.bound)
	return value, s.end(err, nil, st.app.now().Sub(began).Round(time.Millisecond))
}

// beginsFrom is how a rehearsal begins, and that in words.
func (a *App) beginsFrom(ctx context.Context, j *job, o *execOptions) (*simulator.Scenario, string, error) {
	scenario, err := a.scenarioOf(o.scenario)
	if err != nil || !o.fromLive {
		return scenario, beginning(scenario, j), err
	}
	seen, err := a.seenLive(ctx, j, scenario, o)
	if err != nil {
		return nil, "", err
	}
	whole, err := a.merged(seen, scenario, o.scenario)
	words := "from live: " + seen.words()
	if o.scenario != "" {
		words += ", with scenario " + o.scenario
	}
	return whole, words, err
}

// seenLive is what the systems of a site are like now, for --from-live beside a
// scenario, if there is one.
func (a *App) seenLive(ctx context.Context, j *job, scenario *simulator.Scenario, o *execOptions) (*sight, error) {
	if j.site == nil || j.home == "" {
		return nil, &exitError{
			code: Usage, err: errors.New("--from-live: got no site of your own, so there is nothing to read"),
			hint: "pass --site FILE, or make one with `runbook init DIR`",
		}
	}
	if scenario != nil && len(scenario.Systems)+len(scenario.Hosts) > 0 {
		return nil, usage("--scenario %s: got systems or hosts, and --from-live reads how they are; want a scenario of faults and answers", o.scenario)
	}
	quietly := execOptions{site: j.place, runOptions: o.runOptions}
	quietly.quiet, quietly.json, quietly.step = o.quiet || o.json, false, false
	seen, err := a.look(ctx, snapshotRunbook, &quietly)
	if err != nil {
		return nil, err
	}
	if len(seen.unread) > 0 {
		return nil, &exitError{
			code: CannotReach, err: fmt.Errorf("--from-live: %s cannot be read, so nothing can be rehearsed from there", strings.Join(seen.unread, ", ")),
			hint: "runbook snapshot -o FILE writes what can be read; edit it, and rehearse with --scenario FILE",
		}
	}
	if !quietly.quiet {
		fmt.Fprintln(a.stderr)
	}
	return seen, nil
}

// merged is a scenario of what was seen and of the faults, answers and chances
// of a file, if there is one.
func (a *App) merged(seen *sight, faults *simulator.Scenario, file string) (*simulator.Scenario, error) {
	if faults == nil {
		return simulator.LoadScenario("live", []byte(seen.text()))
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, usage("--scenario %s: %w", file, cause(err))
	}
	if !faults.Start.IsZero() {
		seen.start = ""
	}
	whole, err := simulator.LoadScenario(file, append(append(src, '\n'), seen.globals()...))
	if err != nil {
		return nil, a.invalidScenario(err, file, src)
	}
	return whole, nil
}
