package interpreter

import "go.starlark.net/syntax"

// Called tells of a line whether something was executed of the function that it
// is in, or of the file outside of functions.
func (f *FileCoverage) Called() func(line int) bool {
	type span struct{ from, to int }
	var functions []span
	if parsed, err := Dialect.Parse(f.Name, f.Source, 0); err == nil { // it was, when it was loaded
		for _, s := range parsed.Stmts {
			if d, ok := s.(*syntax.DefStmt); ok {
				from, to := d.Span()
				functions = append(functions, span{int(from.Line), int(to.Line)})
			}
		}
	}
	around := func(line int) span {
		for _, s := range functions {
			if s.from <= line && line <= s.to {
				return s
			}
		}
		return span{}
	}
	called := map[span]bool{}
	for _, p := range f.Places() {
		if p.Hits != [2]uint32{} {
			called[around(p.Line)] = true
		}
	}
	return func(line int) bool { return called[around(line)] }
}
