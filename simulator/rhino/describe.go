package rhino

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"runbook/simulator/host"
)

// Describe is the whole state as canonical text: two clusters that are alike
// but for times, process ids, logs and hazards have the same. What is about to
// happen by itself shows as the state it will end.
func (c *Cluster) Describe() string {
	var b strings.Builder
	for i, line := range c.DescribeShort() {
		b.WriteString(line)
		if n := c.nodes[i]; n.supervised() && n.flags.again {
			b.WriteString(", -k")
		}
		b.WriteByte('\n')
	}
	for i, k := range c.components {
		fmt.Fprintf(&b, "primary component %d: %s\n", i+1, ids(k.current()))
		if k.mem != nil {
			c.describeMemory(&b, "  desired", k.mem)
		}
		var alarms []string
		for _, a := range k.alarms {
			alarms = append(alarms, "  alarm of node "+a.by.name+": "+a.kind+" of node "+a.about.name+"\n")
		}
		slices.Sort(alarms)
		b.WriteString(strings.Join(alarms, ""))
	}
	c.describeMemory(&b, "database", c.stored)
	for _, jar := range slices.Sorted(slices.Values(c.uploads)) {
		b.WriteString("installed " + jar + "\n")
	}
	return b.String()
}

func (c *Cluster) describeMemory(b *strings.Builder, what string, m *memory) {
	if m.slee != SLEENone {
		fmt.Fprintf(b, "%s: SLEE %s\n", what, m.slee)
	}
	if words := c.describeOwn(own{services: m.services, entities: m.entities}); words != "" {
		fmt.Fprintf(b, "%s: %s\n", what, words)
	}
	for _, id := range m.owners() {
		fmt.Fprintf(b, "%s: node %d: %s\n", what, id, c.describeOwn(m.own[id]))
	}
}

// DescribeShort is the state in one line for each node.
func (c *Cluster) DescribeShort() []string {
	lines := make([]string, 0, len(c.nodes))
	for _, n := range c.nodes {
		lines = append(lines, n.describeNow())
	}
	return lines
}

// consoleFault is how much longer a console that starts on the machine takes,
// and whether its login is refused.
func (c *Cluster) consoleFault(m *host.Machine) (slow time.Duration, refused bool) {
	for i := range c.Faults.Consoles {
		f := &c.Faults.Consoles[i]
		if f.Host != "" && f.Host != m.Name() || !f.contains(c.now()) {
			continue
		}
		c.faulty[i]++
		if !spoils(f.Times, c.faulty[i]) {
			continue
		}
		slow += f.Late
		refused = refused || f.Kind == ConsoleRefused
	}
	return slow, refused
}
