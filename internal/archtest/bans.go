package archtest

import (
	"go/ast"
	"slices"
	"strings"
)

// A Ban forbids uses of packages, or go statements, in some folders.
type Ban struct {
	Rule   string   // its short name
	Uses   []string // "time.Now" is that name of the package, "math/rand" the package itself
	Go     bool     // go statements
	In     []string // folder patterns
	Except []string // folder patterns, or paths of files
	Tests  bool     // it binds the tests and their satellites instead of the rest
	Unless string   // a package; files that import it are free
	Reason string
}

func checkBans(t *Tree, r Rules) []Violation {
	var found []Violation
	for _, f := range t.Files {
		for _, b := range r.Bans {
			if b.binds(f) {
				found = append(found, b.check(t, f)...)
			}
		}
	}
	return found
}

func (b *Ban) binds(f *File) bool {
	return b.Tests == f.forTests() && matchAny(b.In, f.Dir) &&
		!matchAny(b.Except, f.Dir) && !slices.Contains(b.Except, f.Path) &&
		(b.Unless == "" || !slices.ContainsFunc(f.Imports, func(i Import) bool { return i.Path == b.Unless }))
}

func (b *Ban) check(t *Tree, f *File) []Violation {
	var found []Violation
	report := func(n ast.Node, got string) {
		found = append(found, Violation{Position: t.at(n.Pos()), Rule: b.Rule, Got: got, Want: "none here", Reason: b.Reason})
	}
	for n, i := range f.Syntax.Imports {
		switch p := f.Imports[n]; {
		case slices.Contains(b.Uses, p.Path):
			report(i, "import of "+p.Path)
		case p.Name == "." && slices.ContainsFunc(b.Uses, func(u string) bool { return strings.HasPrefix(u, p.Path+".") }):
			report(i, "every name of "+p.Path)
		}
	}
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if b.Go {
				report(n, "a go statement")
			}
		case *ast.SelectorExpr:
			if use := f.use(n); use != "" && slices.Contains(b.Uses, use) {
				report(n, use)
			}
		}
		return true
	})
	return found
}

// use gives what a selector takes from an import, "time.Now", or "".
func (f *File) use(s *ast.SelectorExpr) string {
	x, ok := s.X.(*ast.Ident)
	if !ok {
		return ""
	}
	for _, i := range f.Imports {
		if i.Name == x.Name {
			return i.Path + "." + s.Sel.Name
		}
	}
	return ""
}
