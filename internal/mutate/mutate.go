// Package mutate makes mutants of a runbook: copies of one of its files with one
// mistake in each, of the kinds that people make in runbooks.
//
// A wait is left out, two steps are swapped, a guard is dropped, an error is
// swallowed. [Of] finds every place for one in a file's syntax tree and edits the
// text there, so that all that is not part of the mistake is as it was and every
// line keeps its number. Whoever looks for mistakes is measured by how many
// mutants it notices; those that nothing notices say what is not looked at.
package mutate

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.starlark.net/syntax"
)

// A Kind says what was done.
type Kind string

// The kinds, in the order of [Kinds].
const (
	WaitLeftOut    Kind = "wait left out"
	WaitEnded      Kind = "wait ends at once"
	StepLeftOut    Kind = "step left out"
	StepsSwapped   Kind = "steps swapped"
	GuardDropped   Kind = "guard dropped"
	AlwaysTrue     Kind = "condition always true"
	NeverTrue      Kind = "condition never true"
	FilterDropped  Kind = "filter dropped"
	TestTurned     Kind = "comparison turned"
	Boundary       Kind = "boundary shifted"
	NotDropped     Kind = "not dropped"
	ErrorSwallowed Kind = "error swallowed"
	PolicyDropped  Kind = "recovery policy dropped"
	PolicyRepeats  Kind = "recovery policy repeats"
	PatienceLost   Kind = "tolerates less"
	FailIfDropped  Kind = "fail_if dropped"
	LastLeftOut    Kind = "last one left out"
)

// Kinds are all kinds, in the order of reports.
var Kinds = []Kind{
	WaitLeftOut, WaitEnded, StepLeftOut, StepsSwapped, GuardDropped, AlwaysTrue, NeverTrue, FilterDropped, TestTurned, Boundary, NotDropped,
	ErrorSwallowed, PolicyDropped, PolicyRepeats, PatienceLost, FailIfDropped, LastLeftOut,
}

// A Mutant is a file with one mistake made in it.
type Mutant struct {
	Kind         Kind
	Line, Column int    // where it was made
	Was, Is      string // the line before and after; "" for nothing
	Source       []byte
}

// Of are the mutants of a file, in the order of their places.
func Of(options *syntax.FileOptions, name string, src []byte) ([]Mutant, error) {
	f, err := options.Parse(name, src, 0)
	if err != nil {
		return nil, err
	}
	m := &maker{src: src, lines: []int{0}}
	for i, c := range src {
		if c == '\n' {
			m.lines = append(m.lines, i+1)
		}
	}
	for _, s := range f.Stmts {
		switch s := s.(type) {
		case *syntax.DefStmt:
			m.block(s.Body)
		case *syntax.AssignStmt:
			m.constant(s)
		}
	}
	slices.SortStableFunc(m.made, func(a, b Mutant) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return m.made, nil
}

// A maker makes the mutants of one file.
type maker struct {
	src   []byte
	lines []int // where each begins
	made  []Mutant
}

// offset is where a position is in the source.
func (m *maker) offset(p syntax.Position) int {
	at := m.lines[p.Line-1]
	for range p.Col - 1 {
		_, size := utf8.DecodeRune(m.src[at:])
		at += size
	}
	return at
}

// text is the source of a node.
func (m *maker) text(n syntax.Node) string {
	return string(m.src[m.offset(syntax.Start(n)):m.offset(endOf(n))])
}

// replace makes a mutant in which one part of the source is another. The part
// keeps its number of lines: as many are empty at its end as it lost.
func (m *maker) replace(kind Kind, from, to int, text string) {
	lost := max(0, bytes.Count(m.src[from:to], []byte("\n"))-strings.Count(text, "\n"))
	src := slices.Concat(m.src[:from], []byte(text), bytes.Repeat([]byte("\n"), lost), m.src[to:])
	line, _ := slices.BinarySearch(m.lines, from+1)
	made := Mutant{Kind: kind, Line: line, Column: utf8.RuneCount(m.src[m.lines[line-1]:from]) + 1, Source: src}
	made.Was, made.Is = lineAt(m.src, m.lines[line-1]), lineAt(src, m.lines[line-1])
	if bytes.Equal(src, m.src) {
		return
	}
	m.made = append(m.made, made)
}

// lineAt is the line that begins at an offset, without indentation.
func lineAt(src []byte, at int) string {
	line, _, _ := bytes.Cut(src[at:], []byte("\n"))
	return strings.TrimSpace(string(line))
}

// expression replaces an expression, in parentheses if it had several lines.
func (m *maker) expression(kind Kind, x syntax.Expr, text string) {
	from, to := m.offset(syntax.Start(x)), m.offset(endOf(x))
	if lost := bytes.Count(m.src[from:to], []byte("\n")) - strings.Count(text, "\n"); lost > 0 {
		text = "(" + text + strings.Repeat("\n", lost) + ")"
	}
	m.replace(kind, from, to, text)
}

// statement replaces a statement.
func (m *maker) statement(kind Kind, s syntax.Stmt, text string) {
	m.replace(kind, m.offset(syntax.Start(s)), m.offset(endOf(s)), text)
}

// endOf is where a node ends. That of the syntax package leaves out the bracket
// at the end of an index and of a tuple.
func endOf(n syntax.Node) syntax.Position {
	after := func(p syntax.Position) syntax.Position {
		p.Col++
		return p
	}
	switch n := n.(type) {
	case *syntax.IndexExpr:
		return after(n.Rbrack)
	case *syntax.SliceExpr:
		return after(n.Rbrack)
	case *syntax.TupleExpr:
		if n.Lparen.IsValid() {
			return after(n.Rparen)
		}
		return endOf(n.List[len(n.List)-1])
	case *syntax.BinaryExpr:
		return endOf(n.Y)
	case *syntax.UnaryExpr:
		if n.X != nil {
			return endOf(n.X)
		}
	case *syntax.CondExpr:
		return endOf(n.False)
	case *syntax.LambdaExpr:
		return endOf(n.Body)
	case *syntax.DictEntry:
		return endOf(n.Value)
	case *syntax.AssignStmt:
		return endOf(n.RHS)
	case *syntax.ExprStmt:
		return endOf(n.X)
	case *syntax.ReturnStmt:
		if n.Result != nil {
			return endOf(n.Result)
		}
	}
	return syntax.End(n)
}
