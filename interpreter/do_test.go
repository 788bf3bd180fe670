package interpreter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// interrupted is the layer of a run that is resumed in the middle of its first
// change, which was begun ten seconds before the resumed run.
func interrupted(next effect.Performer) effect.Performer {
	next = effect.Unrecorded(next)
	return effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
		if r.Class == effect.Change && r.Resolution == effect.Unresolved {
			return effect.Result{}, &effect.InDoubt{Request: r, Since: interpretertest.Start.Add(-10 * time.Second)}
		}
		return next.Perform(ctx, r)
	})
}

// TestRecovery goes through every way in which a change in doubt is settled.
func TestRecovery(t *testing.T) {
	t.Parallel()
	var (
		lost  = interpretertest.Lost("connection lost")
		up    = interpretertest.Value("up")
		off   = interpretertest.Value("off")
		fails = interpretertest.Error(effect.Fault, "no such node")
		done  = interpretertest.Value("done")
		again = interpretertest.Value("again")
		stop  = interpretertest.Value("fail")
		ok    = interpretertest.Value("OK")
	)
	mute := interpretertest.Lost("connection lost")
	mute.Err.Transient = true
	gone := interpretertest.Lost("left no status")
	const probe = `recover = lambda: {"up": "done", "off": "not done", "?": "unknown"}.get(read("state"), 7)`
	for _, c := range []struct {
		name    string
		how     string // arguments of change
		resumed bool   // in doubt since an earlier life; otherwise the answer got lost
		start   []interpretertest.Answer
		state   []interpretertest.Answer
		resolve []interpretertest.Answer

		value  effect.Value
		err    string // of the script
		asked  string // the operator was told
		starts int    // how often the change was performed
		took   time.Duration
		note   string
	}{
		{
			name: "repeat", how: `recover = "repeat"`, start: []interpretertest.Answer{lost, lost, ok},
			value: "OK", starts: 3, took: 3 * time.Second, note: `start("n11"): performed again: it is harmless twice`,
		},
		{
			name: "repeat, three times lost", how: `recover = "repeat"`, start: []interpretertest.Answer{lost},
			err: "start: connection lost", starts: 3, took: 3 * time.Second, note: "given up: no answer after 3 tries",
		},
		{
			name: "repeat, then a fault", how: `recover = "repeat"`, start: []interpretertest.Answer{lost, fails},
			err: "start: no such node", starts: 2, took: time.Second,
		},
		{
			name: "repeat, resumed", how: `recover = "repeat"`, resumed: true, start: []interpretertest.Answer{ok},
			value: "OK", starts: 1,
		},
		{
			name: "probe says done", how: probe, start: []interpretertest.Answer{lost}, state: []interpretertest.Answer{up},
			starts: 1, took: 30 * time.Second, note: `start("n11"): was done: its probe says done`,
		},
		{
			name: "probe says not done", how: probe, start: []interpretertest.Answer{lost, ok}, state: []interpretertest.Answer{off},
			value: "OK", starts: 2, took: 30 * time.Second, note: "performed again: its probe says not done",
		},
		{
			name: "probe, three times lost", how: probe, start: []interpretertest.Answer{lost}, state: []interpretertest.Answer{off},
			err: "start: connection lost", starts: 3, took: 90 * time.Second,
			note: "given up: no answer after 3 tries, and its probe says not done",
		},
		{
			name: "probe, three times lost, the last time after it took effect", how: probe,
			start: []interpretertest.Answer{lost}, state: []interpretertest.Answer{off, off, up},
			starts: 3, took: 90 * time.Second, note: "was done: its probe says done",
		},
		{
			name: "an answer that nobody understands is no expected disconnect", how: "disconnects = True",
			start:   []interpretertest.Answer{{Err: &effect.Error{Kind: effect.Protocol, Message: "got HTML", Doubt: true}}},
			resolve: []interpretertest.Answer{done}, starts: 1,
			asked: `start("n11"): in doubt: got HTML`, note: "was done: the operator says done",
		},
		{
			name: "probe, resumed", how: probe, resumed: true, state: []interpretertest.Answer{up},
			took: 20 * time.Second, note: "was done: its probe says done",
		},
		{
			name: "probe cannot tell", how: probe, start: []interpretertest.Answer{lost}, state: []interpretertest.Answer{interpretertest.Value("?")},
			resolve: []interpretertest.Answer{done}, starts: 1, took: 30 * time.Second,
			asked: `start("n11"): in doubt: connection lost; its probe could not tell`, note: "was done: the operator says done",
		},
		{
			name: "probe fails", how: probe, start: []interpretertest.Answer{lost, ok}, state: []interpretertest.Answer{fails},
			resolve: []interpretertest.Answer{again}, value: "OK", starts: 2, took: 30 * time.Second,
			asked: `start("n11"): in doubt: connection lost; its probe failed: state: no such node`, note: "performed again: the operator says not done",
		},
		{
			name: "probe fails and nobody is there", how: probe, start: []interpretertest.Answer{lost}, state: []interpretertest.Answer{fails},
			err: `start("n11"): in doubt: connection lost; its probe failed: state: no such node`, starts: 1, took: 30 * time.Second,
		},
		{
			name: "probe may only read", how: `recover = lambda: change("stop")`, start: []interpretertest.Answer{lost},
			err: `start("n11"): in doubt: connection lost; its probe failed: stop: the function of a probe may only read`, starts: 1, took: 30 * time.Second,
		},
		{
			name: "probe that polls", how: `recover = lambda: "done" if look(lambda: read("state")) == "up" else "not done"`,
			start: []interpretertest.Answer{lost}, state: []interpretertest.Answer{up}, starts: 1, took: 30 * time.Second,
		},
		{
			name: "probe with another answer", how: probe, start: []interpretertest.Answer{lost}, state: []interpretertest.Answer{interpretertest.Value("odd")},
			err: `recover: got 7 from lambda, want "done", "not done" or "unknown"`, starts: 1, took: 30 * time.Second,
		},
		{
			name: "probe with a mistake", how: `recover = lambda: 1 // 0`, start: []interpretertest.Answer{lost},
			err: "floored division by zero", starts: 1, took: 30 * time.Second,
		},
		{
			name: "keyed", how: `keyed = True`, start: []interpretertest.Answer{mute, mute, ok},
			value: "OK", starts: 3, took: 3 * time.Second, note: `start("n11"): asked again: its key tells whether it ran`,
		},
		{
			name: "keyed, resumed", how: `keyed = True`, resumed: true, start: []interpretertest.Answer{ok}, value: "OK", starts: 1,
		},
		{
			name: "keyed, three times lost, is not given up", how: `keyed = True`, start: []interpretertest.Answer{mute},
			err: `start("n11"): in doubt: connection lost; no answer after 3 tries`, starts: 3, took: 3 * time.Second,
			note: `start("n11"): asked again: its key tells whether it ran`,
		},
		{
			name: "keyed, the key cannot tell and a probe can", how: `keyed = True, ` + probe, start: []interpretertest.Answer{gone},
			state: []interpretertest.Answer{up}, starts: 1, took: 30 * time.Second, note: "was done: its probe says done",
		},
		{
			name: "keyed, the key cannot tell", how: `keyed = True`, start: []interpretertest.Answer{gone, ok}, resolve: []interpretertest.Answer{again},
			value: "OK", starts: 2, asked: `start("n11"): in doubt: left no status`, note: "performed again: the operator says not done",
		},
		{
			name: "asked, done", start: []interpretertest.Answer{lost}, resolve: []interpretertest.Answer{done},
			asked: `start("n11"): in doubt: connection lost`, starts: 1, note: "was done: the operator says done",
		},
		{
			name: "asked, again and again", start: []interpretertest.Answer{lost, lost, lost, lost, ok}, resolve: []interpretertest.Answer{again},
			value: "OK", starts: 5,
		},
		{
			name: "asked, given up", start: []interpretertest.Answer{lost}, resolve: []interpretertest.Answer{stop},
			err: "start: connection lost", starts: 1, note: "given up: the operator gave up",
		},
		{
			name: "asked, resumed, given up", resumed: true, resolve: []interpretertest.Answer{stop},
			err:   `start("n11"): in doubt: the run stopped before its result was recorded`,
			asked: `start("n11"): in doubt: the run stopped before its result was recorded`,
		},
		{
			name: "asked, nobody there", start: []interpretertest.Answer{lost},
			err: `start("n11"): in doubt: connection lost`, starts: 1,
		},
		{
			name: "disconnects", how: "disconnects = True", start: []interpretertest.Answer{lost},
			starts: 1, note: `start("n11"): the connection was lost, as expected`,
		},
		{
			name: "disconnects, resumed", how: "disconnects = True, " + probe, resumed: true, state: []interpretertest.Answer{off},
			start: []interpretertest.Answer{ok}, value: "OK", starts: 1, took: 20 * time.Second,
		},
		{
			name: "disconnects, another error", how: "disconnects = True", start: []interpretertest.Answer{fails},
			err: "start: no such node", starts: 1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := interpretertest.NewWorld()
			w.Answer("start", c.start...)
			w.Answer("state", c.state...)
			w.Answer(effect.OpResolve, c.resolve...)
			o := interpretertest.Options{}
			if c.resumed {
				o.Layer = interrupted
			}
			comma := ""
			if c.how != "" {
				comma = ", "
			}
			v, err := w.Run(t.Context(), program(t, `def main(): return change("start", "n11"`+comma+c.how+`)`), o)
			if got := message(err); got != c.err {
				t.Errorf("error: got %q, want %q", got, c.err)
			}
			if diff := cmp.Diff(c.value, v); diff != "" {
				t.Errorf("value: %s", diff)
			}
			starts, asked := 0, ""
			for _, r := range w.Requests() {
				switch r.Operation {
				case "start":
					starts++
				case effect.OpResolve:
					asked = r.Args[2].(string)
				}
			}
			if starts != c.starts {
				t.Errorf("performed %d times, want %d", starts, c.starts)
			}
			if c.asked != "" && asked != c.asked {
				t.Errorf("the operator was told %q, want %q", asked, c.asked)
			}
			if w.Elapsed() != c.took {
				t.Errorf("took %s, want %s", w.Elapsed(), c.took)
			}
			if !strings.HasSuffix(doubts(w), c.note) {
				t.Errorf("note: got %q, want %q", doubts(w), c.note)
			}
		})
	}
}

