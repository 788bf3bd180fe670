package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runbook/builtins"
	"runbook/interpreter"
	"runbook/journal"
	"runbook/live/branch"
)

func (a *App) resumeCommand() *cobra.Command {
	var o runOptions
	edited := false
	cmd := &cobra.Command{
		Use:   "resume [RUN]",
		Short: "Go on where a run stopped",
		Long: `resume goes on with a run that was stopped, was killed, or failed. It runs the
recorded script again and answers from the journal as long as the journal has
answers; then it goes on live. Nothing is done twice: a change whose outcome was
not recorded is in doubt, and is settled by its own recovery policy or by you.

RUN is a run's id or the beginning or end of one; without it, the newest run
that did not end.

With --edited the files are taken as they are now. First it is shown, without
doing anything, how far the journal still fits them.`,
		Example: `  runbook resume
  runbook resume 20261122-031502-k3f9
  runbook resume --edited
  runbook resume --answer 12=done          the change 12 took effect: go on after it`,
		Args:              atMost(1),
		ValidArgsFunction: a.completeResumable,
		RunE: func(cmd *cobra.Command, args []string) error {
			which := ""
			if len(args) > 0 {
				which = args[0]
			}
			return a.resume(cmd.Context(), which, edited, &o)
		},
	}
	cmd.Flags().BoolVar(&edited, "edited", false, "use the files as they are now")
	o.register(cmd.Flags())
	return grouped("run", cmd)
}

func (a *App) resume(ctx context.Context, which string, edited bool, o *runOptions) error {
	run, err := a.store().Open(which)
	if err != nil {
		return err
	}
	defer run.Close()
	before, err := liftedBefore(a.store(), run.Dir)
	if err != nil {
		return err
	}
	j, err := a.reload(run, edited, before, o.lift)
	if err != nil {
		return err
	}
	st, err := a.stageOf(j, o, run.Header.Run)
	if err != nil {
		return err
	}
	defer st.close()
	for _, system := range run.Header.Systems {
		if err := st.locker.acquire(system); err != nil {
			return err
		}
	}
	life := journal.Life{Tool: version, Edited: edited, Retry: run.State == journal.Failed}
	if edited {
		life.Sources = j.sources()
		if err := a.fit(ctx, run, j, life, st); err != nil {
			return err
		}
	}
	if err := st.agreeToLift(ctx, before); err != nil {
		return err
	}
	s := &session{app: a, job: j, progress: st.progress, options: o, world: st.locker, branches: branch.Branches{}}
	if run.Notice != "" {
		st.progress.warn(run.Notice)
	}
	if s.journal, err = run.Resume(life); err != nil {
		return err
	}
	if err := s.recordLifted(before); err != nil {
		return err
	}
	_, recorded := s.journal.Replay()
	s.header(fmt.Sprintf("LIVE, resumed (life %d) after %d recorded effects", s.journal.Life(), recorded))
	return st.perform(ctx, s)
}

// reload makes the job of a recorded run again: from the recorded sources, or
// from the files as they are now. Rules that it had lifted before stay so, unless
// edited files have none of that name.
func (a *App) reload(run *journal.Run, edited bool, before, lift []string) (*job, error) {
	h := run.Header
	w := &workplace{runbook: h.Runbook, site: h.Site, origin: "recorded", place: "recorded"}
	var sources interpreter.Sources = w
	var rules []string
	if edited {
		if err := w.now(h); err != nil {
			return nil, err
		}
	} else {
		recorded, err := run.Sources()
		if err != nil {
			return nil, err
		}
		bundle := interpreter.Bundle{}
		for _, s := range recorded {
			bundle[s.Name] = s.Text
			rules = append(rules, s.Name)
		}
		sources = bundle
	}
	j := &job{workplace: w, engine: interpreter.NewEngine(builtins.Predeclared(), sources, interpreter.Limits{})}
	var err error
	if j.program, err = j.engine.Load(w.runbook); err != nil {
		return nil, a.invalid(err, j.program.Files())
	}
	if err := j.load(a); err != nil {
		return nil, err
	}
	if edited {
		if rules, err = w.interlockNames(); err != nil {
			return nil, err
		}
	}
	if err := j.loadRules(a, sources, inForce(rules), nil); err != nil {
		return nil, err
	}
	before = slices.DeleteFunc(slices.Clone(before), func(name string) bool { return edited && !j.rules.Has(name) })
	if err := j.lift(append(before, lift...)); err != nil {
		return nil, err
	}
	if j.bound, err = j.program.Rebind(h.Params, j.site.Value()); err != nil {
		return nil, &exitError{code: ResumeRefused, err: err}
	}
	return j, nil
}

// now finds the folders that a recorded run's files came from.
func (w *workplace) now(h journal.Header) error {
	w.origin, w.place = h.Path, h.SitePath
	if h.Path != "" {
		root, ok := strings.CutSuffix(h.Path, h.Runbook)
		if !ok {
			return &exitError{code: ResumeRefused, err: fmt.Errorf("%s: the path of the runbook does not end in its name %s", h.Path, h.Runbook)}
		}
		w.root = root
	}
	if h.SitePath != "" {
		_, file := interpreter.Split(h.Site)
		w.home = strings.TrimSuffix(h.SitePath, file)
	}
	return nil
}

// fit shows how far the journal still fits the edited files, without doing
// anything, and asks whether to go on.
func (a *App) fit(ctx context.Context, run *journal.Run, j *job, life journal.Life, st *stage) error {
	fit, err := run.Fit(life)
	if err != nil {
		return err
	}
	_, err = j.program.Run(ctx, &interpreter.Run{Performer: fit, Branches: branch.Branches{}}, j.bound)
	if err == nil {
		err = fit.Missing()
	}
	fitted, total := fit.Fitted()
	fmt.Fprintf(a.stderr, "the edited files fit %d of %d recorded effects\n", fitted, total)
	if d := fit.First(); d != nil {
		return &exitError{
			code: ResumeRefused, err: d,
			hint: "change the files so that what was done is still asked for, or begin a new run: a run from any state does only what is missing",
		}
	}
	var edge *journal.Edge
	switch {
	case errors.As(err, &edge):
		fmt.Fprintf(a.stderr, "  goes on at %s (%s)\n", said(&edge.Request), edge.Request.Position)
	case err != nil:
		writeFailure(a.stderr, a.color(), err, j.files())
	default:
		fmt.Fprintln(a.stderr, "  nothing is left to do")
	}
	return st.agree(ctx, "Go on with the edited files?")
}
