package builtins

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/interpreter"
)

// Kinds of pages that are no builtin's.
const (
	Method      Kind = "method"      // of a value
	Value       Kind = "value"       // what builtins give and take
	Module      Kind = "module"      // of Starlark's own
	ArgType     Kind = "type"        // what an argument may be
	Declaration Kind = "declaration" // what a file says of itself
	Language    Kind = "language"    // Starlark's own
	Test        Kind = "test"        // a builtin of test files
	Scenario    Kind = "scenario"    // a builtin of scenarios
	Interlock   Kind = "interlock"   // a builtin of interlock files
)

// A Page documents one name for the writers of runbooks. It is made of a stub
// in the family's doc.star.
type Page struct {
	Name      string // as a script writes it: "poll", "xmlrpc.server", "proxy.at", "error"
	Family    string // the folder it comes from
	Kind      Kind
	Signature string // as a script writes it, on one line; "" for values and modules
	Summary   string // one line, without full stop
	Doc       string // more, in paragraphs
	Args      []Arg  // parameters in order; attributes of a value, members of a module
	Attrs     []Arg  // attributes of what a builtin makes, if that has no page of its own
	Returns   string
	Errors    string // an item a line, longer ones go on deeper
	Example   string
	Evidence  string // where facts about a vendor's system come from
}

// An Arg is a parameter of a builtin, or a part of a value.
type Arg struct {
	Name    string
	Type    string // see argTypes; "" for a member of a module
	Default string // as a script writes it
	Doc     string

	Stars    string // "*" or "**" for those that take the rest
	Required bool   // must be given
	Keyword  bool   // only by name
	Placed   bool   // only by position
}

// Pages are all pages, by family, in the order of the stubs.
var Pages = sync.OnceValue(func() []*Page {
	var all []*Page
	for _, family := range slices.Sorted(maps.Keys(Docs)) {
		pages, err := parseStubs(family, Docs[family])
		if err != nil {
			panic(fmt.Sprintf("internal error: %v", err)) // a test parses them all
		}
		all = append(all, pages...)
	}
	return all
})

