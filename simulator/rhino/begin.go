package rhino

import (
	"runbook/simulator/host"
)

// beginNodes puts every node in the state it begins in.
func (c *Cluster) beginNodes() {
	var running, known []*node
	for _, n := range c.nodes {
		if n.spec.State == NodeRunning {
			running = append(running, n)
		}
		if n.spec.State != NodeNew {
			known = append(known, n)
		}
	}
	if len(known) == 0 {
		return
	}
	c.lineages = 1
	members := known
	if len(running) > 0 {
		members = running
	}
	for _, n := range known {
		m := marker{lineage: 1, view: 2, members: members}
		if n.spec.State == NodeCrashed || n.spec.State == NodeHalted {
			m = marker{lineage: 1, view: 1, members: known}
		}
		c.lay(n.machine, n.primary, m.text())
		n.beginFiles()
	}
	if len(running) > 0 {
		c.beginRunning(running)
	}
}

// beginFiles are what the earlier life of a node that does not run left.
func (n *node) beginFiles() {
	c := n.c
	switch n.spec.State {
	case NodeStopped, NodeHalted:
		c.lay(n.machine, n.path(c.Conventions.HaltFile), "")
	case NodeCrashed:
		c.lay(n.machine, n.path(c.Conventions.PidFile), "999\n")
	}
	c.lay(n.machine, n.path(c.Conventions.Log), "")
}

// beginRunning starts nodes that have run for long.
func (c *Cluster) beginRunning(running []*node) {
	k := c.newComponent(1, 2)
	k.members, k.live, k.mem = running, len(running), c.stored.clone()
	for _, n := range running {
		f, _ := c.parseFlags(n.spec.ID, n.spec.Arguments)
		f.quorum = f.quorum || n.spec.Quorum
		n.script = n.machine.Start(host.Command{
			Argv: append([]string{n.path(c.Conventions.StartScript)}, f.args()...), Dir: n.spec.Dir, Detached: true,
			Stdout: appender{n.machine.Files(), n.path(c.Conventions.StartLog)},
			Run:    func(p *host.Process) int { return n.supervise(p, f, n.jvm) },
		})
		n.launch(n.script, f, n.resume)
		n.comp, n.synced, n.starts = k, true, 0 // its start is not counted: nobody saw it
	}
	for _, n := range running {
		n.serve()
		n.log(put(c.Texts.Ready, "text", c.Conventions.ReadyLine))
		n.beginSLEE()
	}
}

// beginSLEE puts the SLEE of a node that begins running in its state.
func (n *node) beginSLEE() {
	if n.flags.quorum {
		return
	}
	c, state := n.c, n.spec.SLEE
	if state == SLEENone {
		state = n.desired()
	}
	switch state {
	case SLEERunning:
		n.setSLEE(SLEERunning, false)
	case SLEEStarting:
		n.startSLEE()
	case SLEEStopping:
		n.setSLEE(SLEERunning, false)
		n.stopSLEE(c.Activities.Each)
	}
	n.converge()
}

// resume is the program of the JVM of a node that begins running.
func (n *node) resume(p *host.Process) int {
	for {
		n.flush(p)
		p.Pause()
	}
}
