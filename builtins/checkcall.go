package builtins

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"

	"runbook/interpreter"
)

// A callError is what is wrong with a call that a file makes. A file that has
// some can still be executed.
type callError struct {
	*interpreter.PlacedError
	call syntax.Position // where executing the call would fail
}

func (e *callError) Unwrap() error { return e.PlacedError }

// A callChecker finds wrong calls of builtins in a file whose names are resolved.
type callChecker struct {
	env   starlark.StringDict
	known map[*syntax.Ident]syntax.Node // what a variable is, if it is bound once: an expression or a def
	errs  []error
}

// checkCalls finds the calls of builtins that cannot go well, and parameters of
// main that cannot be. Only what is certain is reported: a name that a file
// loads or defines is not a builtin.
func checkCalls(f *syntax.File, env starlark.StringDict) []error {
	c := &callChecker{env: env, known: knownVariables(f)}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			if p := c.page(n.Fn); p != nil {
				c.call(p, n, n.Args)
			}
		case *syntax.DotExpr:
			c.member(n)
		}
		return true
	})
	for _, stmt := range f.Stmts {
		if def, ok := stmt.(*syntax.DefStmt); ok && def.Name.Name == "main" {
			c.main(def)
		}
	}
	return c.errs
}

func (c *callChecker) fail(call, pos syntax.Position, hint, format string, args ...any) {
	c.errs = append(c.errs, &callError{&interpreter.PlacedError{Pos: pos, Msg: fmt.Sprintf(format, args...), Hint: hint}, call})
}

// page is the page of what an expression surely is, nil if that is not known.
func (c *callChecker) page(e syntax.Expr) *Page { return c.pageAt(e, 0) }

func (c *callChecker) pageAt(e syntax.Expr, depth int) *Page {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return c.pageAt(e.X, depth)
	case *syntax.Ident:
		switch scope(e) {
		case resolve.Universal:
			return called(Lookup(e.Name), starlark.Universe[e.Name])
		case resolve.Predeclared:
			return called(Lookup(e.Name), c.env[e.Name])
		}
	case *syntax.DotExpr:
		if x, ok := e.X.(*syntax.Ident); ok && scope(x) == resolve.Predeclared {
			m, _ := c.env[x.Name].(*starlarkstruct.Module)
			if m == nil {
				return nil
			}
			return called(Lookup(x.Name+"."+e.Name.Name), m.Members[e.Name.Name])
		}
		if of := c.made(e.X, depth); of != nil {
			return of.method(e.Name.Name)
		}
	}
	return nil
}

// called is p if it is about the builtin that v is.
func called(p *Page, v starlark.Value) *Page {
	if b, ok := v.(*starlark.Builtin); ok && p != nil && b.Name() == p.Name {
		return p
	}
	return nil
}

// member checks that a module, or what a builtin makes, has what is taken from it.
func (c *callChecker) member(e *syntax.DotExpr) {
	x, ok := e.X.(*syntax.Ident)
	if !ok || scope(x) != resolve.Predeclared {
		if of := c.made(e.X, 0); of != nil && !of.has(e.Name.Name) {
			c.fail(e.Dot, e.Name.NamePos, "", "%s has no .%s%s", of.Name, e.Name.Name, didYouMean(of.names(), e.Name.Name))
		}
		return
	}
	m, ok := c.env[x.Name].(*starlarkstruct.Module)
	if !ok || m.Members.Has(e.Name.Name) {
		return
	}
	hint := ""
	if x.Name == "time" && e.Name.Name == "now" {
		hint = "the clock of a run is now()"
	}
	c.fail(e.Dot, e.Name.NamePos, hint, "module %s has no .%s%s", x.Name, e.Name.Name, didYouMean(m.AttrNames(), e.Name.Name))
}

// call checks the arguments of a call against a page.
func (c *callChecker) call(p *Page, call *syntax.CallExpr, args []syntax.Expr) {
	b, before := binding{checker: c, page: p, at: call, given: map[string]bool{}}, len(c.errs)
	for i, arg := range args {
		if !b.arg(arg, args[i:]) {
			return
		}
	}
	b.missing()
	if len(c.errs) == before && c.page(call.Fn) == p {
		c.tried(p, call)
	}
}

