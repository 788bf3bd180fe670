package interlock

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"runbook/builtins/value"
	"runbook/effect"
)

// A selector says which changes a rule is about. What it leaves open may be
// anything.
type selector struct {
	kind                       string
	target, operation, command globs
	args                       starlark.Callable // of the arguments: whether it is about them
}

var _ starlark.Value = (*selector)(nil)

func (s *selector) String() string        { return "<change>" }
func (s *selector) Type() string          { return "change" }
func (s *selector) Truth() starlark.Bool  { return true }
func (s *selector) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", s.Type()) }

// Freeze freezes what the function of the arguments holds on to.
func (s *selector) Freeze() {
	if s.args != nil {
		s.args.Freeze()
	}
}

// change makes a selector.
func change(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	s := &selector{}
	var kind kindName
	if len(args) > 0 {
		return nil, fmt.Errorf("%s: got %d positional arguments, want keyword arguments such as operation=", b.Name(), len(args))
	}
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs,
		"kind??", &kind, "target??", &s.target, "operation??", &s.operation, "command??", &s.command, "args??", &s.args); err != nil {
		return nil, err
	}
	s.kind = string(kind)
	if len(s.command) > 0 && s.kind == effect.KindXMLRPC {
		return nil, fmt.Errorf("%s: for parameter command: got patterns with kind %q, want kind \"host\" or none: only hosts have command lines", b.Name(), s.kind)
	}
	return s, nil
}

// fits reports whether a selector is about a request, as far as its patterns say.
func (s *selector) fits(r *effect.Request) bool {
	switch {
	case s.kind != "" && s.kind != r.Kind:
		return false
	case len(s.command) > 0 && (r.Kind != effect.KindHost || !s.command.match(commandOf(r))):
		return false
	}
	return (len(s.target) == 0 || s.target.match(r.Target)) && (len(s.operation) == 0 || s.operation.match(methodOf(r)))
}

// methodOf is the operation without the object that XML-RPC lets stand before
// it: "db_x.stopDatabase" is stopDatabase.
func methodOf(r *effect.Request) string {
	if r.Kind != effect.KindXMLRPC {
		return r.Operation
	}
	return r.Operation[strings.LastIndexByte(r.Operation, '.')+1:]
}

// commandOf is the command of a host's request as one line: its words with a
// space between them.
func commandOf(r *effect.Request) string {
	if r.Kind != effect.KindHost || len(r.Args) == 0 {
		return ""
	}
	words, ok := r.Args[0].([]effect.Value)
	if !ok {
		text, _ := r.Args[0].(string)
		return text
	}
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i], _ = w.(string)
	}
	return strings.Join(texts, " ")
}

// Selectors are a parameter that is one selector or a list of them.
type Selectors []*selector

// Unpack accepts change(…), or a list of those.
func (l *Selectors) Unpack(v starlark.Value) error {
	if s, ok := v.(*selector); ok {
		*l = Selectors{s}
		return nil
	}
	const want = "want change(…), or a list of those"
	it, ok := v.(starlark.Iterable)
	if !ok {
		return fmt.Errorf("got %s, %s", v.Type(), want)
	}
	*l = nil
	for e := range starlark.Elements(it) {
		s, ok := e.(*selector)
		if !ok {
			return fmt.Errorf("[%d]: got %s, want change(…)", len(*l), e.Type())
		}
		*l = append(*l, s)
	}
	if len(*l) == 0 {
		return fmt.Errorf("got no changes, %s", want)
	}
	return nil
}

// kinds are those of requests that may be changes.
var kinds = []string{effect.KindXMLRPC, effect.KindHost}

// kindName is a kind of requests.
type kindName string

// Unpack accepts a kind that has changes.
func (k *kindName) Unpack(v starlark.Value) error {
	s, ok := starlark.AsString(v)
	if !ok {
		return fmt.Errorf("got %s, want string", v.Type())
	}
	if !slices.Contains(kinds, s) {
		return fmt.Errorf("got %q, want \"xmlrpc\" or \"host\"", s)
	}
	*k = kindName(s)
	return nil
}

// globs are patterns of text: * stands for any text, ? for any letter.
type globs []string

// Unpack accepts a pattern or a list of them.
func (g *globs) Unpack(v starlark.Value) error {
	var list value.Strings
	if err := list.Unpack(v); err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("got no patterns, want at least one, or None")
	}
	*g = globs(list)
	return nil
}

func (g globs) match(s string) bool {
	return slices.ContainsFunc(g, func(pattern string) bool { return glob([]rune(pattern), []rune(s)) })
}

// glob matches in time that grows with the product of the lengths: where it
// fails it goes back to the last star only.
func glob(pattern, s []rune) bool {
	p, i, star, from := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			from++
			p, i = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
