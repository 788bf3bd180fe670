package host

import (
	"io"
	"path"
)

// A Program is what a process runs: a coroutine, written as if it were alone.
// It gives the process's exit status.
//
// It may call the methods of its own process that wait (Sleep, Wait, Read from
// Stdin, Write to Stdout) and those of the machine and the fleet, save Advance.
// When its process is killed it is left by a panic, so that what it deferred
// runs; it must not recover what it did not panic with.
type Program func(p *Process) (status int)

// A Command is something to run: one of Argv, Line and Argv with Run.
type Command struct {
	Argv []string // a program, looked up through PATH, and its arguments
	Line string   // for the machine's shell, if Argv is empty
	Run  Program  // what runs instead of the program that Argv names, which is then only its command line

	Input []byte // its stdin, if Feed is nil
	Feed  *Feed  // its stdin, which comes bit by bit
	Env   []string
	Dir   string // the user's home if empty; for Spawn, the parent's. Relative to that

	// What it writes goes there; nil: it is kept, see Process.Output; for Spawn,
	// it goes where the parent's goes. A writer that is an io.Closer is closed
	// when the last process that could write to it has ended: a daemon that
	// keeps its starter's stdout keeps it open.
	Stdout, Stderr io.Writer

	Detached   bool // NewSession, ignoring HUP
	NewSession bool // leads a session (and a group) of its own, as after setsid. For Start, always
	NewGroup   bool // leads a group of its own

	// Done is called when the process has ended, not by its coroutine but as an
	// event of that moment, and not at all if the fleet is closed.
	Done func(*Process)
}

// Start runs a command as the machine's user, who just logged in: with the
// environment of a login and in his home directory. It begins after the
// machine's start cost.
//
// It is nil if the machine is down. A command that cannot be run is a process
// that ends with 126 or 127 and says why on its stderr.
func (m *Machine) Start(c Command) *Process {
	if !m.up {
		return nil
	}
	p := m.newProcess()
	p.pgid, p.sid = p.pid, p.pid
	p.env = m.loginEnv()
	p.setenvAll(c.Env)
	p.dir = m.cfg.Home
	p.fds[0] = newDescriptor(&bytesStream{})
	p.fds[1] = newDescriptor(&keptStream{limit: DefaultOutputLimit})
	p.fds[2] = newDescriptor(&keptStream{limit: DefaultOutputLimit})
	p.launch(c)
	return p
}

// Spawn starts a command as a child of p, which inherits what the command does
// not say: environment, directory, stdin, stdout, stderr, ignored signals.
//
// It is never nil. Where the machine's process limit forbids one more, what
// comes back has ended with status 126, and p's stderr says so.
func (p *Process) Spawn(c Command) *Process {
	p.step()
	child := p.fork()
	if child == nil {
		p.Errorf("Cannot fork")
		return &Process{machine: p.machine, parent: p, args: c.Argv, ended: true, status: statusNotRun}
	}
	child.setenvAll(c.Env)
	child.launch(c)
	return child
}

// launch has a process that was made begin with a command.
func (p *Process) launch(c Command) {
	p.redirect(c)
	if c.Detached {
		p.Ignore(HUP, true)
	}
	if c.NewSession || c.Detached {
		p.sid, p.pgid = p.pid, p.pid
	}
	if c.NewGroup {
		p.pgid = p.pid
	}
	p.done = c.Done
	p.args = c.Argv
	switch {
	case c.Run != nil:
		p.program = c.Run
	case len(c.Argv) > 0:
		p.program = func(p *Process) int { return p.Exec(p.args) }
	default:
		shell := p.machine.cfg.Shell
		p.args = []string{path.Base(shell), "-c", c.Line}
		p.program = func(p *Process) int { return p.execFile(shell, p.args) }
	}
	if c.Dir != "" {
		p.enter(c.Dir)
	}
	p.begin()
}

// enter makes dir the process's directory; one that is not there ends it at once.
func (p *Process) enter(dir string) {
	dir = p.abs(dir)
	info, err := p.Files().Stat(dir)
	if err == nil && !info.IsDir() {
		err = ErrNotDir
	}
	if err != nil {
		p.program = func(p *Process) int {
			p.Errorf("cd: can't cd to %s", dir)
			return 2
		}
		return
	}
	p.dir = dir
	p.env["PWD"] = dir
}

func (p *Process) redirect(c Command) {
	switch {
	case c.Feed != nil:
		p.setFD(0, newDescriptor(pipeReader{c.Feed.pipe}))
	case c.Input != nil:
		p.setFD(0, newDescriptor(&bytesStream{data: c.Input}))
	}
	if c.Stdout != nil {
		p.setFD(1, newDescriptor(writerStream{c.Stdout}))
	}
	if c.Stderr != nil && c.Stderr == c.Stdout {
		p.setFD(2, p.fds[1].dup())
	} else if c.Stderr != nil {
		p.setFD(2, newDescriptor(writerStream{c.Stderr}))
	}
}

// loginEnv is the environment of a user who just logged in.
func (m *Machine) loginEnv() map[string]string {
	env := map[string]string{
		"HOME": m.cfg.Home, "USER": m.cfg.User, "LOGNAME": m.cfg.User,
		"PATH": DefaultPath, "SHELL": m.cfg.Shell, "PWD": m.cfg.Home,
	}
	for _, pair := range m.cfg.Env {
		setPair(env, pair)
	}
	return env
}
