package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// writeFound writes the scenario of each finding, and replays it: a scenario
// that does not end as the trial did is a mistake of the explorer.
func (a *App) writeFound(ctx context.Context, file string, o *exploreOptions, x *search) error {
	if len(x.found) == 0 {
		return nil
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return usage("--out %s: %w", o.out, cause(err))
	}
	for i, f := range x.found {
		f.file = filepath.Join(o.out, fmt.Sprintf("%s-%02d.star", strings.TrimSuffix(filepath.Base(file), ".star"), i+1))
		text := o.comment(file, f) + f.plan.source(f.subject.base, 0)
		if err := os.WriteFile(f.file, []byte(text), 0o644); err != nil {
			return usage("--out %s: %w", o.out, cause(err))
		}
		if err := a.replay(ctx, f.subject, o, f); err != nil {
			return err
		}
		if err := a.writeThen(ctx, o, f); err != nil {
			return err
		}
	}
	return nil
}

// comment says in a scenario what it shows.
func (o *exploreOptions) comment(file string, f *finding) string {
	lines := []string{"Found by runbook explore.", ""}
	if f.subject.begins != nil {
		lines = append(lines, "begins: "+f.subject.begins.words)
	}
	lines = append(lines, "expected: "+f.verdict.rule, "happened: "+f.verdict.happened, "", "replay: "+o.replayLine(file, f))
	text := "# " + strings.ReplaceAll(strings.Join(lines, "\n"), "\n", "\n# ") + "\n"
	return strings.ReplaceAll(text, "# \n", "#\n")
}

// replayLine is the command that replays a finding.
func (o *exploreOptions) replayLine(file string, f *finding) string {
	if f.subject.file != "" {
		file = f.subject.file
	}
	return o.execLine(f.subject.job, file, f.file)
}

// thenLine is the command that replays what the inverse did after it; "" if that
// is not the point.
func (o *exploreOptions) thenLine(f *finding) string {
	if f.then == "" {
		return ""
	}
	return o.execLine(f.subject.inverse.job, f.subject.inverse.file, f.then)
}

// execLine is the command that rehearses a runbook in a scenario.
func (o *exploreOptions) execLine(j *job, file, scenario string) string {
	words := []string{"runbook", "exec", file, "--dry-run"}
	if scenario != "" {
		words = append(words, "--scenario", scenario)
	}
	if o.site != "" {
		words = append(words, "--site", o.site)
	}
	for _, set := range settingsOf(j, o.sets) {
		words = append(words, "--set", set)
	}
	for _, rule := range o.lift {
		words = append(words, "--lift", rule)
	}
	if o.ruleless {
		words = append(words, "--without-interlocks")
	}
	if o.seed != 0 {
		words = append(words, "--seed", strconv.FormatUint(o.seed, 10))
	}
	for i, w := range words {
		if strings.ContainsAny(w, " \t\n\"'`$*?;&|<>()[]{}\\#~!") {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// replay rehearses a finding's scenario, as exec does.
func (a *App) replay(ctx context.Context, s *subject, o *exploreOptions, f *finding) error {
	if f.verdict.rule == mustEnd {
		return nil // exec has no such patience: it would not end either
	}
	silent := *a
	silent.stdout, silent.stderr, silent.terminal = io.Discard, io.Discard, false
	again := &execOptions{dryRun: true, scenario: f.file, seed: o.seed, runOptions: runOptions{noInput: true}}
	var err error
	ended := guarded(func() error {
		err = silent.rehearse(ctx, s.job, again)
		return nil
	})
	if code := codeOf(errors.Join(ended, err)); code != f.verdict.code {
		return &exitError{code: Internal, err: fmt.Errorf("%s: its replay ended with exit code %d, want %d", f.file, code, f.verdict.code)}
	}
	return nil
}

// writeThen writes the state in which the inverse begins that does not lead back.
func (a *App) writeThen(ctx context.Context, o *exploreOptions, f *finding) error {
	if f.verdict.rule != mustReturn {
		return nil
	}
	l, err := a.lookerFor(ctx, f.subject.job)
	if err != nil {
		return err
	}
	text, err := l.between(ctx, f.subject, f.plan)
	if err != nil {
		return err
	}
	f.then = strings.TrimSuffix(f.file, ".star") + "-then.star"
	head := fmt.Sprintf("# Found by runbook explore: where %s leaves the systems in %s.\n\n", filepath.Base(f.subject.file), filepath.Base(f.file))
	if err := os.WriteFile(f.then, []byte(head+text), 0o644); err != nil {
		return usage("--out %s: %w", o.out, cause(err))
	}
	return nil
}
