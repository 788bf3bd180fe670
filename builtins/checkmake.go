package builtins

import (
	"errors"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/interpreter"
)

// made tries a call that makes a value and sends nothing, where all of its
// arguments are known: what it refuses then, it refuses always.
func (c *callChecker) made(p *Page, call *syntax.CallExpr) {
	i := slices.IndexFunc(All, func(b Builtin) bool { return b.Name == p.Name && b.Kind == Constructor })
	if i < 0 {
		return
	}
	var args starlark.Tuple
	var kwargs []starlark.Tuple
	for _, e := range call.Args {
		k, keyword := e.(*syntax.BinaryExpr)
		keyword = keyword && k.Op == syntax.EQ
		if keyword {
			e = k.Y
		}
		v := c.sure(e)
		switch {
		case v == nil:
			return
		case keyword:
			kwargs = append(kwargs, starlark.Tuple{starlark.String(k.X.(*syntax.Ident).Name), v})
		default:
			args = append(args, v)
		}
	}
	if _, err := starlark.Call(&starlark.Thread{Name: "check"}, starlark.NewBuiltin(p.Name, All[i].Fn), args, kwargs); err != nil {
		c.fail(call.Lparen, call.Lparen, "", "%s", message(err))
	}
}

// sure is the value of an argument, nil if it is not known whole. A secret
// stands for any.
func (c *callChecker) sure(e syntax.Expr) starlark.Value {
	v := c.literal(e, 0)
	if _, secret := v.value.(interpreter.Secret); secret {
		return v.value
	}
	if list, ok := e.(*syntax.ListExpr); ok && len(c.elements(list.List, 0)) < len(list.List) {
		return nil
	}
	if !v.whole {
		return nil
	}
	return v.value
}

// message is the text of an error without the trace of a call.
func message(err error) string {
	if failed := (*starlark.EvalError)(nil); errors.As(err, &failed) {
		return failed.Msg
	}
	return err.Error()
}
