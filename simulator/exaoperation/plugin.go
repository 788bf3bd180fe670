package exaoperation

import (
	"slices"
	"time"

	"runbook/effect"
)

// A pluginUnit is a plugin on one node.
type pluginUnit struct {
	state  PluginState
	wrong  bool          // its service runs in the wrong process namespace
	since  time.Duration // it was started
	config string        // what PUT_SNMP_CONFIG gave it
}

type plugin struct {
	spec  *Plugin
	units []pluginUnit // by node
}

func (c *Cluster) beginPlugins() {
	s := c.setup
	c.plugins = make([]plugin, len(s.Plugins))
	for p := range c.plugins {
		spec := &s.Plugins[p]
		units := make([]pluginUnit, len(s.sites))
		for i := range units {
			u := &units[i]
			u.state = spec.OnNodes
			if c.isLicense(int32(i)) {
				u.state = spec.State
			}
			if u.state == PluginStarted && !c.isUp(int32(i)) {
				u.state = PluginStopped
			}
			u.wrong = c.isLicense(int32(i)) && u.state == PluginStarted && spec.Namespace == NamespaceWrong
		}
		c.plugins[p] = plugin{spec, units}
	}
}

// bootPlugins lets a boot do what it does to plugins: a license server starts
// them, in the wrong namespace.
func (c *Cluster) bootPlugins(i int32) {
	start := c.isLicense(i) || c.setup.Behaviour.PluginBoot == "started"
	for p := range c.plugins {
		if u := &c.plugins[p].units[i]; u.state != PluginAbsent && start {
			u.state, u.wrong, u.since = PluginStarted, c.isLicense(i), c.now
		}
	}
}

func (c *Cluster) stopPlugins(i int32) {
	for p := range c.plugins {
		if u := &c.plugins[p].units[i]; u.state == PluginStarted {
			u.state, u.wrong = PluginStopped, false
		}
	}
}

func (c *Cluster) uninstallPlugins(i int32) {
	for p := range c.plugins {
		c.plugins[p].units[i] = pluginUnit{state: PluginAbsent}
	}
}

func (c *Cluster) pluginText(s PluginState) string {
	t := &c.setup.Texts
	switch s {
	case PluginStarted:
		return t.PluginStarted
	case PluginStopped:
		return t.PluginStopped
	}
	return t.PluginAbsent
}

// callPlugin is callPlugin(plugin, node, command, extra=”).
func (c *Cluster) callPlugin(in *invocation) Answer {
	t := &c.setup.Texts
	name, ok1 := in.text(0)
	command, ok2 := in.text(2)
	if !ok1 || !ok2 {
		return c.wrong(in, 0, "want text")
	}
	i, ok := c.nodeArg(in, 1, true)
	if !ok {
		return c.noNode(in, 1)
	}
	p := slices.IndexFunc(c.plugins, func(p plugin) bool { return p.spec.Name == name })
	if p < 0 {
		return c.fault(t.PluginUnknown, "name", name)
	}
	if !slices.Contains(c.setup.functions[p], command) {
		return c.fault(t.PluginNoFunction, "name", name, "text", command)
	}
	if f := c.pluginFault(name, command, i); f != nil {
		status := f.Status
		if status == 0 {
			status = failedStatus
		}
		return pluginAnswer(status, expand(either(f.Text, t.PluginFailed), "name", name, "node", c.name(i)))
	}
	if !c.isUp(i) {
		return pluginAnswer(failedStatus, expand(t.PluginNodeDown, "node", c.name(i)))
	}
	extra, _ := in.text(3)
	return c.runPlugin(&c.plugins[p].units[i], command, extra)
}

// failedStatus is what callPlugin answers with a failure: exit 1 as a raw wait status [I].
const failedStatus = 256

func pluginAnswer(status int64, text string) Answer {
	return answer([]effect.Value{status, text})
}

func (c *Cluster) pluginFault(name, command string, i int32) *PluginFault {
	for k := range c.setup.Faults.Plugins {
		f := &c.setup.Faults.Plugins[k]
		fits := f.Plugin == name && (f.Command == "" || f.Command == command) && (f.Node == "" || c.setup.index[f.Node] == i)
		if fits && (f.Times == 0 || c.pluginFaults[k] < f.Times) {
			c.pluginFaults[k]++
			return f
		}
	}
	return nil
}

// runPlugin runs a command of a plugin on a node.
func (c *Cluster) runPlugin(u *pluginUnit, command, extra string) Answer {
	switch command {
	case "INSTALL_AND_START":
		*u = pluginUnit{state: PluginStarted, since: c.now, config: u.config}
	case "UNINSTALL":
		*u = pluginUnit{state: PluginAbsent}
	case "PUT_SNMP_CONFIG":
		u.config = extra
		return pluginAnswer(0, "")
	case "GET_SNMP_CONFIG":
		return pluginAnswer(0, u.config)
	case "START", "STOP", "RESTART":
		if u.state == PluginAbsent {
			return pluginAnswer(failedStatus, c.pluginText(u.state))
		}
		c.turnPlugin(u, command)
	case "STATUS":
		if u.state != PluginStarted {
			return pluginAnswer(failedStatus, c.pluginText(u.state))
		}
	default:
		return pluginAnswer(0, "")
	}
	return pluginAnswer(0, c.pluginText(u.state))
}

// turnPlugin starts or stops a plugin that is installed. What is stopped and
// then started is in the right namespace.
func (c *Cluster) turnPlugin(u *pluginUnit, command string) {
	switch command {
	case "STOP":
		u.state, u.wrong = PluginStopped, false
	case "START":
		if u.state != PluginStarted {
			u.state, u.wrong, u.since = PluginStarted, false, c.now
		}
	case "RESTART":
		u.wrong = u.wrong && c.setup.Behaviour.PluginRestart == "wrong"
		u.state, u.since = PluginStarted, c.now
	}
}

func (c *Cluster) callPluginList(*invocation) Answer {
	list := make([]effect.Value, len(c.plugins))
	for i := range c.plugins {
		list[i] = c.plugins[i].spec.Name
	}
	return answer(list)
}

func (c *Cluster) callPluginFunctions(in *invocation) Answer {
	name, ok := in.text(0)
	if !ok {
		return c.wrong(in, 0, "want text")
	}
	for p := range c.plugins {
		if spec := c.plugins[p].spec; spec.Name == name {
			all := make(effect.Struct, len(c.setup.functions[p]))
			for i, f := range c.setup.functions[p] {
				all[i] = effect.Field{Name: f, Value: spec.Functions[f]}
			}
			return answer(all)
		}
	}
	return c.fault(c.setup.Texts.PluginUnknown, "name", name)
}