// message is the text of an error as Explain gives it.
func message(err error) string {
	if err == nil {
		return ""
	}
	return interpreter.Explain(err, nil).Message
}

// doubts are the notes about changes in doubt.
func doubts(w *interpretertest.World) string {
	var lines []string
	for _, n := range w.Notes() {
		if n.Kind == interpreter.NoteDoubt || n.Kind == interpreter.NoteLog {
			lines = append(lines, n.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// TestUnsettledIsNoOutcome: nothing in the script can handle it, and what was
// to be cleaned up waits for the run to go on.
func TestUnsettledIsNoOutcome(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer("start", interpretertest.Lost("connection lost"))
	_, err := run(t, w, `
def main():
    cleanup(lambda: change("stop"))
    attempt(lambda: change("start"))
`)
	var unsettled *interpreter.Unsettled
	if !errors.As(err, &unsettled) || interpreter.IsOutcome(err) || unsettled.InDoubt.Request.ID.String() != "2" {
		t.Errorf("got %v, want the change 2 unsettled", err)
	}
	if got := w.Recorded(); !cmp.Equal(got, []string{"2 start()"}) {
		t.Errorf("performed %q, want no cleanup", got)
	}
}

// TestHalt: an error that is no result ends the run, whatever the script does.
func TestHalt(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer("start", interpretertest.Answer{Halt: effect.ErrStopped})
	_, err := run(t, w, `
def item(n):
    cleanup(lambda: change("stop"))
    attempt(lambda: change("start"))

def main():
    cleanup(lambda: change("stop"))
    attempt(lambda: each(item, [1, 2]))
`)
	if !errors.Is(err, effect.ErrStopped) || interpreter.IsOutcome(err) {
		t.Errorf("got %v, want that the run was stopped", err)
	}
	if got := w.Recorded(); !cmp.Equal(got, []string{"2.0:2 start()", "2.1:2 start()"}) {
		t.Errorf("performed %q, want no cleanup", got)
	}
}

// TestHaltInCleanup: a cleanup can halt the run as well, also one that follows an error.
func TestHaltInCleanup(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"pass", `change("fails")`, "1 // 0"} {
		w := interpretertest.NewWorld()
		w.Answer("stop", interpretertest.Answer{Halt: effect.ErrStopped})
		w.Answer("fails", interpretertest.Error(effect.Fault, "no"))
		_, err := run(t, w, "def main():\n    cleanup(lambda: read(\"never\"))\n    cleanup(lambda: change(\"stop\"))\n    "+end)
		if !errors.Is(err, effect.ErrStopped) || interpreter.IsOutcome(err) {
			t.Errorf("after %s: got %v, want that the run was stopped", end, err)
		}
	}
}

// TestHaltAtBegin: a branch that cannot even say that it begins has no outcome.
func TestHaltAtBegin(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer(effect.OpBegin, interpretertest.Answer{Halt: effect.ErrStopped})
	_, err := run(t, w, `def main(): attempt(lambda: each(lambda n: n, [1, 2], stop = True))`)
	if !errors.Is(err, effect.ErrStopped) || interpreter.IsOutcome(err) {
		t.Errorf("got %v, want that the run was stopped", err)
	}
}

// TestStopped: a run whose context has ended performs nothing more.
func TestStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	w := interpretertest.NewWorld()
	w.Answer("a", interpretertest.Answer{Then: func() { cancel(effect.ErrStopped) }})
	_, err := w.Run(ctx, program(t, "def main():\n  read(\"a\")\n  attempt(lambda: read(\"b\"))"), interpretertest.Options{})
	if !errors.Is(err, effect.ErrStopped) || interpreter.IsOutcome(err) {
		t.Errorf("got %v, want that the run was stopped", err)
	}
}

// TestLostRead: an answer that got lost is only an error, where nothing was changed.
func TestLostRead(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer("state", interpretertest.Lost("connection lost"))
	_, err := run(t, w, `def main(): read("state")`)
	if got := message(err); got != "state: connection lost" {
		t.Errorf("got %q, want state: connection lost", got)
	}
}

// TestReadOnly: a run that declares it changes nothing, by the file's word or the caller's.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src      string
		readOnly bool
	}{
		{"READ_ONLY = True\ndef main():\n  read(\"a\")\n  change(\"b\")", false},
		{"def main():\n  read(\"a\")\n  change(\"b\")", true},
	} {
		w := interpretertest.NewWorld()
		w.Answer("a", interpretertest.Value(nil))
		_, err := w.Run(t.Context(), program(t, c.src), interpretertest.Options{ReadOnly: c.readOnly})
		x := interpreter.Explain(err, nil)
		if x.Kind != effect.Refused || x.Message != "b: the runbook declares READ_ONLY and this is a change" || !strings.Contains(x.Hint, "reads=") {
			t.Errorf("got %q with hint %q, want it refused", x.Message, x.Hint)
		}
	}
}

