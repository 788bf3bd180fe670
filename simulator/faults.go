package simulator

import (
	"fmt"

	"runbook/simulator/exaoperation"
	"runbook/simulator/rhino"
)

// This file defines the builtins for what goes wrong inside a cluster. They
// name a system that may be described elsewhere in the file or only in the
// site, so each gives a plan that is checked and carried out once the system
// is known.

// A planned fault waits for its system. One of apply and rhino is set, as the
// system is of one kind or the other.
type planned struct {
	system  string
	targets []target
	apply   func(c *exaoperation.Config)
	rhino   func(all *rhino.Faults)
}

// A target is a part of the system that a fault is about.
type target struct {
	param string // of the builtin
	kind  string // "node", "event-router node", "database", "plugin", "user", "service" or "host"
	name  string // "" for every one, or none
}

func (p planned) withTarget(kind, name string) planned {
	p.targets = append(p.targets, target{kind, kind, name})
	return p
}

func nodeFault(kind exaoperation.NodeFaultKind, more func(f *exaoperation.NodeFault) (params []any, set func() error)) func() ([]any, func() (any, error)) {
	return func() ([]any, func() (any, error)) {
		f := exaoperation.NodeFault{Kind: kind}
		var p planned
		params, set := more(&f)
		params = append([]any{"system", &p.system, "node", &f.Node}, params...)
		if kind != exaoperation.Flagged {
			params = append(params, "times?", &f.Times)
		}
		return params, func() (any, error) {
			p.apply = func(c *exaoperation.Config) { c.Faults.Nodes = append(c.Faults.Nodes, f) }
			return p.withTarget("node", f.Node), set()
		}
	}
}

func nothingMore() error { return nil }

func nothingElse(*exaoperation.NodeFault) ([]any, func() error) { return nil, nothingMore }

func bootsLate(f *exaoperation.NodeFault) ([]any, func() error) {
	var by duration
	return []any{"by", &by}, func() error { f.Late = by.get(); return nil }
}

func flagged(f *exaoperation.NodeFault) ([]any, func() error) {
	var at duration
	flag := choice{of: []string{"to_install", "to_wipe"}}
	return []any{"at?", &at, "flag?", &flag}, func() error { f.At, f.Flag = at.get(), exaoperation.Flag(flag.chosen); return nil }
}

func fallsOver(f *exaoperation.NodeFault) ([]any, func() error) {
	var at, after duration
	return []any{"at?", &at, "after_boot?", &after}, func() error {
		f.At, f.After = at.get(), after.get()
		if (f.At == 0) == (f.After == 0) {
			return fmt.Errorf("got %s, want either at or after_boot", map[bool]string{true: "neither at nor after_boot", false: "both"}[f.At == 0])
		}
		return nil
	}
}

func storageFault(kind exaoperation.StorageFaultKind) func() ([]any, func() (any, error)) {
	return func() ([]any, func() (any, error)) {
		f := exaoperation.StorageFault{Kind: kind}
		var p planned
		var at, lasts duration
		params := []any{"system", &p.system}
		switch kind {
		case exaoperation.StorageHangs, exaoperation.StorageStopHangs:
			params = append(params, "lasts?", &lasts, "times?", &f.Times)
		case exaoperation.StorageLost:
			params = append(params, "at", &at)
		case exaoperation.StorageRefuses:
			params = append(params, "text?", &f.Text, "times?", &f.Times)
		default:
			params = append(params, "times?", &f.Times)
		}
		return params, func() (any, error) {
			f.At, f.For = at.get(), lasts.get()
			p.apply = func(c *exaoperation.Config) { c.Faults.Storage = append(c.Faults.Storage, f) }
			return p, nil
		}
	}
}

func databaseFault(kind exaoperation.DatabaseFaultKind) func() ([]any, func() (any, error)) {
	return func() ([]any, func() (any, error)) {
		f := exaoperation.DatabaseFault{Kind: kind}
		var p planned
		var at, lasts duration
		params := []any{"system", &p.system, "database", &f.Database}
		switch kind {
		case exaoperation.NotConnectible, exaoperation.StartHangs, exaoperation.StopHangs:
			params = append(params, "lasts?", &lasts, "times?", &f.Times)
		case exaoperation.StartFails:
			params = append(params, "times?", &f.Times)
		case exaoperation.Busy:
			params = append(params, "at?", &at, "lasts?", &lasts, "operation?", &f.Operation)
		default:
			params = append(params, "at?", &at)
		}
		return params, func() (any, error) {
			f.At, f.For = at.get(), lasts.get()
			p.apply = func(c *exaoperation.Config) { c.Faults.Databases = append(c.Faults.Databases, f) }
			return p.withTarget("database", f.Database), nil
		}
	}
}

// window is when a fault is there: from a time on, for a while.
type window struct{ at, lasts duration }

