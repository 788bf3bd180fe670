package interpreter

import (
	"context"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"runbook/effect"
)

// A Branch is one line of execution: the main one, or one item of a parallel.
// It belongs to one thread at a time.
type Branch struct {
	run  *Run
	ctx  context.Context
	root context.Context // of the run, which no other branch cancels
	path string          // see effect.ID
	item string          // what it works on, for people
	next int             // number of its last effect
	step string          // names of the steps around it, joined by " > "

	inner   string    // name of the composite it is part of, "" for none: it may only read
	whole   effect.ID // that composite
	loading bool      // executing top-level code: no effects at all

	cleanups []cleanup
}

// Of returns the branch that a thread executes, or an error for code that runs
// outside a run, such as a file's top level.
func Of(t *starlark.Thread, b *starlark.Builtin) (*Branch, error) {
	if w := workerOf(t); w != nil && w.branch != nil && !w.branch.loading {
		return w.branch, nil
	}
	return nil, fmt.Errorf("%s: the top level of a file can have no effects; call it in a function", b.Name())
}

// Context is what ends the branch's effects early.
func (b *Branch) Context() context.Context { return b.ctx }

// Path is the branch's path; "" for the main branch.
func (b *Branch) Path() string { return b.path }

// Step is the names of the steps the branch is in, joined by " > ".
func (b *Branch) Step() string { return b.step }

// Last is the identity of the effect that the branch performed last: what an
// error is the outcome of that a builtin makes of the effect's value.
func (b *Branch) Last() effect.ID {
	if b.inner != "" {
		return b.whole // what is recorded, and can be performed anew
	}
	return effect.ID{Branch: b.path, Number: b.next}
}

// Enter runs fn inside a named step.
func (b *Branch) Enter(name string, fn func() error) error {
	outer := b.step
	if outer != "" {
		name = outer + " > " + name
	}
	b.step = name
	defer func() { b.step = outer }()
	return fn()
}

// Item is what a parallel works on: a value, and its name for people.
type Item struct {
	Value starlark.Value
	Name  string
}

// Failure is the error of one item of a parallel.
type Failure struct {
	Item int
	Name string
	Err  error
}

// Parallel runs fn over the items in branches of their own and returns values
// and failures in the order of the items. What fn and the items can reach is
// frozen first. With stop, the first failure cancels the other branches.
func (b *Branch) Parallel(fn starlark.Callable, items []Item, limit int, stop bool) ([]starlark.Value, []Failure) {
	fn.Freeze()
	if b.inner == "" {
		b.next++
	}
	id := effect.ID{Branch: b.path, Number: b.next}
	ctx, cancel := context.WithCancelCause(b.ctx)
	defer cancel(nil)
	values := make([]starlark.Value, len(items))
	errs := make([]error, len(items))
	for _, it := range items {
		it.Value.Freeze()
	}
	b.run.Branches.Run(ctx, len(items), limit, func(ctx context.Context, i int) {
		child := &Branch{
			run: b.run, ctx: ctx, root: b.root, path: id.Child(i), item: items[i].Name, step: b.step, inner: b.inner, whole: b.whole,
		}
		values[i], errs[i] = child.call(fn, items[i].Value, stop)
		if errs[i] != nil && stop {
			cancel(reason(errs[i]))
		}
	})
	var failures []Failure
	for i, err := range errs {
		if err != nil {
			failures = append(failures, Failure{Item: i, Name: items[i].Name, Err: err})
		}
	}
	return values, failures
}

// reason is why the other branches are cancelled when one ends in err. What
// halts the run is no outcome for them either: nothing is recorded of it.
func reason(err error) error {
	if IsOutcome(err) {
		return effect.ErrCancelled
	}
	return err
}

// call runs fn as the branch. A branch that others may cancel says first that
// it begins, so that a replay knows whether it ever did.
func (b *Branch) call(fn starlark.Callable, arg starlark.Value, stop bool) (starlark.Value, error) {
	w := b.worker(b.path)
	defer w.release()
	if stop && b.inner == "" {
		r := effect.Request{Kind: effect.KindBranch, Operation: effect.OpBegin}
		if res, err := b.perform(&r); err != nil || res.Err != nil {
			if err == nil {
				return nil, res.Err
			}
			return nil, halt(err)
		}
	}
	v, err := starlark.Call(w.thread, fn, starlark.Tuple{arg}, nil)
	if err = b.finish(err); err != nil {
		return nil, err
	}
	v.Freeze()
	return v, nil
}

// Looking runs fn as part of the composite request named what: until it
// returns, the branch may only read, and its reads are not recorded.
func (b *Branch) Looking(ctx context.Context, what string, fn func() error) error {
	ctxBefore, inner := b.ctx, b.inner
	if inner == "" {
		b.whole = effect.ID{Branch: b.path, Number: b.next}
	}
	b.ctx, b.inner = ctx, what
	defer func() { b.ctx, b.inner = ctxBefore, inner }()
	return fn()
}

// Look says that a poll saw a new value, with the time left until its deadline.
func (b *Branch) Look(what, value string, left time.Duration, position string) {
	b.say(Note{Kind: NoteLook, Text: what + ": " + value, Left: left, Position: position})
}
