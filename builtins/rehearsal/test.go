package rehearsal

import (
	"context"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/interpreter"
)

// A Test is a function test_… of a test file.
type Test struct {
	Name     string
	Position string // of its def

	program *interpreter.Program
	fn      *starlark.Function
	line    int32
}

// Tests are the tests of a loaded file, in its order.
func Tests(p *interpreter.Program) []Test {
	var tests []Test
	for name, v := range p.Globals {
		fn, ok := v.(*starlark.Function)
		if ok && strings.HasPrefix(name, "test_") && fn.Position().Filename() == p.Name {
			tests = append(tests, Test{Name: name, Position: fn.Position().String(), program: p, fn: fn, line: fn.Position().Line})
		}
	}
	slices.SortFunc(tests, func(a, b Test) int { return int(a.line - b.line) })
	return tests
}

// A Report is what came of a test.
type Report struct {
	Said     []string      // by the test and of its rehearsals, a line or more each
	Duration time.Duration // simulated, of all its rehearsals
	Last     *Outcome      // of its last rehearsal; nil for none
	Err      error         // how it failed; interpreter.Explain renders it
}

// A record is what the builtins know of the test that calls them.
type record struct {
	report *Report
	files  map[string][]byte
}

type recordKey struct{}

// recordOf is the record of the test that a branch is part of; nil for none.
func recordOf(b *interpreter.Branch) *record {
	r, _ := b.Context().Value(recordKey{}).(*record)
	return r
}

// Run calls the test. Tests may be run at once.
func (t Test) Run(ctx context.Context) *Report {
	r := &Report{}
	run := &interpreter.Run{
		Performer: effect.PerformerFunc(refuse), Branches: inTurn{},
		Observe: func(n interpreter.Note) { r.Said = append(r.Said, n.Text) },
	}
	ctx = context.WithValue(ctx, recordKey{}, &record{report: r, files: t.program.Files()})
	_, r.Err = t.program.Call(ctx, run, t.fn, nil, nil)
	return r
}

// refuse is the world of a test: there is none.
func refuse(_ context.Context, r effect.Request) (effect.Result, error) {
	return effect.Fail(&effect.Error{
		Kind: effect.Refused, Target: r.Target, Operation: r.Operation, Message: "a test has no world of its own",
		Hint: "put it into a runbook's main and rehearse that",
	}), nil
}

// inTurn runs branches one after the other.
type inTurn struct{}

// Run is part of interpreter.Branches.
func (inTurn) Run(ctx context.Context, n, _ int, body func(ctx context.Context, item int)) {
	for i := range n {
		body(ctx, i)
	}
}
