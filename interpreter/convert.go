package interpreter

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"

	"runbook/effect"
)

// ToStarlark gives the Starlark form of a value: a list for a list, a dict for
// a struct, bytes for bytes, a time.time for a time.
func ToStarlark(v effect.Value) starlark.Value {
	switch v := v.(type) {
	case nil:
		return starlark.None
	case bool:
		return starlark.Bool(v)
	case int64:
		return starlark.MakeInt64(v)
	case float64:
		return starlark.Float(v)
	case string:
		return starlark.String(v)
	case effect.Bytes:
		return starlark.Bytes(v)
	case time.Time:
		return startime.Time(v)
	case effect.Secret:
		return Secret{v}
	case []effect.Value:
		elems := make([]starlark.Value, len(v))
		for i, e := range v {
			elems[i] = ToStarlark(e)
		}
		return starlark.NewList(elems)
	case effect.Struct:
		d := starlark.NewDict(len(v))
		for _, f := range v {
			_ = d.SetKey(starlark.String(f.Name), ToStarlark(f.Value)) // a new dict takes any string
		}
		return d
	}
	panic(fmt.Sprintf("internal error: %T is not an effect.Value", v))
}

// FromStarlark gives the value of a Starlark value, or an error that names the
// place of what cannot be one: a function, an integer beyond 64 bits, text that
// is not UTF-8, a dict with keys that are not strings.
func FromStarlark(v starlark.Value) (effect.Value, error) { return fromStarlark(v, 0) }

// maxDepth is how deeply values may nest.
const maxDepth = 100

func fromStarlark(v starlark.Value, depth int) (effect.Value, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("got a value nested more than %d deep", maxDepth)
	}
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.Int:
		i, ok := v.Int64()
		if !ok {
			return nil, fmt.Errorf("got an integer beyond 64 bits, %s", v)
		}
		return i, nil
	case starlark.Float:
		return float64(v), nil
	case starlark.String:
		return string(v), checkText(string(v))
	case starlark.Bytes:
		return effect.Bytes(v), nil
	case startime.Time:
		return time.Time(v).UTC().Round(0), nil
	case Secret:
		return v.Secret, nil
	case starlark.IterableMapping:
		return fromMapping(v, depth)
	case starlark.Iterable:
		return fromIterable(v, depth)
	}
	return nil, fmt.Errorf("got %s, want None, bool, int, float, string, bytes, time, list or dict", v.Type())
}

func fromIterable(v starlark.Iterable, depth int) (effect.Value, error) {
	list := make([]effect.Value, 0, max(starlark.Len(v), 0))
	it := v.Iterate()
	defer it.Done()
	for e := starlark.Value(nil); it.Next(&e); {
		x, err := fromStarlark(e, depth+1)
		if err != nil {
			return nil, fmt.Errorf("[%d]: %w", len(list), err)
		}
		list = append(list, x)
	}
	return list, nil
}

func fromMapping(v starlark.IterableMapping, depth int) (effect.Value, error) {
	items := v.Items()
	fields := make(effect.Struct, 0, len(items))
	for _, kv := range items {
		name, ok := starlark.AsString(kv[0])
		if !ok {
			return nil, fmt.Errorf("got a dict with key %s, want strings", kv[0])
		}
		if err := checkText(name); err != nil {
			return nil, fmt.Errorf("key %q: %w", name, err)
		}
		x, err := fromStarlark(kv[1], depth+1)
		if err != nil {
			return nil, fmt.Errorf("[%q]: %w", name, err)
		}
		fields = append(fields, effect.Field{Name: name, Value: x})
	}
	return fields, nil
}

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("got a string that is not UTF-8, want text or bytes")
	}
	return nil
}

// Secret is the Starlark value of a secret: it can be passed on, and nothing else.
type Secret struct{ effect.Secret }

var _ starlark.Value = Secret{}

func (s Secret) String() string        { return "<secret>" }
func (s Secret) Type() string          { return "secret" }
func (s Secret) Freeze()               {}
func (s Secret) Truth() starlark.Bool  { return true }
func (s Secret) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: secret") }
