package rhino

import (
	"slices"
	"time"
)

// A shutdown is nodes that go down together, once their SLEEs have drained.
type shutdown struct {
	nodes   []*node
	restart bool
	left    bool // they are on their way out
	done    bool
	// Who waits for it looks again.
	notify func()
}

// shutDown begins to shut nodes of a component down. With a limit above 0, live
// activities end with it at the latest.
func (c *Cluster) shutDown(k *component, nodes []*node, limit time.Duration, restart bool, notify func()) *shutdown {
	s := &shutdown{nodes: nodes, restart: restart, notify: notify}
	c.shutdowns = append(c.shutdowns, s)
	for _, n := range nodes {
		n.slee.draining = true
		n.converge()
	}
	if limit > 0 {
		c.after(limit, func() { c.depart(k, s) })
	}
	c.checkShutdowns()
	return s
}

// checkShutdowns goes on with those that can.
func (c *Cluster) checkShutdowns() {
	for _, s := range slices.Clone(c.shutdowns) {
		if s.left {
			if !slices.ContainsFunc(s.nodes, (*node).alive) {
				s.done = true
				s.notify()
			}
			continue
		}
		var k *component
		drained := true
		for _, n := range s.nodes {
			if n.alive() && n.comp != nil {
				k = n.comp
				drained = drained && (n.flags.quorum || n.slee.state == SLEEStopped)
			}
		}
		if drained {
			c.depart(k, s)
		}
	}
	c.shutdowns = slices.DeleteFunc(c.shutdowns, func(s *shutdown) bool { return s.done })
}

// depart lets the nodes of a shutdown leave the primary component and end.
func (c *Cluster) depart(k *component, s *shutdown) {
	if s.left {
		return
	}
	s.left = true
	var going []*node
	for _, n := range s.nodes {
		if k != nil && k.has(n) {
			going = append(going, n)
		}
	}
	if len(going) == 0 {
		c.after(0, c.checkShutdowns)
		return
	}
	for _, n := range going {
		if live := n.activities(); live > 0 {
			c.hazard(HazardActivities, "node %s was shut down under %d live activities", n.name, live)
		}
	}
	c.watchMajority(k, going, "shut down")
	for _, n := range going {
		n.step = leaving
		n.setSLEE(SLEEStopped, true)
		n.log(c.Texts.ShuttingDown)
	}
	k.leave(going)
	for _, n := range going {
		n.depart(s.restart)
	}
}

// depart ends the process of a node that has left the primary component.
func (n *node) depart(restart bool) {
	c := n.c
	n.ends++
	if c.nodeFault(n, HangsInShutdown, n.readys) != nil {
		n.after(c.draw(c.Timings.ShutDownLimit, forEnd, n.spec.ID, n.starts), func() {
			n.log(c.Texts.ShutDownLimit)
			n.leaveFiles(restart)
			n.end(byCommand, statusTimeout)
		})
		return
	}
	n.after(c.draw(c.Timings.ShutDown, forEnd, n.spec.ID, n.starts), func() {
		status := 0
		if restart {
			status = statusRestart
		}
		n.leaveFiles(restart)
		n.end(byCommand, status)
	})
}

// leaveFiles is what an orderly end leaves behind.
func (n *node) leaveFiles(restart bool) {
	if !restart {
		n.halt()
	}
	_ = n.files().Remove(n.path(n.c.Conventions.PidFile))
}