// A binding is a call whose arguments are being matched with parameters.
type binding struct {
	checker *callChecker
	page    *Page
	at      *syntax.CallExpr
	given   map[string]bool
	places  int  // positional arguments so far
	open    bool // *args: their number is not known
	openKey bool // **kwargs: their names are not known
}

// arg matches an argument. It returns false if it and the rest belong to the
// function that the call is about: step("name", poll, …).
func (b *binding) arg(e syntax.Expr, rest []syntax.Expr) bool {
	if u, ok := e.(*syntax.UnaryExpr); ok && (u.Op == syntax.STAR || u.Op == syntax.STARSTAR) {
		b.open = b.open || u.Op == syntax.STAR
		b.openKey = b.openKey || u.Op == syntax.STARSTAR
		return true
	}
	if k, ok := e.(*syntax.BinaryExpr); ok && k.Op == syntax.EQ {
		b.keyword(k)
		return true
	}
	if b.open {
		return true
	}
	b.places++
	a := b.positional(b.places - 1)
	if a == nil {
		if b.places == b.slots()+1 {
			b.checker.fail(b.at.Lparen, start(e), "", "%s: got %d positional arguments, want at most %d", b.page.Name, len(positionals(b.at.Args)), b.slots())
		}
		return true
	}
	if a.Stars != "" {
		return true
	}
	b.given[a.Name] = true
	b.typed(a, e)
	if a.Placed && a.Type == "function" {
		if p := b.checker.page(e); p != nil && b.forwards() {
			b.checker.call(p, b.at, rest[1:])
			return false
		}
	}
	return true
}

// forwards reports whether what follows the function is the function's.
func (b *binding) forwards() bool {
	return slices.ContainsFunc(b.page.Args, func(a Arg) bool { return a.Stars == "**" })
}

// positional is the parameter at a place, nil if there is none.
func (b *binding) positional(place int) *Arg {
	for i := range b.page.Args {
		a := &b.page.Args[i]
		if a.Stars == "*" || place == 0 && !a.Keyword {
			return a
		}
		if a.Keyword || a.Stars != "" {
			return nil
		}
		place--
	}
	return nil
}

// slots is how many arguments can be given by position.
func (b *binding) slots() int {
	n := 0
	for _, a := range b.page.Args {
		if !a.Keyword && a.Stars == "" {
			n++
		}
	}
	return n
}

func positionals(args []syntax.Expr) []syntax.Expr {
	var list []syntax.Expr
	for _, e := range args {
		k, ok := e.(*syntax.BinaryExpr)
		if u, unary := e.(*syntax.UnaryExpr); !(ok && k.Op == syntax.EQ) && !(unary && (u.Op == syntax.STAR || u.Op == syntax.STARSTAR)) {
			list = append(list, e)
		}
	}
	return list
}

// keyword matches name = value.
func (b *binding) keyword(k *syntax.BinaryExpr) {
	id := k.X.(*syntax.Ident)
	var names []string
	for i := range b.page.Args {
		a := &b.page.Args[i]
		switch {
		case a.Stars != "" || a.Placed:
			continue
		case a.Name != id.Name:
			names = append(names, a.Name)
			continue
		case b.given[a.Name]:
			b.checker.fail(b.at.Lparen, id.NamePos, "", "%s: got multiple values for keyword argument %q", b.page.Name, a.Name)
		default:
			b.given[a.Name] = true
			b.typed(a, k.Y)
		}
		return
	}
	if !b.forwards() {
		b.checker.fail(b.at.Lparen, id.NamePos, "", "%s: unexpected keyword argument %q%s", b.page.Name, id.Name, didYouMean(names, id.Name))
	}
}

// missing reports the parameters that must be given and are not.
func (b *binding) missing() {
	var names []string
	for _, a := range b.page.Args {
		if a.Required && a.Stars == "" && !b.given[a.Name] && !(b.open && !a.Keyword) && !(b.openKey && !a.Placed) {
			names = append(names, a.Name)
		}
	}
	if names != nil {
		b.checker.fail(b.at.Lparen, start(b.at), "", "%s: missing argument for %s", b.page.Name, strings.Join(names, " and "))
	}
}

func start(e syntax.Node) syntax.Position {
	pos, _ := e.Span()
	return pos
}

func scope(id *syntax.Ident) resolve.Scope {
	if b, ok := id.Binding.(*resolve.Binding); ok {
		return b.Scope
	}
	return resolve.Undefined
}
