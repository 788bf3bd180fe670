package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
)

// Shape is how large things may grow. Tests and generated files are free.
type Shape struct {
	FileLines int               // of a file; 0 for any number
	FuncLines int               // of a function, from its first line to its last; 0 for any number
	Except    map[string]string // reason why it may be longer, by "path/file.go" or "path/file.go:Func", "path/file.go:Type.Method"
}

func checkShape(t *Tree, r Rules) []Violation {
	var found []Violation
	used := map[string]bool{}
	measure := func(p token.Position, what, key string, lines, most int) {
		if most == 0 || lines <= most {
			return
		}
		if _, ok := r.Shape.Except[key]; ok {
			used[key] = true
			return
		}
		found = append(found, Violation{
			Position: p, Rule: "shape", Got: fmt.Sprintf("%s of %d lines", what, lines), Want: fmt.Sprintf("at most %d", most),
			Reason: "what does not fit a screen or two is read by nobody; split it by what its parts are about",
		})
	}
	for _, f := range t.Files {
		if f.Test || ast.IsGenerated(f.Syntax) {
			continue
		}
		measure(token.Position{Filename: f.Path}, "a file", f.Path, t.Set.File(f.Syntax.FileStart).LineCount(), r.Shape.FileLines)
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				name := funcName(fn)
				first, last := t.at(fn.Pos()), t.at(fn.End())
				measure(first, "func "+name, f.Path+":"+name, last.Line-first.Line+1, r.Shape.FuncLines)
			}
		}
	}
	return append(found, staleExceptions(r.Shape, used)...)
}

// staleExceptions finds exceptions for what is gone or has shrunk.
func staleExceptions(s Shape, used map[string]bool) []Violation {
	var found []Violation
	for key := range s.Except {
		if !used[key] {
			found = append(found, Violation{
				Rule: "shape", Got: fmt.Sprintf("an exception for %q", key), Want: "none, it is not too long",
				Reason: "a rule that cannot be broken protects nothing",
			})
		}
	}
	return found
}

// funcName is Func, or Type.Method.
func funcName(fn *ast.FuncDecl) string {
	if r := receiver(fn); r != "" {
		return r + "." + fn.Name.Name
	}
	return fn.Name.Name
}

// receiver is the name of the type that fn is a method of, or "".
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	e := fn.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
