package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
	"runbook/simulator"
)

// A reading is a recorded run as a scenario is made of it: what was asked and
// answered in which order, and where lives of the run ended.
type reading struct {
	recording *journal.Recording
	job       *job
	names     *strings.Replacer
	takes     []*take // in their order in time
	byID      map[effect.ID]*take
	deaths    []*death
	sent      []effect.ID // every change that was sent, again if it was sent again
	printed   []string
	diverged  error // the recorded script does not go its recorded way any more
}

// A take is one effect of a recorded run.
type take struct {
	recordedAct
	asked *effect.Request // what it asked a system: itself, or what the first look of a poll asked first; nil for nothing
	lost  int             // how often its answer was lost
	tries int             // how often it was sent
}

// A death is the end of a life of a run that another followed.
type death struct {
	at, resumed time.Duration
	killed      bool                        // it did not say how it ended
	open        []effect.ID                 // effects that had begun, in their order
	last        effect.ID                   // the last that had ended
	next        effect.ID                   // the first of the next life
	retried     []effect.ID                 // those that a failed run failed of
	begun       map[effect.ID]time.Duration // when those had begun
}

// read reads a recorded run.
func (a *App) read(ctx context.Context, r *journal.Recording) (*reading, error) {
	j, err := a.recordedJob(r)
	if err != nil {
		return nil, err
	}
	g := &reading{recording: r, job: j, names: systemNames(j), byID: map[effect.ID]*take{}}
	if err := g.scan(); err != nil {
		return nil, err
	}
	return g, g.inquire(ctx)
}

// scan goes through the records.
func (g *reading) scan() error {
	s := &scanning{reading: g, open: map[effect.ID]*take{}}
	for rec, err := range g.recording.Records() {
		if err != nil {
			return err
		}
		s.record(&rec)
		s.last = rec.Time.Sub(g.recording.Header.Start)
	}
	for _, t := range g.byID {
		g.takes = append(g.takes, t)
	}
	slices.SortFunc(g.takes, func(a, b *take) int {
		return cmp.Or(cmp.Compare(a.at, b.at), comparePaths(a.id.Branch, b.id.Branch), cmp.Compare(a.id.Number, b.id.Number))
	})
	return nil
}

// A scanning is a pass over the records.
type scanning struct {
	*reading
	open  map[effect.ID]*take
	order []effect.ID // of those that are open, as they were begun
	done  effect.ID   // the last that had an outcome
	ended *journal.Outcome
	last  time.Duration // when the last record was made
}

func (s *scanning) record(rec *journal.Record) {
	now := rec.Time.Sub(s.recording.Header.Start)
	switch rec.Kind {
	case journal.KindIntent, journal.KindBegin:
		s.follows(rec.ID)
		s.begin(rec, now)
	case journal.KindWithdrawn:
		s.forget(rec.ID)
	case journal.KindOutcome:
		s.follows(rec.ID)
		s.outcome(rec, now)
	case journal.KindNote:
		s.note(rec.Note)
	case journal.KindEnd:
		s.ended = rec.Outcome
	case journal.KindResumed:
		s.deaths = append(s.deaths, s.death(rec, now))
		s.ended = nil
	}
}

// begin opens an effect, or sends a change again.
func (s *scanning) begin(rec *journal.Record, now time.Duration) {
	t := s.open[rec.ID]
	if t == nil {
		t = &take{}
		t.at, t.id, t.request = now, rec.ID, rec.Request
		s.open[rec.ID], s.order = t, append(s.order, rec.ID)
	}
	if rec.Kind == journal.KindIntent {
		t.tries++
		s.sent = append(s.sent, rec.ID)
	}
}

func (s *scanning) forget(id effect.ID) {
	delete(s.open, id)
	s.order = slices.DeleteFunc(s.order, func(other effect.ID) bool { return other == id })
	for i, other := range slices.Backward(s.sent) {
		if other == id {
			s.sent = slices.Delete(s.sent, i, i+1)
			return
		}
	}
}

func (s *scanning) outcome(rec *journal.Record, now time.Duration) {
	t := s.open[rec.ID]
	if t == nil {
		t = &take{}
		t.at, t.id, t.request = now-rec.Took, rec.ID, rec.Request
	}
	delete(s.open, rec.ID)
	s.order = slices.DeleteFunc(s.order, func(other effect.ID) bool { return other == rec.ID })
	t.number, t.ended, t.result, t.took = rec.ID.Number, now, &rec.Result, rec.Took
	t.said, t.key = s.names.Replace(said(&t.request)), keyOf(&t.request, s.names)
	t.recordedAct.lost = rec.Resolution == effect.WasDone
	s.byID[rec.ID], s.done = t, rec.ID
}

