package simulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/simulator/model"
)

// This file defines what the arguments of a scenario's builtins may be: what
// is checked about an argument is checked by its type. The word of each type
// is what the reference calls it.

// duration is a span of time, written "90s" or "1h30m".
type duration time.Duration

func (duration) word() string { return "duration" }

func (d *duration) Unpack(v starlark.Value) error {
	s, ok := starlark.AsString(v)
	if !ok {
		return fmt.Errorf("got %s, want a duration such as \"90s\" or \"1h30m\"", v.Type())
	}
	t, err := effect.ParseDuration(s)
	if err == nil && t < 0 {
		err = fmt.Errorf("got %q, want a duration that is not negative", s)
	}
	*d = duration(t)
	return err
}

func (d duration) get() time.Duration { return time.Duration(d) }

// span is a duration, or two between which one is drawn from the seed.
type span model.Span

func (span) word() string { return "span" }

func (s *span) Unpack(v starlark.Value) error {
	var ends [2]duration
	pair, ok := v.(starlark.Indexable)
	if _, text := v.(starlark.String); !ok || text {
		err := ends[0].Unpack(v)
		*s = span(model.Fixed(ends[0].get()))
		return err
	}
	if pair.Len() != 2 {
		return fmt.Errorf("got %d values, want a duration or two, as in (\"10m\", \"15m\")", pair.Len())
	}
	for i := range ends {
		if err := ends[i].Unpack(pair.Index(i)); err != nil {
			return err
		}
	}
	if ends[1] < ends[0] {
		return fmt.Errorf("got a longest time below the shortest, want (shortest, longest)")
	}
	*s = span{ends[0].get(), ends[1].get()}
	if ends[1] == 0 {
		*s = span(model.None)
	}
	return nil
}

// share is a number from 0 to 1.
type share float64

func (share) word() string { return "float" }

func (s *share) Unpack(v starlark.Value) error {
	f, ok := starlark.AsFloat(v)
	if !ok || !(f >= 0 && f <= 1) {
		return fmt.Errorf("got %s, want a number from 0 to 1", v)
	}
	*s = share(f)
	return nil
}

// choice is one word of a closed set, or "" if it was not given.
type choice struct {
	of     []string
	chosen string
}

func (c choice) word() string { return "one of " + quoted(c.of) }

func (c *choice) Unpack(v starlark.Value) error {
	s, ok := starlark.AsString(v)
	if !ok || !slices.Contains(c.of, s) {
		return fmt.Errorf("got %s, want one of %s", v, quoted(c.of))
	}
	c.chosen = s
	return nil
}

func quoted(words []string) string {
	var q []string
	for _, w := range words {
		q = append(q, strconv.Quote(w))
	}
	return strings.Join(q, ", ")
}

// names is a list of strings; nil if it was not given.
type names []string

func (names) word() string { return "list of strings" }

func (l *names) Unpack(v starlark.Value) error {
	it, ok := v.(starlark.Iterable)
	if !ok {
		return fmt.Errorf("got %s, want a list of strings", v.Type())
	}
	*l = names{}
	for e := range starlark.Elements(it) {
		s, ok := starlark.AsString(e)
		if !ok {
			return fmt.Errorf("[%d]: got %s, want string", len(*l), e.Type())
		}
		*l = append(*l, s)
	}
	return nil
}

// pairs is a dict whose keys are strings, in its order.
type pairs[T any, P interface {
	*T
	starlark.Unpacker
}] struct {
	of   string
	list []pair[T]
}

type pair[T any] struct {
	key   string
	value T
}

func (p pairs[T, P]) word() string { return "dict of " + p.of }

func (p *pairs[T, P]) Unpack(v starlark.Value) error {
	d, ok := v.(starlark.IterableMapping)
	if !ok {
		return fmt.Errorf("got %s, want a dict of %s", v.Type(), p.of)
	}
	for _, item := range d.Items() {
		key, ok := starlark.AsString(item[0])
		if !ok {
			return fmt.Errorf("got the key %s, want a string", item[0])
		}
		var value T
		if err := P(&value).Unpack(item[1]); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		p.list = append(p.list, pair[T]{key, value})
	}
	return nil
}

