package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"runbook/interpreter"
)

// exploreOptions are the flags of explore.
type exploreOptions struct {
	site, scenario string
	from           string
	inverse        bool
	fromLive       bool
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
	counts         *interpreter.Coverage // of the runbook as it is, if mutants of it are to be made
}

// exploreLong is what help says of the command.
const exploreLong = `explore rehearses a runbook once undisturbed, and then again for every place and
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

--from any also runs the runbook undisturbed from every other state in which the
systems can be found: each system in the states that it can be in, of nodes and
databases that are alike one apart from the rest, while other systems are as usual;
and those in which a run of the runbook, or of the startup.star or shutdown.star
beside it, stands when it is stopped anywhere. The same rules hold; a run that
refuses to begin may refuse again. Faults are tried from there as far as --runs and
--budget go.

--from-live reads the systems of the site first, as exec --dry-run --from-live does,
and asks what could go wrong from here. What is found replays without them.

--inverse takes two runbooks: after every run of the first, and one more if it did
not get through, the second must lead back to where the first began; the faults of
the second, from where the first ends, are tried as well. License servers that
a run leaves off are switched on by hand. --set is for those that have the
parameter.

--faults 2 also tries a second fault after each first, wherever the systems and
the script are not as they were when it was tried before. --runs and --budget end
the search; what is left of them is spent on random schedules, drawn from --seed.
The report is the same, byte for byte, for the same input, unless --budget ends it.

--mutate makes one mistake at a time in the runbook and in the files that it loads:
a wait is left out, two steps are swapped, a guard is dropped. Each such mutant is
explored until a rule is broken; those that no rule notices are listed. --runs is
then for each mutant, by default 100, spread over all that may go wrong.

The exit status is 0, or 1 if a rule was broken: with --mutate, by the runbook as
it is.`

func (a *App) exploreCommand() *cobra.Command {
	var o exploreOptions
	cmd := &cobra.Command{
		Use:   "explore FILE [INVERSE]",
		Short: "Rehearse a runbook with every fault at every place, and tell what breaks",
		Long:  exploreLong,
		Example: `  runbook explore startup.star
  runbook explore startup.star --scenario half.star --set boot_timeout=1h
  runbook explore startup.star --from any
  runbook explore startup.star --from-live
  runbook explore --inverse startup.star shutdown.star
  runbook explore startup.star --mutate --budget 5m
  runbook explore startup.star --faults 2 --runs 20000 --junit explore.xml`,
		Args:              o.files,
		ValidArgsFunction: completeRunbook,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.explore(cmd.Context(), args, &o) },
	}
	o.register(cmd.Flags())
	completeFlag(cmd, "set", a.completeParams)
	completeFlag(cmd, "site", completeStar)
	completeFlag(cmd, "scenario", completeStar)
	completeFlag(cmd, "from", cobra.FixedCompletions(froms, cobra.ShellCompDirectiveNoFileComp))
	return grouped("write", cmd)
}

// files refuses another number of runbooks than the flags want.
func (o *exploreOptions) files(cmd *cobra.Command, args []string) error {
	switch {
	case o.inverse:
		return exactly(2)(cmd, args)
	case len(args) == 2:
		return usage("explore: got %s and %s, want one runbook, or --inverse if the second takes back what the first does", args[0], args[1])
	}
	return exactly(1)(cmd, args)
}

func (o *exploreOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.site, "site", "", "the `FILE` that names the clusters")
	f.StringArrayVarP(&o.sets, "set", "e", nil, "set a parameter of the runbook: `NAME=VALUE`")
	f.StringVar(&o.scenario, "scenario", "", "how the simulated world begins and what goes wrong in it anyway: a `FILE`")
	f.StringVar(&o.from, "from", "", "how all systems begin: `stopped|running|cold`; or any: also from every state that they can be found in")
	f.BoolVar(&o.fromLive, "from-live", false, "let all systems begin as the real ones are now: read them first")
	f.BoolVar(&o.inverse, "inverse", false, "INVERSE takes back what FILE does: one after the other must lead back to where it began")
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
}

// exec are the flags by which exec runs what is explored.
func (o *exploreOptions) exec() *execOptions {
	return &execOptions{dryRun: true, site: o.site, sets: o.sets, runOptions: runOptions{lift: o.lift}, ruleless: o.ruleless, lenient: o.inverse}
}

// check refuses flags that make no sense, or not together.
func (o *exploreOptions) check() error {
	switch {
	case o.faults < 1 || o.faults > 2:
		return usage("--faults: got %d, want 1 or 2", o.faults)
	case o.runs < 0:
		return usage("--runs: got %d, want a number from 1 on", o.runs)
	case o.from != "" && !slices.Contains(froms, o.from):
		return usage("--from: got %q, want one of %s", o.from, strings.Join(froms, ", "))
	case o.fromLive && o.from != "" && o.from != "any":
		return usage("--from %s: got --from-live as well, want one of them", o.from)
	case !o.mutate:
	case o.faults > 1:
		return usage("--mutate: got --faults %d, want 1", o.faults)
	case o.sarif != "":
		return usage("--mutate: got --sarif, want --junit or --json")
	case o.inverse || o.from == "any":
		return usage("--mutate: got --inverse or --from any, want one runbook and one beginning")
	}
	return nil
}
