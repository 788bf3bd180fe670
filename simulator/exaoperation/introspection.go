package exaoperation

import (
	"slices"
	"strings"

	"runbook/effect"
)

// introspection is the method that every object has under the name, or nil.
func introspection(name string) *method {
	m := &method{name: name, role: RoleUser}
	switch name {
	case "listMethods":
		m.run = (*Cluster).callListMethods
	case "listObjects":
		m.run = (*Cluster).callListObjects
	case "methodHelp":
		m.parameters, m.run = "method_name", (*Cluster).callMethodHelp
	case "methodSignature":
		m.parameters, m.run = "method_name", (*Cluster).callMethodSignature
	case "getPath":
		m.run = (*Cluster).callPath
	case "getListValues":
		m.parameters, m.role, m.run = "list", RoleSupervisor, (*Cluster).callListValues
	case "getProperties":
		m.role, m.run = RoleSupervisor, (*Cluster).callProperties
	default:
		return nil
	}
	return m
}

func (c *Cluster) callListMethods(in *invocation) Answer {
	list := slices.Clone(namesOf(in.object.kind))
	if in.object.kind == clusterKind && !c.offers("haltLicenseServer") {
		list[slices.Index(list, "haltLicenseServer")] = "powerOffLicenseServer"
		slices.Sort(list)
	}
	return answer(values(list))
}

func (c *Cluster) callListObjects(in *invocation) Answer {
	return answer(values(c.below(in.object)))
}

// callPath answers the absolute and the relative path. That both come as a
// list is chosen.
func (c *Cluster) callPath(in *invocation) Answer {
	return answer([]effect.Value{c.path(in.object), "/" + in.object.name})
}

// What methodHelp is known to answer, but for layout [D]; nil is for methods
// that have no help.
var help = map[string]effect.Value{
	"getEXAoperationMaster":       nil,
	"getServiceState":             nil,
	"getCurrentLicenseServer":     nil,
	"shutdownNode":                nil,
	"getNodeState":                nil,
	"getEXASuiteVersion":          nil,
	"submitFirewallConfiguration": nil,
	"logEntries":                  nil,
	"logEntriesTagged":            nil,
	"getDiskStates":               nil,
	"getDatabaseList":             "DUPLICATE OF: `getAllDatabaseNames`",
	"getDatabaseState":            "DUPLICATE OF: stateDatabase()",
	"getDatabaseOperation":        "DUPLICATE OF: `operationGetCurrent`",
	"stopDatabase":                "DUPLICATE OF: shutdownDatabase()",
	"startDatabase":               "Start a database. DUPLICATE OF: startDatabase(). Remark: was omited by generation",
	"shutdownDatabase":            "Shutdown the database, must be running",
	"startupNode":                 "Send boot signal to node over Server Manageent card.",
	"powerOffLicenseServer":       "Restart license server.",
	"getServiceStates":            "Get state of all necessary EXAClusterOS services",
}

func (c *Cluster) callMethodHelp(in *invocation) Answer {
	name, ok := in.text(0)
	if !ok {
		return c.wrong(in, 0, "want text")
	}
	if _, ok := slices.BinarySearch(namesOf(in.object.kind), name); !ok && c.offers(name) {
		return c.notFound(in.object, name)
	}
	onNode := in.object.kind == nodeKind
	switch {
	case onNode && (name == "shutdownNode" || name == "startupNode"):
		return answer(c.setup.Texts.HelpUnknown)
	case in.object.kind == databaseKind && name == "getNodeState":
		return answer(c.setup.Texts.HelpUnknown)
	}
	if text, known := help[name]; known {
		return answer(text)
	}
	return answer(c.setup.Texts.HelpUnknown)
}

// callMethodSignature answers an empty list: the real one says of itself that
// it does not support it.
func (c *Cluster) callMethodSignature(in *invocation) Answer {
	if _, ok := in.text(0); !ok {
		return c.wrong(in, 0, "want text")
	}
	return answer([]effect.Value{})
}

