package exaoperation

import (
	"slices"
	"strconv"
	"strings"
)

// Describe is the whole state as canonical text: two clusters that are alike
// but for times, logs and hazards have the same. What is about to happen by
// itself shows as the state it will end, such as "booting".
func (c *Cluster) Describe() string {
	var b strings.Builder
	for _, line := range c.DescribeShort() {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	var volumes []string
	for i := range c.volumes {
		volumes = append(volumes, c.describeVolume(&c.volumes[i])+"\n")
	}
	slices.Sort(volumes)
	b.WriteString(strings.Join(volumes, ""))
	for i := range c.databases {
		for k := range c.databases[i].backups {
			b.WriteString(describeBackup(&c.databases[i], &c.databases[i].backups[k]) + "\n")
		}
	}
	for i := range c.users {
		u := &c.users[i]
		b.WriteString("user " + u.login + " " + string(u.role))
		for _, g := range u.grants {
			b.WriteString(", " + string(g.role) + " of " + g.object)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// DescribeShort is the state in one line for each unit: EXAoperation, nodes
// (neighbours in the same state together), services, databases, plugins.
func (c *Cluster) DescribeShort() []string {
	lines := []string{c.describeMaster()}
	lines = c.describeRuns(lines, 0, int32(len(c.nodes)), "", c.describeNode)
	var services strings.Builder
	services.WriteString("services")
	for i, name := range serviceNames {
		services.WriteString(" " + name + "=" + c.serviceState(i))
	}
	lines = append(lines, services.String())
	if c.storage.level == rising || c.storage.level == falling {
		lines = append(lines, "storage "+[...]string{rising: "starting", falling: "stopping"}[c.storage.level])
	}
	for i := range c.databases {
		lines = append(lines, c.describeDatabase(&c.databases[i]))
	}
	for p := range c.plugins {
		units := c.plugins[p].units
		lines = c.describeRuns(lines, 0, int32(len(c.nodes)), "plugin "+c.plugins[p].spec.Name+" ", func(i int32) string {
			if units[i].wrong {
				return string(units[i].state) + " in the wrong namespace"
			}
			return string(units[i].state)
		})
	}
	return lines
}

func (c *Cluster) describeMaster() string {
	switch m := c.master; {
	case m.on >= 0:
		return "EXAoperation on " + c.name(m.on)
	case m.next >= 0:
		return "EXAoperation starting on " + c.name(m.next)
	}
	return "EXAoperation down"
}

// describeRuns adds a line for each run of neighbours that are described alike.
func (c *Cluster) describeRuns(lines []string, from, to int32, prefix string, describe func(int32) string) []string {
	for i := from; i < to; {
		state, last := describe(i), i
		for last+1 < to && c.setup.sites[last+1].number == c.setup.sites[last].number+1 && last+1 != c.setup.first && describe(last+1) == state {
			last++
		}
		name := c.name(i)
		if last > i {
			name += ".." + c.name(last)
		}
		lines = append(lines, prefix+name+" "+state)
		i = last + 1
	}
	return lines
}

func (c *Cluster) describeNode(i int32) string {
	n := &c.nodes[i]
	s := [...]string{"off", "waiting for a license server", "booting", "up", "suspended", "stopping"}[n.power]
	if n.again {
		s = "rebooting"
	}
	if n.turns {
		s += ", changing services"
	}
	if n.flag != Active {
		s += ", " + string(n.flag)
	}
	if n.lost {
		s += ", data lost"
	}
	return s
}

func (c *Cluster) describeDatabase(d *database) string {
	s := "database " + d.name + " "
	if d.gone {
		return s + "gone"
	}
	s += [...]string{"setup", "startup", "running", "shutdown"}[d.level]
	if d.absent {
		s = "database " + d.name + " none"
	}
	for _, also := range []struct {
		is   bool
		text string
	}{
		{d.creates, ", being created"},
		{d.accepts, ", connectible"},
		{d.killed, ", not shut down in good order"},
		{d.operation.name != "", ", operation " + d.operation.name},
		{d.stops, ", to be stopped after it"},
		{d.again, ", to be started again"},
		{len(d.failed) > 0, ", failed nodes " + c.nodeNames(d.failed)},
	} {
		if also.is {
			s += also.text
		}
	}
	if v := c.volumeNamed(d.spec.Volume); v != nil && c.lostData(v) {
		s += ", data lost"
	}
	return s
}

func (c *Cluster) describeVolume(v *volume) string {
	s := "volume " + v.name + " " + string(v.kind)
	if v.temporary {
		s = "volume " + v.name + " temporary"
	}
	s += " redundancy " + strconv.Itoa(v.redundancy) + " size " + strconv.FormatInt(v.size, 10)
	if v.readers != nil {
		s += " readers " + strings.Join(slices.Sorted(slices.Values(v.readers)), ",")
	}
	return s
}

func describeBackup(d *database, b *backup) string {
	s := "backup " + b.path(d.name) + " in " + b.volume
	if b.unusable {
		s += ", unusable"
	}
	return s
}
