package interpreter

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"go.starlark.net/starlark"

	"runbook/effect"
)

// A cleanup is a function that runs when its branch ends. It has a branch of
// its own, so that its effects are numbered apart from what failed before it.
type cleanup struct {
	fn   starlark.Callable
	path string
	step string
}

// CleanupSuffix ends the path of a cleanup's branch. What it recorded does not
// count once a failed run is taken up again: the cleanup will run again.
const CleanupSuffix = ".cleanup"

// Cleanup registers fn to run when the branch ends, well or in an error. It
// does not run when the run is stopped and can be resumed.
func (b *Branch) Cleanup(fn starlark.Callable) error {
	if b.inner != "" {
		return fmt.Errorf("cleanup: the function of a %s may only read", b.inner)
	}
	fn.Freeze()
	b.next++
	path := strconv.Itoa(b.next) + CleanupSuffix
	if b.path != "" {
		path = b.path + "/" + path
	}
	b.cleanups = append(b.cleanups, cleanup{fn, path, b.step})
	return nil
}

// finish runs the branch's cleanups, last registered first, and returns the
// error of the branch with theirs.
func (b *Branch) finish(err error) error {
	if len(b.cleanups) == 0 || err != nil && !IsOutcome(err) {
		return err
	}
	for i := len(b.cleanups) - 1; i >= 0; i-- {
		c := b.cleanups[i]
		child := &Branch{run: b.run, ctx: b.uncancelled(), root: b.root, path: c.path, item: b.item, step: c.step}
		cerr := child.tidy(c.fn)
		switch {
		case cerr == nil:
		case !IsOutcome(cerr):
			return cerr
		case err == nil:
			err = cerr
		default:
			child.Say(NoteWarn, "cleanup: "+cerr.Error(), "")
		}
	}
	b.cleanups = nil
	return err
}

// tidy runs a cleanup as the branch.
func (b *Branch) tidy(fn starlark.Callable) error {
	w := b.worker(b.path)
	defer w.release()
	_, err := starlark.Call(w.thread, fn, nil, nil)
	return b.finish(err)
}

// uncancelled is the context of the cleanups of a branch. Where another branch
// cancelled it, they run all the same, and stop only when the run does.
func (b *Branch) uncancelled() context.Context {
	if !errors.Is(context.Cause(b.ctx), effect.ErrCancelled) {
		return b.ctx
	}
	return detached{b.root, context.WithoutCancel(b.ctx)}
}

// detached ends when the context it embeds does, and has the values of another.
type detached struct {
	context.Context
	values context.Context
}

// Value prefers the value of the branch, so that a world knows its branches.
func (d detached) Value(key any) any {
	if v := d.values.Value(key); v != nil {
		return v
	}
	return d.Context.Value(key)
}
