package rehearsal

import (
	"fmt"
	"strings"
	"time"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/effect"
)

// An expectation is what expect was given.
type expectation struct {
	got                                      starlark.Value
	equals, contains, lacks, begins, inOrder starlark.Value // nil where not given
	atLeast, atMost                          starlark.Value
}

// expect ends the test unless a value is as it should be.
func expect(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x expectation
	var what string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"value", &x.got, "equals?", &x.equals, "contains?", &x.contains, "lacks?", &x.lacks, "begins?", &x.begins, "in_order?", &x.inOrder,
		"at_least?", &x.atLeast, "at_most?", &x.atMost, "what??", &what); err != nil {
		return nil, err
	}
	wrong, err := x.hold()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if wrong == "" {
		return starlark.None, nil
	}
	if what == "" {
		what = subject(t, b)
	}
	if what != "" {
		wrong = what + ": " + wrong
	}
	return nil, &effect.Error{Kind: effect.Failed, Message: wrong}
}

// hold says what is wrong with the value; "" if nothing is.
func (x *expectation) hold() (wrong string, err error) {
	if err := x.one(); err != nil {
		return "", err
	}
	switch {
	case x.equals != nil:
		return x.same()
	case x.contains != nil:
		ok, err := holds(x.got, x.contains, "contains")
		return x.unless(ok, "what contains "+x.contains.String()), err
	case x.lacks != nil:
		found, err := holds(x.got, x.lacks, "lacks")
		return x.unless(!found, "what lacks "+x.lacks.String()), err
	case x.begins != nil:
		return x.beginning()
	case x.inOrder != nil:
		return x.ordered()
	case x.atLeast != nil || x.atMost != nil:
		return x.bounded()
	}
	return x.unless(bool(x.got.Truth()), "what is true"), nil
}

// one reports an error if too much was asked: of the value, one thing may be
// expected, or two bounds.
func (x *expectation) one() error {
	var given []string
	for _, p := range []struct {
		name  string
		value starlark.Value
	}{
		{"equals", x.equals},
		{"contains", x.contains},
		{"lacks", x.lacks},
		{"begins", x.begins},
		{"in_order", x.inOrder},
		{"at_least", x.atLeast},
		{"at_most", x.atMost},
	} {
		if p.value != nil {
			given = append(given, p.name)
		}
	}
	if len(given) < 2 || len(given) == 2 && x.atLeast != nil && x.atMost != nil {
		return nil
	}
	return fmt.Errorf("got %s and %s, want one of them", given[0], given[1])
}

// unless is the message of a value that is not as it should be.
func (x *expectation) unless(ok bool, want string) string {
	if ok {
		return ""
	}
	return gotInstead(x.got, want)
}

// same holds the whole value against another; of lists and long texts it tells
// what differs.
func (x *expectation) same() (string, error) {
	if ok, err := starlark.Equal(x.got, x.equals); ok || err != nil {
		return "", err
	}
	got, want := linesOf(x.got), linesOf(x.equals)
	if x.got.Type() != x.equals.Type() || len(got) < 2 && len(want) < 2 {
		return x.unless(false, x.equals.String()), nil
	}
	return "got what differs from what was wanted (- wanted, + got)\n" + diff(want, got), nil
}

// beginning holds the first elements of a list, or letters of a text, against
// others.
func (x *expectation) beginning() (string, error) {
	if text, ok := starlark.AsString(x.got); ok {
		begin, ok := starlark.AsString(x.begins)
		if !ok {
			return "", fmt.Errorf("for parameter begins: got %s, want string", x.begins.Type())
		}
		return x.unless(strings.HasPrefix(text, begin), "what begins with "+x.begins.String()), nil
	}
	got, want, err := x.lists("begins", x.begins)
	if err != nil {
		return "", err
	}
	begin := got[:min(len(got), len(want))]
	if ok, err := starlark.Equal(starlark.NewList(begin), starlark.NewList(want)); ok || err != nil {
		return "", err
	}
	wrong := "got another beginning than was wanted (- wanted, + got)\n" + diff(quoted(want), quoted(begin))
	if more := len(got) - len(begin); more > 0 {
		wrong += fmt.Sprintf("\n  … and %d more", more)
	}
	return wrong, nil
}

