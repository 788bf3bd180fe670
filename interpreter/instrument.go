package interpreter

import (
	"strings"

	"go.starlark.net/syntax"
)

// What a file calls that is counted.
const (
	hitName   = "·hit"
	wayName   = "·way"
	itemsName = "·items"
)

// An instrumenter changes a file's tree so that it counts what it executes:
//
//	if a:            ·hit(0)
//	    f()    →     if ·way(1, a):
//	                     ·hit(2)
//	                     f()
//
// What was there keeps its position and what is new fails never, so that errors
// and their backtraces are the same.
type instrumenter struct {
	places []Place
	full   map[string]bool // constants of the file that have items
}

// place notes a place and returns its number.
func (in *instrumenter) place(kind PlaceKind, at syntax.Position, end int32) int {
	in.places = append(in.places, Place{Kind: kind, Line: int(at.Line), Column: int(at.Col), End: int(end)})
	return len(in.places) - 1
}

// call is a call of a counter.
func call(name string, place int, at syntax.Position, args ...syntax.Expr) *syntax.CallExpr {
	number := &syntax.Literal{Token: syntax.INT, TokenPos: at, Raw: "0", Value: int64(place)}
	return &syntax.CallExpr{
		Fn: &syntax.Ident{NamePos: at, Name: name}, Lparen: at, Args: append([]syntax.Expr{number}, args...), Rparen: at,
	}
}

// branch has the value of an expression decide in a counted way.
func (in *instrumenter) branch(kind PlaceKind, counter string, at syntax.Position, x syntax.Expr) syntax.Expr {
	start, end := x.Span()
	return call(counter, in.place(kind, at, end.Line), start, x)
}

// block has statements counted. A docstring stays the first of them.
func (in *instrumenter) block(stmts []syntax.Stmt) []syntax.Stmt {
	var counted []syntax.Stmt
	for _, s := range stmts {
		if end, ok := counts(s); ok {
			at := syntax.Start(s)
			counted = append(counted, &syntax.ExprStmt{X: call(hitName, in.place(PlaceStatement, at, end.Line), at)})
		}
		in.stmt(s)
		counted = append(counted, s)
	}
	return counted
}

// counts reports whether a statement is counted, and where it, or what is
// before its body, ends. What only declares is not.
func counts(s syntax.Stmt) (end syntax.Position, ok bool) {
	switch s := s.(type) {
	case *syntax.DefStmt, *syntax.LoadStmt:
		return end, false
	case *syntax.ExprStmt:
		_, literal := s.X.(*syntax.Literal)
		return syntax.End(s), !literal
	case *syntax.IfStmt:
		return syntax.End(s.Cond), true
	case *syntax.ForStmt:
		return syntax.End(s.X), true
	}
	return syntax.End(s), true
}

func (in *instrumenter) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.AssignStmt:
		s.LHS, s.RHS = in.expr(s.LHS), in.expr(s.RHS)
	case *syntax.ExprStmt:
		s.X = in.expr(s.X)
	case *syntax.ReturnStmt:
		s.Result = in.expr(s.Result)
	case *syntax.DefStmt:
		in.all(s.Params)
		s.Body = in.block(s.Body)
	case *syntax.IfStmt:
		s.Cond = in.branch(PlaceIf, wayName, s.If, in.expr(s.Cond))
		s.True, s.False = in.block(s.True), in.block(s.False)
	case *syntax.ForStmt:
		always := in.hasItems(s.X)
		if s.X = in.expr(s.X); !always {
			s.X = in.branch(PlaceFor, itemsName, s.For, s.X)
		}
		s.Body = in.block(s.Body)
	}
}

// constants finds the names in capitals that a file gives lists with items: a
// loop over one always has some.
func (in *instrumenter) constants(stmts []syntax.Stmt) {
	in.full = map[string]bool{}
	for _, s := range stmts {
		assign, ok := s.(*syntax.AssignStmt)
		if !ok {
			continue
		}
		if id, ok := assign.LHS.(*syntax.Ident); ok && id.Name == strings.ToUpper(id.Name) {
			in.full[id.Name] = in.hasItems(assign.RHS)
		}
	}
}

