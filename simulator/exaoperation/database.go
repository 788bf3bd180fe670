package exaoperation

import (
	"fmt"
	"slices"
	"strings"

	"runbook/effect"
)

// A database's level is its state; before it is created it is absent.
type database struct {
	name    string
	spec    *Database // what Config said of it, or addDatabase
	level   level
	absent  bool // state none
	gone    bool // its definition has disappeared
	accepts bool // connections
	killed  bool // it was running and is not, though nobody stopped it
	again   bool // starts once it is down
	stops   bool // stops once its operation has ended
	creates bool // is being created
	gen     uint32
	starts  uint32
	ends    uint32 // stops begun

	active, reserve, failed []int32 // replaced, never changed
	port                    int64
	version                 string
	temp                    string // temporary volume; "" if there is none
	backups                 []backup
	made                    int64 // last backup id
	operation               operation
	schedule                []effect.Value
	extra                   effect.Struct // what editDatabase set
}

// isDown reports whether nothing of it runs.
func (d *database) isDown() bool { return d.level == down && !d.creates }

func (c *Cluster) beginDatabases() error {
	s := c.setup
	c.databases = make([]database, len(s.Databases))
	for i := range s.Databases {
		spec := &s.Databases[i]
		field := fmt.Sprintf("databases[%d]", i)
		reserve := []int32{}
		if spec.Reserve != nil {
			var err error
			if reserve, err = s.nodeList(spec.Reserve, field+".reserve"); err != nil {
				return err
			}
		}
		active, err := s.nodeList(spec.Nodes, field+".nodes")
		if err != nil {
			return err
		}
		if len(reserve) > 0 {
			active = slices.DeleteFunc(slices.Clone(active), func(n int32) bool { return slices.Contains(reserve, n) })
		}
		if len(active) == 0 {
			return fmt.Errorf("%s.nodes: got none that is not in reserve, want at least one", field)
		}
		c.databases[i] = database{name: spec.Name, spec: spec, active: active, reserve: reserve, port: int64(spec.Port), version: spec.Version}
	}
	if err := c.beginVolumes(); err != nil {
		return err
	}
	for i := range c.databases {
		c.beginDatabase(int32(i))
	}
	return nil
}

func (c *Cluster) beginDatabase(i int32) {
	d := &c.databases[i]
	c.beginBackups(d)
	switch {
	case d.spec.State == DatabaseNone:
		d.absent = true
	case d.spec.State == DatabaseStartup:
		c.startDatabase(i)
	case d.spec.State == DatabaseRunning, d.spec.State == DatabaseShutdown, d.spec.State == "" && c.setup.Begin == Running:
		d.level, d.accepts = running, true
		d.temp = c.addTemporary(d)
	}
	if d.spec.State == DatabaseShutdown {
		c.stopDatabase(i, false)
	}
	if o := d.spec.Operation; o.Name != "" {
		c.beginOperation(i, o.Name, otherOperation, o.For)
	}
}

func (c *Cluster) databaseNamed(name string) int32 {
	for i := range c.databases {
		if c.databases[i].name == name {
			return int32(i)
		}
	}
	return -1
}

// stateText is the database's state as getDatabaseState shows it.
func (c *Cluster) stateText(d *database) string {
	t := &c.setup.Texts
	switch {
	case d.absent:
		return t.DatabaseNone
	case d.level == rising:
		return t.DatabaseStartup
	case d.level == running:
		return t.DatabaseRunning
	case d.level == falling:
		return t.DatabaseShutdown
	}
	return t.DatabaseSetup
}

// startDatabase begins to start a database that is down.
func (c *Cluster) startDatabase(i int32) {
	d := &c.databases[i]
	d.gen++
	d.starts++
	d.level, d.killed, d.again, d.stops = rising, false, false, false
	c.note(c.setup.Texts.DatabaseStarting, Information, serviceDWAd, d.active[0], i, 0)
	c.planDatabase(i, c.setup.Timings.DatabaseStart, c.databaseFault(d, StartHangs, d.starts))
}

// stopDatabase begins to stop a database that runs.
func (c *Cluster) stopDatabase(i int32, again bool) {
	d := &c.databases[i]
	c.abortOperation(i)
	d.gen++
	d.ends++
	d.level, d.accepts, d.again, d.stops = falling, false, again, false
	c.note(c.setup.Texts.DatabaseStopping, Information, serviceDWAd, d.active[0], i, 0)
	c.planDatabase(i, c.setup.Timings.DatabaseStop, c.databaseFault(d, StopHangs, d.ends))
}

// planDatabase plans the end of a start or a stop, which a fault may put off.
func (c *Cluster) planDatabase(i int32, usual Span, hangs *DatabaseFault) {
	gen := c.databases[i].gen
	switch d := c.draw(usual, forDatabase, i, gen); {
	case hangs == nil:
		c.plan(d, databaseDone, i, gen)
	case hangs.For > 0:
		c.plan(d+hangs.For, databaseDone, i, gen)
	}
}

