package interpreter

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"

	"go.starlark.net/starlark"
)

// stride is how many steps a thread takes between two looks at the budget.
const stride = 1 << 20

// A budget is what all branches of a run may still consume. Steps are counted
// every stride, so that a well-behaved script never notices it. The heap is
// looked at after every garbage collection: a script that doubles a list needs
// only a few steps to use up all memory.
type budget struct {
	limits Limits
	steps  atomic.Uint64

	mu      sync.Mutex
	threads map[*starlark.Thread]bool // those that run
	armed   bool                      // the next garbage collection is waited for
}

func newBudget(l Limits) *budget {
	return &budget{limits: l, threads: map[*starlark.Thread]bool{}}
}

// watch holds a thread to the budget until it has ended.
func (b *budget) watch(t *starlark.Thread) (ended func()) {
	step := min(stride, b.limits.Steps)
	counted := uint64(0)
	t.SetMaxExecutionSteps(step)
	t.OnMaxSteps = func(t *starlark.Thread) {
		counted += step
		reason := b.spend(step)
		if reason == "" {
			reason = b.full()
		}
		if reason != "" {
			t.Cancel(reason)
			return
		}
		t.SetMaxExecutionSteps(t.ExecutionSteps() + step)
	}
	if reason := b.spend(0); reason != "" {
		t.Cancel(reason)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.threads[t] = true
	b.arm()
	return func() {
		b.spend(t.ExecutionSteps() - min(counted, t.ExecutionSteps()))
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.threads, t)
	}
}

// spend takes steps from the budget and says so if they are used up.
func (b *budget) spend(steps uint64) string {
	if b.steps.Add(steps) < b.limits.Steps {
		return ""
	}
	return fmt.Sprintf("the run used up its budget of %d steps", b.limits.Steps)
}

// full says so if the heap is as large as it may be.
func (b *budget) full() string {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	if heap[0].Value.Uint64() <= b.limits.Memory {
		return ""
	}
	return fmt.Sprintf("the run used up its budget of %d MiB of memory", b.limits.Memory>>20)
}

// arm has the next garbage collection end in a call of collected. The caller
// holds the lock.
func (b *budget) arm() {
	if !b.armed {
		b.armed = true
		runtime.AddCleanup(&[64]byte{}, (*budget).collected, b)
	}
}

// collected cancels all threads if the heap is too large in spite of a garbage
// collection.
func (b *budget) collected() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.armed = false
	if len(b.threads) == 0 {
		return
	}
	if reason := b.full(); reason != "" {
		for t := range b.threads {
			t.Cancel(reason)
		}
	}
	b.arm()
}
