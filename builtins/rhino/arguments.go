package rhino

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"runbook/builtins/value"
	"runbook/effect"
	"runbook/interpreter"
)

// nodeIDs are nodes that an argument names, by their ids or as rhino.node.
type nodeIDs struct {
	ids   []int
	given bool // also if it is empty
}

// Unpack accepts a node, or a list or tuple of nodes.
func (l *nodeIDs) Unpack(v starlark.Value) error {
	l.given = true
	it, ok := v.(starlark.Iterable)
	if !ok {
		id, err := idOf(v)
		l.ids = []int{id}
		return err
	}
	l.ids = []int{}
	for e := range starlark.Elements(it) {
		id, err := idOf(e)
		if err != nil {
			return fmt.Errorf("[%d]: %w", len(l.ids), err)
		}
		if slices.Contains(l.ids, id) {
			return fmt.Errorf("[%d]: got %d twice, want each node once", len(l.ids), id)
		}
		l.ids = append(l.ids, id)
	}
	return nil
}

// idOf is the id of a node that is given as itself or as its id.
func idOf(v starlark.Value) (int, error) {
	switch v := v.(type) {
	case *Node:
		return v.ID, nil
	case starlark.Int:
		id, err := starlark.AsInt32(v)
		if err == nil && id <= 0 {
			err = fmt.Errorf("got %d, want the id of a node", id)
		}
		return id, err
	}
	return 0, fmt.Errorf("got %s, want the id of a node, or a node", v.Type())
}

// nodeID is one node that an argument names; 0 if it is not given.
type nodeID int

// Unpack accepts a node or its id.
func (n *nodeID) Unpack(v starlark.Value) error {
	id, err := idOf(v)
	*n = nodeID(id)
	return err
}

// words are the ids as Rhino's commands take them.
func (l *nodeIDs) words() string { return joined(l.ids) }

func joined(ids []int) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = fmt.Sprint(id)
	}
	return strings.Join(words, ",")
}

// pick gives the nodes of an argument: all of the cluster's if it is not given.
func (c *Cluster) pick(l *nodeIDs) ([]*Node, error) {
	if !l.given {
		return c.Nodes, nil
	}
	if len(l.ids) == 0 {
		return nil, errors.New("got no nodes, want at least one, or None for all")
	}
	picked := make([]*Node, len(l.ids))
	for i, id := range l.ids {
		if picked[i] = c.Node(id); picked[i] == nil {
			return nil, c.unknown(id)
		}
	}
	return picked, nil
}

// pickRouters is pick for what only nodes with a SLEE can do.
func (c *Cluster) pickRouters(l *nodeIDs) ([]*Node, error) {
	if !l.given {
		return c.EventRouters(), nil
	}
	picked, err := c.pick(l)
	if err != nil {
		return nil, err
	}
	return picked, noQuorum(picked)
}

// checkRouter refuses what is no event-router node of the cluster.
func (c *Cluster) checkRouter(id nodeID) error {
	_, err := c.pickRouters(&nodeIDs{ids: []int{int(id)}, given: true})
	return err
}

// noQuorum refuses quorum nodes.
func noQuorum(list []*Node) error {
	for _, n := range list {
		if n.Quorum {
			return fmt.Errorf("got quorum node %d, want event-router nodes: a quorum node has no SLEE", n.ID)
		}
	}
	return nil
}

// how are the arguments that say how a method's command is carried out.
type how struct {
	timeout  value.Period
	recovery value.Recover
	settled  bool // recover was given
}

// pairs are the arguments for UnpackArgs; a read has no recover.
func (h *how) pairs(change bool) []any {
	if !change {
		return []any{"timeout??", &h.timeout}
	}
	return []any{"timeout??", &h.timeout, "recover??", (*policy)(h)}
}

// policy is the argument recover of a how.
type policy how

// Unpack accepts what a value.Recover does.
func (p *policy) Unpack(v starlark.Value) error {
	p.settled = true
	return p.recovery.Unpack(v)
}

// policy is how a change in doubt is settled: as the script says, or else by
// the probe, if there is one. Where the host keeps keys those go first.
func (h *how) policy(probe starlark.Callable) interpreter.Policy {
	if h.settled || probe == nil {
		return h.recovery.Policy
	}
	return interpreter.Policy{Recovery: effect.Probe, Probe: probe}
}

func (h *how) limit() time.Duration { return h.timeout.Duration.Duration() }

// probe makes the probe of a change: a function that a script could have given.
func probe(name string, read func(*starlark.Thread, *starlark.Builtin) (string, error)) starlark.Callable {
	return starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
			return nil, err
		}
		answer, err := read(t, b)
		return starlark.String(answer), err
	})
}

// What a probe answers.
const (
	done    = "done"
	notDone = "not done"
	unknown = "unknown"
)