// TestProbeIsFrozen: a probe that is needed now and then may not change what the
// script sees, whether it is needed or not.
func TestProbeIsFrozen(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer("start", interpretertest.Value(nil))
	_, err := run(t, w, `
def main():
    seen = []
    change("start", recover = lambda: seen.append(1))
    seen.append(2)
`)
	if got := message(err); got != "append: cannot append to frozen list" {
		t.Errorf("got %q, want what the probe can reach frozen", got)
	}
}

// TestRequest: what a performer is told about a request.
func TestRequest(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer("start", interpretertest.Value(nil))
	w.Answer("state", interpretertest.Value(nil))
	if _, err := run(t, w, `
def main():
    enter("outer", lambda: enter("inner", each, lambda n:
        change("start", n, recover = "repeat"), [7]))
    look(lambda: read("state"))
`); err != nil {
		t.Fatal(err)
	}
	requests := w.Requests()
	start, state := requests[0], requests[2]
	if start.ID.String() != "1.0:1" || start.Step != "outer > inner" || start.Position != "main.star:4:15" ||
		start.Class != effect.Change || start.Recovery != effect.Repeat || start.Inner {
		t.Errorf("got %+v, want 1.0:1 in its step, at its position", start)
	}
	if !state.Inner || state.Class != effect.Read || state.Step != "" || state.ID.Number != 2 {
		t.Errorf("got %+v, want a read inside 2", state)
	}
}
