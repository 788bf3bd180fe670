package rehearsal

import (
	"context"
	"slices"
	"strings"

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

// Run calls the test and returns what it said, a line each, and how it failed;
// interpreter.Explain renders the error.
func (t Test) Run(ctx context.Context) (said []string, err error) {
	run := &interpreter.Run{
		Performer: effect.PerformerFunc(refuse), Branches: inTurn{},
		Observe: func(n interpreter.Note) { said = append(said, n.Text) },
	}
	_, err = t.program.Call(ctx, run, t.fn, nil, nil)
	return said, err
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
