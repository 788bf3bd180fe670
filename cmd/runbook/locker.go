package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"runbook/effect"
	"runbook/journal"
)

// A locker is a layer that holds a lock on every system the run changes: those
// of the site from the beginning, others from the first change on.
type locker struct {
	next   effect.Performer
	store  *journal.Store
	holder journal.Holder

	mu    sync.Mutex
	locks map[string]*journal.Lock
}

// Perform locks the system of a change first. A system that another run holds
// ends the run.
func (l *locker) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Class == effect.Change && r.Peer != nil {
		if err := l.acquire(r.Peer.System); err != nil {
			return effect.Result{}, &effect.NotPerformed{Err: err}
		}
	}
	return l.next.Perform(ctx, r)
}

// acquire locks a system unless this run holds it.
func (l *locker) acquire(system string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.locks[system] != nil {
		return nil
	}
	lock, err := l.store.Lock(system, l.holder)
	if err != nil {
		return lockedError(err)
	}
	if l.locks == nil {
		l.locks = map[string]*journal.Lock{}
	}
	l.locks[system] = lock
	return nil
}

func lockedError(err error) error {
	var locked *journal.Locked
	if !errors.As(err, &locked) {
		return err
	}
	return &exitError{
		code: SystemLocked, err: locked,
		hint: fmt.Sprintf("see what it does: runbook show %s", locked.Holder.Run),
	}
}

// release gives all locks back.
func (l *locker) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, lock := range l.locks {
		lock.Release()
	}
	l.locks = nil
}
