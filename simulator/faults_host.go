package simulator

import (
	"time"

	"runbook/simulator/rhino"
)

// This file defines the builtins for what goes wrong with hosts and with Rhino
// clusters.

// HostFaultKind is what is wrong with a machine.
type HostFaultKind string

const (
	HostDown HostFaultKind = "down" // it has no power: every process dies, files stay
	HostSlow HostFaultKind = "slow" // everything takes Factor times as long
	HostFull HostFaultKind = "full" // its disk is
	HostCut  HostFaultKind = "cut"  // no packet gets there or away; processes go on
)

// A HostFault is one machine's.
type HostFault struct {
	Host   string
	Kind   HostFaultKind
	At     time.Duration // when it begins
	Lasts  time.Duration // 0 for ever
	Factor float64       // HostSlow
}

func hostFault(kind HostFaultKind) func() ([]any, func() (any, error)) {
	return func() ([]any, func() (any, error)) {
		f := HostFault{Kind: kind}
		var w window
		var slower factor
		params := []any{"host", &f.Host}
		if kind == HostSlow {
			params = append(params, "factor", &slower)
		}
		return append(params, w.params()...), func() (any, error) {
			f.At, f.Lasts, f.Factor = w.at.get(), w.lasts.get(), float64(slower)
			return f, nil
		}
	}
}

// begin and end make a fault show on its machine, and go away.
func (f HostFault) begin(s *station) { f.set(s, true) }

func (f HostFault) end(s *station) { f.set(s, false) }

func (f HostFault) set(s *station, on bool) {
	switch f.Kind {
	case HostDown:
		s.SetUp(!on)
	case HostSlow:
		if s.SetSlow(s.slow); on {
			s.SetSlow(s.slow * f.Factor)
		}
	case HostFull:
		s.SetFull(on)
	case HostCut:
		s.SetCut(on)
	}
}

// ofRhino makes a planned fault of a Rhino cluster.
func ofRhino(system string, node int, apply func(*rhino.Faults)) planned {
	p := planned{system: system, rhino: apply}
	if node != 0 {
		p = p.withTarget("node", idWord(node))
	}
	return p
}

func rhinoNodeFault(kind rhino.NodeFaultKind) func() ([]any, func() (any, error)) {
	return func() ([]any, func() (any, error)) {
		f := rhino.NodeFault{Kind: kind}
		var system string
		var at, after duration
		params := []any{"system", &system, "node", &f.Node}
		switch kind {
		case rhino.CrashesStarting:
			params = append(params, "after?", &after, "code?", &f.Code)
		case rhino.CrashesRunning:
			params = append(params, "at?", &at, "after?", &after, "code?", &f.Code)
		case rhino.RefusesStart:
			params = append(params, "text?", &f.Text)
		case rhino.NeverJoins:
			params = append(params, "lasts?", &after)
		case rhino.StartsLate:
			params = append(params, "by", &after)
		}
		return append(params, "times?", &f.Times), func() (any, error) {
			f.At, f.After = at.get(), after.get()
			return ofRhino(system, f.Node, func(all *rhino.Faults) { all.Nodes = append(all.Nodes, f) }), nil
		}
	}
}

func rhinoDatabaseGone() ([]any, func() (any, error)) {
	var system string
	var w window
	return append([]any{"system", &system}, w.params()...), func() (any, error) {
		f := rhino.Window{From: w.at.get(), For: w.lasts.get()}
		return ofRhino(system, 0, func(all *rhino.Faults) { all.Database = append(all.Database, f) }), nil
	}
}

func sleeFault(kind rhino.SLEEFaultKind) func() ([]any, func() (any, error)) {
	return func() ([]any, func() (any, error)) {
		f := rhino.SLEEFault{Kind: kind}
		var system string
		var lasts duration
		params := []any{"system", &system, "node", &f.Node}
		if kind != rhino.StartFails {
			params = append(params, "lasts?", &lasts)
		}
		return append(params, "times?", &f.Times), func() (any, error) {
			f.For = lasts.get()
			p := ofRhino(system, f.Node, func(all *rhino.Faults) { all.SLEE = append(all.SLEE, f) })
			p.targets[0].kind = "event-router node"
			return p, nil
		}
	}
}

func consoleFault(kind rhino.ConsoleFaultKind) func() ([]any, func() (any, error)) {
	return func() ([]any, func() (any, error)) {
		f := rhino.ConsoleFault{Kind: kind}
		var system string
		var by duration
		var w window
		params := []any{"system", &system}
		if kind == rhino.ConsoleSlow {
			params = append(params, "by", &by)
		}
		params = append(append(params, "host?", &f.Host), w.params()...)
		return append(params, "times?", &f.Times), func() (any, error) {
			f.Late, f.From, f.For = by.get(), w.at.get(), w.lasts.get()
			p := ofRhino(system, 0, func(all *rhino.Faults) { all.Consoles = append(all.Consoles, f) })
			return p.withTarget("host", f.Host), nil
		}
	}
}
