// Package clock is the live world's time: what it is, and waiting for it.
//
// It also performs the requests that are about time and consist of others, such
// as polls: it calls their body with the moment at which they were begun, in
// this life of the run or an earlier one.
package clock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"runbook/effect"
)

// A Clock performs requests of kind "clock", and composite ones. The zero
// value is the machine's own clock.
type Clock struct {
	// Now tells the time; default [time.Now]. Waiting always takes real time.
	Now func() time.Time
}

var _ effect.Performer = Clock{}

// Perform tells the time, waits, or performs the body of a composite request.
//
// A wait ends at its deadline, which is a duration after it was begun, and
// before that only if ctx does: with an error of kind Cancelled if another
// branch ended it, else with the cause as the error.
func (c Clock) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if ctx.Err() != nil {
		return ended(ctx, r)
	}
	switch {
	case r.Body != nil:
		return r.Body(ctx, c.begun(r))
	case r.Operation == effect.OpNow:
		return effect.Result{Value: c.now()}, nil
	case r.Operation == effect.OpWait:
		return c.wait(ctx, r)
	}
	return effect.Result{}, fmt.Errorf("clock: got the operation %q, want %s or %s", r.Operation, effect.OpNow, effect.OpWait)
}

// now is the time as a value: in UTC, without the monotonic clock, and no finer
// than a journal keeps it.
func (c Clock) now() time.Time {
	now := c.Now
	if now == nil {
		now = time.Now
	}
	return now().UTC().Truncate(time.Microsecond)
}

func (c Clock) begun(r effect.Request) time.Time {
	if r.Begun.IsZero() {
		return c.now()
	}
	return r.Begun.UTC().Round(0)
}

func (c Clock) wait(ctx context.Context, r effect.Request) (effect.Result, error) {
	if len(r.Args) == 0 {
		return effect.Result{}, errors.New("clock: got a wait without duration, want one")
	}
	duration, ok := r.Args[0].(int64)
	if !ok {
		return effect.Result{}, fmt.Errorf("clock: got a wait of %s, want nanoseconds", effect.Describe(r.Args[0]))
	}
	left := time.Duration(duration)
	if !r.Begun.IsZero() {
		left = r.Begun.Add(left).Sub(c.now())
	}
	if left <= 0 {
		return effect.Result{}, nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return effect.Result{}, nil
	case <-ctx.Done():
		return ended(ctx, r)
	}
}

// ended is what becomes of a request whose context is over: an outcome if
// another branch ended it, else the cause.
func ended(ctx context.Context, r effect.Request) (effect.Result, error) {
	cause := context.Cause(ctx)
	if errors.Is(cause, effect.ErrCancelled) {
		return effect.Fail(&effect.Error{
			Kind: effect.Cancelled, Message: effect.ErrCancelled.Error(),
			Target: r.Target, Operation: r.Operation, ID: r.ID,
		}), nil
	}
	return effect.Result{}, cause
}
