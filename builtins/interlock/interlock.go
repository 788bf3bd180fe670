// Package interlock is what interlock files can say beside what runbooks can:
// a rule that must hold before a change is let through.
//
//	interlock(
//	    name = "no database runs where storage stops",
//	    before = change(kind = "xmlrpc", operation = "stopEXAStorage"),
//	    require = lambda request, site: …,
//	    reason = "a database whose storage stops loses what it has not written",
//	)
//
// Two nouns. A [Rule] is one such call. A [Set] is the rules in force, in
// order: [Load] executes the files, each of which may have several.
//
// The life of one judgement: a change comes to [Set.Judge] before anybody has
// recorded or performed it. Each rule whose selectors fit calls its function,
// which reads through the same world as the script. What one rule has read for
// this change no other reads again. A rule that says no, or cannot read what it
// needs, is the outcome of the change: an error of kind refused.
package interlock

import (
	"fmt"
	"maps"
	"strings"

	_ "embed"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/interpreter"
)

// Doc is the family's documentation: Starlark stubs.
//
//go:embed doc.star
var Doc string

// A Rule must hold before a change is let through.
type Rule struct {
	Name   string
	Reason string // why there is such a rule, for people
	File   string // that it is from
	Pos    syntax.Position

	before  []*selector
	require starlark.Callable
	program *interpreter.Program
}

// freeze freezes what the rule's functions hold on to and no global of its file does.
func (r *Rule) freeze() {
	r.require.Freeze()
	for _, b := range r.before {
		b.Freeze()
	}
}

// A Collector takes the rules of the files that are executed with its names.
type Collector struct{ rules []*Rule }

// Predeclared are the names that an interlock file sees: those of names, as
// runbooks see them, with interlock and change.
func (c *Collector) Predeclared(names ...starlark.StringDict) starlark.StringDict {
	env := starlark.StringDict{
		"interlock": starlark.NewBuiltin("interlock", c.interlock),
		"change":    starlark.NewBuiltin("change", change),
	}
	for _, n := range names {
		maps.Copy(env, n)
	}
	return env
}

// interlock declares a rule.
func (c *Collector) interlock(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r := &Rule{}
	var name, reason line
	var before Selectors
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"name", &name, "before", &before, "require", &r.require, "reason", &reason); err != nil {
		return nil, err
	}
	if _, err := interpreter.Of(t, b); err == nil {
		return nil, fmt.Errorf("%s: got a call in a run, want it at the top level of an interlock file", b.Name())
	}
	if err := takesTwo(r.require); err != nil {
		return nil, fmt.Errorf("%s: for parameter require: %w", b.Name(), err)
	}
	r.Name, r.Reason, r.before = string(name), string(reason), before
	r.File, r.Pos = places(t)
	c.rules = append(c.rules, r)
	return starlark.None, nil
}

// takesTwo refuses a function that could never be called with a change and a site.
func takesTwo(c starlark.Callable) error {
	fn, ok := c.(*starlark.Function)
	if !ok {
		return nil
	}
	most, least := fn.NumParams()-fn.NumKwonlyParams(), 0
	if fn.HasKwargs() {
		most--
	}
	if fn.HasVarargs() {
		most--
	}
	for i := range most {
		if fn.ParamDefault(i) == nil {
			least++
		}
	}
	if least > 2 || most < 2 && !fn.HasVarargs() {
		return fmt.Errorf("got %s, which takes %s, want one that takes the change and the site: %s(request, site)", fn.Name(), values(most), fn.Name())
	}
	return nil
}

// values is a number of them.
func values(n int) string {
	if n == 1 {
		return "1 value"
	}
	return fmt.Sprintf("%d values", n)
}

// places are the file whose top level a thread executes, and the innermost
// place in a script.
func places(t *starlark.Thread) (file string, at syntax.Position) {
	for depth := range t.CallStackDepth() {
		pos := t.CallFrame(depth).Pos
		if pos.Filename() == "<builtin>" {
			continue
		}
		if file == "" {
			at = pos
		}
		file = pos.Filename()
	}
	return file, at
}

// line is text of one line that is not empty.
type line string

// Unpack accepts text that can stand in a message and behind a flag.
func (l *line) Unpack(v starlark.Value) error {
	s, ok := starlark.AsString(v)
	if !ok {
		return fmt.Errorf("got %s, want string", v.Type())
	}
	if strings.TrimSpace(s) == "" || strings.ContainsAny(s, "\r\n") {
		return fmt.Errorf("got %q, want a line of text", s)
	}
	*l = line(s)
	return nil
}
