package simulator

import (
	"fmt"

	"runbook/effect"
	"runbook/simulator/exaoperation"
	"runbook/simulator/model"
)

// This file defines the builtins that say how a simulated cluster begins. What
// each default is, and what it rests on, package exaoperation says.

func newSystemScenario() ([]any, func() (any, error)) {
	var s SystemScenario
	c := &s.Config
	nodes := items[exaoperation.Node]{of: "simulate.node", from: nodeNamed, count: exaoperation.DataNodes}
	licenses := items[exaoperation.Node]{of: "simulate.node", from: nodeNamed}
	databases := items[exaoperation.Database]{of: "simulate.database", from: databaseNamed, count: databasesNumbered}
	volumes := items[exaoperation.Volume]{of: "simulate.volume"}
	disks := items[exaoperation.Disk]{of: "simulate.disk"}
	plugins := items[exaoperation.Plugin]{of: "simulate.plugin", from: pluginNamed}
	logs := items[exaoperation.LogService]{of: "simulate.logservice"}
	users := items[exaoperation.User]{of: "simulate.user"}
	state := choice{of: []string{"stopped", "running", "cold"}}
	var candidates, bucketfs names
	var latency span
	set := settings{
		texts: pairs[lines, *lines]{of: "texts"}, timings: pairs[span, *span]{of: "spans"},
		behaviour: pairs[text, *text]{of: "words"}, returns: pairs[value, *value]{of: "values"},
	}
	params := []any{
		"name", &s.Name, "url?", &s.URL, "state?", &state,
		"nodes?", &nodes, "license_servers?", &licenses, "databases?", &databases, "plugins?", &plugins,
		"volumes?", &volumes, "disks?", &disks, "logservices?", &logs, "users?", &users, "bucketfs?", &bucketfs,
		"master?", &c.Master, "candidates?", &candidates, "entry?", &c.Entry, "version?", &c.Version, "latency?", &latency,
		"timings?", &set.timings, "texts?", &set.texts, "behaviour?", &set.behaviour, "returns?", &set.returns,
	}
	return params, func() (any, error) {
		if s.Name == "" {
			return nil, wrong("name", fmt.Errorf("got %q, want a name", s.Name))
		}
		c.Name, c.Begin = s.Name, exaoperation.Begin(state.chosen)
		c.Nodes, c.LicenseServers, c.Databases, c.Plugins = nodes.list, licenses.list, databases.list, plugins.list
		c.Volumes, c.Disks, c.LogServices, c.Users, c.BucketFS = volumes.list, disks.list, logs.list, users.list, bucketfs
		c.Candidates, s.Latency = candidates, model.Span(latency)
		return s, set.apply(c)
	}
}

func nodeNamed(name string) exaoperation.Node         { return exaoperation.Node{Name: name} }
func databaseNamed(name string) exaoperation.Database { return exaoperation.Database{Name: name} }
func pluginNamed(name string) exaoperation.Plugin     { return exaoperation.Plugin{Name: name} }

func databasesNumbered(n int) []exaoperation.Database {
	list := make([]exaoperation.Database, n)
	for i := range list {
		list[i].Name = fmt.Sprintf("exa_db%d", i+1)
	}
	return list
}

// settings are the parameters that change named defaults.
type settings struct {
	texts     pairs[lines, *lines]
	timings   pairs[span, *span]
	behaviour pairs[text, *text]
	returns   pairs[value, *value]
}

func (s settings) apply(c *exaoperation.Config) error {
	for _, p := range s.texts.list {
		if err := c.Texts.Set(p.key, string(p.value)); err != nil {
			return wrong("texts", err)
		}
	}
	for _, p := range s.timings.list {
		if err := c.Timings.Set(p.key, model.Span(p.value)); err != nil {
			return wrong("timings", err)
		}
	}
	for _, p := range s.behaviour.list {
		if err := c.Behaviour.Set(p.key, string(p.value)); err != nil {
			return wrong("behaviour", err)
		}
	}
	for _, p := range s.returns.list {
		if err := setReturn(&c.Behaviour.Returns, p.key, p.value.Value); err != nil {
			return wrong("returns", err)
		}
	}
	return nil
}

// returnNames are the methods whose value a scenario can choose.
var returnNames = []string{"startupNode", "shutdownNode", "stopEXAStorage", "stopDatabase", "addUser"}

func setReturn(r *exaoperation.Returns, method string, v effect.Value) error {
	switch method {
	case "startupNode":
		r.StartupNode = v
	case "shutdownNode":
		r.ShutdownNode = v
	case "stopEXAStorage":
		r.StopEXAStorage = v
	case "stopDatabase":
		r.StopDatabase = v
	case "addUser":
		r.AddUser = v
	default:
		return fmt.Errorf("got %q, want one of %s", method, quoted(returnNames))
	}
	return nil
}

