package branch

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestRun runs each item once, in order of beginning and never more at a time
// than the limit.
func TestRun(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ n, limit, own, most int }{
		{0, 0, 0, 0},
		{1, 0, 0, 1},
		{10, 0, 0, 10},
		{200, 0, 0, Limit},
		{200, 7, 0, 7},
		{200, 0, 5, 5},
		{200, 90, 5, 90},
		{5, 90, 0, 5},
		{10, 1, 0, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			var now, most atomic.Int64
			var mu sync.Mutex
			ran := make([]int, test.n)
			Branches{Limit: test.own}.Run(t.Context(), test.n, test.limit, func(_ context.Context, item int) {
				for n, old := now.Add(1), most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
				}
				mu.Lock()
				ran[item]++
				mu.Unlock()
				time.Sleep(time.Second)
				now.Add(-1)
			})
			for item, times := range ran {
				if times != 1 {
					t.Errorf("%+v: item %d ran %d times, want once", test, item, times)
				}
			}
			if int(most.Load()) != test.most {
				t.Errorf("%+v: %d ran at once, want %d", test, most.Load(), test.most)
			}
		})
	}
}

// TestOrder begins items in their order when one runs at a time.
func TestOrder(t *testing.T) {
	t.Parallel()
	var order []int
	Branches{}.Run(t.Context(), 5, 1, func(_ context.Context, item int) { order = append(order, item) })
	if got := fmt.Sprint(order); got != "[0 1 2 3 4]" {
		t.Errorf("order = %s, want [0 1 2 3 4]", got)
	}
}

// TestContext hands the context on, and runs every item after its end too.
func TestContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "x"))
	own := errors.New("own")
	cancel(own)
	var ran atomic.Int64
	Branches{}.Run(ctx, 100, 4, func(ctx context.Context, _ int) {
		ran.Add(1)
		if ctx.Value(key{}) != "x" || context.Cause(ctx) != own {
			t.Errorf("context has %v, %v, want x, %v", ctx.Value(key{}), context.Cause(ctx), own)
		}
	})
	if n := ran.Load(); n != 100 {
		t.Errorf("%d items ran, want 100", n)
	}
}

// TestNested runs branches in branches in branches, each level at its limit.
func TestNested(t *testing.T) {
	t.Parallel()
	var ran atomic.Int64
	b := Branches{Limit: 2}
	b.Run(t.Context(), 8, 0, func(ctx context.Context, _ int) {
		b.Run(ctx, 8, 0, func(ctx context.Context, _ int) {
			b.Run(ctx, 8, 0, func(context.Context, int) { ran.Add(1) })
		})
	})
	if n := ran.Load(); n != 512 {
		t.Errorf("%d items ran, want 512", n)
	}
}

// TestPanic brings a panic to the caller, after what was under way, with the
// stack of the branch.
func TestPanic(t *testing.T) {
	t.Parallel()
	own := errors.New("own")
	for _, limit := range []int{1, 4} {
		var under, ran atomic.Int64
		p := caught(func() {
			Branches{}.Run(t.Context(), 1000, limit, func(ctx context.Context, item int) {
				under.Add(1)
				defer under.Add(-1)
				ran.Add(1)
				if item == 5 {
					Branches{}.Run(ctx, 3, limit, func(context.Context, int) { boom(own) })
				}
				runtime.Gosched()
			})
		})
		got, ok := p.(*Panic)
		if !ok || got.Value != own || !errors.Is(got, own) || !strings.Contains(got.Error(), "boom") {
			t.Errorf("limit %d: panic = %v, want one of boom with %v", limit, p, own)
		}
		if under.Load() != 0 || ran.Load() < 6 {
			t.Errorf("limit %d: %d items ran, %d are still under way", limit, ran.Load(), under.Load())
		}
		if limit == 1 && ran.Load() != 6 {
			t.Errorf("%d items began, want none after the sixth", ran.Load())
		}
	}
}

//go:noinline
func boom(err error) { panic(err) }

// caught is what f panics with.
func caught(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// TestGoexit ends the caller's goroutine if a body ends its own, as the failure
// of a test does.
func TestGoexit(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 4} {
		returned := false
		done := make(chan struct{})
		go func() {
			defer close(done)
			Branches{}.Run(t.Context(), 100, limit, func(_ context.Context, item int) {
				if item == 5 {
					runtime.Goexit()
				}
			})
			returned = true
		}()
		<-done
		if returned {
			t.Errorf("limit %d: Run returned, want its goroutine ended", limit)
		}
	}
}

// TestFewGoroutines starts no more goroutines than can work.
func TestFewGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	var most atomic.Int64
	Branches{}.Run(t.Context(), 10_000, 0, func(context.Context, int) {
		for n, old := int64(runtime.NumGoroutine()), most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
	})
	if n := int(most.Load()) - before; n >= Limit {
		t.Errorf("10,000 items had %d goroutines beside the caller, want fewer than %d", n, Limit)
	}
}

func BenchmarkRun(b *testing.B) {
	for _, n := range []int{1, 64, 10_000} {
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Branches{}.Run(b.Context(), n, 0, func(context.Context, int) {})
			}
		})
	}
}
