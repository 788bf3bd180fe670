package journal

import (
	"context"
	"errors"
	"sync"

	"runbook/effect"
)

// A Fit is a performer that performs nothing: it answers from the journal as
// long as the script asks for what is recorded. It shows how far an edited
// runbook gets before its run is resumed. Many branches may use it.
type Fit struct {
	past *replay

	mu     sync.Mutex
	fitted int
	first  *Divergence
}

// Fit compares, without changing anything, what the next life of the run would
// do. It also works for a run that is done, to prove that a runbook still does
// what it did.
func (r *Run) Fit(l Life) (*Fit, error) {
	x := r.survey.index.clone()
	resumed := &Resumed{}
	if r.State == Failed && (l.Retry || l.Edited) {
		if _, err := r.again(x, l.Retry, resumed); err != nil {
			return nil, err
		}
	}
	if err := x.drop(resumed.Retried, resumed.Reopened); err != nil {
		return nil, err
	}
	p := newReplay(x, r.memory())
	if r.State == Done {
		p.end = int(x.end.record)
	}
	return &Fit{past: p}, nil
}

// Perform is part of [effect.Performer]. The error is an [*Edge] where the
// journal has no result, and a [*Divergence] where it has another request.
func (f *Fit) Perform(_ context.Context, r effect.Request) (effect.Result, error) {
	if r.Inner {
		return effect.Result{}, &Edge{Request: r}
	}
	found, err := f.past.ask(&r)
	if err == nil && found.state != void {
		f.mu.Lock()
		f.fitted++
		f.mu.Unlock()
	}
	switch {
	case err != nil:
		f.note(err)
		return effect.Result{}, err
	case found.state != closed:
		return effect.Result{}, &Edge{Request: r}
	}
	return found.result, nil
}

// note keeps the divergence that comes first in the journal.
func (f *Fit) note(err error) {
	var d *Divergence
	f.mu.Lock()
	defer f.mu.Unlock()
	if errors.As(err, &d) && (f.first == nil || d.Record < f.first.Record) {
		f.first = d
	}
}

// Fitted is how many of all recorded effects the script asked for.
func (f *Fit) Fitted() (fitted, total int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fitted, f.past.total
}

// First is the first mismatch in the order of the journal, nil if there was none.
func (f *Fit) First() *Divergence {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.first
}

// Missing is the [Divergence] of a script that ended without asking for all
// that is recorded; nil if it asked for all. Call it when main has returned.
func (f *Fit) Missing() error {
	err := f.past.unasked()
	f.note(err)
	return err
}
