package interlock

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/interpreter"
)

// A Court is where changes are judged: the world that rules read, and the site
// they see.
type Court struct {
	World    effect.Performer // what rules read from; their requests are inner ones
	Branches interpreter.Branches
	Site     starlark.Value
	// Owners are the systems of the site that a request is sent to, and the
	// object of such a system that it is about; nil for none.
	Owners func(r *effect.Request) (systems []starlark.Value, object string)
	// Observe hears what rules say, such as what they wait for, as notes of the
	// change's branch about the rule; nil for nobody.
	Observe func(interpreter.Note)
}

// Judge asks the rules in force about a change and returns the error that it is
// refused with, nil if it is let through. The other error is no verdict: the run
// is being stopped, or the branch is cancelled.
func (s *Set) Judge(ctx context.Context, c *Court, r *effect.Request) (*effect.Error, error) {
	if s == nil {
		return nil, nil
	}
	var t *trial
	var noes []verdict
	for _, rule := range s.Rules {
		if slices.Contains(s.Lifted, rule.Name) || !slices.ContainsFunc(rule.before, func(b *selector) bool { return b.fits(r) }) {
			continue
		}
		if t == nil {
			t = c.open(r)
		}
		saw, err := t.hear(ctx, rule)
		if err != nil {
			return nil, err
		}
		if saw != "" {
			noes = append(noes, verdict{rule, saw})
		}
	}
	if noes == nil {
		return nil, nil
	}
	return refusal(r, noes), nil
}

// A verdict is the no of a rule.
type verdict struct {
	rule *Rule
	saw  string
}

// refusal is the error of a change that rules say no to.
func refusal(r *effect.Request, noes []verdict) *effect.Error {
	var said, flags []string
	var list []effect.Value
	for _, v := range noes {
		said = append(said, fmt.Sprintf("interlock %q: %s; %s", v.rule.Name, v.rule.Reason, v.saw))
		flags = append(flags, fmt.Sprintf("--lift %q", v.rule.Name))
		list = append(list, effect.Struct{{Name: "name", Value: v.rule.Name}, {Name: "reason", Value: v.rule.Reason}, {Name: "saw", Value: v.saw}})
	}
	message := "refused by " + strings.Join(said, "; and by ")
	if r.Resolution == effect.PerformAgain {
		message += "; it was sent before, and may have taken effect"
	}
	return &effect.Error{
		Kind: effect.Refused, Target: r.Target, Operation: r.Operation, Message: message,
		Hint:    "put right what it saw, or do without the rule in this run: " + strings.Join(flags, " "),
		Details: effect.Struct{{Name: "interlocks", Value: list}},
	}
}

// A trial is the judgement of one change.
type trial struct {
	court   *Court
	asked   *effect.Request
	request starlark.Value
	reads   *reads
}

func (c *Court) open(r *effect.Request) *trial {
	t := &trial{court: c, asked: r, reads: &reads{next: c.World, about: r, known: map[string]effect.Result{}}}
	t.request = c.RequestValue(r)
	return t
}

// hear calls a rule's function, and returns what it saw if it says no.
func (t *trial) hear(ctx context.Context, rule *Rule) (saw string, err error) {
	applies, err := t.applies(ctx, rule)
	var v starlark.Value
	if err == nil && applies {
		v, err = t.call(ctx, rule, rule.require, starlark.Tuple{t.request, t.court.Site})
	}
	if e := (*effect.Error)(nil); errors.As(err, &e) && e.Kind == effect.Timeout {
		t.reads.waited = true
	}
	switch {
	case err != nil && (!interpreter.IsOutcome(err) || context.Cause(ctx) != nil):
		return "", err
	case err != nil:
		return whyNot(err, t.files(rule)), nil
	case !applies:
		return "", nil
	}
	switch v := v.(type) {
	case starlark.NoneType:
		return "", nil
	case starlark.Bool:
		if v {
			return "", nil
		}
		return "it does not hold", nil
	case starlark.String:
		if strings.TrimSpace(string(v)) != "" {
			return "saw: " + strings.ToValidUTF8(string(v), "\uFFFD"), nil
		}
	}
	return fmt.Sprintf("it cannot tell: got %s from its function, want True or None for yes, False or what it saw for no", v), nil
}

func (t *trial) files(rule *Rule) map[string][]byte { return rule.program.Files() }

// applies asks the functions of the selectors that fit whether they are about
// these arguments.
func (t *trial) applies(ctx context.Context, rule *Rule) (bool, error) {
	for _, b := range rule.before {
		if !b.fits(t.asked) {
			continue
		}
		if b.args == nil {
			return true, nil
		}
		list := interpreter.ToStarlark(append([]effect.Value{}, t.asked.Args...))
		v, err := t.call(ctx, rule, b.args, starlark.Tuple{list})
		if err != nil || bool(v.Truth()) {
			return err == nil, err
		}
	}
	return false, nil
}

// call runs a function of a rule, whose effects are reads.
func (t *trial) call(ctx context.Context, rule *Rule, fn starlark.Callable, args starlark.Tuple) (starlark.Value, error) {
	run := &interpreter.Run{Performer: t.reads, Branches: t.court.Branches}
	if t.court.Observe != nil {
		run.Observe = func(n interpreter.Note) { t.court.Observe(t.noted(rule, n)) }
	}
	return rule.program.Call(ctx, run, fn, args, nil)
}

// noted is what a rule says, as a note of the change's branch. What it prints is
// no result of the runbook.
func (t *trial) noted(rule *Rule, n interpreter.Note) interpreter.Note {
	about := fmt.Sprintf("interlock %q", rule.Name)
	if n.Item != "" {
		about += ": " + n.Item
	}
	if n.Kind == interpreter.NotePrint {
		n.Kind = interpreter.NoteLog
	}
	n.Branch, n.Step, n.Item = t.asked.ID.Branch, t.asked.Step, about
	return n
}

// whyNot says why a rule has no answer: what it could not read, or a mistake in it.
func whyNot(err error, files map[string][]byte) string {
	x := interpreter.Explain(err, files)
	var e *effect.Error
	if errors.As(err, &e) && e.Kind != effect.Failed && e.Kind != effect.Refused {
		return "cannot read what it needs: " + x.Message
	}
	if x.Position != "" {
		return fmt.Sprintf("it cannot tell: %s (%s)", x.Message, x.Position)
	}
	return "it cannot tell: " + x.Message
}
