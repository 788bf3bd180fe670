package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
	"runbook/simulator"
)

// A conformer is the performer below a recorded script: it lets the simulated
// world answer, compares, and answers what is recorded. Branches use it one at
// a time.
type conformer struct {
	job      *job
	world    *simulator.World
	scenario *simulator.Scenario // nil: everything begins in state
	state    string
	recorded map[effect.ID]*recordedAct

	shift   time.Duration // by how much the simulated waits were longer so far
	changed bool          // a change was made
	scores  map[string]*score
	first   score // of what was told before the first change
	found   []difference
	beyond  string // the request of which no result is recorded
}

// A recordedAct is an effect with the moment at which it was asked.
type recordedAct struct {
	act
	at, ended time.Duration // since the run began
	lost      bool          // its answer was lost, and what came of it found out otherwise
}

func (a *App) newConformer(r *journal.Recording, scenario *simulator.Scenario, state string) (*conformer, error) {
	j, err := a.recordedJob(r)
	if err != nil {
		return nil, err
	}
	c := &conformer{job: j, scenario: scenario, state: state, scores: map[string]*score{}}
	if c.recorded, err = recordedActs(r, systemNames(j)); err != nil {
		return nil, err
	}
	c.world, err = simulator.NewWorld(simulator.Config{
		Scenario: scenario, Systems: j.systems(), Hosts: j.hosts(), State: state, Start: r.Header.Start,
	})
	if err != nil {
		return nil, &exitError{code: InvalidScript, err: err}
	}
	return c, nil
}

// recordedActs are all effects of a run that have a result, by their ids.
func recordedActs(r *journal.Recording, names *strings.Replacer) (map[effect.ID]*recordedAct, error) {
	acts, begun := map[effect.ID]*recordedAct{}, map[effect.ID]time.Time{}
	for rec, err := range r.Records() {
		if err != nil {
			return nil, err
		}
		switch rec.Kind {
		case journal.KindIntent, journal.KindBegin:
			begun[rec.ID] = rec.Time
		case journal.KindOutcome:
			at, ok := begun[rec.ID]
			if !ok {
				at = rec.Time.Add(-rec.Took)
			}
			q := rec.Request
			t := &recordedAct{at: at.Sub(r.Header.Start), ended: rec.Time.Sub(r.Header.Start)}
			t.act = act{id: rec.ID, request: q, result: &rec.Result, said: names.Replace(said(&q)), key: keyOf(&q, names)}
			if q.Class == effect.Change {
				t.said = "! " + t.said
			}
			t.lost = rec.Resolution == effect.WasDone
			acts[rec.ID] = t
		}
	}
	return acts, nil
}

// errBeyond ends the script where the record ends.
var errBeyond = errors.New("no result is recorded")

// run lets the recorded script go its recorded way once more.
func (c *conformer) run(ctx context.Context) error {
	defer c.world.Close()
	run := &interpreter.Run{Performer: effect.PerformerFunc(c.perform), Branches: c.world, Observe: func(interpreter.Note) {}}
	var ran error
	err := c.world.Main(ctx, func(ctx context.Context) error {
		_, ran = c.job.program.Run(ctx, run, c.job.bound)
		return nil
	})
	if err == nil && !errors.Is(ran, errBeyond) && ran != nil && !interpreter.IsOutcome(ran) {
		err = ran
	}
	return err
}

// asked is the key of a context in which a poll tells what it asked first.
type asked struct{}

// perform answers as it is recorded, and compares.
func (c *conformer) perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Inner {
		if first, _ := ctx.Value(asked{}).(*string); first != nil && *first == "" {
			*first = methodOf(&r)
		}
		return c.world.Perform(ctx, r)
	}
	t := c.recorded[r.ID]
	if t == nil {
		if c.beyond == "" {
			c.beyond = said(&r)
		}
		return effect.Result{}, &interpreter.Halt{Err: errBeyond}
	}
	if t.request.Kind != r.Kind || t.request.Operation != r.Operation {
		return effect.Result{}, &interpreter.Halt{Err: fmt.Errorf("effect %s: got %s, want the recorded %s", r.ID, said(&r), said(&t.request))}
	}
	if t.result.Err != nil && refusedBy(t.result.Err) != nil { // nobody was asked
		return *t.result, nil
	}
	switch r.Kind {
	case effect.KindXMLRPC, effect.KindHost, effect.KindPoll:
		if err := c.await(ctx, t.at); err != nil {
			return effect.Result{}, err
		}
		first := ""
		res, err := c.world.Perform(context.WithValue(ctx, asked{}, &first), r)
		if err != nil {
			return effect.Result{}, err
		}
		if t.lost && res.Err != nil && res.Err.Doubt {
			res = *t.result // lost here as there
		}
		if r.Kind != effect.KindPoll {
			first = methodOf(&r)
		}
		c.compare(&t.act, res, first)
		c.changed = c.changed || r.Class == effect.Change
		c.shift = max(c.shift, c.world.Elapsed()-t.ended)
	}
	return *t.result, nil
}

// await lets the simulated time come at which a request was made.
func (c *conformer) await(ctx context.Context, at time.Duration) error {
	left := at + c.shift - c.world.Elapsed()
	if left <= 0 {
		return nil
	}
	_, err := c.world.Perform(ctx, effect.Request{
		Kind: effect.KindClock, Operation: effect.OpWait, Args: []effect.Value{int64(left), "the recorded moment"}, Inner: true,
	})
	return err
}

// methodOf is what a request is counted under; "" if it is none of a system.
func methodOf(r *effect.Request) string {
	if r.Kind == effect.KindXMLRPC {
		return r.Operation
	}
	if r.Kind != effect.KindHost {
		return ""
	}
	name := "sh"
	if words, _ := r.Args[0].([]effect.Value); len(words) > 0 {
		text, _ := words[0].(string)
		name = path.Base(text)
	}
	return r.Operation + " " + name
}
