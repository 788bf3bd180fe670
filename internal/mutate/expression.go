package mutate

import (
	"strings"

	"go.starlark.net/syntax"
)

// expr makes mutants of an expression and of all in it. decides says that it is
// a condition, which is forced as a whole already.
func (m *maker) expr(x syntax.Expr, decides bool) {
	syntax.Walk(x, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			m.call(n)
		case *syntax.UnaryExpr:
			if n.Op == syntax.NOT && !decides {
				m.replace(NotDropped, m.offset(n.OpPos), m.offset(syntax.Start(n.X)), "")
			}
		case *syntax.BinaryExpr:
			m.binary(n, decides)
		case *syntax.IfClause:
			m.expression(FilterDropped, n.Cond, "True")
			m.expr(n.Cond, true)
			return false
		}
		return true
	})
}

// turned are comparisons, and what is said by the opposite.
var turned = map[syntax.Token]string{syntax.EQL: "!=", syntax.NEQ: "==", syntax.IN: "not in", syntax.NOT_IN: "in"}

// shifted are comparisons, and those that are off by one.
var shifted = map[syntax.Token]string{syntax.LT: "<=", syntax.LE: "<", syntax.GT: ">=", syntax.GE: ">"}

func (m *maker) binary(x *syntax.BinaryExpr, decides bool) {
	from := m.offset(x.OpPos)
	if with, ok := turned[x.Op]; ok && !decides {
		m.replace(TestTurned, from, m.operator(x), with)
	}
	if with, ok := shifted[x.Op]; ok {
		m.replace(Boundary, from, m.operator(x), with)
	}
}

// operator is where an operator ends, of which not in is two words.
func (m *maker) operator(x *syntax.BinaryExpr) int {
	from, to := m.offset(x.OpPos), m.offset(syntax.Start(x.Y))
	return from + len(strings.TrimRight(string(m.src[from:to]), " \t\n("))
}

// call makes mutants of the arguments of a call.
func (m *maker) call(c *syntax.CallExpr) {
	if name := nameOf(c.Fn); name == "parallel" && len(c.Args) > 1 {
		if _, named := argument(c.Args[1]); named == nil {
			m.lastLeftOut(c.Args[1])
		}
	}
	for i, arg := range c.Args {
		name, value := argument(arg)
		switch name {
		case "recover":
			m.dropArgument(PolicyDropped, c, i)
			if m.text(value) != `"repeat"` {
				m.expression(PolicyRepeats, value, `"repeat"`)
			}
		case "tolerate":
			m.dropArgument(PatienceLost, c, i)
			m.dropEntries(value)
		case "fail_if":
			m.dropArgument(FailIfDropped, c, i)
		case "until":
			if !strings.HasSuffix(m.text(value), ": True") { // it takes any answer
				m.expression(WaitEnded, value, "lambda _: True")
			}
		}
	}
}

// argument is the name and the value of a named argument; "" and nil of another.
func argument(arg syntax.Expr) (string, syntax.Expr) {
	if named, ok := arg.(*syntax.BinaryExpr); ok && named.Op == syntax.EQ {
		return named.X.(*syntax.Ident).Name, named.Y
	}
	return "", nil
}

// dropArgument leaves out an argument, with its comma.
func (m *maker) dropArgument(kind Kind, c *syntax.CallExpr, i int) {
	from, to := m.offset(syntax.Start(c.Args[i])), m.offset(endOf(c.Args[i]))
	m.replace(kind, from, m.pastComma(to), "")
}

// pastComma is behind the comma that follows, if one does.
func (m *maker) pastComma(at int) int {
	rest := strings.TrimLeft(string(m.src[at:]), " \t\n")
	if strings.HasPrefix(rest, ",") {
		return len(m.src) - len(rest) + 1
	}
	return at
}

// dropEntries leaves out each entry of a list in turn.
func (m *maker) dropEntries(x syntax.Expr) {
	list, ok := x.(*syntax.ListExpr)
	if !ok {
		return
	}
	for _, entry := range list.List {
		m.replace(PatienceLost, m.offset(syntax.Start(entry)), m.pastComma(m.offset(endOf(entry))), "")
	}
}

// constant makes mutants of a list in capitals, such as of errors that a wait
// tolerates.
func (m *maker) constant(s *syntax.AssignStmt) {
	if id, ok := s.LHS.(*syntax.Ident); ok && id.Name == strings.ToUpper(id.Name) {
		m.dropEntries(s.RHS)
	}
}

// lastLeftOut leaves out the last of what a loop goes through.
func (m *maker) lastLeftOut(x syntax.Expr) {
	m.expression(LastLeftOut, x, "list("+m.text(x)+")[:-1]")
}
