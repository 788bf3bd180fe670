package interpreter

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/effect"
)

// An Explanation is an error as a person needs it.
type Explanation struct {
	Message  string // what happened, to which target
	Kind     effect.Kind
	Position string   // innermost place in the script
	Line     string   // that line of the source
	Column   int      // counted from 1; 0 if not known
	Frames   []string // the calls that led there, outermost first: "file:line:col: in fn"
	Hint     string
	More     []*Explanation // the other failed items of a parallel
}

// Explain renders err: the innermost Starlark backtrace with the source line
// of files, the target and the hint. All errors of a file that does not
// resolve are in More.
func Explain(err error, files map[string][]byte) *Explanation {
	var failures *BranchesError
	if errors.As(err, &failures) {
		return explainBranches(failures, err, files)
	}
	if list := resolveErrors(err); list != nil {
		return explainAll(list, files)
	}
	x := &Explanation{Message: err.Error()}
	var syn syntax.Error
	var placed *PlacedError
	if errors.As(err, &syn) {
		x.Message = syn.Msg
		x.at(syn.Pos, files)
	} else if errors.As(err, &placed) {
		x.Message, x.Hint = placed.Msg, placed.Hint
		x.at(placed.Pos, files)
	} else if eval := innermost(err); eval != nil {
		x.trace(eval.CallStack, files)
		x.Message = strings.TrimPrefix(eval.Msg, "Starlark computation cancelled: ")
	}
	var e *effect.Error
	if errors.As(err, &e) {
		x.Message, x.Kind, x.Hint = e.Error(), e.Kind, e.Hint
	}
	return x
}

// Named puts the name of an item before what is said of it, unless that begins
// with the name.
func Named(name, text string) string {
	if name == "" || strings.HasPrefix(text, name) {
		return text
	}
	return name + ": " + text
}

// explainBranches shows the calls that led to the parallel, the place of the
// first failure, and each failure beside it; those that are only the
// consequence of another come last.
func explainBranches(e *BranchesError, err error, files map[string][]byte) *Explanation {
	x := &Explanation{Message: e.Error(), Kind: e.Summary.Kind, Hint: e.Summary.Hint}
	var outer *starlark.EvalError
	if errors.As(err, &outer) {
		x.trace(outer.CallStack, files)
	}
	var cancelled []*Explanation
	for _, f := range e.Failures {
		more := Explain(f.Err, files)
		more.Message = Named(f.Name, more.Message)
		if more.Kind == effect.Cancelled {
			cancelled = append(cancelled, more)
		} else {
			x.More = append(x.More, more)
		}
	}
	x.More = append(x.More, cancelled...)
	if first := x.More[0]; first.Position != "" {
		x.Position, x.Line, x.Column = first.Position, first.Line, first.Column
	}
	return x
}

func explainAll(list resolve.ErrorList, files map[string][]byte) *Explanation {
	var first *Explanation
	for _, e := range list {
		x := &Explanation{Message: e.Msg}
		x.at(e.Pos, files)
		if first == nil {
			first = x
		} else {
			first.More = append(first.More, x)
		}
	}
	return first
}

// resolveErrors returns the errors of a file whose names do not resolve.
func resolveErrors(err error) resolve.ErrorList {
	var list resolve.ErrorList
	errors.As(err, &list)
	return list
}

// innermost is the evaluation error closest to the cause.
func innermost(err error) *starlark.EvalError {
	var found *starlark.EvalError
	for {
		var eval *starlark.EvalError
		if !errors.As(err, &eval) {
			return found
		}
		found, err = eval, eval.Unwrap()
		if err == nil {
			return found
		}
	}
}

// trace fills in position and frames from a call stack.
func (x *Explanation) trace(stack starlark.CallStack, files map[string][]byte) {
	for _, f := range stack {
		if f.Pos.Filename() == "<builtin>" {
			continue
		}
		x.Frames = append(x.Frames, fmt.Sprintf("%s: in %s", f.Pos, f.Name))
		x.at(f.Pos, files)
	}
}

func (x *Explanation) at(pos syntax.Position, files map[string][]byte) {
	x.Position, x.Column, x.Line = pos.String(), int(pos.Col), ""
	lines := strings.Split(string(files[pos.Filename()]), "\n")
	if n := int(pos.Line); n >= 1 && n <= len(lines) {
		x.Line = strings.TrimRight(lines[n-1], "\r")
	}
}

// A PlacedError is what is wrong at a place of a file, found without running it.
type PlacedError struct {
	Pos  syntax.Position
	Msg  string // what is wrong, without the place
	Hint string // what to write instead, if known
}

func (e *PlacedError) Error() string { return fmt.Sprintf("%s: %s", e.Pos, e.Msg) }

// PlaceOf is the innermost place in a file that an error is about; the zero
// Position if none is known.
func PlaceOf(err error) syntax.Position {
	var placed *PlacedError
	var syn syntax.Error
	if list := resolveErrors(err); list != nil {
		return list[0].Pos
	}
	if errors.As(err, &placed) {
		return placed.Pos
	}
	if errors.As(err, &syn) {
		return syn.Pos
	}
	var pos syntax.Position
	if eval := innermost(err); eval != nil {
		for _, f := range eval.CallStack {
			if f.Pos.Filename() != "<builtin>" {
				pos = f.Pos
			}
		}
	}
	return pos
}

// BranchesError is the error of a parallel: every item that failed, in the
// order of the items. errors.As finds its summary, an *effect.Error, and the
// errors of the items.
type BranchesError struct {
	Summary  *effect.Error
	Failures []Failure
}

func (e *BranchesError) Error() string { return e.Summary.Error() }

// Unwrap gives the summary first, so that it is what errors.As finds.
func (e *BranchesError) Unwrap() []error {
	errs := []error{e.Summary}
	for _, f := range e.Failures {
		errs = append(errs, f.Err)
	}
	return errs
}

// FailedEffects are the identities of the recorded effects an uncaught error
// came from: what a resumed run performs anew.
func FailedEffects(err error) []effect.ID {
	var ids []effect.ID
	seen := map[effect.ID]bool{} // the branches of a poll share its identity
	var add func(err error)
	add = func(err error) {
		var failures *BranchesError
		var e *effect.Error
		switch {
		case errors.As(err, &failures):
			for _, f := range failures.Failures {
				add(f.Err)
			}
		case errors.As(err, &e) && e.ID.Number > 0 && !seen[e.ID]:
			seen[e.ID] = true
			ids = append(ids, e.ID)
		}
	}
	add(err)
	return ids
}
