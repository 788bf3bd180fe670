package builtins

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"runbook/builtins/host"
	"runbook/builtins/rhino"
	"runbook/builtins/xmlrpc"
	"runbook/interpreter"
)

// A System is one cluster of a site, of whatever kind.
type System interface {
	starlark.HasAttrs
	Name() string     // what the site calls it
	Kind() string     // "exasol", "rhino"
	Places() []string // where it is, for people and locks: what is at one place is one system
}

// hosted is a system that is made of hosts.
type hosted interface{ Hosts() []*host.Host }

// A Site is what a site file describes: the systems a runbook works on.
type Site struct {
	Program *interpreter.Program
	Systems []System     // in the order of the file
	Hosts   []*host.Host // the file's own, then those of the systems, each once

	value starlark.Value
}

// Value is what main gets: struct(systems, exasol, rhino, hosts). Nil without a site.
func (s *Site) Value() starlark.Value {
	if s == nil {
		return nil
	}
	return s.value
}

// Exasol are the systems that are Exasol clusters, in their order.
func (s *Site) Exasol() []*xmlrpc.System { return systemsOf[*xmlrpc.System](s) }

// Rhino are the systems that are Rhino clusters, in their order.
func (s *Site) Rhino() []*rhino.Cluster { return systemsOf[*rhino.Cluster](s) }

func systemsOf[T System](s *Site) []T {
	var list []T
	for _, sys := range s.Systems {
		if t, ok := sys.(T); ok {
			list = append(list, t)
		}
	}
	return list
}

// LoadSite executes the named site file and checks what it assigns to systems
// and hosts. The program is set also when there is an error, so that the error
// can be shown with its source.
func LoadSite(engine *interpreter.Engine, name string) (*Site, error) {
	program, err := engine.Load(name)
	if err != nil {
		return &Site{Program: program}, err
	}
	return siteOf(program)
}

// siteOf makes the site of an executed site file.
func siteOf(program *interpreter.Program) (*Site, error) {
	s := &Site{Program: program}
	list, ok := program.Globals["systems"].(*starlark.List)
	if program.Globals["systems"] == nil && program.Globals["hosts"] != nil {
		list, ok = starlark.NewList(nil), true // a site of hosts alone
	}
	if !ok {
		return s, fmt.Errorf("%s: got no list of systems, want systems = [exaoperation(…), rhino.cluster(…), …]", program.Name)
	}
	if err := s.ownHosts(program.Globals["hosts"]); err != nil {
		return s, fmt.Errorf("%s: hosts%w", program.Name, err)
	}
	for i := range list.Len() {
		if err := s.add(list.Index(i)); err != nil {
			return s, fmt.Errorf("%s: systems[%d]: %w", program.Name, i, err)
		}
	}
	s.value = s.object(list)
	return s, nil
}

// ownHosts takes the hosts that a site file lists.
func (s *Site) ownHosts(v starlark.Value) error {
	if v == nil {
		return nil
	}
	list, ok := v.(*starlark.List)
	if !ok {
		return fmt.Errorf(": got %s, want hosts = [host(…), …]", v.Type())
	}
	for i := range list.Len() {
		var h host.Ref
		err := h.Unpack(list.Index(i))
		if err == nil {
			if slices.ContainsFunc(s.Hosts, func(other *host.Host) bool { return other.Name() == h.Name() }) {
				err = fmt.Errorf("got a second host named %q, want a name of its own", h.Name())
			}
		}
		if err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
		s.Hosts = append(s.Hosts, h.Host)
	}
	return nil
}

// add takes a system, unless it would be mistaken for another.
func (s *Site) add(v starlark.Value) error {
	sys, ok := v.(System)
	if !ok {
		return fmt.Errorf("got %s, want exaoperation(…) or rhino.cluster(…)", v.Type())
	}
	for _, other := range s.Systems {
		if other.Name() == sys.Name() {
			return fmt.Errorf("got a second system named %q, want a name of its own", sys.Name())
		}
		for _, place := range sys.Places() {
			if slices.Contains(other.Places(), place) {
				return fmt.Errorf("got %s at %s, where %s is, want a place of its own", sys.Name(), place, other.Name())
			}
		}
	}
	if sys, ok := sys.(hosted); ok {
		for _, h := range sys.Hosts() {
			if err := s.addHost(h); err != nil {
				return err
			}
		}
	}
	s.Systems = append(s.Systems, sys)
	return nil
}

// addHost takes a host of a system. One name is one host everywhere in a site.
func (s *Site) addHost(h *host.Host) error {
	for _, other := range s.Hosts {
		switch {
		case other.Name() != h.Name():
		case other.Same(h):
			return nil
		default:
			return fmt.Errorf("got another host named %q, reached in another way, want one or two names", h.Name())
		}
	}
	s.Hosts = append(s.Hosts, h)
	return nil
}

func (s *Site) object(all *starlark.List) starlark.Value {
	v := starlarkstruct.FromStringDict(starlark.String("site"), starlark.StringDict{
		"systems": all, "exasol": asList(s.Exasol()), "rhino": asList(s.Rhino()), "hosts": asList(s.Hosts),
	})
	v.Freeze()
	return v
}

func asList[T starlark.Value](values []T) *starlark.List {
	elems := make([]starlark.Value, len(values))
	for i, v := range values {
		elems[i] = v
	}
	return starlark.NewList(elems)
}
