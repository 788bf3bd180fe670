package rhino

// createPrimary makes the node the first of a primary component.
func (c *Cluster) createPrimary(n *node) {
	c.watchPrimary(n)
	if c.Behaviour.SecondPrimary == "join" && c.visible(n) != nil {
		c.admit()
		return
	}
	n.joins = true
	n.after(c.draw(c.Timings.Join, forStep+purpose(waiting), n.spec.ID, n.starts), func() {
		c.lineages++
		n.log(c.Texts.Created)
		c.newComponent(c.lineages, 0).add(n)
		c.admit()
	})
}

func (c *Cluster) newComponent(lineage, view int) *component {
	k := &component{c: c, lineage: lineage, view: view}
	c.components = append(c.components, k)
	return k
}

// visible is the primary component that the node can enter, or nil: that which
// it was part of, if it reaches it, or else the oldest.
func (c *Cluster) visible(n *node) *component {
	var found *component
	lineage := n.memory.lineage
	for _, k := range c.components {
		if (found == nil || k.lineage == lineage) && k.seenBy(n) {
			found = k
			if k.lineage == lineage {
				return k
			}
		}
	}
	return found
}

// waiters are the nodes that wait for the primary component and are not about
// to enter it.
func (c *Cluster) waiters() []*node {
	var all []*node
	for _, n := range c.nodes {
		if n.alive() && n.step == waiting && n.comp == nil && !n.joins && !n.isolated() {
			all = append(all, n)
		}
	}
	return all
}

// isolated reports whether a fault keeps the node from seeing the others.
func (n *node) isolated() bool {
	f := n.c.nodeFault(n, NeverJoins, n.starts)
	return f != nil && (f.After == 0 || n.c.now() < n.waits+f.After)
}

// admit lets nodes that wait begin to enter the primary component, or begin to
// form it again.
func (c *Cluster) admit() {
	var alone []*node
	for _, n := range c.waiters() {
		if c.visible(n) == nil {
			alone = append(alone, n)
			continue
		}
		n.joins = true
		n.after(c.draw(c.Timings.Join, forStep+purpose(waiting), n.spec.ID, n.starts), func() {
			n.joins = false
			if k := c.visible(n); k != nil {
				k.add(n)
				return
			}
			c.admit()
		})
	}
	if len(alone) > 0 {
		c.reform(alone)
	}
}

// reform begins to form the primary component again, by nodes that were part of
// it, for each network where there are enough of them.
func (c *Cluster) reform(alone []*node) {
	tried := map[int]bool{}
	for _, n := range alone {
		g := c.group(n.machine)
		if tried[g] {
			continue
		}
		tried[g] = true
		voters, _ := c.voters(alone, g)
		if len(voters) == 0 {
			continue
		}
		for _, v := range voters {
			v.joins = true
		}
		first := voters[0]
		c.after(c.draw(c.Timings.Join, forStep+purpose(waiting), first.spec.ID, first.starts), func() {
			for _, v := range voters {
				v.joins = false
			}
			c.formAgain(g)
		})
	}
}

// formAgain forms the primary component again, if there are still enough.
func (c *Cluster) formAgain(group int) {
	waiters := c.waiters()
	for _, n := range waiters {
		if c.group(n.machine) == group && c.visible(n) != nil {
			c.admit()
			return
		}
	}
	if voters, last := c.voters(waiters, group); len(voters) > 0 {
		k := c.newComponent(last.lineage, last.view)
		k.add(voters...)
	}
	c.admit()
}

// voters are the nodes of one network that may form the primary component
// again: a majority of the newest membership that any of them remembers. Nodes
// that left in good order before do not count: they do not know what became of
// it.
func (c *Cluster) voters(waiters []*node, group int) (voters []*node, last marker) {
	remembers := map[*node]marker{}
	for _, n := range waiters {
		if c.group(n.machine) != group {
			continue
		}
		m := n.memory
		if m.fresh() {
			continue
		}
		remembers[n] = m
		if last.members == nil || m.lineage < last.lineage || m.lineage == last.lineage && m.view > last.view {
			last = m
		}
	}
	for _, n := range waiters {
		if m, ok := remembers[n]; ok && m.lineage == last.lineage && (contains(last.members, n) || c.Behaviour.Reform == "any") {
			voters = append(voters, n)
		}
	}
	if c.Behaviour.Reform == "any" || majority(voters, last.members) {
		return voters, last
	}
	return nil, last
}

func contains(nodes []*node, n *node) bool {
	for _, m := range nodes {
		if m == n {
			return true
		}
	}
	return false
}
