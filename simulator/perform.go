package simulator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"runbook/effect"
)

var _ effect.Performer = (*World)(nil)

// Perform carries out a request in virtual time.
//
// What the world does not know, a kind or a system, is an outcome of kind
// refused or unreachable. The error return is the cause of a context that ended
// for another reason than that the branch was cancelled.
func (w *World) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	switch {
	case r.Body != nil:
		return r.Body(ctx, w.begun(r))
	case ctx.Err() != nil:
		return w.interrupted(r, context.Cause(ctx))
	}
	switch r.Kind {
	case effect.KindXMLRPC:
		return w.xmlrpc(ctx, r)
	case effect.KindHost:
		return w.host(ctx, r)
	case effect.KindClock:
		return w.clock(ctx, r)
	case effect.KindOperator:
		return w.operator(r), nil
	case effect.KindBranch:
		return effect.Result{}, nil
	}
	return w.fail(r, &effect.Error{
		Kind: effect.Refused, Message: fmt.Sprintf("the simulated world has nothing of kind %q", r.Kind),
	}), nil
}

// begun is when the request was begun, in this life of the run or an earlier one.
func (w *World) begun(r effect.Request) time.Time {
	if !r.Begun.IsZero() {
		return r.Begun
	}
	return w.Now()
}

func (w *World) clock(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Operation == effect.OpNow {
		return effect.Result{Value: w.Now()}, nil
	}
	var d int64
	if len(r.Args) > 0 {
		d, _ = r.Args[0].(int64)
	}
	until := w.begun(r).Add(time.Duration(d)).Sub(w.start)
	if err := w.schedule.wait(ctx, until); err != nil {
		return w.interrupted(r, err)
	}
	return effect.Result{}, nil
}

// interrupted is what comes of a request whose context ended.
func (w *World) interrupted(r effect.Request, cause error) (effect.Result, error) {
	if !errors.Is(cause, effect.ErrCancelled) {
		return effect.Result{}, cause
	}
	return w.fail(r, &effect.Error{Kind: effect.Cancelled, Message: effect.ErrCancelled.Error()}), nil
}

// fail completes an error by what the request says.
func (w *World) fail(r effect.Request, e *effect.Error) effect.Result {
	e.Target, e.Operation, e.ID = r.Target, r.Operation, r.ID
	return effect.Fail(e)
}

// A ScriptedAnswer is what the simulated operator says when asked.
type ScriptedAnswer struct {
	Question string // part of the question; "" for every one
	Answer   string
}

// operator answers what an operator is asked: as the scenario says, and else
// yes. What came of a change in doubt the simulated operator knows, because
// the world does.
func (w *World) operator(r effect.Request) effect.Result {
	var args [3]string
	for i, a := range r.Args[:min(3, len(r.Args))] {
		args[i], _ = a.(string)
	}
	if r.Operation == effect.OpResolve {
		return effect.Result{Value: w.scripted(args[1], w.whatCame(args[0], args[1]))}
	}
	agreed := args[1]
	if agreed == "" {
		agreed = "yes"
	}
	answer := w.scripted(args[0], agreed)
	if answer != agreed {
		return w.fail(r, &effect.Error{
			Kind: effect.Declined, Message: fmt.Sprintf("the operator answered %q, want %q", answer, agreed),
		})
	}
	return effect.Result{Value: answer}
}

func (w *World) scripted(question, otherwise string) string {
	for _, a := range w.answers {
		if strings.Contains(question, a.Question) {
			return a.Answer
		}
	}
	return otherwise
}

func (w *World) whatCame(id, description string) string {
	if done := w.changes[id+" "+description]; done != nil && *done {
		return "done"
	}
	return "again"
}
