package builtinstest

import (
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"runbook/effect"
	"runbook/interpreter"
)

// requests are what was performed, as a script can look at them.
func requests(list []effect.Request) *starlark.List {
	elems := make([]starlark.Value, len(list))
	for i, r := range list {
		elems[i] = starlarkstruct.FromStringDict(starlarkstruct.Default, starlark.StringDict{
			"target":    starlark.String(r.Target),
			"operation": starlark.String(r.Operation),
			"args":      interpreter.ToStarlark(r.Args),
			"class":     starlark.String(r.Class.String()),
			"recovery":  starlark.String(r.Recovery.String()),
			"timeout":   starlark.String(effect.FormatDuration(r.Timeout)),
			"peer":      peer(r.Peer),
		})
	}
	return starlark.NewList(elems)
}

// peer is whom a request talks to; None if nobody.
func peer(p *effect.Peer) starlark.Value {
	if p == nil {
		return starlark.None
	}
	return starlarkstruct.FromStringDict(starlarkstruct.Default, starlark.StringDict{
		"address": starlark.String(p.Address),
		"system":  starlark.String(p.System),
		"user":    starlark.String(p.User),
		"secret":  starlark.Bool(!p.Secret.IsZero()),
		"timeout": starlark.String(effect.FormatDuration(p.Timeout)),
		"settle":  starlark.String(effect.FormatDuration(p.Settle)),
		"options": interpreter.ToStarlark(p.Options),
	})
}
