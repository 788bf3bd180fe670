package exaoperation

import (
	"slices"
	"strconv"
	"strings"

	"runbook/effect"
)

// databaseOf is the database that a call is for.
func (c *Cluster) databaseOf(in *invocation) *database { return &c.databases[in.object.index] }

func (c *Cluster) callStartDatabase(in *invocation) Answer {
	d, t := c.databaseOf(in), &c.setup.Texts
	switch {
	case d.absent:
		return c.fault(t.DatabaseMissing, "db", d.name)
	case d.level != down:
		return c.fault(t.DatabaseIsRunning, "db", d.name)
	case d.operation.name != "":
		return c.fault(t.DatabaseBusy, "db", d.name, "text", d.operation.name)
	}
	bad := c.badService()
	if bad != "" || !c.allUp(d.active) {
		if c.setup.Behaviour.StartNotReady == "refuse" {
			return c.fault(t.DatabaseNotReady, "db", d.name)
		}
	}
	if bad != "" {
		c.hazard(HazardServices, "database "+d.name+" started while "+bad)
	}
	c.startDatabase(in.object.index)
	return answer(nil)
}

func (c *Cluster) allUp(list []int32) bool {
	for _, i := range list {
		if !c.isUp(i) {
			return false
		}
	}
	return true
}

func (c *Cluster) callStopDatabase(in *invocation) Answer    { return c.stop(in, false, false) }
func (c *Cluster) callForceStop(in *invocation) Answer       { return c.stop(in, true, false) }
func (c *Cluster) callRestartDatabase(in *invocation) Answer { return c.stop(in, false, true) }

// stop stops a database that runs; force does not ask about operations.
func (c *Cluster) stop(in *invocation, force, again bool) Answer {
	d, t, b := c.databaseOf(in), &c.setup.Texts, &c.setup.Behaviour
	switch {
	case d.absent:
		return c.fault(t.DatabaseMissing, "db", d.name)
	case d.level != running && !(force && d.level == rising):
		return c.fault(t.DatabaseIsDown, "db", d.name)
	}
	if d.operation.name != "" && !force {
		switch b.OperationStop {
		case "refuse":
			return c.fault(t.DatabaseBusy, "db", d.name, "text", d.operation.name)
		case "queue":
			d.stops, d.again = true, again
			return answer(b.Returns.StopDatabase)
		}
	}
	if d.operation.name != "" {
		c.hazard(HazardOperation, "database "+d.name+" stopped during "+d.operation.name)
	}
	c.stopDatabase(in.object.index, again)
	return answer(b.Returns.StopDatabase)
}

func (c *Cluster) callCreate(in *invocation) Answer {
	d, t := c.databaseOf(in), &c.setup.Texts
	if !d.absent || d.creates {
		return c.fault(t.DatabaseExists, "db", d.name)
	}
	if c.volumeNamed(d.spec.Volume) == nil {
		return c.fault(t.VolumeMissing)
	}
	if c.storage.level != running {
		return c.fault(t.StorageIsStopped)
	}
	i := in.object.index
	d.gen++
	d.creates = true
	c.note(t.DatabaseCreating, Information, serviceDWAd, d.active[0], i, 0)
	c.plan(c.draw(c.setup.Timings.DatabaseCreate, forDatabase, i, d.gen), databaseDone, i, d.gen)
	return answer(nil)
}

func (c *Cluster) callDatabaseState(in *invocation) Answer {
	return answer(c.stateText(c.databaseOf(in)))
}

func (c *Cluster) operationText(d *database) string {
	return either(d.operation.name, c.setup.Texts.OperationIdle)
}

func (c *Cluster) callOperation(in *invocation) Answer {
	return answer(c.operationText(c.databaseOf(in)))
}

func (c *Cluster) connectText(d *database) string {
	if d.accepts {
		return c.setup.Texts.Connectible
	}
	return c.setup.Texts.NotConnectible
}

func (c *Cluster) callConnectible(in *invocation) Answer {
	return answer(c.connectText(c.databaseOf(in)))
}

func (c *Cluster) callConnectionString(in *invocation) Answer {
	return answer(c.connectionString(c.databaseOf(in)))
}

