package simulator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"runbook/effect"
)

// Why a command has no answer whose connection died: it was closed, or it fell
// silent.
var (
	errBroken = errors.New("connection lost")
	errSilent = errors.New("connection silent")
)

// A command is one request to a host on its way through the world.
//
// Its life is that of an exchange, but for three things. What it runs takes
// time, so the connection can die meanwhile: with the machine, or because its
// network is cut for longer than the keep-alive. When its time is up, the
// client ends what runs. And a change under a key leaves what it runs, and what
// came of that, on the machine: performed again it attaches to that.
type command struct {
	world    *World
	station  *station
	request  *effect.Request
	how      how
	timeout  time.Duration
	deadline time.Duration
	done     *bool // set when the command begins
	sign     signal

	job     *job // nil if nothing was begun: there was no room for its key
	trouble Trouble
	severed bool          // the machine went down since the connection was made
	dead    time.Duration // when the client notices that the connection is dead; 0 if it is not
}

// host performs a request of kind host.
func (w *World) host(ctx context.Context, r effect.Request) (effect.Result, error) {
	s := w.station(r.Target)
	if s == nil {
		return w.fail(r, w.noHost(r.Target)), nil
	}
	h, err := howOf(&r)
	if err == nil && r.Operation != effect.OpRun && r.Operation != effect.OpStart {
		err = fmt.Errorf("operation: got %q, want %s or %s", r.Operation, effect.OpRun, effect.OpStart)
	}
	if err != nil {
		return w.fail(r, &effect.Error{Kind: effect.Refused, Message: effect.Printable(err.Error())}), nil
	}
	c := command{world: w, station: s, request: &r, how: h, timeout: DefaultCommandTimeout, done: new(bool)}
	switch {
	case r.Timeout > 0:
		c.timeout = r.Timeout
	case r.Peer != nil && r.Peer.Timeout > 0:
		c.timeout = r.Peer.Timeout
	}
	c.deadline = w.schedule.now + c.timeout
	if r.Class == effect.Change {
		w.changes[r.ID.String()+" "+r.Describe()] = c.done
	}
	first := c
	res, err := first.run(ctx)
	if r.Class == effect.Read && err == nil && res.Err != nil && res.Err.Kind == effect.Unreachable && res.Err.Doubt {
		return c.run(ctx) // once more, on a new connection
	}
	return res, err
}

// run takes the command there, waits for what it runs, and takes the answer
// back. If the client stops waiting in between, what has been sent goes on alone.
func (c *command) run(ctx context.Context) (effect.Result, error) {
	s, clock := c.station, &c.world.schedule
	s.connect(c)
	defer s.disconnect(c)
	if res, err := c.reach(ctx); res != nil || err != nil {
		return c.unsent(res, err)
	}
	out, back := s.travel()
	arrives := clock.now + out
	if err := c.pass(ctx, arrives); err != nil {
		c.later(arrives, c.arrive)
		return c.gaveUp(ctx, err)
	}
	c.meet()
	if c.trouble.Effect.Prevents() {
		if err := c.pass(ctx, clock.now+c.trouble.After+back); err != nil {
			return c.gaveUp(ctx, err)
		}
		return c.prevented(), nil
	}
	takes := clock.now + c.trouble.Before
	if err := c.pass(ctx, takes); err != nil {
		c.later(takes, c.begin)
		return c.gaveUp(ctx, err)
	}
	if e := c.refuses(); e != nil {
		if err := c.pass(ctx, clock.now+c.trouble.After+back); err != nil {
			return c.gaveUp(ctx, err)
		}
		return c.fail(e), nil
	}
	c.begin()
	return c.finish(ctx, back)
}

// finish waits for the end of what the command runs, and takes the answer back.
func (c *command) finish(ctx context.Context, back time.Duration) (effect.Result, error) {
	c.job.waiter = c
	defer func() {
		if c.job.waiter == c {
			c.job.waiter = nil
		}
	}()
	err := c.await(ctx)
	if err == nil {
		err = c.pass(ctx, c.world.schedule.now+c.trouble.After+back)
	}
	switch {
	case err != nil:
		return c.gaveUp(ctx, err)
	case c.trouble.Effect == LostAfter:
		return c.interrupted(errBroken)
	}
	return c.answer(), nil
}

