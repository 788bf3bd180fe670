package interpreter_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// words are a few builtins, as small as can be, for scripts of these tests.
func words() starlark.StringDict {
	env := starlark.StringDict{}
	for name, fn := range map[string]func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error){
		"read":    read,
		"change":  change,
		"each":    each,
		"look":    look,
		"cleanup": cleanup,
		"attempt": attempt,
		"say":     say,
		"enter":   enter,
	} {
		env[name] = starlark.NewBuiltin(name, fn)
	}
	return env
}

// perform makes a request of kind xmlrpc: read("getState", "n11").
func perform(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, class effect.Class, p interpreter.Policy) (starlark.Value, error) {
	r := effect.Request{Kind: effect.KindXMLRPC, Class: class, Peer: &effect.Peer{Settle: 30e9}}
	r.Operation, _ = starlark.AsString(args[0])
	for _, a := range args[1:] {
		v, err := interpreter.FromStarlark(a)
		if err != nil {
			return nil, err
		}
		r.Args = append(r.Args, v)
	}
	v, err := interpreter.Do(t, b, r, p)
	if err != nil {
		return nil, err
	}
	return interpreter.ToStarlark(v), nil
}

func read(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return perform(t, b, args, effect.Read, interpreter.Policy{})
}

// change is change(operation, *args, recover = "repeat" or a probe, disconnects = False, keyed = False).
func change(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var p interpreter.Policy
	var recovery starlark.Value
	var keyed bool
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "recover?", &recovery, "disconnects?", &p.Disconnect, "keyed?", &keyed); err != nil {
		return nil, err
	}
	switch v := recovery.(type) {
	case starlark.String:
		p.Recovery = effect.Repeat
	case starlark.Callable:
		p.Recovery, p.Probe = effect.Probe, v
	}
	if keyed {
		p.Recovery = effect.Keyed
	}
	return perform(t, b, args, effect.Change, p)
}

// each is each(fn, items, stop = False).
func each(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var fn starlark.Callable
	var list starlark.Iterable
	var stop bool
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "fn", &fn, "items", &list, "stop?", &stop); err != nil {
		return nil, err
	}
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	var items []interpreter.Item
	for v := range starlark.Elements(list) {
		items = append(items, interpreter.Item{Value: v, Name: v.String()})
	}
	values, failures := branch.Parallel(fn, items, 0, stop)
	for _, f := range failures {
		var e *effect.Error
		if !interpreter.IsOutcome(f.Err) || !errors.As(f.Err, &e) {
			return nil, f.Err
		}
	}
	if failures != nil {
		return nil, &interpreter.BranchesError{
			Summary:  &effect.Error{Kind: effect.Failed, Message: fmt.Sprintf("%d failed", len(failures)), Hint: "look at them"},
			Failures: failures,
		}
	}
	return starlark.NewList(values), nil
}

func attempt(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	v, err := starlark.Call(t, args[0], args[1:], nil)
	var e *effect.Error
	if err != nil && interpreter.IsOutcome(err) && errors.As(err, &e) && e.Kind != effect.Cancelled {
		return starlark.String("error: " + e.Error()), nil
	}
	return v, err
}

func cleanup(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	return starlark.None, branch.Cleanup(args[0].(starlark.Callable))
}

func say(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	branch.Say(interpreter.NoteLog, string(args[0].(starlark.String)), interpreter.Caller(t))
	return starlark.None, nil
}

func enter(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (v starlark.Value, err error) {
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	err = branch.Enter(string(args[0].(starlark.String)), func() error {
		v, err = starlark.Call(t, args[1], args[2:], nil)
		return err
	})
	return v, err
}

// load loads main.star from files given as name, source, name, source.
func load(tb testing.TB, limits interpreter.Limits, files ...string) (*interpreter.Program, error) {
	tb.Helper()
	bundle := interpreter.Bundle{}
	for i := 0; i < len(files); i += 2 {
		bundle[files[i]] = []byte(files[i+1])
	}
	return interpreter.NewEngine(words(), bundle, limits).Load(files[0])
}

// program loads a runbook of one file.
func program(tb testing.TB, src string) *interpreter.Program {
	tb.Helper()
	p, err := load(tb, interpreter.Limits{}, "main.star", src)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// run runs a runbook of one file in a world.
func run(tb testing.TB, w *interpretertest.World, src string) (effect.Value, error) {
	tb.Helper()
	return w.Run(tb.Context(), program(tb, src), interpretertest.Options{})
}

// look performs a composite request whose body calls a function once.
func look(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	var value starlark.Value
	var raised error
	_, err = interpreter.Do(t, b, effect.Request{
		Kind: effect.KindPoll, Operation: effect.OpPoll,
		Body: func(ctx context.Context, _ time.Time) (effect.Result, error) {
			var e *effect.Error
			raised = branch.Looking(ctx, effect.KindPoll, func() (err error) {
				value, err = starlark.Call(t, args[0], nil, nil)
				return err
			})
			if errors.As(raised, &e) {
				return effect.Fail(e), nil
			}
			return effect.Result{}, raised
		},
	}, interpreter.Policy{})
	if raised != nil {
		return nil, raised
	}
	return value, err
}
