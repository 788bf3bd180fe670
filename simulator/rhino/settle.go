package rhino

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"runbook/simulator/host"
	"runbook/simulator/model"
)

// settle fills in the defaults and reports what cannot be.
func (c *Cluster) settle() error {
	c.Name = cmp.Or(c.Name, "rhino1")
	c.Home = path.Clean(cmp.Or(c.Home, "/opt/rhino"))
	c.Version = cmp.Or(c.Version, "3.2")
	c.Begin = cmp.Or(c.Begin, Stopped)
	c.Selector = cmp.Or(c.Selector, Voting)
	c.Username, c.Password = cmp.Or(c.Username, "admin"), cmp.Or(c.Password, "password")
	c.LogMembers = cmp.Or(c.LogMembers, 32)
	model.Fill(conventionSettings, &c.Conventions)
	model.Fill(textSettings, &c.Texts)
	model.Fill(timingSettings, &c.Timings)
	for _, check := range []func() error{c.settleRules, c.Behaviour.fill, c.settleNodes, c.settleFaults} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cluster) settleRules() error {
	switch major, _, _ := strings.Cut(c.Version, "."); major {
	case "2":
		c.strict = true
	case "3":
	default:
		return fmt.Errorf("version: got %q, want 2.x or 3.x", c.Version)
	}
	if !path.IsAbs(c.Home) {
		return fmt.Errorf("home: got %q, want an absolute path", c.Home)
	}
	if err := oneOf("begin", c.Begin, Stopped, Running, Cold); err != nil {
		return err
	}
	if err := oneOf("selector", c.Selector, Voting, TwoNode); err != nil {
		return err
	}
	if err := oneOf("desired", c.Desired, SLEENone, SLEERunning, SLEEStopped); err != nil {
		return err
	}
	if c.Activities.Each < 0 || c.Activities.Drain < 0 {
		return fmt.Errorf("activities: got %d for %s, want nothing below 0", c.Activities.Each, c.Activities.Drain)
	}
	if n, err := strconv.Atoi(c.Texts.ConsoleFailed); err != nil || n < 1 || n > 255 {
		return fmt.Errorf("texts.console_failed: got %q, want an exit status from 1 to 255", c.Texts.ConsoleFailed)
	}
	return nil
}

func oneOf[T ~string](field string, got T, want ...T) error {
	if slices.Contains(want, got) {
		return nil
	}
	var all []string
	for _, w := range want {
		if w != "" {
			all = append(all, string(w))
		}
	}
	return fmt.Errorf("%s: got %q, want one of %s", field, string(got), strings.Join(all, ", "))
}

// defaultNodes are two nodes and a quorum node, each on a host.
var defaultNodes = []Node{{ID: 101, Host: "host1"}, {ID: 102, Host: "host2"}, {ID: 103, Host: "host3", Quorum: true}}

func (c *Cluster) settleNodes() error {
	specs := c.Nodes
	if specs == nil {
		specs = defaultNodes
	}
	c.Nodes = slices.Clone(specs)
	if len(specs) == 0 {
		return fmt.Errorf("nodes: got none, want at least one")
	}
	dirs := map[string]int{}
	for i := range c.Nodes {
		n := &c.Nodes[i]
		field := fmt.Sprintf("nodes[%d]", i)
		if err := c.settleNode(field, n); err != nil {
			return err
		}
		if other, twice := dirs[n.Host+" "+n.Dir]; twice {
			return fmt.Errorf("%s.dir: got %q, want another than that of node %d on %s", field, n.Dir, other, n.Host)
		}
		dirs[n.Host+" "+n.Dir] = n.ID
		m := c.fleet.Machine(n.Host)
		if m == nil {
			m = c.fleet.Add(host.Config{Name: n.Host})
		}
		if n.Port == 0 {
			n.Port = 1199 + 100*len(c.on(m))
		}
		c.addNode(*n, m)
	}
	if c.Selector == TwoNode && len(c.nodes) != 2 {
		return fmt.Errorf("selector: got %q with %d nodes, want two", string(c.Selector), len(c.nodes))
	}
	return c.settleBeginning()
}

