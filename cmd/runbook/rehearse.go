package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"runbook/journal"
	"runbook/simulator"
)

// rehearse runs a job against the simulator.
func (a *App) rehearse(ctx context.Context, j *job, o *execOptions) error {
	scenario, from, err := a.beginsFrom(ctx, j, o)
	if err != nil {
		return err
	}
	world, err := worldOf(j, scenario, o.seed)
	if err != nil {
		return &exitError{code: InvalidScript, err: err}
	}
	defer world.Close()
	seen := j.witness(world)
	p := newProgress(a, o.runOptions, world.Now, true)
	s := &session{app: a, job: j, progress: p, options: &o.runOptions, world: seen, branches: world}
	op := &operator{app: a, noInput: o.noInput || o.json, header: a.paintWorld("SIMULATED")}
	s.ask = func(question string) (string, error) { return op.question(ctx, question) }
	lives := newLives(j, world)
	if lives.disk != nil && o.record != "" {
		return usage("--record: got a scenario that kills the tool, want one that lets it live")
	}
	if o.record != "" {
		if s.journal, err = a.recordRehearsal(j, world, o.record); err != nil {
			return err
		}
	}
	if err := s.recordLifted(nil); err != nil {
		return err
	}
	s.header(fmt.Sprintf("SIMULATED, seed %d, %s", world.Seed(), from))
	lives.told = func(k simulator.Kill) { p.warn(killedWords(k)) }
	runErr := lives.main(ctx, func(ctx context.Context) error {
		if lives.journal != nil {
			s.lives, s.journal = lives, lives.journal
		}
		return s.run(ctx)
	})
	return s.end(runErr, seen.hazards(runErr == nil), world.Elapsed())
}

// recordRehearsal begins the journal of a rehearsal. It is the same, byte for
// byte, for the same seed.
func (a *App) recordRehearsal(j *job, world *simulator.World, dir string) (*journal.Journal, error) {
	store := &journal.Store{Now: world.Now, NoSync: true}
	h := j.journalHeader("rehearsal")
	h.World, h.Seed = journal.WorldSimulated, int64(world.Seed())
	recorded, err := store.CreateAt(filepath.Clean(dir), h, j.sources())
	if errors.Is(err, fs.ErrExist) {
		return nil, usage("--record %s: got a name that is taken, want that of a new directory", dir)
	}
	return recorded, err
}

// beginning says how the simulated world begins.
func beginning(s *simulator.Scenario, j *job) string {
	if s != nil {
		return "scenario " + s.Name
	}
	if from := j.program.Text("REHEARSE_FROM"); from != "" {
		return "from everything " + from
	}
	return "from everything stopped"
}
