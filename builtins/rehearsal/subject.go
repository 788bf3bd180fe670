package rehearsal

import (
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/interpreter"
)

// maxSubject is how long the text of an expression may be that names a value.
const maxSubject = 60

// subject is what an expectation is about: the first argument of the call that
// a thread executes, as it is written, such as "o.changes". "" for one that is
// better known by its value, or is long.
func subject(t *starlark.Thread, b *starlark.Builtin) string {
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return ""
	}
	r := recordOf(branch)
	pos := t.CallFrame(1).Pos
	if r == nil {
		return ""
	}
	src := r.files[pos.Filename()]
	f, err := interpreter.Dialect.Parse(pos.Filename(), src, 0)
	if err != nil {
		return ""
	}
	name := ""
	syntax.Walk(f, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.CallExpr); ok && c.Lparen.Line == pos.Line && c.Lparen.Col == pos.Col && len(c.Args) > 0 {
			name = written(c.Args[0], src)
		}
		return true
	})
	return name
}

// written is an expression as it is written, "" for one that is a value itself.
func written(x syntax.Expr, src []byte) string {
	switch x := x.(type) {
	case *syntax.Literal, *syntax.ListExpr, *syntax.TupleExpr, *syntax.DictExpr:
		return ""
	case *syntax.ParenExpr:
		return written(x.X, src)
	}
	start, end := x.Span()
	lines := strings.Split(string(src), "\n")
	if start.Line != end.Line || int(end.Line) > len(lines) {
		return ""
	}
	line := []rune(lines[start.Line-1])
	from, to := int(start.Col)-1, min(int(end.Col)-1, len(line))
	for to < len(line) && strings.Count(string(line[from:to]), "[") > strings.Count(string(line[from:to]), "]") {
		to++ // the span of a[b] ends before its bracket
	}
	if to <= from || to-from > maxSubject {
		return ""
	}
	return string(line[from:to])
}
