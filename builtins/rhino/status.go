package rhino

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"runbook/builtins/host"
	"runbook/effect"
	"runbook/interpreter"
)

// A look is how a node is looked at.
type look struct {
	console bool // ask the console too
	lines   int  // of the log; 0 for defaultLines
	how     how
}

// defaultLines are how many lines of the log a status has.
const defaultLines = 20

// A Status is what one read tells about a node.
type Status struct {
	Running bool
	PID     int    // of its process; 0 if none runs
	Script  int    // process id of the start script; 0 if none runs
	Since   string // when the process was started, as ps tells it
	Stale   bool   // the pid file names a process that is not the node's
	Halt    bool   // the halt file is there
	Primary bool   // it has its primary component configuration
	Ready   *bool  // nil if it is not known
	ReadyBy string // how that is known: "process", "log", "console"; "" if it is not
	Log     []string
}

// marker begins a part of what the line of status prints.
const marker = "== "

// script is the command line that looks at a node: one line for a POSIX shell, of
// test, cat, grep, tail, ps and printf. Patterns are written as [R]hino, so
// that the processes of this line do not match them.
func (n *Node) script(l look) string {
	c := n.cluster.Conventions
	file := func(convention string) string { return shellWord(n.file(convention)) }
	log, name := file(c.Log), c.StartScript[strings.LastIndexByte(c.StartScript, '/')+1:]
	parts := []string{
		"test -d " + shellWord(n.Home) + " && printf '" + marker + "home\\n'",
		"test -e " + file(c.HaltFile) + " && printf '" + marker + "halt\\n'",
		"test -e " + file(c.PrimaryFile) + " && printf '" + marker + "primary\\n'",
		"printf '" + marker + "pid\\n'", "cat " + file(c.PidFile) + " 2>/dev/null",
		"printf '\\n" + marker + "processes\\n'",
		"all=$(ps -A -o pid= -o lstart= -o args=) || printf '" + marker + "no ps\\n'",
		"rhino=$(printf '%s\\n' \"$all\" | grep -e " + shellWord(hidden(n.file(c.Process))) + " -e " + shellWord(hidden(name)) + ")",
		"printf '%s\\n' \"$rhino\"",
		"printf '" + marker + "ready\\n'", "grep -F -e " + file(c.ReadyLine) + " " + log + " 2>/dev/null | tail -n 1",
		"printf '\\n" + marker + "log\\n'", fmt.Sprintf("tail -n %d %s 2>/dev/null", max(l.lines, 1), log),
	}
	if l.console && !n.Quorum {
		parts = append(parts, "printf '\\n"+marker+"console\\n'", "test -n \"$rhino\" && "+file(c.Console)+" getclusterstate 2>&1")
	}
	return strings.Join(append(parts, "printf '\\n"+marker+"end\\n'"), "; ")
}

// shellWord quotes text for a POSIX shell.
func shellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// hidden is a regular expression for text that does not match itself.
func hidden(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case i == 0 && r != '^' && r != '[' && r != ']' && r != '\\':
			b.WriteString("[" + string(r) + "]")
		case strings.ContainsRune(`.[]*^$\`, r):
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// look looks at the node: one command, which only reads.
func (n *Node) look(t *starlark.Thread, b *starlark.Builtin, l look) (*Status, error) {
	if l.lines == 0 {
		l.lines = defaultLines
	}
	out, err := n.Host.Run(t, b, host.Command{Argv: []string{"sh", "-c", "# status of " + n.Name() + "\n" + n.script(l)}, Read: true, Timeout: l.how.limit()})
	if err != nil {
		return nil, err
	}
	s, err := n.parseStatus(out.Stdout, l.console && !n.Quorum)
	if err == nil {
		return s, nil
	}
	e := &effect.Error{Kind: effect.Protocol, Target: n.Host.Name(), Operation: effect.OpRun, Message: n.Name() + ": " + err.Error()}
	if errors.Is(err, errNoHome) {
		e.Kind, e.Message = effect.Fault, fmt.Sprintf("%s: got no directory %s on host %s, want the home of the node", n.Name(), n.Home, n.Host.Name())
		e.Hint = "see home= of the cluster and of the node; create-node.sh makes a node"
	} else if strings.TrimSpace(out.Stderr) != "" {
		e.Message += ": " + telling(plain(out.Stderr), "")
	}
	if branch, err := interpreter.Of(t, b); err == nil {
		e.ID = branch.Last()
	}
	return nil, e
}

// status looks at the node.
func status(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	l := look{lines: defaultLines}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"console?", &l.console, "lines?", &l.lines}, l.how.pairs(false)...)...); err != nil {
		return nil, err
	}
	if l.lines < 1 || l.lines > 1000 {
		return nil, fmt.Errorf("%s: for parameter lines: got %d, want 1 to 1000", b.Name(), l.lines)
	}
	n, err := bound(b)
	if err != nil {
		return nil, err
	}
	s, err := n.look(t, b, l)
	if err != nil {
		return nil, err
	}
	return n.statusValue(s), nil
}

func (n *Node) statusValue(s *Status) starlark.Value {
	id := func(pid int) starlark.Value {
		if pid == 0 {
			return starlark.None
		}
		return starlark.MakeInt(pid)
	}
	ready := starlark.Value(starlark.None)
	if s.Ready != nil {
		ready = starlark.Bool(*s.Ready)
	}
	log := make([]starlark.Value, len(s.Log))
	for i, l := range s.Log {
		log[i] = starlark.String(l)
	}
	return fields(starlark.StringDict{
		"id": starlark.MakeInt(n.ID), "running": starlark.Bool(s.Running), "pid": id(s.PID), "script": id(s.Script),
		"since": starlark.String(s.Since), "stale": starlark.Bool(s.Stale), "halt_file": starlark.Bool(s.Halt), "primary": starlark.Bool(s.Primary),
		"ready": ready, "ready_by": starlark.String(s.ReadyBy), "log": starlark.NewList(log),
	})
}
