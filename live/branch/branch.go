// Package branch runs the branches of a live run: goroutines under a limit.
//
// [Branches.Run] is what the interpreter asks of a world. The caller's own
// goroutine is one of the workers and the others are started as there is work,
// so one branch after another costs no goroutine, and a branch may run
// branches of its own without waiting for anybody's place: each Run has a
// limit to itself.
package branch

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Limit is how many branches run at once where nothing else is said.
const Limit = 64

// Branches runs branches as goroutines. The zero value is ready.
type Branches struct {
	// Limit is how many branches of one Run run at once where Run does not say;
	// default [Limit].
	Limit int
}

// Run calls body for every item from 0 to n-1, in their order of beginning, at
// most limit at once (0: the default), and returns when all have returned. That
// ctx is over keeps no item from being run: what an item then does is its own
// affair.
//
// If a body panics, no further item begins, and Run panics with a [*Panic]
// once those under way have returned.
func (b Branches) Run(ctx context.Context, n, limit int, body func(ctx context.Context, item int)) {
	if limit <= 0 {
		limit = b.Limit
	}
	if limit <= 0 {
		limit = Limit
	}
	w := work{ctx: ctx, n: int64(n), body: body}
	for range min(limit, n) - 1 {
		w.group.Go(func() {
			deepen()
			w.run()
		})
	}
	defer w.end() // also where the body ends the caller's goroutine
	w.run()
}

// work is one Run: the items, and who comes next.
type work struct {
	ctx   context.Context
	n     int64
	body  func(context.Context, int)
	next  atomic.Int64
	group sync.WaitGroup

	panicked atomic.Pointer[Panic] // the first one
	exited   atomic.Bool           // a body ended its goroutine
}

// run works on one item after another until none is left.
func (w *work) run() {
	for {
		item := w.next.Add(1) - 1
		if item >= w.n || !w.one(int(item)) {
			return
		}
	}
}

// deepen grows the stack of a new goroutine once. A branch needs some 16 KiB,
// and finding that out by doubling from 2 costs a copy each time: measured, a
// twentieth of a run of 512 nodes.
//
//go:noinline
func deepen() {
	var room [12 << 10]byte
	use(&room)
}

// use keeps the compiler from leaving the room out.
//
//go:noinline
func use(*[12 << 10]byte) {}

// end waits for the others and hands on what went wrong.
func (w *work) end() {
	w.group.Wait()
	if p := w.panicked.Load(); p != nil {
		panic(p)
	}
	if w.exited.Load() {
		runtime.Goexit()
	}
}

// one works on one item and reports whether there may be another.
func (w *work) one(item int) (more bool) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if value := recover(); value != nil {
			w.panicked.CompareAndSwap(nil, asPanic(item, value))
		} else {
			w.exited.Store(true)
		}
		w.next.Store(w.n)
		more = false
	}()
	w.body(w.ctx, item)
	returned = true
	return true
}

// A Panic is what Run panics with when a branch did.
type Panic struct {
	Item  int
	Value any    // what the branch panicked with
	Stack []byte // of the branch
}

// asPanic keeps the innermost panic, where branches ran branches.
func asPanic(item int, value any) *Panic {
	if inner, ok := value.(*Panic); ok {
		return inner
	}
	return &Panic{Item: item, Value: value, Stack: debug.Stack()}
}

// Error is the panic with the branch's stack.
func (p *Panic) Error() string {
	return fmt.Sprintf("panic in the branch of item %d: %v\n\n%s", p.Item, p.Value, p.Stack)
}

// Unwrap is what the branch panicked with, if that is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}
