package exaoperation

import (
	"slices"
	"strings"
	"time"
)

// A method of an object. Its parameters are names separated by spaces; those
// that may be left out end in a question mark.
type method struct {
	name       string
	role       Role // that a user needs
	parameters string
	run        func(*Cluster, *invocation) Answer
}

// count is how many parameters the method has, and how many it needs.
func (m *method) count() (all, needed int) {
	if m.parameters == "" {
		return 0, 0
	}
	all = 1 + strings.Count(m.parameters, " ")
	return all, all - strings.Count(m.parameters, "?")
}

// parameter is the name of parameter i.
func (m *method) parameter(i int) string {
	list := strings.Fields(m.parameters)
	if i >= len(list) {
		return ""
	}
	return strings.TrimSuffix(list[i], "?")
}

// Call lets everything happen up to now, the virtual time since the
// beginning, and then makes the call. A now before an earlier one counts as
// that one.
func (c *Cluster) Call(now time.Duration, call Call) Answer {
	c.Advance(now)
	if a, ok := c.front(); !ok {
		return a
	}
	user := c.login(&call)
	if user < 0 {
		return c.unauthorized()
	}
	o, name, missing := c.resolve(call.Path, call.Method)
	if missing != nil {
		return *missing
	}
	m := c.methodOf(o.kind, name)
	if m == nil {
		return c.notFound(o, name)
	}
	in := &invocation{o, m, user, call.Args}
	if !c.may(user, o, m.role) {
		return c.denied(in, m.role)
	}
	if m.run == nil {
		return c.fault(c.setup.Texts.NotModelled, "method", name)
	}
	all, needed := m.count()
	switch {
	case len(call.Args) > all:
		return c.tooMany(in, all)
	case len(call.Args) < needed:
		return c.fault(c.setup.Texts.Missing, "method", name, "name", m.parameter(len(call.Args)))
	}
	return m.run(c, in)
}

// tooMany is the framework's fault for too many arguments. It counts the
// object itself.
func (c *Cluster) tooMany(in *invocation, all int) Answer {
	plural := " ("
	if all > 0 {
		plural = "s ("
	}
	text := func(n int) string { return string(appendNumber(nil, n, 1)) }
	return c.fault(c.setup.Texts.TooMany, "method", in.method.name, "n", text(all+1), "text", plural+text(len(in.args)+1))
}

// methodOf is the method with a name, or nil.
func (c *Cluster) methodOf(kind objectKind, name string) *method {
	if kind == rootKind || !c.offers(name) {
		return nil
	}
	if m := search(tables[kind], name); m != nil {
		return m
	}
	if m := introspection(name); m != nil && (name != "listObjects" || kind != rootKind) {
		return m
	}
	if _, ok := slices.BinarySearch(namesOf(kind), name); ok {
		return &method{name: name, role: RoleUser}
	}
	return nil
}

// offers reports whether the version has the method. The license server is
// shut down by a method whose name changed with 6.1.
func (c *Cluster) offers(name string) bool {
	switch name {
	case "haltLicenseServer":
		return c.since(6, 1)
	case "powerOffLicenseServer":
		return !c.since(6, 1)
	}
	return true
}

// since reports whether the version is this one or a later one.
func (c *Cluster) since(major, minor int) bool {
	s := c.setup
	return s.major > major || s.major == major && s.minor >= minor
}

func search(table []method, name string) *method {
	i, ok := slices.BinarySearchFunc(table, name, func(m method, name string) int { return strings.Compare(m.name, name) })
	if !ok {
		return nil
	}
	return &table[i]
}
