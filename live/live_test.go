package live

import (
	"context"
	"errors"
	"testing"
	"time"

	"runbook/effect"
)

// named answers with its name.
func named(name string) effect.Performer {
	return effect.PerformerFunc(func(_ context.Context, r effect.Request) (effect.Result, error) {
		return effect.Result{Value: name + " " + r.Operation}, nil
	})
}

func body(context.Context, time.Time) (effect.Result, error) { return effect.Result{}, nil }

func TestMux(t *testing.T) {
	t.Parallel()
	m := Mux{effect.KindXMLRPC: named("xmlrpc"), effect.KindClock: named("clock")}
	for _, test := range []struct {
		r    effect.Request
		want effect.Value
		err  string
	}{
		{effect.Request{Kind: effect.KindXMLRPC, Operation: "getNodeList"}, "xmlrpc getNodeList", ""},
		{effect.Request{Kind: effect.KindClock, Operation: effect.OpNow}, "clock now", ""},
		{effect.Request{Kind: effect.KindPoll, Operation: effect.OpPoll, Body: body}, "clock poll", ""},
		{effect.Request{Kind: effect.KindBranch, Operation: effect.OpBegin}, nil, ""},
		{effect.Request{Kind: "smoke", Operation: "signal"}, nil, `internal error: signal(): got kind "smoke", want one of clock, xmlrpc`},
		{effect.Request{Kind: effect.KindBranch, Operation: "end"}, nil, `internal error: end(): got kind "branch", want one of clock, xmlrpc`},
	} {
		res, err := m.Perform(t.Context(), test.r)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if res.Err != nil || res.Value != test.want || text != test.err {
			t.Errorf("Perform(%s) = %s, %v, want %v, %s", test.r.Describe(), res.Describe(), err, test.want, test.err)
		}
	}
	if _, err := (Mux{}).Perform(t.Context(), effect.Request{Kind: effect.KindPoll, Body: body}); err == nil {
		t.Error("poll without a clock: no error")
	}
}

func TestBegin(t *testing.T) {
	t.Parallel()
	r := effect.Request{ID: effect.ID{Branch: "4.1", Number: 1}, Kind: effect.KindBranch, Operation: effect.OpBegin}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(effect.ErrCancelled)
	res, err := Mux{}.Perform(ctx, r)
	if err != nil || res.Err == nil || res.Err.Kind != effect.Cancelled || res.Err.ID != r.ID {
		t.Errorf("begin of a cancelled branch = %+v, %v, want %s", res.Err, err, effect.Cancelled)
	}
	ctx, cancel = context.WithCancelCause(t.Context())
	cancel(effect.ErrStopped)
	if res, err := (Mux{}).Perform(ctx, r); !errors.Is(err, effect.ErrStopped) || res.Err != nil {
		t.Errorf("begin in a stopped run = %+v, %v, want %v", res.Err, err, effect.ErrStopped)
	}
}
