package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"runbook/interpreter"
)

// mustReturn is what a trial is held to besides, where the runbook has an inverse.
const mustReturn = "the inverse leads back to where it began"

// invert makes the runbook in a file the inverse of a subject.
func (a *App) invert(ctx context.Context, s *subject, file string, o *exploreOptions) error {
	j, err := a.prepare(file, o.exec())
	if err != nil {
		return err
	}
	for _, set := range o.sets {
		if len(settingsOf(s.job, []string{set}))+len(settingsOf(j, []string{set})) == 0 {
			return usage("--set %s: got a parameter that neither runbook has", set)
		}
	}
	s.inverse = &subject{job: j, file: file, name: s.name, seed: s.seed, loose: true}
	s.loose = true
	t, err := s.stage(nil)
	if err != nil {
		return err
	}
	defer t.world.Close()
	s.origin = t.byHand()
	return nil
}

// byHand is the state of the world once somebody has switched on the license
// servers that are off: no runbook can.
func (t *trial) byHand() string {
	state := t.final()
	if t.world.SwitchOn() {
		state = t.final()
	}
	return state
}

// settingsOf are those of settings whose parameters a job's runbook has.
func settingsOf(j *job, sets []string) []string {
	params, _ := j.program.Params() // prepare has told of what is wrong with them
	return slices.DeleteFunc(slices.Clone(sets), func(set string) bool {
		name, _, _ := strings.Cut(set, "=")
		return !slices.ContainsFunc(params, func(p interpreter.Param) bool { return p.Name == strings.TrimSpace(name) })
	})
}

// back runs the inverse in the world as the trial left it, and looks whether all
// is as it began.
func (t *trial) back(ctx context.Context, v *verdict) {
	s := t.subject
	t.byHand()
	if t.peek != nil {
		t.peek()
	}
	b := &trial{subject: s.inverse, plan: t.plan, world: t.world, seen: s.inverse.job.witness(t.world)}
	t.world.Relieve()
	err := b.again(ctx)
	hazards, left := b.seen.hazards(err == nil), b.byHand()
	x := interpreter.Explain(orDone(err), s.inverse.job.files())
	for _, name := range b.refused {
		if !slices.Contains(t.refused, name) {
			t.refused = append(t.refused, name)
		}
	}
	switch {
	case err != nil && t.plan.lasts() && clear(err):
	case err != nil:
		v.broke(mustReturn, fmt.Sprintf("%s ended in: %s", filepath.Base(s.inverse.file), x.Message), x.Position)
	case len(hazards) > 0:
		v.broke(mustReturn, fmt.Sprintf("%s ran into hazards: %s", filepath.Base(s.inverse.file), strings.Join(untimed(hazards), "; ")), "")
		v.sign = mustReturn + "\n" + hazardNames(hazards)
	case left != s.origin:
		v.broke(mustReturn, fmt.Sprintf("%s ended well and left:\n%s", filepath.Base(s.inverse.file), differing(s.origin, left)), "")
		v.sign = mustReturn + "\n" + alike(differing(s.origin, left))
	}
}

// afterwards is the inverse of a subject from where that leaves the systems, with
// what there is to try there; nil if it does not end well.
func (l *looker) afterwards(ctx context.Context, s *subject) (*subject, error) {
	text, err := l.between(ctx, s, nil)
	if err != nil {
		return nil, err
	}
	back := *s.inverse
	back.base, back.begins = text, &outset{filepath.Base(s.file) + " has ended", text}
	if _, err := newSearch(ctx, &back); err != nil {
		return nil, nil // which is found when one is run after the other
	}
	return &back, nil
}

// between is the state, as a scenario, in which the inverse of a subject finds
// the systems after a run under a schedule; "" if it is not run.
func (l *looker) between(ctx context.Context, s *subject, plan schedule) (string, error) {
	t, err := s.stage(plan)
	if err != nil {
		return "", err
	}
	defer t.world.Close()
	text := ""
	t.peek = func() { text, err = l.scenarioOf(ctx, t.world) }
	t.judge(ctx, t.run(ctx, trialMode{}))
	return text, err
}
