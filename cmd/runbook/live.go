package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
	"runbook/live"
	"runbook/live/branch"
	"runbook/live/clock"
	"runbook/live/host"
	"runbook/live/secret"
	"runbook/live/xmlrpc"
)

// A stage is the live world with the operator in it, before a run begins.
type stage struct {
	app      *App
	job      *job
	options  *runOptions
	progress *progress
	operator *operator
	locker   *locker
	client   *xmlrpc.Client
	hosts    *host.Client
}

// stageOf builds the live world for a job. No packet is sent yet.
func (a *App) stageOf(j *job, o *runOptions, id string) (*stage, error) {
	answers, err := o.doubts()
	if err != nil {
		return nil, err
	}
	p := newProgress(a, *o, a.now, false)
	op := &operator{app: a, yes: o.yes, noInput: o.noInput || o.json, answers: answers, header: a.paintWorld("LIVE")}
	if p.view != nil {
		op.pause = p.view.hide
	}
	here, _ := os.Hostname() // "" tells as much
	secrets := new(secret.Resolver)
	client := xmlrpc.New(xmlrpc.Options{Resolve: secrets.Resolve, Warn: p.warn, UserAgent: "runbook/" + version})
	hosts := host.New(host.Options{Run: id, Env: a.getenv, Resolve: secrets.Resolve, Warn: p.warn})
	mux := live.Mux{
		effect.KindXMLRPC:   client,
		effect.KindHost:     hosts,
		effect.KindClock:    clock.Clock{},
		effect.KindOperator: op,
	}
	lock := &locker{next: mux, store: a.store(), holder: journal.Holder{
		Run: id, Runbook: strings.TrimPrefix(j.runbook, interpreter.Shipped), PID: os.Getpid(), Host: here, Since: a.now().UTC(),
	}}
	return &stage{app: a, job: j, options: o, progress: p, operator: op, locker: lock, client: client, hosts: hosts}, nil
}

// close gives back what the stage holds.
func (st *stage) close() {
	st.locker.release()
	st.client.Close()
	st.hosts.Close()
}

// live runs a job against the real systems.
func (a *App) live(ctx context.Context, j *job, o *execOptions) error {
	store := a.store()
	id, err := store.NewID(a.now())
	if err != nil {
		return err
	}
	st, err := a.stageOf(j, &o.runOptions, id)
	if err != nil {
		return err
	}
	defer st.close()
	s := &session{app: a, job: j, progress: st.progress, options: &o.runOptions, world: st.locker, branches: branch.Branches{}}
	if j.program.Declares("READ_ONLY") && o.record == "" {
		s.header("LIVE, read only: nothing is recorded")
		return st.perform(ctx, s)
	}
	if err := st.claim(ctx); err != nil {
		return err
	}
	if err := st.agreeToLift(ctx, nil); err != nil {
		return err
	}
	h := j.journalHeader(id)
	if o.record != "" {
		s.journal, err = store.CreateAt(o.record, h, j.sources())
	} else {
		s.journal, err = store.Create(h, j.sources())
	}
	if err != nil {
		return err
	}
	if err := s.recordLifted(nil); err != nil {
		return err
	}
	s.header("LIVE")
	return st.perform(ctx, s)
}

// claim locks the site's systems and points out earlier runs on them that did
// not end.
func (st *stage) claim(ctx context.Context) error {
	if st.job.program.Declares("READ_ONLY") {
		return nil
	}
	for _, system := range st.job.lockNames() {
		if err := st.locker.acquire(system); err != nil {
			return err
		}
	}
	var unfinished []journal.Info
	systems := map[string][]string{} // of such a run
	for _, system := range st.job.lockNames() {
		infos, err := st.locker.store.Unfinished(system)
		if err != nil {
			return err
		}
		for _, info := range infos {
			if systems[info.ID] == nil {
				unfinished = append(unfinished, info)
			}
			systems[info.ID] = append(systems[info.ID], system)
		}
	}
	for _, info := range unfinished {
		if err := st.pointOut(ctx, strings.Join(systems[info.ID], ", "), info); err != nil {
			return err
		}
	}
	return nil
}

// pointOut asks whether to begin beside an earlier run that did not end.
func (st *stage) pointOut(ctx context.Context, systems string, info journal.Info) error {
	fmt.Fprintf(st.app.stderr, "an earlier run of %s on %s did not end (%s):\n  go on with it:     runbook resume %s\n  see what it did:   runbook show %s\n  give it up:        runbook abandon %s\n",
		runbookName(info.Header), systems, stateOf(info.State, info.Live), info.ID, info.ID, info.ID)
	return st.agree(ctx, "Begin a new run all the same?")
}

// agree asks the operator before a run begins.
func (st *stage) agree(ctx context.Context, question string) error {
	res, err := st.operator.Perform(ctx, effect.Request{
		Kind: effect.KindOperator, Operation: effect.OpConfirm, Args: []effect.Value{question, ""},
	})
	if err == nil && res.Err != nil {
		err = res.Err
	}
	return err
}

// perform runs a session against the live world until it ends or is stopped.
func (st *stage) perform(ctx context.Context, s *session) error {
	began := st.app.now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.ask = func(q string) (string, error) { return st.operator.question(ctx, q) }
	s.guests = &guests{}
	signals, stop := st.app.signals()
	defer stop()
	var caught atomic.Int32
	go st.watch(ctx, s, signals, cancel, &caught)
	err := s.run(ctx)
	if err == nil {
		st.tidy(ctx, s.guests)
	}
	if err != nil && errors.Is(err, effect.ErrStopped) && caught.Load() == int32(syscall.SIGTERM) {
		err = &exitError{code: Terminated, err: err}
	}
	return s.end(err, nil, st.app.now().Sub(began).Round(time.Millisecond))
}

// watch stops the run when it is told to: the first signal before the next
// change, the second at once. A run that waits for an answer stops at the first.
func (st *stage) watch(ctx context.Context, s *session, signals <-chan os.Signal, cancel context.CancelCauseFunc, caught *atomic.Int32) {
	for first := true; ; first = false {
		select {
		case <-ctx.Done():
			return
		case sig := <-signals:
			if n, ok := sig.(syscall.Signal); ok {
				caught.Store(int32(n))
			}
			if !first || st.operator.asking.Load() {
				cancel(effect.ErrStopped)
				return
			}
			s.stopping.Store(true)
			st.progress.warn("stopping before the next change; press Ctrl-C again to stop at once. The run can be resumed either way")
		}
	}
}
