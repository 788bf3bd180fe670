package builtins

import (
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/interpreter"
)

// typed checks what is known of an argument.
func (b *binding) typed(a *Arg, e syntax.Expr) {
	v := b.checker.literal(e, 0)
	hint := ""
	if b.page.Name == "parallel" && makesFunctions(e) {
		hint = "give it one function and the values it works on, as in parallel(lambda n: start(n), nodes)"
		if _, loop := e.(*syntax.Comprehension); loop && a.Name == "items" {
			b.checker.fail(b.at.Lparen, start(e), hint, "%s: for parameter items: got functions made in a loop, which all see its last value, want values", b.page.Name)
			return
		}
	}
	switch {
	case v.value == nil, v.value == starlark.None && a.Default == "None":
		return
	case !v.whole && readsText(a.Type):
		if _, text := v.value.(starlark.String); text {
			return
		}
	}
	if !v.whole && isCounted(a.Type, v.value) {
		return
	}
	if err := checkType(a.Type, v.value); err != nil {
		b.checker.fail(b.at.Lparen, start(e), hint, "%s: for parameter %s: %v", b.page.Name, a.Name, err)
	}
}

// makesFunctions reports whether an expression is a list of lambdas: one for
// each turn of a loop, or written out where one function belongs.
func makesFunctions(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Comprehension:
		_, ok := e.Body.(*syntax.LambdaExpr)
		return ok
	case *syntax.ListExpr:
		return slices.ContainsFunc(e.List, func(e syntax.Expr) bool {
			_, ok := e.(*syntax.LambdaExpr)
			return ok
		})
	}
	return false
}

// isCounted reports whether a value is a list whose number of elements decides
// if it is one of the type.
func isCounted(typ string, v starlark.Value) bool {
	switch v.(type) {
	case *starlark.List, starlark.Tuple:
		return typ == "command" || typ == "statuses" || typ == "members"
	}
	return false
}

// readsText reports whether the text of an argument decides if it is one of the type.
func readsText(typ string) bool {
	switch typ {
	case "duration", "kinds", "patterns", "policy", "command", "path", "keys":
		return true
	}
	return isChoice(typ)
}

// main checks the parameters of a runbook as far as they are literals.
func (c *callChecker) main(def *syntax.DefStmt) {
	for _, p := range def.Params {
		switch p := p.(type) {
		case *syntax.UnaryExpr:
			if p.X != nil {
				c.fail(def.Def, start(p), "", "main takes *args or **kwargs, want named parameters")
			}
		case *syntax.BinaryExpr:
			v := c.literal(p.Y, 0)
			if v.value == nil || interpreter.ParamType(v.value) != "" {
				continue
			}
			got := "a default of type " + v.value.Type()
			if v.whole {
				got = "the default " + v.value.String()
			}
			c.fail(start(p), start(p), "", "parameter %s: got %s, want a string, int, float, bool, list of strings or None", p.X.(*syntax.Ident).Name, got)
		}
	}
}
