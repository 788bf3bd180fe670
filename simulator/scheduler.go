package simulator

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"runtime/debug"
	"slices"
	"time"
)

// DefaultLimit is how many branches run at once when a Run names no limit.
const DefaultLimit = 64

// A scheduler runs branches in virtual time, one at a time and in a fixed
// order, on the goroutine that called run.
//
// A branch is a coroutine. It runs until it waits, for a time, for a signal or
// for the branches it started. What is ready runs first in, first out; when
// nothing is, time jumps to the earliest wait or event of the clockwork, this
// first, and all that wait for that moment become ready in the order in which
// they began to wait. So the order depends on the program and its waits alone,
// not on the machine.
//
// The zero scheduler is ready for use.
type scheduler struct {
	now     time.Duration // virtual time since the beginning of the world
	works   clockwork     // what happens of its own accord; nil for nothing
	ready   queue
	timers  timers
	current *branch   // whose slice it is; nil outside run
	created uint64    // branches so far
	waits   uint64    // waits so far
	idle    []*branch // that have ended, whose coroutines can run others
}

// A branch is one line of execution.
type branch struct {
	number uint64 // in order of creation
	group  *group
	body   func()                  // what it runs; nil when it has ended
	resume func() (struct{}, bool) // runs it until it waits or ends
	yield  func(struct{}) bool
	stop   func() // ends its coroutine

	// While it waits for a time:
	wake  time.Duration
	wait  uint64 // in order of beginning to wait
	index int    // in the timers, or notWaiting
	ctx   context.Context
	alarm func() // it is no branch: this is called when the time has come
}

// A group is the branches of one Run, and who waits for them.
type group struct {
	outer  *group  // of the branch that started it; nil for main's
	starts *branch // it; nil for main's
	done   <-chan struct{}
	over   bool // done was seen closed and acted upon
	left   int  // branches that have not ended
	failed *BranchPanic

	// own are those waiting under a context of their own, which may be
	// cancelled although the group's is not.
	own []*branch
}

// BranchPanic is the panic of a branch, raised again where the branch was
// started, once its siblings have ended.
type BranchPanic struct {
	Value any
	Stack []byte // of the branch
}

