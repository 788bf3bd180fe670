package builtins

import (
	"fmt"
	"math/big"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/effect"
	"runbook/interpreter"
)

// knownVariables are the variables of a file that are bound once, by a plain
// assignment, a def or a for, each with the expression, the def or the for; and
// the parameter of main that gets the site.
func knownVariables(f *syntax.File) map[*syntax.Ident]syntax.Node {
	known := map[*syntax.Ident]syntax.Node{}
	count := map[*syntax.Ident]int{}
	bind := func(target syntax.Expr, value syntax.Node) {
		syntax.Walk(target, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Ident:
				if b, ok := n.Binding.(*resolve.Binding); ok && b.First != nil {
					count[b.First]++
					known[b.First] = value
				}
			case *syntax.DotExpr, *syntax.IndexExpr:
				return false
			}
			return true
		})
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.AssignStmt:
			if _, ok := n.LHS.(*syntax.Ident); ok && n.Op == syntax.EQ {
				bind(n.LHS, n.RHS)
			} else {
				bind(n.LHS, nil)
			}
		case *syntax.DefStmt:
			bind(n.Name, n)
			for _, p := range n.Params {
				if id, ok := p.(*syntax.Ident); ok && n.Name.Name == "main" && id.Name == "site" {
					bind(id, theSite{id})
					continue
				}
				bindParam(bind, p)
			}
		case *syntax.LambdaExpr:
			for _, p := range n.Params {
				bindParam(bind, p)
			}
		case *syntax.ForStmt:
			bindEach(bind, n.Vars, n)
		case *syntax.ForClause:
			bindEach(bind, n.Vars, n)
		}
		return true
	})
	for id, n := range count {
		if n > 1 || known[id] == nil {
			delete(known, id)
		}
	}
	return known
}

// theSite is what the parameter of main that gets the site is bound to.
type theSite struct{ *syntax.Ident }

// bindEach binds the variable of a loop to the loop, and several to what nobody knows.
func bindEach(bind func(syntax.Expr, syntax.Node), vars syntax.Expr, loop syntax.Node) {
	if _, one := vars.(*syntax.Ident); !one {
		loop = nil
	}
	bind(vars, loop)
}

// bindParam binds a parameter to what nobody knows.
func bindParam(bind func(syntax.Expr, syntax.Node), param syntax.Expr) {
	switch p := param.(type) {
	case *syntax.BinaryExpr:
		bind(p.X, nil)
	case *syntax.UnaryExpr:
		if p.X != nil {
			bind(p.X, nil)
		}
	default:
		bind(p, nil)
	}
}

// variable is what a variable is bound to, nil if that is not known.
func (c *callChecker) variable(id *syntax.Ident) syntax.Node {
	if b, ok := id.Binding.(*resolve.Binding); ok && b.First != nil {
		return c.known[b.First]
	}
	return nil
}

// maxDepth is how many variables are followed to a value.
const maxDepth = 4

// A literal is what is known of an expression: a value, or only its type.
type literal struct {
	value starlark.Value // of the type, where only that is known; nil if nothing is
	whole bool           // it is the value
}

// literal tells what is known of an expression.
func (c *callChecker) literal(e syntax.Expr, depth int) literal {
	switch e := e.(type) {
	case *syntax.Literal:
		return literal{constant(e), true}
	case *syntax.ParenExpr:
		return c.literal(e.X, depth)
	case *syntax.UnaryExpr:
		if v := c.literal(e.X, depth); e.Op == syntax.MINUS && v.whole {
			if v, err := starlark.Unary(syntax.MINUS, v.value); err == nil {
				return literal{v, true}
			}
		}
	case *syntax.Ident:
		return c.name(e, depth)
	case *syntax.ListExpr:
		known := c.elements(e.List, depth)
		return literal{starlark.NewList(known), len(known) == len(e.List)}
	case *syntax.TupleExpr:
		known := c.elements(e.List, depth)
		return literal{starlark.Tuple(known), len(known) == len(e.List)}
	case *syntax.DictExpr:
		return literal{starlark.NewDict(0), false}
	case *syntax.Comprehension:
		if e.Curly {
			return literal{starlark.NewDict(0), false}
		}
		return literal{starlark.NewList(nil), false}
	case *syntax.LambdaExpr:
		return literal{lambda, false}
	case *syntax.BinaryExpr:
		if v := c.literal(e.X, depth); e.Op == syntax.PERCENT || e.Op == syntax.PLUS {
			if s, ok := v.value.(starlark.String); ok {
				return literal{s, false}
			}
		}
	case *syntax.CallExpr:
		p := c.pageAt(e.Fn, depth)
		if p == nil || p.Kind != Constructor {
			break
		}
		if p.Name == "secret" {
			return literal{interpreter.Secret{Secret: effect.Secret{Env: "?"}}, false}
		}
		if v, err := c.construct(p, e, depth+1); err == nil && v != nil {
			return literal{v, true}
		}
	}
	return literal{}
}

// lambda stands for any function.
var lambda = func() starlark.Value {
	v, err := starlark.EvalOptions(interpreter.Dialect, &starlark.Thread{}, "lambda", "lambda: None", nil)
	if err != nil {
		panic(fmt.Sprintf("internal error: %v", err))
	}
	return v
}()

// name tells what is known of a name.
func (c *callChecker) name(id *syntax.Ident, depth int) literal {
	switch scope(id) {
	case resolve.Universal, resolve.Predeclared:
		v := c.env[id.Name]
		if v == nil {
			v = starlark.Universe[id.Name]
		}
		return literal{v, v != nil}
	}
	switch n := c.variable(id).(type) {
	case *syntax.DefStmt:
		return literal{lambda, false}
	case syntax.Expr:
		if depth < maxDepth {
			return c.literal(n, depth+1)
		}
	}
	return literal{}
}

// elements are those of a list whose values are known.
func (c *callChecker) elements(list []syntax.Expr, depth int) []starlark.Value {
	var known []starlark.Value
	for _, e := range list {
		if v := c.literal(e, depth); v.whole {
			known = append(known, v.value)
		}
	}
	return known
}

func constant(e *syntax.Literal) starlark.Value {
	switch v := e.Value.(type) {
	case string:
		if e.Token == syntax.BYTES {
			return starlark.Bytes(v)
		}
		return starlark.String(v)
	case int64:
		return starlark.MakeInt64(v)
	case *big.Int:
		return starlark.MakeBigInt(v)
	case float64:
		return starlark.Float(v)
	}
	return starlark.None
}
