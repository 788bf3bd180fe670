package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"runbook/effect"
)

// A gate is a layer that lets requests through until the operator wants the
// run to stop: then no change begins, while reads and waits go on.
type gate struct {
	next     effect.Performer
	stopping *atomic.Bool
}

// Perform refuses the next change once the run is stopping.
func (g *gate) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Class == effect.Change && g.stopping.Load() {
		return effect.Result{}, stoppedBefore(r)
	}
	return g.next.Perform(ctx, r)
}

// stoppedBefore is the error of a change that was not begun because the run stops.
func stoppedBefore(r effect.Request) error {
	return &effect.NotPerformed{Err: fmt.Errorf("%w before %s", effect.ErrStopped, r.Describe())}
}

// A deadline is a layer that ends the run at a time of its world. It is seen
// at every request, and no wait lasts beyond it.
type deadline struct {
	next  effect.Performer
	limit time.Duration
	once  sync.Once
	until time.Time
}

// errRunTimeout is why a run ended at its --timeout.
type errRunTimeout struct{ limit time.Duration }

func (e *errRunTimeout) Error() string {
	return fmt.Sprintf("the run took longer than --timeout %s", effect.FormatDuration(e.limit))
}

func (e *errRunTimeout) Unwrap() error { return effect.ErrStopped }

// Perform ends the run if its time is up.
func (d *deadline) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	told, err := d.next.Perform(ctx, effect.Request{Kind: effect.KindClock, Operation: effect.OpNow, Inner: true})
	if err != nil || told.Err != nil { // the branch is cancelled, or the run
		return told, err
	}
	now, _ := told.Value.(time.Time)
	d.once.Do(func() { d.until = now.Add(d.limit) })
	left := d.until.Sub(now)
	if left <= 0 {
		return effect.Result{}, &effect.NotPerformed{Err: &errRunTimeout{d.limit}}
	}
	if r.Kind == effect.KindClock && r.Operation == effect.OpWait {
		return d.wait(ctx, r, now, left)
	}
	return d.next.Perform(ctx, r)
}

// wait waits no longer than the run may take.
func (d *deadline) wait(ctx context.Context, r effect.Request, now time.Time, left time.Duration) (effect.Result, error) {
	begun := r.Begun
	if begun.IsZero() {
		begun = now
	}
	span, _ := r.Args[0].(int64)
	if begun.Add(time.Duration(span)).Sub(now) <= left {
		return d.next.Perform(ctx, r)
	}
	r.Begun, r.Args = now, []effect.Value{int64(left), r.Args[1]}
	if res, err := d.next.Perform(ctx, r); err != nil || res.Err != nil {
		return res, err
	}
	return effect.Result{}, &errRunTimeout{d.limit}
}

// A stepper is a layer that asks before every change.
type stepper struct {
	next effect.Performer
	ask  func(question string) (string, error)
	mu   sync.Mutex
	all  bool // no more questions
	quit bool // no more changes
}

// Perform asks, one branch at a time, and stops the run when told to.
func (s *stepper) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Class == effect.Change {
		if err := s.let(r); err != nil {
			return effect.Result{}, &effect.NotPerformed{Err: err}
		}
	}
	return s.next.Perform(ctx, r)
}

func (s *stepper) let(r effect.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.quit: // the other branches are not asked again
		return stoppedBefore(r)
	case s.all:
		return nil
	}
	answer, err := s.ask("next change: " + r.Describe() + "  [y]es, [a]ll from here, [q]uit: ")
	switch {
	case err != nil:
		return err
	case answer == "y" || answer == "yes":
		return nil
	case answer == "a" || answer == "all":
		s.all = true
		return nil
	}
	s.quit = true
	return stoppedBefore(r)
}
