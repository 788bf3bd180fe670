package control_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/builtins"
	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// load loads a program of one file with all builtins.
func load(t *testing.T, src string) *interpreter.Program {
	t.Helper()
	engine := interpreter.NewEngine(builtins.Predeclared(), interpreter.Bundle{"main.star": []byte(src)}, interpreter.Limits{})
	p, err := engine.Load("main.star")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// limits remembers the limits it was given.
type limits []int

func (l *limits) Run(ctx context.Context, n, limit int, body func(ctx context.Context, item int)) {
	*l = append(*l, limit)
	interpretertest.Sequential{}.Run(ctx, n, limit, body)
}

// TestLimit: how many branches run at once is for what runs them.
func TestLimit(t *testing.T) {
	t.Parallel()
	var got limits
	p := load(t, "def main(): [parallel(len, [\"\"]), parallel(len, [\"\"], limit = 7), parallel(len, [], 3)]")
	if _, err := interpretertest.NewWorld().Run(t.Context(), p, interpretertest.Options{Branches: &got}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(limits{0, 7, 3}, got); diff != "" {
		t.Error(diff)
	}
}

// begun is the layer of a run that was resumed in the middle of its first poll
// or wait, some time after it was begun.
func begun(before time.Duration) func(effect.Performer) effect.Performer {
	return func(next effect.Performer) effect.Performer {
		return effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
			if !r.Inner && r.ID.Number == 1 {
				r.Begun = interpretertest.Start.Add(-before)
			}
			return next.Perform(ctx, r)
		})
	}
}

// TestResumedInTheMiddle: a poll and a wait keep the deadline that they had.
func TestResumedInTheMiddle(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]time.Duration{
		"def main(): attempt(poll, lambda: False, timeout = \"10m\")": time.Minute,
		"def main(): wait(\"10m\")":                                   time.Minute,
		"def main(): attempt(poll, lambda: False, timeout = \"5m\")":  0,
		"def main(): poll(lambda: True, timeout = \"5m\")":            0,
	} {
		w := interpretertest.NewWorld()
		if _, err := w.Run(t.Context(), load(t, src), interpretertest.Options{Layer: begun(9 * time.Minute)}); err != nil {
			t.Fatal(err)
		}
		if w.Elapsed() != want {
			t.Errorf("%s: took %s, want %s", src, w.Elapsed(), want)
		}
	}
}

// goroutines runs all items of a parallel at once.
type goroutines struct{}

func (goroutines) Run(ctx context.Context, n, _ int, body func(ctx context.Context, item int)) {
	var all sync.WaitGroup
	defer all.Wait()
	for i := range n {
		all.Go(func() { body(ctx, i) })
	}
}

// TestAtOnce: branches that really run at once do not disturb each other.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	p := load(t, `
server = xmlrpc.server("http://h/c", reads = ["get*"], recover = "repeat")

def item(n):
    cleanup(lambda: server.stop(n))
    state = poll(server.getState, until = lambda s: s == "on", timeout = "1m", what = "item %d" % n)
    failed = attempt(server.broken, n)
    inner = parallel(lambda m: step("inner", server.getState), range(3))
    log("item", n, state)
    return struct(n = n, state = state, kind = failed.error.kind, inner = inner)

def main():
    return [[r.n, r.state, r.kind, len(r.inner)] for r in parallel(item, range(50), limit = 64)]
`)
	w := interpretertest.NewWorld()
	w.Answer("getState", interpretertest.Value("on"))
	w.Answer("broken", interpretertest.Error(effect.Fault, "no"))
	w.Answer("stop", interpretertest.Value(nil))
	v, err := w.Run(t.Context(), p, interpretertest.Options{Branches: goroutines{}})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range v.([]effect.Value) {
		if diff := cmp.Diff([]effect.Value{int64(i), "on", "fault", int64(3)}, r); diff != "" {
			t.Errorf("item %d: %s", i, diff)
		}
	}
	if n := len(w.Recorded()); n != 50*6 {
		t.Errorf("got %d effects, want 6 of each of 50 items", n)
	}
}
