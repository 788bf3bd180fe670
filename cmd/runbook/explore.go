package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"runbook/effect"
	"runbook/interpreter"
)

// errFound is why an exploration does not end well.
var errFound = errors.New("a rule was broken")

func (a *App) explore(ctx context.Context, files []string, o *exploreOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := o.writable(); err != nil {
		return err
	}
	x, err := a.searchFor(ctx, files, o)
	if err != nil {
		return err
	}
	if o.budget > 0 {
		until := a.now().Add(time.Duration(o.budget))
		x.over = func() bool { return !a.now().Before(until) }
	}
	if o.mutate {
		return a.exploreMutants(ctx, files[0], o, x)
	}
	if err := x.run(ctx); err != nil {
		return err
	}
	x.told(0, 0)
	x.branches = branchesOf(x.subject.covered, x.subject.usual)
	return a.exploreEnd(ctx, files[0], o, x)
}

// searchFor makes the search, and runs what it is about undisturbed.
func (a *App) searchFor(ctx context.Context, files []string, o *exploreOptions) (*search, error) {
	run := o.exec()
	run.coverage = interpreter.NewCoverage()
	j, err := a.prepare(files[0], run)
	if err != nil {
		return nil, err
	}
	s, err := a.subjectOf(j, o)
	if err == nil {
		s.file, s.covered = files[0], run.coverage
		err = a.beginAt(ctx, s, o)
	}
	if err == nil && o.inverse {
		err = a.invert(ctx, s, files[1], o)
	}
	if err == nil && o.mutate {
		o.counts = interpreter.NewCoverage()
		s.job, err = j.edited(o.sets, o.counts, "", nil)
	}
	if err != nil {
		return nil, err
	}
	x, err := newSearch(ctx, s)
	if err != nil {
		return nil, o.undisturbed(s, err)
	}
	x.faults, x.runs, x.told = o.faults, o.runs, a.exploreProgress("runs")
	return x, a.further(ctx, x, o)
}

// undisturbed is the error of a run that fails before anything is tried.
func (o *exploreOptions) undisturbed(s *subject, err error) error {
	if !errors.Is(err, errUndisturbed) {
		return &exitError{code: InvalidScript, err: err}
	}
	hint := "explore looks for what a fault breaks; see what is broken without: " + o.execLine(s.job, s.file, o.scenario)
	if o.fromLive {
		hint += " --from-live"
	}
	return &exitError{code: RunbookFailed, err: err, hint: hint}
}

// further finds where else than usual the search is to begin.
func (a *App) further(ctx context.Context, x *search, o *exploreOptions) error {
	if o.from != "any" && !o.inverse {
		return nil
	}
	l, err := a.lookerFor(ctx, x.subject.job)
	if err != nil {
		return err
	}
	if o.inverse {
		if x.back, err = l.afterwards(ctx, x.subject); err != nil {
			return err
		}
	}
	if o.from == "any" {
		x.others, err = a.beginningsOf(ctx, l, x.subject, o)
	}
	return err
}

// subjectOf is the job with its scenario.
func (a *App) subjectOf(j *job, o *exploreOptions) (*subject, error) {
	s := &subject{job: j, name: "explored", seed: o.seed}
	if o.scenario == "" {
		return s, nil
	}
	scenario, err := a.scenarioOf(o.scenario)
	if err != nil {
		return nil, err
	}
	src, err := os.ReadFile(o.scenario)
	if err != nil {
		return nil, usage("--scenario %s: %w", o.scenario, cause(err))
	}
	if scenario.Scheduled {
		return nil, usage("--scenario %s: got one with a schedule, want its faults in faults", o.scenario)
	}
	if o.from != "" && len(scenario.Systems)+len(scenario.Hosts) > 0 {
		return nil, usage("--scenario %s: got systems or hosts, and --from says how they are; want a scenario of faults and answers", o.scenario)
	}
	s.name, s.plain, s.faults = o.scenario, string(src), scenario
	s.base = s.plain
	return s, nil
}

// exploreProgress tells of progress on a terminal; told nothing, it goes away.
func (a *App) exploreProgress(what string) func(n, total int) {
	if !a.terminal || a.getenv("TERM") == "dumb" || a.getenv("CI") != "" {
		return func(int, int) {}
	}
	return func(n, total int) {
		if fmt.Fprint(a.stderr, "\r\x1b[K"); total > 0 {
			fmt.Fprintf(a.stderr, "%d of %d %s", n, total, what)
		}
	}
}

// exploreEnd writes what was found, and decides the exit status.
func (a *App) exploreEnd(ctx context.Context, file string, o *exploreOptions, x *search) error {
	if err := a.writeFound(ctx, file, o, x); err != nil {
		return err
	}
	r := reportOf(file, o, x)
	for _, form := range []struct {
		flag, name string
		write      func(io.Writer) error
	}{{"junit", o.junit, r.junit}, {"sarif", o.sarif, r.sarif}} {
		if form.name == "" {
			continue
		}
		var b bytes.Buffer
		if err := form.write(&b); err != nil {
			return err
		}
		if err := os.WriteFile(form.name, b.Bytes(), 0o644); err != nil {
			return usage("--%s %s: %w", form.flag, form.name, cause(err))
		}
	}
	if o.json {
		if err := r.json(a.stdout); err != nil {
			return err
		}
	} else {
		r.text(a.stdout, a.outColor())
	}
	if len(x.found) > 0 {
		return &exitError{code: RunbookFailed, err: errFound, silent: true}
	}
	return nil
}

// asWords is how long a rehearsal took, and what it did, in words.
func (s *subject) asWords() string {
	changes, reads := 0, 0
	for _, l := range s.looks {
		switch {
		case l.change:
			changes++
		case l.nth > 0:
			reads++
		}
	}
	return fmt.Sprintf("simulated %s, %s, %s", effect.FormatDuration(s.took), count(int64(changes), "change"), count(int64(reads), "read"))
}
