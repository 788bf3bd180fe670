package exaoperation

import (
	"slices"
	"strconv"
	"time"

	"runbook/effect"
)

// nodeArg is the node that argument i names.
func (c *Cluster) nodeArg(in *invocation, i int, short bool) (int32, bool) {
	name, ok := in.text(i)
	if !ok {
		return 0, false
	}
	return c.findNode(name, short)
}

// noNode refuses argument i, which names no node.
func (c *Cluster) noNode(in *invocation, i int) Answer {
	name, ok := in.text(i)
	if !ok {
		return c.wrong(in, i, "want the name of a node")
	}
	return c.fault(c.setup.Texts.NodeUnknown, "node", name)
}

func (c *Cluster) callNodeList(*invocation) Answer { return answer(c.nodeValues(c.setup.data)) }

func (c *Cluster) callLicenseServer(*invocation) Answer {
	for i := range c.setup.licenses {
		if c.isUp(i) {
			return answer(int64(c.setup.sites[i].number))
		}
	}
	return answer(int64(c.setup.sites[0].number))
}

func (c *Cluster) callMaster(*invocation) Answer     { return answer(c.name(c.master.on)) }
func (c *Cluster) callCandidates(*invocation) Answer { return answer(values(c.setup.Candidates)) }

func (c *Cluster) callPossible(*invocation) Answer {
	list := []effect.Value{}
	for _, i := range c.setup.candidates {
		if c.isUp(i) {
			list = append(list, c.name(i))
		}
	}
	return answer(list)
}

func (c *Cluster) callNeedRestart(*invocation) Answer  { return answer(c.master.restart) }
func (c *Cluster) callSuiteVersion(*invocation) Answer { return answer(c.setup.Version) }
func (c *Cluster) callObsolete(*invocation) Answer     { return answer([]effect.Value{}) }
func (c *Cluster) callHavePlugins(*invocation) Answer  { return answer(len(c.plugins) > 0) }

func (c *Cluster) callCOSVersion(*invocation) Answer {
	return answer(expand(c.setup.Texts.COSVersion, "version", c.setup.Version))
}

func (c *Cluster) callHistory(*invocation) Answer {
	return answer([]effect.Value{c.setup.Version})
}

// callNothing changes what the simulator does not keep.
func (c *Cluster) callNothing(*invocation) Answer { return answer(nil) }

func (c *Cluster) callUpload(*invocation) Answer {
	c.uploaded = true
	return answer(nil)
}

func (c *Cluster) callUploadState(*invocation) Answer {
	if c.uploaded {
		return answer(c.setup.Texts.UploadDone)
	}
	return answer(c.setup.Texts.UploadNone)
}

func (c *Cluster) callUploadTLS(in *invocation) Answer {
	for i := range in.args {
		if _, ok := in.text(i); !ok {
			return c.wrong(in, i, "want text in PEM")
		}
	}
	c.master.restart = true
	return answer(nil)
}

// callEditNetwork answers the names of the fields that it was given. What it
// changes about HTTP and TLS waits for a restart of EXAoperation.
func (c *Cluster) callEditNetwork(in *invocation) Answer {
	fields, ok := in.fields(0)
	if !ok {
		return c.wrong(in, 0, "want a dictionary")
	}
	changed := make([]effect.Value, len(fields))
	for i, f := range fields {
		changed[i] = f.Name
		if f.Name == "no_allow_http" || f.Name == "disable_earlytls" {
			c.master.restart = true
		}
	}
	return answer(changed)
}

func (c *Cluster) callSetTime(in *invocation) Answer {
	text, _ := in.text(0)
	t, err := time.Parse(time.DateTime, text)
	if err != nil || t.Year() < 1970 || t.Year() > 2099 {
		return c.wrong(in, 0, "want a time such as 2017-01-01 00:00:00")
	}
	c.clock = t.Sub(c.setup.Start) - c.now
	return answer(nil)
}

// databaseNames lists the databases that have not disappeared.
func (c *Cluster) databaseNames(prefix string) []string {
	list := make([]string, 0, len(c.databases))
	for i := range c.databases {
		if d := &c.databases[i]; !d.gone {
			list = append(list, prefix+d.name)
		}
	}
	return list
}

func (c *Cluster) callDatabaseNames(*invocation) Answer { return answer(values(c.databaseNames(""))) }

func (c *Cluster) callDatabaseIDs(*invocation) Answer { return answer(values(c.databaseNames("db_"))) }

