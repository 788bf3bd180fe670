package host

import (
	"fmt"
	"io"
	"time"
)

// Sleep returns when the time has passed; on a slow machine, more.
func (p *Process) Sleep(d time.Duration) {
	p.step()
	f := p.machine.fleet
	for until := f.now + p.machine.takes(d); f.now < until; {
		p.park(until)
	}
}

// Pause returns when a signal was handled, or something else happened that a
// waiting process notices. Callers look again at what they wait for.
func (p *Process) Pause() {
	p.step()
	p.park(forever)
}

// Wake has a process that waits look again at what it waits for. Sleep, Wait
// and reads go on waiting; Pause returns.
func (p *Process) Wake() { p.wake() }

// Wait returns when child has ended, with its status.
func (p *Process) Wait(child *Process) int {
	p.step()
	for !child.ended {
		child.waiters = append(child.waiters, p)
		p.park(forever)
	}
	return child.status
}

// Exec makes the process another program, which is looked up through PATH, and
// gives its status: `return p.Exec(argv)`. Handlers of signals are gone then.
func (p *Process) Exec(argv []string) int {
	if len(argv) == 0 {
		return 0
	}
	return p.execFile(argv[0], argv)
}

// execFile is Exec of a file that the first of the arguments need not name.
func (p *Process) execFile(file string, argv []string) int {
	p.args = argv
	p.trap = nil
	program, err := p.find(file)
	if err != nil {
		fmt.Fprintf(p.Stderr, "sh: 1: %s\n", err.text)
		return err.status
	}
	return program(p)
}

// Stay leaves the program, as a panic does, but the process lives on without
// it, for a model that is moved by events: until Exit, or until a signal kills
// it. It does not return.
func (p *Process) Stay() {
	p.unwindIfEnded()
	p.stays = true
	panic(unwound{})
}

// Exit ends the process. Called by its own program, it does not return.
func (p *Process) Exit(status int) {
	p.finish(status)
	if p.machine.fleet.current == p && p.active {
		panic(unwound{})
	}
}

// end is finish for a program that has returned.
func (p *Process) end(status int) {
	p.finish(status & 0xff)
}

// finish ends the process: its program is left, what it had open is closed, and
// who waits for it is woken.
func (p *Process) finish(status int) {
	if p.ended {
		return
	}
	f := p.machine.fleet
	p.ended, p.stays, p.status = true, false, status
	f.cancel(p.event)
	p.event = nil
	delete(p.machine.processes, p.pid)
	if p.co != nil && !p.active {
		f.run(p)
	}
	for i := range p.fds {
		p.setFD(i, nil)
	}
	p.trap = nil
	for _, w := range p.waiters {
		w.wake()
	}
	p.waiters = nil
	p.parent.wake()
	if p.done != nil && !f.closed {
		f.schedule(f.now, func() { p.done(p) })
	}
}

// step counts one step of the process. One that makes too many while no time
// passes is in a loop that never ends: it is killed.
func (p *Process) step() {
	p.unwindIfEnded()
	now := p.machine.fleet.now
	if now != p.stepped {
		p.stepped, p.steps = now, 0
	}
	p.steps++
	if p.steps <= p.machine.cfg.StepBudget || p.stepping {
		return
	}
	p.stepping = true
	if d := p.fds[2]; d != nil {
		if _, blocks := d.stream.(pipeWriter); !blocks {
			p.Errorf("killed: got %d steps while no time passed, want an end", p.machine.cfg.StepBudget)
		}
	}
	p.killedBy = KILL
	p.Exit(128 + int(KILL))
}

// readAll reads to the end, but at most limit bytes.
func readAll(r io.Reader, limit int64) ([]byte, error) { return io.ReadAll(io.LimitReader(r, limit)) }
