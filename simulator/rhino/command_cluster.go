package rhino

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"runbook/simulator/host"
)

// shutdown is the command shutdown: nodes leave the cluster in good order.
func (s *session) shutdown() bool {
	if s.c.strict && (s.options.set["-timeout"] || s.options.set["-restart"]) {
		return s.fail(s.c.Texts.Usage, "text", "shutdown [-nodes node1,node2,...]")
	}
	limit, ok := s.timeout()
	if !ok {
		return false
	}
	return s.bringDown(limit, s.options.set["-restart"], nil)
}

// reboot is the command reboot: a shutdown after which the nodes start again,
// with desired states if some are given.
func (s *session) reboot() bool {
	var states []SLEE
	if list, given := s.options.values["-states"]; given {
		for word := range strings.SplitSeq(list, ",") {
			state := SLEE(strings.ToLower(word))
			if state != SLEERunning && state != SLEEStopped {
				return s.fail(s.c.Texts.Usage, "text", "-states "+list)
			}
			states = append(states, state)
		}
	}
	return s.bringDown(0, true, states)
}

func (s *session) bringDown(limit time.Duration, restart bool, states []SLEE) bool {
	c, k := s.c, s.component()
	nodes, ok := s.downs()
	if !ok {
		return false
	}
	if states != nil && len(states) != len(nodes) {
		return s.fail(c.Texts.Usage, "text", strconv.Itoa(len(states))+" states for "+strconv.Itoa(len(nodes))+" nodes")
	}
	if wrong := c.notStopped(nodes); c.strict && len(wrong) > 0 {
		return s.fail(c.Texts.NeedsStopped, "nodes", ids(wrong))
	}
	switch {
	case states != nil:
		s.say(c.Texts.RebootDone, "nodes", ids(nodes))
	case s.options.set["-nodes"]:
		s.say(c.Texts.ShutdownNodes, "nodes", ids(nodes))
	default:
		s.say(c.Texts.ShutdownAll)
	}
	for i, state := range states {
		k.mem.setSLEE(nodes[i].spec.ID, state)
	}
	if states != nil {
		k.changed()
	}
	for _, n := range nodes {
		n.told = s.p.Started()
	}
	down := c.shutDown(k, nodes, limit, restart, s.p.Wake)
	c.watchers = append(c.watchers, s.p)
	defer func() { c.watchers = slices.DeleteFunc(c.watchers, func(p *host.Process) bool { return p == s.p }) }()
	for !down.done {
		s.p.Pause()
		if !s.connected() && !slices.Contains(nodes, s.node) {
			return s.fail(c.Texts.Lost)
		}
	}
	s.say(c.Texts.ShutdownDone)
	return true
}

// downs are the nodes to shut down: the named ones or every member that is ready.
func (s *session) downs() (nodes []*node, ok bool) {
	var all []*node
	for _, n := range s.component().current() {
		if n.step == ready {
			all = append(all, n)
		}
	}
	nodes, ok = s.named("-nodes")
	if !ok {
		return nil, false
	}
	if nodes == nil {
		return all, true
	}
	slices.SortFunc(nodes, func(a, b *node) int { return a.spec.ID - b.spec.ID })
	return nodes, s.within(nodes, all)
}

// notStopped are the event-router nodes whose SLEE is not stopped.
func (c *Cluster) notStopped(nodes []*node) []*node {
	return slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return n.flags.quorum || n.slee.state == SLEEStopped })
}

// kill is the command kill: nodes end at once.
func (s *session) kill() bool {
	nodes, ok := s.named("-nodes")
	if !ok {
		return false
	}
	if nodes == nil {
		return s.fail(s.c.Texts.Usage, "text", "kill -nodes node1,node2,...")
	}
	if !s.within(nodes, s.component().current()) {
		return false
	}
	for _, n := range nodes {
		if s.c.Behaviour.KillHalts == "yes" {
			n.halt()
		}
		n.told = s.p.Started()
		n.jvm.Signal(host.KILL)
	}
	s.say(s.c.Texts.KillDone, "nodes", ids(nodes))
	return true
}

// clusterState is the command getclusterstate.
func (s *session) clusterState() bool {
	k := s.component()
	rows := [][]string{{"node-id", "active-alarms", "host", "node-type", "slee-state", "start-time", "up-time"}}
	for _, n := range k.current() {
		kind, state := "event-router", n.slee.state.title()
		if n.flags.quorum {
			kind, state = "quorum", "n/a"
		}
		started := s.c.fleet.Date().Add(-n.uptime())
		rows = append(rows, []string{
			n.name, strconv.Itoa(k.alarmsOf(n)), n.machine.Name(), kind, state,
			started.Format("20060102 15:04:05"), uptimeText(n.uptime()),
		})
	}
	fmt.Fprint(s.p.Stdout, table(rows))
	return true
}

// uptimeText is a duration as getclusterstate shows it [doc].
func uptimeText(d time.Duration) string {
	seconds := int64(d / time.Second)
	return fmt.Sprintf("%ddays,%dh,%dm,%ds", seconds/86400, seconds/3600%24, seconds/60%60, seconds%60)
}

// table sets rows as the console does [doc]: each column one wider than what is
// in it, the headings on the left, the rest on the right.
func table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell)+1)
		}
	}
	var b strings.Builder
	for r, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-len(cell))
			if r == 0 {
				line.WriteString(cell + pad + "  ")
				continue
			}
			line.WriteString(pad + cell + "  ")
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		if r == 0 {
			var dashes []string
			for _, w := range widths {
				dashes = append(dashes, strings.Repeat("-", w))
			}
			b.WriteString(strings.Join(dashes, "  ") + "\n")
		}
	}
	return b.String()
}

// alarms is the command listactivealarms.
func (s *session) alarms() bool {
	k := s.component()
	if len(k.alarms) == 0 {
		s.say(s.c.Conventions.NoAlarms)
	}
	for i := range k.alarms {
		a := &k.alarms[i]
		at := s.c.fleet.Date().Add(a.at - s.c.now()).Format("02-Jan-06 15:04:05.000")
		s.say(s.c.Texts.Alarm, "n", strconv.Itoa(a.number), "id", a.by.name, "text", at, "name", a.text)
	}
	return true
}
