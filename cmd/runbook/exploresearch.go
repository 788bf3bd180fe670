package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"runbook/effect"
	"runbook/interpreter"
)

// A search tries schedules of a subject, and keeps counts and findings.
type search struct {
	subject *subject
	faults  int                // mishaps in one schedule, at most
	runs    int                // trials, at most; 0 for no limit
	over    func() bool        // the time is up
	told    func(n, total int) // progress
	tried   int
	singles []mishap
	tallies map[string]*tallyOf
	ended   map[string]int // trials by how they ended: a kind of error, or "well"
	stepped map[string]int // trials by the interlocks that refused a change in them
	missed  []mishap       // single mishaps that struck nothing
	found   []*finding
	bySign  map[string]*finding
	cut     bool // schedules were left out
}

// A tallyOf counts trials of one kind.
type tallyOf struct{ tried, well, clear, broke, missed int }

// A finding is a rule that was broken, by one schedule or by many in the same way.
type finding struct {
	plan    schedule
	verdict *verdict
	also    int // further schedules with the same end
	file    string
}

// newSearch runs the subject undisturbed and finds what there is to try.
func newSearch(ctx context.Context, s *subject) (*search, error) {
	first := &search{subject: s, tallies: map[string]*tallyOf{}, ended: map[string]int{}, stepped: map[string]int{}, bySign: map[string]*finding{}}
	scenario, err := s.scenario(nil)
	if err != nil {
		return nil, err
	}
	world, err := worldOf(s.job, scenario, s.seed)
	if err != nil {
		return nil, err
	}
	defer world.Close()
	t := &trial{subject: s, world: world, seen: s.job.witness(world)}
	v := t.run(ctx, trialMode{traced: true})
	if v.err != nil {
		return nil, fmt.Errorf("the undisturbed run ends in: %w", v.err)
	}
	if hazards := t.seen.hazards(true); len(hazards) > 0 {
		return nil, fmt.Errorf("the undisturbed run: %w: %s", errHazards, hazards[0])
	}
	s.looks, s.asked, s.took = v.looks, v.asked, v.took
	s.names, s.touched = namesIn(s.job, v.looks), unitsOf(s.job, world, v.looks)
	s.goal = t.final()
	if err := t.again(ctx); err != nil { // as a shutdown that finds nobody who answers
		s.resting = interpreter.Explain(err, s.job.files()).Position
	}
	first.singles = mishapsIn(s.looks, s.touched, 2*s.patience())
	return first, nil
}

// run tries everything that the limits allow.
func (x *search) run(ctx context.Context) error {
	plans := make([]schedule, len(x.singles))
	for i, m := range x.singles {
		plans[i] = schedule{m}
	}
	if err := x.tryAll(ctx, plans); err != nil {
		return err
	}
	if x.faults > 1 && !x.done() {
		if err := x.pairs(ctx); err != nil {
			return err
		}
	}
	if x.runs > 0 || x.over != nil {
		if err := x.random(ctx); err != nil {
			return err
		}
	}
	return x.shrinkAll(ctx)
}

func (x *search) done() bool { return x.runs > 0 && x.tried >= x.runs || x.over != nil && x.over() }

// batch is how many trials are made between two looks at the limits, and kept
// until they are counted.
const batch = 256

// tryAll tries schedules on all cores, and counts them in their order.
func (x *search) tryAll(ctx context.Context, plans []schedule) error {
	total := x.tried + len(plans)
	for chunk := range slices.Chunk(plans, batch) {
		if x.runs > 0 {
			chunk = chunk[:min(len(chunk), x.runs-x.tried)]
		}
		if x.done() || len(chunk) == 0 {
			x.cut = true
			return nil
		}
		verdicts, err := x.together(ctx, chunk, trialMode{})
		if err != nil {
			return err
		}
		for i, v := range verdicts {
			x.count(chunk[i], v)
		}
		if x.told != nil {
			x.told(x.tried, total)
		}
	}
	return nil
}

// together makes trials side by side.
func (x *search) together(ctx context.Context, plans []schedule, mode trialMode) ([]*verdict, error) {
	verdicts, errs := make([]*verdict, len(plans)), make([]error, len(plans))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(plans)) {
		workers.Go(func() {
			for i := range next {
				verdicts[i], errs[i] = x.subject.try(ctx, plans[i], mode)
			}
		})
	}
	for i := range plans {
		next <- i
	}
	close(next)
	workers.Wait()
	return verdicts, errors.Join(errs...)
}

// count counts a trial and keeps what it found.
func (x *search) count(plan schedule, v *verdict) {
	x.tried++
	for _, m := range plan {
		t := x.tallies[m.kind]
		if t == nil {
			t = &tallyOf{}
			x.tallies[m.kind] = t
		}
		t.tried++
		switch {
		case v.rule != "":
			t.broke++
		case v.err == nil:
			t.well++
		default:
			t.clear++
		}
		if !v.struck && len(plan) == 1 {
			t.missed++
			x.missed = append(x.missed, m)
		}
	}
	ending := "well"
	if v.err != nil {
		ending = endingOf(v)
	}
	x.ended[ending]++
	for _, name := range v.refused {
		x.stepped[name]++
	}
	if v.rule == "" {
		return
	}
	if f := x.bySign[v.sign]; f != nil {
		if f.also++; len(f.plan) > len(plan) {
			f.plan, f.verdict = plan, v
		}
		return
	}
	f := &finding{plan: plan, verdict: v}
	x.bySign[v.sign] = f
	x.found = append(x.found, f)
}

// endingOf is how a run ended that did not end well.
func endingOf(v *verdict) string {
	switch {
	case errors.Is(v.err, errEndless):
		return "not at all"
	case v.doubt:
		return "in doubt"
	case v.kind != "":
		return string(v.kind)
	}
	return "internal"
}

// kindsEnded are the ways in which trials ended, sorted, well first.
func (x *search) kindsEnded() []string {
	kinds := []string{"well"}
	for _, k := range effect.Kinds {
		if x.ended[string(k)] > 0 {
			kinds = append(kinds, string(k))
		}
	}
	for _, k := range []string{"in doubt", "internal", "not at all"} {
		if x.ended[k] > 0 {
			kinds = append(kinds, k)
		}
	}
	return kinds
}
