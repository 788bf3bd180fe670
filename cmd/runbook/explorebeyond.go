package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// This file holds what a search tries beyond single mishaps, and how it makes
// what it found short.

// pairs tries a second mishap after each first, where the world and the script
// are not as they were when the same was tried before.
func (x *search) pairs(ctx context.Context) error {
	seen := make(sieve, sieveSize)
	undisturbed, err := x.subject.try(ctx, nil, trialMode{traced: true, states: true, unjudged: true})
	if err != nil {
		return err
	}
	x.fresh(seen, schedule{}, undisturbed.looks)
	for chunk := range slices.Chunk(x.singles, max(1, x.size()/8)) {
		if x.done() {
			x.cut = true
			return nil
		}
		firsts := make([]schedule, len(chunk))
		for i, m := range chunk {
			firsts[i] = schedule{m}
		}
		traces, err := x.together(ctx, x.subject, firsts, trialMode{traced: true, states: true, unjudged: true})
		if err != nil {
			return err
		}
		var plans []schedule
		for i, v := range traces {
			plans = append(plans, x.fresh(seen, firsts[i], v.looks)...)
		}
		if err := x.tryAll(ctx, x.subject, plans); err != nil {
			return err
		}
	}
	return nil
}

// A sieve tells what was not seen before. It forgets what falls into the place of
// something newer, so that it never grows: then the like of it is tried once more.
type sieve []uint64

// sieveSize is how much a sieve keeps in mind: 2 MB.
const sieveSize = 1 << 18

// first notes a key, and reports whether it is new.
func (s sieve) first(key uint64) bool {
	slot := &s[key%uint64(len(s))]
	known := *slot == key
	*slot = key
	return !known
}

// fresh are the schedules that add one mishap behind those of a trace, at a
// state and a place that were not seen before.
func (x *search) fresh(seen sieve, plan schedule, looks []look) []schedule {
	after := time.Duration(0)
	for _, m := range plan {
		after = max(after, m.at)
	}
	var plans []schedule
	for _, l := range places(looks) {
		if l.at < after {
			continue
		}
		for _, m := range append(ofRequest(l), killsAt(l)...) {
			key := hashOf(fmt.Sprintf("%x %s %s %s", l.state, m.fault, l.what, l.answer))
			if seen.first(key) {
				plans = append(plans, append(slices.Clone(plan), m))
			}
		}
	}
	return plans
}

// begin runs the subject undisturbed from every other beginning, and returns it
// in those from which it ends well.
func (x *search) begin(ctx context.Context) ([]*subject, error) {
	var well []*subject
	if x.subject.inverse != nil {
		v, err := x.subject.try(ctx, nil, trialMode{})
		if err != nil {
			return nil, err
		}
		x.keep(x.subject, nil, v)
	}
	for chunk := range slices.Chunk(x.others, x.size()) {
		subjects, verdicts := make([]*subject, len(chunk)), make([]*verdict, len(chunk))
		err := abreast(len(chunk), func(i int) (err error) {
			if subjects[i], err = x.subject.from(chunk[i]); err == nil {
				verdicts[i], err = subjects[i].try(ctx, nil, trialMode{})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		for i, v := range verdicts {
			x.begun.add(v)
			x.begunIn[endingOf(v)]++
			x.keep(subjects[i], nil, v)
			if v.err == nil && v.rule == "" {
				well = append(well, subjects[i])
			}
		}
	}
	return well, nil
}

// elsewhere tries the single mishaps of the runs from other beginnings, as far
// as the limits allow.
func (x *search) elsewhere(ctx context.Context, others []*subject) error {
	for _, s := range others {
		if x.done() {
			x.cut = true
			return nil
		}
		v, err := s.try(ctx, nil, trialMode{traced: true, unjudged: true})
		if err != nil {
			return err
		}
		if err := x.tryAll(ctx, s, alone(mishapsIn(v.looks, s.touched, 2*s.patience()))); err != nil {
			return err
		}
	}
	return nil
}

// random tries schedules of several mishaps, drawn from the seed, until the
// limits are reached.
func (x *search) random(ctx context.Context) error {
	chance := rand.New(rand.NewPCG(x.subject.seed, 1))
	cut := x.cut
	for !x.done() && len(x.singles) > 0 {
		plans := make([]schedule, x.size())
		for i := range plans {
			for range 2 + chance.IntN(3) {
				plans[i] = append(plans[i], x.singles[chance.IntN(len(x.singles))])
			}
		}
		if err := x.tryAll(ctx, x.subject, plans); err != nil {
			return err
		}
	}
	x.cut = cut // random schedules have no end: of those nothing is left out
	return nil
}

// shrinkAll makes the schedule of every finding as short as it can be, and
// replays it.
func (x *search) shrinkAll(ctx context.Context) error {
	for _, f := range x.found {
		if err := x.shrink(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// shrink leaves out what is not needed to break the rule in the same way.
func (x *search) shrink(ctx context.Context, f *finding) error {
	for i := 0; i < len(f.plan) && len(f.plan) > 1; {
		shorter := slices.Delete(slices.Clone(f.plan), i, i+1)
		v, err := f.subject.try(ctx, shorter, trialMode{})
		if err != nil {
			return err
		}
		if v.rule != "" && v.sign == f.verdict.sign {
			f.plan, f.verdict = shorter, v
			continue
		}
		i++
	}
	return nil
}
