package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"runbook/builtins"
	"runbook/internal/mutate"
	"runbook/interpreter"
)

// What else a mutant is noticed by.
const (
	mustLoad    = "the file is valid"
	mustSucceed = "the undisturbed run ends well"
	mustOutlast = "it ends well where the runbook as it is does"
)

// mutantRuns are the runs with one mutant, if --runs says nothing: few more are
// noticed by more.
const mutantRuns = 100

// A mutation is a mutant of a file of the runbook, and what noticed it.
type mutation struct {
	mutate.Mutant
	file    string // as the interpreter knows it
	reached bool   // a run of the runbook as it is executes the place
	tried   bool
	rule    string // that it broke; "" if nothing noticed it
	by      string // the schedule under which it did; "" for none
	runs    int
}

// A mutator explores mutants of a subject.
type mutator struct {
	base  *search
	sets  []string
	known map[string]bool // signs of what is wrong without a mutation
	runs  int             // with one mutant, at most
	all   []*mutation
	// outlasted tells of what goes wrong with requests, or the tool, at a place
	// whether the runbook as it is ends well whenever it does.
	outlasted map[ordeal]bool
}

// An ordeal is a kind of mishap at a place, whichever effect that is there.
type ordeal struct{ kind, place, where string }

// ordealOf is that of a schedule; false if there is none: what befalls systems
// does so at a time, at which the runbook may be elsewhere.
func ordealOf(plan schedule) (ordeal, bool) {
	if len(plan) != 1 || plan[0].world {
		return ordeal{}, false
	}
	return ordeal{plan[0].kind, plan[0].place, plan[0].where}, true
}

// note notes how a trial of the runbook as it is ended.
func (m *mutator) note(plan schedule, v *verdict) {
	if at, ok := ordealOf(plan); ok {
		before, known := m.outlasted[at]
		m.outlasted[at] = v.err == nil && (before || !known)
	}
}

// exploreMutants explores the runbook as it is, and then with one mistake in it.
func (a *App) exploreMutants(ctx context.Context, file string, o *exploreOptions, x *search) error {
	m := &mutator{base: x, sets: o.sets, runs: cmp.Or(o.runs, mutantRuns), known: map[string]bool{}, outlasted: map[ordeal]bool{}}
	x.runs = 0 // what is wrong as it is has to be known
	x.noted, x.once = m.note, true
	if err := x.run(ctx); err != nil {
		return err
	}
	for sign := range x.bySign {
		m.known[sign] = true
	}
	if err := m.find(o.counts); err != nil {
		return err
	}
	if err := m.exploreAll(ctx, x.over, a.exploreProgress("mutants")); err != nil {
		return err
	}
	x.told(0, 0)
	return a.mutantsEnd(file, o, m)
}

// edited is the job with another text of one of its files, or the same with its
// runs counted. It shares the site and the interlocks.
func (j *job) edited(sets []string, c *interpreter.Coverage, name string, src []byte) (*job, error) {
	w := *j.workplace
	w.edited = map[string][]byte{name: src}
	e := *j
	e.workplace = &w
	if e.engine = interpreter.NewEngine(builtins.Predeclared(), &w, interpreter.Limits{}); c != nil {
		e.engine = e.engine.Covered(c, func(file string) string { return file })
	}
	var err error
	if e.program, err = e.engine.Load(w.runbook); err != nil {
		return nil, err
	}
	if _, err = e.program.Main(); err != nil {
		return nil, err
	}
	e.bound, err = e.program.Bind(sets, j.site.Value())
	return &e, err
}

// find makes the mutants of all files of the runbook that are not tests or such.
func (m *mutator) find(counts *interpreter.Coverage) error {
	program := m.base.subject.job.program
	reached := map[string]func(mutate.Mutant) bool{}
	for _, f := range counts.Files() {
		reached[f.Name] = executed(f)
	}
	for _, name := range program.FileNames() {
		if _, file := interpreter.Split(name); !isCounted(file) {
			continue
		}
		mutants, err := mutate.Of(interpreter.Dialect, name, program.Files()[name])
		if err != nil {
			return err
		}
		for _, made := range mutants {
			is := reached[name] == nil || reached[name](made)
			m.all = append(m.all, &mutation{Mutant: made, file: name, reached: is})
		}
	}
	return nil
}

// executed tells of mutants of a file whether a run could be another: it came to
// the place, and a condition that goes one way only now went the other way then.
func executed(f *interpreter.FileCoverage) func(mutate.Mutant) bool {
	places := f.Places()
	return func(u mutate.Mutant) bool {
		executed := true // what is no statement, such as a constant
		for _, p := range places {
			if p.Line > u.Line || p.Line == u.Line && p.Column > u.Column {
				break
			}
			switch {
			case !p.Branch() && p.End >= u.Line:
				executed = p.Hits[0] > 0
			case p.Line != u.Line:
			case p.Kind == interpreter.PlaceIf && (u.Kind == mutate.GuardDropped || u.Kind == mutate.NeverTrue):
				executed = p.Hits[0] > 0
			case p.Kind == interpreter.PlaceIf && u.Kind == mutate.AlwaysTrue, p.Kind == interpreter.PlaceFilter && u.Kind == mutate.FilterDropped:
				executed = p.Hits[1] > 0
			}
		}
		return executed
	}
}

// exploreAll explores the mutants that can be noticed on all cores, until the
// time is over.
func (m *mutator) exploreAll(ctx context.Context, over func() bool, told func(n, total int)) error {
	todo := slices.DeleteFunc(slices.Clone(m.all), func(u *mutation) bool { return !u.reached })
	var lock sync.Mutex
	done := 0
	err := abreast(len(todo), func(i int) error {
		if ctx.Err() != nil || over != nil && over() {
			return nil
		}
		todo[i].tried = true
		err := m.explore(ctx, todo[i])
		lock.Lock()
		defer lock.Unlock()
		done++
		told(done, len(todo))
		return err
	})
	return errors.Join(err, ctx.Err())
}

// explore explores one mutant until a rule notices it.
func (m *mutator) explore(ctx context.Context, u *mutation) error {
	base := m.base.subject
	j, err := base.job.edited(m.sets, nil, u.file, u.Source)
	if err != nil {
		u.rule = mustLoad
		return nil
	}
	s := &subject{job: j, name: base.name, base: base.base, seed: base.seed}
	x, err := newSearch(ctx, s)
	u.runs++
	switch {
	case errors.Is(err, errHazards):
		u.rule = mustBeSafe
		return nil
	case err != nil:
		u.rule = mustSucceed
		return ctx.Err()
	case s.goal != base.goal, base.prompt && !s.prompt:
		u.rule = mustBeTrue
		return nil
	case s.resting != "" && base.resting == "":
		u.rule = mustRecover
		return nil
	}
	for _, plan := range strewn(x.singles) {
		if u.runs >= m.runs || ctx.Err() != nil {
			return nil
		}
		v, err := s.try(ctx, plan, trialMode{})
		if err != nil {
			return err
		}
		at, _ := ordealOf(plan)
		switch u.runs++; {
		case v.rule != "" && !m.known[v.sign]:
			u.rule = v.rule
		case v.err != nil && m.outlasted[at]:
			u.rule = mustOutlast
		default:
			continue
		}
		u.by = plan.line()
		return nil
	}
	return nil
}

// strewn are schedules of one mishap each, in an order in which every kind
// comes early.
func strewn(singles []mishap) []schedule {
	const stride = 37
	var plans []schedule
	for first := range stride {
		for i := first; i < len(singles); i += stride {
			plans = append(plans, schedule{singles[i]})
		}
	}
	return plans
}
