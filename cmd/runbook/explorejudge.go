package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"runbook/effect"
	"runbook/interpreter"
)

// What a trial is held to, in the order in which it is looked at.
const (
	mustEnd     = "the run ends"
	mustBeClear = "it ends well, or in an error that names its target"
	mustBeSafe  = "no hazard"
	mustNotRedo = "no change is done a second time that took effect"
	mustBeTrue  = "a run that ended well has reached the goal"
	mustRecover = "running the runbook again, undisturbed, reaches the goal"
)

// judge holds the trial to the rules, the first that is broken counts.
func (t *trial) judge(ctx context.Context, v *verdict) {
	s := t.subject
	x := interpreter.Explain(orDone(v.err), s.job.files())
	hazards := t.seen.hazards(v.err == nil)
	switch {
	case errors.Is(v.err, errEndless), v.err != nil && strings.Contains(v.err.Error(), "too many steps"):
		v.broke(mustEnd, fmt.Sprintf("it was stopped after %s and %s", effect.FormatDuration(v.took), count(int64(v.asked), "request")), "")
	case v.err != nil && !clear(v.err):
		v.broke(mustBeClear, "it ended in: "+x.Message, x.Position)
	case v.err != nil && !s.namesTarget(x):
		v.broke(mustBeClear, "the error names no system, host or unit: "+x.Message, x.Position)
	case len(hazards) > 0:
		v.code = hazardCode(v)
		v.broke(mustBeSafe, strings.Join(untimed(hazards), "; "), "")
		v.sign = mustBeSafe + "\n" + hazardNames(hazards)
	case len(t.redone) > 0 && !t.plan.befalls():
		r := t.redone[0]
		v.broke(mustNotRedo, fmt.Sprintf("%s was done again (policy: %s)", r.Describe(), r.Recovery), r.Position)
	}
	if v.rule == "" {
		t.settle(ctx, v)
	}
	if v.rule == "" && s.inverse != nil && t.final() == s.goal {
		t.back(ctx, v)
	}
}

// hazardCode is the exit code of a rehearsal that ran into hazards.
func hazardCode(v *verdict) Code {
	if v.err == nil {
		return RefusedByRule
	}
	return v.code
}

// orDone is an error to explain, where there may be none.
func orDone(err error) error {
	if err == nil {
		return errors.New("done")
	}
	return err
}

func (v *verdict) broke(rule, what, where string) {
	v.rule, v.happened, v.where = rule, what, where
	if v.sign = rule + "\n" + where; where == "" {
		v.sign += numbers.ReplaceAllString(what, "#")
	}
}

// numbers are what may differ between messages that say the same.
var numbers = regexp.MustCompile(`[0-9]+(\.[0-9]+)?(h|m|s|ms|µs)?`)

// hazardNames are the names of hazards: "demo: 20m3s: NAME: what".
func hazardNames(hazards []string) string {
	var names []string
	for _, h := range hazards {
		if parts := strings.SplitN(h, ": ", 4); len(parts) == 4 && !slices.Contains(names, parts[2]) {
			names = append(names, parts[2])
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// clear reports whether a run ended in an outcome of the world or of the
// script's own words, or stopped to ask; not in a mistake of the script, nor of
// the tool.
func clear(err error) bool {
	var e *effect.Error
	var doubt *interpreter.Unsettled
	return errors.As(err, &doubt) || interpreter.IsOutcome(err) && errors.As(err, &e)
}

// namesTarget reports whether an error says what it is about.
func (s *subject) namesTarget(x *interpreter.Explanation) bool {
	if slices.ContainsFunc(s.names, func(name string) bool { return strings.Contains(x.Message, name) }) {
		return true
	}
	return len(x.More) > 0 && !slices.ContainsFunc(x.More, func(more *interpreter.Explanation) bool { return !s.namesTarget(more) })
}

// untimed are hazards without when they came.
func untimed(hazards []string) []string {
	var list []string
	for _, h := range hazards {
		parts := strings.SplitN(h, ": ", 3)
		if len(parts) == 3 {
			h = parts[0] + ": " + parts[2]
		}
		if !slices.Contains(list, h) {
			list = append(list, h)
		}
	}
	return list
}

// settle lets all that is under way end, and runs the runbook again if the goal
// is not reached.
func (t *trial) settle(ctx context.Context, v *verdict) {
	s := t.subject
	v.left = t.final()
	if v.left == s.goal {
		if v.err == nil && s.prompt && s.begins == nil && v.ended != s.goal && !t.plan.befalls() {
			v.broke(mustBeTrue, "it ended well before it was so:\n"+differing(s.goal, v.ended), "")
		}
		return
	}
	if v.err == nil && !t.plan.befalls() {
		v.broke(mustBeTrue, "it ended well and left:\n"+differing(s.goal, v.left), "")
		if s.begins != nil {
			v.sign = mustBeTrue + "\n" + alike(differing(s.goal, v.left))
		}
		return
	}
	err := t.again(ctx)
	hazards := t.seen.hazards(err == nil)
	left := t.final()
	x := interpreter.Explain(orDone(err), s.job.files())
	switch {
	case err != nil && (x.Position == s.resting || (t.plan.lasts() || len(t.plan) == 0 && s.givesUp(v, x)) && clear(err)):
	case err != nil:
		v.broke(mustRecover, "the second run ended in: "+x.Message, x.Position)
	case len(hazards) > 0:
		v.broke(mustRecover, "the second run ran into hazards: "+strings.Join(untimed(hazards), "; "), "")
		v.sign = mustBeSafe + "\n" + hazardNames(hazards) // as in a first run: it is the same mistake
	case left != s.goal && !t.plan.lasts() && s.acts():
		v.broke(mustRecover, "the second run ended well and left:\n"+differing(s.goal, left), "")
		if kind := t.plan.befell(); kind != "" { // which node it is makes no other mistake of it
			v.sign = mustRecover + "\n" + kind
		}
	}
}

// acts reports whether the runbook changes anything: what happens to systems is
// not put right by one that only looks.
func (s *subject) acts() bool {
	return slices.ContainsFunc(s.looks, func(l look) bool { return l.change })
}

// givesUp reports whether a run from another beginning than usual ended in an
// error as the one after it did: nobody has put right what both refuse to begin with.
func (s *subject) givesUp(v *verdict, again *interpreter.Explanation) bool {
	return s.begins != nil && v.err != nil && interpreter.Explain(v.err, s.job.files()).Position == again.Position
}

// differing are the lines of a state that another does not have, with those it
// has instead.
func differing(want, got string) string {
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	var lines []string
	for _, l := range gots {
		if !slices.Contains(wants, l) {
			lines = append(lines, "  "+strings.TrimSpace(l))
		}
	}
	for _, l := range wants {
		if !slices.Contains(gots, l) {
			lines = append(lines, "  and not: "+strings.TrimSpace(l))
		}
	}
	return strings.Join(lines, "\n")
}
