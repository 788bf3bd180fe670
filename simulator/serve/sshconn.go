package serve

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// An sshConn is one connection of a client.
type sshConn struct {
	face *sshFace
	conn *gated

	open chan struct{} // a value for each session

	mu sync.Mutex
	to *place // nil until it is known
}

// sessionGrace is how long a session waits for another to be gone that its
// client has closed already.
const sessionGrace = 200 * time.Millisecond

// serve logs a client in, and works for it until it goes.
func (f *sshFace) serve(ctx context.Context, d door, conn *gated) {
	c := &sshConn{face: f, conn: conn, open: make(chan struct{}, f.config.Sessions)}
	if d.to != nil && !c.reach(d.to) {
		return
	}
	config := f.base
	config.BannerCallback, config.PublicKeyCallback = c.banner, c.authenticate
	config.AuthLogCallback = c.logLogin
	late := time.AfterFunc(loginTime, func() { _ = conn.Close() })
	logged, channels, requests, err := ssh.NewServerConn(conn, &config)
	late.Stop()
	if err != nil {
		return // who cannot log in has been told, and is in the log
	}
	defer logged.Close()
	var working sync.WaitGroup
	defer working.Wait()
	working.Go(func() { answerGlobal(requests) })
	for channel := range channels {
		working.Go(func() { c.channel(ctx, channel) })
	}
}

// reach puts the connection on the way to a machine; one that is down ends it.
func (c *sshConn) reach(p *place) bool {
	if !p.way.enter(c.conn) {
		c.conn.reset()
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to = p
	return true
}

func (c *sshConn) place() *place {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.to
}

// choose finds the machine that a user name leads to, and reaches it.
func (c *sshConn) choose(user string) (*place, error) {
	if p := c.place(); p != nil {
		if c.face.config.Ports && user != p.user {
			return nil, fmt.Errorf("no user %q on %s; want %q", user, p.name, p.user)
		}
		return p, nil
	}
	p := c.face.find(user)
	if p == nil {
		return nil, fmt.Errorf("no host %q here; the user name chooses the host, such as %q", user, c.face.places[0].name)
	}
	if !c.reach(p) {
		return nil, errors.New(p.name + " is down")
	}
	return p, nil
}

// banner tells a client who will not get in why.
func (c *sshConn) banner(meta ssh.ConnMetadata) string {
	user := meta.User()
	if c.place() == nil {
		if p := c.face.find(user); p != nil {
			if p.way.isDown() {
				return "simulated host " + p.name + " is down\r\n"
			}
			return ""
		}
	}
	if _, err := c.choose(user); err != nil {
		return "simulated hosts: " + err.Error() + "\r\n"
	}
	return ""
}

// authenticate lets the known keys in.
func (c *sshConn) authenticate(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	if _, err := c.choose(meta.User()); err != nil {
		return nil, err
	}
	if !c.face.keys.allowed[string(key.Marshal())] {
		return nil, fmt.Errorf("key %s: got one that is not known, want that in %s", ssh.FingerprintSHA256(key), c.face.keys.file)
	}
	return &ssh.Permissions{}, nil
}

// logLogin writes down who was not let in. The method none is how clients ask
// for the others.
func (c *sshConn) logLogin(meta ssh.ConnMetadata, method string, err error) {
	if err == nil || method == "none" {
		return
	}
	c.face.logRefusal(meta.User(), err.Error())
}

// answerGlobal answers what is asked of the connection as a whole. Keep-alives
// are answered as sshd does, with a failure, which is a sign of life too;
// ports are not forwarded.
func answerGlobal(requests <-chan *ssh.Request) {
	for r := range requests {
		if r.WantReply {
			_ = r.Reply(false, nil) // a client that is gone needs no answer
		}
	}
}

// channel accepts what is asked for, which can be a session only.
func (c *sshConn) channel(ctx context.Context, asked ssh.NewChannel) {
	switch asked.ChannelType() {
	case "session":
	case "direct-tcpip", "direct-streamlocal@openssh.com":
		_ = asked.Reject(ssh.Prohibited, "simulated hosts forward nothing: log in to each host here, not through another")
		return
	default:
		_ = asked.Reject(ssh.UnknownChannelType, "simulated hosts have sessions only")
		return
	}
	if !c.more() {
		_ = asked.Reject(ssh.Prohibited, fmt.Sprintf("too many sessions: want at most %d on a connection", c.face.config.Sessions))
		return
	}
	s := &session{conn: c, at: c.place()}
	defer s.leave()
	channel, requests, err := asked.Accept()
	if err != nil {
		return
	}
	s.channel = channel
	s.serve(ctx, requests)
}

// more counts one session more, if there may be one.
func (c *sshConn) more() bool {
	select {
	case c.open <- struct{}{}:
		return true
	default:
	}
	late := time.NewTimer(sessionGrace)
	defer late.Stop()
	select {
	case c.open <- struct{}{}:
		return true
	case <-late.C:
		return false
	}
}

// leave makes room for another session. It is called before the client learns
// that this one has ended, and at its end.
func (s *session) leave() { s.left.Do(func() { <-s.conn.open }) }