// Lookup returns the page of a name, or nil.
func Lookup(name string) *Page {
	for _, p := range Pages() {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Names are the names that have a page, in the order of Pages.
func Names() []string {
	var names []string
	for _, p := range Pages() {
		names = append(names, p.Name)
	}
	return names
}

// Families are the families that have pages, in order.
func Families() []string { return slices.Sorted(maps.Keys(Docs)) }

// stubs is the file of one family's stubs.
type stubs struct {
	family string
	lines  []string
}

func parseStubs(family, src string) ([]*Page, error) {
	f, err := interpreter.Dialect.Parse(family+"/doc.star", src, 0)
	if err != nil {
		return nil, err
	}
	s := &stubs{family, strings.Split(src, "\n")}
	var pages []*Page
	for i, stmt := range f.Stmts {
		var p *Page
		switch stmt := stmt.(type) {
		case *syntax.DefStmt:
			p, err = s.function(stmt)
		case *syntax.AssignStmt:
			var next syntax.Stmt
			if i+1 < len(f.Stmts) {
				next = f.Stmts[i+1]
			}
			p, err = s.value(stmt, next)
		}
		if err != nil {
			return nil, err
		}
		if p != nil {
			pages = append(pages, p)
		}
	}
	return pages, nil
}

// function makes the page of a def.
func (s *stubs) function(def *syntax.DefStmt) (*Page, error) {
	p := &Page{Name: strings.ReplaceAll(def.Name.Name, "__", "."), Family: s.family}
	p.Kind = kindOf(s.family, p.Name)
	if err := p.describe(docOf(def.Body[0]), "Args"); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", def.Def, p.Name, err)
	}
	docs := map[string]Arg{}
	for _, a := range p.Args {
		docs[a.Stars+a.Name] = a
	}
	p.Args = nil
	var words []string
	named, optional := false, false
	for _, param := range def.Params {
		a, word := s.param(param)
		words = append(words, word)
		if a.Name == "" { // a lone star
			named = true
			continue
		}
		a.Keyword = named
		named = named || a.Stars != ""
		optional = optional || a.Default != ""
		doc, ok := docs[a.Stars+a.Name]
		if !ok {
			return nil, fmt.Errorf("%s: %s: parameter %s has no line in Args", def.Def, p.Name, a.Name)
		}
		delete(docs, a.Stars+a.Name)
		a.Type, a.Doc = doc.Type, strings.TrimSuffix(doc.Doc, "; not as a keyword")
		a.Placed = a.Doc != doc.Doc
		p.Args = append(p.Args, a)
	}
	if len(docs) > 0 {
		return nil, fmt.Errorf("%s: %s: Args has %q, which is no parameter", def.Def, p.Name, slices.Sorted(maps.Keys(docs)))
	}
	p.Signature = p.Name + "(" + strings.Join(words, ", ") + ")"
	return p, nil
}

// param reads a parameter, and gives it as it is written.
func (s *stubs) param(e syntax.Expr) (Arg, string) {
	switch e := e.(type) {
	case *syntax.Ident:
		return Arg{Name: e.Name, Required: true}, e.Name
	case *syntax.BinaryExpr:
		name := e.X.(*syntax.Ident).Name
		a := Arg{Name: name, Default: s.text(e.Y)}
		return a, name + " = " + a.Default
	case *syntax.UnaryExpr:
		if e.X == nil {
			return Arg{}, "*"
		}
		a := Arg{Name: e.X.(*syntax.Ident).Name, Stars: e.Op.String()}
		return a, a.Stars + a.Name
	}
	return Arg{}, ""
}

// value makes the page of what is not called: NAME = kind(…), and a docstring
// behind it.
func (s *stubs) value(assign *syntax.AssignStmt, next syntax.Stmt) (*Page, error) {
	call, ok := assign.RHS.(*syntax.CallExpr)
	name := assign.LHS.(*syntax.Ident).Name
	pos, _ := assign.Span()
	if !ok {
		return nil, fmt.Errorf("%s: %s: want value(…), module(…), type(…) or declaration(…)", pos, name)
	}
	p := &Page{Name: name, Family: s.family, Kind: Kind(s.text(call.Fn))}
	var words []string
	for _, a := range call.Args {
		words = append(words, s.text(a))
	}
	section := "none" // which is no heading
	switch p.Kind {
	case Value, Module:
		section = "Attributes"
		if p.Kind == Module {
			section = "Members"
		}
	case Declaration:
		p.Signature = name + " = " + strings.Join(words, ", ")
	case ArgType:
		p.Signature = strings.Join(words, ", ")
	}
	if err := p.describe(docOf(next), section); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", pos, name, err)
	}
	var parts []string
	for _, a := range p.Args {
		parts = append(parts, a.Name)
	}
	if section != "none" && !slices.Equal(parts, words) {
		return nil, fmt.Errorf("%s: %s: got %s %q, want %q", pos, name, section, parts, words)
	}
	return p, nil
}

// kindOf is the kind of a page that is called.
func kindOf(family, name string) Kind {
	switch family {
	case "rehearsal":
		return Test
	case "interlock":
		return Interlock
	}
	for _, b := range All {
		if b.Name == name {
			return b.Kind
		}
	}
	switch _, own := starlark.Universe[name]; {
	case strings.Contains(name, "."):
		return Method
	case own:
		return Language
	}
	return Declaration
}

// text is an expression as it is written, on one line.
func (s *stubs) text(e syntax.Expr) string {
	start, end := e.Span()
	line := []rune(s.lines[start.Line-1])
	if start.Line != end.Line {
		return string(line[start.Col-1:])
	}
	return string(line[start.Col-1 : end.Col-1])
}

// docOf is a docstring, or "".
func docOf(stmt syntax.Stmt) string {
	if e, ok := stmt.(*syntax.ExprStmt); ok {
		if lit, ok := e.X.(*syntax.Literal); ok {
			text, _ := lit.Value.(string)
			return text
		}
	}
	return ""
}
