package builtins

import (
	"errors"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/interpreter"
)

// tried makes a call that makes a value and sends nothing, where all of its
// arguments are known: what it refuses then, it refuses always.
func (c *callChecker) tried(p *Page, call *syntax.CallExpr) {
	if _, err := c.construct(p, call, 0); err != nil {
		c.fail(call.Lparen, call.Lparen, "", "%s", message(err))
	}
}

// construct makes the value of a call that makes a value and sends nothing. It
// is nil if that is not such a call, or an argument is not known.
func (c *callChecker) construct(p *Page, call *syntax.CallExpr, depth int) (starlark.Value, error) {
	i := slices.IndexFunc(All, func(b Builtin) bool { return b.Name == p.Name && b.Kind == Constructor })
	if i < 0 || depth > maxDepth {
		return nil, nil
	}
	var args starlark.Tuple
	var kwargs []starlark.Tuple
	for _, e := range call.Args {
		k, keyword := e.(*syntax.BinaryExpr)
		keyword = keyword && k.Op == syntax.EQ
		if keyword {
			e = k.Y
		}
		v := c.sure(e, depth)
		switch {
		case v == nil:
			return nil, nil
		case keyword:
			kwargs = append(kwargs, starlark.Tuple{starlark.String(k.X.(*syntax.Ident).Name), v})
		default:
			args = append(args, v)
		}
	}
	return starlark.Call(&starlark.Thread{Name: "check"}, starlark.NewBuiltin(p.Name, All[i].Fn), args, kwargs)
}

// sure is the value of an argument, nil if it is not known whole. A secret
// stands for any.
func (c *callChecker) sure(e syntax.Expr, depth int) starlark.Value {
	v := c.literal(e, depth)
	if _, secret := v.value.(interpreter.Secret); !secret && !v.whole {
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