// hasItems reports whether it can be seen that what an expression says has some.
func (in *instrumenter) hasItems(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.ParenExpr:
		return in.hasItems(x.X)
	case *syntax.ListExpr:
		return len(x.List) > 0
	case *syntax.TupleExpr:
		return len(x.List) > 0
	case *syntax.DictExpr:
		return len(x.List) > 0
	case *syntax.Ident:
		return in.full[x.Name]
	case *syntax.CallExpr:
		fn, ok := x.Fn.(*syntax.Ident)
		return ok && fn.Name == "range" && len(x.Args) == 1 && isPositive(x.Args[0])
	}
	return false
}

func isPositive(x syntax.Expr) bool {
	lit, ok := x.(*syntax.Literal)
	if !ok {
		return false
	}
	n, ok := lit.Value.(int64)
	return ok && n > 0
}

func (in *instrumenter) all(list []syntax.Expr) {
	for i, x := range list {
		list[i] = in.expr(x)
	}
}

// expr is the expression with what is inside counted. nil stays nil.
func (in *instrumenter) expr(x syntax.Expr) syntax.Expr {
	switch x := x.(type) {
	case *syntax.BinaryExpr: // also name=value, whose name stays as it is
		x.X, x.Y = in.expr(x.X), in.expr(x.Y)
		switch x.Op {
		case syntax.AND:
			x.X = in.branch(PlaceAnd, wayName, x.OpPos, x.X)
		case syntax.OR:
			x.X = in.branch(PlaceOr, wayName, x.OpPos, x.X)
		}
	case *syntax.CondExpr:
		x.Cond, x.True, x.False = in.branch(PlaceConditional, wayName, x.If, in.expr(x.Cond)), in.expr(x.True), in.expr(x.False)
	case *syntax.LambdaExpr:
		in.lambda(x)
	case *syntax.Comprehension:
		in.comprehension(x)
	case *syntax.CallExpr:
		x.Fn = in.expr(x.Fn)
		in.all(x.Args)
	default:
		in.parts(x)
	}
	return x
}

// parts goes through expressions that only have parts.
func (in *instrumenter) parts(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.ParenExpr:
		x.X = in.expr(x.X)
	case *syntax.UnaryExpr:
		x.X = in.expr(x.X)
	case *syntax.DotExpr:
		x.X = in.expr(x.X)
	case *syntax.IndexExpr:
		x.X, x.Y = in.expr(x.X), in.expr(x.Y)
	case *syntax.SliceExpr:
		x.X, x.Lo, x.Hi, x.Step = in.expr(x.X), in.expr(x.Lo), in.expr(x.Hi), in.expr(x.Step)
	case *syntax.ListExpr:
		in.all(x.List)
	case *syntax.TupleExpr:
		in.all(x.List)
	case *syntax.DictExpr:
		in.all(x.List)
	case *syntax.DictEntry:
		x.Key, x.Value = in.expr(x.Key), in.expr(x.Value)
	}
}

// lambda has its body counted as a statement: ·hit(0) or body.
func (in *instrumenter) lambda(x *syntax.LambdaExpr) {
	in.all(x.Params)
	at, end := x.Body.Span()
	hit := call(hitName, in.place(PlaceStatement, at, end.Line), at)
	x.Body = &syntax.BinaryExpr{X: hit, OpPos: at, Op: syntax.OR, Y: in.expr(x.Body)}
}

func (in *instrumenter) comprehension(x *syntax.Comprehension) {
	x.Body = in.expr(x.Body)
	for _, c := range x.Clauses {
		switch c := c.(type) {
		case *syntax.ForClause:
			c.X = in.expr(c.X)
		case *syntax.IfClause:
			c.Cond = in.branch(PlaceFilter, wayName, c.If, in.expr(c.Cond))
		}
	}
}
