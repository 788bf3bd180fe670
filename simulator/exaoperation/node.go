package exaoperation

import (
	"cmp"
	"fmt"
	"time"
)

// A power is what state a node is in.
type power uint8

const (
	off       power = iota
	waiting         // powered on; boots once a license server is up
	booting         // through its stages
	up              // in service
	suspended       // running, without cluster services
	stopping        // on its way to off
)

// The stages of a data node's boot, at these shares of its time.
const (
	stageBegun = iota
	stageMounted
	stagePrepared
	stageFinished
)

var stageShare = [...]time.Duration{0, 40, 70, 100}

// A node is a data node or a license server; on a single-node installation, both.
type node struct {
	power  power
	stage  uint8
	flag   Flag
	lost   bool // its data is lost
	again  bool // boots once it is off
	turns  bool // its cluster services are being stopped or started
	gen    uint32
	boots  uint32
	since  time.Duration // of its boot
	length time.Duration // of its boot
}

func (c *Cluster) isLicense(i int32) bool { return i < c.setup.licenses }
func (c *Cluster) isData(i int32) bool    { return i >= c.setup.first }
func (c *Cluster) name(i int32) string    { return c.setup.sites[i].name }

// isUp reports whether the node is in service.
func (c *Cluster) isUp(i int32) bool { return c.nodes[i].power == up }

// isOn reports whether the node has power and was not told to go.
func (c *Cluster) isOn(i int32) bool {
	p := c.nodes[i].power
	return p != off && p != stopping
}

func (c *Cluster) beginNodes() {
	s := c.setup
	c.nodes = make([]node, len(s.sites))
	for i := range c.nodes {
		n, spec := &c.nodes[i], &s.Nodes[max(0, i-int(s.first))]
		if c.isLicense(int32(i)) {
			spec = &s.LicenseServers[i]
		}
		n.flag = Active
		if spec.Flag != "" {
			n.flag = spec.Flag
		}
		switch c.beginPower(int32(i), spec.Power) {
		case PowerOn:
			n.power = up
		case PowerBooting:
			n.power = waiting
		}
		if spec.PoweredAt > 0 {
			c.plan(spec.PoweredAt, nodeByHand, int32(i), 0)
		}
	}
	for i := range c.nodes {
		if c.nodes[i].power == waiting {
			c.nodes[i].power = off
			c.switchOn(int32(i))
		}
	}
	c.beginStorage()
}

// beginPower is the power a node begins with if nothing is said of it.
func (c *Cluster) beginPower(i int32, said Power) Power {
	switch {
	case said != "":
		return said
	case c.setup.Begin == Running:
		return PowerOn
	case !c.isLicense(i):
		return PowerOff
	case c.setup.Begin == Cold:
		return PowerBooting
	}
	return PowerOn
}

// switchOn gives the node power; nothing if it has.
func (c *Cluster) switchOn(i int32) {
	n := &c.nodes[i]
	if n.power == stopping {
		n.again = true
		return
	}
	if n.power != off {
		return
	}
	n.gen++
	n.power, n.again, n.turns = waiting, false, false
	if c.isLicense(i) || c.licenseUp() {
		c.boot(i)
	}
}

// licenseUp reports whether a license server is there to boot from.
func (c *Cluster) licenseUp() bool {
	for i := range c.setup.licenses {
		if c.isUp(i) {
			return true
		}
	}
	return false
}

// boot begins the node's boot proper, and with it what its flag says.
func (c *Cluster) boot(i int32) {
	n := &c.nodes[i]
	n.power, n.stage, n.since = booting, stageBegun, c.now
	n.boots++
	if n.flag != Active {
		n.lost = true
		c.uninstallPlugins(i)
		c.hazard(HazardFlag, c.name(i)+" booted with the flag "+string(n.flag)+": its data is lost")
	}
	span := c.setup.Timings.NodeBoot
	if c.isLicense(i) {
		span = c.setup.Timings.LicenseBoot
	}
	n.length = c.draw(span, forBoot, i, n.boots)
	for _, f := range c.setup.Faults.Nodes {
		if f.Kind == BootsLate && c.setup.index[f.Node] == i && spoils(f.Times, n.boots) {
			n.length += f.Late
		}
	}
	if c.isLicense(i) {
		n.stage = stagePrepared
	} else {
		c.note(c.setup.Texts.BootBegun, Information, serviceEXAoperation, i, -1, 0)
	}
	c.planStage(i)
}

// planStage plans the end of the node's current stage.
func (c *Cluster) planStage(i int32) {
	n := &c.nodes[i]
	n.gen++
	ends := n.since + n.length*stageShare[n.stage+1]/100
	c.plan(ends-c.now, nodeStage, i, n.gen)
}

// nodeStaged ends a stage of a boot.
func (c *Cluster) nodeStaged(i int32) {
	n, t := &c.nodes[i], &c.setup.Texts
	if n.stage == stagePrepared {
		if c.nodeFault(i, NeverBoots) == nil {
			c.nodeBooted(i)
		}
		return
	}
	n.stage++
	switch n.stage {
	case stageMounted:
		c.note(t.BootMounted, Information, serviceEXAoperation, i, -1, 0)
	case stagePrepared:
		c.note(t.BootPrepared, Information, serviceEXAoperation, i, -1, 0)
	}
	c.planStage(i)
}

