package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"runbook/effect"
	"runbook/interpreter"
)

// A search tries schedules of a subject, and keeps counts and findings.
type search struct {
	subject *subject
	back    *subject                        // the inverse, from where the subject leaves the systems; nil for none
	others  []*outset                       // to be tried as well
	faults  int                             // mishaps in one schedule, at most
	runs    int                             // trials, at most; 0 for no limit
	over    func() bool                     // the time is up
	once    bool                            // what time is left is for something else
	told    func(n, total int)              // progress
	noted   func(plan schedule, v *verdict) // of each trial; nil for nothing
	tried   int
	singles []mishap
	tallies map[string]*tallyOf
	ended   map[string]int // trials by how they ended: a kind of error, or "well"
	stepped map[string]int // trials by the interlocks that refused a change in them
	missed  []mishap       // single mishaps that struck nothing
	begun   tallyOf        // runs from other beginnings than usual
	begunIn map[string]int // how they ended
	found   []*finding
	bySign  map[string]*finding
	untold  int  // runs that broke a rule in yet another way when there were enough findings
	cut     bool // schedules were left out

	branches *branchReport
}

// A tallyOf counts trials of one kind.
type tallyOf struct{ tried, well, clear, broke, missed int }

// A finding is a rule that was broken, by one schedule or by many in the same way.
type finding struct {
	subject *subject
	plan    schedule
	verdict *verdict
	also    int // further schedules with the same end
	file    string
	then    string // the file in which its inverse begins; "" if that is not the point
}

// mostFound is how many findings are kept, however many runs there are.
const mostFound = 100

// errUndisturbed is about the run without any fault, which must end well.
var errUndisturbed = errors.New("the undisturbed run")

// newSearch runs the subject undisturbed and finds what there is to try.
func newSearch(ctx context.Context, s *subject) (*search, error) {
	first := &search{subject: s, tallies: map[string]*tallyOf{}, ended: map[string]int{}, stepped: map[string]int{}, begunIn: map[string]int{}, bySign: map[string]*finding{}}
	t, err := s.stage(nil)
	if err != nil {
		return nil, err
	}
	defer t.world.Close()
	v := t.run(ctx, trialMode{traced: true})
	if v.err != nil {
		return nil, fmt.Errorf("%w ends in: %w%s", errUndisturbed, v.err, s.where(v.err))
	}
	if hazards := t.seen.hazards(true); len(hazards) > 0 {
		return nil, fmt.Errorf("%w: %w: %s", errUndisturbed, errHazards, hazards[0])
	}
	s.looks, s.asked, s.took = v.looks, v.asked, v.took
	if s.covered != nil {
		_, s.usual = waysOf(s.covered)
	}
	s.names, s.touched = namesIn(s.job, v.looks), unitsOf(s.job, t.world, v.looks)
	s.goal = t.final()
	s.prompt = v.ended == s.goal
	if err := t.again(ctx); err != nil { // as a shutdown that finds nobody who answers
		s.resting = interpreter.Explain(err, s.job.files()).Position
	}
	first.singles = mishapsIn(s.looks, s.touched, 2*s.patience())
	return first, nil
}

// where is the place of an error in brackets; "" if it has none.
func (s *subject) where(err error) string {
	if x := interpreter.Explain(err, s.job.files()); x.Position != "" {
		return " (" + x.Position + ")"
	}
	return ""
}

