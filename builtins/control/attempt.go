package control

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"runbook/effect"
	"runbook/interpreter"
)

// Attempt calls a function and gives its error as a value.
func Attempt(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("%s: missing argument for fn", b.Name())
	}
	fn, ok := args[0].(starlark.Callable)
	if !ok {
		return nil, fmt.Errorf("%s: for parameter fn: got %s, want callable", b.Name(), args[0].Type())
	}
	v, err := starlark.Call(t, fn, args[1:], kwargs)
	if err == nil {
		return result(true, v, starlark.None), nil
	}
	var e *effect.Error
	if !interpreter.IsOutcome(err) || !errors.As(err, &e) || e.Kind == effect.Cancelled {
		return nil, err
	}
	return result(false, starlark.None, newErrorValue(e, err)), nil
}

func result(ok bool, v, err starlark.Value) starlark.Value {
	return starlarkstruct.FromKeywords(starlark.String("result"), []starlark.Tuple{ // without a map: attempts are many
		{starlark.String("error"), err}, {starlark.String("ok"), starlark.Bool(ok)}, {starlark.String("value"), v},
	})
}

// An errorValue is an error as scripts see it. It keeps the error it came
// from, so that fail(error) raises the very same.
type errorValue struct {
	fields *starlarkstruct.Struct
	text   string
	cause  error
}

var _ starlark.HasAttrs = (*errorValue)(nil)

func newErrorValue(e *effect.Error, cause error) *errorValue {
	code := starlark.Value(starlark.None)
	if e.Code != nil {
		code = starlark.MakeInt64(*e.Code)
	}
	return &errorValue{starlarkstruct.FromStringDict(starlark.String("error"), starlark.StringDict{
		"kind": starlark.String(e.Kind), "message": starlark.String(e.Message), "target": starlark.String(e.Target),
		"operation": starlark.String(e.Operation), "code": code, "hint": starlark.String(e.Hint),
		"doubt": starlark.Bool(e.Doubt), "details": interpreter.ToStarlark(e.Details),
	}), e.Error(), cause}
}

func (e *errorValue) String() string        { return e.text }
func (e *errorValue) Type() string          { return "error" }
func (e *errorValue) Freeze()               { e.fields.Freeze() }
func (e *errorValue) Truth() starlark.Bool  { return true }
func (e *errorValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", e.Type()) }

func (e *errorValue) Attr(name string) (starlark.Value, error) { return e.fields.Attr(name) }
func (e *errorValue) AttrNames() []string                      { return e.fields.AttrNames() }