func (c *Cluster) settleNode(field string, n *Node) error {
	switch {
	case n.ID < 1 || n.ID > 32767:
		return fmt.Errorf("%s.id: got %d, want 1 to 32767", field, n.ID)
	case c.byID[n.ID] != nil:
		return fmt.Errorf("%s.id: got %d twice, want one node of each id", field, n.ID)
	case n.Host == "":
		return fmt.Errorf("%s.host: got none, want the name of a host", field)
	case n.Quorum && (n.SLEE != SLEENone || n.Desired != SLEENone):
		return fmt.Errorf("%s.slee: got %q of a quorum node, want nothing: it has no SLEE", field, cmp.Or(n.SLEE, n.Desired))
	}
	n.Dir = path.Clean(cmp.Or(n.Dir, c.DefaultDir(n.ID)))
	if !path.IsAbs(n.Dir) {
		return fmt.Errorf("%s.dir: got %q, want an absolute path", field, n.Dir)
	}
	if n.State == "" {
		n.State = map[Begin]State{Stopped: NodeStopped, Running: NodeRunning, Cold: NodeNew}[c.Begin]
	}
	if err := oneOf(field+".state", n.State, NodeNew, NodeStopped, NodeHalted, NodeCrashed, NodeRunning); err != nil {
		return err
	}
	if err := oneOf(field+".slee", n.SLEE, SLEENone, SLEEStopped, SLEEStarting, SLEERunning, SLEEStopping); err != nil {
		return err
	}
	if n.SLEE != SLEENone && n.State != NodeRunning {
		return fmt.Errorf("%s.slee: got %q of a node that begins %s, want it to begin running", field, string(n.SLEE), n.State)
	}
	if err := oneOf(field+".desired", n.Desired, SLEENone, SLEERunning, SLEEStopped); err != nil {
		return err
	}
	return c.settleArguments(field, n)
}

func (c *Cluster) settleArguments(field string, n *Node) error {
	if _, problem := c.parseFlags(n.ID, n.Arguments); problem != "" {
		return fmt.Errorf("%s.arguments: got %q, want options of start-rhino.sh: %s", field, strings.Join(n.Arguments, " "), problem)
	}
	return nil
}

// settleBeginning reports a beginning that no cluster can be in. Nodes may have
// been lost one after the other until one is left, but the last two decide by
// their ids.
func (c *Cluster) settleBeginning() error {
	var running, gone []*node
	for _, n := range c.nodes {
		switch n.spec.State {
		case NodeRunning:
			running = append(running, n)
		case NodeCrashed, NodeHalted:
			gone = append(gone, n)
		}
		if c.Begin == Cold && n.spec.State != NodeNew {
			return fmt.Errorf("begin: got %q with node %d %s, want every node new", string(Cold), n.spec.ID, n.spec.State)
		}
	}
	if len(running) == 1 && len(gone) > 0 && gone[len(gone)-1].spec.ID < running[0].spec.ID && c.Selector == Voting {
		return fmt.Errorf("nodes: got node %d running, and %s that did not leave in good order, want a lower id to run: it would have shut itself down", running[0].spec.ID, ids(gone))
	}
	return nil
}

func (c *Cluster) settleFaults() error {
	for i, f := range c.Faults.Nodes {
		field := fmt.Sprintf("faults.nodes[%d]", i)
		if c.byID[f.Node] == nil {
			return fmt.Errorf("%s.node: got %d, want a node of %s", field, f.Node, c.Name)
		}
		if err := oneOf(field+".kind", f.Kind, CrashesStarting, CrashesRunning, RefusesStart, NeverJoins, HangsInShutdown, StartsLate); err != nil {
			return err
		}
		if f.Code < 0 || f.Code > 255 {
			return fmt.Errorf("%s.code: got %d, want an exit status", field, f.Code)
		}
	}
	for i, f := range c.Faults.SLEE {
		field := fmt.Sprintf("faults.slee[%d]", i)
		if c.byID[f.Node] == nil || c.byID[f.Node].spec.Quorum {
			return fmt.Errorf("%s.node: got %d, want an event-router node of %s", field, f.Node, c.Name)
		}
		if err := oneOf(field+".kind", f.Kind, StuckStopping, StuckStarting, StartFails); err != nil {
			return err
		}
	}
	for i, f := range c.Faults.Consoles {
		field := fmt.Sprintf("faults.consoles[%d]", i)
		if f.Host != "" && c.fleet.Machine(f.Host) == nil {
			return fmt.Errorf("%s.host: got %q, want a host of %s", field, f.Host, c.Name)
		}
		if err := oneOf(field+".kind", f.Kind, ConsoleSlow, ConsoleRefused); err != nil {
			return err
		}
	}
	return nil
}
