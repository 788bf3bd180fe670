package rhino

import (
	"fmt"
	"slices"

	"runbook/simulator/model"
)

// A Hazard is an unsafe thing that the cluster saw happen: one of those below.
type Hazard = model.Hazard

// The hazards.
const (
	HazardPrimaryTwice = "primary-component-created-twice" // two nodes started with the option that creates the primary component; standing while two are only made to
	HazardMajority     = "stopped-below-majority"          // a node stopped that takes the cluster below its majority
	HazardOutage       = "slee-stopped-everywhere"         // the SLEE stopped on every node while traffic was to be kept
	HazardStateDeleted = "last-node-state-deleted"         // per-node state deleted on the last node that had it
	HazardKilled       = "node-killed-under-slee"          // a node killed while its SLEE was running
	HazardActivities   = "shutdown-under-activities"       // a node shut down under live activities
)

// A Danger is a hazard in one line.
type Danger struct{ Name, Meaning string }

// Dangers lists every hazard with its meaning.
var Dangers = []Danger{
	{HazardPrimaryTwice, "two nodes started with the option that creates the primary component"},
	{HazardMajority, "a node stopped that takes the cluster below its majority"},
	{HazardOutage, "the SLEE stopped on every node while traffic was to be kept"},
	{HazardStateDeleted, "per-node state deleted on the last node that had it"},
	{HazardKilled, "a node killed while its SLEE was running"},
	{HazardActivities, "a node shut down under live activities"},
}

func (c *Cluster) hazard(name, format string, args ...any) {
	c.hazards = append(c.hazards, Hazard{At: c.now(), Name: name, Detail: fmt.Sprintf(format, args...)})
}

// seen reports whether that hazard was seen at this very moment.
func (c *Cluster) seen(name string) bool {
	for i := len(c.hazards) - 1; i >= 0 && c.hazards[i].At == c.now(); i-- {
		if c.hazards[i].Name == name {
			return true
		}
	}
	return false
}

// Hazards lists the unsafe things seen so far, in the order they happened,
// and then the standing ones.
func (c *Cluster) Hazards() []Hazard {
	all := slices.Clone(c.hazards)
	if h, is := c.standingPrimaries(); is {
		all = append(all, h)
	}
	return all
}
