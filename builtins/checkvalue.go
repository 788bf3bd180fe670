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
var returned = regexp.MustCompile(`^(?:an? (\w+)|(\w+)$)`)

// made is the page with the attributes of what an expression surely is, nil if
// that is not known: what a builtin or a method returns, an attribute of it, an
// element of such an attribute, or the site.
func (c *callChecker) made(e syntax.Expr, depth int) *Page {
	return valuePage(c.typeOf(e, depth))
}

// listOf begins the type of a list whose elements have all one type.
const listOf = "list of "

// typeOf is the type of what an expression surely is, as pages name it; "" if
// that is not known. The depth is how many variables were followed to it.
func (c *callChecker) typeOf(e syntax.Expr, depth int) string {
	if depth > maxDepth {
		return ""
	}
	switch e := e.(type) {
	case theSite:
		return "site"
	case *syntax.ParenExpr:
		return c.typeOf(e.X, depth)
	case *syntax.Ident:
		switch n := c.variable(e).(type) {
		case syntax.Expr:
			return c.typeOf(n, depth+1)
		case *syntax.ForStmt:
			return c.elementOf(n.X, depth+1)
		case *syntax.ForClause:
			return c.elementOf(n.X, depth+1)
		}
	case *syntax.IndexExpr:
		return c.elementOf(e.X, depth)
	case *syntax.CallExpr:
		if p := c.pageAt(e.Fn, depth); p != nil {
			if m := returned.FindStringSubmatch(p.Returns); m != nil {
				return m[1] + m[2]
			}
		}
	case *syntax.DotExpr:
		if x, ok := e.X.(*syntax.Ident); ok && scope(x) == resolve.Predeclared {
			return ""
		}
		if of := c.made(e.X, depth); of != nil {
			for _, a := range of.attributes() {
				if a.Name == e.Name.Name {
					return a.Type
				}
			}
		}
	}
	return ""
}

// elementOf is the type of the elements of a list.
func (c *callChecker) elementOf(e syntax.Expr, depth int) string {
	typ, ok := strings.CutPrefix(c.typeOf(e, depth), listOf)
	if !ok {
		return ""
	}
	return typ
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
