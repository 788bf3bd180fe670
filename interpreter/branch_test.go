package interpreter_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// goroutines runs all items of a parallel at once.
type goroutines struct{}

func (goroutines) Run(ctx context.Context, n, _ int, body func(ctx context.Context, item int)) {
	var all sync.WaitGroup
	defer all.Wait()
	for i := range n {
		all.Go(func() { body(ctx, i) })
	}
}

// TestNumbers: effects are numbered within their branch, and a parallel, a
// cleanup and a poll take a number where they are.
func TestNumbers(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer("f", interpretertest.Value(nil))
	_, err := run(t, w, `
def item(n):
    read("f")
    look(lambda: [read("f"), each(lambda m: read("f"), [1, 2])])
    read("f", n)

def main():
    read("f")
    cleanup(lambda: [read("f"), read("f")])
    each(item, ["a", "b"])
    each(lambda n: each(lambda m: read("f", n, m), ["x", "y"], stop = True), ["a"])
    read("f")
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1 f()",
		"3.0:1 f()", "3.0:2 poll()", `3.0:3 f("a")`,
		"3.1:1 f()", "3.1:2 poll()", `3.1:3 f("b")`,
		"4.0/1.0:1 begin()", `4.0/1.0:2 f("a", "x")`,
		"4.0/1.1:1 begin()", `4.0/1.1:2 f("a", "y")`,
		"5 f()",
		"2.cleanup:1 f()", "2.cleanup:2 f()",
	}
	if diff := cmp.Diff(want, w.Recorded()); diff != "" {
		t.Error(diff)
	}
}

// tree draws the source of a function body that nests reads and parallels.
func tree(t *rapid.T, depth int) string {
	var calls []string
	for range rapid.IntRange(1, 3).Draw(t, "calls") {
		if depth > 0 && rapid.Bool().Draw(t, "parallel") {
			items := rapid.IntRange(0, 3).Draw(t, "items")
			calls = append(calls, fmt.Sprintf("each(lambda _: %s, range(%d))", tree(t, depth-1), items))
		} else {
			calls = append(calls, `read("f")`)
		}
	}
	return "[" + strings.Join(calls, ", ") + "]"
}

// TestNumbersInAnyOrder: however branches run, each effect has the same
// identity, and no two have one.
func TestNumbersInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := program(t, "def main(): "+tree(rt, 3))
		var first []string
		for _, branches := range []interpreter.Branches{interpretertest.Sequential{}, interpretertest.Sequential{Backwards: true}, goroutines{}} {
			w := interpretertest.NewWorld()
			w.Answer("f", interpretertest.Value(nil))
			if _, err := w.Run(t.Context(), p, interpretertest.Options{Branches: branches}); err != nil {
				rt.Fatal(err)
			}
			got := w.Recorded()
			slices.Sort(got)
			if n := len(slices.Compact(slices.Clone(got))); n != len(got) {
				rt.Fatalf("got %d identities for %d effects: %q", n, len(got), got)
			}
			if first == nil {
				first = got
			}
			if diff := cmp.Diff(first, got); diff != "" {
				rt.Fatalf("in another order: %s", diff)
			}
		}
	})
}

// TestParallelOrder: values come in the order of the items, however they run.
func TestParallelOrder(t *testing.T) {
	t.Parallel()
	for _, branches := range []interpreter.Branches{interpretertest.Sequential{Backwards: true}, goroutines{}} {
		w := interpretertest.NewWorld()
		w.Answer("f", interpretertest.Value("x"))
		v, err := w.Run(t.Context(), program(t, `def main(): return each(lambda n: [n, read("f")], range(20))`), interpretertest.Options{Branches: branches})
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range v.([]effect.Value) {
			if got := e.([]effect.Value)[0]; got != int64(i) {
				t.Errorf("value %d is of item %v", i, got)
			}
		}
	}
}

// TestStopOnFailure: the first failure cancels the others, which is an outcome
// of theirs, and their cleanups still run.
func TestStopOnFailure(t *testing.T) {
	t.Parallel()
	const src = `
def item(n):
    cleanup(lambda: change("stop", n))
    change("start", n)
    change("start", n)

def main(): each(item, [1, 2], stop = True)
`
	for _, c := range []struct {
		branches interpreter.Branches
		want     []string
	}{
		{interpretertest.Sequential{}, []string{
			"1.0:1 begin()", "1.0:3 start(1)", "1.0/2.cleanup:1 stop(1)", "1.1:1 begin()",
		}},
		{interpretertest.Sequential{Backwards: true}, []string{
			"1.1:1 begin()", "1.1:3 start(2)", "1.1:4 start(2)", "1.1/2.cleanup:1 stop(2)",
			"1.0:1 begin()", "1.0:3 start(1)", "1.0/2.cleanup:1 stop(1)",
		}},
	} {
		w := interpretertest.NewWorld()
		w.Answer("start", interpretertest.Value(nil))
		w.Answer("start(1)", interpretertest.Error(effect.Fault, "no"))
		w.Answer("stop", interpretertest.Value(nil))
		_, err := w.Run(t.Context(), program(t, src), interpretertest.Options{Branches: c.branches})
		if diff := cmp.Diff(c.want, w.Recorded()); diff != "" {
			t.Error(diff)
		}
		if x := interpreter.Explain(err, nil); x.Position != "main.star:4:11" {
			t.Errorf("got the error at %s, want where the first item failed", x.Position)
		}
	}
}

// together is a layer in which no start(1) is answered before both branches
// have asked, and no other before its branch is cancelled.
type together struct {
	next  effect.Performer
	ready sync.WaitGroup
}

func (p *together) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Operation == "start" {
		p.ready.Done()
		p.ready.Wait()
		if r.Args[0] != int64(1) {
			<-ctx.Done()
		}
	}
	return p.next.Perform(ctx, r)
}

const pair = `
def item(n):
    cleanup(lambda: change("stop", n))
    change("start", n)

def main(): each(item, [1, 2], stop = True)
`

// TestCancelled: what is under way in another branch ends, as cancelled.
func TestCancelled(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer("start", interpretertest.Error(effect.Fault, "no"))
	w.Answer("stop", interpretertest.Value(nil))
	_, err := w.Run(t.Context(), program(t, pair), interpretertest.Options{Branches: goroutines{}, Layer: func(next effect.Performer) effect.Performer {
		p := &together{next: effect.Unrecorded(next)}
		p.ready.Add(2)
		return p
	}})
	x := interpreter.Explain(err, nil)
	if len(x.More) != 2 || x.More[0].Message != "1: start: no" || x.More[1].Kind != effect.Cancelled {
		t.Errorf("got %v, want start(1) failed and start(2) cancelled", err)
	}
	got := w.Recorded()
	slices.Sort(got)
	want := []string{"1.0/2.cleanup:1 stop(1)", "1.0:1 begin()", "1.0:3 start(1)", "1.1/2.cleanup:1 stop(2)", "1.1:1 begin()", "1.1:3 start(2)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestHaltedIsNotCancelled: when a branch halts the run, the others end as
// well, but not as cancelled: nothing is recorded of it, and nothing cleaned up.
func TestHaltedIsNotCancelled(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer("start", interpretertest.Lost("connection lost"))
	var recorded []effect.Kind
	var mu sync.Mutex
	_, err := w.Run(t.Context(), program(t, pair), interpretertest.Options{Branches: goroutines{}, Layer: func(next effect.Performer) effect.Performer {
		p := &together{next: effect.Unrecorded(next)}
		p.ready.Add(2)
		return effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
			res, err := p.Perform(ctx, r)
			mu.Lock()
			defer mu.Unlock()
			if err == nil && res.Err != nil && r.Operation == "start" {
				recorded = append(recorded, res.Err.Kind)
			}
			return res, err
		})
	}})
	var unsettled *interpreter.Unsettled
	if !errors.As(err, &unsettled) || unsettled.InDoubt.Request.ID.String() != "1.0:3" {
		t.Errorf("got %v, want the change 1.0:3 unsettled", err)
	}
	if recorded != nil {
		t.Errorf("got outcomes %v, want none", recorded)
	}
	if i := slices.IndexFunc(w.Recorded(), func(s string) bool { return strings.Contains(s, "stop") }); i >= 0 {
		t.Errorf("performed %q, want no cleanup", w.Recorded())
	}
}

// TestCleanupStopsWithTheRun: the cleanup of a cancelled branch runs, but not
// once the run itself is stopped; and its context has the values of its branch.
func TestCleanupStopsWithTheRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	w := interpretertest.NewWorld()
	w.Answer("start", interpretertest.Error(effect.Fault, "no"))
	w.Answer("stop", interpretertest.Value(nil))
	var items []any
	_, err := w.Run(ctx, program(t, `
def item(n):
    if n == 2:
        cleanup(lambda: [change("stop"), change("stop")])
    change("start", n)

def main(): each(item, [1, 2], stop = True)
`), interpretertest.Options{
		Branches: valued{},
		Layer: func(next effect.Performer) effect.Performer {
			p := &together{next: effect.Unrecorded(next)}
			p.ready.Add(2)
			return effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
				if r.Operation == "stop" {
					if items = append(items, ctx.Value(itemKey{})); len(items) == 2 {
						cancel(effect.ErrStopped)
					}
				}
				return p.Perform(ctx, r)
			})
		},
	})
	if !errors.Is(err, effect.ErrStopped) || interpreter.IsOutcome(err) {
		t.Errorf("got %v, want that the run was stopped", err)
	}
	if diff := cmp.Diff([]any{1, 1}, items); diff != "" {
		t.Errorf("items of the cleanups: %s", diff)
	}
}

// valued runs all items at once, each with its number as a value of its context.
type valued struct{}

type itemKey struct{}

func (valued) Run(ctx context.Context, n, limit int, body func(ctx context.Context, item int)) {
	goroutines{}.Run(ctx, n, limit, func(ctx context.Context, i int) { body(context.WithValue(ctx, itemKey{}, i), i) })
}

// TestNotes: what people are told says where it comes from.
func TestNotes(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	_, err := run(t, w, `
def item(n):
    cleanup(lambda: say("tidy"))
    say("hello")

def main():
    enter("greet", lambda: each(item, ["a"]))
    print("bye", 1)
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []interpreter.Note{
		{Kind: interpreter.NoteLog, Branch: "1.0", Step: "greet", Item: `"a"`, Text: "hello", Position: "main.star:4:8"},
		{Kind: interpreter.NoteLog, Branch: "1.0/1.cleanup", Step: "greet", Item: `"a"`, Text: "tidy", Position: "main.star:3:24"},
		{Kind: interpreter.NotePrint, Text: "bye 1", Position: "main.star:8:10"},
	}
	if diff := cmp.Diff(want, w.Notes()); diff != "" {
		t.Error(diff)
	}
}

// TestReplayedNotes: what was said in an earlier life of the run is marked.
func TestReplayedNotes(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	p := program(t, `def main(): [say("main"), each(lambda n: say(n), ["a", "b"])]`)
	args, err := p.Bind(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run(t.Context(), &interpreter.Run{
		Performer: w, Branches: interpretertest.Sequential{}, Observe: w.Observe,
		Replaying: func(branch string) bool { return branch != "1.1" },
	}, args); err != nil {
		t.Fatal(err)
	}
	for _, n := range w.Notes() {
		if want := n.Text != "b"; n.Replayed != want {
			t.Errorf("note %q: got replayed = %v, want %v", n.Text, n.Replayed, want)
		}
	}
}
