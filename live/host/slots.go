package host

import (
	"context"
	"slices"
	"sync"
)

// slots are the sessions that a connection may have at a time. Servers have a
// limit of their own, which is found out by running into it.
type slots struct {
	mu      sync.Mutex
	limit   int
	used    int
	waiting []chan struct{} // the one that waits longest first
}

func newSlots(limit int) *slots { return &slots{limit: limit} }

// take waits for a session to be free.
func (s *slots) take(ctx context.Context, dead <-chan struct{}) error {
	s.mu.Lock()
	if s.used < s.limit && len(s.waiting) == 0 {
		s.used++
		s.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	s.waiting = append(s.waiting, turn)
	s.mu.Unlock()
	var err error
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-dead:
		err = errDead
	}
	s.mu.Lock()
	i := slices.Index(s.waiting, turn)
	if i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
	}
	s.mu.Unlock()
	if i < 0 { // it was given in the same moment
		s.give()
	}
	return err
}

// give frees a session.
func (s *slots) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used--
	for s.used < s.limit && len(s.waiting) > 0 {
		s.used++
		close(s.waiting[0])
		s.waiting = slices.Delete(s.waiting, 0, 1)
	}
}

// refused frees a session that the server did not open, and remembers how many
// it has open besides. It reports whether one of those must end first; without
// any the server opens none at all.
func (s *slots) refused() (others bool) {
	s.mu.Lock()
	others = s.used > 1
	s.limit = max(1, min(s.limit, s.used-1))
	s.mu.Unlock()
	s.give()
	return others
}
