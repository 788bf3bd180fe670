package interlock

import (
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"runbook/effect"
	"runbook/interpreter"
)

// RequestValue is the change as a rule's function sees it, frozen.
func (c *Court) RequestValue(r *effect.Request) starlark.Value {
	var systems []starlark.Value
	var object, address string
	if c.Owners != nil {
		systems, object = c.Owners(r)
	}
	if r.Peer != nil {
		address = r.Peer.System
	}
	args := append([]effect.Value{}, r.Args...)
	words, cwd := starlark.Value(starlark.None), starlark.Value(starlark.None)
	if r.Kind == effect.KindHost && len(args) > 0 {
		if list, ok := args[0].([]effect.Value); ok {
			words = interpreter.ToStarlark(list)
		}
		if len(args) > 1 {
			how, _ := args[1].(effect.Struct)
			dir, _ := how.Get("cwd")
			cwd = interpreter.ToStarlark(dir)
		}
	}
	v := starlarkstruct.FromStringDict(starlark.String("request"), starlark.StringDict{
		"kind": starlark.String(r.Kind), "target": starlark.String(r.Target), "address": starlark.String(address),
		"operation": starlark.String(methodOf(r)), "args": interpreter.ToStarlark(args),
		"command": starlark.String(commandOf(r)), "words": words, "cwd": cwd,
		"systems": starlark.NewList(systems), "object": starlark.String(object),
		"step": starlark.String(r.Step), "position": starlark.String(r.Position),
	})
	v.Freeze()
	return v
}
