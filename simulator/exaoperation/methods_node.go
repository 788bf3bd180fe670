package exaoperation

import "runbook/effect"

func (c *Cluster) callStartupNode(in *invocation) Answer {
	i, ok := c.nodeArg(in, 0, false)
	if !ok {
		return c.noNode(in, 0)
	}
	return c.startUp(i)
}

func (c *Cluster) callStartupThis(in *invocation) Answer { return c.startUp(in.object.index) }

// startUp sends the boot signal. It says nothing about what becomes of it.
func (c *Cluster) startUp(i int32) Answer {
	t, b := &c.setup.Texts, &c.setup.Behaviour
	if !c.setup.sites[i].card {
		return c.fault(t.NodeNoCard, "node", c.name(i))
	}
	if c.nodes[i].power != off && b.NodeOn == "refuse" {
		return c.fault(t.NodeIsOn, "node", c.name(i))
	}
	if c.nodes[i].power == off {
		c.switchOn(i)
	}
	return answer(b.Returns.StartupNode)
}

func (c *Cluster) callShutdownNode(in *invocation) Answer {
	i, ok := c.nodeArg(in, 0, false)
	if !ok {
		return c.noNode(in, 0)
	}
	return c.shutDown(i, false)
}

func (c *Cluster) callShutdownThis(in *invocation) Answer { return c.shutDown(in.object.index, false) }

func (c *Cluster) callReboot(in *invocation) Answer { return c.shutDown(in.object.index, true) }

// shutDown takes a node down in good order. The call itself is lost if
// EXAoperation runs there.
func (c *Cluster) shutDown(i int32, again bool) Answer {
	b := &c.setup.Behaviour
	if c.nodes[i].power == off {
		if b.NodeOff == "refuse" || again {
			return c.fault(c.setup.Texts.NodeIsOff, "node", c.name(i))
		}
		return answer(b.Returns.ShutdownNode)
	}
	return c.goingDown(i, b.Returns.ShutdownNode, func() { c.takeDown(i, again) })
}

// goingDown watches a node being taken out of service, and loses the call if
// EXAoperation runs there.
func (c *Cluster) goingDown(i int32, v effect.Value, take func()) Answer {
	c.watchShutdown(i)
	here := c.master.on == i
	take()
	if here {
		return Answer{Dropped: true}
	}
	return answer(v)
}

// callPowerOff takes a node's power by its out-of-band card.
func (c *Cluster) callPowerOff(in *invocation) Answer {
	i := in.object.index
	if !c.setup.sites[i].card {
		return c.fault(c.setup.Texts.NodeNoCard, "node", c.name(i))
	}
	if c.nodes[i].power == off {
		return answer(nil)
	}
	return c.goingDown(i, nil, func() { c.cutPower(i) })
}

func (c *Cluster) callReset(in *invocation) Answer {
	i := in.object.index
	if !c.setup.sites[i].card {
		return c.fault(c.setup.Texts.NodeNoCard, "node", c.name(i))
	}
	if c.nodes[i].power == off {
		return c.fault(c.setup.Texts.NodeIsOff, "node", c.name(i))
	}
	return c.goingDown(i, nil, func() { c.cutPower(i); c.switchOn(i) })
}

func (c *Cluster) callStopServices(in *invocation) Answer {
	i := in.object.index
	if !c.isUp(i) || c.nodes[i].turns {
		return c.fault(c.setup.Texts.NodeIsOff, "node", c.name(i))
	}
	c.watchServices(i)
	c.turnServices(i)
	return answer(nil)
}

func (c *Cluster) callStartServices(in *invocation) Answer {
	i := in.object.index
	if c.nodes[i].power != suspended || c.nodes[i].turns {
		return c.fault(c.setup.Texts.NodeIsOff, "node", c.name(i))
	}
	c.turnServices(i)
	return answer(nil)
}

func (c *Cluster) callSetActive(in *invocation) Answer { return c.setFlag(in.object.index, Active) }

func (c *Cluster) callSetInstall(in *invocation) Answer { return c.setFlag(in.object.index, ToInstall) }

func (c *Cluster) callSetWipe(in *invocation) Answer { return c.setFlag(in.object.index, ToWipe) }

func (c *Cluster) setFlag(i int32, f Flag) Answer {
	c.nodes[i].flag = f
	return answer(nil)
}

func (c *Cluster) callActivateNodes(in *invocation) Answer {
	list, ok := texts(in.args[0])
	if !ok {
		return c.wrong(in, 0, "want a list of nodes")
	}
	for _, name := range list {
		if _, ok := c.findNode(name, false); !ok {
			return c.fault(c.setup.Texts.NodeUnknown, "node", name)
		}
	}
	for _, name := range list {
		i, _ := c.findNode(name, false)
		c.nodes[i].flag = Active
	}
	return answer(nil)
}

func (c *Cluster) nodeText(i int32) string {
	t := &c.setup.Texts
	switch c.nodes[i].power {
	case up:
		return t.NodeRunning
	case suspended:
		return t.NodeSuspended
	case waiting, booting:
		return t.NodeBooting
	case stopping:
		return t.NodeStopping
	}
	return t.NodeOff
}

func (c *Cluster) callStateOfNode(in *invocation) Answer {
	i, ok := c.nodeArg(in, 0, false)
	if !ok {
		return c.noNode(in, 0)
	}
	return answer(effect.Struct{{Name: "status", Value: c.nodeText(i)}})
}

// callNodeState is a node object's own; it may not answer while the node boots.
func (c *Cluster) callNodeState(in *invocation) Answer {
	i := in.object.index
	boots := c.nodes[i].power == booting || c.nodes[i].power == waiting
	if boots && c.setup.Behaviour.NodeStateBooting == "fault" {
		return c.fault(c.setup.Texts.NodeStateBooting, "node", c.name(i))
	}
	return answer(effect.Struct{{Name: "status", Value: c.nodeText(i)}})
}

func (c *Cluster) callNodeRunning(in *invocation) Answer { return answer(c.isUp(in.object.index)) }

func diskValue(d *Disk) effect.Value {
	var devices effect.Value = "Default"
	if d.Devices != nil {
		devices = values(d.Devices)
	}
	return effect.Struct{
		{Name: "name", Value: d.Name},
		{Name: "type", Value: d.Type},
		{Name: "size", Value: d.Size},
		{Name: "free", Value: d.Free},
		{Name: "raid", Value: d.RAID},
		{Name: "encr", Value: d.Encryption},
		{Name: "devices", Value: devices},
		{Name: "state", Value: d.State},
		{Name: "mount_count", Value: d.MountCount},
		{Name: "next_fsck", Value: d.NextFsck},
	}
}

func (c *Cluster) callDiskStates(*invocation) Answer {
	list := make([]effect.Value, len(c.setup.Disks))
	for i := range list {
		list[i] = diskValue(&c.setup.Disks[i])
	}
	return answer(list)
}

func (c *Cluster) callDiskInfo(in *invocation) Answer {
	name, ok := in.text(0)
	if !ok {
		return c.wrong(in, 0, "want text")
	}
	if d := c.diskNamed(name); d != nil {
		return answer(diskValue(d))
	}
	return c.fault(c.setup.Texts.DiskMissing, "name", name)
}
