package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"runbook/builtins/rehearsal"
	"runbook/builtins/rhino"
	"runbook/effect"
	"runbook/journal"
	"runbook/simulator"
)

// A draft is a scenario that is being made of a recorded run.
type draft struct {
	*reading
	systems []effect.Struct // calls of simulate.NAME
	answers effect.Struct
	machine []string             // faults of machines
	way     map[effect.ID]string // faults on the way, by effect
	order   []effect.ID          // of those
	timings timings
	trial   *trialRun // what came of it
}

// A trialRun is a rehearsal of a draft beside the run that it is made of.
type trialRun struct {
	outcome   *rehearsal.Outcome
	acts      map[effect.ID]*recordedAct
	found     []difference // answers that differ, what is extra and missing
	alike     int
	ended     string // how it ended otherwise; "" if it ended alike
	otherwise bool   // it changed something else
}

// score is how much a rehearsal is not like the run.
func (t *trialRun) score() int {
	score := len(t.found)
	if t.otherwise {
		score += 1000
	}
	if t.ended != "" {
		score += 100_000
	}
	return score
}

// beginnings is a draft of how the systems began, as far as a run was told.
func (g *reading) beginnings() *draft {
	d := &draft{reading: g, way: map[effect.ID]string{}, timings: timings{}}
	otherwise := g.job.program.Text("REHEARSE_FROM")
	if otherwise == "" {
		otherwise = "stopped"
	}
	for _, spec := range g.job.systems() {
		if spec.Rhino == nil && g.speaksTo(spec) {
			b := g.exasolBegins(spec)
			d.systems = append(d.systems, withNotes(b.call(otherwise), &b.notes))
		}
	}
	if g.job.site != nil {
		for _, s := range g.job.site.Systems {
			if c, ok := s.(*rhino.Cluster); ok && g.speaksToHosts(c) {
				b := g.rhinoBegins(c)
				d.systems = append(d.systems, withNotes(b.call(otherwise), &b.notes))
			}
		}
	}
	return d
}

// withNotes is a call with the comments above it.
func withNotes(call effect.Struct, notes *[]string) effect.Struct {
	var list []effect.Value
	for _, n := range *notes {
		list = append(list, n)
	}
	return append(call, effect.Field{Name: "notes", Value: list})
}

func (g *reading) speaksTo(spec simulator.SystemSpec) bool {
	return slices.ContainsFunc(g.takes, func(t *take) bool { return t.asked != nil && isOf(spec, t.asked.Target) })
}

func (g *reading) speaksToHosts(c *rhino.Cluster) bool {
	return slices.ContainsFunc(g.takes, func(t *take) bool {
		return t.asked != nil && slices.ContainsFunc(c.Nodes, func(n *rhino.Node) bool { return n.Host.Name() == t.asked.Target })
	})
}

// clone is another draft that can go its own way.
func (d *draft) clone() *draft {
	c := *d
	c.machine, c.order = slices.Clone(d.machine), slices.Clone(d.order)
	c.way, c.timings = maps.Clone(d.way), d.timings.clone()
	c.trial = nil
	return &c
}

// rounds is how often a draft is mended.
const rounds = 5

// fit makes of a beginning the scenario in which the rehearsal is most like the
// run: rehearse, see what is otherwise, mend that, rehearse again.
func (g *reading) fit(ctx context.Context) (*draft, error) {
	d := g.beginnings()
	d.answers = g.answers()
	d.machine = g.kills()
	for _, t := range g.takes {
		d.machine = append(d.machine, t.cuts()...)
	}
	if err := d.rehearse(ctx); err != nil {
		return nil, err
	}
	best := d
	for range rounds {
		next := best.clone()
		if !next.mend(best.trial) {
			break
		}
		if err := next.rehearse(ctx); err != nil {
			return nil, err
		}
		if next.trial.score() > best.trial.score() {
			break
		}
		best = next
	}
	return best.suspect(ctx)
}

// suspect tries what machines may have done where the rehearsal still ends otherwise.
func (d *draft) suspect(ctx context.Context) (*draft, error) {
	if d.trial.ended == "" && !d.trial.otherwise {
		return d, nil
	}
	best := d
	for _, faults := range d.suspects(d.systems) {
		next := d.clone()
		next.machine = append(next.machine, faults...)
		if err := next.rehearse(ctx); err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			continue // this world knows no such fault
		}
		if next.trial.score() < best.trial.score() {
			best = next
		}
	}
	return best, nil
}

// mend adds to a draft what its rehearsal did not do as the run did, and
// reports whether there is anything new.
func (d *draft) mend(last *trialRun) bool {
	mended := d.timings.mend(d.reading, last.acts)
	for _, t := range d.takes {
		if t.result == nil || d.way[t.id] != "" {
			continue
		}
		faults := t.silences()
		if f := t.flaw(); f != "" && !same(t, last.acts[t.id]) {
			faults = append(faults, f)
		}
		for _, f := range faults {
			if d.way[t.id] == "" {
				d.order = append(d.order, t.id)
			}
			d.way[t.id] += f + ",\n"
			mended = true
		}
	}
	return mended
}

// same reports whether an effect came to the same in the rehearsal.
func same(t *take, other *recordedAct) bool {
	if t.lost > 0 || other == nil {
		return false
	}
	return sameAnswer(&t.act, &other.act)
}

// rehearse tries the draft, and compares.
func (d *draft) rehearse(ctx context.Context) error {
	scenario, err := simulator.LoadScenario("recorded", []byte(d.text("")))
	if err != nil {
		return err
	}
	world, err := worldOf(d.job, scenario, 0)
	if err != nil {
		return err
	}
	defer world.Close()
	l := newLives(d.job, world)
	if l.disk == nil {
		l.disk = newMemoryDisk()
	}
	t := &trialRun{}
	if err := guarded(func() error {
		t.outcome, err = rehearseLives(ctx, d.job, l)
		return err
	}); err != nil {
		return err
	}
	store := &journal.Store{Root: "/", FS: l.disk, Now: world.Now}
	r, err := store.ReadAt("/run")
	if err != nil {
		return err
	}
	if t.acts, err = recordedActs(r, d.names); err != nil {
		return err
	}
	if err := t.compare(d.reading, r); err != nil {
		return err
	}
	d.trial = t
	return nil
}

// compare lays the rehearsal beside the run.
func (t *trialRun) compare(g *reading, rehearsed *journal.Recording) error {
	one, err := actsOf(g.recording, g.names)
	if err != nil {
		return err
	}
	two, err := actsOf(rehearsed, g.names)
	if err != nil {
		return err
	}
	c := &comparer{options: &diffOptions{slower: 1e9, least: duration(1000 * time.Hour)}}
	c.strands(weave(one), weave(two))
	t.found, t.alike = c.found, c.alike
	was, is := g.recording.Outcome, rehearsed.Outcome
	if was.Exit != is.Exit || kindOf(was) != kindOf(is) {
		t.ended = fmt.Sprintf("it ended with exit status %d, %s; the run with %d, %s", is.Exit, cut(endOf(rehearsed)), was.Exit, cut(endOf(g.recording)))
	}
	for _, f := range c.found {
		t.otherwise = t.otherwise || f.Class == effect.Change.String() && (f.Kind == "extra" || f.Kind == "missing")
	}
	return nil
}

// kindOf is the kind of the error that a run ended in.
func kindOf(o *journal.Outcome) effect.Kind {
	if o == nil || o.Error == nil {
		return ""
	}
	return o.Error.Kind
}
