package simulator

import (
	"slices"
	"time"

	"runbook/effect"
	"runbook/simulator/host"
	"runbook/simulator/model"
)

// DefaultHostLatency is how long a command and its answer travel together on a
// connection that stands, unless the scenario says otherwise. Chosen: it
// depends on the site's network.
var DefaultHostLatency = model.Span{Min: 10 * time.Millisecond, Max: 30 * time.Millisecond}

// A station is a machine and the way to it.
type station struct {
	*host.Machine
	systems  []string // that have nodes on it
	slow     float64  // how slow it is when no fault makes it slower
	latency  model.Span
	seed     uint64
	messages uint64          // commands and answers that have travelled
	jobs     map[string]*job // what changes have left under their keys
	open     []*command      // connections, in the order in which they were made
}

// travel draws how long a command and its answer are under way.
func (s *station) travel() (out, back time.Duration) {
	s.messages++
	whole := between(s.latency, mix(s.seed, s.messages))
	return whole / 2, whole - whole/2
}

// reachable reports whether packets get there.
func (s *station) reachable() bool { return s.Up() && !s.Cut() }

func (s *station) connect(c *command) { s.open = append(s.open, c) }

func (s *station) disconnect(c *command) {
	if i := slices.Index(s.open, c); i >= 0 {
		s.open = slices.Delete(s.open, i, i+1)
	}
}

// networkChanged tells every connection that something may have become of it.
func (w *World) networkChanged() {
	for _, s := range w.stations {
		for _, c := range s.open {
			c.networkChanged()
		}
	}
}

// describeShort is the machine's state for people.
func (s *station) describeShort() string {
	state := "up"
	switch {
	case !s.Up():
		state = "down"
	case s.Cut():
		state = "cut off"
	}
	if s.Full() {
		state += ", disk full"
	}
	return state
}

// station is the machine that a request's target names; nil if there is none.
func (w *World) station(name string) *station { return w.byHost[name] }

// Fleet is the world's machines: for who has a clock of his own and advances
// the world before each use of them.
func (w *World) Fleet() *host.Fleet { return w.fleet }

// MeetHost says what goes wrong between a client and a machine with a command
// that arrives now, given as its line or as its words with a blank between
// them. It counts the command: it must be asked once for each. A name that no
// machine has meets nothing.
func (w *World) MeetHost(now time.Duration, machine, command string) Trouble {
	return w.meetHost(now, machine, command, effect.ID{})
}

// meetHost is MeetHost for a command that is a request of an effect.
func (w *World) meetHost(now time.Duration, machine, command string, id effect.ID) Trouble {
	s := w.station(machine)
	if s == nil || len(w.lurking) == 0 {
		return Trouble{}
	}
	t := meet(w.lurking, now, mix(w.seed, model.Hash("hosts' faults")), func(f *Fault) bool { return f.fitsCommand(s, command, id) })
	if t.Effect == Reply && (t.Code < 1 || t.Code > 255) {
		t.Code = 1
	}
	return t
}
