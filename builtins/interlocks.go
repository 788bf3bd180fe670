package builtins

import (
	"net/url"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"runbook/builtins/host"
	"runbook/builtins/interlock"
	"runbook/builtins/rhino"
	"runbook/effect"
	"runbook/interpreter"
)

// InterlockEngine makes an engine for interlock files, and what takes the rules
// that they declare.
func InterlockEngine(sources interpreter.Sources) (*interlock.Collector, *interpreter.Engine) {
	c := &interlock.Collector{}
	return c, interpreter.NewEngine(c.Predeclared(Predeclared()), sources, interpreter.Limits{})
}

// LoadInterlocks executes interlock files, which may be counted: counted makes an
// engine that does of one, nil where nobody counts. The set is given also when
// there is an error, so that it can be shown with its source.
func LoadInterlocks(sources interpreter.Sources, names []string, counted func(*interpreter.Engine) *interpreter.Engine) (*interlock.Set, error) {
	c, engine := InterlockEngine(sources)
	if counted != nil {
		engine = counted(engine)
	}
	return interlock.Load(c, engine, names)
}

// Court is where the changes of a run on the site are judged; nil is a site
// without systems.
func (s *Site) Court(world effect.Performer, branches interpreter.Branches) *interlock.Court {
	if s == nil {
		s = &Site{}
		s.value = s.object(starlark.NewList(nil))
	}
	return &interlock.Court{World: world, Branches: branches, Site: s.value, Owners: s.owners}
}

// owners are the systems that a request is sent to, and the object it is about.
func (s *Site) owners(r *effect.Request) (systems []starlark.Value, object string) {
	if r.Kind == effect.KindHost {
		for _, c := range s.Rhino() {
			if slices.ContainsFunc(c.Nodes, func(n *rhino.Node) bool { return reaches(n.Host, r) }) {
				systems = append(systems, c)
			}
		}
		return systems, ""
	}
	for _, sys := range s.Exasol() {
		below, ok := strings.CutPrefix(place(r.Target)+"/", place(sys.Server.Peer().Address)+"/")
		if ok && r.Kind == effect.KindXMLRPC {
			return []starlark.Value{sys}, objectOf(below, r.Operation)
		}
	}
	return nil, ""
}

// reaches reports whether a request is sent to a host.
func reaches(h *host.Host, r *effect.Request) bool {
	return h.Name() == r.Target || r.Peer != nil && h.Peer().Address == r.Peer.Address
}

// place is where a URL leads, however it is written: without scheme and the
// port that goes without saying.
func place(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	at := strings.ToLower(u.Host)
	for _, port := range []string{":443", ":80"} {
		at = strings.TrimSuffix(at, port)
	}
	return at + u.EscapedPath()
}

// objectOf is the object of a call: what its URL says, and what stands before
// the name of its method.
func objectOf(path, operation string) string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	for i, p := range parts {
		if text, err := url.PathUnescape(p); err == nil {
			parts[i] = text
		}
	}
	if i := strings.LastIndexByte(operation, '.'); i >= 0 {
		parts = append(parts, strings.Split(operation[:i], ".")...)
	}
	return strings.Join(parts, "/")
}
