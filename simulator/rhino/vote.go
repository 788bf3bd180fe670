package rhino

import "slices"

// plan has the membership looked at once the loss of a member is noticed.
func (k *component) plan() {
	if k.pending {
		return
	}
	k.pending = true
	c := k.c
	c.after(c.draw(c.Timings.FailureDetect, forDetection, k.lineage, uint32(k.view)), func() {
		k.pending = false
		k.review()
	})
}

// review finds out which of the live members that see each other are the
// primary component from now on. The others shut themselves down.
func (k *component) review() {
	byGroup := map[int][]*node{}
	var order []int
	for _, n := range k.members {
		if k.has(n) {
			g := k.c.group(n.machine)
			if byGroup[g] == nil {
				order = append(order, g)
			}
			byGroup[g] = append(byGroup[g], n)
		}
	}
	was := k.members
	var losers []*node
	won := false
	for _, g := range order {
		if !won && k.wins(byGroup[g], was) {
			won = true
			k.settleOn(byGroup[g], was)
			continue
		}
		losers = append(losers, byGroup[g]...)
	}
	for _, n := range losers {
		n.log(n.c.Texts.NotPrimary)
		n.end(byItself, statusError)
	}
}

// settleOn makes the survivors the membership.
func (k *component) settleOn(survivors, was []*node) {
	if len(survivors) == len(was) {
		return
	}
	var left []*node
	for _, n := range was {
		if !slices.Contains(survivors, n) {
			left = append(left, n)
		}
	}
	k.members = survivors
	k.install(left)
	for _, n := range left {
		if n.comp == k { // alive, but cut off: it shuts itself down next
			k.live--
			n.comp = nil
		}
		k.raise(survivors[0], alarmNodeFailure, n, put(k.c.Texts.AlarmNodeFailure, "node", n.name))
	}
	k.forgetIfGone()
	k.pokeAll()
	k.c.admit()
}

// wins reports whether survivors of a membership are the primary component.
func (k *component) wins(survivors, was []*node) bool {
	if k.c.Selector == TwoNode && len(was) == 2 && len(survivors) == 1 {
		other := was[0]
		if other == survivors[0] {
			other = was[1]
		}
		return survivors[0] == was[0] || !other.alive()
	}
	return majority(survivors, was)
}

// majority reports whether nodes are more than half of all, or the half with
// the lowest id.
func majority(nodes, all []*node) bool {
	votes := 0
	for _, n := range nodes {
		if slices.Contains(all, n) {
			votes++
		}
	}
	return 2*votes > len(all) || len(all) > 0 && 2*votes == len(all) && slices.Contains(nodes, all[0])
}

// leave lets members go in good order: the membership shrinks by them.
func (k *component) leave(nodes []*node) {
	for _, n := range nodes {
		n.comp = nil
		k.live--
		if k.locked == n {
			k.locked = nil
		}
	}
	rest := slices.DeleteFunc(slices.Clone(k.members), func(n *node) bool { return slices.Contains(nodes, n) })
	if len(rest) == 0 {
		k.end() // all at once: each remembers all of them
		return
	}
	k.members = rest
	if k.live == 0 {
		k.view++
		k.remember(nodes)
		k.end()
		return
	}
	k.install(nodes)
	k.remember(nodes)
	k.forgetIfGone()
	k.pokeAll()
}