// run tries everything that the limits allow.
func (x *search) run(ctx context.Context) error {
	others, err := x.begin(ctx)
	if err != nil {
		return err
	}
	if err := x.tryAll(ctx, x.subject, alone(x.singles)); err != nil {
		return err
	}
	if s := x.back; s != nil {
		if err := x.tryAll(ctx, s, alone(mishapsIn(s.looks, s.touched, 2*s.patience()))); err != nil {
			return err
		}
	}
	if x.faults > 1 && !x.done() {
		if err := x.pairs(ctx); err != nil {
			return err
		}
	}
	if !x.once && (x.runs > 0 || x.over != nil) {
		if err := x.elsewhere(ctx, others); err != nil {
			return err
		}
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

// size is how many trials are made between two looks at the limits: few where
// there is a clock to look at, for those of a large cluster take long.
func (x *search) size() int {
	if x.over != nil {
		return max(batch/16, 4*runtime.GOMAXPROCS(0))
	}
	return batch
}

// tryAll tries schedules on all cores, and counts them in their order.
func (x *search) tryAll(ctx context.Context, s *subject, plans []schedule) error {
	total := x.tried + len(plans)
	for chunk := range slices.Chunk(plans, x.size()) {
		if left := x.runs - x.tried; x.runs > 0 && left < len(chunk) {
			chunk, x.cut = chunk[:left], true
		}
		if x.done() || len(chunk) == 0 {
			x.cut = true
			return nil
		}
		verdicts, err := x.together(ctx, s, chunk, trialMode{})
		if err != nil {
			return err
		}
		for i, v := range verdicts {
			x.count(s, chunk[i], v)
		}
		if x.told != nil {
			x.told(x.tried, total)
		}
	}
	return nil
}

// together makes trials side by side.
func (x *search) together(ctx context.Context, s *subject, plans []schedule, mode trialMode) ([]*verdict, error) {
	verdicts := make([]*verdict, len(plans))
	err := abreast(len(plans), func(i int) (err error) {
		verdicts[i], err = s.try(ctx, plans[i], mode)
		return err
	})
	return verdicts, err
}

// abreast does so many things on all cores, and returns what went wrong.
func abreast(n int, do func(i int) error) error {
	errs := make([]error, n)
	onAllCores(n, func(i int) { errs[i] = do(i) })()
	return errors.Join(errs...)
}

// alone are schedules of one mishap each.
func alone(singles []mishap) []schedule {
	plans := make([]schedule, len(singles))
	for i, m := range singles {
		plans[i] = schedule{m}
	}
	return plans
}

// count counts a trial and keeps what it found.
func (x *search) count(s *subject, plan schedule, v *verdict) {
	if x.noted != nil {
		x.noted(plan, v)
	}
	x.tried++
	for _, m := range plan {
		t := x.tallies[m.kind]
		if t == nil {
			t = &tallyOf{}
			x.tallies[m.kind] = t
		}
		t.add(v)
		if !v.struck && len(plan) == 1 && s == x.subject {
			t.missed++
			x.missed = append(x.missed, m)
		}
	}
	x.ended[endingOf(v)]++
	x.keep(s, plan, v)
}

// add counts a trial.
func (t *tallyOf) add(v *verdict) {
	t.tried++
	switch {
	case v.rule != "":
		t.broke++
	case v.err == nil:
		t.well++
	default:
		t.clear++
	}
}

// keep keeps what a trial found.
func (x *search) keep(s *subject, plan schedule, v *verdict) {
	for _, name := range v.refused {
		x.stepped[name]++
	}
	if v.rule == "" {
		return
	}
	if f := x.bySign[v.sign]; f != nil {
		if f.also++; len(f.plan) > len(plan) {
			v.looks = nil
			f.subject, f.plan, f.verdict = s, plan, v
		}
		return
	}
	if len(x.found) == mostFound {
		x.untold++
		return
	}
	v.looks = nil
	f := &finding{subject: s, plan: plan, verdict: v}
	x.bySign[v.sign] = f
	x.found = append(x.found, f)
}

// endingOf is how a run ended: "well", or a kind of error.
func endingOf(v *verdict) string {
	switch {
	case v.err == nil:
		return "well"
	case errors.Is(v.err, errEndless):
		return "not at all"
	case v.doubt:
		return "in doubt"
	case v.kind != "":
		return string(v.kind)
	}
	return "internal"
}

// endings are the ways in which runs ended, with their numbers, sorted, well first.
func endings(ended map[string]int) []endedReport {
	kinds := []string{"well"}
	for _, k := range effect.Kinds {
		kinds = append(kinds, string(k))
	}
	list := []endedReport{}
	for _, k := range append(kinds, "in doubt", "internal", "not at all") {
		if ended[k] > 0 || k == "well" {
			list = append(list, endedReport{k, ended[k]})
		}
	}
	return list
}
