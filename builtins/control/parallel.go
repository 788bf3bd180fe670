package control

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/interpreter"
)

// Parallel runs a function over items, each in a branch of its own.
func Parallel(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var fn starlark.Callable
	var list starlark.Iterable
	limit, onError := 0, "finish"
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"fn", &fn, "items", &list, "limit?", &limit, "on_error?", &onError); err != nil {
		return nil, err
	}
	if limit < 0 {
		return nil, fmt.Errorf("%s: for parameter limit: got %d, want a number that is not negative", b.Name(), limit)
	}
	if onError != "finish" && onError != "stop" {
		return nil, fmt.Errorf("%s: for parameter on_error: got %q, want \"finish\" or \"stop\"", b.Name(), onError)
	}
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	items := make([]interpreter.Item, 0, max(starlark.Len(list), 0))
	for v := range starlark.Elements(list) {
		items = append(items, interpreter.Item{Value: v, Name: itemName(v)})
	}
	values, failures := branch.Parallel(fn, items, limit, onError == "stop")
	if failures != nil {
		return nil, branchesError(failures, len(items))
	}
	return starlark.NewList(values), nil
}

// itemName is what a branch is called in messages: the item itself if it is
// text, the name of a thing that has one.
func itemName(v starlark.Value) string {
	if s, ok := starlark.AsString(v); ok {
		return s
	}
	if h, ok := v.(starlark.HasAttrs); ok {
		if name, err := h.Attr("name"); err == nil && name != nil {
			if s, ok := starlark.AsString(name); ok {
				return s
			}
		}
	}
	if t, ok := v.(starlark.Tuple); ok && len(t) > 0 {
		return itemName(t[0])
	}
	if name := []rune(v.String()); len(name) > longestName {
		return string(name[:longestName]) + "…"
	}
	return v.String()
}

// longestName is how much of an item without a name stands for it in messages.
const longestName = 60

// branchesError is the one error of all failed items. What must end the run,
// a stop or a divergence, goes before a mistake of the script, and that before
// what a script may handle.
func branchesError(failures []interpreter.Failure, items int) error {
	var mistake error
	for _, f := range failures {
		var e *effect.Error
		switch {
		case !interpreter.IsOutcome(f.Err):
			return f.Err
		case mistake == nil && !errors.As(f.Err, &e):
			mistake = f.Err
		}
	}
	if mistake != nil {
		return mistake
	}
	return &interpreter.BranchesError{Summary: summary(failures, items), Failures: failures}
}

// maxListed is how many failed items a message names.
const maxListed = 8

func summary(failures []interpreter.Failure, items int) *effect.Error {
	var list []effect.Value
	var lines []string
	sum := &effect.Error{}
	for _, f := range causes(failures) {
		var e *effect.Error
		errors.As(f.Err, &e)
		if sum.Kind == "" {
			sum.Kind, sum.Target, sum.Hint = e.Kind, "", e.Hint
		} else if sum.Kind != e.Kind {
			sum.Kind = effect.Failed
		}
		lines = append(lines, interpreter.Named(f.Name, e.Error()))
	}
	for _, f := range failures {
		var e *effect.Error
		errors.As(f.Err, &e)
		list = append(list, effect.Struct{
			{Name: "item", Value: f.Name}, {Name: "kind", Value: string(e.Kind)}, {Name: "message", Value: e.Error()},
		})
	}
	sum.Message = fmt.Sprintf("%d of %d failed: %s", len(failures), items, strings.Join(lines[:min(len(lines), maxListed)], "; "))
	if more := len(lines) - maxListed; more > 0 {
		sum.Message += fmt.Sprintf("; and %d more", more)
	}
	sum.Details = effect.Struct{{Name: "failures", Value: list}}
	return sum
}

// causes are the failures that are not only the consequence of another.
func causes(failures []interpreter.Failure) []interpreter.Failure {
	var own []interpreter.Failure
	for _, f := range failures {
		if !errors.Is(f.Err, effect.Cancelled) {
			own = append(own, f)
		}
	}
	if own == nil {
		return failures
	}
	return own
}
