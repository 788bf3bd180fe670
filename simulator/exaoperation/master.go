package exaoperation

// A master is EXAoperation itself: the node that runs it, or is about to.
type master struct {
	on      int32 // -1 if it does not run
	next    int32 // where it is starting; -1 if it is not
	gen     uint32
	restart bool // something waits for a restart to take effect
}

func (c *Cluster) beginMaster() {
	c.master.on, c.master.next = -1, -1
	i := c.setup.index[c.setup.Master]
	if c.isUp(i) {
		c.master.on = i
		return
	}
	c.masterFailsOver(c.setup.Timings.EXAoperationStart)
}

// front answers in EXAoperation's place while it does not run.
func (c *Cluster) front() (Answer, bool) {
	for _, f := range c.setup.Faults.Interface {
		if f.Kind != Moves && c.lasting(f.From, f.For) {
			if f.Kind == Unreachable {
				return Answer{Unreachable: true}, false
			}
			return c.gateway(), false
		}
	}
	if c.setup.Entry != "" && !c.listens(c.setup.index[c.setup.Entry]) {
		return Answer{Unreachable: true}, false
	}
	if c.master.on >= 0 {
		return Answer{}, true
	}
	if !c.anybodyListens() || c.master.next < 0 && c.setup.Behaviour.NoMaster == "unreachable" {
		return Answer{Unreachable: true}, false
	}
	return c.gateway(), false
}

func (c *Cluster) gateway() Answer {
	return Answer{Status: 501, Body: c.setup.Texts.Gateway}
}

// listens reports whether the node's web server answers.
func (c *Cluster) listens(i int32) bool {
	return c.nodes[i].power == up || c.nodes[i].power == suspended
}

func (c *Cluster) anybodyListens() bool {
	for i := range c.nodes {
		if c.listens(int32(i)) {
			return true
		}
	}
	return false
}

// candidate is the best node that can run EXAoperation now, or -1.
func (c *Cluster) candidate() int32 {
	for _, i := range c.setup.candidates {
		if c.isUp(i) {
			return i
		}
	}
	return -1
}

// masterLost moves EXAoperation elsewhere if it ran on the node.
func (c *Cluster) masterLost(i int32) {
	if c.master.on == i || c.master.next == i {
		c.masterFailsOver(c.setup.Timings.Failover)
	}
}

// masterFailsOver lets EXAoperation start on the best node there is.
func (c *Cluster) masterFailsOver(span Span) {
	c.masterStarts(c.candidate(), span)
}

// masterStarts lets EXAoperation start on a node, or nowhere if that is -1.
func (c *Cluster) masterStarts(i int32, span Span) {
	m := &c.master
	m.gen++
	m.on, m.next = -1, i
	if i >= 0 {
		c.plan(c.draw(span, forInterface, 0, m.gen), masterUp, i, m.gen)
	}
}

func (c *Cluster) masterIsUp() {
	m := &c.master
	m.on, m.next, m.restart = m.next, -1, false
}

// masterMoves is a move that nobody asked for.
func (c *Cluster) masterMoves(i int32) {
	if c.isUp(i) && c.master.on != i {
		c.masterStarts(i, c.setup.Timings.Failover)
	}
}

// masterMayStart lets EXAoperation start on a node that came into service, if
// it runs nowhere, or belongs there.
func (c *Cluster) masterMayStart(i int32) {
	if !c.setup.sites[i].runs {
		return
	}
	nowhere := c.master.on < 0 && c.master.next < 0
	returns := c.setup.Behaviour.Failback == "return" && c.isLicense(i) && c.master.on >= 0 && !c.isLicense(c.master.on)
	if nowhere || returns {
		c.masterStarts(i, c.setup.Timings.EXAoperationStart)
	}
}
