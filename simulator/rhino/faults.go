package rhino

import "time"

// Faults are what goes wrong inside the cluster. Hosts that are down, slow,
// full or cut off are faults of the hosts.
type Faults struct {
	Nodes    []NodeFault
	Database []Window // in which PostgreSQL cannot be reached
	SLEE     []SLEEFault
	Consoles []ConsoleFault
}

// A Window is a part of the time since the beginning.
type Window struct {
	From time.Duration
	For  time.Duration // 0 for ever
}

// NodeFaultKind is what is wrong with a node's process.
type NodeFaultKind string

const (
	CrashesStarting NodeFaultKind = "crashes_starting"  // its JVM ends After so long in a start
	CrashesRunning  NodeFaultKind = "crashes_running"   // its JVM ends After so long since it was ready, or At
	RefusesStart    NodeFaultKind = "refuses_start"     // it finds a misconfiguration: ends with status 2, and a halt file
	NeverJoins      NodeFaultKind = "never_joins"       // it waits for the primary component After longer, as when multicast is blocked; 0 for ever
	HangsInShutdown NodeFaultKind = "hangs_in_shutdown" // its shutdown ends with status 4 after Timings.ShutDownLimit
	StartsLate      NodeFaultKind = "starts_late"       // every step of its start takes After longer
)

// A NodeFault is one node's. In every fault, Times is how many times it shows,
// counted from the first; 0 is every time.
type NodeFault struct {
	Node  int
	Kind  NodeFaultKind
	After time.Duration
	At    time.Duration // CrashesRunning: time since the beginning; 0 to count After from each time it is ready
	Code  int           // CrashesStarting, CrashesRunning: exit status; 134, a bug of the JVM. 3 is a watchdog shutdown
	Text  string        // RefusesStart: last line on the console; Texts.Misconfigured
	Times int
}

// SLEEFaultKind is what is wrong with a node's SLEE.
type SLEEFaultKind string

const (
	StuckStopping SLEEFaultKind = "stuck_stopping" // it stays in Stopping For longer: its activities do not end
	StuckStarting SLEEFaultKind = "stuck_starting" // it stays in Starting For longer: a startup task does not end
	StartFails    SLEEFaultKind = "start_fails"    // a startup task fails: Starting, Stopping, Stopped
)

// A SLEEFault is one node's, for Times stops or starts.
type SLEEFault struct {
	Node  int
	Kind  SLEEFaultKind
	Times int
	For   time.Duration // StuckStopping, StuckStarting: 0 for ever
}

// ConsoleFaultKind is what is wrong with a console.
type ConsoleFaultKind string

const (
	ConsoleSlow    ConsoleFaultKind = "slow"    // it takes Late longer to start
	ConsoleRefused ConsoleFaultKind = "refused" // its login is refused
)

// A ConsoleFault is that of consoles started in its window.
type ConsoleFault struct {
	Host string // "" for every host
	Kind ConsoleFaultKind
	Late time.Duration
	Window
	Times int // consoles on that host, counted from the first in the window; 0 is every one
}

// contains reports whether the window is open at the time.
func (w Window) contains(at time.Duration) bool {
	return at >= w.From && (w.For == 0 || at < w.From+w.For)
}

// spoils reports whether a fault that spoils so many turns spoils this one,
// counted from 1; 0 is every one.
func spoils(times int, turn uint32) bool { return times == 0 || int64(turn) <= int64(times) }

// nodeFault is the fault of that kind that a node shows in its n-th turn, or nil.
func (c *Cluster) nodeFault(n *node, kind NodeFaultKind, turn uint32) *NodeFault {
	for i := range c.Faults.Nodes {
		if f := &c.Faults.Nodes[i]; f.Node == n.spec.ID && f.Kind == kind && spoils(f.Times, turn) {
			return f
		}
	}
	return nil
}

// sleeFault is the fault of that kind that the node's SLEE shows in its n-th turn, or nil.
func (c *Cluster) sleeFault(n *node, kind SLEEFaultKind, turn uint32) *SLEEFault {
	for i := range c.Faults.SLEE {
		if f := &c.Faults.SLEE[i]; f.Node == n.spec.ID && f.Kind == kind && spoils(f.Times, turn) {
			return f
		}
	}
	return nil
}

// databaseUp reports whether PostgreSQL can be reached now.
func (c *Cluster) databaseUp() bool {
	for _, w := range c.Faults.Database {
		if w.contains(c.now()) {
			return false
		}
	}
	return true
}
