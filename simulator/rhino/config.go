package rhino

import "time"

// A Config is how a cluster begins and what goes wrong with it. The zero value
// of every field is its default; defaults.go says where each comes from. In the
// lists, nil is the default and a list without elements is none at all.
type Config struct {
	Name    string // how messages call the cluster; "rhino1"
	Home    string // installation directory on every host, RHINO_BASE; "/opt/rhino"
	Version string // "3.2"; "2..." has the strict rules, "3..." desired states
	Seed    uint64 // of all chance
	Begin   Begin  // state of every node that says nothing else; [Stopped]
	Nodes   []Node // 101 on host1, 102 on host2, and the quorum node 103 on host3

	Desired    SLEE       // default desired state of the SLEE (from 3.0 on); running if Begin is Running, else stopped
	Traffic    bool       // calls must be served at every moment, as in a rolling restart
	Activities Activities // live activities of a node whose SLEE runs
	Services   []Service  // deployed; none
	Entities   []Entity   // resource adaptor entities; none
	Selector   Selector   // how a component knows that it is the primary one; [Voting]
	LogMembers int        // in a component of up to so many nodes every one logs each membership, in a larger one only the lowest; 32
	Username   string     // for rhino-console; "admin"
	Password   string     // "password"

	Conventions Conventions
	Texts       Texts
	Timings     Timings
	Behaviour   Behaviour
	Faults      Faults
}

// Begin is a state of the whole cluster to begin in.
type Begin string

const (
	Stopped Begin = "stopped" // it has existed and was shut down in good order: every node remembers the primary component
	Running Begin = "running" // every node is in the primary component and ready
	Cold    Begin = "cold"    // never booted: no node has a primary component configuration, the database is empty
)

// State is what a node begins as.
type State string

const (
	NodeNew     State = "new"     // never booted; its work directory is empty
	NodeStopped State = "stopped" // was shut down by a management command: halt file
	NodeHalted  State = "halted"  // was killed with stop-rhino.sh: halt file
	NodeCrashed State = "crashed" // ended unexpectedly: stale pid file, no halt file
	NodeRunning State = "running" // ready, in the primary component
)

// SLEE is the state of a node's SLEE, or a desired one.
type SLEE string

const (
	SLEENone     SLEE = ""         // nothing said
	SLEEStopped  SLEE = "stopped"  // configured and initialised
	SLEEStarting SLEE = "starting" // resource adaptor entities are being started
	SLEERunning  SLEE = "running"
	SLEEStopping SLEE = "stopping" // no new activities; ends when the last one does
)

// A Node is one Rhino process and its directory on a host.
type Node struct {
	ID        int
	Host      string
	Quorum    bool     // meant to be started with -q
	Dir       string   // Conventions.NodeHome in Config.Home
	State     State    // as Config.Begin says
	SLEE      SLEE     // of a node that begins running; what is desired for it
	Desired   SLEE     // its own desired state; none from 3.0 on, before that as SLEE
	Arguments []string // that a node which begins running was started with, such as "-k"; none
	Port      int      // of the management registry; 1199, and 100 more for each further node on the host
}

// Activities are the calls and sessions in a SLEE that runs. A SLEE that
// stops takes no new ones, and those it has end evenly over Drain.
type Activities struct {
	Each  int           // on each node; 0
	Drain time.Duration // until the last has ended; 0 is at once
}

// A Service is deployed in the cluster.
type Service struct {
	Name, Vendor, Version string
	Inactive              bool // its desired state at the beginning
}

// An Entity is a resource adaptor entity.
type Entity struct {
	Name     string
	Inactive bool // its desired state at the beginning
}

// Selector is how a component knows that it is the primary one.
type Selector string

const (
	Voting  Selector = "voting"   // it has a majority of the previous primary component; of two halves, the one with the lowest id
	TwoNode Selector = "two-node" // of two nodes either survives the end of the other's process; cut apart, the lower id stays
)
