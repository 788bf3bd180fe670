package host

import (
	"fmt"
	"iter"
	"runtime/debug"
	"time"
)

// A coroutine runs the programs of processes, one after another, and is idle
// in between: its stack has grown already to what a shell needs.
type coroutine struct {
	resume func() (struct{}, bool) // runs body until it parks or ends
	yield  func(struct{}) bool
	stop   func()
	body   func() // nil when it has ended
}

// ProgramPanic is the panic of a program, which comes out of Fleet.Advance.
type ProgramPanic struct {
	Program string // its command line
	Value   any
	Stack   []byte // of the coroutine
}

func (p *ProgramPanic) Error() string {
	return fmt.Sprintf("program %q: %v\n\n%s", p.Program, p.Value, p.Stack)
}

// unwound is what a coroutine panics with to leave a program that has ended.
type unwound struct{}

func newCoroutine() *coroutine {
	c := &coroutine{}
	c.resume, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		for more := true; more; more = yield(struct{}{}) {
			c.body()
			c.body = nil
		}
	})
	return c
}

// run lets p's coroutine run until it parks or ends. It nests: a program that
// kills another process runs its coroutine to let it unwind.
func (f *Fleet) run(p *Process) {
	if p.co == nil {
		if n := len(f.idle); n > 0 {
			p.co, f.idle = f.idle[n-1], f.idle[:n-1]
		} else {
			p.co = newCoroutine()
		}
		p.co.body = p.main
	}
	outer := f.current
	f.current, p.active = p, true
	defer func() { f.current, p.active = outer, false }()
	p.co.resume()
	if c := p.co; c.body == nil {
		p.co = nil
		f.idle = append(f.idle, c)
	}
}

// main is the body of the process's coroutine.
func (p *Process) main() {
	defer func() {
		switch value := recover().(type) {
		case nil, unwound:
		case *ProgramPanic:
			panic(value)
		default:
			panic(&ProgramPanic{Program: p.CommandLine(), Value: value, Stack: debug.Stack()})
		}
	}()
	p.end(p.program(p))
}

// forever is a time that never comes.
const forever time.Duration = -1

// park switches to others until p is woken or it is the time given. It may
// return early: callers look again at what they wait for.
func (p *Process) park(until time.Duration) {
	f := p.machine.fleet
	p.unwindIfEnded()
	if f.current != p {
		panic("internal error: a process waits outside its own program: " + p.CommandLine())
	}
	if until != forever {
		p.next(until)
	}
	p.parked = true
	more := p.co.yield(struct{}{})
	p.parked = false
	if !more {
		panic(unwound{})
	}
	p.unwindIfEnded()
}

func (p *Process) unwindIfEnded() {
	if p.ended || p.stays {
		panic(unwound{})
	}
}

// wake has p run again now, if it is parked.
func (p *Process) wake() {
	if p == nil || !p.parked || p.ended {
		return
	}
	if now := p.machine.fleet.now; p.event == nil || p.event.at > now {
		p.next(now)
	}
}

// next has p run at the time given, instead of any time asked for before.
func (p *Process) next(at time.Duration) {
	f := p.machine.fleet
	f.cancel(p.event)
	p.event = f.schedule(at, func() {
		p.event = nil
		f.run(p)
	})
}
