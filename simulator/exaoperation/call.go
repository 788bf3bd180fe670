package exaoperation

import "runbook/effect"

// A Call is one XML-RPC call as it reaches the cluster.
type Call struct {
	Path          string // of the URL, escaped or not: "/cluster1/db_exa_db1"
	Method        string // may be dotted: "db_exa_db1.getDatabaseState"
	Args          []effect.Value
	User          string
	Password      string
	Authenticated bool // credentials were sent at all
}

// An Answer is what the client gets. At most one of Unreachable, Dropped, a
// Status other than 200, and Fault applies, in this order; Value is for none
// of them.
type Answer struct {
	Unreachable bool // nobody listens: the call did not arrive
	Dropped     bool // the call took effect and the connection died of it
	Status      int  // HTTP status; 200 also for a fault
	Body        string
	Fault       *Fault
	Value       effect.Value
}

// A Fault is an XML-RPC fault.
type Fault struct {
	Code int64
	Text string
}
