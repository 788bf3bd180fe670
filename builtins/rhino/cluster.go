package rhino

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"runbook/builtins/host"
	"runbook/builtins/value"
)

// A Cluster is one Rhino cluster of a site: a system.
type Cluster struct {
	name        string
	Home        string // where Rhino is installed, on every host
	Version     string
	Nodes       []*Node // by id
	Conventions *Conventions
}

var _ starlark.HasAttrs = (*Cluster)(nil)

func (c *Cluster) String() string        { return fmt.Sprintf("<%s %s>", c.Type(), c.name) }
func (c *Cluster) Type() string          { return "rhino.cluster" }
func (c *Cluster) Freeze()               {}
func (c *Cluster) Truth() starlark.Bool  { return true }
func (c *Cluster) Hash() (uint32, error) { return starlark.String(c.name).Hash() }

// Name is what the site calls it.
func (c *Cluster) Name() string { return c.name }

// Kind is "rhino".
func (c *Cluster) Kind() string { return "rhino" }

// Places are the homes of Rhino on its hosts, in the order of the nodes: no two
// clusters are at one place.
func (c *Cluster) Places() []string {
	var places []string
	for _, n := range c.Nodes {
		if at := n.Host.Peer().System + c.Home; !slices.Contains(places, at) {
			places = append(places, at)
		}
	}
	return places
}

var clusterTable = table[*Cluster]{
	prefix: "cluster.",
	attributes: map[string]func(*Cluster) starlark.Value{
		"name":          func(c *Cluster) starlark.Value { return starlark.String(c.name) },
		"kind":          func(*Cluster) starlark.Value { return starlark.String("rhino") },
		"home":          func(c *Cluster) starlark.Value { return starlark.String(c.Home) },
		"version":       func(c *Cluster) starlark.Value { return starlark.String(c.Version) },
		"conventions":   func(c *Cluster) starlark.Value { return c.Conventions },
		"nodes":         func(c *Cluster) starlark.Value { return list(c.Nodes) },
		"event_routers": func(c *Cluster) starlark.Value { return list(c.EventRouters()) },
		"quorum_nodes":  func(c *Cluster) starlark.Value { return list(c.QuorumNodes()) },
		"hosts":         func(c *Cluster) starlark.Value { return list(c.Hosts()) },
	},
	methods: map[string]function{
		"node":                  nodeOf,
		"state":                 reader("", "", "getclusterstate"),
		"slee_state":            sleeState,
		"desired_state":         reader("3.0", "cluster.slee_state", "getsleedesiredstate", "-all"),
		"default_desired_state": reader("3.0", "cluster.slee_state", "getsleedesiredstate", "-default"),
		"is_converged":          isConverged,
		"list_services":         listServices,
		"alarms":                alarms,
		"start_slee":            startSLEE,
		"stop_slee":             stopSLEE,
		"copy_desired_state":    copyDesired,
		"remove_desired_state":  removeDesired,
		"shutdown":              shutdown,
		"kill_nodes":            killNodes,
		"console":               console,
		"rhino_sh":              rhinoSH,
	},
}

// Attr returns an attribute or a method.
func (c *Cluster) Attr(name string) (starlark.Value, error) { return clusterTable.attr(c, name) }

// AttrNames lists the attributes.
func (c *Cluster) AttrNames() []string { return clusterTable.names() }

// New makes a cluster: nothing is sent.
func New(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	c := &Cluster{Version: DefaultVersion}
	var home value.Path
	var members nodes
	if len(args) > 0 {
		return nil, fmt.Errorf("%s: got %d positional arguments, want keyword arguments such as name=", b.Name(), len(args))
	}
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs,
		"name", &c.name, "home", &home, "nodes", &members, "version?", &c.Version, "conventions??", &c.Conventions); err != nil {
		return nil, err
	}
	if err := named(c.name); err != nil {
		return nil, fmt.Errorf("%s: for parameter name: %w", b.Name(), err)
	}
	if err := checkVersion(c.Version); err != nil {
		return nil, fmt.Errorf("%s: for parameter version: %w", b.Name(), err)
	}
	c.Home = string(home)
	if c.Conventions == nil {
		c.Conventions = defaults()
	}
	if err := c.take(members); err != nil {
		return nil, fmt.Errorf("%s: for parameter nodes: %w", b.Name(), err)
	}
	return c, nil
}

