package host

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A psRow is a process as ps and pgrep see it.
type psRow struct {
	pid, ppid, pgid, sid int
	user, state          string
	args                 []string
	started              time.Duration
}

// comm is the name of the program, of at most 15 bytes.
func (r psRow) comm() string {
	if len(r.args) == 0 {
		return ""
	}
	name := path.Base(strings.TrimPrefix(r.args[0], "-"))
	return name[:min(len(name), 15)]
}

// rows gives all processes, the first of which the machine began with.
func (c *call) rows() []psRow {
	rows := []psRow{{pid: 1, pgid: 1, sid: 1, user: "root", state: "Ss", args: []string{"/sbin/init"}, started: c.Machine().booted}}
	for _, p := range c.Machine().Processes() {
		r := psRow{pid: p.PID(), ppid: p.PPID(), pgid: p.Group(), sid: p.Session(), user: p.User(), state: "S", args: p.Args(), started: p.Started()}
		if p == c.Process {
			r.state = "R"
		}
		if r.sid == r.pid {
			r.state += "s"
		}
		rows = append(rows, r)
	}
	return rows
}

// A psColumn is one column of ps.
type psColumn struct {
	header string
	width  int // negative: the text is at the left
	value  func(*call, psRow) string
}

func number10(n int) string { return strconv.Itoa(n) }

// psColumns are the columns by the names that -o takes.
var psColumns = map[string]psColumn{
	"pid":     {"PID", 7, func(_ *call, r psRow) string { return number10(r.pid) }},
	"ppid":    {"PPID", 7, func(_ *call, r psRow) string { return number10(r.ppid) }},
	"pgid":    {"PGID", 7, func(_ *call, r psRow) string { return number10(r.pgid) }},
	"pgrp":    {"PGRP", 7, func(_ *call, r psRow) string { return number10(r.pgid) }},
	"sid":     {"SID", 7, func(_ *call, r psRow) string { return number10(r.sid) }},
	"sess":    {"SESS", 7, func(_ *call, r psRow) string { return number10(r.sid) }},
	"stat":    {"STAT", -4, func(_ *call, r psRow) string { return r.state }},
	"state":   {"S", -1, func(_ *call, r psRow) string { return r.state[:1] }},
	"s":       {"S", -1, func(_ *call, r psRow) string { return r.state[:1] }},
	"user":    {"USER", -8, func(_ *call, r psRow) string { return r.user }},
	"euser":   {"EUSER", -8, func(_ *call, r psRow) string { return r.user }},
	"ruser":   {"RUSER", -8, func(_ *call, r psRow) string { return r.user }},
	"uid":     {"UID", 5, func(_ *call, r psRow) string { return number10(userID(r.user)) }},
	"tty":     {"TT", -8, func(*call, psRow) string { return "?" }},
	"tt":      {"TT", -8, func(*call, psRow) string { return "?" }},
	"tname":   {"TTY", -8, func(*call, psRow) string { return "?" }},
	"time":    {"TIME", 8, func(*call, psRow) string { return "00:00:00" }},
	"etime":   {"ELAPSED", 11, func(c *call, r psRow) string { return elapsed(c.age(r)) }},
	"etimes":  {"ELAPSED", 7, func(c *call, r psRow) string { return number10(int(c.age(r) / time.Second)) }},
	"lstart":  {"STARTED", 24, func(c *call, r psRow) string { return c.startDate(r).Format("Mon Jan _2 15:04:05 2006") }},
	"stime":   {"STIME", 5, func(c *call, r psRow) string { return c.startShort(r) }},
	"pcpu":    {"%CPU", 4, func(*call, psRow) string { return "0.0" }},
	"%cpu":    {"%CPU", 4, func(*call, psRow) string { return "0.0" }},
	"pmem":    {"%MEM", 4, func(*call, psRow) string { return "0.0" }},
	"%mem":    {"%MEM", 4, func(*call, psRow) string { return "0.0" }},
	"vsz":     {"VSZ", 6, func(*call, psRow) string { return "2480" }},
	"rss":     {"RSS", 5, func(*call, psRow) string { return "1024" }},
	"comm":    {"COMMAND", -15, func(_ *call, r psRow) string { return r.comm() }},
	"ucmd":    {"CMD", -15, func(_ *call, r psRow) string { return r.comm() }},
	"ucomm":   {"COMMAND", -15, func(_ *call, r psRow) string { return r.comm() }},
	"args":    {"COMMAND", -27, func(_ *call, r psRow) string { return strings.Join(r.args, " ") }},
	"command": {"COMMAND", -27, func(_ *call, r psRow) string { return strings.Join(r.args, " ") }},
	"cmd":     {"CMD", -27, func(_ *call, r psRow) string { return strings.Join(r.args, " ") }},
}

