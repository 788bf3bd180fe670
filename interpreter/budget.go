package interpreter

import (
	"fmt"
	"runtime/metrics"
	"sync/atomic"

	"go.starlark.net/starlark"
)

// stride is how many steps a thread takes between two looks at the budget.
const stride = 1 << 20

// A budget is what all branches of a run may still consume. It is looked at
// every stride steps, so that a well-behaved script never notices it.
type budget struct {
	limits Limits
	steps  atomic.Uint64
}

func newBudget(l Limits) *budget { return &budget{limits: l} }

func (b *budget) watch(t *starlark.Thread) {
	step := min(stride, b.limits.Steps)
	t.SetMaxExecutionSteps(step)
	t.OnMaxSteps = func(t *starlark.Thread) {
		if reason := b.spend(step); reason != "" {
			t.Cancel(reason)
			return
		}
		t.SetMaxExecutionSteps(t.ExecutionSteps() + step)
	}
}

// spend takes steps from the budget and says what is used up, if anything.
func (b *budget) spend(steps uint64) string {
	if b.steps.Add(steps) >= b.limits.Steps {
		return fmt.Sprintf("the run used up its budget of %d steps", b.limits.Steps)
	}
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	if used := heap[0].Value.Uint64(); used > b.limits.Memory {
		return fmt.Sprintf("the run used up its budget of %d MiB of memory", b.limits.Memory>>20)
	}
	return ""
}
