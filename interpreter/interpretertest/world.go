// Package interpretertest is a small world for tests of what runs on the
// interpreter: a table of answers, a clock that advances when somebody waits,
// branches that run one after the other, and files that say where they fail.
//
//	w := interpretertest.NewWorld()
//	w.Answer("getNodeState", interpretertest.Value("Unknown"), interpretertest.Value("Running"))
//	value, err := w.Run(t.Context(), program)
//
// What a test wants to see afterwards is kept: the requests, the notes, the
// time that passed.
package interpretertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/interpreter"
)

// Start is when every World begins.
var Start = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// An Answer is what comes of one request.
type Answer struct {
	Value effect.Value
	Err   *effect.Error
	Took  time.Duration
	Halt  error  // the error that ends the run: no outcome
	Then  func() // called once the answer is given
}

// Value is the answer v.
func Value(v effect.Value) Answer { return Answer{Value: v} }

// Error is an answer of that kind.
func Error(kind effect.Kind, message string) Answer {
	return Answer{Err: &effect.Error{Kind: kind, Message: message}}
}

// Lost is the answer that got lost on its way: the request may have taken effect.
func Lost(message string) Answer {
	return Answer{Err: &effect.Error{Kind: effect.Unreachable, Message: message, Doubt: true}}
}

// A World answers requests from a table. Its methods may be called from many
// branches at once.
type World struct {
	mu       sync.Mutex
	now      time.Time
	answers  map[string][]Answer
	requests []effect.Request
	notes    []interpreter.Note
}

// NewWorld makes a world that knows no method yet.
func NewWorld() *World { return &World{now: Start, answers: map[string][]Answer{}} }

// Answer sets what a request is answered: one answer after the other, the last
// one again and again. A request is named by its operation, or by that and its
// arguments, as in `getNodeState("n0011")`; the longer name goes first.
//
// Unless told otherwise, questions of confirm are agreed to, and nobody is
// there to resolve a change in doubt.
func (w *World) Answer(request string, answers ...Answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[request] = answers
}

// Now is the time of the world.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Elapsed is the time since Start.
func (w *World) Elapsed() time.Duration { return w.Now().Sub(Start) }

// Requests are what was performed so far, in order, with looks inside polls.
func (w *World) Requests() []effect.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]effect.Request(nil), w.requests...)
}

// Recorded are the requests that a journal would have recorded, each as its
// identity and description.
func (w *World) Recorded() []string {
	var lines []string
	for _, r := range w.Requests() {
		if !r.Inner {
			lines = append(lines, r.ID.String()+" "+r.Describe())
		}
	}
	return lines
}

// Notes are what the run said to people so far.
func (w *World) Notes() []interpreter.Note {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]interpreter.Note(nil), w.notes...)
}

// Observe keeps a note; it is for interpreter.Run.
func (w *World) Observe(n interpreter.Note) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes = append(w.notes, n)
}

// Perform answers a request.
func (w *World) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	w.keep(r)
	if r.Body != nil {
		return r.Body(ctx, w.begun(r))
	}
	if ctx.Err() != nil {
		return interrupted(r, context.Cause(ctx))
	}
	switch r.Operation {
	case effect.OpNow:
		return effect.Result{Value: w.Now()}, nil
	case effect.OpWait:
		w.advance(w.begun(r).Add(time.Duration(r.Args[0].(int64))))
		return effect.Result{}, nil
	}
	a, err := w.next(r)
	if err != nil {
		return effect.Result{}, err
	}
	w.advance(w.Now().Add(a.Took))
	if a.Then != nil {
		a.Then()
	}
	if a.Err != nil {
		e := *a.Err
		e.Target, e.Operation, e.ID = r.Target, r.Operation, r.ID
		a.Err = &e
	}
	return effect.Result{Value: a.Value, Err: a.Err}, a.Halt
}

func (w *World) keep(r effect.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = append(w.requests, r)
}

func (w *World) begun(r effect.Request) time.Time {
	if r.Begun.IsZero() {
		return w.Now()
	}
	return r.Begun
}

// advance moves the clock on to a time, unless it is there already.
func (w *World) advance(to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if to.After(w.now) {
		w.now = to
	}
}

// next takes the next answer for a request.
func (w *World) next(r effect.Request) (Answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	bare := effect.Request{Operation: r.Operation, Args: r.Args}
	for _, name := range []string{bare.Describe(), r.Operation} {
		list := w.answers[name]
		if len(list) > 1 {
			w.answers[name] = list[1:]
		}
		if len(list) > 0 {
			return list[0], nil
		}
	}
	switch r.Operation {
	case effect.OpBegin:
		return Answer{}, nil
	case effect.OpConfirm:
		return agreed(r), nil
	case effect.OpResolve:
		return Error(effect.Declined, "nobody is there to answer"), nil
	}
	return Answer{}, fmt.Errorf("interpretertest: no answer for %s", bare.Describe())
}

func agreed(r effect.Request) Answer {
	if expect, _ := r.Args[1].(string); expect != "" {
		return Value(expect)
	}
	return Value("yes")
}

// interrupted is what comes of a request whose context has ended.
func interrupted(r effect.Request, cause error) (effect.Result, error) {
	if !errors.Is(cause, effect.ErrCancelled) {
		return effect.Result{}, cause
	}
	return effect.Fail(&effect.Error{
		Kind: effect.Cancelled, Message: cause.Error(), Target: r.Target, Operation: r.Operation, ID: r.ID,
	}), nil
}

// Options are how World.Run runs a program. The zero Options are the usual ones.
type Options struct {
	Site     starlark.Value       // what main gets as its site
	Settings []string             // as after --set
	Branches interpreter.Branches // Sequential if nil
	ReadOnly bool
	// Layer is around the world; effect.Unrecorded if nil.
	Layer func(effect.Performer) effect.Performer
}

// Run runs a program's main in the world.
func (w *World) Run(ctx context.Context, p *interpreter.Program, o Options) (effect.Value, error) {
	args, err := p.Bind(o.Settings, o.Site)
	if err != nil {
		return nil, err
	}
	if o.Branches == nil {
		o.Branches = Sequential{}
	}
	if o.Layer == nil {
		o.Layer = effect.Unrecorded
	}
	return p.Run(ctx, &interpreter.Run{
		Performer: o.Layer(w), Branches: o.Branches, Observe: w.Observe, ReadOnly: o.ReadOnly,
	}, args)
}

// Sequential runs the items of a parallel one after the other.
type Sequential struct{ Backwards bool }

// Run calls body for each item.
func (s Sequential) Run(ctx context.Context, n, _ int, body func(ctx context.Context, item int)) {
	for i := range n {
		if s.Backwards {
			i = n - 1 - i
		}
		body(ctx, i)
	}
}
