package rhino

import (
	"slices"

	"runbook/simulator/host"
)

// A component is nodes that agree on being the primary component. There is
// more than one only where somebody created it twice.
type component struct {
	c       *Cluster
	lineage int     // which creation it goes back to
	view    int     // counts its memberships
	members []*node // the present membership, by id; those that ended just now are still in it
	live    int     // members that are alive
	mem     *memory // nil until one node has loaded it
	loader  *node   // that is about to
	locked  *node   // holds the boot lock
	pending bool    // a review is planned
	alarms  []alarm
	raised  int // alarms so far
}

// networkChanged is told by the fleet.
func (c *Cluster) networkChanged() {
	c.stale = true
	if c.noticing {
		return
	}
	c.noticing = true
	c.after(0, func() {
		c.noticing = false
		for _, comp := range c.components {
			if comp.divided() {
				comp.plan()
			}
		}
		c.admit()
	})
}

// group is the number of the machine's network: machines that reach each other
// have the same.
func (c *Cluster) group(m *host.Machine) int {
	if c.stale {
		c.stale = false
		c.groups = map[*host.Machine]int{}
		var first []*host.Machine // of each group
		for _, m := range c.machines() {
			g := slices.IndexFunc(first, func(f *host.Machine) bool { return c.fleet.Linked(f, m) })
			if g < 0 {
				g = len(first)
				first = append(first, m)
			}
			c.groups[m] = g
		}
	}
	return c.groups[m]
}

// has reports whether the node is a live member.
func (k *component) has(n *node) bool { return n.comp == k && n.alive() }

// current are the live members, by id.
func (k *component) current() []*node {
	all := make([]*node, 0, len(k.members))
	for _, n := range k.members {
		if k.has(n) {
			all = append(all, n)
		}
	}
	return all
}

// managed are the event-router nodes that are ready, by id.
func (k *component) managed() []*node {
	var all []*node
	for _, n := range k.members {
		if n.comp == k && n.serves() {
			all = append(all, n)
		}
	}
	return all
}

// divided reports whether live members do not see each other.
func (k *component) divided() bool {
	group := -1
	for _, n := range k.members {
		if !k.has(n) {
			continue
		}
		if g := k.c.group(n.machine); group >= 0 && g != group {
			return true
		} else if group < 0 {
			group = g
		}
	}
	return false
}

// seenBy reports whether the node reaches a live member.
func (k *component) seenBy(n *node) bool {
	g := k.c.group(n.machine)
	for _, m := range k.members {
		if k.has(m) && k.c.group(m.machine) == g {
			return true
		}
	}
	return false
}

// add lets nodes enter, and tells everybody about the new membership.
func (k *component) add(nodes ...*node) {
	for _, n := range nodes {
		n.comp, n.joins = k, false
		k.live++
		at, there := slices.BinarySearchFunc(k.members, n.spec.ID, func(m *node, id int) int { return m.spec.ID - id })
		if !there {
			k.members = slices.Insert(k.members, at, n)
		}
		k.clearAlarms(func(a *alarm) bool { return a.kind == alarmNodeFailure && a.about == n })
		n.log(k.c.Texts.Joining)
	}
	k.install(nil)
	for _, n := range nodes {
		n.poke()
	}
}

// install makes the membership known to its live members: each remembers it in
// its work directory, and logs it.
func (k *component) install(left []*node) {
	k.view++
	c, all := k.c, ids(k.members)
	k.remember(k.members)
	verbose := len(k.members) <= c.LogMembers
	for i, n := range k.members {
		if !k.has(n) || !verbose && i > 0 {
			continue
		}
		if len(left) > 0 {
			n.log(put(c.Texts.MemberLeft, "nodes", ids(left)))
		}
		n.log(put(c.Texts.Membership, "nodes", all))
	}
	k.pokeAll()
}

// remember writes the present membership into the work directories of nodes.
func (k *component) remember(nodes []*node) {
	text := marker{lineage: k.lineage, view: k.view, members: k.members}.text()
	for _, n := range nodes {
		if n.alive() && (n.comp == k || n.step == leaving) {
			n.writeMarker(text)
		}
	}
}

// lost is told that a member's process has ended without leaving first.
func (k *component) lost(n *node) {
	n.comp = nil
	k.live--
	if k.locked == n {
		k.release()
	}
	if k.loader == n {
		k.loader = nil
	}
	k.forgetIfGone()
	if k.live == 0 {
		k.end()
		return
	}
	k.pokeAll()
	k.plan()
}

// forgetIfGone drops the state if no live member has it any more: it is then
// what the database holds.
func (k *component) forgetIfGone() {
	for _, n := range k.members {
		if k.has(n) && n.synced && !n.flags.quorum {
			return
		}
	}
	k.mem = nil
}

func (k *component) release() {
	k.locked = nil
	k.pokeAll()
}

// pokeAll wakes the members that may wait for each other.
func (k *component) pokeAll() {
	for _, n := range k.members {
		if k.has(n) && n.step < ready {
			n.poke()
		}
	}
}

// end takes the component from the list: it has no live members.
func (k *component) end() {
	k.c.components = slices.DeleteFunc(k.c.components, func(other *component) bool { return other == k })
	k.c.admit()
}
