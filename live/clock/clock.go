// Package clock is the live world's time: now, and waits that really last.
package clock

import (
	"context"
	"fmt"
	"time"

	"runbook/effect"
)

// A Clock performs requests of kind "clock" with the clock of the machine.
type Clock struct{}

// New makes a clock.
func New() Clock { return Clock{} }

// Perform tells the time, in UTC, or returns when the wait is over.
func (c Clock) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	switch r.Operation {
	case effect.OpNow:
		return effect.Result{Value: now()}, nil
	case effect.OpWait:
		span, _ := r.Args[0].(int64)
		return c.wait(ctx, r.Begun, time.Duration(span))
	}
	return effect.Result{}, fmt.Errorf("internal error: a clock cannot %s", r.Operation)
}

// now is the time as a value: without zone and monotonic clock.
func now() time.Time { return time.Now().UTC().Round(0) }

// wait waits for what is left of a span that began at begun, or now.
func (Clock) wait(ctx context.Context, begun time.Time, span time.Duration) (effect.Result, error) {
	if !begun.IsZero() {
		span = begun.Add(span).Sub(now())
	}
	if ctx.Err() != nil {
		return effect.Interrupted(context.Cause(ctx))
	}
	if span <= 0 {
		return effect.Result{}, nil
	}
	t := time.NewTimer(span)
	defer t.Stop()
	select {
	case <-t.C:
		return effect.Result{}, nil
	case <-ctx.Done():
		return effect.Interrupted(context.Cause(ctx))
	}
}
