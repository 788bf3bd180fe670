// Package rehearsal is what test files can say beside what runbooks can:
// rehearse runs a runbook in a simulated world, expect holds what came of it
// against what should have come.
//
//	def test_one_node_never_boots():
//	    o = rehearse("startup.star", scenario = {"faults": [fault.node_never_boots("prod", "n0013")]})
//	    expect(o.kind, equals = "timeout")
//	    expect(o.error, contains = "n0013")
//
// Who runs the tests gives a [Rehearser], which knows the simulator; nothing
// here does. The life of a test: [Predeclared] makes the names that its file
// sees, the interpreter loads the file, [Tests] finds its functions, and
// [Test.Run] calls one, whose effects are only those that it has rehearsed.
package rehearsal

import (
	"context"
	"maps"
	"time"

	"go.starlark.net/starlark"

	_ "embed"

	"runbook/effect"
)

// Doc is the family's documentation: Starlark stubs.
//
//go:embed doc.star
var Doc string

// An Order is what a test wants to be rehearsed. Files are named as the test
// names them, relative to the folder of its own file.
type Order struct {
	From     string              // name of the test's file
	Runbook  string              // file
	Site     string              // file; "" for the one that exec would find
	Scenario string              // file; "" for none, or where Parts are given
	Parts    starlark.StringDict // globals of a scenario that has no file; nil for none
	Position string              // of the call: what such a scenario is called
	Settings []string            // as after --set: "name=value"
	Lift     []string            // names of interlocks that are lifted
	Seed     uint64              // 0 for the scenario's, or 1
}

// An Outcome is what came of a rehearsal.
type Outcome struct {
	Exit     int          // exit status that exec would have
	Error    string       // "" if the runbook ended well
	Kind     effect.Kind  // of the error
	Hint     string       // of the error
	Result   effect.Value // what main returned
	Duration time.Duration
	Changes  []string // every change, in order: "prod startupNode(\"n0011\")"
	Hazards  []string
	Log      []string // what log and warn said, the latter behind "warning: "
	Printed  []string // what print said
	State    []string // of every system at the end, a line for each of its units
}

// A Rehearser rehearses. The error is what kept the rehearsal from taking
// place, or a mistake of the script: no outcome that a test may expect.
type Rehearser func(ctx context.Context, o Order) (*Outcome, error)

// Predeclared are the names that a test file sees: those of names, as runbooks
// and scenarios see them, with rehearse and expect.
func Predeclared(rehearse Rehearser, names ...starlark.StringDict) starlark.StringDict {
	env := starlark.StringDict{
		"rehearse": starlark.NewBuiltin("rehearse", rehearse.call),
		"expect":   starlark.NewBuiltin("expect", expect),
	}
	for _, n := range names {
		maps.Copy(env, n)
	}
	return env
}
