package exaoperation

import (
	"slices"
	"strings"
)

// A level is how far a service or database is.
type level uint8

const (
	down level = iota
	rising
	running
	falling
)

// A storage is EXAStorage. It runs on every data node that is in service and
// was not ignored at its start, and keeps running while more than half of
// those that it began with are left.
type storage struct {
	level   level
	serves  bool // its service is OK
	gen     uint32
	starts  uint32
	stops   uint32
	ignored []int32
	members int // nodes it began with
	online  int // how many of them are left
	restart bool
}

func (c *Cluster) beginStorage() {
	s := c.setup
	if s.Begin == Running || s.single() && s.Begin == Stopped {
		if c.countStorage(); c.hasQuorum() {
			c.storage.level, c.storage.serves = running, true
		}
	}
}

// countStorage counts the members anew.
func (c *Cluster) countStorage() {
	c.storage.members, c.storage.online = 0, 0
	for _, i := range c.setup.data {
		if slices.Contains(c.storage.ignored, i) {
			continue
		}
		c.storage.members++
		if c.isUp(i) {
			c.storage.online++
		}
	}
}

func (c *Cluster) hasQuorum() bool { return 2*c.storage.online > c.storage.members }

// storageMissing lists the nodes that EXAStorage would start on and cannot.
func (c *Cluster) storageMissing(ignored []int32) []int32 {
	var missing []int32
	for _, i := range c.setup.data {
		if !c.isUp(i) && !slices.Contains(ignored, i) {
			missing = append(missing, i)
		}
	}
	return missing
}

// startStorage begins to start EXAStorage on the nodes that are not ignored.
func (c *Cluster) startStorage(ignored []int32) {
	s := &c.storage
	s.gen++
	s.starts++
	s.level, s.ignored = rising, ignored
	c.countStorage()
	c.planStorage(c.setup.Timings.StorageStart, c.storageFault(StorageHangs, s.starts))
}

// planStorage plans the end of a start or a stop, which a fault may put off.
func (c *Cluster) planStorage(usual Span, hangs *StorageFault) {
	gen := c.storage.gen
	switch d := c.draw(usual, forStorage, 0, gen); {
	case hangs == nil:
		c.plan(d, storageDone, 0, gen)
	case hangs.For > 0:
		c.plan(d+hangs.For, storageDone, 0, gen)
	}
}

// storageFault is the fault of the kind that spoils the n-th start or stop.
func (c *Cluster) storageFault(kind StorageFaultKind, turn uint32) *StorageFault {
	for i := range c.setup.Faults.Storage {
		if f := &c.setup.Faults.Storage[i]; f.Kind == kind && spoils(f.Times, turn) {
			return f
		}
	}
	return nil
}

func (c *Cluster) stopStorage() {
	s := &c.storage
	s.gen++
	s.stops++
	s.level = falling
	c.planStorage(c.setup.Timings.StorageStop, c.storageFault(StorageStopHangs, s.stops))
}

// storageTurned ends a start or a stop of EXAStorage.
func (c *Cluster) storageTurned() {
	s := &c.storage
	if s.level == rising {
		if c.storageFault(StorageFails, s.starts) != nil || !c.hasQuorum() {
			c.storageLost()
			return
		}
		s.level, s.serves = running, true
		c.note(c.setup.Texts.StorageUp, Information, serviceStorage, c.master.on, -1, 0)
		return
	}
	s.level, s.serves = down, false
	c.note(c.setup.Texts.StorageDown, Information, serviceStorage, c.master.on, -1, 0)
	c.databasesLoseStorage()
}

// storageLost ends EXAStorage without anybody having asked.
func (c *Cluster) storageLost() {
	if c.storage.level == down {
		return
	}
	c.storage.gen++
	c.storage.level, c.storage.serves = down, false
	c.note(c.setup.Texts.StorageLost, Error, serviceStorage, c.master.on, -1, 0)
	c.databasesLoseStorage()
}

// storageLostNode tells EXAStorage that a data node went out of service.
func (c *Cluster) storageLostNode(i int32) {
	if c.storage.level == down || slices.Contains(c.storage.ignored, i) {
		return
	}
	c.storage.online--
	if c.storage.level == running && !c.hasQuorum() {
		c.storageLost()
	}
}

// storageGotNode tells EXAStorage that a node came into service.
func (c *Cluster) storageGotNode(i int32) {
	if c.storage.level != down && c.isData(i) && !slices.Contains(c.storage.ignored, i) {
		c.storage.online++
	}
}

// storageRunsOn reports whether EXAStorage is active on the node.
func (c *Cluster) storageRunsOn(i int32) bool {
	return c.storage.level != down && c.isData(i) && c.isUp(i) && !slices.Contains(c.storage.ignored, i)
}

func (c *Cluster) callStartStorage(in *invocation) Answer {
	t := &c.setup.Texts
	var ignored []int32
	if len(in.args) > 0 && in.args[0] != nil {
		list, ok := texts(in.args[0])
		if !ok {
			return c.wrong(in, 0, "want a list of nodes")
		}
		for _, name := range list {
			i, ok := c.findNode(name, false)
			if !ok {
				return c.fault(t.NodeUnknown, "node", name)
			}
			ignored = append(ignored, i)
		}
	}
	if c.storage.level != down {
		return c.fault(t.StorageIsRunning)
	}
	if missing := c.storageMissing(ignored); len(missing) > 0 {
		return c.fault(t.StorageNodesMissing, "nodes", c.nodeNames(missing))
	}
	if f := c.storageFault(StorageRefuses, c.storage.starts+1); f != nil {
		c.storage.starts++
		return c.fault(either(f.Text, t.StorageFailed))
	}
	c.startStorage(ignored)
	return answer(t.StorageStarted)
}

func (c *Cluster) callStopStorage(*invocation) Answer {
	b, t := &c.setup.Behaviour, &c.setup.Texts
	if c.storage.level == down || c.storage.level == falling {
		return c.fault(t.StorageIsStopped)
	}
	for i := range c.databases {
		d := &c.databases[i]
		if d.isDown() && d.operation.name == "" {
			continue
		}
		if b.StorageStop == "refuse" {
			return c.fault(t.StorageDatabaseRunning, "db", d.name)
		}
		busy := ""
		if d.operation.name != "" {
			busy = " and busy with " + d.operation.name
		}
		c.hazard(HazardStorageStopped, "EXAStorage stopped while database "+d.name+" is "+c.stateText(d)+busy)
	}
	c.stopStorage()
	return answer(b.Returns.StopEXAStorage)
}

// nodeNames writes the nodes' names for a message.
func (c *Cluster) nodeNames(list []int32) string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = c.name(n)
	}
	return strings.Join(names, ", ")
}
