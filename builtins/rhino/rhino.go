// Package rhino is the family of builtins that speak of Rhino clusters: the
// nodes, their hosts, and the SLEE.
//
//	prod = rhino.cluster(
//	    name = "prod",
//	    home = "/opt/rhino",
//	    nodes = [rhino.node(101, host("h1")), rhino.node(102, host("h2")), rhino.node(103, host("h3"), quorum = True)],
//	)
//	prod.node(101).start(primary = True, slee = "running")
//	prod.node(101).status().ready
//	prod.start_slee(nodes = [101, 102], if_needed = True)
//
// Rhino is reached by commands on hosts and in no other way: a node's own
// scripts on its own host, and rhino-console on the host of an event-router
// node. So each method is one command, made and sent by builtins/host, and what
// the command printed is read back by the parsers of this package.
//
// Three things are kept apart:
//
//   - What Rhino's documents say to the letter is in the code that uses it.
//   - What they do not say, or what differs between sites, is in one literal,
//     with a mark that tells how sure it is: see [Conventions].
//   - What differs between Rhino 2.x and 3.x is asked of [Cluster.Desired] only.
//
// A command that reads and prints what cannot be understood is an error: a table
// that was cut must never look like a cluster with fewer nodes. A command that
// changed something is none, whatever it prints: what was done is done, and its
// value says whether all of it was understood.
package rhino

import (
	"slices"

	_ "embed"

	"go.starlark.net/starlark"
)

// Doc is the family's documentation: Starlark stubs.
//
//go:embed doc.star
var Doc string

// function is what a builtin is made of.
type function = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

// A table has the attributes of a type and its methods, by name.
type table[T starlark.Value] struct {
	prefix     string // of the methods' names in messages
	attributes map[string]func(T) starlark.Value
	methods    map[string]function
}

// attr is the attribute or the bound method of that name, nil if there is none.
func (t *table[T]) attr(of T, name string) (starlark.Value, error) {
	if get := t.attributes[name]; get != nil {
		return get(of), nil
	}
	if fn := t.methods[name]; fn != nil {
		return starlark.NewBuiltin(t.prefix+name, fn).BindReceiver(of), nil
	}
	return nil, nil
}

// names are all of them, sorted.
func (t *table[T]) names() []string {
	var names []string
	for n := range t.attributes {
		names = append(names, n)
	}
	for n := range t.methods {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
