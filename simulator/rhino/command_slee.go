package rhino

import (
	"slices"
	"strconv"
)

// start is the command start: the SLEE to Running.
func (s *session) start() bool { return s.turn(SLEERunning) }

// stop is the command stop.
func (s *session) stop() bool {
	var heirs []*node
	if s.options.set["-reassignto"] && s.options.values["-reassignto"] != "" {
		named, ok := s.named("-reassignto")
		if !ok || !s.within(named, s.component().managed()) {
			return false
		}
		heirs = named
	}
	targets, ok := s.named("-nodes")
	if !ok || !s.turn(SLEEStopped) {
		return false
	}
	if !s.options.set["-reassignto"] {
		return true
	}
	if targets == nil {
		targets = s.component().managed()
	}
	if heirs == nil {
		heirs = slices.DeleteFunc(s.component().managed(), func(n *node) bool { return slices.Contains(targets, n) })
	}
	if len(heirs) > 0 {
		for _, n := range targets {
			n.reassign()
		}
		s.say(s.c.Texts.Reassigned, "nodes", ids(heirs))
	}
	return true
}

// turn starts or stops the SLEE, by the rules of the version.
func (s *session) turn(to SLEE) bool {
	var nodes []*node
	var ok bool
	if s.c.strict {
		nodes, ok = s.turnStrictly(to)
	} else {
		nodes, ok = s.turnDesired(to)
	}
	if !ok {
		return false
	}
	if len(nodes) == 0 {
		return true // -ifneeded, and there was no need
	}
	begun, state := s.c.Texts.StartBegun, SLEEStarting
	if to == SLEEStopped {
		begun, state = s.c.Texts.StopBegun, SLEEStopping
	}
	s.say(begun, "nodes", ids(nodes))
	for _, n := range nodes {
		n.slee.override = SLEENone
		if n.converge() {
			s.say(s.c.Texts.Transitioned, "state", state.title(), "id", n.name)
		}
	}
	return true
}

// turnStrictly keeps to the rules of 2.x: every node concerned must be in the
// opposite state.
func (s *session) turnStrictly(to SLEE) (nodes []*node, ok bool) {
	targets, ok := s.members()
	if !ok {
		return nil, false
	}
	from, text := SLEEStopped, s.c.Texts.NotStopped
	if to == SLEEStopped {
		from, text = SLEERunning, s.c.Texts.NotRunning
	}
	var wrong []*node
	for _, n := range targets {
		switch {
		case n.slee.state == from, to == SLEEStopped && n.slee.state == SLEEStarting: // [doc]: STARTING to STOPPING is allowed
			nodes = append(nodes, n)
		default:
			wrong = append(wrong, n)
		}
	}
	if len(wrong) > 0 && !s.options.set["-ifneeded"] {
		return nil, s.fail(text, "nodes", ids(wrong))
	}
	for _, n := range nodes {
		s.component().mem.setSLEE(n.spec.ID, to)
	}
	s.component().changed()
	return nodes, true
}

// turnDesired keeps to the rules of 3.x: what is desired changes, for nodes that
// are named also where they do not run.
func (s *session) turnDesired(to SLEE) (nodes []*node, ok bool) {
	k := s.component()
	targets, ok := s.named("-nodes")
	if !ok {
		return nil, false
	}
	if targets == nil {
		return s.turnDefault(to)
	}
	var same []*node
	for _, n := range targets {
		if n.spec.Quorum && !n.serves() {
			return nil, s.fail(s.c.Texts.NotMember, "nodes", n.name)
		}
		if k.mem.desired(n.spec.ID) == to {
			same = append(same, n)
			continue
		}
		nodes = append(nodes, n)
	}
	if len(same) > 0 && !s.options.set["-ifneeded"] {
		text := s.c.Texts.NotStopped
		if to == SLEEStopped {
			text = s.c.Texts.NotRunning
		}
		return nil, s.fail(text, "nodes", ids(same))
	}
	for _, n := range nodes {
		k.mem.setSLEE(n.spec.ID, to)
	}
	k.changed()
	return nodes, true
}

