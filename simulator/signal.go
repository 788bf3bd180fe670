package simulator

// A signal is what one branch waits for besides a time, and others give: that a
// process has ended, or that a machine is gone. The zero signal has not been
// given; a nil one never is.
type signal struct {
	given  bool
	waiter *branch // whose sleep it ends; nil for nobody's
}

// take reports whether the signal was given since it was last taken.
func (g *signal) take() bool {
	if g == nil || !g.given {
		return false
	}
	g.given = false
	return true
}

// await says who sleeps until the signal is given; nil is nobody.
func (g *signal) await(b *branch) {
	if g != nil {
		g.waiter = b
	}
}

// give gives the signal, and makes ready who waits for it. It costs the same
// however many others wait.
func (s *scheduler) give(g *signal) {
	g.given = true
	if b := g.waiter; b != nil && b.index != notWaiting {
		s.timers.remove(b)
		s.ready.push(b)
	}
}