func (c *call) age(r psRow) time.Duration   { return c.fleet().Now() - r.started }
func (c *call) startDate(r psRow) time.Time { return c.fleet().start.Add(r.started).UTC() }
func userID(user string) int {
	if user == "root" {
		return 0
	}
	return 1000
}

// startShort is the time of the start, or its day if that is another.
func (c *call) startShort(r psRow) string {
	at := c.startDate(r)
	if c.age(r) >= 24*time.Hour {
		return at.Format("Jan02")
	}
	return at.Format("15:04")
}

// elapsed writes a duration as [[DD-]hh:]mm:ss.
func elapsed(d time.Duration) string {
	s := int(d / time.Second)
	text := fmt.Sprintf("%02d:%02d", s/60%60, s%60)
	if s >= 3600 {
		text = fmt.Sprintf("%02d:%s", s/3600%24, text)
	}
	if s >= 86400 {
		text = fmt.Sprintf("%d-%s", s/86400, text)
	}
	return text
}

// A ps is one run of ps: which processes it selects, and what it shows of them.
type ps struct {
	*call
	all          bool
	pids, ppids  []int
	names, users []string
	selecting    bool
	columns      []psColumn
	bare         bool // no line of headers
}

var errPS = errors.New("usage")

// runPs is ps.
func runPs(c *call) int {
	p := &ps{call: c}
	if err := p.options(c.args); err != nil {
		if !errors.Is(err, errPS) {
			fmt.Fprintf(c.Stderr, "error: %v\n", err)
		}
		fmt.Fprint(c.Stderr, "\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n"+
			"  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n")
		return 1
	}
	if p.columns == nil {
		p.columns = psLayout(" pid:7 tname:-8 time:8 ucmd:-15")
	}
	p.head()
	found := false
	for _, r := range p.rows() {
		if p.selects(r) {
			p.line(func(col psColumn) string { return col.value(c, r) })
			found = true
		}
	}
	if !found {
		return 1
	}
	return 0
}

// psLayout makes columns of words NAME:WIDTH, with =HEADER if it is another.
func psLayout(words string) []psColumn {
	var columns []psColumn
	for word := range strings.FieldsSeq(words) {
		word, header, renamed := strings.Cut(word, "=")
		name, width, _ := strings.Cut(word, ":")
		col := psColumns[name]
		if n, err := strconv.Atoi(width); err == nil {
			col.width = n
		}
		if renamed {
			col.header = header
		}
		columns = append(columns, col)
	}
	return columns
}

func (p *ps) head() {
	if slices.ContainsFunc(p.columns, func(col psColumn) bool { return col.header != "" }) && !p.bare {
		p.line(func(col psColumn) string { return col.header })
	}
}

// line writes a line; the last column is not filled up.
func (p *ps) line(text func(psColumn) string) {
	var b strings.Builder
	for i, col := range p.columns {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch t := text(col); {
		case col.width >= 0:
			fmt.Fprintf(&b, "%*s", max(col.width, len(col.header)), t)
		case i < len(p.columns)-1:
			fmt.Fprintf(&b, "%-*s", max(-col.width, len(col.header)), t)
		default:
			b.WriteString(t)
		}
	}
	p.printf("%s\n", b.String())
}

func (p *ps) selects(r psRow) bool {
	switch {
	case p.all:
		return true
	case p.selecting:
		return slices.Contains(p.pids, r.pid) || slices.Contains(p.ppids, r.ppid) || slices.Contains(p.users, r.user) ||
			slices.Contains(p.users, number10(userID(r.user))) || slices.Contains(p.names, r.comm())
	}
	return r.user == p.User()
}
