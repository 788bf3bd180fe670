package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"runbook/effect"
	"runbook/live/clock"
)

// TestDeadlineOfACancelledBranch: a branch that another one cancelled ends as
// cancelled, and the run's deadline counts for the others all the same.
func TestDeadlineOfACancelledBranch(t *testing.T) {
	t.Parallel()
	d := &deadline{next: clock.Clock{}, limit: time.Hour}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(effect.ErrCancelled)
	wait := effect.Request{Kind: effect.KindClock, Operation: effect.OpWait, Args: []effect.Value{int64(0), ""}}
	res, err := d.Perform(ctx, wait)
	if err != nil || !errors.Is(res.Err, effect.Cancelled) {
		t.Errorf("a cancelled branch: got %v, %v, want an error of kind cancelled", res.Err, err)
	}
	if res, err := d.Perform(t.Context(), wait); err != nil || res.Err != nil {
		t.Errorf("another branch: got %v, %v, want no error", res.Err, err)
	}
}

// TestStepperQuitsOnce: who quits is not asked about the changes of the other branches.
func TestStepperQuitsOnce(t *testing.T) {
	t.Parallel()
	asked := 0
	world := effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) {
		t.Error("a change was let through")
		return effect.Result{}, nil
	})
	s := &stepper{next: world, ask: func(string) (string, error) { asked++; return "q", nil }}
	for range 3 {
		if _, err := s.Perform(t.Context(), effect.Request{Class: effect.Change}); !errors.Is(err, effect.ErrStopped) {
			t.Errorf("got %v, want %v", err, effect.ErrStopped)
		}
	}
	if asked != 1 {
		t.Errorf("got %d questions, want 1", asked)
	}
}
