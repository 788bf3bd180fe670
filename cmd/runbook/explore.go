package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"runbook/effect"
)

// exploreOptions are the flags of explore.
type exploreOptions struct {
	site, scenario string
	sets           []string
	faults, runs   int
	budget         duration
	seed           uint64
	out            string
	junit, sarif   string
	json           bool
	lift           []string
	ruleless       bool
	mutate         bool
}

func (a *App) exploreCommand() *cobra.Command {
	var o exploreOptions
	cmd := &cobra.Command{
		Use:   "explore FILE",
		Short: "Rehearse a runbook with every fault at every place, and tell what breaks",
		Long: `explore rehearses a runbook once undisturbed, and then again for every place and
everything that can go wrong there: a request is refused, lost before or after it
took effect, answered by a fault or too late; a node, a host or the interface goes
down at that moment; the tool is killed around a record of its journal, and the
run resumed. All in virtual time: no packet is sent and no secret is read.

Every run must end; end well or in an error that names its target; run into no
hazard; do no change twice that took effect, against its policy; and leave the
systems so that running the runbook again, undisturbed, reaches the same end.

The interlocks are in force, as in every run: a change that one refuses is a clear
failure. --without-interlocks shows what the runbook by itself does wrong.

What breaks a rule is told with the shortest schedule of faults, which is written
as a scenario below --out: exec FILE --dry-run --scenario … replays it.

--faults 2 also tries a second fault after each first, wherever the systems and
the script are not as they were when it was tried before. --runs and --budget end
the search; what is left of them is spent on random schedules, drawn from --seed.
The report is the same, byte for byte, for the same input, unless --budget ends it.

--mutate makes one mistake at a time in the runbook and in the files that it loads:
a wait is left out, two steps are swapped, a guard is dropped. Each such mutant is
explored until a rule is broken; those that no rule notices are listed. --runs is
then for each mutant, by default 100, spread over all that may go wrong.

The exit status is 0, or 1 if a rule was broken, with --mutate by the runbook as it is.`,
		Example: `  runbook explore startup.star
  runbook explore startup.star --scenario half.star --set boot_timeout=1h
  runbook explore startup.star --faults 2 --runs 20000 --junit explore.xml`,
		Args:              exactly(1),
		ValidArgsFunction: completeRunbook,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.explore(cmd.Context(), args[0], &o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.site, "site", "", "the `FILE` that names the clusters")
	f.StringArrayVarP(&o.sets, "set", "e", nil, "set a parameter of the runbook: `NAME=VALUE`")
	f.StringVar(&o.scenario, "scenario", "", "how the simulated world begins and what goes wrong in it anyway: a `FILE`")
	f.IntVar(&o.faults, "faults", 1, "faults in one run: 1, or 2 for pairs as well")
	f.IntVar(&o.runs, "runs", 0, "make so many runs, at most (default: as many as there are schedules)")
	f.Var(&o.budget, "budget", "search for so long, such as 10m")
	f.Uint64Var(&o.seed, "seed", 0, "what the simulator's chances, and random schedules, are drawn from (default: the scenario's, or 1)")
	f.StringVar(&o.out, "out", "explored", "write the scenarios of what was found into `DIR`, made if there are any")
	f.StringVar(&o.junit, "junit", "", "also write the report as JUnit XML to `FILE`")
	f.StringVar(&o.sarif, "sarif", "", "also write the findings as SARIF to `FILE`")
	f.StringArrayVar(&o.lift, "lift", nil, "do without the interlock `RULE`")
	f.BoolVar(&o.ruleless, "without-interlocks", false, "do without any interlock: what does the runbook do wrong that they keep away?")
	f.BoolVar(&o.mutate, "mutate", false, "explore mutants of the runbook: which mistakes in it does no rule notice?")
	f.BoolVar(&o.json, "json", false, "tell the report as one JSON object on stdout")
	completeFlag(cmd, "set", a.completeParams)
	completeFlag(cmd, "site", completeStar)
	completeFlag(cmd, "scenario", completeStar)
	return grouped("write", cmd)
}

// errFound is why an exploration does not end well.
var errFound = errors.New("a rule was broken")

func (a *App) explore(ctx context.Context, file string, o *exploreOptions) error {
	if o.faults < 1 || o.faults > 2 {
		return usage("--faults: got %d, want 1 or 2", o.faults)
	}
	if o.runs < 0 {
		return usage("--runs: got %d, want a number from 1 on", o.runs)
	}
	j, err := a.prepare(file, &execOptions{dryRun: true, site: o.site, sets: o.sets, runOptions: runOptions{lift: o.lift}, ruleless: o.ruleless})
	if err != nil {
		return err
	}
	s, err := a.subjectOf(j, o)
	if err != nil {
		return err
	}
	if o.mutate {
		return a.exploreMutants(ctx, file, o, s)
	}
	x, err := a.newSearchOf(ctx, s, o)
	if err != nil {
		return err
	}
	if err := x.run(ctx); err != nil {
		return err
	}
	x.told(0, 0)
	return a.exploreEnd(ctx, file, o, x)
}

// subjectOf is the job with its scenario.
func (a *App) subjectOf(j *job, o *exploreOptions) (*subject, error) {
	s := &subject{job: j, name: "explored", seed: o.seed}
	if o.scenario == "" {
		return s, nil
	}
	scenario, err := a.scenarioOf(o.scenario)
	if err != nil {
		return nil, err
	}
	src, err := os.ReadFile(o.scenario)
	if err != nil {
		return nil, usage("--scenario %s: %w", o.scenario, cause(err))
	}
	if scenario.Scheduled {
		return nil, usage("--scenario %s: got one with a schedule, want its faults in faults", o.scenario)
	}
	s.name, s.base = o.scenario, string(src)
	return s, nil
}

// exploreProgress tells of progress on a terminal; told nothing, it goes away.
func (a *App) exploreProgress(what string) func(n, total int) {
	if !a.terminal || a.getenv("TERM") == "dumb" || a.getenv("CI") != "" {
		return func(int, int) {}
	}
	return func(n, total int) {
		if fmt.Fprint(a.stderr, "\r\x1b[K"); total > 0 {
			fmt.Fprintf(a.stderr, "%d of %d %s", n, total, what)
		}
	}
}

// exploreEnd writes what was found, and decides the exit status.
func (a *App) exploreEnd(ctx context.Context, file string, o *exploreOptions, x *search) error {
	if err := a.writeFound(ctx, file, o, x); err != nil {
		return err
	}
	r := reportOf(file, o, x)
	for _, form := range []struct {
		name  string
		write func(io.Writer) error
	}{{o.junit, r.junit}, {o.sarif, r.sarif}} {
		if form.name == "" {
			continue
		}
		var b bytes.Buffer
		if err := form.write(&b); err != nil {
			return err
		}
		if err := os.WriteFile(form.name, b.Bytes(), 0o644); err != nil {
			return usage("%s: %w", form.name, cause(err))
		}
	}
	if o.json {
		if err := r.json(a.stdout); err != nil {
			return err
		}
	} else {
		r.text(a.stdout, a.outColor())
	}
	if len(x.found) > 0 {
		return &exitError{code: RunbookFailed, err: errFound, silent: true}
	}
	return nil
}

// asWords is how long a rehearsal took, and what it did, in words.
func (s *subject) asWords() string {
	changes, reads := 0, 0
	for _, l := range s.looks {
		switch {
		case l.change:
			changes++
		case l.nth > 0:
			reads++
		}
	}
	return fmt.Sprintf("simulated %s, %s, %s", effect.FormatDuration(s.took), count(int64(changes), "change"), count(int64(reads), "read"))
}