// connectionString has the addresses of all the database's nodes, neighbours
// as a range: "10.50.1.11..14:8563".
func (c *Cluster) connectionString(d *database) string {
	list := append(slices.Clone(d.active), d.reserve...)
	slices.Sort(list)
	var b strings.Builder
	for k := 0; k < len(list); k++ {
		if k > 0 {
			b.WriteByte(',')
		}
		b.WriteString(c.address(list[k]))
		from := k
		for k+1 < len(list) && c.follows(list[k], list[k+1]) {
			k++
		}
		if k > from {
			b.WriteString("..")
			b.WriteString(strconv.Itoa(int(c.setup.sites[list[k]].number & 0xff)))
		}
	}
	b.WriteByte(':')
	b.WriteString(strconv.FormatInt(d.port, 10))
	return b.String()
}

// follows reports whether node j has the address after node i's.
func (c *Cluster) follows(i, j int32) bool {
	n := c.setup.sites[j].number
	return n == c.setup.sites[i].number+1 && n&0xff != 0
}

func (c *Cluster) callRunning(in *invocation) Answer {
	d := c.databaseOf(in)
	return answer(d.level == running || d.level == falling)
}

func (c *Cluster) callExists(in *invocation) Answer { return answer(!c.databaseOf(in).absent) }

func (c *Cluster) nodesValue(d *database) effect.Value {
	return effect.Struct{
		{Name: "active", Value: c.nodeValues(d.active)},
		{Name: "failed", Value: c.nodeValues(d.failed)},
		{Name: "reserve", Value: c.nodeValues(d.reserve)},
	}
}

func (c *Cluster) callDatabaseNodes(in *invocation) Answer {
	return answer(c.nodesValue(c.databaseOf(in)))
}

func (c *Cluster) callDatabaseInfo(in *invocation) Answer {
	d := c.databaseOf(in)
	return answer(effect.Struct{
		{Name: "connectible", Value: c.connectText(d)},
		{Name: "connection string", Value: c.connectionString(d)},
		{Name: "info", Value: ""},
		{Name: "name", Value: d.name},
		{Name: "nodes", Value: c.nodesValue(d)},
		{Name: "operation", Value: c.operationText(d)},
		{Name: "persistent volume", Value: either(d.spec.Volume, "None")},
		{Name: "quota", Value: int64(0)},
		{Name: "state", Value: c.stateText(d)},
		{Name: "temporary volume", Value: either(d.temp, "None")},
		{Name: "usage persistent", Value: d.spec.Usage},
		{Name: "usage temporary", Value: int64(0)},
	})
}

// callEditDatabase answers the names of the fields that changed.
func (c *Cluster) callEditDatabase(in *invocation) Answer {
	fields, ok := in.fields(0)
	if !ok {
		return c.wrong(in, 0, "want a dictionary")
	}
	d := c.databaseOf(in)
	changed := []effect.Value{}
	for _, f := range fields {
		before, _ := c.databaseProperties(d).Get(f.Name)
		if effect.Equal(before, f.Value) {
			continue
		}
		changed = append(changed, f.Name)
		c.setProperty(d, f)
	}
	return answer(changed)
}

func (c *Cluster) setProperty(d *database, f effect.Field) {
	n, number := f.Value.(int64)
	s, text := f.Value.(string)
	switch {
	case f.Name == "clients_port_number" && number:
		d.port = n
	case f.Name == "database_version" && text:
		d.version = s
	default:
		extra := slices.DeleteFunc(slices.Clone(d.extra), func(o effect.Field) bool { return o.Name == f.Name })
		d.extra = append(extra, f)
	}
}

// callEnlarge takes reserve nodes into the database.
func (c *Cluster) callEnlarge(in *invocation) Answer {
	d := c.databaseOf(in)
	n, ok := in.number(0)
	if !ok || n < 1 || n > int64(len(d.reserve)) {
		return c.wrong(in, 0, "want a number of reserve nodes")
	}
	if !d.isDown() {
		return c.fault(c.setup.Texts.DatabaseIsRunning, "db", d.name)
	}
	d.active = append(slices.Clone(d.active), d.reserve[:n]...)
	d.reserve = d.reserve[n:]
	return answer(nil)
}
