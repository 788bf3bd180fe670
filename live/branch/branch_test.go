package branch

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestEveryItemRunsOnceUnderTheLimit(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 3, 64, 1000} {
		var running, most atomic.Int64
		ran := make([]atomic.Int64, 500)
		New().Run(t.Context(), len(ran), limit, func(_ context.Context, i int) {
			now := running.Add(1)
			for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
			}
			ran[i].Add(1)
			running.Add(-1)
		})
		for i := range ran {
			if n := ran[i].Load(); n != 1 {
				t.Fatalf("limit %d: item %d ran %d times, want once", limit, i, n)
			}
		}
		if m := most.Load(); m > int64(limit) {
			t.Errorf("limit %d: %d ran at once", limit, m)
		}
	}
}

func TestNestedRunsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	var leaves atomic.Int64
	New().Run(t.Context(), 8, 2, func(ctx context.Context, _ int) {
		New().Run(ctx, 8, 2, func(ctx context.Context, _ int) {
			New().Run(ctx, 8, 2, func(context.Context, int) { leaves.Add(1) })
		})
	})
	if got := leaves.Load(); got != 512 {
		t.Errorf("%d leaves ran, want 512", got)
	}
}

func TestPanicComesBackWithTheOthersDone(t *testing.T) {
	t.Parallel()
	var ran atomic.Int64
	defer func() {
		p, ok := recover().(*Panic)
		if !ok || p.Value != "oh" || len(p.Stack) == 0 {
			t.Errorf("Run panicked with %v, want the branch's panic and stack", p)
		}
		if ran.Load() != 9 {
			t.Errorf("%d others ran, want 9", ran.Load())
		}
	}()
	New().Run(t.Context(), 10, 4, func(_ context.Context, i int) {
		if i == 3 {
			panic("oh")
		}
		ran.Add(1)
	})
}

func TestContextReachesTheBodies(t *testing.T) {
	t.Parallel()
	cause := errors.New("because")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	ran := 0
	New().Run(ctx, 3, 1, func(ctx context.Context, _ int) {
		if context.Cause(ctx) == cause {
			ran++
		}
	})
	if ran != 3 {
		t.Errorf("%d bodies saw the cause, want 3: what a cancelled branch does is its own business", ran)
	}
}

func BenchmarkRun10000(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New().Run(b.Context(), 10_000, 0, func(context.Context, int) {})
	}
}
