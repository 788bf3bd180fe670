package rhino

import (
	"time"

	"runbook/simulator/host"
)

// Exit statuses of a node [doc].
const (
	statusError         = 1 // unspecified
	statusMisconfigured = 2
	statusWatchdog      = 3
	statusTimeout       = 4 // waiting for a normal shutdown
	statusRestart       = 5 // requested by a management command
	statusJVM           = 134
)

// life is the program of a node's JVM: the seven steps, and then what its
// console shows, until somebody ends it.
func (n *node) life(p *host.Process) int {
	c, t := n.c, &n.c.Timings
	if f := c.nodeFault(n, CrashesStarting, n.starts); f != nil {
		n.after(f.After, func() {
			if n.step < ready {
				n.crash(f)
			}
		})
	}
	n.log(c.Texts.Launching)
	n.pass(p, launching, t.Launch)
	if status := n.configure(p); status != 0 {
		return status
	}
	if status := n.enter(p); status != 0 {
		return status
	}
	if status := n.boot(p); status != 0 {
		return status
	}
	n.becomeReady(p)
	for {
		n.flush(p)
		p.Pause()
	}
}

// pass spends a step's time.
func (n *node) pass(p *host.Process, s step, span Span) {
	n.step = s
	n.flush(p)
	d := n.c.draw(span, forStep+purpose(s), n.spec.ID, n.starts)
	if f := n.c.nodeFault(n, StartsLate, n.starts); f != nil {
		d += f.After
	}
	p.Sleep(d)
	n.flush(p)
}

// giveUp ends the start of a node from within its program.
func (n *node) giveUp(p *host.Process, status int, halt bool) int {
	n.why = byItself
	if halt {
		n.halt()
	}
	n.flush(p)
	return status
}

// configure is step 2.
func (n *node) configure(p *host.Process) int {
	c := n.c
	n.pass(p, configuring, c.Timings.Configure)
	if f := c.nodeFault(n, RefusesStart, n.starts); f != nil {
		text := f.Text
		if text == "" {
			text = c.Texts.Misconfigured
		}
		n.print(text)
		return n.giveUp(p, statusMisconfigured, true)
	}
	n.log(c.Texts.Configured)
	n.writeConfiguration()
	return 0
}

// enter is steps 3 and 4: the node goes on once it is in the primary component.
func (n *node) enter(p *host.Process) int {
	c := n.c
	n.log(c.Texts.Checking)
	n.pass(p, checking, c.Timings.Check)
	m, there, problem := n.marker()
	switch {
	case problem != "":
		n.print(put(c.Texts.StartMarker, "path", n.primary, "text", problem))
		return n.giveUp(p, statusMisconfigured, true)
	case n.flags.primary && there:
		n.print(put(c.Texts.StartPrimary, "id", n.name, "path", n.primary))
		return n.giveUp(p, statusMisconfigured, true)
	}
	n.step, n.memory, n.waits = waiting, m, c.now()
	if f := c.nodeFault(n, NeverJoins, n.starts); f != nil && f.After > 0 {
		n.after(f.After, c.admit)
	}
	n.log(c.Texts.Waiting)
	n.flush(p)
	if n.flags.primary || there && m.fresh() {
		c.createPrimary(n)
	} else {
		c.admit()
	}
	for n.comp == nil {
		p.Pause()
		n.flush(p)
	}
	return 0
}

// boot is steps 5 and 6.
func (n *node) boot(p *host.Process) int {
	c := n.c
	if n.flags.quorum {
		n.synced = true
		return 0
	}
	if !n.lock(p) {
		n.log(c.Texts.LockTimeout)
		return n.giveUp(p, statusError, false)
	}
	if status := n.sync(p); status != 0 {
		return status
	}
	if n.firstOnMachine() {
		n.log(c.Texts.MachineMlets)
		n.pass(p, mlets, c.Timings.MachineMlets)
	}
	n.log(c.Texts.NodeMlets)
	n.pass(p, mlets, c.Timings.NodeMlets)
	n.unlock()
	return 0
}

// firstOnMachine reports whether no other node has started the per-machine m-lets.
func (n *node) firstOnMachine() bool {
	for _, other := range n.c.on(n.machine) {
		if other != n && other.alive() && other.step >= mlets && !other.flags.quorum {
			return false
		}
	}
	return true
}

// becomeReady is step 7.
func (n *node) becomeReady(p *host.Process) {
	c := n.c
	n.pass(p, opening, c.Timings.Ready)
	n.serve()
	n.log(put(c.Texts.Ready, "text", c.Conventions.ReadyLine))
	n.converge()
}

// serve makes the node one that is ready.
func (n *node) serve() {
	c := n.c
	n.step = ready
	n.readys++
	if f := c.nodeFault(n, CrashesRunning, n.readys); f != nil && f.At == 0 {
		n.after(f.After, func() { n.crash(f) })
	}
}

// crash ends the node's JVM as a fault says.
func (n *node) crash(f *NodeFault) {
	code := f.Code
	if code == 0 {
		code = statusJVM
	}
	if t := &n.c.Texts; code == statusWatchdog {
		n.log(t.WatchdogStuck)
		n.log(t.WatchdogTimeout)
		n.log(t.WatchdogCondition)
	}
	n.end(byItself, code)
}

// lock takes the lock that one node at a time holds while it boots, if there is
// one. It reports whether it was to be had in time.
func (n *node) lock(p *host.Process) bool {
	c := n.c
	limit := c.draw(c.Timings.BootLock, forStep+purpose(syncing)+8, n.spec.ID, n.starts)
	if limit == 0 {
		return true
	}
	deadline := c.now() + limit
	c.fleet.At(deadline, p.Wake)
	for n.comp.locked != nil && n.comp.locked.alive() {
		if c.now() >= deadline {
			return false
		}
		p.Pause()
	}
	n.comp.locked = n
	return true
}

func (n *node) unlock() {
	if n.comp.locked == n {
		n.comp.release()
	}
}

// beginFaults plans the crashes that have a time.
func (c *Cluster) beginFaults() {
	for i := range c.Faults.Nodes {
		f := &c.Faults.Nodes[i]
		if f.Kind == CrashesRunning && f.At > 0 {
			c.fleet.At(f.At, func() { c.byID[f.Node].crash(f) })
		}
	}
}

// uptime is how long the JVM has run.
func (n *node) uptime() time.Duration { return n.c.now() - n.since }
