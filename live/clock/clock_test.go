package clock

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"runbook/effect"
)

// wait is a request to wait, begun at a moment or now.
func wait(d time.Duration, begun time.Time) effect.Request {
	return effect.Request{
		ID: effect.ID{Number: 3}, Kind: effect.KindClock, Operation: effect.OpWait,
		Args: []effect.Value{int64(d), "why"}, Begun: begun,
	}
}

func TestNow(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CET", 3600)
	c := Clock{Now: func() time.Time { return time.Date(2006, 1, 2, 15, 4, 5, 123456789, zone) }}
	r := effect.Request{Kind: effect.KindClock, Operation: effect.OpNow}
	res, err := c.Perform(t.Context(), r)
	if want := time.Date(2006, 1, 2, 14, 4, 5, 123456000, time.UTC); err != nil || res.Err != nil || res.Value != want {
		t.Errorf("now = %v, %v, want %v", res.Value, err, want)
	}
	res, err = Clock{}.Perform(t.Context(), r)
	if err != nil || effect.Check(res.Value) != nil {
		t.Errorf("now = %#v, %v, want an effect.Value", res.Value, err)
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		duration, begun time.Duration // ago; 0 for now
		want            time.Duration
	}{
		{time.Hour, 0, time.Hour},
		{time.Hour, 20 * time.Minute, 40 * time.Minute},
		{time.Hour, -time.Minute, 61 * time.Minute}, // the machine's clock was set back
		{time.Hour, time.Hour, 0},
		{time.Hour, 48 * time.Hour, 0},
		{0, 0, 0},
		{-time.Second, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var begun time.Time
			if test.begun != 0 {
				begun = start.Add(-test.begun)
			}
			res, err := Clock{}.Perform(t.Context(), wait(test.duration, begun))
			if took := time.Since(start); err != nil || res.Err != nil || res.Value != nil || took != test.want {
				t.Errorf("wait of %v begun %v ago = %v, %v after %v, want it after %v", test.duration, test.begun, res, err, took, test.want)
			}
		})
	}
}

func TestWaitEnds(t *testing.T) {
	t.Parallel()
	own := errors.New("own")
	for _, test := range []struct {
		cause, want error
		kind        effect.Kind
	}{
		{effect.ErrStopped, effect.ErrStopped, ""},
		{own, own, ""},
		{nil, context.Canceled, ""},
		{effect.ErrCancelled, nil, effect.Cancelled},
		{fmt.Errorf("item 2: %w", effect.ErrCancelled), nil, effect.Cancelled},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Minute, func() { cancel(test.cause) })
			for range 2 { // the second meets an ended context
				res, err := Clock{}.Perform(ctx, wait(time.Hour, time.Time{}))
				if !errors.Is(err, test.want) || (res.Err == nil) != (test.kind == "") {
					t.Fatalf("wait ended by %v = %v, %v, want %v, %q", test.cause, res.Err, err, test.want, test.kind)
				}
				if res.Err != nil && (res.Err.Kind != test.kind || res.Err.ID != effect.ID{Number: 3} || res.Err.Doubt) {
					t.Errorf("wait ended by %v = %+v, want %s", test.cause, res.Err, test.kind)
				}
			}
			if took := time.Since(start); took != time.Minute {
				t.Errorf("wait ended after %v, want %v", took, time.Minute)
			}
		})
	}
}

// TestBody performs a composite request, with the moment it was begun.
func TestBody(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CET", 3600)
	now := time.Date(2006, 1, 2, 15, 4, 5, 0, zone)
	c := Clock{Now: func() time.Time { return now }}
	for _, begun := range []time.Time{{}, now.Add(-time.Hour)} {
		want := now.UTC()
		if !begun.IsZero() {
			want = begun.UTC()
		}
		own := errors.New("own")
		r := effect.Request{Kind: effect.KindPoll, Operation: effect.OpPoll, Begun: begun, Body: func(_ context.Context, got time.Time) (effect.Result, error) {
			if got != want {
				t.Errorf("begun at %v, want %v", got, want)
			}
			return effect.Result{Value: "seen"}, own
		}}
		if res, err := c.Perform(t.Context(), r); res.Value != "seen" || err != own {
			t.Errorf("Perform = %v, %v, want what the body returned", res, err)
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]effect.Request{
		`got the operation "set"`:     {Operation: "set"},
		"got a wait without duration": {Operation: effect.OpWait},
		`got a wait of "1h"`:          {Operation: effect.OpWait, Args: []effect.Value{"1h"}},
	} {
		if res, err := (Clock{}).Perform(t.Context(), r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Perform(%s) = %v, %v, want error %s", r.Describe(), res, err, want)
		}
	}
}
