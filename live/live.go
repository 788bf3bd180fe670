// Package live is the real world: performers that send packets, wait for real
// time to pass and ask real people. A [Mux] puts them together.
package live

import (
	"context"
	"fmt"
	"time"

	"runbook/effect"
)

// A Mux performs each request with the performer of its kind. A request with a
// body, such as a poll, is performed by the body itself.
type Mux map[string]effect.Performer

// Perform hands r to the performer of its kind.
func (m Mux) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Body != nil {
		begun := r.Begun
		if begun.IsZero() {
			var err error
			if begun, err = m.now(ctx); err != nil {
				return effect.Result{}, err
			}
		}
		return r.Body(ctx, begun)
	}
	if r.Kind == effect.KindBranch {
		return begin(ctx)
	}
	p := m[r.Kind]
	if p == nil {
		return effect.Result{}, fmt.Errorf("internal error: nobody performs requests of kind %q", r.Kind)
	}
	return p.Perform(ctx, r)
}

// now asks the clock.
func (m Mux) now(ctx context.Context) (time.Time, error) {
	res, err := m[effect.KindClock].Perform(ctx, effect.Request{Kind: effect.KindClock, Operation: effect.OpNow, Inner: true})
	if err != nil {
		return time.Time{}, err
	}
	return res.Value.(time.Time), nil
}

// begin is the beginning of a branch, unless it was cancelled before.
func begin(ctx context.Context) (effect.Result, error) {
	if ctx.Err() != nil {
		return effect.Interrupted(context.Cause(ctx))
	}
	return effect.Result{}, nil
}
