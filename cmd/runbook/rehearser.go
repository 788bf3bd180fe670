package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"runbook/builtins/rehearsal"
	"runbook/effect"
	"runbook/interpreter"
	"runbook/simulator"
)

// rehearser rehearses for the tests of a file, counted in c if it is not nil.
func (a *App) rehearser(f checked, c *interpreter.Coverage) rehearsal.Rehearser {
	return func(ctx context.Context, o rehearsal.Order) (*rehearsal.Outcome, error) {
		said := &bytes.Buffer{}
		silent := *a
		silent.stdout, silent.stderr, silent.terminal = io.Discard, said, false
		j, world, err := silent.stageTest(f, o, c)
		if err == nil {
			defer world.Close()
			return rehearseTest(ctx, j, world)
		}
		var exit *exitError
		if errors.As(err, &exit) && exit.silent {
			return nil, errors.New(strings.TrimSpace(said.String()))
		}
		if exit != nil && exit.hint != "" {
			return nil, fmt.Errorf("%w; %s", err, exit.hint)
		}
		return nil, err
	}
}

// stageTest loads what a test wants rehearsed, and makes the world for it.
func (a *App) stageTest(f checked, o rehearsal.Order, c *interpreter.Coverage) (*job, *simulator.World, error) {
	below := func(file string) string {
		if file == "" {
			return ""
		}
		return filepath.Join(f.root, filepath.Dir(filepath.FromSlash(o.From)), filepath.FromSlash(file))
	}
	runbook := below(o.Runbook)
	if !fileExists(runbook) {
		if runbook = o.Runbook; !isShipped(runbook) {
			return nil, nil, notFound(runbook)
		}
	}
	site := below(o.Site)
	if own := filepath.Join(f.root, siteFile); site == "" && fileExists(own) {
		site = own
	}
	j, err := a.prepare(runbook, &execOptions{dryRun: true, site: site, sets: o.Settings, root: f.root, runOptions: runOptions{lift: o.Lift}, coverage: c})
	if err != nil {
		return nil, nil, err
	}
	scenario, err := a.testScenario(below(o.Scenario), o)
	if err != nil {
		return nil, nil, err
	}
	world, err := worldOf(j, scenario, o.Seed)
	return j, world, err
}

// testScenario is the scenario of a file, or of the parts that a test gives.
func (a *App) testScenario(file string, o rehearsal.Order) (*simulator.Scenario, error) {
	if o.Parts == nil {
		return a.scenarioOf(file)
	}
	return simulator.NewScenario("scenario", o.Parts)
}

// rehearseTest runs a job in a world and gathers what a test may want to know.
func rehearseTest(ctx context.Context, j *job, world *simulator.World) (*rehearsal.Outcome, error) {
	return rehearseLives(ctx, j, newLives(j, world))
}

// rehearseLives runs a job in the world of its lives.
func rehearseLives(ctx context.Context, j *job, lives *lives) (*rehearsal.Outcome, error) {
	out, world := &rehearsal.Outcome{}, lives.world
	names, seen := systemNames(j), j.witness(world)
	record := effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
		if r.Class == effect.Change {
			out.Changes = append(out.Changes, names.Replace(r.Describe()))
		}
		return seen.Perform(ctx, r)
	})
	lives.told = func(k simulator.Kill) { out.Log = append(out.Log, "warning: "+killedWords(k)) }
	var err error
	mainErr := lives.main(ctx, func(ctx context.Context) error {
		run := &interpreter.Run{
			Performer: j.interlocked(record, world, lives.isNew(), lives.stack), Replaying: lives.replaying(), Branches: world,
			Observe: func(n interpreter.Note) { observeTest(out, n) },
		}
		if out.Result, err = j.program.Run(ctx, run, j.bound); err == nil && lives.missing() != nil {
			err = &interpreter.Halt{Err: lives.missing()}
		}
		return err
	})
	if mainErr != nil && err == nil {
		return nil, mainErr
	}
	if lives.journal != nil {
		_ = lives.journal.End(outcome(err)) // it is in memory
	}
	out.Hazards = seen.hazards(err == nil)
	out.Duration, out.State = world.Elapsed(), world.DescribeShort()
	return out, conclude(out, err, j)
}

// conclude says in the outcome how the run ended; the error is one that is no
// outcome, such as a mistake in the script.
func conclude(out *rehearsal.Outcome, err error, j *job) error {
	if out.Exit = int(codeOf(err)); err == nil {
		if out.Hazards != nil {
			out.Exit = int(RefusedByRule)
		}
		return nil
	}
	x := interpreter.Explain(err, j.files())
	var e *effect.Error
	var doubt *interpreter.Unsettled
	switch {
	case errors.As(err, &doubt):
		out.Kind = "doubt"
	case errors.As(err, &e):
		out.Kind = x.Kind
	default:
		return fmt.Errorf("%s: %s", x.Position, x.Message)
	}
	out.Error, out.Hint = x.Message, x.Hint
	return nil
}

func observeTest(out *rehearsal.Outcome, n interpreter.Note) {
	if n.Replayed {
		return // it was heard in an earlier life of the run
	}
	text := n.Text
	if n.Item != "" {
		text = n.Item + ": " + text
	}
	switch n.Kind {
	case interpreter.NoteLog:
		out.Log = append(out.Log, text)
	case interpreter.NoteWarn:
		out.Log = append(out.Log, "warning: "+text)
	case interpreter.NotePrint:
		out.Printed = append(out.Printed, n.Text)
	}
}

// systemNames replaces the addresses of systems by their names.
func systemNames(j *job) *strings.Replacer {
	var pairs []string
	for _, s := range j.systems() {
		if s.URL != "" {
			pairs = append(pairs, s.URL, s.Name)
		}
	}
	return strings.NewReplacer(pairs...)
}
