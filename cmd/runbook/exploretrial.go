package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/simulator"
)

// errEndless is why a trial was stopped that did not end.
var errEndless = errors.New("the run does not end")

// What a trial is held to, in the order in which it is looked at.
const (
	mustEnd     = "the run ends"
	mustBeClear = "it ends well, or in an error that names its target"
	mustBeSafe  = "no hazard"
	mustNotRedo = "no change is done a second time that took effect"
	mustBeTrue  = "a run that ended well has reached the goal"
	mustRecover = "running the runbook again, undisturbed, reaches the goal"
)

// A subject is what is explored: a runbook, its site, how the world begins, and
// what an undisturbed run does there.
type subject struct {
	job     *job
	name    string // of the scenario, for messages
	base    string // its source; "" for none
	seed    uint64 // given besides; 0 for none
	goal    string // how an undisturbed run leaves the world
	took    time.Duration
	asked   int // requests
	looks   []look
	touched []unit
	names   []string // by which a message may name its target
	resting string   // where a run fails that finds the goal reached; "" if it ends well
}

// A verdict is what came of a trial.
type verdict struct {
	err      error
	code     Code
	kind     effect.Kind // of the error; "" if it ended well
	struck   bool        // every mishap did
	doubt    bool        // it stopped to ask about a change in doubt
	rule     string      // that was broken; "" if none
	sign     string      // what breaking it in the same way has in common
	happened string      // what happened instead
	where    string      // in the runbook
	looks    []look      // if it was traced
	asked    int
	took     time.Duration
	left     string   // how it left the world
	refused  []string // names of interlocks that stepped in
}

// A trialMode says what of a trial is kept.
type trialMode struct{ traced, states, unjudged bool }

// try runs the subject under a schedule, and judges it.
func (s *subject) try(ctx context.Context, plan schedule, mode trialMode) (v *verdict, err error) {
	scenario, err := s.scenario(plan)
	if err != nil {
		return nil, err
	}
	world, err := worldOf(s.job, scenario, s.seed)
	if err != nil {
		return nil, err
	}
	defer world.Close()
	t := &trial{subject: s, plan: plan, world: world, seen: s.job.witness(world)}
	v = t.run(ctx, mode)
	if !mode.unjudged {
		t.judge(ctx, v)
	}
	v.refused = t.refused
	return v, nil
}

// scenario is the subject's with a schedule; nil if there is none of either.
func (s *subject) scenario(plan schedule) (*simulator.Scenario, error) {
	if s.base == "" && len(plan) == 0 {
		return nil, nil
	}
	return simulator.LoadScenario(s.name, []byte(plan.source(s.base, 0)))
}

// A trial is one run of a subject under a schedule, and what follows it.
type trial struct {
	subject *subject
	plan    schedule
	world   *simulator.World
	seen    *witness
	redone  []effect.Request
	refused []string // names of interlocks that refused a change, in any of its runs
}

// patience is how long a run may take in virtual time.
func (s *subject) patience() time.Duration { return 6*time.Hour + 4*s.took }

// run runs the runbook once, in as many lives as the schedule gives it.
func (t *trial) run(ctx context.Context, mode trialMode) *verdict {
	o := &observer{traced: mode.traced, states: mode.states, began: map[string]uint64{}}
	v := &verdict{struck: true}
	var l *lives
	l, v.err = t.execute(ctx, o)
	for _, m := range t.plan {
		switch {
		case strings.HasPrefix(m.fault, "fault.killed("):
			v.struck = v.struck && len(l.kills) == 0
		case m.id != "":
			v.struck = v.struck && t.world.Struck(m.id) > 0
		}
	}
	v.code, v.looks, v.asked, v.took, t.redone = codeOf(v.err), o.looks, o.asked, t.world.Elapsed(), o.redone
	var e *effect.Error
	if errors.As(v.err, &e) {
		v.kind = e.Kind
	}
	v.doubt = errors.As(v.err, new(*interpreter.Unsettled))
	t.world.Relieve()
	return v
}

// execute runs the runbook in the world as it is, seen by an observer and with
// the interlocks in force, as exec does.
func (t *trial) execute(ctx context.Context, o *observer) (*lives, error) {
	s, until := t.subject, t.world.Elapsed()+t.subject.patience()
	o.next, o.world, o.most, o.nth = t.seen, t.world, 10_000+50*s.asked, map[string]int{}
	l := newLives(s.job, t.world)
	return l, guarded(func() error {
		return l.main(ctx, func(ctx context.Context) error {
			ctx, o.end = context.WithCancelCause(ctx)
			defer o.end(nil)
			defer t.world.Alarm(until, func() { o.end(errEndless) })()
			run := &interpreter.Run{Branches: t.world, Replaying: l.replaying()}
			run.Performer = t.heard(s.job.interlocked(o, t.world, l.replaying(), l.stack))
			_, err := s.job.program.Run(ctx, run, s.job.bound)
			if err == nil {
				err = l.missing()
			}
			return err
		})
	})
}

// heard is the layer that notes which interlocks refuse a change.
func (t *trial) heard(next effect.Performer) effect.Performer {
	return effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
		res, err := next.Perform(ctx, r)
		if r.Class == effect.Change && res.Err != nil {
			for _, name := range refusedBy(res.Err) {
				if !slices.Contains(t.refused, name) {
					t.refused = append(t.refused, name)
				}
			}
		}
		return res, err
	})
}

// guarded turns a panic into an error.
func guarded(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
		}
	}()
	return run()
}

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
		return
	}
	if v.err == nil && !t.plan.befalls() {
		v.broke(mustBeTrue, "it ended well and left:\n"+differing(s.goal, v.left), "")
		return
	}
	err := t.again(ctx)
	hazards := t.seen.hazards(err == nil)
	left := t.final()
	x := interpreter.Explain(orDone(err), s.job.files())
	switch {
	case err != nil && (x.Position == s.resting || t.plan.lasts() && clear(err)):
	case err != nil:
		v.broke(mustRecover, "the second run ended in: "+x.Message, x.Position)
	case len(hazards) > 0:
		v.broke(mustRecover, "the second run ran into hazards: "+strings.Join(untimed(hazards), "; "), "")
		v.sign = mustRecover + "\n" + hazardNames(hazards)
	case left != s.goal && !t.plan.lasts():
		v.broke(mustRecover, "the second run ended well and left:\n"+differing(s.goal, left), "")
		if kind := t.plan.befell(); kind != "" { // which node it is makes no other mistake of it
			v.sign = mustRecover + "\n" + kind
		}
	}
}

// again runs the runbook once more, in the world as the trial left it.
func (t *trial) again(ctx context.Context) error {
	_, err := t.execute(ctx, &observer{})
	return err
}

// final is the state of the world once all that is under way has ended.
func (t *trial) final() string {
	t.world.Advance(max(t.world.Elapsed(), t.plan.ends()) + settleTime)
	state := strings.Join(t.world.DescribeShort(), "\n")
	if t.plan.befalls() { // the world's own doing, which no runbook can undo
		state = strings.ReplaceAll(state, ", not shut down in good order", "")
	}
	return state
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
