package host

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// errDead says that a connection died before anything was sent over it.
var errDead = errors.New("the connection is dead")

// beginTimeout is how long a program, once sent, may take to say that it began.
const beginTimeout = 5 * time.Second

// A remoteShell runs programs over SSH.
type remoteShell struct {
	link *link
	keys string
}

func (s *remoteShell) interpreter() string { return `"${SHELL:-/bin/sh}"` }
func (s *remoteShell) where() string       { return s.keys }

// start begins a program in a session of its own. As long as nothing was sent,
// a dead connection is made anew, once.
func (s *remoteShell) start(ctx context.Context, program string, urgent bool) (*process, error) {
	if urgent {
		return s.hurry(ctx, program)
	}
	for tries := 1; ; tries++ {
		c, err := s.link.get(ctx)
		if err != nil {
			return nil, err
		}
		p, err := s.open(ctx, c, program)
		if errors.Is(err, errDead) && tries <= 2 && ctx.Err() == nil {
			continue
		}
		if errors.Is(err, errDead) {
			return nil, unreachable("the connection was lost before anything was sent: " + c.why)
		}
		return p, err
	}
}

// open begins a program on a connection, when one of its sessions is free.
func (s *remoteShell) open(ctx context.Context, c *conn, program string) (*process, error) {
	for {
		if err := c.slots.take(ctx, c.dead); err != nil {
			return nil, err
		}
		p, err := c.begin(ctx, program, c.slots.give)
		if e, ok := errors.AsType[*ssh.OpenChannelError](err); ok {
			if c.slots.refused() {
				continue
			}
			return nil, unreachable("the server opens no session: " + e.Message)
		}
		if p == nil {
			c.slots.give()
		}
		return p, err
	}
}

// hurry begins a program without waiting for a session: on the connection that
// is there, or else on one of its own.
func (s *remoteShell) hurry(ctx context.Context, program string) (*process, error) {
	s.link.mu.Lock()
	c := s.link.live
	s.link.mu.Unlock()
	if c != nil && !c.isDead() {
		if p, err := c.begin(ctx, program, func() {}); err == nil || ctx.Err() != nil {
			return p, err
		}
	}
	c, err := s.link.dial(ctx)
	if err != nil {
		return nil, err
	}
	drop := func() { c.kill("it was no longer needed") }
	p, err := c.begin(ctx, program, drop)
	if err != nil {
		drop()
	}
	return p, err
}

// begin opens a session and begins a program in it; release is called once
// when the session is over. It is the caller's if there is no process. The error is
// errDead or of ctx: then nothing was sent; a *ssh.OpenChannelError; or *lost.
func (c *conn) begin(ctx context.Context, program string, release func()) (*process, error) {
	type opened struct {
		p   *process
		err error
	}
	done := make(chan opened, 1)
	var decided atomic.Bool // whether the command is asked for, or it is too late for that
	go func() {
		p, err := c.session(program, release, func() bool { return decided.CompareAndSwap(false, true) })
		done <- opened{p, err}
	}()
	select {
	case o := <-done:
		return o.p, o.err
	case <-c.dead:
		if decided.CompareAndSwap(false, true) {
			return nil, errDead // the library waits for ever for a session of a connection that died just before
		}
		o := <-done
		return o.p, o.err
	case <-ctx.Done():
	}
	// The request may be on its way, and who asked must know that: only what has
	// begun can be ended.
	late := time.NewTimer(beginTimeout)
	defer late.Stop()
	select {
	case o := <-done:
		return o.p, o.err
	case <-late.C:
	}
	p := &process{exited: make(chan struct{}), stdout: nothing{}, stderr: nothing{}}
	var once sync.Once
	p.end = func() {
		once.Do(func() {
			go func() {
				if o := <-done; o.p != nil {
					o.p.end()
				} else {
					release()
				}
			}()
		})
	}
	return p, nil
}

// nothing is the output of a program that has said none.
type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, errDead }

// session opens a session and begins a program in it, if it still may.
func (c *conn) session(program string, release func(), may func() bool) (*process, error) {
	ch, requests, err := c.client.OpenChannel("session", nil)
	if err != nil {
		if _, ok := errors.AsType[*ssh.OpenChannelError](err); ok {
			return nil, err
		}
		c.kill("the host closed it")
		return nil, errDead
	}
	if !may() {
		ch.Close()
		go ssh.DiscardRequests(requests)
		return nil, errDead
	}
	var once sync.Once
	p := &process{stdin: stdin{ch}, stdout: ch, stderr: ch.Stderr(), exited: make(chan struct{})}
	p.end = func() { once.Do(func() { ch.Close(); release() }) }
	ok, err := ch.SendRequest("exec", true, ssh.Marshal(struct{ Command string }{login(program)}))
	switch {
	case err != nil:
		p.err = c.lost()
		close(p.exited)
		go ssh.DiscardRequests(requests)
		return p, nil
	case !ok:
		ch.Close()
		go ssh.DiscardRequests(requests)
		return nil, unreachable("the server runs no commands for this user")
	}
	go c.follow(p, requests)
	return p, nil
}

// stdin is a channel's input, whose end is not the channel's.
type stdin struct{ ssh.Channel }

func (s stdin) Close() error { return s.CloseWrite() }

// lost is the error of a session that is over without a status.
func (c *conn) lost() error {
	if c.isDead() {
		return &lost{c.why}
	}
	return &lost{"the session was closed without a status"}
}

// follow waits for what became of a program.
func (c *conn) follow(p *process, requests <-chan *ssh.Request) {
	known := false
	tell := func(s status) {
		if !known {
			known = true
			p.status = s
			close(p.exited)
		}
	}
	for r := range requests {
		switch r.Type {
		case "exit-status":
			var m struct{ Status uint32 }
			if ssh.Unmarshal(r.Payload, &m) == nil {
				tell(status{code: int(m.Status)})
			}
		case "exit-signal":
			var m signalMessage
			if ssh.Unmarshal(r.Payload, &m) != nil {
				m.Signal = "unknown"
			}
			tell(signalled(m.Signal))
		}
		if r.WantReply {
			r.Reply(false, nil)
		}
	}
	if known {
		return
	}
	p.err = c.lost()
	close(p.exited)
}

// A signalMessage is how SSH tells that a program ended by a signal.
type signalMessage struct {
	Signal     string
	CoreDumped bool
	Error      string
	Lang       string
}
