package rhino

import (
	"maps"
	"slices"

	"runbook/simulator/host"
)

// A memory is the state that nodes share: what is desired. One node loads it
// from PostgreSQL, the others copy it, and every change is written back while
// PostgreSQL can be reached.
type memory struct {
	slee     SLEE // default desired state, from 3.0 on
	services []bool
	entities []bool // default desired states: active
	own      map[int]own
}

// An own is the per-node desired state of one node.
type own struct {
	slee     SLEE   // SLEENone: the default
	services []bool // nil: the default
	entities []bool
}

func (o own) empty() bool { return o.slee == SLEENone && o.services == nil && o.entities == nil }

// newMemory is what the database holds at the beginning.
func (c *Cluster) newMemory() *memory {
	m := &memory{own: map[int]own{}}
	for _, s := range c.Services {
		m.services = append(m.services, !s.Inactive && c.Begin != Cold)
	}
	for _, e := range c.Entities {
		m.entities = append(m.entities, !e.Inactive && c.Begin != Cold)
	}
	if c.Begin == Cold {
		return m
	}
	m.slee = c.Desired
	if m.slee == SLEENone {
		m.slee = map[Begin]SLEE{Running: SLEERunning, Stopped: SLEEStopped}[c.Begin]
	}
	for _, n := range c.nodes {
		desired := n.spec.Desired
		switch {
		case n.spec.SLEE == SLEENone || desired != SLEENone:
		case n.spec.SLEE == SLEEStarting || n.spec.SLEE == SLEERunning:
			desired = SLEERunning
		default:
			desired = SLEEStopped
		}
		if desired != SLEENone {
			m.own[n.spec.ID] = own{slee: desired}
		}
	}
	if c.strict {
		c.makeOwn(m)
	}
	return m
}

// makeOwn gives every node what is the default: before 3.0 all state is per node.
func (c *Cluster) makeOwn(m *memory) {
	for _, n := range c.nodes {
		if n.spec.Quorum {
			continue
		}
		o := own{slee: m.desired(n.spec.ID)}
		o.services, o.entities = slices.Clone(m.services), slices.Clone(m.entities)
		m.own[n.spec.ID] = o
	}
	m.slee = SLEENone
	clear(m.services)
	clear(m.entities)
}

func (m *memory) clone() *memory {
	d := *m
	d.services, d.entities, d.own = slices.Clone(m.services), slices.Clone(m.entities), maps.Clone(m.own)
	return &d
}

// desired is the effective desired state of a node's SLEE.
func (m *memory) desired(id int) SLEE {
	if s := m.own[id].slee; s != SLEENone {
		return s
	}
	if m.slee != SLEENone {
		return m.slee
	}
	return SLEEStopped
}

// activeServices are the effective desired states of a node's services.
func (m *memory) activeServices(id int) []bool {
	if s := m.own[id].services; s != nil {
		return s
	}
	return m.services
}

func (m *memory) activeEntities(id int) []bool {
	if s := m.own[id].entities; s != nil {
		return s
	}
	return m.entities
}

// setOwn gives a node its own desired state; an empty one removes it.
func (m *memory) setOwn(id int, o own) {
	if o.empty() {
		delete(m.own, id)
		return
	}
	m.own[id] = o
}

// setSLEE sets the desired state of one node's SLEE; SLEENone removes it.
func (m *memory) setSLEE(id int, s SLEE) {
	o := m.own[id]
	o.slee = s
	m.setOwn(id, o)
}

// owners are the nodes that have a state of their own, by id.
func (m *memory) owners() []int { return slices.Sorted(maps.Keys(m.own)) }

// changed writes the component's state to the database if it can be reached.
func (k *component) changed() {
	if k.c.databaseUp() {
		k.c.stored = k.mem.clone()
	}
}

// beginDatabase plans what happens when PostgreSQL goes and comes back.
func (c *Cluster) beginDatabase() {
	for _, w := range c.Faults.Database {
		c.fleet.At(w.From, c.databaseGone)
		if w.For > 0 {
			c.fleet.At(w.From+w.For, c.databaseBack)
		}
	}
}

func (c *Cluster) databaseGone() {
	for _, k := range c.components {
		k.logDatabase(c.Texts.DatabaseLost)
	}
}

func (c *Cluster) databaseBack() {
	if !c.databaseUp() {
		return
	}
	for _, k := range c.components {
		if k.mem != nil {
			c.stored = k.mem.clone()
		}
		k.logDatabase(c.Texts.DatabaseBack)
	}
}

// logDatabase logs on the one node that is connected: the first that is ready.
func (k *component) logDatabase(line string) {
	if all := k.managed(); len(all) > 0 {
		all[0].log(line)
	}
}

// sync is step 5: one node loads, the others copy.
func (n *node) sync(p *host.Process) int {
	c := n.c
	n.step = syncing
	for n.comp.mem == nil {
		if n.comp.loader != nil && n.comp.loader != n {
			p.Pause()
			continue
		}
		n.comp.loader = n
		if status := n.load(p); status != 0 {
			return status
		}
	}
	if n.comp.loader == n {
		n.comp.loader = nil
		n.comp.pokeAll()
	} else {
		n.log(put(c.Texts.Copying, "node", n.source()))
		n.pass(p, syncing, c.Timings.Copy)
	}
	if n.comp.mem == nil { // who had it is gone
		return n.sync(p)
	}
	n.synced = true
	n.comp.applyFlags(n)
	return 0
}

// source is the node that another copies the state from.
func (n *node) source() string {
	for _, m := range n.comp.members {
		if n.comp.has(m) && m.synced && !m.flags.quorum {
			return m.name
		}
	}
	return n.name
}

// load reads the database, or ends the start where it cannot be reached.
func (n *node) load(p *host.Process) int {
	c, k := n.c, n.comp
	n.log(c.Texts.Loading)
	n.pass(p, syncing, c.Timings.Load)
	if !c.databaseUp() {
		n.log(c.Texts.DatabaseGone)
		p.Sleep(c.draw(c.Timings.DatabaseTry, forDatabase, n.spec.ID, n.starts))
		if !c.databaseUp() && c.Behaviour.DatabaseGone == "exit" {
			return n.giveUp(p, statusError, false)
		}
		if !c.databaseUp() {
			p.Sleep(max(c.draw(c.Timings.ConsolePoll, forDatabase, n.spec.ID, 0), 1))
			return 0
		}
	}
	if n.comp != k {
		return 0
	}
	k.mem = c.stored.clone()
	return 0
}

// copyOwn gives a node the state that another one has of its own, or none.
func (k *component) copyOwn(from int, to *node) {
	if k.mem.own[from].empty() {
		k.c.watchDeletion(k, to, "made to copy from a node without")
	}
	k.mem.setOwn(to.spec.ID, k.mem.own[from])
}

// applyFlags does what the options of a start say of the node's own state.
func (k *component) applyFlags(n *node) {
	id, f, m := n.spec.ID, n.flags, k.mem
	switch {
	case f.copy != 0:
		k.copyOwn(f.copy, n)
	case f.forget:
		k.c.watchDeletion(k, n, "started with -d")
		m.setOwn(id, own{})
	}
	if wanted := f.wanted(); wanted != SLEENone && k.c.Behaviour.DesiredFlags == "persist" {
		m.setSLEE(id, wanted)
	} else {
		n.slee.override = wanted
	}
	if f.copy != 0 || f.forget || f.wanted() != SLEENone {
		k.changed()
	}
}