func (p *BranchPanic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Unwrap gives the panic's value if it is an error.
func (p *BranchPanic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// run calls main as the first branch and returns when it has.
func (s *scheduler) run(ctx context.Context, main func()) {
	g := &group{done: ctx.Done()}
	s.start(g, main)
	for g.left > 0 {
		s.slice(s.next())
	}
	for _, b := range s.idle {
		b.stop()
	}
	s.idle = nil
	if g.failed != nil {
		panic(g.failed)
	}
}

// A clockwork is what happens in virtual time besides the branches.
type clockwork interface {
	Next() (at time.Duration, ok bool) // when, if anything is to happen
	Advance(now time.Duration)         // lets it happen up to now
}

// next is the branch whose turn it is. If none is ready it advances the time.
func (s *scheduler) next() *branch {
	for s.ready.empty() {
		s.fire()
	}
	return s.ready.pop()
}

// fire jumps to the earliest wait or event, and makes ready all that wait for
// that moment.
func (s *scheduler) fire() {
	at, some := s.upcoming()
	if len(s.timers) > 0 && (!some || s.timers[0].wake < at) {
		at, some = s.timers[0].wake, true
	}
	if !some {
		panic("internal error: every branch waits and none for a time")
	}
	s.advance(at)
	for len(s.timers) > 0 && s.timers[0].wake <= s.now {
		b := s.timers.pop()
		if b.alarm == nil {
			s.ready.push(b)
			continue
		}
		b.alarm()
		s.wakeAll(nil) // whose contexts it has cancelled
	}
}

// upcoming is when the clockwork has something to do, if it has.
func (s *scheduler) upcoming() (at time.Duration, some bool) {
	if s.works == nil {
		return 0, false
	}
	return s.works.Next()
}

// advance lets it be the time given, and what happens up to then happen. A time
// that is past is now.
func (s *scheduler) advance(to time.Duration) {
	s.now = max(s.now, to)
	if s.works != nil {
		s.works.Advance(s.now)
	}
}

// at calls alarm when the time has come, unless it is stopped before. Alarms
// keep nobody alive: they go off only while branches wait.
func (s *scheduler) at(until time.Duration, alarm func()) (stop func()) {
	s.waits++
	b := &branch{index: notWaiting, wake: until, wait: s.waits, alarm: alarm}
	s.timers.push(b)
	return func() {
		if b.index != notWaiting {
			s.timers.remove(b)
		}
	}
}

// slice runs b until it waits or ends, and wakes what it cancelled.
func (s *scheduler) slice(b *branch) {
	g := b.group
	s.current = b
	b.resume()
	s.current = nil
	if b.body == nil {
		s.ended(g)
		s.idle = append(s.idle, b)
	}
	s.wakeCancelled(g)
}

// ended counts down the group of a branch that has ended.
func (s *scheduler) ended(g *group) {
	g.left--
	if g.left == 0 && g.starts != nil {
		s.ready.push(g.starts)
	}
}

// start makes a branch that runs body. A coroutine whose branch has ended is
// used again: its stack has grown already to what a script needs.
func (s *scheduler) start(g *group, body func()) {
	var b *branch
	if n := len(s.idle); n > 0 {
		b, s.idle = s.idle[n-1], s.idle[:n-1]
	} else {
		b = newBranch()
	}
	s.created++
	b.number, b.group, b.body = s.created, g, body
	g.left++
	s.ready.push(b)
}

// newBranch makes a coroutine that runs one body after another and is idle in between.
func newBranch() *branch {
	b := &branch{index: notWaiting}
	b.resume, b.stop = iter.Pull(func(yield func(struct{}) bool) {
		b.yield = yield
		for more := true; more; more = yield(struct{}{}) {
			b.run()
		}
	})
	return b
}

// run runs the branch's body to its end.
func (b *branch) run() {
	defer func() { b.body = nil }()
	defer b.group.catch()
	b.body()
}

// catch keeps the first panic of a group's branches.
func (g *group) catch() {
	value := recover()
	if value == nil || g.failed != nil {
		return
	}
	if inner, ok := value.(*BranchPanic); ok {
		g.failed = inner
		return
	}
	g.failed = &BranchPanic{Value: value, Stack: debug.Stack()}
}

// parallel is Branches.Run: it calls body for every item, at most limit at
// once, and returns when all have returned. A panic of one is raised again here.
func (s *scheduler) parallel(ctx context.Context, n, limit int, body func(ctx context.Context, item int)) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	if s.current == nil {
		s.run(ctx, func() { s.parallel(ctx, n, limit, body) })
		return
	}
	if n < 2 || limit == 1 {
		for item := range n {
			body(ctx, item)
		}
		return
	}
	me := s.current
	g := &group{outer: me.group, starts: me, done: ctx.Done()}
	item := 0
	work := func() {
		for item < n && g.failed == nil {
			item++
			body(ctx, item-1)
		}
	}
	for range min(n, limit) {
		s.start(g, work)
	}
	me.yield(struct{}{})
	if g.failed != nil {
		panic(g.failed)
	}
}

// wait returns when it is the time given, or earlier when ctx is cancelled,
// then with its cause. It must be called from a branch, or while none runs.
func (s *scheduler) wait(ctx context.Context, until time.Duration) error {
	return s.await(ctx, until, nil)
}

// await is wait that also ends when the signal is given, and takes it.
func (s *scheduler) await(ctx context.Context, until time.Duration, sig *signal) error {
	for ctx.Err() == nil && !sig.take() && s.now < until {
		switch at, some := s.upcoming(); {
		case !s.ready.empty() || len(s.timers) > 0 && s.timers[0].wake <= until:
			s.yield(ctx, until, sig)
		case some && at < until:
			s.advance(at) // nobody else is there: no need to switch
		default:
			s.advance(until)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// yield lets others go first, until one of what await waits for.
func (s *scheduler) yield(ctx context.Context, until time.Duration, sig *signal) {
	if s.current == nil {
		s.run(ctx, func() { s.sleep(ctx, until, sig) })
		return
	}
	s.sleep(ctx, until, sig)
}

// sleep switches to other branches until the time given, until ctx is cancelled
// or until the signal is given.
func (s *scheduler) sleep(ctx context.Context, until time.Duration, sig *signal) {
	b := s.current
	s.waits++
	b.wake, b.wait, b.ctx = until, s.waits, ctx
	s.timers.push(b)
	own := ctx.Done() != b.group.done
	if own {
		b.group.own = append(b.group.own, b)
	}
	sig.await(b)
	b.yield(struct{}{})
	sig.await(nil)
	b.ctx = nil
	if own {
		i := slices.Index(b.group.own, b)
		b.group.own = slices.Delete(b.group.own, i, i+1)
	}
}

// wakeCancelled makes ready those who wait under a context that the slice of a
// member of g may have cancelled: that of g and those of the groups around it.
//
// Who cancels is a member of the group that is cancelled or of one inside it,
// so looking at the groups around the branch that just ran finds it, in a time
// that does not depend on how many branches there are.
func (s *scheduler) wakeCancelled(g *group) {
	for ; g != nil; g = g.outer {
		if !g.over && closed(g.done) {
			g.over = true
			s.wakeAll(g)
		}
		for _, b := range g.own {
			if b.index != notWaiting && b.ctx.Err() != nil {
				s.timers.remove(b)
				s.ready.push(b)
			}
		}
	}
}

// wakeAll makes ready all members of g, and of groups inside it, that wait for
// a time under a context that is cancelled, in the order of their creation.
// A nil g is everybody's.
func (s *scheduler) wakeAll(g *group) {
	var woken []*branch
	for _, b := range s.timers {
		if b.alarm == nil && (g == nil || b.group.within(g)) && b.ctx.Err() != nil {
			woken = append(woken, b)
		}
	}
	slices.SortFunc(woken, func(a, b *branch) int { return cmp.Compare(a.number, b.number) })
	for _, b := range woken {
		s.timers.remove(b)
		s.ready.push(b)
	}
}

func (g *group) within(outer *group) bool {
	for ; g != nil; g = g.outer {
		if g == outer {
			return true
		}
	}
	return false
}

func closed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}
