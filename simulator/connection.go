package simulator

import (
	"context"
	"time"

	"runbook/effect"
)

// This file defines the life of the connection under a command.

// reach returns when the machine can be talked to; or with what comes of the
// command if it cannot, and nothing was sent. Packets that are not answered are
// sent again, so a machine that comes up in time is reached.
func (c *command) reach(ctx context.Context) (*effect.Error, error) {
	clock := &c.world.schedule
	patience := c.option("connect_timeout", DefaultConnectTimeout)
	until := clock.now + patience
	for !c.station.reachable() {
		switch {
		case clock.now >= c.deadline:
			return c.noTime(), nil
		case clock.now >= until:
			return c.noConnection(patience), nil
		}
		if err := clock.await(ctx, min(until, c.deadline), &c.sign); err != nil {
			return nil, err
		}
	}
	c.severed, c.dead = false, 0
	return nil, nil
}

// unsent is what comes of a command of which nothing was sent.
func (c *command) unsent(e *effect.Error, cause error) (effect.Result, error) {
	if e != nil {
		return c.fail(c.unasked(e)), nil
	}
	return c.world.interrupted(*c.request, cause)
}

// unasked is the error of a command that did not get to its machine. It says
// nothing of an earlier try, whose key could not be asked.
func (c *command) unasked(e *effect.Error) *effect.Error {
	if c.keyed() && c.request.Resolution == effect.PerformAgain {
		e.Doubt, e.Transient = true, true
	}
	return e
}

// networkChanged looks at what became of the connection. That packets do not
// get through is noticed when the keep-alive is over; a network that is joined
// before that has lost nothing, but a machine that was down has.
func (c *command) networkChanged() {
	c.severed = c.severed || !c.station.Up()
	switch {
	case !c.severed && !c.station.Cut():
		c.dead = 0
	case c.dead == 0:
		c.dead = c.world.fleet.Now() + c.keepAlive()
	}
	c.wake()
}

// broken is why the connection is known to be dead by now; nil if it is not.
func (c *command) broken(now time.Duration) error {
	if c.dead > 0 && now >= c.dead {
		return errSilent
	}
	return nil
}

func (c *command) keepAlive() time.Duration { return c.option("keep_alive", DefaultKeepAlive) }

// option is a duration that the request's peer has in its options.
func (c *command) option(name string, otherwise time.Duration) time.Duration {
	if c.request.Peer != nil {
		if v, ok := c.request.Peer.Options.Get(name); ok {
			if n, ok := v.(int64); ok && n > 0 {
				return time.Duration(n)
			}
		}
	}
	return otherwise
}
