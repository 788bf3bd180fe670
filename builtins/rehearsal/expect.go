package rehearsal

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"runbook/effect"
)

// expect ends the test unless a value is as it should be.
func expect(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var got, equals, contains starlark.Value
	var what string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"value", &got, "equals?", &equals, "contains?", &contains, "what??", &what); err != nil {
		return nil, err
	}
	ok, want := bool(got.Truth()), "what is true"
	var err error
	switch {
	case equals != nil && contains != nil:
		return nil, fmt.Errorf("%s: got equals and contains, want one of them", b.Name())
	case equals != nil:
		want = equals.String()
		ok, err = starlark.Equal(got, equals)
	case contains != nil:
		want = "what contains " + contains.String()
		ok, err = holds(got, contains)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if ok {
		return starlark.None, nil
	}
	msg := fmt.Sprintf("got %s, want %s", shown(got), want)
	if what != "" {
		msg = what + ": " + msg
	}
	return nil, &effect.Error{Kind: effect.Failed, Message: msg}
}

// shown is a value for a message; the elements of a long list have a line each.
func shown(v starlark.Value) string {
	list, ok := v.(*starlark.List)
	if !ok || len(v.String()) < 100 {
		return v.String()
	}
	var b strings.Builder
	for e := range starlark.Elements(list) {
		b.WriteString("\n  " + e.String())
	}
	return b.String() + "\n "
}

// holds reports whether a part is in a text, in one of a list of texts, or is an
// element of a list or a key of a dict.
func holds(whole, part starlark.Value) (bool, error) {
	text, isText := starlark.AsString(part)
	if s, ok := starlark.AsString(whole); ok {
		if !isText {
			return false, fmt.Errorf("for parameter contains: got %s, want string", part.Type())
		}
		return strings.Contains(s, text), nil
	}
	it, ok := whole.(starlark.Iterable)
	if !ok {
		return false, fmt.Errorf("for parameter value: got %s, want a string or list, which may contain something", whole.Type())
	}
	for e := range starlark.Elements(it) {
		if s, ok := starlark.AsString(e); ok && isText && strings.Contains(s, text) {
			return true, nil
		}
		if same, err := starlark.Equal(e, part); err != nil || same {
			return same, err
		}
	}
	return false, nil
}
