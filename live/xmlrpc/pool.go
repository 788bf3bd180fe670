package xmlrpc

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"runbook/effect"
)

// A pool keeps the connections to one server that are not in use.
//
// net/http's own pool would do, at twice the price: two goroutines for each
// connection, and four hand-overs for each call. What is given up with it is
// HTTP/2 and answering early, of which XML-RPC has neither. What is gained is
// that nothing between a call and the socket can send anything twice, and that
// a call knows what has left and what has come.
type pool struct {
	options *Options
	to      route
	keep    int           // unused connections, at most
	slots   chan struct{} // one for each connection that may be in use; nil for no limit

	mu     sync.Mutex
	idle   []*conn // the one used last is the last
	sweeps bool    // a sweep is due
}

// justUsed is how long after its last reply a connection is good enough for a
// read, which can be sent again. A change looks at it first whenever that was.
const justUsed = 100 * time.Millisecond

// get takes an unused connection, or opens one: a fresh one if that is asked
// for, else only if none is left. Whatever waits for it then ends at the moment.
func (p *pool) get(ctx context.Context, until time.Time, fresh bool, class effect.Class) (*conn, error) {
	if err := p.enter(ctx, until); err != nil {
		return nil, err
	}
	for !fresh {
		c := p.pop()
		if c == nil {
			break
		}
		usable := class == effect.Read && time.Since(c.since) < justUsed || c.alive()
		if usable && c.SetDeadline(until) == nil {
			return c, nil
		}
		c.drop()
	}
	c, err := p.to.connect(ctx, p.options, until)
	if err != nil {
		p.leave()
		return nil, err
	}
	c.SetDeadline(until)
	return c, nil
}

// put takes a connection back; one that cannot be used again is closed.
func (p *pool) put(c *conn, again bool) {
	defer p.leave()
	if !again {
		c.drop()
		return
	}
	c.used, c.since = true, time.Now()
	p.mu.Lock()
	var surplus *conn
	if len(p.idle) == p.keep {
		surplus, p.idle = p.idle[0], slices.Delete(p.idle, 0, 1)
	}
	p.idle = append(p.idle, c)
	if !p.sweeps {
		p.sweeps = true
		time.AfterFunc(p.options.Idle, p.sweep)
	}
	p.mu.Unlock()
	if surplus != nil {
		surplus.Close()
	}
}

func (p *pool) pop() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	c := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	return c
}

// sweep closes what has been unused for too long, and comes back for the rest.
func (p *pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	n := 0
	for n < len(p.idle) && now.Sub(p.idle[n].since) >= p.options.Idle {
		p.idle[n].Close()
		n++
	}
	p.idle = slices.Delete(p.idle, 0, n)
	if p.sweeps = len(p.idle) > 0; p.sweeps {
		time.AfterFunc(p.options.Idle-now.Sub(p.idle[0].since), p.sweep)
	}
}

// close closes what is unused.
func (p *pool) close() {
	for c := p.pop(); c != nil; c = p.pop() {
		c.Close()
	}
}

// enter waits until one more connection may be in use.
func (p *pool) enter(ctx context.Context, until time.Time) error {
	if p.slots == nil {
		return nil
	}
	select {
	case p.slots <- struct{}{}:
		return nil
	default:
	}
	late := time.NewTimer(time.Until(until))
	defer late.Stop()
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-late.C:
		return &busyError{cap(p.slots)}
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pool) leave() {
	if p.slots != nil {
		<-p.slots
	}
}

// A busyError says that a request waited in vain for a connection to become free.
type busyError struct{ connections int }

func (e *busyError) Error() string {
	return fmt.Sprintf("all %d connections were in use until the time was over", e.connections)
}
