// Package exaoperation is a simulated Exasol cluster seen through
// EXAoperation's XML-RPC interface.
//
// A [Cluster] is a state machine without clock, input or output of its own.
// Its input is a [Call] and the time of it; its output an [Answer]; between
// calls, what is under way ends when its time has come. Everything random is
// drawn from the seed, so that the same calls at the same times give the same
// answers:
//
//	c, err := exaoperation.New(exaoperation.Config{}, 1)
//	a := c.Call(0, exaoperation.Call{Path: "/cluster1", Method: "getNodeList", ...})
//
// Besides answering, a cluster watches: [Cluster.Hazards] lists the unsafe
// things that were done to it, whatever a client could know.
package exaoperation

import "time"

// A Cluster is a simulated cluster. It is not for concurrent use.
type Cluster struct {
	cfg *Config
	now time.Duration
}

// New makes a cluster. It reports what is wrong with cfg as an error that
// names the field. cfg and its slices must not be changed afterwards.
func New(cfg Config, seed uint64) (*Cluster, error) {
	return &Cluster{cfg: &cfg}, nil
}

// Call lets everything happen up to now, the virtual time since the
// beginning, and then makes the call. A now before an earlier one counts as
// that one.
func (c *Cluster) Call(now time.Duration, call Call) Answer {
	return Answer{Unreachable: true}
}

// Next is the time of the next thing that will happen by itself, if any will.
func (c *Cluster) Next(now time.Duration) (time.Duration, bool) { return 0, false }

// Advance lets everything happen up to now. One step does the same as many.
func (c *Cluster) Advance(now time.Duration) { c.now = max(c.now, now) }

// PowerOn switches a node on by hand, as an operator or a hypervisor does. It
// does nothing to a node that is on.
func (c *Cluster) PowerOn(now time.Duration, node string) error { return nil }

// PowerOff takes the power from a node.
func (c *Cluster) PowerOff(now time.Duration, node string) error { return nil }

// Hazards lists the unsafe things seen so far, in the order they happened,
// and then the standing ones.
func (c *Cluster) Hazards() []Hazard { return nil }

// Describe is the whole state as canonical text: two clusters that are alike
// but for their history have the same.
func (c *Cluster) Describe() string { return "" }

// DescribeShort is the state in one line for each unit: EXAoperation, nodes
// (neighbours in the same state together), services, databases, plugins.
func (c *Cluster) DescribeShort() []string { return nil }

// Clone is an independent copy of the cluster as it is now.
func (c *Cluster) Clone() *Cluster {
	d := *c
	return &d
}
