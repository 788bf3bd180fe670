package rhino

import (
	"strings"
	"time"
)

// A slee is a node's SLEE.
type slee struct {
	state    SLEE
	gen      uint32 // of the state; an event of an older one is void
	override SLEE   // what an option of the start said, where it is not kept
	draining bool   // stops for a shutdown, whatever is desired
	starts   uint32
	stops    uint32
	stuck    bool          // this stop never ends
	ends     time.Duration // when the last activity ends, while it stops
	left     int           // activities that it had when it began to stop
	alarmed  uint32        // generation whose convergence is watched
}

// title is a state as the console prints it.
func (s SLEE) title() string {
	if s == SLEENone {
		return ""
	}
	return strings.ToUpper(string(s[:1])) + string(s[1:])
}

// desired is what the node's SLEE should be.
func (n *node) desired() SLEE {
	switch {
	case n.slee.draining:
		return SLEEStopped
	case n.slee.override != SLEENone:
		return n.slee.override
	case n.comp == nil || n.comp.mem == nil:
		return SLEEStopped
	}
	return n.comp.mem.desired(n.spec.ID)
}

// activities are the live ones of a node.
func (n *node) activities() int {
	a := n.c.Activities
	switch {
	case n.slee.state == SLEERunning:
		return a.Each
	case n.slee.state != SLEEStopping:
		return 0
	case n.slee.stuck:
		return max(n.slee.left, 1)
	case n.slee.ends <= n.c.now() || a.Drain <= 0:
		return 0
	}
	// They end evenly: so many of the first as there is time left.
	left := int64(n.slee.left) * int64(n.slee.ends-n.c.now())
	return int((left + int64(a.Drain) - 1) / int64(a.Drain))
}

// setSLEE changes the state. It was meant if somebody asked for it.
func (n *node) setSLEE(s SLEE, meant bool) {
	was := n.slee.state
	if was == s {
		return
	}
	n.slee.gen++
	n.slee.state = s
	if s == SLEERunning {
		n.c.serving++
	}
	if was == SLEERunning {
		n.c.serving--
		if meant {
			n.c.watchOutage("the SLEE of node " + n.name + " was stopped")
		}
	}
	if n.alive() {
		n.log(put(n.c.Texts.SLEEChanged, "state", s.title()))
	}
}

// later calls do after d, unless the SLEE's state has changed by then.
func (n *node) later(d time.Duration, do func()) {
	gen := n.slee.gen
	n.after(d, func() {
		if n.slee.gen == gen {
			do()
		}
	})
}

// converge moves the SLEE towards what is desired, as far as that is possible
// now. It reports whether the state changed at once.
func (n *node) converge() bool {
	if !n.serves() {
		return false
	}
	was := n.slee.state
	switch desired := n.desired(); {
	case desired == SLEERunning && was == SLEEStopped:
		n.startSLEE()
	case desired == SLEEStopped && was == SLEERunning:
		n.stopSLEE(n.c.Activities.Each)
	case desired == SLEEStopped && was == SLEEStarting:
		n.stopSLEE(0)
	}
	n.watchConvergence()
	return n.slee.state != was
}

func (n *node) startSLEE() {
	c := n.c
	n.slee.starts++
	n.setSLEE(SLEEStarting, true)
	fails := c.sleeFault(n, StartFails, n.slee.starts)
	n.laterUnless(c.sleeFault(n, StuckStarting, n.slee.starts), c.draw(c.Timings.SLEEStart, forSLEE, n.spec.ID, n.slee.gen), func() {
		if fails == nil {
			n.setSLEE(SLEERunning, true)
			n.settled()
			return
		}
		n.log(c.Texts.StartFailed)
		if c.strict {
			n.comp.mem.setSLEE(n.spec.ID, SLEEStopped)
			n.comp.changed()
		}
		n.stopSLEE(0)
	})
}

// stopSLEE lets it stop, which takes until so many activities have ended.
func (n *node) stopSLEE(activities int) {
	c := n.c
	n.slee.stops++
	n.slee.left = activities
	stuck := c.sleeFault(n, StuckStopping, n.slee.stops)
	n.slee.stuck = stuck != nil
	n.slee.ends = c.now()
	if activities > 0 {
		n.slee.ends += c.Activities.Drain
	}
	starting := n.slee.state == SLEEStarting && activities == 0 && !n.slee.stuck
	n.setSLEE(SLEEStopping, true)
	d := c.draw(c.Timings.SLEEStop, forSLEE, n.spec.ID, n.slee.gen)
	if starting {
		d = 0 // effective immediately [doc]
	}
	n.laterUnless(stuck, max(d, n.slee.ends-c.now()), n.stopped)
}

// laterUnless is later where a fault may put it off.
func (n *node) laterUnless(stuck *SLEEFault, d time.Duration, do func()) {
	switch {
	case stuck == nil:
		n.later(d, do)
	case stuck.For > 0:
		n.later(d+stuck.For, do)
	}
}

// stopped ends a stop.
func (n *node) stopped() {
	n.slee.stuck = false
	n.setSLEE(SLEEStopped, true)
	n.settled()
	n.c.checkShutdowns()
	if n.desired() == SLEERunning && !n.c.strict && n.c.sleeFault(n, StartFails, n.slee.starts) != nil {
		n.later(n.c.draw(n.c.Timings.Recheck, forSLEE, n.spec.ID, n.slee.gen), func() { n.converge() })
		n.watchConvergence()
		return
	}
	n.converge()
}

// reassign ends a stop's activities: other nodes have them.
func (n *node) reassign() {
	if n.slee.state != SLEEStopping || n.slee.stuck {
		return
	}
	n.slee.left, n.slee.ends = 0, n.c.now()
	n.slee.gen++
	n.later(n.c.draw(n.c.Timings.SLEEStop, forSLEE, n.spec.ID, n.slee.gen), n.stopped)
}

// converged reports whether the SLEE is what is desired.
func (n *node) converged() bool { return n.slee.state == n.desired() }

// watchConvergence raises an alarm if the state stays another than is desired.
func (n *node) watchConvergence() {
	c := n.c
	if c.strict || n.converged() || n.slee.alarmed == n.slee.gen {
		return
	}
	n.slee.alarmed = n.slee.gen
	n.later(c.draw(c.Timings.Convergence, forSLEE, n.spec.ID, n.slee.gen), func() {
		if n.comp == nil || n.converged() {
			return
		}
		text := put(c.Texts.AlarmConvergence, "name", "SLEE", "state", string(n.slee.state))
		n.comp.raise(n, alarmConvergence, n, put(c.Texts.ConvergenceAlarm, "text", text))
		n.log(put(c.Texts.ConvergenceLog, "text", text))
	})
}

// settled clears the alarm of a state that has converged.
func (n *node) settled() {
	if n.comp != nil && n.converged() {
		n.comp.clearAlarms(func(a *alarm) bool { return a.kind == alarmConvergence && a.about == n })
	}
}
