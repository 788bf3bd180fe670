package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/simulator"
)

// errEndless is why a trial was stopped that did not end.
var errEndless = errors.New("the run does not end")

// A subject is what is explored: a runbook, its site, how the world begins, and
// what an undisturbed run does there.
type subject struct {
	job     *job
	file    string // as commands name the runbook
	name    string // of the scenario, for messages
	plain   string // its source as it was given; "" for none
	base    string // the same with how systems begin, if that was said besides
	faults  *simulator.Scenario
	live    string // what was read of the live systems; "" for nothing
	seed    uint64 // given besides; 0 for none
	goal    string // how an undisturbed run leaves the world
	prompt  bool   // an undisturbed run ends when that is reached, and not before
	took    time.Duration
	asked   int // requests
	looks   []look
	touched []unit
	names   []string              // by which a message may name its target
	covered *interpreter.Coverage // of its runs; nil if nobody counts
	usual   map[way]bool          // ways that the undisturbed run went
	resting string                // where a run fails that finds the goal reached; "" if it ends well

	begins  *outset  // another beginning than usual; nil for that
	loose   bool     // what is incidental does not count for the goal
	inverse *subject // what takes back what the runbook does; nil for nothing
	origin  string   // where it must lead to
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
	ended    string   // the state of the world when it ended
	left     string   // how it left the world
	refused  []string // names of interlocks that stepped in
}

// A trialMode says what of a trial is kept.
type trialMode struct{ traced, states, unjudged bool }

// try runs the subject under a schedule, and judges it.
func (s *subject) try(ctx context.Context, plan schedule, mode trialMode) (v *verdict, err error) {
	t, err := s.stage(plan)
	if err != nil {
		return nil, err
	}
	defer t.world.Close()
	v = t.run(ctx, mode)
	if !mode.unjudged {
		t.judge(ctx, v)
	}
	v.refused = t.refused
	return v, nil
}

// stage makes a world for one trial.
func (s *subject) stage(plan schedule) (*trial, error) {
	scenario, err := s.scenario(plan)
	if err != nil {
		return nil, err
	}
	world, err := worldOf(s.job, scenario, s.seed)
	if err != nil {
		return nil, err
	}
	return &trial{subject: s, plan: plan, world: world, seen: s.job.witness(world)}, nil
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
	once    bool   // if it is killed it is not resumed
	peek    func() // called before the inverse is run; nil for nothing
	redone  []effect.Request
	refused []string // names of interlocks that refused a change, in any of its runs
}

// patience is how long a run may take in virtual time.
func (s *subject) patience() time.Duration { return 6*time.Hour + 4*s.took }

// run runs the runbook once, in as many lives as the schedule gives it.
func (t *trial) run(ctx context.Context, mode trialMode) *verdict {
	o := &observer{traced: mode.traced, states: mode.states, began: map[string]uint64{}, where: map[string]string{}}
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
	v.ended = t.state()
	t.world.Relieve()
	return v
}

// execute runs the runbook in the world as it is, seen by an observer and with
// the interlocks in force, as exec does.
func (t *trial) execute(ctx context.Context, o *observer) (*lives, error) {
	s, until := t.subject, t.world.Elapsed()+t.subject.patience()
	o.next, o.world, o.most, o.nth, o.agreed = t.seen, t.world, 10_000+50*s.asked, map[string]int{}, t.agreed
	l := newLives(s.job, t.world)
	l.once = t.once
	return l, guarded(func() error {
		return l.main(ctx, func(ctx context.Context) error {
			ctx, o.end = context.WithCancelCause(ctx)
			defer o.end(nil)
			defer t.world.Alarm(until, func() { o.end(errEndless) })()
			run := &interpreter.Run{Branches: t.world, Replaying: l.replaying()}
			run.Performer = t.heard(s.job.interlocked(o, t.world, l.isNew(), l.stack))
			_, err := s.job.program.Run(ctx, run, s.job.bound)
			if err == nil {
				err = l.missing()
			}
			return err
		})
	})
}

// agreed notes that the operator agreed to a question. What comes after one that
// the undisturbed run does not ask is the operator's doing.
func (t *trial) agreed(question string) {
	usual := func(l look) bool { return l.what == question }
	if looks := t.subject.looks; len(looks) > 0 && t.seen.leave == 0 && !slices.ContainsFunc(looks, usual) {
		t.seen.leave = max(t.world.Elapsed(), 1)
	}
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

// again runs the runbook once more, in the world as the trial left it.
func (t *trial) again(ctx context.Context) error {
	_, err := t.execute(ctx, &observer{})
	return err
}

// final is the state of the world once all that is under way has ended.
func (t *trial) final() string {
	t.world.Advance(max(t.world.Elapsed(), t.plan.ends()) + settleTime)
	return t.state()
}

// state is the state of the world as it counts for the goal.
func (t *trial) state() string {
	state := strings.Join(t.world.DescribeShort(), "\n")
	// A halt file is read by the start script of its node, and none waits by now.
	state = strings.ReplaceAll(state, ": down, halt file", ": down")
	if t.plan.befalls() { // the world's own doing, which no runbook can undo
		state = strings.ReplaceAll(state, ", not shut down in good order", "")
	}
	return t.subject.settled(state)
}
