package builtins

import (
	"regexp"
	"slices"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// Of what a builtin or a method returns, its page says in the first words what
// it is: "a proxy of the object that the url names". If that has a page with
// attributes, the checker knows what can be taken from it.
var returned = regexp.MustCompile(`^an? (\w+)`)

// made is the page with the attributes of what an expression surely is, nil if
// that is not known: what a builtin or a method returns, or an attribute of it.
func (c *callChecker) made(e syntax.Expr, depth int) *Page {
	if depth > maxDepth {
		return nil
	}
	switch e := e.(type) {
	case *syntax.ParenExpr:
		return c.made(e.X, depth)
	case *syntax.Ident:
		if value, ok := c.variable(e).(syntax.Expr); ok {
			return c.made(value, depth+1)
		}
	case *syntax.CallExpr:
		if p := c.pageAt(e.Fn, depth+1); p != nil {
			if m := returned.FindStringSubmatch(p.Returns); m != nil {
				return valuePage(m[1])
			}
		}
	case *syntax.DotExpr:
		if x, ok := e.X.(*syntax.Ident); ok && scope(x) == resolve.Predeclared {
			return nil
		}
		if of := c.made(e.X, depth+1); of != nil {
			for _, a := range of.attributes() {
				if a.Name == e.Name.Name {
					return valuePage(a.Type)
				}
			}
		}
	}
	return nil
}

// valuePage is the page that has the attributes of a type, or nil.
func valuePage(typ string) *Page {
	if p := Lookup(typ); p != nil && len(p.attributes()) > 0 {
		return p
	}
	return nil
}

// attributes are those of the value that a page is about.
func (p *Page) attributes() []Arg {
	if p.Kind == Value {
		return p.Args
	}
	return p.Attrs
}

// names are those of a value's attributes and methods, sorted.
func (p *Page) names() []string {
	var names []string
	for _, a := range p.attributes() {
		names = append(names, a.Name)
	}
	for _, q := range Pages() {
		if name, ok := strings.CutPrefix(q.Name, p.Name+"."); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// has reports whether a value has an attribute or a method of that name. One
// whose methods are another system's may have any.
func (p *Page) has(name string) bool {
	names := p.names()
	return slices.Contains(names, name) || slices.Contains(names, anyMethod)
}

// anyMethod stands for every name that a page does not list.
const anyMethod = "METHOD"

// method is the page of a method of a value, nil if it has none of that name.
func (p *Page) method(name string) *Page {
	if q := Lookup(p.Name + "." + name); q != nil {
		return q
	}
	if slices.ContainsFunc(p.attributes(), func(a Arg) bool { return a.Name == name }) {
		return nil
	}
	return Lookup(p.Name + "." + anyMethod)
}
