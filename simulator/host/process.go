package host

import (
	"fmt"
	"io"
	"maps"
	"path"
	"strings"
	"time"
)

// statusNotRun is of a command that is there but cannot be run, statusNotFound
// of one that is not there.
const (
	statusNotRun   = 126
	statusNotFound = 127
)

// A Process is one process of a machine. Its fields are for its own program.
type Process struct {
	Stdin  io.Reader // blocks until there is something; io.EOF at the end
	Stdout io.Writer // blocks while a pipe is full
	Stderr io.Writer

	machine *Machine
	pid     int
	pgid    int
	sid     int
	parent  *Process // nil for what the machine itself started
	started time.Duration
	args    []string
	env     map[string]string
	dir     string
	umask   uint32
	fds     [maxFDs]*descriptor
	out     [3]*keptStream // what is kept of stdout and stderr, for Output

	program Program
	done    func(*Process)
	trap    func(Signal) bool
	ignored map[Signal]bool // never changed, but replaced

	co       *coroutine // nil before it begins, when it stays and when it has ended
	event    *event     // when it runs next; nil if nothing is planned
	active   bool       // its coroutine runs, or waits for one that it runs itself
	parked   bool
	stays    bool
	ended    bool
	status   int
	killedBy Signal
	waiters  []*Process

	steps    int           // since time passed last
	stepped  time.Duration // the time of the last step
	stepping bool          // its end for too many of them is being told
}

// newProcess makes a process that does nothing yet.
func (m *Machine) newProcess() *Process {
	m.lastPID++
	p := &Process{machine: m, pid: m.lastPID, started: m.fleet.now, umask: 0o022}
	p.Stdin, p.Stdout, p.Stderr = fdStream{p, 0}, fdStream{p, 1}, fdStream{p, 2}
	m.processes[p.pid] = p
	return p
}

// fork makes a child that has what p has; nil if there are too many processes.
func (p *Process) fork() *Process {
	m := p.machine
	if len(m.processes) >= m.cfg.ProcessLimit {
		return nil
	}
	c := m.newProcess()
	c.parent, c.pgid, c.sid = p, p.pgid, p.sid
	c.args, c.env, c.dir, c.umask, c.ignored = p.args, maps.Clone(p.env), p.dir, p.umask, p.ignored
	for i, d := range p.fds {
		if d != nil {
			c.fds[i] = d.dup()
		}
	}
	return c
}

// begin has the process run once its start has taken its time.
func (p *Process) begin() {
	for i := 1; i <= 2; i++ {
		if p.fds[i] != nil {
			p.out[i], _ = p.fds[i].stream.(*keptStream)
		}
	}
	m := p.machine
	p.next(m.fleet.now + m.takes(m.cfg.StartCost))
}

// PID is the process's id.
func (p *Process) PID() int { return p.pid }

// PPID is the id of its parent; 1 if that has ended, or was the machine itself.
func (p *Process) PPID() int {
	if p.parent == nil || p.parent.ended {
		return 1
	}
	return p.parent.pid
}

// Group is the id of its process group.
func (p *Process) Group() int { return p.pgid }

// Session is the id of its session.
func (p *Process) Session() int { return p.sid }

// User is who runs it.
func (p *Process) User() string { return p.machine.cfg.User }

// Started is when it was started, on the fleet's clock.
func (p *Process) Started() time.Duration { return p.started }

// Machine is where it runs.
func (p *Process) Machine() *Machine { return p.machine }

// Args are its name and arguments. They must not be changed.
func (p *Process) Args() []string { return p.args }

// CommandLine is Args as ps shows them: separated by blanks.
func (p *Process) CommandLine() string { return strings.Join(p.args, " ") }

// SetArgs changes its name and arguments, as ps and Args show them.
func (p *Process) SetArgs(args []string) { p.args = args }

// Dir is its working directory, absolute.
func (p *Process) Dir() string { return p.dir }

// Umask is the permissions that files it makes do not get.
func (p *Process) Umask() uint32 { return p.umask }

// Files are the machine's files as the process's user sees them, relative to
// its directory and with its umask.
func (p *Process) Files() *Files {
	return &Files{tree: p.machine.files.tree, dir: p.dir, user: p.User() != "root", umask: p.umask}
}

// Getenv is a variable of its environment; empty if it is not set.
func (p *Process) Getenv(name string) string { return p.env[name] }

// LookupEnv is a variable of its environment, and whether it is set.
func (p *Process) LookupEnv(name string) (value string, ok bool) {
	value, ok = p.env[name]
	return value, ok
}

// Environ is its environment as NAME=VALUE, sorted.
func (p *Process) Environ() []string {
	pairs := make([]string, 0, len(p.env))
	for _, name := range sortedKeys(p.env) {
		pairs = append(pairs, name+"="+p.env[name])
	}
	return pairs
}

// Setenv sets a variable of its environment.
func (p *Process) Setenv(name, value string) { p.env[name] = value }

// Unsetenv removes a variable from its environment.
func (p *Process) Unsetenv(name string) { delete(p.env, name) }

// Clearenv removes all of its environment.
func (p *Process) Clearenv() { p.env = map[string]string{} }

func (p *Process) setenvAll(pairs []string) {
	for _, pair := range pairs {
		setPair(p.env, pair)
	}
}

func setPair(env map[string]string, pair string) {
	name, value, _ := strings.Cut(pair, "=")
	env[name] = value
}

// abs makes a path absolute.
func (p *Process) abs(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(p.dir, name)
}

// Errorf writes a line to stderr, beginning with the program's name: "NAME: …".
func (p *Process) Errorf(format string, args ...any) {
	name := "?"
	if len(p.args) > 0 {
		name = path.Base(p.args[0])
	}
	fmt.Fprintf(p.Stderr, "%s: %s\n", name, fmt.Sprintf(format, args...))
}

// Ended reports whether the process has ended.
func (p *Process) Ended() bool { return p.ended }

// Status is its exit status once it has ended: 128 and the signal's number if
// one killed it.
func (p *Process) Status() int { return p.status }

// KilledBy is the signal that killed it; 0 if none has.
func (p *Process) KilledBy() Signal { return p.killedBy }

// Output is what a process that Start made, and those that inherited its
// streams, wrote to them so far: of each stream the last DefaultOutputLimit bytes.
func (p *Process) Output() (stdout, stderr []byte) { return p.out[1].tail(), p.out[2].tail() }

// Dropped is how many bytes are missing at the front of Output.
func (p *Process) Dropped() (stdout, stderr int64) { return p.out[1].dropped(), p.out[2].dropped() }
