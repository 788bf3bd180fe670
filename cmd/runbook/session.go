package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
)

// A session is one life of a run: its layers, and what it tells.
//
//	interpreter → guests → interlocks → journal → gate → deadline → stepper → counts → world
type session struct {
	app      *App
	job      *job
	progress *progress
	options  *runOptions
	world    effect.Performer
	branches interpreter.Branches
	journal  *journal.Journal // nil where nothing is recorded
	stopping atomic.Bool      // let no change begin
	counts   counts
	guests   *guests                               // nil in a rehearsal
	lives    *lives                                // nil unless a rehearsed run is killed
	ask      func(question string) (string, error) // for --step
}

// counts are what a run did to the world in this life.
type counts struct{ reads, changes atomic.Int64 }

// layer counts and traces what passes to the world below.
func (s *session) layer(next effect.Performer) effect.Performer {
	return effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
		switch {
		case r.Class == effect.Change:
			s.counts.changes.Add(1)
		case r.Kind == effect.KindXMLRPC || r.Kind == effect.KindHost:
			s.counts.reads.Add(1)
		}
		s.progress.begins(r)
		res, err := next.Perform(ctx, r)
		s.progress.effect(r, res, err)
		return res, err
	})
}

// stack builds the layers around the world.
func (s *session) stack() effect.Performer {
	p := s.layer(s.world)
	if s.options.step {
		p = &stepper{next: p, ask: s.ask}
	}
	if s.options.timeout > 0 {
		p = &deadline{next: p, limit: time.Duration(s.options.timeout)}
	}
	p = &gate{next: p, stopping: &s.stopping}
	s.job.progress = s.progress
	if s.journal == nil {
		return s.job.interlocked(p, s.branches, nil, effect.Unrecorded)
	}
	if s.lives != nil {
		return s.job.interlocked(p, s.branches, s.lives.isNew(), s.lives.stack)
	}
	p = s.job.interlocked(p, s.branches, s.journal.IsNew, s.journal.Performer)
	if s.guests != nil {
		return s.guests.layer(p)
	}
	return p
}

// run executes the runbook and records how it ended.
func (s *session) run(ctx context.Context) error {
	run := &interpreter.Run{Performer: s.stack(), Branches: s.branches, Observe: s.observe}
	if s.journal != nil {
		run.Replaying = s.journal.Replaying
	}
	value, err := s.job.program.Run(ctx, run, s.job.bound)
	if err == nil && s.journal != nil {
		if missing := s.journal.Missing(); missing != nil {
			err = &interpreter.Halt{Err: missing}
		}
	}
	if err == nil && value != nil {
		s.progress.result(value)
	}
	if s.journal == nil {
		return err
	}
	return errors.Join(err, s.journal.End(outcome(err)))
}

// outcome is how a life of a run ended, as the journal records it.
func outcome(err error) journal.Outcome {
	o := journal.Outcome{State: journal.Done, Exit: int(codeOf(err))}
	var e *effect.Error
	switch {
	case err == nil:
		return o
	case !interpreter.IsOutcome(err):
		o.State = journal.Stopped
		o.Error = &effect.Error{Kind: effect.Cancelled, Message: err.Error()}
	case errors.As(err, &e):
		o.State, o.Error, o.Failed = journal.Failed, e, interpreter.FailedEffects(err)
	default:
		o.State, o.Error = journal.Failed, &effect.Error{Kind: effect.Failed, Message: err.Error()}
	}
	return o
}

// observe tells people, and keeps what was told beside the record.
func (s *session) observe(n interpreter.Note) {
	s.progress.observe(n)
	if s.journal != nil && !n.Replayed {
		_ = s.journal.Note(journal.Note{ // a journal that cannot be written ends the run at its next effect
			Kind: string(n.Kind), Branch: n.Branch, Step: n.Step, Item: n.Item, Text: n.Text, Position: n.Position,
		})
	}
}

// header says what is about to run, where and how.
func (s *session) header(world string) {
	if s.options.quiet || s.options.json {
		return
	}
	var systems []string
	if s.job.site != nil {
		for _, sys := range s.job.site.Systems {
			systems = append(systems, sys.Name())
		}
	}
	var b strings.Builder
	if s.job.site != nil && systems == nil {
		systems = append(systems, count(int64(len(s.job.site.Hosts)), "host"))
	}
	fmt.Fprintf(&b, "runbook  %s\n", s.job.named())
	if s.job.site != nil {
		fmt.Fprintf(&b, "site     %s (%s)\n", s.job.place, strings.Join(systems, ", "))
	}
	for i, f := range s.job.bound.Given {
		fmt.Fprintf(&b, "%-9s%s\n", map[bool]string{true: "set"}[i == 0], f)
	}
	fmt.Fprintf(&b, "rules    %s\n", s.job.rulesText())
	fmt.Fprintf(&b, "world    %s\n", s.app.paintWorld(world))
	if s.journal != nil {
		fmt.Fprintf(&b, "run      %s\n", s.journal.Header().Run)
	}
	fmt.Fprintln(s.app.stderr, b.String())
}

// named is the runbook's name, and where it was found if that is another.
func (w *workplace) named() string {
	name := strings.TrimPrefix(w.runbook, interpreter.Shipped)
	if name == w.origin {
		return name
	}
	return fmt.Sprintf("%s (%s)", name, w.origin)
}

// color reports whether messages may be coloured.
func (a *App) color() bool {
	return a.terminal && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

// paintWorld makes LIVE stand out.
func (a *App) paintWorld(world string) string {
	if strings.HasPrefix(world, "LIVE") {
		return paint(a.color(), red, world)
	}
	return paint(a.color(), green, world)
}
