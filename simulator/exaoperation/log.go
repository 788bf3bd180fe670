package exaoperation

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
)

// A logSource is the service that wrote an entry.
type logSource uint8

const (
	serviceEXAoperation logSource = iota
	serviceDWAd
	serviceLockd
	serviceLoad
	serviceStorage
	serviceAuthentication
)

// The services of the log by their names [D]; before 6.1 the last was Appserver.
var logSources = [...]string{"EXAoperation", "DWAd", "Lockd", "Load", "Storage", "Authentication"}

// rank orders the priorities; 0 is none of them.
func (p Priority) rank() uint8 {
	switch p {
	case Information:
		return 1
	case Notice:
		return 2
	case Warning:
		return 3
	case Error:
		return 4
	}
	return 0
}

var priorities = [...]Priority{"", Information, Notice, Warning, Error}

// An entry of the log. Its text is made when it is read.
type entry struct {
	at       time.Duration
	clock    time.Duration // by which the cluster's own clock was off
	text     string        // with places to fill
	n        int64         // of a volume, if it is a database's
	node     int32         // -1 for none
	database int32         // -1 for none
	priority uint8
	source   logSource
}

// note writes lines to the log.
func (c *Cluster) note(lines []string, p Priority, source logSource, node, db int32, n int64) {
	for _, text := range lines {
		c.log = append(c.log, entry{c.now, c.clock, text, n, node, db, p.rank(), source})
	}
}

// A logService shows a part of the log, and remembers how much of it it has
// shown for each tag.
type logService struct {
	least   uint8
	sources uint8 // a bit for each
	spec    *LogService
	tags    map[string]int
}

func (c *Cluster) beginLogs() {
	c.logs = make([]logService, len(c.setup.LogServices))
	for i := range c.logs {
		spec := &c.setup.LogServices[i]
		l := &c.logs[i]
		*l = logService{least: max(spec.Priority.rank(), 1), sources: 0xff, spec: spec}
		if spec.Services != nil {
			l.sources = 0
			for k, name := range logSources {
				if slices.Contains(spec.Services, name) {
					l.sources |= 1 << k
				}
			}
		}
	}
}

// shows reports whether the entry is of the service's part of the log.
func (c *Cluster) shows(l *logService, e *entry) bool {
	if e.priority < l.least {
		return false
	}
	if e.database >= 0 && l.spec.Databases != nil {
		return slices.Contains(l.spec.Databases, c.databases[e.database].name)
	}
	return e.database >= 0 || l.sources&(1<<e.source) != 0
}

func (c *Cluster) callLogEntries(in *invocation) Answer {
	return c.readLog(&c.logs[in.object.index], 0)
}

func (c *Cluster) callLogEntriesTagged(in *invocation) Answer {
	tag, ok := in.text(0)
	if !ok {
		return c.wrong(in, 0, "want text")
	}
	l := &c.logs[in.object.index]
	from := l.tags[tag]
	if l.tags == nil {
		l.tags = map[string]int{}
	}
	l.tags[tag] = len(c.log)
	return c.readLog(l, from)
}

// readLog answers with the service's entries from the given one on: two
// times, and the entries.
func (c *Cluster) readLog(l *logService, from int) Answer {
	since := c.now - max(c.setup.Timings.LogWindow.Min, c.setup.Timings.LogWindow.Max)
	count := 0
	for i := from; i < len(c.log); i++ {
		if e := &c.log[i]; e.at >= since && c.shows(l, e) {
			count++
		}
	}
	list := make([]effect.Value, 0, count)
	for i := from; i < len(c.log); i++ {
		if e := &c.log[i]; e.at >= since && c.shows(l, e) {
			list = append(list, c.entryValue(e))
		}
	}
	if c.setup.Behaviour.LogOrder == "newest" {
		slices.Reverse(list)
	}
	return answer([]effect.Value{c.timeTuple(since), c.timeTuple(c.now), list})
}

func (c *Cluster) entryValue(e *entry) effect.Value {
	system, nodeName := logSources[e.source], ""
	if e.database >= 0 {
		system = c.databases[e.database].name
	}
	if e.node >= 0 {
		nodeName = c.name(e.node)
	}
	return effect.Struct{
		{Name: "priority", Value: string(priorities[e.priority])},
		{Name: "message", Value: c.entryText(e)},
		{Name: "strtime", Value: c.setup.Start.Add(e.at + e.clock).Format("2006-01-02 15:04:05.000000")},
		{Name: "system", Value: system},
		{Name: "node", Value: nodeName},
	}
}

// entryText fills the places of an entry's text.
func (c *Cluster) entryText(e *entry) string {
	if !strings.Contains(e.text, "{") {
		return e.text
	}
	n := strconv.FormatInt(e.n, 10)
	volume, db, node, ip, mac := n, "", "", "", ""
	if e.database >= 0 {
		n, db = strconv.Itoa(int(e.database)), c.databases[e.database].name
	}
	if e.node >= 0 {
		node, ip, mac = c.name(e.node), c.address(e.node), c.mac(e.node)
	}
	return expand(e.text, "n", n, "db", db, "node", node, "ip", ip, "mac", mac, "version", c.setup.Version, "volume", volume)
}

// wall is the cluster's own clock at a time since the beginning.
func (c *Cluster) wall(at time.Duration) time.Time { return c.setup.Start.Add(at + c.clock) }

// timeTuple is a time as year, month, day, hour, minute, second, millisecond.
func (c *Cluster) timeTuple(at time.Duration) effect.Value {
	t := c.wall(at)
	return []effect.Value{
		int64(t.Year()), int64(t.Month()), int64(t.Day()),
		int64(t.Hour()), int64(t.Minute()), int64(t.Second()), int64(t.Nanosecond() / 1e6),
	}
}

// address is a node's: 10.50.1.11 for n0011.
func (c *Cluster) address(i int32) string {
	n := c.setup.sites[i].number
	return "10.50." + strconv.Itoa(int(1+n>>8)) + "." + strconv.Itoa(int(n&0xff))
}

// mac is the hardware address of a node's first interface.
func (c *Cluster) mac(i int32) string {
	const digits = "0123456789abcdef"
	n := c.setup.sites[i].number
	b := []byte("52:54:00:00:00:00")
	for k := len(b) - 1; n > 0 && k > 8; k-- {
		if b[k] != ':' {
			b[k] = digits[n&15]
			n >>= 4
		}
	}
	return string(b)
}
