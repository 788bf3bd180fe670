package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"runbook/builtins"
	"runbook/builtins/interlock"
	"runbook/interpreter"
	"runbook/simulator"
)

// execOptions are the flags of exec.
type execOptions struct {
	runOptions
	site, scenario, record string
	sets                   []string
	dryRun, fromLive       bool
	ruleless               bool // no interlocks at all, in a rehearsal
	lenient                bool // settings of parameters that the runbook does not have are for another
	seed                   uint64
	root                   string                // folder that the runbook's loads may not leave; "" to find it
	coverage               *interpreter.Coverage // of a test; nil for none
}

func (a *App) execCommand() *cobra.Command {
	var o execOptions
	cmd := &cobra.Command{
		Use:     "exec FILE",
		Aliases: []string{"run"},
		Short:   "Run a runbook, or rehearse it with --dry-run",
		Long: `exec runs a runbook. FILE is a path, or the name of a shipped runbook.

The site, the file that names the clusters and where their secrets are, is
site.star in the runbook's folder or one above it, or in the current folder,
or what --site names.

With --dry-run the runbook runs against the built-in simulator, in virtual time:
every branch of it is real, no packet is sent, no secret is read. Without a site
a rehearsal uses an embedded demo site.

With --from-live a rehearsal begins as the systems of the site are now: they are
read first, see runbook snapshot. A scenario may then have faults and answers, and
no systems.

The exit status says how it ended: runbook help exit-codes.`,
		Example: `  runbook exec startup.star --dry-run
  runbook exec startup.star --dry-run --scenario slow-boot.scenario.star
  runbook exec startup.star --dry-run --from-live
  runbook exec startup.star --site prod/site.star --set boot_timeout=1h
  runbook exec shutdown.star --yes --timeout 3h`,
		Args:              exactly(1),
		ValidArgsFunction: completeRunbook,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.exec(cmd, args[0], &o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.site, "site", "", "the `FILE` that names the clusters")
	f.StringArrayVarP(&o.sets, "set", "e", nil, "set a parameter of the runbook: `NAME=VALUE`")
	f.BoolVarP(&o.dryRun, "dry-run", "n", false, "rehearse in the simulator, in virtual time")
	f.BoolVar(&o.fromLive, "from-live", false, "let a rehearsal begin as the real systems are now: read them first")
	f.StringVar(&o.scenario, "scenario", "", "how the simulated world begins and what goes wrong in it: a `FILE`")
	f.Uint64Var(&o.seed, "seed", 0, "what the simulator's chances are drawn from (default: the scenario's, or 1)")
	f.StringVar(&o.record, "record", "", "keep the run's directory at `DIR`, also of a rehearsal")
	f.BoolVar(&o.ruleless, "without-interlocks", false, "rehearse without any interlock")
	o.register(f)
	completeFlag(cmd, "set", a.completeParams)
	completeFlag(cmd, "site", completeStar)
	completeFlag(cmd, "scenario", completeStar)
	return grouped("run", cmd)
}

// A job is a runbook that is ready to run: loaded, with its site and arguments.
type job struct {
	*workplace
	engine  *interpreter.Engine
	program *interpreter.Program
	site    *builtins.Site
	rules   *interlock.Set // what must hold before a change
	bound   *interpreter.Arguments
	counted func(*interpreter.Engine) *interpreter.Engine // an engine whose coverage is counted; nil where none is

	progress *progress // where rules tell what they wait for; nil for nowhere
}

// files are all sources of the job, by name.
func (j *job) files() map[string][]byte {
	files := map[string][]byte{}
	for name, src := range j.program.Files() {
		files[name] = src
	}
	if j.site != nil {
		for name, src := range j.site.Program.Files() {
			files[name] = src
		}
	}
	for name, src := range j.rules.Files() {
		files[name] = src
	}
	return files
}

// prepare finds and loads a runbook with its site.
func (a *App) prepare(file string, o *execOptions) (*job, error) {
	w, err := a.find(file, o.site)
	if err != nil {
		return nil, err
	}
	if o.root != "" && w.root != "" {
		w.setRoot(file, o.root)
	}
	j := &job{workplace: w, engine: interpreter.NewEngine(builtins.Predeclared(), w, interpreter.Limits{})}
	if o.coverage != nil {
		j.counted = func(e *interpreter.Engine) *interpreter.Engine { return e.Covered(o.coverage, w.coverName) }
		j.engine = j.counted(j.engine)
	}
	if j.program, err = j.engine.Load(w.runbook); err != nil {
		if hint := otherThanRunbook(w.runbook); hint != "" {
			return nil, &exitError{code: InvalidScript, err: fmt.Errorf("%s: %w", file, interpreter.ErrNoMain), hint: hint}
		}
		return nil, a.invalid(err, j.program.Files())
	}
	if _, err := j.program.Main(); err != nil {
		return nil, &exitError{code: InvalidScript, err: err, hint: cmp.Or(otherThanRunbook(w.runbook), "a runbook is a file with def main(…)")}
	}
	if j.program.WantsSite() {
		if w.site == "" && !o.dryRun {
			return nil, &exitError{
				code: Usage, err: errors.New("got no site, and the runbook needs one"),
				hint: "pass --site FILE, make one with `runbook init DIR`, or rehearse with --dry-run",
			}
		}
		if w.site == "" {
			w.demoSite()
		}
	}
	if err := j.load(a); err != nil {
		return nil, err
	}
	if err := j.ruled(a, o); err != nil {
		return nil, err
	}
	sets := o.sets
	if o.lenient {
		sets = settingsOf(j, sets)
	}
	if j.bound, err = j.program.Bind(sets, j.site.Value()); err != nil {
		return nil, a.paramsError(err, j.files())
	}
	return j, nil
}

// paramsError tells a wrong --set from a main that can have no parameters.
func (a *App) paramsError(err error, files map[string][]byte) error {
	var p *interpreter.ParamsError
	if errors.As(err, &p) {
		return &exitError{code: Usage, err: err}
	}
	return a.invalid(err, files)
}

// load executes the site's file, if there is one.
func (j *job) load(a *App) error {
	if j.workplace.site == "" {
		return nil
	}
	var err error
	if j.site, err = builtins.LoadSite(j.engine, j.workplace.site); err != nil {
		return a.invalid(err, j.site.Program.Files())
	}
	return nil
}

// invalid shows the errors of a script and returns what remains to be said.
func (a *App) invalid(err error, files map[string][]byte) error {
	writeFailure(a.stderr, a.color(), err, files)
	return &exitError{code: InvalidScript, err: err, silent: true}
}

func (a *App) exec(cmd *cobra.Command, file string, o *execOptions) error {
	if o.scenario != "" && !o.dryRun {
		return usage("--scenario: got no --dry-run; a scenario is for rehearsals")
	}
	if o.fromLive && !o.dryRun {
		return usage("--from-live: got no --dry-run; it says how a rehearsal begins")
	}
	if o.ruleless && !o.dryRun {
		return usage("--without-interlocks: got no --dry-run; a live run does without a rule by its name: --lift RULE")
	}
	j, err := a.prepare(file, o)
	if err != nil {
		return err
	}
	if o.dryRun {
		return a.rehearse(cmd.Context(), j, o)
	}
	return a.live(cmd.Context(), j, o)
}

// scenarioOf reads the scenario that a rehearsal was given.
func (a *App) scenarioOf(file string) (*simulator.Scenario, error) {
	if file == "" {
		return nil, nil
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, usage("--scenario %s: %w", file, cause(err))
	}
	s, err := simulator.LoadScenario(file, src)
	if err != nil {
		return nil, a.invalidScenario(err, file, src)
	}
	for _, line := range s.Printed {
		fmt.Fprintln(a.stderr, line)
	}
	return s, nil
}