// gaveUp is what comes of a command that its client did not wait for. If that
// is because its time was over, the client first ends what runs, unless it is a
// daemon, which goes on.
func (c *command) gaveUp(ctx context.Context, why error) (effect.Result, error) {
	if !errors.Is(why, errDeadline) {
		return c.interrupted(why)
	}
	if c.job == nil && c.keyed() && c.request.Operation == effect.OpRun && c.connected() {
		c.job = &job{station: c.station, how: &c.how, done: c.done, ended: true, stopped: true}
		c.station.jobs[c.request.Key] = c.job // what is still under way will find this, and not begin
	}
	if c.job == nil || c.job.daemon || !c.connected() {
		return c.fail(c.late(false)), nil
	}
	if c.job.ended && c.keyed() {
		return c.answer(), nil
	}
	c.job.end()
	clock := &c.world.schedule
	for until := clock.now + grace + endTimeout; !c.job.ended && c.connected() && clock.now < until; {
		if err := clock.await(context.WithoutCancel(ctx), until, &c.sign); err != nil {
			return effect.Result{}, err
		}
	}
	return c.fail(c.late(c.job.ended && c.connected())), nil
}

// endTimeout is how long the ending of a command may take beyond the grace.
const endTimeout = 10 * time.Second

// connected reports whether the client can still talk to the machine.
func (c *command) connected() bool { return c.dead == 0 && c.station.reachable() }

// later lets what has been sent happen when its time has come, although nobody
// waits for it.
func (c *command) later(at time.Duration, do func()) {
	c.world.fleet.At(at, func() {
		if c.station.reachable() && !c.severed {
			do()
		}
	})
}

// meet looks up what goes wrong on the way, at the arrival.
func (c *command) meet() {
	c.trouble = c.world.meetHost(c.world.fleet.Now(), c.station.Name(), c.how.words(), c.request.ID)
}

// arrive is the arrival of a command whose client has given up.
func (c *command) arrive() {
	switch c.meet(); {
	case c.trouble.Effect.Prevents(), c.refuses() != nil:
	case c.trouble.Before > 0:
		c.later(c.world.fleet.Now()+c.trouble.Before, c.begin)
	default:
		c.begin()
	}
}

// keyed reports whether the command leaves a trace on its machine by which it
// can be found.
func (c *command) keyed() bool {
	return c.request.Class == effect.Change && c.request.Recovery == effect.Keyed && c.request.Key != ""
}

// refuses is why the machine runs nothing: there is no such directory, or no
// room for a new key.
func (c *command) refuses() *effect.Error {
	s := c.station
	if info, err := s.Files().Stat(s.abs(c.how.dir)); c.how.dir != "" && (err != nil || !info.IsDir()) {
		return c.noDir()
	}
	if c.keyed() && s.Full() && s.jobs[c.request.Key] == nil {
		return c.noKey()
	}
	return nil
}

// begin runs the command, or attaches to what runs or ran under its key.
func (c *command) begin() {
	s, r := c.station, c.request
	daemon := r.Operation == effect.OpStart
	if !c.keyed() {
		c.job = s.begin(&c.how, daemon, c.done)
		c.world.took(c.request)
		return
	}
	was := s.jobs[r.Key]
	if was != nil && was.lost() && r.Resolution == effect.PerformAgain && r.Cause != nil && !r.Cause.Transient {
		was = nil // it was decided that it had not done its work
	}
	if was != nil {
		*c.done = *was.done
		c.job, was.done = was, c.done
		return
	}
	c.job = s.begin(&c.how, daemon, c.done)
	s.jobs[r.Key] = c.job
	c.world.took(r)
}

// await returns when the machine has told what came of the job; or with why
// the connection died, errDeadline, or the cause of a context that ended.
func (c *command) await(ctx context.Context) error {
	clock := &c.world.schedule
	for {
		now, until := clock.now, c.deadline
		if err := c.broken(now); err != nil {
			return err
		}
		if at := c.job.begun + c.trouble.Lost; c.trouble.Effect == LostAfter && c.trouble.Lost > 0 {
			switch {
			case now < at:
				until = min(until, at)
			case !c.job.ended:
				return errBroken
			}
		}
		switch {
		case c.dead == 0 && c.job.known(now):
			return nil
		case now >= c.deadline:
			return errDeadline
		case c.dead > 0:
			until = min(until, c.dead)
		case c.job.daemon:
			until = min(until, c.job.begun+c.how.settle)
		}
		if err := clock.await(ctx, until, &c.sign); err != nil {
			return err
		}
	}
}

// pass lets time pass, up to the deadline at most, or until the connection is
// known to be dead.
func (c *command) pass(ctx context.Context, until time.Duration) error {
	clock := &c.world.schedule
	for {
		now := clock.now
		if err := c.broken(now); err != nil {
			return err
		}
		next := min(until, c.deadline)
		switch {
		case c.dead == 0 && now >= until:
			return nil
		case now >= c.deadline:
			return errDeadline
		case c.dead > 0:
			next = min(c.dead, c.deadline)
		}
		if err := clock.await(ctx, next, &c.sign); err != nil {
			return err
		}
	}
}

// wake has the command look again at what it waits for.
func (c *command) wake() { c.world.schedule.give(&c.sign) }