// databaseTurned ends a creation, a start or a stop.
func (c *Cluster) databaseTurned(i int32) {
	d := &c.databases[i]
	switch {
	case d.creates:
		d.creates, d.absent = false, false
	case d.level == rising:
		c.databaseRuns(i)
	case d.level == falling:
		temp := d.temp
		c.removeTemporary(d)
		d.gen++
		d.level = down
		c.noteStopped(i, temp)
		if d.again {
			c.startDatabase(i)
		}
	}
}

// noteStopped writes that a database has stopped and its temporary volume is
// deleted, if it had one.
func (c *Cluster) noteStopped(i int32, temp string) {
	lines := c.setup.Texts.DatabaseStopped
	number, ok := volumeNumber(temp)
	if !ok {
		lines = slices.DeleteFunc(slices.Clone(lines), func(s string) bool { return strings.Contains(s, "{volume}") })
	}
	c.note(lines, Information, serviceDWAd, c.databases[i].active[0], i, number)
}

// databaseRuns ends a start, well or not.
func (c *Cluster) databaseRuns(i int32) {
	d, t := &c.databases[i], &c.setup.Texts
	if c.storage.level != running || !c.manned(d) || !c.hasData(d) || c.databaseFault(d, StartFails, d.starts) != nil {
		d.gen++
		d.level = down
		c.note(t.DatabaseStartFailed, Error, serviceDWAd, d.active[0], i, 0)
		return
	}
	d.level = running
	d.temp = c.addTemporary(d)
	c.note(t.DatabaseStarted, Information, serviceDWAd, d.active[0], i, 0)
	wait := c.draw(c.setup.Timings.DatabaseConnect, forConnection, i, d.gen)
	if f := c.databaseFault(d, NotConnectible, d.starts); f != nil {
		if f.For == 0 {
			return
		}
		wait += f.For
	}
	c.plan(wait, databaseConnects, i, d.gen)
}

// databaseFault is the fault of the kind that spoils the database's n-th start or stop.
func (c *Cluster) databaseFault(d *database, kind DatabaseFaultKind, turn uint32) *DatabaseFault {
	for i := range c.setup.Faults.Databases {
		f := &c.setup.Faults.Databases[i]
		if f.Kind == kind && f.Database == d.name && spoils(f.Times, turn) {
			return f
		}
	}
	return nil
}

func (c *Cluster) databaseConnected(i int32) {
	d := &c.databases[i]
	d.accepts = true
	c.note(c.setup.Texts.DatabaseAccepting, Information, serviceDWAd, d.active[0], i, 0)
}

// manned reports whether every active node is in service, after reserve nodes
// have stood in for those that are not.
func (c *Cluster) manned(d *database) bool {
	active, reserve := d.active, d.reserve
	for k, i := range d.active {
		if c.isUp(i) {
			continue
		}
		stand := slices.IndexFunc(reserve, c.isUp)
		if stand < 0 {
			return false
		}
		active = slices.Clone(active)
		active[k] = reserve[stand]
		reserve = slices.Delete(slices.Clone(reserve), stand, stand+1)
		d.failed = append(slices.Clip(d.failed), i)
	}
	d.active, d.reserve = active, reserve
	return true
}

// databasesLoseNode tells every database that a node went out of service.
func (c *Cluster) databasesLoseNode(node int32) {
	for i := range c.databases {
		d := &c.databases[i]
		if d.level != down && slices.Contains(d.active, node) {
			c.plan(c.draw(c.setup.Timings.FailureDetect, forDatabase, int32(i), d.gen), databaseLosesNode, int32(i), d.gen)
		}
	}
}

// databaseLostNode lets a database notice that one of its nodes is gone: it
// starts again if reserve nodes can stand in, and is down otherwise.
func (c *Cluster) databaseLostNode(i int32) {
	d := &c.databases[i]
	was := d.level
	c.databaseLost(i)
	if was != running || c.storage.level != running || !c.manned(d) || !c.hasData(d) {
		return
	}
	d.gen++
	d.starts++
	d.level, d.killed = running, false
	d.temp = c.addTemporary(d)
	t := &c.setup.Timings
	wait := c.draw(t.ReserveActivate, forDatabase, i, d.gen) + c.draw(t.ReserveConnect, forConnection, i, d.gen)
	c.plan(wait, databaseConnects, i, d.gen)
}

// databaseLost ends a database without anybody having asked.
func (c *Cluster) databaseLost(i int32) {
	d := &c.databases[i]
	if d.level == down {
		return
	}
	c.abortOperation(i)
	c.removeTemporary(d)
	d.gen++
	d.killed = d.killed || d.level == running || d.level == falling
	d.level, d.accepts, d.again, d.stops = down, false, false, false
	c.note(c.setup.Texts.DatabaseLost, Error, serviceDWAd, d.active[0], i, 0)
}

func (c *Cluster) databasesLoseStorage() {
	for i := range c.databases {
		c.abortOperation(int32(i))
		if c.databases[i].level == running || c.databases[i].level == falling {
			c.databaseLost(int32(i))
		}
	}
}

// databaseDisappears takes a database's definition away, and what ran of it.
func (c *Cluster) databaseDisappears(i int32) {
	d := &c.databases[i]
	c.removeTemporary(d)
	d.gen++
	d.level, d.accepts, d.creates, d.gone = down, false, false, true
	d.operation = operation{gen: d.operation.gen + 1}
}