func (w *window) params() []any { return []any{"at?", &w.at, "lasts?", &w.lasts} }

func unreachable() ([]any, func() (any, error)) {
	var p planned
	var w window
	how := choice{of: []string{"refused", "gateway"}}
	params := append([]any{"system", &p.system}, append(w.params(), "how?", &how)...)
	return params, func() (any, error) {
		f := exaoperation.InterfaceFault{Kind: exaoperation.Unreachable, From: w.at.get(), For: w.lasts.get()}
		if how.chosen == "gateway" {
			f.Kind = exaoperation.Gateway
		}
		p.apply = func(c *exaoperation.Config) { c.Faults.Interface = append(c.Faults.Interface, f) }
		return p, nil
	}
}

// moved without a time is where EXAoperation runs from the beginning.
func moved() ([]any, func() (any, error)) {
	var p planned
	var w window
	var node string
	params := append([]any{"system", &p.system, "node", &node}, w.params()...)
	return params, func() (any, error) {
		p.apply = func(c *exaoperation.Config) {
			if w.at == 0 {
				c.Master = node
				return
			}
			f := exaoperation.InterfaceFault{Kind: exaoperation.Moves, From: w.at.get(), For: w.lasts.get(), Node: node}
			c.Faults.Interface = append(c.Faults.Interface, f)
		}
		return p.withTarget("node", node), nil
	}
}

func wrongPassword() ([]any, func() (any, error)) {
	var p planned
	var w window
	var f exaoperation.PasswordFault
	params := append([]any{"system", &p.system, "user?", &f.User}, w.params()...)
	return params, func() (any, error) {
		f.From, f.For = w.at.get(), w.lasts.get()
		p.apply = func(c *exaoperation.Config) { c.Faults.Passwords = append(c.Faults.Passwords, f) }
		return p.withTarget("user", f.User), nil
	}
}

// serviceNames are the services that every known output of getServiceState has.
var serviceNames = []string{"Loggingd", "Lockd", "Storaged", "DWAd"}

func serviceDown() ([]any, func() (any, error)) {
	var p planned
	var w window
	var f exaoperation.ServiceFault
	service := choice{of: serviceNames}
	params := append([]any{"system", &p.system, "service", &service, "state?", &f.State}, w.params()...)
	return params, func() (any, error) {
		f.Service, f.From, f.For = service.chosen, w.at.get(), w.lasts.get()
		p.apply = func(c *exaoperation.Config) { c.Faults.Services = append(c.Faults.Services, f) }
		return p, nil
	}
}

func pluginFails() ([]any, func() (any, error)) {
	var p planned
	var f exaoperation.PluginFault
	params := []any{
		"system", &p.system, "plugin", &f.Plugin, "command", &f.Command, "node?", &f.Node,
		"status?", &f.Status, "text?", &f.Text, "times?", &f.Times,
	}
	return params, func() (any, error) {
		p.apply = func(c *exaoperation.Config) { c.Faults.Plugins = append(c.Faults.Plugins, f) }
		return p.withTarget("plugin", f.Plugin).withTarget("node", f.Node), nil
	}
}

// transportFault makes a fault of the way to a system or a host.
func transportFault(effect Effect) func() ([]any, func() (any, error)) {
	return func() ([]any, func() (any, error)) {
		f := Fault{Effect: effect}
		var w window
		var by, after duration
		var probability share
		var another value
		takes := choice{of: []string{"before", "after"}}
		var params []any
		switch effect {
		case Slow:
			params = []any{"by", &by, "takes_effect?", &takes}
		case Answer:
			params = []any{"value", &another}
		case Reply:
			f.Code = -1
			params = []any{"text", &f.Text, "code?", &f.Code}
		}
		params = append(params, "system?", &f.System, "object?", &f.Object, "method?", &f.Method)
		if effect != Gateway {
			params = append(params, "host?", &f.Host, "command?", &f.Command)
		}
		if effect == LostAfter {
			params = append(params, "after?", &after)
		}
		params = append(append(params, "effect?", &f.ID), w.params()...)
		return append(params, "nth?", &f.Nth, "times?", &f.Times, "probability?", &probability), func() (any, error) {
			f.At, f.Lasts, f.Probability = w.at.get(), w.lasts.get(), float64(probability)
			f.Value = another.Value
			f.Delay, f.Before, f.After = by.get(), takes.chosen == "after", after.get()
			return f, f.check()
		}
	}
}

// check refuses matchers that no call can fit, and makes Object canonical.
func (f *Fault) check() error {
	if f.Nth < 0 {
		return wrong("nth", fmt.Errorf("got %d, want a number counted from 1", f.Nth))
	}
	if !f.ofCalls() && !f.ofCommands() {
		return fmt.Errorf("got matchers of calls and of commands, want object and method, or host and command")
	}
	if f.Object != "" {
		f.Object = objectName(f.Object)
	}
	return nil
}
