package host

import "time"

// This file is what the small tools need of processes and machines beyond their
// own interface.

// lead makes the process the leader of a session and a group of its own.
func (p *Process) lead() { p.sid, p.pgid = p.pid, p.pid }

// leadGroup makes the process the leader of a group of its own.
func (p *Process) leadGroup() { p.pgid = p.pid }

// lockPoll is how often flock looks whether a lock is free.
const lockPoll = 10 * time.Millisecond

// unitStopLimit is how long systemctl waits for a unit before it kills it,
// systemd's DefaultTimeoutStopSec.
const unitStopLimit = 90 * time.Second

// lockHolder reports whether a running process holds the lock of a file.
func (c *call) lockHolder(key string) bool {
	p := c.Machine().tools.locks[key]
	return p != nil && !p.Ended()
}

// hold gives the lock of a file to this process, until it ends.
func (c *call) hold(key string) {
	m := c.Machine()
	if m.tools.locks == nil {
		m.tools.locks = map[string]*Process{}
	}
	m.tools.locks[key] = c.Process
}

// SetUnit gives the machine a unit that systemctl knows, such as "x.service",
// with the commands that start and stop it. A machine begins without units.
func (m *Machine) SetUnit(name string, u Unit) {
	if m.tools.units == nil {
		m.tools.units = map[string]*unit{}
	}
	m.tools.units[name] = &unit{Unit: u}
}

// A Unit is something that systemctl starts and stops. Start is the command of
// its main process, which is to stay; Stop the command that ends it, a TERM to
// the main process if it is empty.
type Unit struct {
	Description string
	Start       []string
	Stop        []string
}

// A unit is a Unit and its main process, nil if it was never started.
type unit struct {
	Unit
	main  *Process
	asked bool // it was told to stop
}

func (u *unit) active() bool { return u.main != nil && !u.main.Ended() }

// state is what systemctl calls it.
func (u *unit) state() string {
	switch {
	case u.active():
		return "active"
	case u.main == nil || u.asked || u.main.Status() == 0:
		return "inactive"
	}
	return "failed"
}

// A toolState is what the small tools keep on a machine between their runs.
type toolState struct {
	locks map[string]*Process // of flock, by file: who holds it, or held it last
	units map[string]*unit    // of systemctl, by name
}
