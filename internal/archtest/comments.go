package archtest

import (
	"go/ast"
	"go/token"
	"slices"
)

// wellKnown are methods whose contract is written where their interface is:
// in the standard library or in go.starlark.net.
var wellKnown = map[string]bool{
	"String": true, "GoString": true, "Error": true, "Unwrap": true, "Is": true, "As": true, "Format": true,
	"Len": true, "Less": true, "Swap": true, "Push": true, "Pop": true, "Read": true, "Write": true, "Close": true,
	"MarshalJSON": true, "UnmarshalJSON": true, "MarshalText": true, "UnmarshalText": true, "ServeHTTP": true, "RoundTrip": true,
	"Type": true, "Freeze": true, "Truth": true, "Hash": true, "Attr": true, "AttrNames": true, "SetField": true, "Index": true, "Get": true,
	"Items": true, "Iterate": true, "Next": true, "Done": true, "CompareSameType": true, "Binary": true, "Unpack": true, "Name": true,
	"CallInternal": true, "Position": true,
}

// checkComments wants a comment on every package, and on every exported
// declaration outside of tests and commands. A constant or a variable may have
// its own behind it, or share its group's; the constants of a type need none,
// for the type has one.
func checkComments(t *Tree, _ Rules) []Violation {
	var found []Violation
	missing := func(p token.Pos, what string) {
		found = append(found, Violation{
			Position: t.at(p), Rule: "comments", Got: what + " without a comment",
			Want: "what it is, with units, defaults and errors", Reason: "who calls it reads no further than that",
		})
	}
	packages := map[string]*ast.File{}
	commented := map[string]bool{}
	var order []string
	for _, f := range t.Files {
		if f.Test || ast.IsGenerated(f.Syntax) {
			continue
		}
		if packages[f.Dir] == nil {
			packages[f.Dir] = f.Syntax
			order = append(order, f.Dir)
		}
		commented[f.Dir] = commented[f.Dir] || f.Syntax.Doc != nil
		if f.Syntax.Name.Name != "main" {
			checkDecls(f.Syntax, missing)
		}
	}
	for _, dir := range order {
		if !commented[dir] {
			missing(packages[dir].Name.Pos(), "package "+packages[dir].Name.Name)
		}
	}
	return found
}

func checkDecls(f *ast.File, missing func(token.Pos, string)) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			r := receiver(d)
			free := r != "" && (!ast.IsExported(r) || wellKnown[d.Name.Name])
			if d.Name.IsExported() && d.Doc == nil && !free {
				missing(d.Pos(), "func "+funcName(d))
			}
		case *ast.GenDecl:
			if !ofType(d) {
				for _, s := range d.Specs {
					checkSpec(d, s, missing)
				}
			}
		}
	}
}

// ofType reports whether d is the constants of an exported type of the package.
func ofType(d *ast.GenDecl) bool {
	if d.Tok != token.CONST || len(d.Specs) == 0 {
		return false
	}
	t, ok := d.Specs[0].(*ast.ValueSpec).Type.(*ast.Ident)
	return ok && t.IsExported()
}

func checkSpec(d *ast.GenDecl, s ast.Spec, missing func(token.Pos, string)) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
			missing(s.Pos(), "type "+s.Name.Name)
		}
	case *ast.ValueSpec:
		i := slices.IndexFunc(s.Names, (*ast.Ident).IsExported)
		if i >= 0 && s.Doc == nil && s.Comment == nil && d.Doc == nil {
			missing(s.Pos(), d.Tok.String()+" "+s.Names[i].Name)
		}
	}
}
