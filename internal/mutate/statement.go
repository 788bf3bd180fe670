package mutate

import (
	"slices"
	"strings"

	"go.starlark.net/syntax"
)

// Calls that change no world: what tells people, and what works on values.
var (
	tells  = []string{"log", "warn", "print"}
	values = []string{
		"append", "extend", "insert", "update", "setdefault", "add", "pop", "remove", "clear", "dict", "list", "tuple", "set", "sorted", "reversed", "len", "str",
		"int", "range", "zip", "enumerate", "min", "max", "struct", "getattr", "any", "all", "join", "split", "get", "keys", "items", "type",
	}
)

// block makes mutants of statements, and of neighbours among them.
func (m *maker) block(stmts []syntax.Stmt) {
	for i, s := range stmts {
		m.stmt(s)
		if i+1 < len(stmts) && isStep(s) && isStep(stmts[i+1]) && !depend(s, stmts[i+1]) {
			m.swap(s, stmts[i+1])
		}
	}
}

func (m *maker) stmt(s syntax.Stmt) {
	if onlyTells(s) {
		return
	}
	switch s := s.(type) {
	case *syntax.DefStmt:
		m.block(s.Body)
		return
	case *syntax.IfStmt:
		m.condition(s)
		m.expr(s.Cond, true)
		m.block(s.True)
		m.block(s.False)
		return
	case *syntax.ForStmt:
		m.lastLeftOut(s.X)
		m.expr(s.X, false)
		m.block(s.Body)
		return
	case *syntax.ExprStmt:
		m.called(s)
		m.expr(s.X, false)
	case *syntax.AssignStmt:
		m.expr(s.RHS, false)
	case *syntax.ReturnStmt:
		if s.Result != nil {
			m.expr(s.Result, false)
		}
	}
}

// called makes mutants of a statement that is a call.
func (m *maker) called(s *syntax.ExprStmt) {
	call, ok := s.X.(*syntax.CallExpr)
	if !ok {
		return
	}
	switch name := nameOf(call.Fn); {
	case name == "fail":
		m.statement(ErrorSwallowed, s, "pass")
		return
	case slices.Contains(values, name):
		return
	case isWait(name):
		m.statement(WaitLeftOut, s, "pass")
	default:
		m.statement(StepLeftOut, s, "pass")
	}
	if name := nameOf(call.Fn); name != "attempt" && name != "cleanup" {
		with := "attempt(" + m.text(call.Fn)
		if len(call.Args) > 0 {
			with += ", "
		}
		m.replace(ErrorSwallowed, m.offset(syntax.Start(call)), m.offset(call.Lparen)+1, with)
	}
}

// onlyTells reports whether nothing in a statement does more than to tell
// people: what is wrong there is no mistake in what a runbook does.
func onlyTells(s syntax.Stmt) bool {
	tellsAll := func(stmts []syntax.Stmt) bool {
		return !slices.ContainsFunc(stmts, func(s syntax.Stmt) bool { return !onlyTells(s) })
	}
	switch s := s.(type) {
	case *syntax.IfStmt:
		return tellsAll(s.True) && tellsAll(s.False)
	case *syntax.ForStmt:
		return tellsAll(s.Body)
	case *syntax.BranchStmt:
		return s.Token == syntax.PASS
	case *syntax.ExprStmt:
		call, ok := s.X.(*syntax.CallExpr)
		return !ok || slices.Contains(tells, nameOf(call.Fn))
	}
	return false
}

// isWait tells functions that wait by their names.
func isWait(name string) bool {
	return name == "poll" || name == "wait" || strings.HasPrefix(strings.TrimPrefix(name, "_"), "await")
}

// nameOf is the name of what is called, without what it belongs to.
func nameOf(fn syntax.Expr) string {
	switch fn := fn.(type) {
	case *syntax.Ident:
		return fn.Name
	case *syntax.DotExpr:
		return fn.Name.Name
	}
	return ""
}

// condition makes an if go one way only.
func (m *maker) condition(s *syntax.IfStmt) {
	never := NeverTrue
	if s.False == nil && leaves(s.True) {
		never = GuardDropped
	}
	m.expression(never, s.Cond, "False")
	m.expression(AlwaysTrue, s.Cond, "True")
}

// leaves reports whether a block ends the function, or this round of a loop.
func leaves(stmts []syntax.Stmt) bool {
	switch last := stmts[len(stmts)-1].(type) {
	case *syntax.ReturnStmt:
		return true
	case *syntax.BranchStmt:
		return last.Token != syntax.PASS
	case *syntax.ExprStmt:
		call, ok := last.X.(*syntax.CallExpr)
		return ok && nameOf(call.Fn) == "fail"
	}
	return false
}

// isStep reports whether a statement may do something to a world.
func isStep(s syntax.Stmt) bool {
	var x syntax.Expr
	switch s := s.(type) {
	case *syntax.ExprStmt:
		x = s.X
	case *syntax.AssignStmt:
		x = s.RHS
	}
	call, ok := x.(*syntax.CallExpr)
	if !ok {
		return false
	}
	name := nameOf(call.Fn)
	return name != "" && name != "fail" && !slices.Contains(tells, name) && !slices.Contains(values, name)
}

// depend reports whether one statement uses what the other assigns.
func depend(a, b syntax.Stmt) bool {
	uses := func(s syntax.Stmt, names []string) bool {
		return slices.ContainsFunc(idents(s), func(name string) bool { return slices.Contains(names, name) })
	}
	return uses(b, assigned(a)) || uses(a, assigned(b))
}

// assigned are the names that a statement assigns.
func assigned(s syntax.Stmt) []string {
	if a, ok := s.(*syntax.AssignStmt); ok {
		return idents(a.LHS)
	}
	return nil
}

func idents(n syntax.Node) []string {
	var names []string
	syntax.Walk(n, func(n syntax.Node) bool {
		if id, ok := n.(*syntax.Ident); ok {
			names = append(names, id.Name)
		}
		return true
	})
	return names
}

// swap has two statements change places.
func (m *maker) swap(a, b syntax.Stmt) {
	from, mid, next, to := m.offset(syntax.Start(a)), m.offset(endOf(a)), m.offset(syntax.Start(b)), m.offset(endOf(b))
	m.replace(StepsSwapped, from, to, string(m.src[next:to])+string(m.src[mid:next])+string(m.src[from:mid]))
}
