package rhino

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// watchPrimary looks at a node that is about to create a primary component.
func (c *Cluster) watchPrimary(n *node) {
	for _, other := range c.nodes {
		if other == n {
			continue
		}
		creates := other.alive() && other.step >= waiting && other.flags.primary
		if creates || other.remembersPrimary() {
			why := "has a primary component configuration"
			if creates {
				why = "was started to create it, too"
			}
			c.hazard(HazardPrimaryTwice, "node %s was started to create the primary component, and node %s %s", n.name, other.name, why)
			return
		}
	}
}

// standingPrimaries is the hazard of nodes that will create primary components
// at their next start beside another one.
func (c *Cluster) standingPrimaries() (Hazard, bool) {
	var made, others []string
	var first *node
	for _, n := range c.nodes {
		m, there, problem := n.marker()
		switch {
		case !there || problem != "":
		case m.fresh() && !n.alive():
			made = append(made, n.name)
			if first == nil {
				first = n
			}
		default:
			others = append(others, n.name)
		}
	}
	if len(made)+min(len(others), 1) < 2 || len(made) == 0 {
		return Hazard{}, false
	}
	detail := "node(s) " + strings.Join(made, ",") + " will create a primary component at their next start"
	if len(others) > 0 {
		detail += ", and node(s) " + strings.Join(others, ",") + " have its configuration"
	}
	at := c.now()
	if info, err := first.machine.Files().Stat(first.primary); err == nil {
		at = info.ModTime().Sub(c.fleet.Date().Add(-c.now()))
	}
	return Hazard{At: at, Name: HazardPrimaryTwice, Detail: detail, Standing: true}, true
}

// glance is how long ago who looks at everything may have looked when giving a
// command.
const glance = time.Second

// unforeseen are the nodes that were lost by themselves since the command was
// given that ends n, or so shortly before it that nobody could look in between.
// To do without them is not the doing of who gave it.
func (c *Cluster) unforeseen(n *node) []*node {
	since := c.now()
	if n.told > 0 { // else it is a signal, which takes no time
		since = n.told
	}
	return slices.DeleteFunc(slices.Clone(c.nodes), func(other *node) bool {
		return other.alive() || other.lost == 0 || other.lost < since-glance
	})
}

// watchMajority looks at members that somebody is about to stop: those that
// remain, and serve, should still be a majority of the cluster.
func (c *Cluster) watchMajority(k *component, going []*node, how string) {
	before := k.current()
	after := slices.DeleteFunc(slices.Clone(before), func(n *node) bool { return slices.Contains(going, n) })
	if len(after) == 0 || len(c.nodes) <= 2 || !c.hasMajority(before) || c.hasMajority(append(c.unforeseen(going[0]), after...)) {
		return // of two nodes, one is what a rolling restart leaves
	}
	serves := slices.ContainsFunc(after, func(n *node) bool { return n.slee.state == SLEERunning || n.slee.state == SLEEStarting })
	if c.Traffic || serves {
		c.hazard(HazardMajority, "node(s) %s were %s: %s of %d nodes remain", ids(going), how, ids(after), len(c.nodes))
	}
}

// hasMajority reports whether nodes are a majority of the cluster's.
func (c *Cluster) hasMajority(nodes []*node) bool { return majority(nodes, c.nodes) }

// watchKill looks at a node that was just killed by a signal: what it was in,
// the state of its SLEE, and its live activities.
func (c *Cluster) watchKill(n *node, was *component, state SLEE, live int) {
	if state == SLEEStopping && live > 0 {
		c.hazard(HazardActivities, "node %s was killed under %d live activities", n.name, live)
	}
	if state == SLEERunning || state == SLEEStarting {
		c.hazard(HazardKilled, "node %s was killed while its SLEE was %s", n.name, state)
	}
	if state == SLEERunning {
		c.watchOutage("node " + n.name + " was killed")
	}
	if was == nil || was.live == 0 {
		return
	}
	rest := was.current()
	if len(rest) == 0 || c.seen(HazardMajority) {
		return
	}
	if !majority(append(c.unforeseen(n), rest...), was.members) && !was.wins(rest, was.members) {
		c.hazard(HazardMajority, "node %s was killed: %s of the membership %s remain, and shut themselves down", n.name, ids(rest), ids(was.members))
		return
	}
	c.watchRest(n, rest)
}

// watchRest looks at what remains after a kill that the membership survives.
func (c *Cluster) watchRest(n *node, rest []*node) {
	if len(c.nodes) <= 2 {
		return
	}
	before := append(slices.Clone(rest), n)
	slices.SortFunc(before, func(a, b *node) int { return a.spec.ID - b.spec.ID })
	serves := slices.ContainsFunc(rest, func(n *node) bool { return n.slee.state == SLEERunning })
	if c.hasMajority(before) && !c.hasMajority(append(c.unforeseen(n), rest...)) && (c.Traffic || serves) {
		c.hazard(HazardMajority, "node %s was killed: %s of %d nodes remain", n.name, ids(rest), len(c.nodes))
	}
}

// watchOutage looks at a SLEE that was just stopped.
func (c *Cluster) watchOutage(what string) {
	if c.Traffic && c.serving == 0 {
		c.hazard(HazardOutage, "%s, and no other runs", what)
	}
}

// watchDeletion looks at a node whose own desired state is about to be deleted.
func (c *Cluster) watchDeletion(k *component, n *node, how string) {
	if slices.Equal(k.mem.owners(), []int{n.spec.ID}) {
		c.hazard(HazardStateDeleted, "node %s, the last with per-node state, was %s", n.name, how)
	}
}

// describeOwn is a per-node state in a few words.
func (c *Cluster) describeOwn(o own) string {
	var words []string
	if o.slee != SLEENone {
		words = append(words, "SLEE "+string(o.slee))
	}
	for i, active := range o.services {
		words = append(words, fmt.Sprintf("%s %s", c.Services[i].id(), activeText(active)))
	}
	for i, active := range o.entities {
		words = append(words, fmt.Sprintf("%s %s", c.Entities[i].Name, activeText(active)))
	}
	return strings.Join(words, ", ")
}

func activeText(active bool) string {
	if active {
		return "active"
	}
	return "inactive"
}

// id is the service as the console names it.
func (s *Service) id() string {
	return fmt.Sprintf("ServiceID[name=%s,vendor=%s,version=%s]", s.Name, s.Vendor, s.Version)
}
