package rehearsal

import (
	"fmt"
	"sort"
	"strings"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"

	"runbook/builtins/value"
	"runbook/effect"
	"runbook/interpreter"
)

// call is the builtin rehearse.
func (rehearse Rehearser) call(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var o Order
	var scenario starlark.Value
	var set settings
	var lift value.Strings
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"file", &o.Runbook, "scenario??", &scenario, "site??", &o.Site, "set??", &set, "seed?", &o.Seed, "lift??", &lift); err != nil {
		return nil, err
	}
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	o.Lift = lift
	o.Settings, o.Position, o.From = set, interpreter.Caller(t), fileOf(t)
	switch s := scenario.(type) {
	case nil:
	case starlark.String:
		o.Scenario = string(s)
	case *starlark.Dict:
		if o.Parts, err = parts(s); err != nil {
			return nil, fmt.Errorf("%s: for parameter scenario: %w", b.Name(), err)
		}
	default:
		return nil, fmt.Errorf("%s: for parameter scenario: got %s, want a file's name, or a dict of what such a file assigns", b.Name(), s.Type())
	}
	out, err := rehearse(branch.Context(), o)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", b.Name(), o.Runbook, err)
	}
	if r := recordOf(branch); r != nil {
		r.report.Duration += out.Duration
		r.report.Last = out
	}
	branch.Say(interpreter.NoteLog, "rehearsed "+o.Runbook+": "+out.describe(), o.Position)
	return out.value(), nil
}

// fileOf is the name of the file whose code calls a builtin.
func fileOf(t *starlark.Thread) string {
	var pos syntax.Position
	for depth := 0; depth < t.CallStackDepth(); depth++ {
		if pos = t.CallFrame(depth).Pos; pos.Filename() != "<builtin>" {
			break
		}
	}
	return pos.Filename()
}

// parts are the globals of a scenario without a file.
func parts(d *starlark.Dict) (starlark.StringDict, error) {
	globals := starlark.StringDict{}
	for _, kv := range d.Items() {
		name, ok := starlark.AsString(kv[0])
		if !ok {
			return nil, fmt.Errorf("got the key %s, want a name such as \"faults\"", kv[0])
		}
		globals[name] = kv[1]
	}
	return globals, nil
}

// settings are parameters of a runbook, by name, as --set takes them.
type settings []string

// Unpack accepts a dict of strings, numbers, bools and lists of strings.
func (s *settings) Unpack(v starlark.Value) error {
	d, ok := v.(*starlark.Dict)
	if !ok {
		return fmt.Errorf("got %s, want a dict of parameters", v.Type())
	}
	for _, kv := range d.Items() {
		name, ok := starlark.AsString(kv[0])
		if !ok {
			return fmt.Errorf("got the key %s, want the name of a parameter", kv[0])
		}
		text, err := setting(kv[1])
		if err != nil {
			return fmt.Errorf("[%q]: %w", name, err)
		}
		*s = append(*s, name+"="+text)
	}
	sort.Strings(*s)
	return nil
}

// setting is a value as it is typed after --set.
func setting(v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.String:
		return string(v), nil
	case starlark.Bool, starlark.Int, starlark.Float:
		return v.String(), nil
	case *starlark.List:
		var words []string
		for e := range starlark.Elements(v) {
			word, ok := starlark.AsString(e)
			if !ok || strings.Contains(word, ",") {
				return "", fmt.Errorf("got a list with %s, want strings without a comma", e)
			}
			words = append(words, word)
		}
		return strings.Join(words, ","), nil
	}
	return "", fmt.Errorf("got %s, want a string, int, float, bool or list of strings", v.Type())
}

// describe is the outcome in one line.
func (o *Outcome) describe() string {
	s := "done"
	if o.Error != "" {
		s = string(o.Kind) + ": " + o.Error
	}
	changes := fmt.Sprintf("%d changes", len(o.Changes))
	if len(o.Changes) == 1 {
		changes = "1 change"
	}
	s = fmt.Sprintf("exit %d after simulated %s, %s; %s", o.Exit, effect.FormatDuration(o.Duration), changes, s)
	for _, h := range o.Hazards {
		s += "\nhazard: " + h
	}
	return s
}

// value is the outcome as tests see it.
func (o *Outcome) value() starlark.Value {
	v := starlarkstruct.FromStringDict(starlark.String("outcome"), starlark.StringDict{
		"ok": starlark.Bool(o.Error == ""), "exit": starlark.MakeInt(o.Exit),
		"error": starlark.String(o.Error), "kind": starlark.String(o.Kind), "hint": starlark.String(o.Hint),
		"result": interpreter.ToStarlark(o.Result), "duration": startime.Duration(o.Duration),
		"changes": lines(o.Changes), "hazards": lines(o.Hazards), "log": lines(o.Log), "printed": lines(o.Printed), "state": lines(o.State),
	})
	v.Freeze()
	return v
}

func lines(list []string) *starlark.List {
	elems := make([]starlark.Value, len(list))
	for i, s := range list {
		elems[i] = starlark.String(s)
	}
	return starlark.NewList(elems)
}
