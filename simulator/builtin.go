package simulator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// A Doc is the reference of one builtin of scenarios.
type Doc struct {
	Name    string // "simulate.node"
	Summary string // one paragraph
	Params  []Param
}

// A Param is one parameter of a builtin.
type Param struct {
	Name    string
	Type    string // "duration", "list of simulate.node or names", …
	Default string // in words; "" if the argument is required
	Summary string
}

// Signature is the builtin as a caller writes it, with brackets around what may be
// left out: "simulate.node(name, [power, flag, card, powered_at])".
func (d Doc) Signature() string {
	var b strings.Builder
	b.WriteString(d.Name + "(")
	open := false
	for i, p := range d.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		if p.Default != "" && !open {
			b.WriteByte('[')
			open = true
		}
		b.WriteString(p.Name)
	}
	if open {
		b.WriteByte(']')
	}
	return b.String() + ")"
}

// A builtin is a function of scenarios. prepare makes variables for its
// arguments, and names them as starlark.UnpackArgs wants it; build makes a
// thing of them once they are set.
type builtin struct {
	doc     Doc
	prepare func() (params []any, build func() (any, error))
}

// Reference documents everything a scenario can say: simulate.* and fault.*.
func Reference() []Doc {
	var docs []Doc
	for _, b := range vocabulary() {
		docs = append(docs, b.doc)
	}
	return docs
}

// Globals documents the globals of a scenario that mean something.
func Globals() []Param {
	return []Param{
		{"systems", "list of simulate.exaoperation and simulate.rhino", "the site's systems, an Exasol cluster with four data nodes and one database, a Rhino cluster with the site's nodes", "the systems of the world"},
		{"hosts", "list of simulate.host", "none", "machines that are not as any other; those of the site and of Rhino clusters are there without being listed"},
		{"faults", "list of fault.*", "none", "what goes wrong"},
		{"schedule", "list of fault.*", "none", "what goes wrong besides: runbook explore writes here what it adds to a scenario"},
		{"answers", "dict of texts", "the operator agrees to everything, and knows what came of a change in doubt", `what the operator answers, by a part of the question; the first that fits counts: {"shut down": "no"}; of a change in doubt the question is its call and the answers are "done", "again" and "fail"`},
		{"seed", "int", "1", "what all chances and durations are drawn from"},
		{"start", "string", "2024-01-01 00:00:00 in a rehearsal, now in sim serve", "the wall clock at the beginning, in UTC"},
	}
}

func vocabulary() []builtin {
	return slices.Concat(simulateBuiltins, rhinoBuiltins, machineFaults, rhinoFaults, hostFaults, transportFaults, toolFaults)
}

// modules are the vocabulary as Starlark sees it.
func modules() starlark.StringDict {
	predeclared := starlark.StringDict{}
	for _, b := range vocabulary() {
		module, name, _ := strings.Cut(b.doc.Name, ".")
		m, ok := predeclared[module].(*starlarkstruct.Module)
		if !ok {
			m = &starlarkstruct.Module{Name: module, Members: starlark.StringDict{}}
			predeclared[module] = m
		}
		m.Members[name] = starlark.NewBuiltin(b.doc.Name, b.call)
	}
	return predeclared
}

func (b builtin) call(t *starlark.Thread, self *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	params, build := b.prepare()
	if err := starlark.UnpackArgs(self.Name(), args, kwargs, params...); err != nil {
		return nil, unquoted(err)
	}
	value, err := build()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", self.Name(), err)
	}
	return &thing{kind: self.Name(), value: value, at: t.CallFrame(1).Pos}, nil
}

// unquoted is an error of UnpackArgs with the parameter's name as it is written
// for a positional argument; a keyword's has quotes around it.
func unquoted(err error) error {
	before, after, quoted := strings.Cut(err.Error(), `: for parameter "`)
	if !quoted {
		return err
	}
	return errors.New(before + ": for parameter " + strings.Replace(after, `"`, "", 1))
}

// wrong is an error about a parameter, as UnpackArgs words it.
func wrong(param string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("for parameter %s: %w", param, err)
}

// A thing is what a builtin of a scenario makes. Scenarios can only hand it on.
type thing struct {
	kind  string // name of the builtin
	value any
	at    syntax.Position // of the call
}

var _ starlark.Value = (*thing)(nil)

func (t *thing) String() string        { return fmt.Sprintf("%s(%+v)", t.kind, t.value) }
func (t *thing) Type() string          { return t.kind }
func (t *thing) Freeze()               {}
func (t *thing) Truth() starlark.Bool  { return true }
func (t *thing) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", t.kind) }
