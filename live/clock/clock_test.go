package clock

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"runbook/effect"
)

func waitFor(span time.Duration, begun time.Time) effect.Request {
	return effect.Request{
		Kind: effect.KindClock, Operation: effect.OpWait, Begun: begun, Args: []effect.Value{int64(span), "a test"},
	}
}

func TestNowIsAValue(t *testing.T) {
	t.Parallel()
	res, err := New().Perform(t.Context(), effect.Request{Kind: effect.KindClock, Operation: effect.OpNow})
	if err != nil {
		t.Fatal(err)
	}
	if err := effect.Check(res.Value); err != nil {
		t.Error(err)
	}
}

func TestWaitLasts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		span, ago, want time.Duration
	}{
		{time.Hour, 0, time.Hour},
		{time.Hour, 40 * time.Minute, 20 * time.Minute}, // an earlier life began it
		{time.Hour, 2 * time.Hour, 0},
		{0, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			began, begun := time.Now(), time.Time{}
			if row.ago > 0 {
				begun = began.Add(-row.ago)
			}
			if res, err := New().Perform(t.Context(), waitFor(row.span, begun)); err != nil || res.Err != nil {
				t.Fatal(res, err)
			}
			if got := time.Since(began); got != row.want {
				t.Errorf("wait of %s begun %s ago lasted %s, want %s", row.span, row.ago, got, row.want)
			}
		})
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(effect.ErrCancelled) })
		res, err := New().Perform(ctx, waitFor(time.Hour, time.Time{}))
		if err != nil || res.Err == nil || res.Err.Kind != effect.Cancelled {
			t.Errorf("a wait cancelled by a sibling gave %v, %v, want an outcome of kind cancelled", res.Err, err)
		}
		ctx, cancel = context.WithCancelCause(t.Context())
		cancel(effect.ErrStopped)
		if _, err := New().Perform(ctx, waitFor(time.Hour, time.Time{})); !errors.Is(err, effect.ErrStopped) {
			t.Errorf("a wait of a stopped run gave error %v, want %v", err, effect.ErrStopped)
		}
	})
}
