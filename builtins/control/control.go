// Package control is the family of builtins that shape a run: steps, branches,
// waits, questions to the operator, and errors as values.
//
// doc.star beside this file describes each of them for the writers of
// runbooks; a test holds the two together.
package control

import (
	"fmt"
	"strings"
	"time"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"

	_ "embed"

	"runbook/builtins/value"
	"runbook/effect"
	"runbook/interpreter"
)

// Doc is the family's documentation: Starlark stubs.
//
//go:embed doc.star
var Doc string

// Step runs a function as a named part of the run.
func Step(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) < 2 {
		return nil, fmt.Errorf("%s: got %d positional arguments, want a name and a function", b.Name(), len(args))
	}
	var name string
	var fn starlark.Callable
	if err := starlark.UnpackArgs(b.Name(), args[:2], nil, "name", &name, "fn", &fn); err != nil {
		return nil, err
	}
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	var result starlark.Value
	err = branch.Enter(name, func() error {
		branch.Say(interpreter.NoteStep, name, interpreter.Caller(t))
		var err error
		if result, err = starlark.Call(t, fn, args[2:], kwargs); err != nil {
			if !interpreter.IsOutcome(err) {
				return err
			}
			branch.Say(interpreter.NoteFailed, name, interpreter.Caller(t))
			return err
		}
		branch.Say(interpreter.NoteDone, name, interpreter.Caller(t))
		return nil
	})
	return result, err
}

// Wait lets time pass.
func Wait(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var d value.Duration
	var why string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "duration", &d, "why?", &why); err != nil {
		return nil, err
	}
	return do(t, b, effect.Request{
		Kind: effect.KindClock, Operation: effect.OpWait,
		Args: []effect.Value{int64(d), why},
	})
}

// Now is the time of the run's world.
func Now(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return do(t, b, effect.Request{Kind: effect.KindClock, Operation: effect.OpNow})
}

// Confirm asks the operator.
func Confirm(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var question, expect string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "question", &question, "expect??", &expect); err != nil {
		return nil, err
	}
	return do(t, b, effect.Request{
		Kind: effect.KindOperator, Operation: effect.OpConfirm,
		Args: []effect.Value{question, expect},
	})
}

// do performs a request that is no change and converts its value.
func do(t *starlark.Thread, b *starlark.Builtin, r effect.Request) (starlark.Value, error) {
	v, err := interpreter.Do(t, b, r, interpreter.Policy{})
	if err != nil {
		return nil, err
	}
	return interpreter.ToStarlark(v), nil
}

// Log says something to whoever follows the run.
func Log(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return say(interpreter.NoteLog, t, b, args, kwargs)
}

// Warn says something that wants attention.
func Warn(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return say(interpreter.NoteWarn, t, b, args, kwargs)
}

func say(kind interpreter.NoteKind, t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(kwargs) > 0 {
		return nil, fmt.Errorf("%s: unexpected keyword argument %s", b.Name(), kwargs[0][0])
	}
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	branch.Say(kind, text(args), interpreter.Caller(t))
	return starlark.None, nil
}

// text joins values as print does.
func text(args starlark.Tuple) string {
	words := make([]string, len(args))
	for i, v := range args {
		if s, ok := starlark.AsString(v); ok {
			words[i] = s
		} else if t, ok := v.(startime.Time); ok {
			words[i] = time.Time(t).Format(time.RFC3339)
		} else {
			words[i] = v.String()
		}
	}
	return strings.Join(words, " ")
}

// Fail ends the branch with an error of kind "failed", or raises again an
// error that attempt gave.
func Fail(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var hint string
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "hint?", &hint); err != nil {
		return nil, err
	}
	if len(args) == 1 {
		if e, ok := args[0].(*errorValue); ok {
			return nil, e.cause
		}
	}
	if len(args) == 0 {
		return nil, fmt.Errorf("%s: got no arguments, want what went wrong", b.Name())
	}
	return nil, &effect.Error{Kind: effect.Failed, Message: text(args), Hint: hint}
}

// Cleanup registers a function that runs when the branch ends, well or not.
func Cleanup(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var fn starlark.Callable
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "fn", &fn); err != nil {
		return nil, err
	}
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	return starlark.None, branch.Cleanup(fn)
}

// Secret says where a secret is.
func Secret(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, fmt.Errorf("%s: got a positional argument, want one of env=\"NAME\", file=\"PATH\", command=\"LINE\"", b.Name())
	}
	var s effect.Secret
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "env?", &s.Env, "file?", &s.File, "command?", &s.Command); err != nil {
		return nil, err
	}
	given := 0
	for _, text := range []string{s.Env, s.File, s.Command} {
		if text != "" {
			given++
		}
	}
	if given != 1 {
		return nil, fmt.Errorf("%s: got %d sources, want one of env=\"NAME\", file=\"PATH\", command=\"LINE\"", b.Name(), given)
	}
	return interpreter.Secret{Secret: s}, nil
}