func newNode() ([]any, func() (any, error)) {
	var n exaoperation.Node
	power := choice{of: []string{"off", "booting", "on"}}
	flag := choice{of: []string{"active", "to_install", "to_wipe"}}
	card := true
	var at duration
	return []any{"name", &n.Name, "power?", &power, "flag?", &flag, "card?", &card, "powered_at?", &at}, func() (any, error) {
		n.Power, n.Flag, n.NoCard, n.PoweredAt = exaoperation.Power(power.chosen), exaoperation.Flag(flag.chosen), !card, at.get()
		return n, nil
	}
}

func newDatabase() ([]any, func() (any, error)) {
	var d exaoperation.Database
	var nodes, reserve names
	var usage int
	state := choice{of: []string{"none", "setup", "startup", "running", "shutdown"}}
	backups := items[exaoperation.Backup]{of: "simulate.backup"}
	operation := one[exaoperation.Operation]{of: "simulate.operation"}
	params := []any{
		"name", &d.Name, "state?", &state, "nodes?", &nodes, "reserve?", &reserve, "port?", &d.Port, "volume?", &d.Volume,
		"version?", &d.Version, "login?", &d.Login, "password?", &d.Password, "usage?", &usage,
		"backups?", &backups, "operation?", &operation,
	}
	return params, func() (any, error) {
		d.State, d.Nodes, d.Reserve, d.Usage = exaoperation.DatabaseState(state.chosen), nodes, reserve, int64(usage)
		d.Backups, d.Operation = backups.list, operation.item
		return d, nil
	}
}

func newOperation() ([]any, func() (any, error)) {
	var o exaoperation.Operation
	var lasts duration
	return []any{"name", &o.Name, "lasts?", &lasts}, func() (any, error) {
		o.For = lasts.get()
		return o, nil
	}
}

func newBackup() ([]any, func() (any, error)) {
	var b exaoperation.Backup
	var age, expires duration
	usable := true
	params := []any{"id", &b.ID, "level?", &b.Level, "volume?", &b.Volume, "age?", &age, "expires?", &expires, "usable?", &usable}
	return params, func() (any, error) {
		b.Age, b.Expires, b.Unusable = age.get(), expires.get(), !usable
		return b, nil
	}
}

func newVolume() ([]any, func() (any, error)) {
	var v exaoperation.Volume
	var nodes, readers names
	kind := choice{of: []string{"data", "archive", "remote"}}
	params := []any{
		"name", &v.Name, "kind?", &kind, "disk?", &v.Disk, "redundancy?", &v.Redundancy, "size?", &v.Size,
		"nodes?", &nodes, "readers?", &readers,
	}
	return params, func() (any, error) {
		v.Kind, v.Nodes, v.Readers = exaoperation.VolumeKind(kind.chosen), nodes, readers
		return v, nil
	}
}

func newDisk() ([]any, func() (any, error)) {
	var d exaoperation.Disk
	var devices names
	params := []any{
		"name", &d.Name, "type", &d.Type, "size?", &d.Size, "free?", &d.Free, "raid?", &d.RAID, "encryption?", &d.Encryption,
		"devices?", &devices, "state?", &d.State, "mount_count?", &d.MountCount, "next_fsck?", &d.NextFsck,
	}
	return params, func() (any, error) {
		d.Devices = devices
		return d, nil
	}
}

func newPlugin() ([]any, func() (any, error)) {
	var p exaoperation.Plugin
	functions := pairs[text, *text]{of: "texts"}
	states := []string{"not installed", "stopped", "started"}
	state, onNodes := choice{of: states}, choice{of: states}
	namespace := choice{of: []string{"right", "wrong"}}
	params := []any{"name", &p.Name, "functions?", &functions, "state?", &state, "on_nodes?", &onNodes, "namespace?", &namespace}
	return params, func() (any, error) {
		if functions.list != nil {
			p.Functions = map[string]string{}
		}
		for _, f := range functions.list {
			p.Functions[f.key] = string(f.value)
		}
		p.State, p.OnNodes = exaoperation.PluginState(state.chosen), exaoperation.PluginState(onNodes.chosen)
		p.Namespace = exaoperation.Namespace(namespace.chosen)
		return p, nil
	}
}

func newLogService() ([]any, func() (any, error)) {
	var services, databases names
	priority := choice{of: []string{"Information", "Notice", "Warning", "Error"}}
	return []any{"priority?", &priority, "services?", &services, "databases?", &databases}, func() (any, error) {
		return exaoperation.LogService{Priority: exaoperation.Priority(priority.chosen), Services: services, Databases: databases}, nil
	}
}

func newUser() ([]any, func() (any, error)) {
	var u exaoperation.User
	role := choice{of: []string{"User", "Supervisor", "Administrator", "Master"}}
	return []any{"login", &u.Login, "password?", &u.Password, "role?", &role}, func() (any, error) {
		u.Role = exaoperation.Role(role.chosen)
		return u, nil
	}
}
