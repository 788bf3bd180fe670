// Package interpreter hosts runbooks: it loads Starlark files, finds main and
// its parameters, runs branches, and gives builtins their only door to the
// world, [Do]. It knows no builtin by name.
//
// Three nouns. An [Engine] is configuration: the names a script may use, where
// sources come from, how much a script may consume; immutable, shared by any
// number of runs. A [Program] is a runbook that has been loaded, with all it
// loads, and frozen. A [Run] is one execution: what performs its requests, how
// its branches run, who hears its notes.
//
//	engine := interpreter.NewEngine(predeclared, sources, interpreter.Limits{})
//	program, err := engine.Load("startup.star")
//	args, err := program.Bind(settings, site)
//	value, err := program.Run(ctx, &interpreter.Run{Performer: world, Branches: branches}, args)
//
// The life of one effect: a builtin unpacks its arguments and calls Do with a
// request. Do gives it its identity, the branch's path and the next number in
// that branch, and calls the run's Performer. A result that is an error becomes
// the builtin's error. A change in doubt is settled here, by the call's own
// [Policy], and performed again with the resolution: whoever records the run
// never needs to know a script's functions.
//
// Nothing here depends on where a run is recorded or on how branches run:
// both enter as interfaces.
package interpreter

import (
	"context"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/effect"
)

// Branches runs the items of a parallel. Goroutines do it live, coroutines one
// at a time when simulated.
type Branches interface {
	// Run calls body for every item from 0 to n-1, at most limit at once (0: as
	// many as it likes), with contexts that derive from ctx, and returns when
	// all calls have returned.
	Run(ctx context.Context, n, limit int, body func(ctx context.Context, item int))
}

// Limits bound what a script may consume. A zero field means its default.
type Limits struct {
	Steps  uint64 // Starlark steps of all branches together; default 1 billion
	Memory uint64 // bytes on the process's heap; default 2 GiB
}

// Dialect is the Starlark that runbooks are written in: sets, and nothing that
// can run forever.
var Dialect = &syntax.FileOptions{Set: true}

// An Engine is what all runs share. Its methods may be called from many goroutines.
type Engine struct {
	predeclared starlark.StringDict
	sources     Sources
	limits      Limits

	coverage  *Coverage // nil where nothing is counted
	coverName func(file string) string
}

// NewEngine makes an engine for scripts that see the predeclared names. It
// freezes them, so that nothing leaks from run to run.
func NewEngine(predeclared starlark.StringDict, sources Sources, limits Limits) *Engine {
	predeclared.Freeze()
	if limits.Steps == 0 {
		limits.Steps = 1_000_000_000
	}
	if limits.Memory == 0 {
		limits.Memory = 2 << 30
	}
	return &Engine{predeclared: predeclared, sources: sources, limits: limits}
}

// Predeclared are the names that scripts see. They are frozen.
func (e *Engine) Predeclared() starlark.StringDict { return e.predeclared }

// Sources are where the engine's programs come from.
func (e *Engine) Sources() Sources { return e.sources }

// A Run is one execution of a program. The fields are set before it begins and
// do not change.
type Run struct {
	Performer effect.Performer
	Branches  Branches
	// Observe hears what the run has to say to people; nil for nobody. It may
	// be called from many branches at once.
	Observe func(Note)
	// Replaying reports whether recorded effects of a branch are still to come,
	// so that what was said before is not said again; nil for never.
	Replaying func(branch string) bool
	// ReadOnly refuses every change, whatever the program declares.
	ReadOnly bool

	budget *budget
}

// NoteKind says what a Note is about.
type NoteKind string

// Kinds of notes.
const (
	NoteStep   NoteKind = "step"   // a step begins
	NoteDone   NoteKind = "done"   // a step ended well
	NoteFailed NoteKind = "failed" // a step ended in an error
	NoteLog    NoteKind = "log"    // the script's commentary
	NoteWarn   NoteKind = "warn"   // the script's warning
	NotePrint  NoteKind = "print"  // the script's result
	NoteLook   NoteKind = "look"   // a poll saw a new value
	NoteDoubt  NoteKind = "doubt"  // how a change in doubt was settled
)

// A Note is something a run says to people. Notes are no effects: they are
// neither numbered nor replayed.
type Note struct {
	Kind     NoteKind
	Branch   string
	Step     string // names of the steps around it, joined by " > "
	Item     string // what the branch works on, for people
	Text     string
	Position string        // in the script
	Replayed bool          // the run is answering from its journal; this was said before
	Left     time.Duration // of a look: until the poll's deadline
}

// Say hands a note to the run's observer.
func (b *Branch) Say(kind NoteKind, text, position string) {
	b.say(Note{Kind: kind, Text: text, Position: position})
}

func (b *Branch) say(n Note) {
	if b.run.Observe == nil {
		return
	}
	n.Branch, n.Step, n.Item = b.path, b.step, b.item
	n.Replayed = b.run.Replaying != nil && b.run.Replaying(b.path)
	b.run.Observe(n)
}
