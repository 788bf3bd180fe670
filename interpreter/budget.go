package interpreter

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
)

// stride is how many steps a worker takes between two looks at the budget.
const stride = 1 << 20

// A budget is what all branches of a run may still consume. Steps are counted
// every stride, so that a well-behaved script never notices it. The heap is
// looked at after every garbage collection as well: a script that doubles a list
// needs only a few steps to use up all memory. It may exceed its budget a few
// times over until it is stopped; what counts is that it is.
type budget struct {
	limits Limits
	stride uint64
	steps  atomic.Uint64

	mu      sync.Mutex
	workers []*worker // all there are
	idle    []*worker // those that execute nothing
	armed   bool      // the next garbage collection is waited for
}

func newBudget(l Limits) *budget { return &budget{limits: l, stride: min(stride, l.Steps)} }

// take gives a worker that is held to the budget until it is given back.
func (b *budget) take() *worker {
	b.mu.Lock()
	defer b.mu.Unlock()
	var w *worker
	if n := len(b.idle); n > 0 {
		w, b.idle = b.idle[n-1], b.idle[:n-1]
		w.thread.Uncancel()
	} else {
		w = newWorker(b)
		b.workers = append(b.workers, w)
	}
	w.thread.SetMaxExecutionSteps(w.counted + b.stride)
	if reason := b.spend(0); reason != "" {
		w.thread.Cancel(reason)
	}
	b.arm()
	return w
}

func (b *budget) giveBack(w *worker) {
	b.spend(w.count())
	b.mu.Lock()
	defer b.mu.Unlock()
	b.idle = append(b.idle, w)
}

// count gives the steps that the worker has taken since it was asked last.
func (w *worker) count() uint64 {
	n := w.thread.ExecutionSteps() - w.counted
	w.counted += n
	return n
}

// look is called when the worker has taken a stride.
func (w *worker) look() {
	reason := w.budget.spend(w.count())
	if reason == "" {
		reason = w.budget.full()
	}
	if reason != "" {
		w.thread.Cancel(reason)
		return
	}
	w.thread.SetMaxExecutionSteps(w.counted + w.budget.stride)
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

// collected cancels what is executed if the heap is too large in spite of a
// garbage collection. A worker that is idle forgets it before it goes on.
func (b *budget) collected() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.armed = false
	if len(b.idle) == len(b.workers) {
		return
	}
	if reason := b.full(); reason != "" {
		for _, w := range b.workers {
			w.thread.Cancel(reason)
		}
	}
	b.arm()
}