func (c *Cluster) callLogServices(*invocation) Answer {
	list := make([]effect.Value, len(c.logs))
	for i := range list {
		list[i] = effect.Struct{{Name: "name", Value: "logservice" + strconv.Itoa(i+1)}}
	}
	return answer(list)
}

// callHardware takes a node's name or number.
func (c *Cluster) callHardware(in *invocation) Answer {
	i, ok := c.nodeArg(in, 0, true)
	if n, number := in.number(0); number && n >= 0 && n < 1<<24 {
		i, ok = c.findNode(nodeName(int(n)), true)
	}
	if !ok {
		if s, text := in.text(0); text {
			if n, err := strconv.ParseUint(s, 10, 24); err == nil {
				i, ok = c.findNode(nodeName(int(n)), true)
			}
		}
	}
	if !ok {
		return c.noNode(in, 0)
	}
	table := int64(1)
	if len(in.args) > 1 {
		if table, ok = in.number(1); !ok {
			return c.wrong(in, 1, "want a number")
		}
	}
	t := &c.setup.Texts
	if !c.listens(i) {
		if c.setup.Behaviour.HardwareOffline == "fault" {
			return c.fault(t.HardwareOffline, "node", c.name(i))
		}
		return answer(expand(t.HardwareOffline, "node", c.name(i)))
	}
	return answer(expand(t.HardwareOnline, "node", c.name(i), "n", strconv.FormatInt(table, 10)))
}

// callRestartMaster restarts EXAoperation where it is, or on the node named.
func (c *Cluster) callRestartMaster(in *invocation) Answer {
	to := c.master.on
	name, ok := in.text(0)
	if !ok {
		return c.wrong(in, 0, "want the name of a node, or nothing in it")
	}
	if name != "" {
		if to, ok = c.findNode(name, false); !ok {
			return c.noNode(in, 0)
		}
		if !c.setup.sites[to].runs || !c.isUp(to) {
			return c.fault(c.setup.Texts.NoCandidate, "node", c.name(to))
		}
	}
	c.masterStarts(to, c.setup.Timings.EXAoperationRestart)
	return Answer{Dropped: true}
}

func (c *Cluster) callHaltLicense(in *invocation) Answer    { return c.license(in, false) }
func (c *Cluster) callRestartLicense(in *invocation) Answer { return c.license(in, true) }

// license shuts a license server down, and boots it again if told to.
func (c *Cluster) license(in *invocation, again bool) Answer {
	i, ok := c.nodeArg(in, 0, false)
	if !ok {
		return c.noNode(in, 0)
	}
	if !c.isLicense(i) {
		return c.fault(c.setup.Texts.NoLicenseServer, "node", c.name(i))
	}
	return c.shutDown(i, again)
}

func (c *Cluster) callAddDriver(in *invocation) Answer {
	if fields, ok := in.fields(0); !ok || len(fields) == 0 {
		return c.wrong(in, 0, "want a dictionary")
	}
	c.drivers++
	name := expand(c.setup.Texts.DriverID, "n", strconv.Itoa(int(c.drivers)))
	c.addObject(driverKind, c.drivers, name)
	return answer(name)
}

func (c *Cluster) callAddDatabase(in *invocation) Answer {
	fields, _ := in.fields(0)
	name, ok := fieldText(fields, "database_name")
	if !ok || name == "" {
		return c.wrong(in, 0, "want database_name and more")
	}
	if i := c.databaseNamed(name); i >= 0 {
		return c.fault(c.setup.Texts.DatabaseExists, "db", name)
	}
	active := c.setup.data
	if v, said := fields.Get("nodes_list"); said {
		names, ok := texts(v)
		list, err := c.setup.nodeList(names, "nodes_list")
		if !ok || err != nil || len(list) == 0 {
			return c.wrong(in, 0, "want nodes in nodes_list")
		}
		active = list
	}
	spec := &Database{Name: name, Version: c.setup.Version, Login: "sys", Password: "exasol"}
	spec.Volume, _ = fieldText(fields, "data_volume")
	d := database{name: name, spec: spec, absent: true, active: active, port: 8563, version: c.setup.Version}
	if n, said := fieldNumber(fields, "nodes_number"); said && n > 0 && n < int64(len(active)) {
		d.active, d.reserve = active[:n:n], active[n:]
	}
	if port, said := fieldNumber(fields, "clients_port_number"); said {
		d.port = port
	}
	if version, said := fieldText(fields, "database_version"); said {
		d.version = version
	}
	c.databases = append(slices.Clip(c.databases), d)
	c.addObject(databaseKind, int32(len(c.databases)-1), "db_"+name)
	return answer("db_" + name)
}
