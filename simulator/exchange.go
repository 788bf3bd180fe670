package simulator

import (
	"context"
	"errors"
	"time"

	"runbook/effect"
	"runbook/simulator/exaoperation"
)

// DefaultTimeout is the longest life of a request that names none, nor its
// peer: the live client's.
const DefaultTimeout = 30 * time.Second

// errDeadline is why a request ended whose own time was up.
var errDeadline = errors.New("deadline")

// An exchange is one XML-RPC call on its way through the world.
type exchange struct {
	world    *World
	system   *System
	request  effect.Request
	call     exaoperation.Call
	timeout  time.Duration
	deadline time.Duration
	done     *bool // set when a change takes effect; nil for a read
}

func (w *World) xmlrpc(ctx context.Context, r effect.Request) (effect.Result, error) {
	to := w.route(r.Target)
	if to.system == nil {
		return w.fail(r, w.nowhere(r.Target)), nil
	}
	if e := unsendable(&r); e != nil {
		return w.fail(r, e), nil
	}
	x := exchange{world: w, system: to.system, request: r}
	x.call = exaoperation.Call{Path: to.path, Method: r.Operation, Args: carriedArgs(r.Args)}
	if r.Peer != nil && r.Peer.User != "" {
		x.call.Authenticated = true
		x.call.User, x.call.Password = to.system.Login(r.Peer.User)
		if r.Peer.Secret.IsZero() {
			x.call.Password = ""
		}
	}
	x.timeout = DefaultTimeout
	switch {
	case r.Timeout > 0:
		x.timeout = r.Timeout
	case r.Peer != nil && r.Peer.Timeout > 0:
		x.timeout = r.Peer.Timeout
	}
	x.deadline = w.schedule.now + x.timeout
	if r.Class == effect.Change {
		x.done = new(bool)
		w.changes[r.ID.String()+" "+r.Describe()] = x.done
	}
	return x.run(ctx)
}

// run takes the call there and its answer back. If the client stops waiting in
// between, what has been sent goes on alone.
func (x *exchange) run(ctx context.Context) (effect.Result, error) {
	s, clock := x.system, &x.world.schedule
	out, back := s.travel()
	arrives := clock.now + out
	if err := x.pass(ctx, arrives); err != nil {
		s.later(lateCall{arrives, x.call, false, x.done, x.request.ID, x.took})
		return x.interrupted(err)
	}
	trouble := s.meetEffect(clock.now, x.call.Path, x.call.Method, x.request.ID)
	var answer exaoperation.Answer
	if !trouble.Effect.Prevents() {
		takes := clock.now + trouble.Before
		if err := x.pass(ctx, takes); err != nil {
			s.later(lateCall{takes, x.call, true, x.done, x.request.ID, x.took})
			return x.interrupted(err)
		}
		answer = s.Call(clock.now, x.call)
		if x.done != nil {
			*x.done = !answer.Unreachable
			if worked(answer) {
				x.took()
			}
		}
	}
	if err := x.pass(ctx, clock.now+trouble.After+back); err != nil {
		return x.interrupted(err)
	}
	return x.result(trouble, answer), nil
}

// pass lets time pass, up to the deadline at most.
func (x *exchange) pass(ctx context.Context, until time.Duration) error {
	clock := &x.world.schedule
	if until <= clock.now {
		return nil
	}
	if err := clock.wait(ctx, min(until, x.deadline)); err != nil {
		return err
	}
	if until > x.deadline {
		return errDeadline
	}
	return nil
}