// callListValues knows the lists that somebody has shown.
func (c *Cluster) callListValues(in *invocation) Answer {
	name, ok := in.text(0)
	if !ok {
		return c.wrong(in, 0, "want text")
	}
	var list []string
	switch name {
	case "Nodes": // not sorted [D]
		for _, i := range c.setup.data {
			list = append(list, c.name(i))
		}
		last := len(list) - 1
		list = append([]string{list[last]}, list[:last]...)
	case "Databases":
		list = c.databaseNames("")
	case "Volumes":
		for i := range c.volumes {
			list = append(list, c.volumes[i].name)
		}
	case "StorageDisks":
		list = c.disksOf("disk-type-storage")
	case "DataDisks":
		list = c.disksOf("disk-type-data")
	case "EXASolutionVersions":
		list = append(list, c.setup.Version)
	default:
		return c.fault(c.setup.Texts.NotModelled, "method", in.method.name+"("+name+")")
	}
	return answer(values(list))
}

func (c *Cluster) disksOf(kind string) []string {
	var list []string
	for i := range c.setup.Disks {
		if c.setup.Disks[i].Type == kind {
			list = append(list, c.setup.Disks[i].Name)
		}
	}
	return list
}

// callProperties answers the properties of which the simulator knows the value.
func (c *Cluster) callProperties(in *invocation) Answer {
	switch o := in.object; o.kind {
	case clusterKind:
		return answer(effect.Struct{
			{Name: "cluster_desc", Value: c.setup.Name},
			{Name: "exacluster_version", Value: c.setup.Version},
			{Name: "exasolution_versions", Value: []effect.Value{c.setup.Version}},
			{Name: "plugins", Value: c.callPluginList(in).Value},
		})
	case nodeKind:
		return answer(c.nodeProperties(o.index))
	case databaseKind:
		return answer(c.databaseProperties(&c.databases[o.index]))
	case logServiceKind:
		return answer(c.logProperties(&c.logs[o.index]))
	case storageKind:
		return answer(effect.Struct{{Name: "vlan_list", Value: []effect.Value{}}})
	case usersKind:
		return answer(effect.Struct{})
	}
	return c.fault(c.setup.Texts.NotModelled, "method", in.method.name)
}

// nodeProperties tell by ipmi_group whether there is a server management card.
func (c *Cluster) nodeProperties(i int32) effect.Struct {
	var group effect.Value
	if c.setup.sites[i].card {
		group = c.setup.Texts.CardGroup
	}
	n := &c.nodes[i]
	return effect.Struct{
		{Name: "ipmi_group", Value: group},
		{Name: "mac_addr_eth0", Value: c.mac(i)},
		{Name: "number", Value: int64(c.setup.sites[i].number)},
		{Name: "to_install", Value: n.flag == ToInstall},
		{Name: "to_wipe", Value: n.flag == ToWipe},
	}
}

func (c *Cluster) databaseProperties(d *database) effect.Struct {
	all := effect.Struct{
		{Name: "clients_port_number", Value: d.port},
		{Name: "data_volume", Value: d.spec.Volume},
		{Name: "database_name", Value: d.name},
		{Name: "database_version", Value: d.version},
		{Name: "nodes_list", Value: append(c.nodeValues(d.active), c.nodeValues(d.reserve)...)},
		{Name: "nodes_number", Value: int64(len(d.active))},
	}
	for _, f := range d.extra {
		if _, there := all.Get(f.Name); !there {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b effect.Field) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (c *Cluster) logProperties(l *logService) effect.Struct {
	services, databases := l.spec.Services, l.spec.Databases
	if services == nil {
		services = logSources[:]
	}
	if databases == nil {
		databases = c.databaseNames("")
	}
	return effect.Struct{
		{Name: "exaclusteros_services", Value: values(services)},
		{Name: "exasolution_systems", Value: values(databases)},
		{Name: "priority", Value: string(priorities[l.least])},
	}
}

// nodeValues lists nodes by name.
func (c *Cluster) nodeValues(list []int32) []effect.Value {
	all := make([]effect.Value, len(list))
	for k, i := range list {
		all[k] = c.name(i)
	}
	return all
}
