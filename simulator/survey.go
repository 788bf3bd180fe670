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

// A survey evaluates a scenario that cannot be loaded once more, in order to
// find all that is wrong with it: a call that is wrong is noted, makes a thing
// that stands for what it should have made, and the evaluation goes on.
type survey struct {
	name  string
	found []placedError
}

// A placedError is what is wrong at a place of the scenario.
type placedError struct {
	pos syntax.Position
	err error
}

// missing stands for what a wrong call should have made.
type missing struct{}

// surveyed joins a *ScenarioError for each thing that is wrong with a scenario
// whose evaluation failed.
func surveyed(name string, src []byte, failed error) error {
	v := &survey{name: name}
	v.members(src)
	s := &Scenario{Name: name, at: map[string]string{}}
	globals, err := starlark.ExecFileOptions(&scenarioDialect, s.thread(), name, src, v.modules())
	var all []error
	if err == nil {
		all = append(all, v.rest(s, globals))
	} else {
		all = append(all, positioned(name, err))
	}
	if len(v.found) == 0 {
		return positioned(name, failed)
	}
	slices.SortStableFunc(v.found, func(a, b placedError) int {
		if a.pos.Line != b.pos.Line {
			return int(a.pos.Line - b.pos.Line)
		}
		return int(a.pos.Col - b.pos.Col)
	})
	var found []error
	for _, f := range v.found {
		found = append(found, &ScenarioError{f.pos.String(), f.err})
	}
	return errors.Join(append(found, all...)...)
}

// rest is what is wrong with the globals, as far as it does not follow from
// something that is missing.
func (v *survey) rest(s *Scenario, globals starlark.StringDict) error {
	whole := true
	for _, name := range []string{"systems", "hosts", "faults"} {
		list, ok := globals[name].(*starlark.List)
		if !ok {
			continue
		}
		var kept []starlark.Value
		for e := range list.Elements() {
			if !spoilt(e) {
				kept = append(kept, e)
			}
		}
		whole = whole && (name == "faults" || len(kept) == list.Len())
		globals[name] = starlark.NewList(kept)
	}
	if err := s.read(globals); err != nil || !whole {
		return err
	}
	return s.check()
}

// members notes what is taken from simulate and fault but is not there.
func (v *survey) members(src []byte) {
	f, err := scenarioDialect.Parse(v.name, src, 0)
	if err != nil {
		return
	}
	known := modules()
	syntax.Walk(f, func(n syntax.Node) bool {
		dot, ok := n.(*syntax.DotExpr)
		if !ok {
			return true
		}
		x, _ := dot.X.(*syntax.Ident)
		if x == nil {
			return true
		}
		m, ok := known[x.Name].(*starlarkstruct.Module)
		if !ok || m.Members.Has(dot.Name.Name) {
			return true
		}
		hint := ""
		if meant := nearest(dot.Name.Name, m.AttrNames()); meant != "" {
			hint = fmt.Sprintf(" (did you mean .%s?)", meant)
		}
		v.note(dot.Dot, fmt.Errorf("module has no .%s field or method%s", dot.Name.Name, hint))
		return true
	})
}

func (v *survey) note(pos syntax.Position, err error) {
	v.found = append(v.found, placedError{pos, err})
}

// modules are the vocabulary with functions that note what is wrong.
func (v *survey) modules() starlark.StringDict {
	predeclared := modules()
	for _, b := range vocabulary() {
		module, name, _ := strings.Cut(b.doc.Name, ".")
		members := predeclared[module].(*starlarkstruct.Module).Members
		members[name] = starlark.NewBuiltin(b.doc.Name, func(t *starlark.Thread, self *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return v.call(b, t, self, args, kwargs), nil
		})
	}
	for name, m := range predeclared {
		predeclared[name] = lenient{m.(*starlarkstruct.Module)}
	}
	return predeclared
}

// call makes a thing, or notes everything that is wrong with the call.
func (v *survey) call(b builtin, t *starlark.Thread, self *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) starlark.Value {
	pos, before := t.CallFrame(1).Pos, len(v.found)
	follows := slices.ContainsFunc(args, spoilt)
	if err := b.fits(args, nil); err != nil && !follows {
		v.note(pos, err)
	}
	for _, kv := range kwargs {
		if spoilt(kv[1]) {
			follows = true
		} else if err := b.fits(nil, []starlark.Tuple{kv}); err != nil {
			v.note(pos, err)
		}
	}
	if !follows && len(v.found) == before {
		made, err := b.call(t, self, args, kwargs)
		if err == nil {
			return made
		}
		v.note(pos, err)
	}
	return &thing{kind: self.Name(), value: missing{}, at: pos}
}

// fits checks some of the arguments of a call, whichever others it needs.
func (b builtin) fits(args starlark.Tuple, kwargs []starlark.Tuple) error {
	params, _ := b.prepare()
	for i := 0; i < len(params); i += 2 {
		params[i] = strings.TrimSuffix(params[i].(string), "?") + "?"
	}
	if err := starlark.UnpackArgs(b.doc.Name, args, kwargs, params...); err != nil {
		return unquoted(err)
	}
	return nil
}

// spoilt reports whether a value is a missing thing or a list with one in it.
func spoilt(v starlark.Value) bool { return spoiltWithin(v, 3) }

func spoiltWithin(v starlark.Value, depth int) bool {
	var parts starlark.Iterable
	switch v := v.(type) {
	case *thing:
		return v.value == missing{}
	case *starlark.List:
		parts = v
	case starlark.Tuple:
		parts = v
	}
	if parts == nil || depth == 0 {
		return false
	}
	for e := range starlark.Elements(parts) {
		if spoiltWithin(e, depth-1) {
			return true
		}
	}
	return false
}

// A lenient module has every member; those that are not there make missing things.
type lenient struct{ *starlarkstruct.Module }

func (m lenient) Attr(name string) (starlark.Value, error) {
	if v, err := m.Module.Attr(name); v != nil {
		return v, err
	}
	return starlark.NewBuiltin(m.Name+"."+name, func(t *starlark.Thread, self *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return &thing{kind: self.Name(), value: missing{}, at: t.CallFrame(1).Pos}, nil
	}), nil
}
