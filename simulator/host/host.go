// Package host simulates hosts: machines with files, processes and a POSIX
// shell, in virtual time.
//
// A [Fleet] is machines that share one clock and one queue of events. A
// [Machine] has [Files], a tree in memory, and processes. A [Process] runs a
// [Program], which is Go code that models what a real program does: it may
// sleep, read and write, start other processes and wait for them, and it is
// written as if it were alone, because it is a coroutine. What a machine is
// told to run is an argv or a line for its shell (see [Command]); the shell has
// the grammar of mvdan.cc/sh, but runs on coroutines and in virtual time, so
// that a command line of a runbook runs here as it is typed.
//
//	fleet := host.NewFleet(host.FleetConfig{Seed: 1})
//	defer fleet.Close()
//	m := fleet.Add(host.Config{Name: "r1"})
//	p := m.Start(host.Command{Line: "echo $((6*7)) >answer; sleep 5; cat answer"})
//	fleet.Advance(time.Minute)
//	stdout, _ := p.Output() // "42\n"
//
// Nothing happens but in [Fleet.Advance]: whatever is due happens there, in
// order of time, then of having been asked for. There is no goroutine, no
// clock and no chance in this package; one seed gives the same bytes.
//
// What a simulated host is not: it has no users but one beside root, no
// terminal, no /proc, and no network but [Fleet.Linked].
package host

import (
	"container/heap"
	"slices"
	"time"
)

// FleetConfig says how a fleet begins. The zero value will do.
type FleetConfig struct {
	Seed  uint64    // of what is drawn by chance ($RANDOM)
	Start time.Time // the date at the beginning; DefaultStart if zero
}

// DefaultStart is the date at the beginning of a fleet that names none.
var DefaultStart = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// A Fleet is hosts that share one clock and one queue of events. It is for one
// goroutine at a time.
type Fleet struct {
	seed     uint64
	start    time.Time
	now      time.Duration
	events   events
	asked    uint64 // events so far
	machines []*Machine
	byName   map[string]*Machine
	changed  []func()
	current  *Process     // whose coroutine runs
	idle     []*coroutine // whose process has ended, for the next ones
	closed   bool
}

// NewFleet makes a fleet without machines, at time 0. It must be closed.
func NewFleet(cfg FleetConfig) *Fleet {
	if cfg.Start.IsZero() {
		cfg.Start = DefaultStart
	}
	return &Fleet{seed: cfg.Seed, start: cfg.Start, byName: map[string]*Machine{}}
}

// Now is the virtual time since the beginning.
func (f *Fleet) Now() time.Duration { return f.now }

// Date is the virtual date.
func (f *Fleet) Date() time.Time { return f.start.Add(f.now) }

// Advance makes happen everything that is due up to now, in order of time, then
// of having been asked for, and sets the clock to now. A time that has passed
// stands for the present: what is due already happens.
//
// A panic of a program comes out here, as a *[ProgramPanic].
func (f *Fleet) Advance(now time.Duration) {
	if f.current != nil {
		panic("internal error: a program advances the clock of its own fleet")
	}
	for len(f.events) > 0 && f.events[0].at <= max(now, f.now) {
		e := heap.Pop(&f.events).(*event)
		f.now = max(f.now, e.at)
		e.do()
	}
	f.now = max(f.now, now)
}

// Next is the time of the earliest event; not ok if nothing is pending. It may
// be now.
func (f *Fleet) Next() (at time.Duration, ok bool) {
	if len(f.events) == 0 {
		return 0, false
	}
	return max(f.events[0].at, f.now), true
}

// At calls do at the time given, or at once in the next Advance if it has
// passed, unless stop is called before. A stop that comes too late does nothing.
func (f *Fleet) At(at time.Duration, do func()) (stop func()) {
	e := f.schedule(at, do)
	return func() { f.cancel(e) }
}

// Add makes a machine, which is up. It panics if there is one of that name.
func (f *Fleet) Add(cfg Config) *Machine {
	if f.byName[cfg.Name] != nil {
		panic("internal error: host added twice: " + cfg.Name)
	}
	m := newMachine(f, cfg)
	f.machines = append(f.machines, m)
	f.byName[cfg.Name] = m
	return m
}

// Machine is the machine of that name; nil if there is none.
func (f *Fleet) Machine(name string) *Machine { return f.byName[name] }

// Machines are all machines, in the order in which they were added.
func (f *Fleet) Machines() []*Machine { return slices.Clone(f.machines) }

// Linked reports whether packets get from a to b: both are up and neither's
// network is cut. A machine that is up reaches itself.
func (f *Fleet) Linked(a, b *Machine) bool {
	if !a.up || !b.up {
		return false
	}
	return a == b || !a.cut && !b.cut
}

// OnChange has fn called whenever a machine goes down or comes up, or its
// network is cut or joined.
func (f *Fleet) OnChange(fn func()) { f.changed = append(f.changed, fn) }

func (f *Fleet) change() {
	for _, fn := range f.changed {
		fn()
	}
}

// Close ends every process without further ado (nobody is told) and every
// coroutine. The fleet must not be used afterwards.
func (f *Fleet) Close() {
	f.closed = true
	for _, m := range f.machines {
		m.killAll()
	}
	for _, c := range f.idle {
		c.stop()
	}
	f.idle, f.events = nil, nil
}

// An event is something that happens at a time.
type event struct {
	at    time.Duration
	asked uint64 // order among those of one time
	do    func()
	index int // in the queue; notQueued if it has happened or was cancelled
}

const notQueued = -1

func (f *Fleet) schedule(at time.Duration, do func()) *event {
	f.asked++
	e := &event{at: at, asked: f.asked, do: do}
	heap.Push(&f.events, e)
	return e
}

func (f *Fleet) cancel(e *event) {
	if e != nil && e.index != notQueued && e.index < len(f.events) && f.events[e.index] == e {
		heap.Remove(&f.events, e.index)
	}
}

// events is the queue, a heap.
type events []*event

func (q events) Len() int { return len(q) }

func (q events) Less(i, j int) bool {
	if q[i].at != q[j].at {
		return q[i].at < q[j].at
	}
	return q[i].asked < q[j].asked
}

func (q events) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

// Push is heap.Interface's.
func (q *events) Push(x any) {
	e := x.(*event)
	e.index = len(*q)
	*q = append(*q, e)
}

// Pop is heap.Interface's.
func (q *events) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	e.index = notQueued
	return e
}