func named(name string) error {
	if strings.TrimSpace(name) == "" || strings.ContainsAny(name, "\r\n") {
		return fmt.Errorf("got %q, want a name", name)
	}
	return value.CheckText(name)
}

// take makes nodes those of the cluster.
func (c *Cluster) take(members nodes) error {
	for i, given := range members {
		n := *given
		n.cluster = c
		if n.Home == "" {
			n.Home = n.file(c.Conventions.NodeHome)
		}
		if err := c.refuse(&n); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
		c.Nodes = append(c.Nodes, &n)
	}
	if len(c.EventRouters()) == 0 {
		return fmt.Errorf("got quorum nodes only, want at least one event-router node")
	}
	slices.SortFunc(c.Nodes, func(a, b *Node) int { return a.ID - b.ID })
	return nil
}

// refuse reports why a node cannot be in the cluster beside those that are.
func (c *Cluster) refuse(n *Node) error {
	for _, other := range c.Nodes {
		if other.ID == n.ID {
			return fmt.Errorf("got a second node %d, want an id of its own", n.ID)
		}
		if other.Host.Name() == n.Host.Name() && !other.Host.Same(n.Host) {
			return fmt.Errorf("got another host named %q, reached in another way, want one or two names", n.Host.Name())
		}
		if oneHost(other.Host, n.Host) && other.Home == n.Home {
			return fmt.Errorf("got node %d in %s of host %s, want a directory of its own: node %d is there", n.ID, n.Home, n.Host.Name(), other.ID)
		}
	}
	return nil
}

// oneHost reports whether commands for two hosts come to the same machine and user.
func oneHost(a, b *host.Host) bool {
	p, q := a.Peer(), b.Peer()
	return a == b || a.Name() == b.Name() || p.Address == q.Address && p.User == q.User
}

// EventRouters are the nodes that are no quorum nodes, by id.
func (c *Cluster) EventRouters() []*Node {
	return slices.DeleteFunc(slices.Clone(c.Nodes), func(n *Node) bool { return n.Quorum })
}

// QuorumNodes are the quorum nodes, by id.
func (c *Cluster) QuorumNodes() []*Node {
	return slices.DeleteFunc(slices.Clone(c.Nodes), func(n *Node) bool { return !n.Quorum })
}

// Hosts are the hosts of the nodes, each name once, in the order of the nodes.
func (c *Cluster) Hosts() []*host.Host {
	var hosts []*host.Host
	for _, n := range c.Nodes {
		if !slices.ContainsFunc(hosts, func(h *host.Host) bool { return h.Name() == n.Host.Name() }) {
			hosts = append(hosts, n.Host)
		}
	}
	return hosts
}

// Node is the node of that id, nil if there is none.
func (c *Cluster) Node(id int) *Node {
	for _, n := range c.Nodes {
		if n.ID == id {
			return n
		}
	}
	return nil
}

// nodeOf is the node of an id.
func nodeOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var id int
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "id", &id); err != nil {
		return nil, err
	}
	c := b.Receiver().(*Cluster)
	n := c.Node(id)
	if n == nil {
		return nil, fmt.Errorf("%s: for parameter id: %w", b.Name(), c.unknown(id))
	}
	return n, nil
}

// unknown is the error of an id that no node has.
func (c *Cluster) unknown(id int) error {
	return fmt.Errorf("got %d, want a node of %s: %s", id, c.name, ids(c.Nodes))
}

// ids are the ids of nodes for a message: "101, 102".
func ids(nodes []*Node) string {
	words := make([]string, len(nodes))
	for i, n := range nodes {
		words[i] = fmt.Sprint(n.ID)
	}
	return strings.Join(words, ", ")
}

// list is a frozen list: what a cluster is made of cannot be changed.
func list[T starlark.Value](values []T) starlark.Value {
	elems := make([]starlark.Value, len(values))
	for i, v := range values {
		elems[i] = v
	}
	l := starlark.NewList(elems)
	l.Freeze()
	return l
}
