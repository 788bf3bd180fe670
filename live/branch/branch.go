// Package branch runs branches as goroutines, under a limit.
package branch

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// DefaultLimit is how many branches run at once where a parallel names no limit.
const DefaultLimit = 64

// Goroutines runs branches as goroutines.
type Goroutines struct{}

// New makes a runner of branches.
func New() Goroutines { return Goroutines{} }

// Run calls body for every item from 0 to n-1 and returns when all calls have
// returned. At most limit calls are under way (0: DefaultLimit), by as many
// goroutines; a nested Run has goroutines of its own and waits for nobody
// else's. A panic of a body is raised again here, with the branch's stack, once
// the others have returned.
func (Goroutines) Run(ctx context.Context, n, limit int, body func(ctx context.Context, item int)) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	var failed atomic.Pointer[Panic]
	for range min(n, limit) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				guard(&failed, func() { body(ctx, i) })
			}
		})
	}
	wg.Wait()
	if p := failed.Load(); p != nil {
		panic(p)
	}
}

// A Panic is the panic of a branch.
type Panic struct {
	Value any
	Stack []byte // of the branch
}

func (p *Panic) Error() string { return fmt.Sprintf("%v\n\nin a branch:\n%s", p.Value, p.Stack) }

// guard calls fn and keeps its panic, the first of all.
func guard(failed *atomic.Pointer[Panic], fn func()) {
	defer func() {
		if v := recover(); v != nil {
			failed.CompareAndSwap(nil, &Panic{v, debug.Stack()})
		}
	}()
	fn()
}
