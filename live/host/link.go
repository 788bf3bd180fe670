package host

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"runbook/effect"
)

// A link is the one connection over a route: made when it is needed, and made
// anew when it is dead.
type link struct {
	client *Client
	route  *route

	mu     sync.Mutex
	live   *conn // nil, or dead, if there is none
	under  *dialing
	closed bool
}

// A dialing is a connection being made, for all who wait for it.
type dialing struct {
	done chan struct{}
	stop context.CancelFunc
	conn *conn
	err  error
}

// get gives the live connection, or makes one. Who gives up waiting does not
// spoil it for the others.
func (l *link) get(ctx context.Context) (*conn, error) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil, unreachable("the connections were closed")
	}
	if c := l.live; c != nil && !c.isDead() {
		l.mu.Unlock()
		return c, nil
	}
	d := l.under
	if d == nil {
		d = l.begin()
	}
	l.mu.Unlock()
	select {
	case <-d.done:
		return d.conn, d.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// begin makes a connection in the background. The caller holds the lock.
func (l *link) begin() *dialing {
	ctx, stop := context.WithCancel(context.Background())
	d := &dialing{done: make(chan struct{}), stop: stop}
	l.under = d
	go func() {
		defer stop()
		c, err := l.dial(ctx)
		l.mu.Lock()
		if err == nil && l.closed {
			c.kill("the connections were closed")
		}
		l.live, l.under = c, nil
		l.mu.Unlock()
		d.conn, d.err = c, err
		close(d.done)
	}()
	return d
}

// dial makes a connection that is nobody's yet.
func (l *link) dial(ctx context.Context) (*conn, error) {
	client, err := l.client.dial(ctx, l.route)
	if err != nil {
		return nil, err
	}
	c := &conn{client: client, dead: make(chan struct{}), slots: newSlots(l.client.options.Sessions)}
	go c.watch()
	go c.keepAlive(l.route.keepAlive, l.route.misses)
	return c, nil
}

// close ends the connection, and the making of one.
func (l *link) close() {
	l.mu.Lock()
	l.closed = true
	c, d := l.live, l.under
	l.mu.Unlock()
	if d != nil {
		d.stop()
		<-d.done
		c = d.conn
	}
	if c != nil {
		c.kill("the connections were closed")
	}
}

// A conn is one connection.
type conn struct {
	client *ssh.Client
	slots  *slots
	dead   chan struct{}

	once sync.Once
	why  string // it died; set before dead is closed
}

func (c *conn) isDead() bool {
	select {
	case <-c.dead:
		return true
	default:
		return false
	}
}

// kill ends the connection. The first reason is the one that counts.
func (c *conn) kill(why string) {
	c.once.Do(func() {
		c.why = why
		close(c.dead)
	})
	c.client.Close()
}

// watch notices when the other end has gone.
func (c *conn) watch() {
	err := c.client.Wait()
	why := "the host closed it"
	if e, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && e.Timeout() {
		why = "the network gave it up"
	}
	c.kill(why)
}

// keepAlive asks the other end for an answer, whatever it is, in every
// interval, and gives the connection up when as many as may be are missing.
func (c *conn) keepAlive(every time.Duration, misses int) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	answered := make(chan error, 1)
	asked, missed := false, 0
	for {
		select {
		case <-c.dead:
			return
		case err := <-answered:
			asked, missed = false, 0
			if err != nil {
				return // watch knows why
			}
			continue
		case <-tick.C:
		}
		if asked {
			if missed++; missed >= misses {
				c.kill("no answer to a keep-alive within " + effect.FormatDuration(every*time.Duration(misses)))
				return
			}
			continue
		}
		asked = true
		go func() {
			_, _, err := c.client.SendRequest("keepalive@openssh.com", true, nil)
			answered <- err
		}()
	}
}
