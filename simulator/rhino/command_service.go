package rhino

import (
	"path"
	"slices"
	"strings"
)

// activate is the command activateservice.
func (s *session) activate() bool { return s.turnServices(true) }

// deactivate is the command deactivateservice.
func (s *session) deactivate() bool { return s.turnServices(false) }

// turnServices changes what is desired of services. What a service does is not
// modelled: it is at once what is desired.
func (s *session) turnServices(active bool) bool {
	c, k := s.c, s.component()
	which, ok := s.servicesNamed(s.options.rest)
	if !ok {
		return false
	}
	nodes, ok := s.members()
	if !ok {
		return false
	}
	if !s.options.set["-nodes"] && !c.strict {
		k.defaultServices(which, active)
	}
	for _, n := range nodes {
		o := k.mem.own[n.spec.ID]
		if o.services == nil && !s.options.set["-nodes"] && !c.strict {
			continue
		}
		o.services = slices.Clone(k.mem.activeServices(n.spec.ID))
		for _, i := range which {
			o.services[i] = active
		}
		k.mem.setOwn(n.spec.ID, o)
	}
	k.changed()
	begun, done := c.Texts.Activating, c.Texts.Activated
	if !active {
		begun, done = c.Texts.Deactivating, c.Texts.Deactivated
	}
	var names []string
	for _, i := range which {
		names = append(names, c.Services[i].id())
	}
	s.say(begun, "text", strings.Join(names, ",\n  "), "nodes", ids(nodes))
	for _, n := range nodes {
		s.say(done, "id", n.name)
	}
	return true
}

func (k *component) defaultServices(which []int, active bool) {
	k.mem.services = slices.Clone(k.mem.services)
	for _, i := range which {
		k.mem.services[i] = active
	}
}

// servicesNamed are the numbers of services written as
// "name=N,vendor=V,version=W" or as the console prints them.
func (s *session) servicesNamed(words []string) (which []int, ok bool) {
	for _, w := range words {
		text := strings.TrimSuffix(strings.TrimPrefix(w, "ServiceID["), "]")
		i := slices.IndexFunc(s.c.Services, func(v Service) bool { return v.id() == "ServiceID["+text+"]" })
		if i < 0 {
			return nil, s.fail(s.c.Texts.ServiceUnknown, "name", w)
		}
		which = append(which, i)
	}
	return which, true
}

// services is the command listservicesbystate.
func (s *session) services() bool {
	state := SLEE(strings.ToLower(s.options.rest[0])).title()
	if state != "Active" && state != "Inactive" && state != "Stopping" {
		return s.fail(s.c.Texts.Usage, "text", "listservicesbystate "+commandNamed("listservicesbystate").usage)
	}
	all := s.component().managed()
	nodes, ok := s.named("-node")
	if !ok {
		return false
	}
	if nodes == nil {
		nodes = all
	}
	if !s.within(nodes, all) {
		return false
	}
	for _, n := range nodes {
		s.say(s.c.Texts.ServicesOn, "state", state, "id", n.name)
		for i, active := range s.component().mem.activeServices(n.spec.ID) {
			if state != "Stopping" && active == (state == "Active") {
				s.say("  " + s.c.Services[i].id())
			}
		}
	}
	return true
}

// waitInactive is the command waittilserviceisinactive.
func (s *session) waitInactive() bool {
	which, ok := s.servicesNamed(s.options.rest)
	if !ok {
		return false
	}
	nodes, ok := s.members()
	if !ok {
		return false
	}
	return s.await(func() bool {
		return !slices.ContainsFunc(nodes, func(n *node) bool {
			return n.comp != nil && n.comp.mem != nil && n.comp.mem.activeServices(n.spec.ID)[which[0]]
		})
	})
}

// entities is what the commands about resource adaptor entities have in common:
// the number of the entity, and the nodes.
func (s *session) entities() (which int, nodes []*node, ok bool) {
	name := s.options.rest[0]
	which = slices.IndexFunc(s.c.Entities, func(e Entity) bool { return e.Name == name })
	if which < 0 {
		return 0, nil, s.fail(s.c.Texts.EntityUnknown, "name", name)
	}
	nodes, ok = s.members()
	return which, nodes, ok
}

// entityState is the command getraentitystate of 2.x.
func (s *session) entityState() bool {
	which, nodes, ok := s.entities()
	for _, n := range nodes {
		state := "Inactive"
		if ok && s.component().mem.activeEntities(n.spec.ID)[which] {
			state = "Active"
		}
		if ok {
			s.say(s.c.Texts.EntityState, "state", state, "id", n.name)
		}
	}
	return ok
}

// entityActual is the command getraentityactualstate.
func (s *session) entityActual() bool { return s.entityShow(s.c.Texts.EntityActual) }

// entityDesired is the command getraentitydesiredstate.
func (s *session) entityDesired() bool { return s.entityShow(s.c.Texts.EntityDesired) }

func (s *session) entityShow(text string) bool {
	if s.options.set["-all"] == s.options.set["-nodes"] {
		return s.fail(s.c.Texts.Usage, "text", "-all or -nodes")
	}
	which, nodes, ok := s.entities()
	if !ok {
		return false
	}
	s.say(text, "nodes", ids(nodes))
	for _, n := range nodes {
		state := s.c.Texts.EntityStopped
		if s.component().mem.activeEntities(n.spec.ID)[which] {
			state = s.c.Texts.EntityStarted
		}
		s.say(s.c.Texts.ActualNode, "id", n.name, "state", state)
	}
	return true
}

// install is the command installlocaldu.
func (s *session) install() bool {
	jar := s.options.rest[0]
	if !s.p.Files().Exists(jar) {
		return s.fail(s.c.Texts.NoFile, "path", jar)
	}
	s.c.uploads = append(s.c.uploads, path.Base(jar))
	s.say(s.c.Texts.Installed, "path", jar)
	return true
}
