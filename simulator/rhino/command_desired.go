package rhino

import (
	"slices"
	"strconv"
	"strings"
)

// isConverged is the command isconverged.
func (s *session) isConverged() bool {
	t := &s.c.Texts
	nodes, ok := s.members()
	if !ok {
		return false
	}
	text := t.Converged
	away := slices.ContainsFunc(nodes, func(n *node) bool { return !n.converged() })
	switch named := s.options.set["-nodes"]; {
	case named && away:
		text = t.NodeUnconverged
	case named:
		text = t.NodeConverged
	case away:
		text = t.Unconverged
	}
	s.say(text, "nodes", ids(nodes))
	return true
}

// waitConverged is the command waittilconverged.
func (s *session) waitConverged() bool {
	nodes, ok := s.members()
	if !ok || !s.await(func() bool {
		return !slices.ContainsFunc(nodes, func(n *node) bool { return !n.converged() })
	}) {
		return false
	}
	s.say(s.c.Texts.Convergence)
	return true
}

// setDesired is the command setsleedesiredstate.
func (s *session) setDesired() bool {
	c, k := s.c, s.component()
	state := SLEE(strings.ToLower(s.options.rest[0]))
	if state != SLEERunning && state != SLEEStopped || s.options.set["-default"] == s.options.set["-nodes"] {
		return s.fail(c.Texts.Usage, "text", "setsleedesiredstate "+commandNamed("setsleedesiredstate").usage)
	}
	if s.options.set["-default"] {
		k.mem.slee = state
		s.say(c.Texts.DefaultSet, "state", string(state))
	} else {
		nodes, ok := s.named("-nodes")
		if !ok {
			return false
		}
		for _, n := range nodes {
			k.mem.setSLEE(n.spec.ID, state)
		}
		s.say(c.Texts.DesiredSet, "state", string(state), "nodes", ids(nodes))
	}
	k.changed()
	k.convergeAll()
	return true
}

// convergeAll moves every SLEE towards what is desired.
func (k *component) convergeAll() {
	for _, n := range k.managed() {
		n.converge()
	}
}

// copyOwn is the command copypernodedesiredstate.
func (s *session) copyOwn() bool {
	k := s.component()
	from, ok := s.idOf(s.options.rest[0])
	if !ok {
		return false
	}
	to, ok := s.idOf(s.options.rest[1])
	if !ok {
		return false
	}
	k.copyOwn(from.spec.ID, to)
	k.changed()
	s.say(s.c.Texts.Copied, "node", from.name, "id", to.name)
	k.convergeAll()
	return true
}

// removeOwn is the command removepernodedesiredstate.
func (s *session) removeOwn() bool {
	c, k := s.c, s.component()
	if s.options.set["-all"] == s.options.set["-nodes"] {
		return s.fail(c.Texts.Usage, "text", "-all or -nodes")
	}
	nodes, ok := s.named("-nodes")
	if !ok {
		return false
	}
	if nodes == nil {
		for _, id := range k.mem.owners() {
			if n := c.byID[id]; n != nil {
				nodes = append(nodes, n)
			}
		}
	}
	for _, n := range nodes {
		c.watchDeletion(k, n, "made to forget it")
		k.mem.setOwn(n.spec.ID, own{})
	}
	k.changed()
	if len(nodes) == 1 {
		s.say(c.Texts.Removed, "id", nodes[0].name)
	} else {
		s.say(c.Texts.RemovedAll, "nodes", ids(nodes))
	}
	k.convergeAll()
	return true
}

// owners is the command getnodeswithpernodedesiredstate.
func (s *session) owners() bool {
	var list []string
	for _, id := range s.component().mem.owners() {
		list = append(list, strconv.Itoa(id))
	}
	if list == nil {
		s.say(s.c.Texts.OwnNone)
		return true
	}
	s.say(s.c.Texts.OwnNodes, "nodes", strings.Join(list, ","))
	return true
}