// nodeFault is the fault of the kind that spoils the node's current boot.
func (c *Cluster) nodeFault(i int32, kind NodeFaultKind) *NodeFault {
	for k := range c.setup.Faults.Nodes {
		f := &c.setup.Faults.Nodes[k]
		if f.Kind == kind && c.setup.index[f.Node] == i && spoils(f.Times, c.nodes[i].boots) {
			return f
		}
	}
	return nil
}

// nodeFlagged lets somebody set the flag of a fault.
func (c *Cluster) nodeFlagged(fault int32) {
	f := &c.setup.Faults.Nodes[fault]
	c.nodes[c.setup.index[f.Node]].flag = cmp.Or(f.Flag, ToInstall)
}

func (c *Cluster) nodeBooted(i int32) {
	n := &c.nodes[i]
	n.power, n.stage = up, stageFinished
	if !c.isLicense(i) {
		c.note(c.setup.Texts.BootFinished, Information, serviceEXAoperation, i, -1, int64(n.length/time.Second))
	}
	for _, f := range c.setup.Faults.Nodes {
		if f.Kind == FallsOver && f.At == 0 && c.setup.index[f.Node] == i && spoils(f.Times, n.boots) {
			c.plan(f.After, nodeFails, i, n.boots)
		}
	}
	if c.nodeFault(i, Suspends) != nil {
		n.power = suspended
		return
	}
	c.bootPlugins(i)
	c.storageGotNode(i)
	if c.isLicense(i) {
		for j := range c.nodes {
			if c.nodes[j].power == waiting {
				c.boot(int32(j))
			}
		}
		if c.setup.single() {
			c.startStorage(nil)
		}
	}
	c.masterMayStart(i)
}

// takeDown lets the node go down in good order, and boot again if told to.
func (c *Cluster) takeDown(i int32, again bool) {
	n := &c.nodes[i]
	if n.power == off || n.power == stopping {
		n.again = again && n.power == stopping
		return
	}
	was := n.power
	n.gen++
	n.power, n.again, n.turns = stopping, again, false
	span := c.setup.Timings.NodeShutdown
	if c.isLicense(i) {
		span = c.setup.Timings.LicenseShutdown
	}
	c.plan(c.draw(span, forShutdown, i, n.boots), nodeDown, i, n.gen)
	c.outOfService(i, was)
}

func (c *Cluster) nodeIsDown(i int32) {
	n := &c.nodes[i]
	n.gen++
	n.power = off
	if n.again {
		c.switchOn(i)
	}
}

// cutPower takes the power from a node.
func (c *Cluster) cutPower(i int32) {
	n := &c.nodes[i]
	if n.power == off {
		return
	}
	was := n.power
	n.gen++
	n.power, n.again, n.turns = off, false, false
	c.note(c.setup.Texts.NodeGone, Error, serviceLoad, i, -1, 0)
	c.outOfService(i, was)
}

// outOfService lets everything that ran on the node know that it does not.
func (c *Cluster) outOfService(i int32, was power) {
	if was == off || was == stopping {
		return
	}
	c.stopPlugins(i)
	c.masterLost(i)
	if was == up && c.isData(i) {
		c.storageLostNode(i)
		c.databasesLoseNode(i)
	}
}

// servicesTurned ends a stop or start of a node's cluster services.
func (c *Cluster) servicesTurned(i int32) {
	n := &c.nodes[i]
	n.turns = false
	if n.power == suspended {
		n.power = up
		c.storageGotNode(i)
		c.masterMayStart(i)
		return
	}
	n.power = suspended
	c.masterLost(i)
	if c.isData(i) {
		c.storageLostNode(i)
		c.databasesLoseNode(i)
	}
}

// turnServices begins to stop or start a node's cluster services.
func (c *Cluster) turnServices(i int32) {
	n := &c.nodes[i]
	n.gen++
	n.turns = true
	c.plan(c.draw(c.setup.Timings.ClusterServices, forServices, i, n.gen), nodeServices, i, n.gen)
}

// PowerOn switches a node on by hand, as an operator or a hypervisor does. It
// does nothing to a node that is on.
func (c *Cluster) PowerOn(now time.Duration, node string) error {
	return c.byHand(now, node, c.switchOn)
}

// PowerOff takes the power from a node by hand. It counts as an accident, not
// as a hazard.
func (c *Cluster) PowerOff(now time.Duration, node string) error {
	return c.byHand(now, node, c.cutPower)
}

func (c *Cluster) byHand(now time.Duration, node string, do func(int32)) error {
	i, ok := c.setup.index[node]
	if !ok {
		return fmt.Errorf("power: got %q, want a node of %s", node, c.setup.Name)
	}
	c.Advance(now)
	do(i)
	return nil
}
