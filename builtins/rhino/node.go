package rhino

import (
	"errors"
	"fmt"
	"math"

	"go.starlark.net/starlark"

	"runbook/builtins/host"
	"runbook/builtins/value"
)

// A Node is one node of a cluster. What rhino.node makes belongs to no cluster
// yet; the cluster that gets it has a node of its own, see [Cluster.Nodes].
type Node struct {
	ID     int
	Host   *host.Host
	Quorum bool   // it only decides about membership, and has no SLEE
	Home   string // its directory; "" until it belongs to a cluster, if it has none of its own

	cluster *Cluster
}

var _ starlark.HasAttrs = (*Node)(nil)

func (n *Node) String() string        { return fmt.Sprintf("<rhino.node %d>", n.ID) }
func (n *Node) Type() string          { return "rhino.node" }
func (n *Node) Freeze()               {}
func (n *Node) Truth() starlark.Bool  { return true }
func (n *Node) Hash() (uint32, error) { return starlark.MakeInt(n.ID).Hash() }

var nodeTable = table[*Node]{
	prefix: "node.",
	attributes: map[string]func(*Node) starlark.Value{
		"id":     func(n *Node) starlark.Value { return starlark.MakeInt(n.ID) },
		"name":   func(n *Node) starlark.Value { return starlark.String(n.Name()) },
		"host":   func(n *Node) starlark.Value { return n.Host },
		"quorum": func(n *Node) starlark.Value { return starlark.Bool(n.Quorum) },
		"home":   func(n *Node) starlark.Value { return starlark.String(n.Home) },
	},
	methods: map[string]function{"start": start, "stop": stop, "kill": kill, "make_primary": makePrimary, "status": status},
}

// Attr returns id, name, host, quorum, home, or a method.
func (n *Node) Attr(name string) (starlark.Value, error) { return nodeTable.attr(n, name) }

// AttrNames lists the attributes.
func (n *Node) AttrNames() []string { return nodeTable.names() }

// Name is what people call the node: "node 101".
func (n *Node) Name() string { return fmt.Sprintf("node %d", n.ID) }

// NewNode makes a node for a cluster.
func NewNode(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var h host.Ref
	var home value.Path
	n := &Node{}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "id", &n.ID, "host", &h, "quorum?", &n.Quorum, "home??", &home); err != nil {
		return nil, err
	}
	switch {
	case n.ID <= 0:
		return nil, fmt.Errorf("%s: for parameter id: got %d, want a number that is more than 0", b.Name(), n.ID)
	case n.ID > math.MaxInt32:
		return nil, fmt.Errorf("%s: for parameter id: got %d, want at most %d", b.Name(), n.ID, math.MaxInt32)
	}
	n.Host, n.Home = h.Host, string(home)
	return n, nil
}

// file is the path or text that a convention gives for the node.
func (n *Node) file(convention string) string {
	return n.cluster.Conventions.of(convention, n.cluster.Home, n.Home, n.ID)
}

// nodes is a list of nodes.
type nodes []*Node

// Unpack accepts a list or tuple of nodes.
func (l *nodes) Unpack(v starlark.Value) error {
	it, ok := v.(starlark.Iterable)
	if !ok {
		return fmt.Errorf("got %s, want a list of rhino.node(…)", v.Type())
	}
	*l = nil
	for e := range starlark.Elements(it) {
		n, ok := e.(*Node)
		if !ok {
			return fmt.Errorf("[%d]: got %s, want rhino.node(…)", len(*l), e.Type())
		}
		*l = append(*l, n)
	}
	if len(*l) == 0 {
		return errors.New("got no nodes, want at least one")
	}
	return nil
}
