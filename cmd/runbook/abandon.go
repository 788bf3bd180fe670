package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runbook/effect"
	"runbook/journal"
)

func (a *App) abandonCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "abandon RUN",
		Short: "Give up a run that will not be resumed",
		Long: `abandon marks a run as one that will not be resumed, so that it is not pointed
out any more when another run begins on its systems. It changes nothing outside:
what the run has done stays done, and what was in doubt stays so. Both are said
before it asks. RUN is a run's id, or the beginning or the end of one.`,
		Example: `  runbook abandon 20240131-080000-k3xp
  runbook abandon k3xp --yes`,
		Args:              exactly(1),
		ValidArgsFunction: a.completeResumable,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.abandon(cmd.Context(), args[0], &o) },
	}
	f := cmd.Flags()
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&o.noInput, "no-input", false, "never ask; without --yes that abandons nothing")
	return grouped("run", cmd)
}

func (a *App) abandon(ctx context.Context, which string, o *runOptions) (err error) {
	if which == "" {
		return usage("abandon: got an empty RUN, want a run's id")
	}
	store := a.store()
	run, err := store.Open(which)
	if err != nil {
		return noSuchRun(err)
	}
	defer func() { err = errors.Join(err, run.Close()) }()
	id := run.Header.Run
	rec, err := store.ReadAt(run.Dir)
	if err != nil {
		return err
	}
	open, last, err := unanswered(rec)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "run %s of %s, %s after %s\n", id, runbookName(run.Header), stateOf(run.State, false),
		effect.FormatDuration(last.Sub(run.Header.Start)))
	if run.State != journal.Done && run.State != journal.Abandoned {
		rec.Live = false // the lock is ours
		for _, d := range doubts(rec, open) {
			fmt.Fprintf(a.stderr, "%s effect %s, %s: look at the system itself whether it took effect\n",
				paint(a.color(), yellow, "in doubt:"), d.ID, d.Request.Describe())
		}
		if err := a.confirm(ctx, "abandon "+id+"?", o); err != nil {
			return err
		}
	}
	if err := run.Abandon(); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "%s is abandoned; its record stays: runbook show %s\n", id, id)
	left, err := keyedHosts(rec)
	if len(left) > 0 {
		fmt.Fprintf(a.stderr, "what its commands left on %s stays there too, in .runbook/%s or the directory that keys= names\n", strings.Join(left, ", "), id)
	}
	return err
}

// keyedHosts are the hosts on which a run made changes under keys, sorted.
func keyedHosts(r *journal.Recording) ([]string, error) {
	seen := map[string]bool{}
	for rec, err := range r.Records() {
		if err != nil {
			return nil, err
		}
		if rec.Request.Key != "" {
			seen[rec.Request.Target] = true
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// confirm asks a question of the command itself.
func (a *App) confirm(ctx context.Context, question string, o *runOptions) error {
	if o.yes {
		return nil
	}
	op := &operator{app: a, noInput: o.noInput, header: "runbook:"}
	answer, err := op.ask(ctx, question+" [y/N]: ")
	switch {
	case errors.Is(err, errNobody):
		return &exitError{code: StoppedAtGate, err: fmt.Errorf("%s nobody is there to answer", question), hint: "answer at a terminal, or pass --yes"}
	case err != nil:
		return err
	case !agreed(answer, ""):
		return &exitError{code: StoppedAtGate, err: errors.New("nothing was changed")}
	}
	return nil
}

// noSuchRun adds the way to find the right name.
func noSuchRun(err error) error {
	var none *journal.NoSuchRun
	if errors.As(err, &none) {
		return &exitError{code: Usage, err: err, hint: "list them: runbook runs --all"}
	}
	return err
}