// note hears what was printed, and which change lost its answer: the last one
// that its branch has begun.
func (s *scanning) note(n *journal.Note) {
	switch n.Kind {
	case string(interpreter.NotePrint):
		s.printed = append(s.printed, n.Text)
	case journal.NoteLost:
		for _, id := range slices.Backward(s.order) {
			if id.Branch == n.Branch {
				s.open[id].lost++
				return
			}
		}
	}
}

// death is how a life ended that another follows.
func (s *scanning) death(rec *journal.Record, now time.Duration) *death {
	d := &death{
		at: s.last, resumed: now, killed: s.ended == nil, open: slices.Clone(s.order), last: s.done,
		retried: rec.Resumed.Retried, begun: map[effect.ID]time.Duration{},
	}
	for _, id := range d.retried {
		d.begun[id] = d.at
		if t := s.byID[id]; t != nil {
			d.begun[id] = t.at
		}
	}
	return d
}

// follows notes the first effect of a life.
func (s *scanning) follows(id effect.ID) {
	if n := len(s.deaths); n > 0 && s.deaths[n-1].next == (effect.ID{}) {
		s.deaths[n-1].next = id
	}
}

// inquiry is the key of a context in which a poll tells what it asked first.
type inquiry struct{}

// inquire lets the recorded script go its recorded way once more, to see what
// its polls ask: their records have only what came of it. The first look of each
// is at a simulated world of no importance.
func (g *reading) inquire(ctx context.Context) error {
	world, err := simulator.NewWorld(simulator.Config{Systems: g.job.systems(), Hosts: g.job.hosts(), State: "running", NoDelays: true})
	if err != nil {
		return &exitError{code: InvalidScript, err: err}
	}
	defer world.Close()
	p := &inquirer{reading: g, world: world}
	run := &interpreter.Run{Performer: p, Branches: world, Observe: func(interpreter.Note) {}}
	return world.Main(ctx, func(ctx context.Context) error {
		_, err := g.job.program.Run(ctx, run, g.job.bound)
		if ctx.Err() == nil && !errors.Is(err, errBeyond) && err != nil && !interpreter.IsOutcome(err) {
			g.diverged = err
		}
		return ctx.Err()
	})
}

// An inquirer answers what is recorded, and listens to what polls ask.
type inquirer struct {
	*reading
	world *simulator.World
}

// farAway is when the first look of every poll ends, so that it is the last.
const farAway = 1000 * time.Hour

// Perform is part of [effect.Performer].
func (p *inquirer) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	first, _ := ctx.Value(inquiry{}).(**effect.Request)
	switch {
	case r.Inner && r.Kind == effect.KindClock && r.Operation == effect.OpNow:
		return effect.Result{Value: p.world.Start().Add(farAway)}, nil
	case r.Inner:
		if first != nil && *first == nil {
			*first = &r
		}
		return p.world.Perform(ctx, r)
	}
	t := p.byID[r.ID]
	if t == nil || t.request.Kind != r.Kind || t.request.Operation != r.Operation {
		return effect.Result{}, &interpreter.Halt{Err: errBeyond}
	}
	switch r.Kind {
	case effect.KindXMLRPC, effect.KindHost:
		t.asked = &r
	case effect.KindPoll:
		if _, err := r.Body(context.WithValue(ctx, inquiry{}, &t.asked), p.world.Start()); err != nil && ctx.Err() != nil {
			return effect.Result{}, err
		}
	}
	return *t.result, nil
}

// first is what an effect was told at its first look, if that is known.
func (t *take) first() effect.Value {
	if t.result == nil || t.request.Kind != effect.KindPoll {
		if t.result == nil || t.result.Err != nil {
			return nil
		}
		return t.result.Value
	}
	if t.result.Err == nil && t.looks() == 1 {
		return pollField(t.result.Value, "value")
	}
	for _, s := range t.path() {
		if !s.silent {
			return s.value
		}
	}
	return nil
}

// A sighting is a value on the path of a poll.
type sighting struct {
	at     time.Duration // since the poll began
	value  effect.Value
	silent bool // there was no answer
}

// path are the values that a poll saw, one after the other.
func (t *act) path() []sighting {
	list, _ := pollField(t.story(), "path").([]effect.Value)
	var path []sighting
	for _, e := range list {
		at, _ := pollField(e, "at").(int64)
		s := sighting{at: time.Duration(at), value: pollField(e, "value")}
		text, _ := s.value.(string)
		s.silent = strings.HasPrefix(text, "error: ")
		path = append(path, s)
	}
	return path
}

// story is what the record of a poll tells beside its value.
func (t *act) story() effect.Value {
	switch {
	case t.result == nil || t.request.Kind != effect.KindPoll:
		return nil
	case t.result.Err != nil:
		return t.result.Err.Details
	}
	return t.result.Value
}

// looks is how often a poll looked.
func (t *act) looks() int64 {
	n, _ := pollField(t.story(), "looks").(int64)
	return n
}
