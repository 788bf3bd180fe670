package main

import (
	"strings"
	"testing"
	"time"

	"runbook/effect"
	"runbook/interpreter"
)

// The live view shows what a branch waits for only as long as it does, and a
// second wait of a branch is timed from its own beginning.
func TestView(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 3, 15, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	var screen strings.Builder
	p := &progress{clock: clock, view: &view{
		w: &screen, width: func() int { return 80 }, now: clock, waits: map[string]waiting{}, stop: make(chan struct{}),
	}}
	shown := func(want string) {
		t.Helper()
		lines := strings.Split(screen.String(), "\r\x1b[K")
		if got := lines[len(lines)-1]; got != want {
			t.Errorf("the view is %q, want %q", got, want)
		}
	}
	poll := effect.Request{Kind: effect.KindPoll}
	pause := effect.Request{Kind: effect.KindClock, Operation: effect.OpWait, Args: []effect.Value{int64(time.Minute), "to be sure"}}

	p.observe(interpreter.Note{Kind: interpreter.NoteLook, Text: "n0011: off", Left: time.Hour})
	shown("waiting for n0011: off  0s, 1h left")
	now = now.Add(time.Minute)
	p.observe(interpreter.Note{Kind: interpreter.NoteLook, Text: "n0011: up", Left: 59 * time.Minute})
	shown("waiting for n0011: up  1m, 59m left")
	p.effect(poll, effect.Result{}, nil)
	shown("")

	pause.Begun = now.Add(-20 * time.Second) // by an earlier life of the run
	p.begins(pause)
	shown("wait 1m: to be sure  0s, 40s left")
	pause.ID.Branch, pause.Begun = "3.0", time.Time{}
	p.begins(pause)
	shown("wait 1m: to be sure  0s, 40s left  (and 1 more)")
	p.effect(effect.Request{Kind: effect.KindClock, Operation: effect.OpWait}, effect.Result{}, nil)
	shown("wait 1m: to be sure  0s, 1m left")
	p.effect(effect.Request{ID: effect.ID{Branch: "3.0"}, Kind: effect.KindClock, Operation: effect.OpWait}, effect.Result{}, nil)
	p.ruling(interpreter.Note{Kind: interpreter.NoteLook, Item: "interlock \"quiet\"", Text: "n0011: busy", Left: time.Minute})
	shown("interlock \"quiet\": waiting for n0011: busy  0s, 1m left")
	p.ruled("")
	shown("")
	p.view.close()
	shown("")
}
