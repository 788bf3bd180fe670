package rhino

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
)

// errNoHome is the error of a node whose directory is not there.
var errNoHome = errors.New("no home")

// parseStatus reads what the line of status prints. The last part has a mark of
// its own: without it something is missing.
func (n *Node) parseStatus(text string, console bool) (*Status, error) {
	text = strings.ToValidUTF8(plain(text), "\uFFFD")
	missing := func(part string) error { return &malformed{0, "no part " + part, "the whole of a status"} }
	body, ok := strings.CutSuffix(text, "\n"+marker+"end\n")
	if !ok {
		return nil, missing("end")
	}
	flags, body, ok1 := strings.Cut(body, marker+"pid\n")
	pid, body, ok2 := strings.Cut(body, "\n"+marker+"processes\n")
	processes, body, ok3 := strings.Cut(body, marker+"ready\n")
	ready, log, ok4 := strings.Cut(body, "\n"+marker+"log\n")
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil, missing("pid, processes, ready or log")
	}
	members := ""
	if console {
		i := strings.LastIndex(log, "\n"+marker+"console\n")
		if i < 0 {
			return nil, missing("console")
		}
		log, members = log[:i], log[i+len(marker)+len("console\n")+1:]
	}
	has := func(flag string) bool { return slices.Contains(strings.Split(flags, "\n"), marker+flag) }
	switch {
	case !has("home"):
		return nil, errNoHome
	case strings.HasPrefix(processes, marker+"no ps\n"):
		return nil, &malformed{0, "no list of processes", "that of ps -A -o pid= -o lstart= -o args="}
	}
	s := &Status{Halt: has("halt"), Primary: has("primary"), Log: []string{}}
	for _, l := range linesOf(log) {
		s.Log = append(s.Log, l.text)
	}
	began := s.find(n, strings.TrimSpace(pid), processes)
	s.readiness(n, began, strings.TrimSpace(ready), members)
	return s, nil
}

// A process is a line of ps.
type process struct {
	pid   int
	since string
	began time.Time // zero if it is not known
	words []string
}

// processOf reads a line of ps: process id, when it was started in five words,
// command line.
func processOf(l string) (process, bool) {
	words := strings.Fields(l)
	if len(words) < 2 {
		return process{}, false
	}
	pid, ok := number(words[0])
	p := process{pid: pid, words: words[1:]}
	if len(words) > 6 {
		if began, err := time.Parse("Mon Jan 2 15:04:05 2006", strings.Join(words[1:6], " ")); err == nil {
			p.began, p.since, p.words = began, strings.Join(words[1:6], " "), words[6:]
		}
	}
	return p, ok && pid > 0
}

// find finds the node's process and start script among processes, and gives
// when the process was started. The pid file decides only between processes
// that are Rhino's: after a crash its number may be that of any program.
func (s *Status) find(n *Node, pidFile, list string) time.Time {
	c := n.cluster.Conventions
	written, _ := number(pidFile)
	var found process
	for l := range strings.Lines(list) {
		p, ok := processOf(l)
		switch {
		case !ok:
		case slices.Index(p.words, n.file(c.StartScript)) >= 0 && slices.Index(p.words, n.file(c.StartScript)) <= 1:
			s.Script = p.pid
		case n.owns(p, written) && (found.pid == 0 || p.pid == written):
			found = p
		}
	}
	s.Running, s.PID, s.Since = found.pid > 0, found.pid, found.since
	s.Stale = written > 0 && written != found.pid
	return found.began
}

// owns reports whether a process is the node's.
func (n *Node) owns(p process, written int) bool {
	c := n.cluster.Conventions
	command := strings.Join(p.words, " ")
	if !strings.Contains(command, n.file(c.Process)) {
		return false
	}
	if c.ProcessHome == "" {
		return p.pid == written
	}
	return standsIn(command, n.file(c.ProcessHome))
}

// standsIn reports whether a path stands in a command line as itself: node-10
// is not in one that speaks of node-101.
func standsIn(command, path string) bool {
	for from := 0; ; {
		i := strings.Index(command[from:], path)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(path)
		if (i == 0 || !inName(command[i-1])) && (end == len(command) || !inName(command[end])) {
			return true
		}
		from = i + 1
	}
}

// inName reports whether c may be within the name of a file.
func inName(c byte) bool {
	return c == '-' || c == '_' || c == '.' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// written is when a line of the log was written: "2016-05-10 12:34:54.487 …".
var written = regexp.MustCompile(`^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\b`)

// leeway is by how much ps may be wrong about when a process was started.
const leeway = 2 * time.Second

// readiness finds out whether the node takes management commands. A line of the
// log counts only if it was written since the process was started: the log
// outlives the node. Without such a line nothing is known, unless the console
// knows more: the line may have another wording, or be in an older file.
func (s *Status) readiness(n *Node, began time.Time, readyLine, members string) {
	yes := func(ready bool, by string) { s.Ready, s.ReadyBy = &ready, by }
	if !s.Running {
		yes(false, "process")
		return
	}
	if m := written.FindString(readyLine); m != "" && !began.IsZero() {
		if at, err := time.Parse(time.DateTime, m); err == nil {
			yes(!at.Before(began.Add(-leeway)), "log")
		}
	}
	if s.Ready != nil && *s.Ready {
		return
	}
	if rows, err := parseMembers(members); err == nil {
		yes(slices.ContainsFunc(rows, func(r memberRow) bool { return r.ID == n.ID && r.Type != "dead" }), "console")
	}
}
