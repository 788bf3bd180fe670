package main

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/simulator"
)

// An outset is a state in which a run may find the systems.
type outset struct {
	words string
	text  string // the parts of a scenario that begins so
}

// froms are the words that --from takes.
var froms = []string{"stopped", "running", "cold", "any"}

// A looker reads the systems of a simulated world, as runbook snapshot does of
// real ones: so a state that a run has reached can be written as a scenario.
type looker struct {
	job  *job
	down *sight // of the systems when all of them are stopped
}

// lookerFor loads the runbook that reads a job's site.
func (a *App) lookerFor(ctx context.Context, j *job) (*looker, error) {
	o := &execOptions{dryRun: true, ruleless: true}
	if j.home != "" {
		o.site = j.place
	}
	reads, err := a.prepare(snapshotRunbook, o)
	if err != nil {
		return nil, err
	}
	l := &looker{job: reads}
	l.down, err = l.everything(ctx, j, "stopped")
	return l, err
}

// sight is what the systems of a world are like now.
func (l *looker) sight(ctx context.Context, w *simulator.World) (*sight, error) {
	var value effect.Value
	err := w.Main(ctx, func(ctx context.Context) error {
		run := &interpreter.Run{Performer: effect.Unrecorded(w), Branches: w}
		var err error
		value, err = l.job.program.Run(ctx, run, l.job.bound)
		return err
	})
	if err != nil {
		return nil, err
	}
	seen, err := newSight(value, w.Now(), 0)
	if err == nil {
		seen.start = "" // in what state they are found is the same at any time
	}
	return seen, err
}

// everything is what the systems of a job are like when all begin in a state:
// "stopped", "running" or "cold".
func (l *looker) everything(ctx context.Context, j *job, state string) (*sight, error) {
	w, err := simulator.NewWorld(simulator.Config{Systems: j.systems(), Hosts: j.hosts(), State: state})
	if err != nil {
		return nil, err
	}
	defer w.Close()
	return l.sight(ctx, w)
}

// beginAt lets the systems of a subject begin in a state, or as the live ones are
// now, if that is said.
func (a *App) beginAt(ctx context.Context, s *subject, o *exploreOptions) error {
	if o.fromLive {
		seen, err := a.seenLive(ctx, s.job, s.faults, &execOptions{scenario: o.scenario, runOptions: runOptions{json: o.json}})
		if err != nil {
			return err
		}
		if s.live = seen.words(); s.faults != nil && !s.faults.Start.IsZero() {
			seen.start = ""
		}
		s.base = joined(s.plain, seen.globals())
		return nil
	}
	if o.from == "" || o.from == "any" {
		return nil
	}
	l, err := a.lookerFor(ctx, s.job)
	if err != nil {
		return err
	}
	seen, err := l.everything(ctx, s.job, o.from)
	if err == nil {
		s.base = joined(s.plain, seen.globals())
	}
	return err
}

// joined is a scenario with further parts.
func joined(base, parts string) string { return strings.TrimLeft(base+"\n"+parts, "\n") }

// from is the subject where it begins in another way.
func (s *subject) from(b *outset) (*subject, error) {
	other := *s
	other.base, other.begins, other.resting = joined(s.plain, b.text), b, ""
	other.loose = true
	other.goal = other.settled(s.goal)
	if !s.job.program.Declares("READ_ONLY") {
		return &other, nil
	}
	t, err := other.stage(nil)
	if err != nil {
		return nil, err
	}
	defer t.world.Close()
	other.goal = t.final() // what only reads leaves all as it is
	return &other, nil
}

// inverses are the shipped names of runbooks of which one takes back what the
// other does.
var inverses = map[string]string{"startup.star": "shutdown.star", "shutdown.star": "startup.star"}

// inverseOf is the subject of the runbook beside a file that takes back what
// that does; nil if there is none that can be run as it is.
func (a *App) inverseOf(ctx context.Context, s *subject, o *exploreOptions) (*subject, error) {
	base, known := inverses[path.Base(s.file)]
	file := path.Join(path.Dir(s.file), base)
	if !known || !fileExists(file) && !isShipped(file) {
		return nil, nil
	}
	plain := *o.exec()
	plain.lenient = true
	j, err := a.prepare(file, &plain)
	if err != nil {
		return nil, err
	}
	inverse := &subject{job: j, file: file, name: s.name, plain: s.plain, base: s.base, seed: s.seed}
	if _, err := newSearch(ctx, inverse); err != nil {
		return nil, nil // it has parameters that must be given, or no use for these systems
	}
	return inverse, nil
}