// turnDefault changes what is desired of all nodes.
func (s *session) turnDefault(to SLEE) (nodes []*node, ok bool) {
	k := s.component()
	for _, n := range k.managed() {
		if k.mem.desired(n.spec.ID) != to {
			nodes = append(nodes, n)
		}
	}
	if len(nodes) == 0 {
		return nil, s.options.set["-ifneeded"] || s.fail(s.c.Texts.NoChange, "state", string(to))
	}
	for _, id := range k.mem.owners() {
		k.mem.setSLEE(id, SLEENone)
	}
	k.mem.slee = to
	k.changed()
	return nodes, true
}

// waitStopped is the command waittilstopped.
func (s *session) waitStopped() bool { return s.waitState(SLEEStopped) }

// waitStarted is the command waittilstarted.
func (s *session) waitStarted() bool { return s.waitState(SLEERunning) }

func (s *session) waitState(state SLEE) bool {
	nodes, ok := s.members()
	if !ok {
		return false
	}
	if !s.await(func() bool {
		return !slices.ContainsFunc(nodes, func(n *node) bool { return n.slee.state != state })
	}) {
		return false
	}
	s.say(s.c.Texts.WaitDone, "state", state.title(), "nodes", ids(nodes))
	return true
}

// state is the command state of 2.x.
func (s *session) state() bool {
	nodes, ok := s.members()
	for _, n := range nodes {
		if ok {
			s.say(s.c.Texts.SLEEState, "state", n.slee.state.title(), "id", n.name)
		}
	}
	return ok
}

// actual is the command getsleeactualstate.
func (s *session) actual() bool {
	if s.options.set["-all"] == s.options.set["-nodes"] {
		return s.fail(s.c.Texts.Usage, "text", "-all or -nodes")
	}
	nodes, ok := s.members()
	if !ok {
		return false
	}
	if s.options.set["-all"] {
		s.say(s.c.Texts.ActualAll, "nodes", ids(nodes))
	}
	for _, n := range nodes {
		s.say(s.c.Texts.ActualNode, "id", n.name, "state", n.slee.state.title())
	}
	return true
}

// desired is the command getsleedesiredstate.
func (s *session) desired() bool {
	t, mem := &s.c.Texts, s.component().mem
	given := 0
	for _, o := range []string{"-default", "-all", "-nodes"} {
		if s.options.set[o] {
			given++
		}
	}
	if given != 1 {
		return s.fail(t.Usage, "text", "-default, -all or -nodes")
	}
	if s.options.set["-default"] {
		state := mem.slee
		if state == SLEENone {
			state = SLEEStopped
		}
		s.say(t.DefaultGet)
		s.say(t.DefaultState, "state", string(state))
		return true
	}
	nodes, ok := s.named("-nodes")
	if !ok {
		return false
	}
	if nodes == nil {
		nodes = s.withOwn()
		s.say(t.DesiredAll, "nodes", ids(nodes))
	}
	for _, n := range nodes {
		text := t.DesiredNode
		if mem.own[n.spec.ID].slee != SLEENone {
			text = t.DesiredOwn
		}
		s.say(text, "id", n.name, "state", mem.desired(n.spec.ID).title())
	}
	return true
}

// withOwn are the event-router nodes that run, and those with a state of their
// own, by id.
func (s *session) withOwn() []*node {
	nodes := s.component().managed()
	for _, id := range s.component().mem.owners() {
		if n := s.c.byID[id]; n != nil && !slices.Contains(nodes, n) {
			nodes = append(nodes, n)
		}
	}
	slices.SortFunc(nodes, func(a, b *node) int { return a.spec.ID - b.spec.ID })
	return nodes
}

// idOf reads a node's id that stands alone.
func (s *session) idOf(text string) (*node, bool) {
	id, _ := strconv.Atoi(text)
	if n := s.c.byID[id]; n != nil {
		return n, true
	}
	return nil, s.fail(s.c.Texts.NodeUnknown, "id", text)
}
