package builtins

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"runbook/builtins/xmlrpc"
	"runbook/interpreter"
)

// A Site is what a site file describes: the systems a runbook works on.
type Site struct {
	Program *interpreter.Program
	Systems []*xmlrpc.System // in the order of the file

	value starlark.Value
}

// Value is what main gets: struct(systems, exasol, rhino). Nil without a site.
func (s *Site) Value() starlark.Value {
	if s == nil {
		return nil
	}
	return s.value
}

// LoadSite executes the named site file and checks what it assigns to systems.
// The program is set also when there is an error, so that the error can be
// shown with its source.
func LoadSite(engine *interpreter.Engine, name string) (*Site, error) {
	program, err := engine.Load(name)
	if err != nil {
		return &Site{Program: program}, err
	}
	return siteOf(program)
}

// siteOf makes the site of an executed site file.
func siteOf(program *interpreter.Program) (*Site, error) {
	s, name := &Site{Program: program}, program.Name
	list, ok := program.Globals["systems"].(*starlark.List)
	if !ok {
		return s, fmt.Errorf("%s: got no list of systems, want systems = [exaoperation(…), …]", name)
	}
	for i := range list.Len() {
		sys, ok := list.Index(i).(*xmlrpc.System)
		if !ok {
			return s, fmt.Errorf("%s: systems[%d]: got %s, want exaoperation(…)", name, i, list.Index(i).Type())
		}
		if err := s.add(sys); err != nil {
			return s, fmt.Errorf("%s: systems[%d]: %w", name, i, err)
		}
	}
	s.value = s.object(list)
	return s, nil
}

// add refuses a system that would be mistaken for another.
func (s *Site) add(sys *xmlrpc.System) error {
	for _, other := range s.Systems {
		if other.Name == sys.Name {
			return fmt.Errorf("got a second system named %q, want a name of its own", sys.Name)
		}
		if other.Server.Peer().System == sys.Server.Peer().System {
			return fmt.Errorf("got %s at the url of %s, want a url of its own", sys.Name, other.Name)
		}
	}
	s.Systems = append(s.Systems, sys)
	return nil
}

func (s *Site) object(all *starlark.List) starlark.Value {
	exasol := make([]starlark.Value, len(s.Systems))
	for i, sys := range s.Systems {
		exasol[i] = sys
	}
	v := starlarkstruct.FromStringDict(starlark.String("site"), starlark.StringDict{
		"systems": all, "exasol": starlark.NewList(exasol), "rhino": starlark.NewList(nil),
	})
	v.Freeze()
	return v
}