// beginningsOf are the states in which a run may find its systems: those that
// each system can be in while the others are as usual, and those in which a run
// of it, or of its inverse, stands when it is stopped anywhere.
func (a *App) beginningsOf(ctx context.Context, l *looker, s *subject, o *exploreOptions) ([]*outset, error) {
	all, err := l.states(ctx, s)
	if err != nil {
		return nil, err
	}
	runs := []*subject{s}
	inverse, err := a.inverseOf(ctx, s, o)
	if err != nil {
		return nil, err
	}
	if inverse != nil {
		runs = append(runs, inverse)
	}
	for _, run := range runs {
		half, err := l.halfway(ctx, run)
		if err != nil {
			return nil, err
		}
		all = append(all, half...)
	}
	return distinct(all), nil
}

// distinct are beginnings without those that another one equals but for words.
func distinct(all []*outset) []*outset {
	seen := map[string]bool{}
	var list []*outset
	for _, b := range all {
		var bare strings.Builder
		for line := range strings.Lines(b.text) {
			if !strings.HasPrefix(strings.TrimSpace(line), "#") {
				bare.WriteString(line)
			}
		}
		if !seen[bare.String()] {
			seen[bare.String()] = true
			list = append(list, b)
		}
	}
	return list
}

// halfway are the states in which a run of the subject stands that is stopped
// at one of its records, and not resumed.
func (l *looker) halfway(ctx context.Context, s *subject) ([]*outset, error) {
	type stop struct{ words, fault string }
	var stops []stop
	_, file := interpreter.Split(s.job.runbook)
	name := path.Base(file)
	for _, k := range s.looks {
		if k.inner || k.kind == effect.KindOperator {
			continue
		}
		if k.change {
			stops = append(stops, stop{name + " stopped before " + k.words(), killed(k.id, simulator.KillBefore)})
		}
		stops = append(stops, stop{name + " stopped after " + k.words(), killed(k.id, simulator.KillRecorded)})
	}
	list := make([]*outset, len(stops))
	err := abreast(len(stops), func(i int) error {
		text, err := l.stopped(ctx, s, schedule{{fault: stops[i].fault}})
		list[i] = &outset{stops[i].words, text}
		return err
	})
	return list, err
}

func killed(id, when string) string {
	return fmt.Sprintf("fault.killed(effect = %q, when = %q)", id, when)
}

// stopped is the state, as a scenario, in which a run leaves the systems that is
// killed and not resumed.
func (l *looker) stopped(ctx context.Context, s *subject, plan schedule) (string, error) {
	t, err := s.stage(plan)
	if err != nil {
		return "", err
	}
	defer t.world.Close()
	t.once = true
	if _, _ = t.execute(ctx, &observer{}); ctx.Err() != nil { // how it ended is of no interest
		return "", context.Cause(ctx)
	}
	return l.scenarioOf(ctx, t.world)
}

// scenarioOf is what the systems of a world are like now, as a scenario.
func (l *looker) scenarioOf(ctx context.Context, w *simulator.World) (string, error) {
	seen, err := l.sight(ctx, w)
	if err != nil {
		return "", err
	}
	l.complete(seen)
	return seen.globals(), nil
}

// complete adds to the systems that did not answer what they consist of: that is
// the same in every state.
func (l *looker) complete(seen *sight) {
	for i, system := range seen.systems {
		s := state{call: system.(effect.Struct)}
		if s.text(maker) != "exaoperation" || !slices.Contains(seen.unread, s.text("name")) {
			continue
		}
		down := state{call: l.down.systems[i].(effect.Struct)}
		for _, part := range []string{"nodes", "databases", "plugins"} {
			s = s.with("", part, down.parts(part))
		}
		seen.systems[i] = s.call
	}
}

// words are what was asked, for people.
func (l *look) words() string {
	if quoted, err := strconv.QuotedPrefix(strings.TrimPrefix(l.what, "poll(")); err == nil && l.kind == effect.KindPoll {
		what, _ := strconv.Unquote(quoted)
		return "the wait for " + what
	}
	return l.what
}
