// Package live is the real world: it sends each request to the performer that
// knows its kind.
//
//	live.Mux{
//		effect.KindXMLRPC: xmlrpc.New(xmlrpc.Options{…}),
//		effect.KindClock:  clock.Clock{},
//	}
//
// The performers are the packages below this one, and know neither it nor each
// other. What has no kind of its own at the bottom is done here: a composite
// request is a matter of time, and goes to the clock; beginning a branch needs
// nothing but to be asked in time.
package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"runbook/effect"
)

// A Mux is a world made of performers, by the kinds of requests they perform.
// It must not change once it is in use.
type Mux map[string]effect.Performer

var _ effect.Performer = Mux(nil)

// Perform hands r to the performer of its kind, or of the clock if r consists
// of other requests. The error of a kind that none knows is a mistake of this
// program, not an outcome.
func (m Mux) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	kind := r.Kind
	if r.Body != nil {
		kind = effect.KindClock
	}
	if p := m[kind]; p != nil {
		return p.Perform(ctx, r)
	}
	if kind == effect.KindBranch && r.Operation == effect.OpBegin {
		return begin(ctx, r)
	}
	return effect.Result{}, fmt.Errorf("internal error: %s: got kind %q, want one of %s", r.Describe(), kind, strings.Join(slices.Sorted(maps.Keys(m)), ", "))
}

// begin lets a branch begin, unless another branch or the operator was quicker.
func begin(ctx context.Context, r effect.Request) (effect.Result, error) {
	if ctx.Err() == nil {
		return effect.Result{}, nil
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, effect.ErrCancelled) {
		return effect.Fail(&effect.Error{Kind: effect.Cancelled, Message: effect.ErrCancelled.Error(), Operation: r.Operation, ID: r.ID}), nil
	}
	return effect.Result{}, cause
}
