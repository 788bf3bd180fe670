package serve

import (
	"context"
	"time"

	"runbook/simulator"
)

// This file lets time pass on the hosts while nobody calls: it sleeps until
// the next thing is due there, or until somebody has given them more to do.

// drive advances the hosts at their events until ctx ends.
func (s *Server) drive(ctx context.Context) {
	var bell alarm
	for {
		s.access.Lock()
		now := s.now()
		s.world.Advance(now)
		s.watchClusters()
		next, pending := s.world.Fleet().Next()
		s.access.Unlock()
		var due <-chan time.Time
		if pending {
			due = bell.set(s.clock, now, next)
		}
		select {
		case <-ctx.Done():
			bell.stop()
			return
		case <-s.more:
		case <-due:
			bell.rung()
		}
	}
}

// prompt has the hosts looked at anew: there may be something that is due
// earlier than what drive waits for.
func (s *Server) prompt() {
	select {
	case s.more <- struct{}{}:
	default: // that is known already
	}
}

// use calls f with the world as it is now, and has what it started go on.
func (s *Server) use(f func(w *simulator.World)) {
	s.Do(func(w *simulator.World) {
		f(w)
		w.Advance(s.now()) // what needs no time is done at once
	})
	s.prompt()
}

// pause lets a virtual time pass, or ends early with ctx.
func (s *Server) pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	var bell alarm
	defer bell.stop()
	select {
	case <-bell.set(s.clock, 0, d):
	case <-ctx.Done():
	}
}

// An alarm rings at one virtual time. The zero alarm is not set.
type alarm struct {
	at    time.Duration
	ring  <-chan time.Time // nil: not set
	timer *time.Timer      // nil with a clock that can only sleep
}

// set has the alarm ring at a time, instead of at another. A clock that can
// only sleep rings at the earlier of the two times as well.
func (a *alarm) set(c Clock, now, at time.Duration) <-chan time.Time {
	if real, ok := c.(*scaled); ok {
		a.stop()
		a.timer = time.NewTimer(real.lasts(at - now))
		a.at, a.ring = at, a.timer.C
		return a.ring
	}
	if a.ring == nil || at < a.at {
		ring := make(chan time.Time, 1)
		go func() {
			c.Sleep(at - now)
			ring <- time.Time{}
		}()
		a.at, a.ring = at, ring
	}
	return a.ring
}

// rung says that the alarm has been heard.
func (a *alarm) rung() { a.ring = nil }

func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
	a.ring = nil
}
