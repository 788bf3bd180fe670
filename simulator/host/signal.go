package host

import (
	"strconv"
	"strings"
)

// A Signal is a signal's number, as on Linux. 0 is none: sending it only finds
// out whether the process is there.
type Signal int

// The signals a simulated process knows.
const (
	HUP  Signal = 1
	INT  Signal = 2
	QUIT Signal = 3
	ABRT Signal = 6
	KILL Signal = 9
	USR1 Signal = 10
	SEGV Signal = 11
	USR2 Signal = 12
	PIPE Signal = 13
	ALRM Signal = 14
	TERM Signal = 15
	CHLD Signal = 17
	CONT Signal = 18
)

// signals are the known ones, with their names and what a shell says of a
// child that died of one.
var signals = []struct {
	signal Signal
	name   string
	death  string
}{
	{HUP, "HUP", "Hangup"},
	{INT, "INT", ""},
	{QUIT, "QUIT", "Quit"},
	{ABRT, "ABRT", "Aborted"},
	{KILL, "KILL", "Killed"},
	{USR1, "USR1", "User defined signal 1"},
	{SEGV, "SEGV", "Segmentation fault"},
	{USR2, "USR2", "User defined signal 2"},
	{PIPE, "PIPE", ""},
	{ALRM, "ALRM", "Alarm clock"},
	{TERM, "TERM", "Terminated"},
	{CHLD, "CHLD", ""},
	{CONT, "CONT", ""},
}

// String is the signal's name without SIG, its number if it has none here.
func (s Signal) String() string {
	for _, known := range signals {
		if known.signal == s {
			return known.name
		}
	}
	return strconv.Itoa(int(s))
}

// ParseSignal reads a signal's number or name, with or without SIG, in any case.
func ParseSignal(text string) (s Signal, ok bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return Signal(n), n >= 0 && n <= 64
	}
	name := strings.TrimPrefix(strings.ToUpper(text), "SIG")
	for _, known := range signals {
		if known.name == name {
			return known.signal, true
		}
	}
	return 0, false
}

// harmless reports whether a process that does not care survives the signal.
func (s Signal) harmless() bool { return s == 0 || s == CHLD || s == CONT }

// Signal sends a signal to the process of that pid, and reports whether there
// is one.
func (m *Machine) Signal(pid int, s Signal) bool {
	p := m.processes[pid]
	if p == nil {
		return false
	}
	p.Signal(s)
	return true
}

// SignalGroup sends a signal to all processes of a group, and reports whether
// there is one.
func (m *Machine) SignalGroup(pgid int, s Signal) bool {
	return m.signalAll(s, func(p *Process) bool { return p.pgid == pgid })
}

// SignalSession sends a signal to all processes of a session, and reports
// whether there is one: what a terminal that goes away does with HUP.
func (m *Machine) SignalSession(sid int, s Signal) bool {
	return m.signalAll(s, func(p *Process) bool { return p.sid == sid })
}

func (m *Machine) signalAll(s Signal, which func(*Process) bool) bool {
	found := false
	var self *Process
	for _, p := range m.Processes() {
		if !which(p) {
			continue
		}
		found = true
		if p == m.fleet.current {
			self = p
			continue
		}
		p.Signal(s)
	}
	if self != nil {
		self.Signal(s) // last: it may not come back
	}
	return found
}

// Signal sends the process a signal. Unless it ignores or handles it, it dies
// with status 128 and the signal's number; called by the process's own program
// it does not return then.
func (p *Process) Signal(s Signal) {
	if p.ended || s == 0 {
		return
	}
	if s != KILL {
		if p.ignored[s] || p.trap != nil && p.trap(s) || s.harmless() {
			return
		}
		if p.ended {
			return
		}
	}
	p.killedBy = s
	p.Exit(128 + int(s))
}

// Trap has fn called, at once, for every signal but KILL that reaches the
// process and is not ignored. If it reports the signal handled, nothing else
// happens. A nil fn handles none.
func (p *Process) Trap(fn func(Signal) (handled bool)) { p.trap = fn }

// Ignore has the process, and those it starts from now on, ignore a signal, or
// no longer. KILL cannot be ignored.
func (p *Process) Ignore(s Signal, ignore bool) {
	if s == KILL {
		return
	}
	ignored := make(map[Signal]bool, len(p.ignored)+1)
	for s := range p.ignored {
		ignored[s] = true
	}
	delete(ignored, s)
	if ignore {
		ignored[s] = true
	}
	p.ignored = ignored
}

// Ignores reports whether the process ignores a signal.
func (p *Process) Ignores(s Signal) bool { return p.ignored[s] }