// text is a string, as a value of pairs.
type text string

func (t *text) Unpack(v starlark.Value) error {
	s, ok := starlark.AsString(v)
	if !ok {
		return fmt.Errorf("got %s, want string", v.Type())
	}
	*t = text(s)
	return nil
}

// lines is a text of several lines: a string or a list of strings.
type lines string

func (l *lines) Unpack(v starlark.Value) error {
	if s, ok := starlark.AsString(v); ok {
		*l = lines(s)
		return nil
	}
	var list names
	err := list.Unpack(v)
	*l = lines(strings.Join(list, "\n"))
	return err
}

// items is a list of what other builtins make; nil if it was not given. Where
// from is set, a name stands for the thing of that name, and where count is, a
// number for so many things.
type items[T any] struct {
	of    string // the builtin that makes them
	from  func(name string) T
	count func(n int) []T
	list  []T
}

func (l items[T]) word() string {
	w := "list of " + l.of
	if l.from != nil {
		w += " or names"
	}
	if l.count != nil {
		w = "int, or " + w
	}
	return w
}

// mostItems is how many things a number may stand for: n0011 to n9999.
const mostItems = 9989

func (l *items[T]) Unpack(v starlark.Value) error {
	if n, err := starlark.AsInt32(v); err == nil && l.count != nil {
		if n < 0 || n > mostItems {
			return fmt.Errorf("got %d, want 0 to %d", n, mostItems)
		}
		l.list = append([]T{}, l.count(n)...)
		return nil
	}
	it, ok := v.(starlark.Iterable)
	if !ok {
		return fmt.Errorf("got %s, want %s", v.Type(), l.word())
	}
	l.list = []T{}
	for e := range starlark.Elements(it) {
		item, err := l.item(e)
		if err != nil {
			return fmt.Errorf("[%d]: %w", len(l.list), err)
		}
		l.list = append(l.list, item)
	}
	return nil
}

func (l *items[T]) item(v starlark.Value) (T, error) {
	if t, ok := v.(*thing); ok {
		if item, ok := t.value.(T); ok {
			return item, nil
		}
	}
	if s, ok := starlark.AsString(v); ok && l.from != nil {
		return l.from(s), nil
	}
	var none T
	if l.from != nil {
		return none, fmt.Errorf("got %s, want %s or a name", v.Type(), l.of)
	}
	return none, fmt.Errorf("got %s, want %s", v.Type(), l.of)
}

// one is a single thing that another builtin makes.
type one[T any] struct {
	of   string
	item T
}

func (o one[T]) word() string { return o.of }

func (o *one[T]) Unpack(v starlark.Value) error {
	if t, ok := v.(*thing); ok {
		if item, ok := t.value.(T); ok {
			o.item = item
			return nil
		}
	}
	return fmt.Errorf("got %s, want %s", v.Type(), o.of)
}

// value is anything that an XML-RPC method can answer.
type value struct{ effect.Value }

func (value) word() string { return "value" }

func (v *value) Unpack(from starlark.Value) (err error) {
	v.Value, err = toValue(from)
	return err
}

func toValue(v starlark.Value) (effect.Value, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.Float:
		return float64(v), nil
	case starlark.String:
		return string(v), nil
	case starlark.Bytes:
		return effect.Bytes(v), nil
	case starlark.Int:
		if n, ok := v.Int64(); ok {
			return n, nil
		}
		return nil, fmt.Errorf("got %s, want an integer of 64 bits", v)
	case starlark.IterableMapping:
		fields := effect.Struct{}
		for _, item := range v.Items() {
			name, ok := starlark.AsString(item[0])
			if !ok {
				return nil, fmt.Errorf("got the key %s, want a string", item[0])
			}
			field, err := toValue(item[1])
			if err != nil {
				return nil, err
			}
			fields = append(fields, effect.Field{Name: name, Value: field})
		}
		return fields, nil
	case starlark.Iterable:
		list := []effect.Value{}
		for e := range starlark.Elements(v) {
			item, err := toValue(e)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		return list, nil
	}
	return nil, fmt.Errorf("got %s, want a value that XML-RPC has", v.Type())
}
