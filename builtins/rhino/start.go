package rhino

import (
	"errors"
	"fmt"
	"strconv"

	"go.starlark.net/starlark"

	"runbook/builtins/host"
	"runbook/effect"
	"runbook/interpreter"
)

// options are those of start-rhino.sh.
type options struct {
	primary     bool   // -p
	autoRestart bool   // -k
	deleteState bool   // -d
	copyFrom    nodeID // -c
	slee        target // "running" is -s, "stopped" is -x
}

// target is where a start takes the SLEE; "" leaves it as it was.
type target string

// Unpack accepts "running" or "stopped". They are one argument, so that no
// start can have both.
func (s *target) Unpack(v starlark.Value) error {
	text, ok := starlark.AsString(v)
	if !ok {
		return fmt.Errorf("got %s, want string", v.Type())
	}
	if text != "running" && text != "stopped" {
		return fmt.Errorf("got %q, want \"running\" or \"stopped\"", text)
	}
	*s = target(text)
	return nil
}

// check refuses what start-rhino.sh refuses or must not be told.
func (o *options) check(n *Node) error {
	wrong := func(name, got, want string) error {
		return fmt.Errorf("for parameter %s: got %s on quorum node %d, want %s", name, got, n.ID, want)
	}
	switch {
	case n.Quorum && o.slee == "running":
		return wrong("slee", `"running"`, "none: -s cannot be used with -q")
	case n.Quorum && o.slee == "stopped":
		return wrong("slee", `"stopped"`, "none: -x cannot be used with -q")
	case n.Quorum && o.deleteState:
		return wrong("delete_state", "True", "False: -d cannot be used with -q")
	case n.Quorum && o.copyFrom != 0:
		return wrong("copy_state_from", strconv.Itoa(int(o.copyFrom)), "none: -c cannot be used with -q")
	case n.Quorum && o.primary:
		return wrong("primary", "True", "False: -p is not to be added to -q; let an event-router node create the primary component")
	case o.copyFrom == 0:
		return nil
	case int(o.copyFrom) == n.ID:
		return fmt.Errorf("for parameter copy_state_from: got %d, the node itself, want another node", n.ID)
	}
	if err := n.cluster.checkRouter(o.copyFrom); err != nil {
		return fmt.Errorf("for parameter copy_state_from: %w", err)
	}
	return nil
}

// argv is the command that starts the node.
func (o *options) argv(n *Node) []string {
	argv := []string{n.file(n.cluster.Conventions.StartScript)}
	for _, f := range []struct {
		on   bool
		flag string
	}{{o.primary, "-p"}, {n.Quorum, "-q"}, {o.autoRestart, "-k"}, {o.deleteState, "-d"}, {o.copyFrom != 0, "-c"}} {
		if f.on {
			argv = append(argv, f.flag)
		}
	}
	if o.copyFrom != 0 {
		argv = append(argv, strconv.Itoa(int(o.copyFrom)))
	}
	switch o.slee {
	case "running":
		argv = append(argv, "-s")
	case "stopped":
		argv = append(argv, "-x")
	}
	return argv
}

// start starts the node as a daemon.
func start(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var o options
	var h how
	if len(args) > 0 {
		return nil, fmt.Errorf("%s: got %d positional arguments, want keyword arguments such as primary=", b.Name(), len(args))
	}
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, append([]any{
		"primary?", &o.primary, "auto_restart?", &o.autoRestart, "delete_state?", &o.deleteState,
		"copy_state_from??", &o.copyFrom, "slee??", &o.slee,
	}, h.pairs(true)...)...); err != nil {
		return nil, err
	}
	n, err := bound(b)
	if err != nil {
		return nil, err
	}
	if err := o.check(n); err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if o.primary {
		if err := n.refusePrimary(t, b, ", and does not start with -p"); err != nil {
			return nil, err
		}
	}
	pid, err := n.Host.Start(t, b, host.Daemon{
		Argv: o.argv(n), Log: n.file(n.cluster.Conventions.StartLog), Dir: n.Home, Timeout: h.limit(),
		Policy: h.policy(n.startProbe(b.Name()+" (probe)", o.primary)),
	})
	if err != nil {
		return nil, n.meaning(err)
	}
	known := starlark.Value(starlark.None)
	if pid != 0 {
		known = starlark.MakeInt(pid)
	}
	return fields(starlark.StringDict{"pid": known}), nil
}

// refusePrimary refuses to create a primary component on a node that was in one:
// Rhino refuses to start then, and a second one beside it would be a second cluster.
func (n *Node) refusePrimary(t *starlark.Thread, b *starlark.Builtin, so string) error {
	s, err := n.look(t, b, look{lines: 1})
	if err != nil || !s.Primary {
		return err
	}
	return &effect.Error{
		Kind: effect.Refused, Target: n.Host.Name(), Operation: b.Name(),
		Message: fmt.Sprintf("%s has its primary component configuration in %s%s", n.Name(), n.file(n.cluster.Conventions.PrimaryFile), so),
		Hint:    "start it without primary: it joins the primary component that it was part of",
	}
}

// startProbe tells whether a start took effect: the node's process or its start
// script is there. A node that was to create the primary component, has done so
// and is gone again is for the operator: it would refuse to start that way.
func (n *Node) startProbe(name string, primary bool) starlark.Callable {
	return probe(name, func(t *starlark.Thread, b *starlark.Builtin) (string, error) {
		s, err := n.look(t, b, look{lines: 1})
		switch {
		case err != nil:
			return "", err
		case s.Running || s.Script > 0:
			return done, nil
		case primary && s.Primary:
			return unknown, nil
		}
		return notDone, nil
	})
}

// The exit codes of Rhino's process that mean something for a start.
var exitCodes = map[int64]string{
	1:   "exit code 1 is an unspecified error",
	2:   "exit code 2 is a misconfiguration, found while a configuration file was read",
	3:   "exit code 3 is a shutdown by the watchdog: overload, or a faulty service",
	126: "the start script cannot be executed",
	127: "there is no start script: see home= of the cluster and of the node, and start_script= of rhino.conventions",
}

// meaning adds what Rhino's exit codes mean, and where more is to be read.
func (n *Node) meaning(err error) error {
	var e *effect.Error
	if !interpreter.IsOutcome(err) || !errors.As(err, &e) || e.Kind != effect.Exit || e.Hint != "" || e.Code == nil {
		return err
	}
	copied := *e
	copied.Hint = "see " + n.file(n.cluster.Conventions.StartLog) + " and " + n.file(n.cluster.Conventions.Log) + " on " + n.Host.Name()
	if what := exitCodes[*e.Code]; what != "" {
		copied.Hint = what + "; " + copied.Hint
	}
	return &copied
}

// bound is the receiver of a node's method, which only a node of a cluster can do.
func bound(b *starlark.Builtin) (*Node, error) {
	n := b.Receiver().(*Node)
	if n.cluster == nil {
		return nil, fmt.Errorf("%s: got %s, which belongs to no cluster, want one of the nodes of a rhino.cluster", b.Name(), n.Name())
	}
	return n, nil
}
