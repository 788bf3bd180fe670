package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"runbook/effect"
)

// A patience is a time limit that can stand still.
type patience struct {
	mu   sync.Mutex
	t    *time.Timer
	left time.Duration
	from time.Time // zero while it stands still
	over bool
}

func newPatience(d time.Duration, do func()) *patience {
	p := &patience{left: d, from: time.Now()}
	p.t = time.AfterFunc(d, func() {
		p.mu.Lock()
		p.over = true
		p.mu.Unlock()
		do()
	})
	return p
}

func (p *patience) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.t.Stop() {
		p.left -= time.Since(p.from)
		p.from = time.Time{}
	}
}

func (p *patience) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over && p.from.IsZero() {
		p.from = time.Now()
		p.t.Reset(max(p.left, time.Millisecond))
	}
}

func (p *patience) passed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over
}

// dial makes a connection over a route: to the host or through others, then
// the handshake, all of it under the route's time limit. The error is an
// *effect.Error.
func (c *Client) dial(ctx context.Context, r *route) (*ssh.Client, error) {
	check, err := c.known.of(r.known)
	if err != nil {
		return nil, refused(fmt.Errorf("known hosts: %w", err))
	}
	socket, err := c.reach(ctx, r)
	if err != nil {
		return nil, err
	}
	limit := newPatience(r.connect, func() { socket.Close() })
	defer limit.stop()
	stop := context.AfterFunc(ctx, func() { socket.Close() })
	defer stop()
	ring := &keyring{client: c, route: r, clock: limit}
	defer ring.close()
	var untrusted error
	config := &ssh.ClientConfig{
		User: r.user,
		Auth: []ssh.AuthMethod{ssh.PublicKeysCallback(func() ([]ssh.Signer, error) {
			ring.gather()
			return ring.signers, nil
		})},
		HostKeyAlgorithms: algorithms(check, r.lookup),
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			untrusted = r.verify(check, key)
			return untrusted
		},
		ClientVersion: "SSH-2.0-runbook",
	}
	conn, channels, requests, err := ssh.NewClientConn(socket, r.lookup, config)
	if err != nil {
		socket.Close()
		return nil, r.unshaken(err, untrusted, limit.passed(), ring)
	}
	return ssh.NewClient(conn, channels, requests), nil
}

// reach makes the connection below SSH: TCP, or a channel of the host before.
func (c *Client) reach(ctx context.Context, r *route) (net.Conn, error) {
	ctx, done := context.WithTimeout(ctx, r.connect)
	defer done()
	address := net.JoinHostPort(r.host, r.port)
	if r.jump == nil {
		var d net.Dialer
		socket, err := d.DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, r.unreached(err, ctx.Err() != nil)
		}
		return socket, nil
	}
	before, err := c.link(r.jump)
	if err != nil {
		return nil, refused(err)
	}
	wait, over := context.WithTimeout(context.WithoutCancel(ctx), r.jump.patience())
	defer over()
	conn, err := before.get(wait)
	if err != nil {
		if e, ok := errors.AsType[*effect.Error](err); ok {
			told := *e
			told.Message = "jump host " + r.jump.alias + ": " + told.Message
			return nil, &told
		}
		return nil, unreachable("jump host " + r.jump.alias + ": no connection within " + effect.FormatDuration(r.jump.connect))
	}
	socket, err := conn.client.DialContext(ctx, "tcp", address)
	if err != nil {
		e := unreachable(fmt.Sprintf("jump host %s: no connection from there to %s: %s", r.jump.alias, address, strings.TrimPrefix(err.Error(), "ssh: ")))
		e.Hint = "the jump host must reach it, and allow forwarding (AllowTcpForwarding)"
		return nil, e
	}
	return socket, nil
}

// patience is how long the way to a host may take, with a person to ask at each.
func (r *route) patience() time.Duration {
	const person = 2 * time.Minute
	d := r.connect + person
	if r.jump != nil {
		d += r.jump.patience()
	}
	return d
}

func unreachable(text string) *effect.Error {
	return &effect.Error{Kind: effect.Unreachable, Message: text}
}

// unreached explains why there is no connection below SSH.
func (r *route) unreached(err error, late bool) *effect.Error {
	name, noName := errors.AsType[*net.DNSError](err)
	var e *effect.Error
	switch {
	case late:
		e = unreachable("no connection within " + effect.FormatDuration(r.connect))
		e.Hint = "is it up, and is there no firewall on the way?"
	case noName && name.IsNotFound:
		e = &effect.Error{Kind: effect.Refused, Message: "no address for the name " + strconv.Quote(r.host)} // waiting would not help
		e.Hint = "check the name, HostName in the SSH configuration, and the name service of this machine"
	case errors.Is(err, syscall.ECONNREFUSED):
		e = unreachable("connection refused")
		e.Hint = "is it up? no SSH server listens on port " + r.port
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		e = unreachable("no route to the host")
		e.Hint = "check the address, and the network between this machine and the host"
	default:
		e = unreachable(err.Error())
	}
	return e
}

// unshaken explains why a handshake did not come to its end.
func (r *route) unshaken(err, untrusted error, late bool, ring *keyring) *effect.Error {
	if e, ok := errors.AsType[*effect.Error](untrusted); ok {
		return e
	}
	if e, ok := errors.AsType[*effect.Error](err); ok { // of a passphrase
		return e
	}
	text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "ssh: handshake failed: "), "ssh: ")
	var e *effect.Error
	switch {
	case late:
		e = unreachable("no handshake within " + effect.FormatDuration(r.connect))
		e.Hint = "something accepts connections there and does not speak SSH, or is too busy to"
	case strings.Contains(text, "unable to authenticate"), strings.Contains(text, "Too many authentication failures"):
		return r.unauthorized(ring)
	case strings.Contains(text, "no common algorithm for host key"):
		return &effect.Error{
			Kind: effect.Refused, Message: "host key: the host has none of the kinds that are known of it: " + text,
			Hint: "somebody may be in the host's place; compare with its lines in " + strings.Join(r.known, ", "),
		}
	case strings.Contains(text, "no common algorithm"), strings.Contains(text, "ersion"), strings.Contains(text, "overflow"):
		return &effect.Error{Kind: effect.Protocol, Message: "handshake: " + text, Hint: "check that an SSH server of our times listens on port " + r.port}
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.ECONNRESET), errors.Is(err, os.ErrDeadlineExceeded):
		e = unreachable("the connection was closed during the handshake")
		e.Hint = "the server may be overloaded (MaxStartups), or refuse this address"
	default:
		e = &effect.Error{Kind: effect.Protocol, Message: "handshake: " + text}
	}
	return e
}

// unauthorized says which identities were tried, and which could not be.
func (r *route) unauthorized(ring *keyring) *effect.Error {
	text := fmt.Sprintf("user %q was refused", r.user)
	if len(ring.tried) > 0 {
		text += ", tried " + strings.Join(ring.tried, ", ")
	} else {
		text += ", no identity to show"
	}
	if len(ring.missed) > 0 {
		text += "; not tried: " + strings.Join(ring.missed, "; ")
	}
	return &effect.Error{
		Kind: effect.Unauthorized, Message: text,
		Hint: "check the user, and that one of the identities is in the account's authorized_keys; name others with identity=, or give them to the agent",
	}
}
