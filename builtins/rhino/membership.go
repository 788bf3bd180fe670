package rhino

import (
	"fmt"
	"strconv"
	"time"

	"go.starlark.net/starlark"

	"runbook/builtins/host"
	"runbook/builtins/value"
)

// slow is the longest life of a command that ends only when a node has ended,
// unless a script says another: it may wait until activities are over.
const slow = 15 * time.Minute

// shutdown shuts down nodes.
func shutdown(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var of nodeIDs
	var drain, within value.Period
	var restart bool
	k := &call{words: []string{"shutdown"}}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"nodes??", &of, "timeout??", &drain, "restart?", &restart, "within??", &within, "via??", &k.via, "recover??", (*policy)(&k.how)); err != nil {
		return nil, err
	}
	c := b.Receiver().(*Cluster)
	targets, err := c.pick(&of)
	if err != nil {
		return nil, fmt.Errorf("%s: for parameter nodes: %w", b.Name(), err)
	}
	if drain.Duration != 0 || restart {
		if err := c.since(b.Name()+" with timeout or restart", "2.6", ""); err != nil {
			return nil, err
		}
	}
	wait := drain.Duration.Duration()
	k.option(of.given, "-nodes", of.words())
	k.option(wait > 0, "-timeout", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
	k.option(restart, "-restart")
	k.how.timeout = within
	if within.Duration == 0 {
		k.how.timeout.Duration = value.Duration(max(slow, wait+host.DefaultTimeout))
	}
	if !restart {
		k.probe = c.goneProbe(b.Name()+" (probe)", targets, unknown)
	}
	return c.perform(t, b, k)
}

// killNodes ends nodes at once.
func killNodes(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var of nodeIDs
	k := &call{}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"nodes", &of}, k.pairs(true)...)...); err != nil {
		return nil, err
	}
	c := b.Receiver().(*Cluster)
	targets, err := c.pick(&of)
	if err != nil {
		return nil, fmt.Errorf("%s: for parameter nodes: %w", b.Name(), err)
	}
	k.words = []string{"kill", "-nodes", of.words()}
	k.probe = c.goneProbe(b.Name()+" (probe)", targets, notDone)
	return c.perform(t, b, k)
}

// goneProbe tells whether the processes of nodes are gone. If some are there it
// answers otherwise.
func (c *Cluster) goneProbe(name string, of []*Node, otherwise string) starlark.Callable {
	return probe(name, func(t *starlark.Thread, b *starlark.Builtin) (string, error) {
		for _, n := range of {
			s, err := n.look(t, b, look{})
			if err != nil {
				return "", err
			}
			if s.Running {
				return otherwise, nil
			}
		}
		return done, nil
	})
}

// copyDesired copies what is desired of one node to another.
func copyDesired(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var source, target nodeID
	k := &call{}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"source", &source, "target", &target}, k.pairs(true)...)...); err != nil {
		return nil, err
	}
	c := b.Receiver().(*Cluster)
	if err := c.since(b.Name(), "3.0", ""); err != nil {
		return nil, err
	}
	if source == target {
		return nil, fmt.Errorf("%s: for parameter target: got %d, the source itself, want another node", b.Name(), target)
	}
	if err := c.checkRouter(source); err != nil {
		return nil, fmt.Errorf("%s: for parameter source: %w", b.Name(), err)
	}
	if err := c.checkRouter(target); err != nil {
		return nil, fmt.Errorf("%s: for parameter target: %w", b.Name(), err)
	}
	k.words = []string{"copypernodedesiredstate", fmt.Sprint(int(source)), fmt.Sprint(int(target))}
	return c.perform(t, b, k)
}

// removeDesired removes what is desired of single nodes, so that the default holds.
func removeDesired(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var of nodeIDs
	k := &call{words: []string{"removepernodedesiredstate"}}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"nodes??", &of}, k.pairs(true)...)...); err != nil {
		return nil, err
	}
	c := b.Receiver().(*Cluster)
	if err := c.since(b.Name(), "3.0", ""); err != nil {
		return nil, err
	}
	if _, err := c.pickRouters(&of); err != nil {
		return nil, fmt.Errorf("%s: for parameter nodes: %w", b.Name(), err)
	}
	k.option(!of.given, "-all")
	k.option(of.given, "-nodes", of.words())
	return c.perform(t, b, k)
}
