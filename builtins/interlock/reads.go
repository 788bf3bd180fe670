package interlock

import (
	"context"
	"sync"
	"time"

	"runbook/effect"
)

// reads is the world as the rules of one change see it: they may only read,
// nothing they do is an effect of the script, and what one of them has read is
// known to the others.
type reads struct {
	next  effect.Performer
	about *effect.Request // the change

	mu    sync.Mutex
	known map[string]effect.Result // good answers, by question
	began time.Time                // when the first poll did

	// waited: a rule has waited in vain, so that the change is refused whatever
	// the others say. They look, but wait no more.
	waited bool
}

// Perform is part of [effect.Performer].
func (p *reads) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	asking, _ := ctx.Value(askedKey{}).(*asked)
	switch {
	case r.Class == effect.Change, r.Kind == effect.KindOperator:
		return effect.Fail(&effect.Error{
			Kind: effect.Refused, Target: r.Target, Operation: r.Operation,
			Message: "the function of an interlock may only read", Hint: "mark what only reads with reads=True",
		}), nil
	case r.Kind == effect.KindClock && r.Operation == effect.OpWait && asking == nil:
		return effect.Fail(&effect.Error{
			Kind: effect.Refused, Operation: r.Operation,
			Message: "the function of an interlock may not wait", Hint: "poll until what it waits for is so",
		}), nil
	case r.Kind == effect.KindPoll:
		r.Body = p.polling(r.Body)
	}
	r.Inner, r.ID = true, p.about.ID
	if r.Step == "" {
		r.Step = p.about.Step
	}
	if r.Kind != effect.KindXMLRPC && r.Kind != effect.KindHost {
		return p.next.Perform(ctx, r)
	}
	question := questionOf(&r)
	if res, ok := p.answer(question); ok && asking.first(question) {
		return res, nil
	}
	res, err := p.next.Perform(ctx, r)
	if err == nil && res.Err == nil {
		p.mu.Lock()
		p.known[question] = res
		p.mu.Unlock()
	}
	return res, err
}

func (p *reads) answer(question string) (effect.Result, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	res, ok := p.known[question]
	return res, ok
}

// questionOf is what two reads have in common that get the same answer.
func questionOf(r *effect.Request) string {
	b := append([]byte(r.Kind+"\x00"+r.Target+"\x00"+r.Operation+"\x00"), 0)
	return string(effect.AppendJSON(b, r.Args))
}

// asked are the questions that a poll has asked: what it asks again it wants to
// know anew.
type asked struct {
	mu        sync.Mutex
	questions map[string]bool
}

type askedKey struct{}

// first notes a question of a poll and reports whether it is new to it. Outside
// of a poll every question is.
func (a *asked) first(question string) bool {
	if a == nil {
		return true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.questions[question] {
		return false
	}
	a.questions[question] = true
	return true
}

// polling is the body of a poll whose looks remember what they asked. All the
// waits for a change that is refused take together as long as one.
func (p *reads) polling(body func(context.Context, time.Time) (effect.Result, error)) func(context.Context, time.Time) (effect.Result, error) {
	return func(ctx context.Context, begun time.Time) (effect.Result, error) {
		p.mu.Lock()
		if p.began.IsZero() {
			p.began = begun
		}
		if p.waited {
			begun = p.began
		}
		p.mu.Unlock()
		return body(context.WithValue(ctx, askedKey{}, &asked{questions: map[string]bool{}}), begun)
	}
}