// ordered looks for elements in a list in an order, with any others between
// them.
func (x *expectation) ordered() (string, error) {
	got, want, err := x.lists("in_order", x.inOrder)
	if err != nil {
		return "", err
	}
	rest := got
	for i, part := range want {
		for len(rest) > 0 {
			first := rest[0]
			rest = rest[1:]
			if ok, err := fits(first, part); err != nil {
				return "", err
			} else if ok {
				part = nil
				break
			}
		}
		if part != nil {
			after := ""
			if i > 0 {
				after = " after " + want[i-1].String()
			}
			return fmt.Sprintf("got no %s%s, want %s, in this order, in\n  %s", part, after, x.inOrder, strings.Join(quoted(got), "\n  ")), nil
		}
	}
	return "", nil
}

// lists are the value and what a parameter was given, both lists.
func (x *expectation) lists(name string, given starlark.Value) (got, want []starlark.Value, err error) {
	if got = elements(x.got); got == nil {
		return nil, nil, fmt.Errorf("for parameter value: got %s, want a list", x.got.Type())
	}
	if want = elements(given); want == nil {
		return nil, nil, fmt.Errorf("for parameter %s: got %s, want a list", name, given.Type())
	}
	return got, want, nil
}

// bounded holds a value against a lower and an upper bound.
func (x *expectation) bounded() (string, error) {
	for _, bound := range []struct {
		name, word string
		op         syntax.Token
		value      starlark.Value
	}{{"at_least", "at least", syntax.GE, x.atLeast}, {"at_most", "at most", syntax.LE, x.atMost}} {
		if bound.value == nil {
			continue
		}
		limit, err := x.limit(bound.value)
		if err != nil {
			return "", fmt.Errorf("for parameter %s: %w", bound.name, err)
		}
		ok, err := starlark.Compare(bound.op, x.got, limit)
		if err != nil {
			return "", fmt.Errorf("for parameter %s: got %s, want what can be compared with %s", bound.name, bound.value.Type(), x.got.Type())
		}
		if !ok {
			return beyond(x.got, bound.word, limit), nil
		}
	}
	return "", nil
}

// beyond is the message of a value beyond a bound; durations are as people write
// them, unless they would look alike.
func beyond(got starlark.Value, word string, limit starlark.Value) string {
	took, ok := got.(startime.Duration)
	bound, both := limit.(startime.Duration)
	if ok && both {
		short, than := effect.FormatDuration(time.Duration(took)), effect.FormatDuration(time.Duration(bound))
		if short != than {
			return fmt.Sprintf("got %s, want %s %s", short, word, than)
		}
	}
	return fmt.Sprintf("got %s, want %s %s", got, word, limit)
}

// limit is a bound: that of a duration may be written as "45m".
func (x *expectation) limit(v starlark.Value) (starlark.Value, error) {
	text, ok := starlark.AsString(v)
	if _, isDuration := x.got.(startime.Duration); !ok || !isDuration {
		return v, nil
	}
	d, err := effect.ParseDuration(text)
	if err != nil {
		return nil, err
	}
	return startime.Duration(d), nil
}

// holds reports whether a part is in a text, in one of a list of texts, or is an
// element of a list or a key of a dict.
func holds(whole, part starlark.Value, name string) (bool, error) {
	text, isText := starlark.AsString(part)
	if s, ok := starlark.AsString(whole); ok {
		if !isText {
			return false, fmt.Errorf("for parameter %s: got %s, want string", name, part.Type())
		}
		return strings.Contains(s, text), nil
	}
	it, ok := whole.(starlark.Iterable)
	if !ok {
		return false, fmt.Errorf("for parameter value: got %s, want a string or list, which may contain something", whole.Type())
	}
	for e := range starlark.Elements(it) {
		if ok, err := fits(e, part); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

// fits reports whether an element is another, or a text that it is a part of.
func fits(e, part starlark.Value) (bool, error) {
	s, ok := starlark.AsString(e)
	if text, isText := starlark.AsString(part); ok && isText {
		return strings.Contains(s, text), nil
	}
	return starlark.Equal(e, part)
}
