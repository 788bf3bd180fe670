// Package value is the argument vocabulary of builtins: what is checked about
// an argument is checked by its type, once, with one wording. Each type
// implements starlark.Unpacker, so a builtin declares a variable and hands its
// address to starlark.UnpackArgs:
//
//	var timeout value.Duration
//	err := starlark.UnpackArgs(b.Name(), args, kwargs, "timeout", &timeout)
//
// Messages read `got X, want Y`; UnpackArgs puts the builtin and the parameter
// before them.
package value

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/interpreter"
)

// Duration is a span of time, written "90s" or "1h30m". Its zero value is 0.
type Duration time.Duration

// Unpack accepts a string, or a time.duration that a script computed.
func (d *Duration) Unpack(v starlark.Value) error {
	if span, ok := v.(startime.Duration); ok {
		if span < 0 {
			return fmt.Errorf("got %s, want a duration that is not negative", span)
		}
		*d = Duration(span)
		return nil
	}
	s, ok := starlark.AsString(v)
	if !ok {
		return fmt.Errorf("got %s, want a duration such as \"90s\" or \"1h30m\"", v.Type())
	}
	t, err := effect.ParseDuration(s)
	if err == nil && t < 0 {
		err = fmt.Errorf("got %q, want a duration that is not negative", s)
	}
	*d = Duration(t)
	return err
}

// Strings is a list of strings; a single string stands for a list of one.
type Strings []string

// Unpack accepts a string, or a list or tuple of strings.
func (l *Strings) Unpack(v starlark.Value) error {
	if s, ok := starlark.AsString(v); ok {
		*l = Strings{s}
		return nil
	}
	it, ok := v.(starlark.Iterable)
	if !ok {
		return fmt.Errorf("got %s, want a string or a list of strings", v.Type())
	}
	*l = Strings{}
	for e := range starlark.Elements(it) {
		s, ok := starlark.AsString(e)
		if !ok {
			return fmt.Errorf("[%d]: got %s, want string", len(*l), e.Type())
		}
		*l = append(*l, s)
	}
	return nil
}

// Kinds is a set of error kinds, as in tolerate=["unreachable"].
type Kinds []effect.Kind

// Unpack accepts a kind or a list of kinds, and lists the kinds when it gets another word.
func (k *Kinds) Unpack(v starlark.Value) error {
	var names Strings
	if err := names.Unpack(v); err != nil {
		return err
	}
	*k = Kinds{}
	for _, n := range names {
		if !slices.Contains(effect.Kinds, effect.Kind(n)) {
			return fmt.Errorf("got %q, want one of %s", n, kindList())
		}
		*k = append(*k, effect.Kind(n))
	}
	return nil
}

// Has reports whether the set has a kind.
func (k Kinds) Has(kind effect.Kind) bool { return slices.Contains(k, kind) }

func kindList() string {
	var names []string
	for _, k := range effect.Kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// Patterns is a set of names given by shell patterns, as in reads=["get*", "list*"].
type Patterns []string

// Unpack accepts a pattern or a list of patterns.
func (p *Patterns) Unpack(v starlark.Value) error {
	var list Strings
	if err := list.Unpack(v); err != nil {
		return err
	}
	for _, s := range list {
		if _, err := path.Match(s, ""); err != nil {
			return fmt.Errorf("got %q, want a pattern such as \"get*\"", s)
		}
	}
	*p = Patterns(list)
	return nil
}

// Match reports whether a pattern matches the name, or what follows its last
// dot: "storage.getVolumeList" is the method getVolumeList of an object.
func (p Patterns) Match(name string) bool {
	name = name[strings.LastIndexByte(name, '.')+1:]
	for _, s := range p {
		if s != "" && name != "" && s[0] != name[0] && strings.IndexByte(`*?[\\`, s[0]) < 0 {
			continue // most patterns are done with here
		}
		if head, ok := strings.CutSuffix(s, "*"); ok && !strings.ContainsAny(head, `*?[\\`) {
			if strings.HasPrefix(name, head) && strings.IndexByte(name[len(head):], '/') < 0 { // most patterns are of this form
				return true
			}
		} else if ok, _ := path.Match(s, name); ok {
			return true
		}
	}
	return false
}

// Recover is the policy of a change that is in doubt: "ask", "repeat", or a
// function, the probe, that reads and answers "done", "not done" or "unknown".
type Recover struct{ interpreter.Policy }

// Unpack accepts a string or a function.
func (r *Recover) Unpack(v starlark.Value) error {
	if fn, ok := v.(starlark.Callable); ok {
		r.Recovery, r.Probe = effect.Probe, fn
		return nil
	}
	switch s, _ := starlark.AsString(v); s {
	case "ask":
		r.Recovery, r.Probe = effect.Ask, nil
	case "repeat":
		r.Recovery, r.Probe = effect.Repeat, nil
	default:
		return fmt.Errorf("got %s, want \"ask\", \"repeat\" or a function that answers \"done\" or \"not done\"", v)
	}
	return nil
}

// Secret is a secret; plain text is refused, so that no password stands in a file.
type Secret struct{ effect.Secret }

// Unpack accepts the value of secret(…), or None for none.
func (s *Secret) Unpack(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.NoneType:
		s.Secret = effect.Secret{}
	case interpreter.Secret:
		s.Secret = v.Secret
	default:
		return fmt.Errorf("got %s, want a secret such as secret(env=\"NAME\") or secret(file=\"PATH\")", v.Type())
	}
	return nil
}

// Duration is d as the standard library knows it.
func (d Duration) Duration() time.Duration { return time.Duration(d) }
