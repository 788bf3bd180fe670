package host

import (
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"runbook/effect"
)

// A fake is an SSH server in this process, which may be a bad one.
type fake struct {
	address string
	key     ssh.Signer
	logins  atomic.Int64

	// session serves a session; default is execute.
	session func(f *fake, c *ssh.ServerConn, ch ssh.Channel, command string)
	// refuse refuses sessions.
	refuse func() bool
	// deaf says nothing to keep-alives.
	deaf bool
	// before is called with the socket, before SSH; true ends it there.
	before func(c net.Conn) bool

	mu    sync.Mutex
	conns []net.Conn
}

// startFake serves on loopback, to anyone with a key.
func startFake(t testing.TB, f *fake) *fake {
	t.Helper()
	f.key = newKey(t, filepath.Join(t.TempDir(), "host"), "")
	config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(f.key)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.address = l.Addr().String()
	t.Cleanup(func() { l.Close(); f.drop() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f.mu.Lock()
			f.conns = append(f.conns, c)
			f.mu.Unlock()
			go f.serve(c, config)
		}
	}()
	return f
}

// drop cuts all connections.
func (f *fake) drop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.conns {
		c.Close()
	}
	f.conns = nil
}

func (f *fake) serve(c net.Conn, config *ssh.ServerConfig) {
	defer c.Close()
	if f.before != nil && f.before(c) {
		return
	}
	conn, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	f.logins.Add(1)
	if f.deaf {
		go func() {
			for range requests {
			}
		}()
	} else {
		go ssh.DiscardRequests(requests)
	}
	for n := range channels {
		if f.refuse != nil && f.refuse() {
			n.Reject(ssh.ConnectionFailed, "open failed")
			continue
		}
		ch, requests, err := n.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				var m struct{ Command string }
				ssh.Unmarshal(r.Payload, &m)
				r.Reply(r.Type == "exec", nil)
				if r.Type == "exec" {
					serve := f.session
					if serve == nil {
						serve = (*fake).execute
					}
					go serve(f, conn, ch, m.Command)
				}
			}
		}()
	}
}

// execute runs a command as a good server does.
func (f *fake) execute(_ *ssh.ServerConn, ch ssh.Channel, command string) {
	cmd := exec.Command("/bin/sh", "-c", command)
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = ch, ch.Stderr(), ownSession()
	in, err := cmd.StdinPipe()
	if err != nil {
		return
	}
	go func() { io.Copy(in, ch); in.Close() }()
	cmd.Run()
	ch.CloseWrite()
	w, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if w.Signaled() {
		ch.SendRequest("exit-signal", false, ssh.Marshal(signalMessage{Signal: signalName(int(w.Signal()))}))
	} else {
		exit(ch, w.ExitStatus())
	}
	ch.Close()
}

// exit sends a status.
func exit(ch ssh.Channel, status int) {
	ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(status)}))
}

// overFake is a world whose peer is a fake server.
func overFake(t testing.TB, f *fake, o Options, options ...any) *world {
	t.Helper()
	startFake(t, f)
	w := newWorld(t, o)
	w.peer = f.peer(w, options...)
	return w
}

func (f *fake) peer(w *world, options ...any) *effect.Peer {
	known, identity := filepath.Join(w.home, "known-"+f.address), filepath.Join(w.home, "identity")
	write(w.t, known, knownhosts.Line([]string{f.address}, f.key.PublicKey())+"\n")
	if readAll(identity) == "" {
		newKey(w.t, identity, "")
	}
	h := how(append([]any{"identity", []effect.Value{identity}, "known_hosts", []effect.Value{known}, "keys", filepath.Join(w.home, "keys")}, options...)...)
	return &effect.Peer{Address: secure + f.address, System: f.address, User: "someone", Options: h, Timeout: 20 * time.Second}
}

// TestBadHandshakes meets what does not get as far as a session.
func TestBadHandshakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		before  func(c net.Conn) bool
		kind    effect.Kind
		message string
	}{
		{"silent", func(c net.Conn) bool { io.Copy(io.Discard, c); return true }, effect.Unreachable, "no handshake within 300ms"},
		{"slow banner", func(c net.Conn) bool { return trickle(c) }, effect.Unreachable, "no handshake within 300ms"},
		{"closes", func(net.Conn) bool { return true }, effect.Unreachable, "the connection was closed during the handshake"},
		{"speaks HTTP", func(c net.Conn) bool {
			fmt.Fprint(c, strings.Repeat("HTTP/1.1 400 Bad Request\r\n", 1000))
			return true
		}, effect.Unreachable, "the connection was closed during the handshake"},
		{"garbage", func(c net.Conn) bool {
			fmt.Fprint(c, "SSH-2.0-x\r\n"+strings.Repeat("\xff\x00garbage", 1000))
			io.Copy(io.Discard, c)
			return true
		}, effect.Protocol, "handshake: "},
		{"an old version", func(c net.Conn) bool { fmt.Fprint(c, "SSH-1.5-old\r\n"); io.Copy(io.Discard, c); return true }, effect.Unreachable, "no handshake within 300ms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := overFake(t, &fake{before: c.before}, Options{}, "connect_timeout", int64(300*time.Millisecond))
			e := w.err(w.change("", "echo"))
			if e.Kind != c.kind || e.Doubt || !strings.HasPrefix(e.Message, c.message) {
				t.Errorf("Perform = %+v, want %s %q", e, c.kind, c.message)
			}
		})
	}
}

// trickle sends lines before the version for as long as they are taken.
func trickle(c net.Conn) bool {
	for {
		if _, err := io.WriteString(c, "wait\r\n"); err != nil {
			return true
		}
		tick()
	}
}

// markOf finds the mark in a command.
func markOf(command string) string {
	_, rest, _ := strings.Cut(command, "runbook-")
	mark, _, _ := strings.Cut(rest, "'")
	return "runbook-" + mark
}

// TestBadSessions meets servers whose sessions are not what they should be. A
// change is in doubt where it may have begun, and only there.
func TestBadSessions(t *testing.T) {
	t.Parallel()
	begin := func(ch ssh.Channel, command string) {
		fmt.Fprintf(ch, "%s started 123456\n", markOf(command))
		fmt.Fprintf(ch.Stderr(), "%s\n", markOf(command))
	}
	for _, c := range []struct {
		name    string
		session func(f *fake, c *ssh.ServerConn, ch ssh.Channel, command string)
		kind    effect.Kind
		message string
		doubt   bool
	}{
		{"drops in the middle", func(f *fake, _ *ssh.ServerConn, ch ssh.Channel, cmd string) { begin(ch, cmd); f.drop() }, effect.Unreachable, "the connection was lost while the command ran: ", true},
		{"drops at once", func(f *fake, _ *ssh.ServerConn, _ ssh.Channel, _ string) { f.drop() }, effect.Unreachable, "the connection was lost while the command ran: ", true},
		{"no status", func(_ *fake, _ *ssh.ServerConn, ch ssh.Channel, cmd string) { begin(ch, cmd); ch.Close() }, effect.Unreachable, "the connection was lost while the command ran: the session was closed without a status", true},
		{"no shell", func(_ *fake, _ *ssh.ServerConn, ch ssh.Channel, _ string) {
			fmt.Fprint(ch, "This account is currently not available.\r\n")
			exit(ch, 1)
			ch.Close()
		}, effect.Protocol, `the login shell ended with status 1 before the command began: "This account is currently not available."`, false},
		{"endless noise", func(_ *fake, _ *ssh.ServerConn, ch ssh.Channel, _ string) {
			for range 1000 {
				fmt.Fprint(ch, strings.Repeat("noise ", 1000))
			}
			exit(ch, 0)
			ch.Close()
		}, effect.Protocol, "the login shell ended with status 0 before the command began", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := overFake(t, &fake{session: c.session}, Options{Linger: 50 * time.Millisecond})
			e := w.err(w.change("", "echo"))
			if e.Kind != c.kind || e.Doubt != c.doubt || e.Transient != c.doubt || !strings.HasPrefix(e.Message, c.message) {
				t.Errorf("Perform = %+v, want %s %q, doubt %v", e, c.kind, c.message, c.doubt)
			}
		})
	}
}

// TestNoise lets what a login shell says not be the command's output.
func TestNoise(t *testing.T) {
	t.Parallel()
	w := overFake(t, &fake{session: func(f *fake, c *ssh.ServerConn, ch ssh.Channel, command string) {
		fmt.Fprint(ch, "Welcome!\nno newline")
		fmt.Fprint(ch.Stderr(), "warning: setlocale\n")
		f.execute(c, ch, command)
	}}, Options{})
	v := w.value(w.run("echo out; echo err >&2"))
	if out, err := field(v, "stdout"), field(v, "stderr"); out != "out\n" || err != "err\n" {
		t.Errorf("Perform = %q and %q", out, err)
	}
}

// TestDeaf notices a connection on which no keep-alive is answered.
func TestDeaf(t *testing.T) {
	t.Parallel()
	f := &fake{deaf: true, session: func(*fake, *ssh.ServerConn, ssh.Channel, string) {}}
	w := overFake(t, f, Options{}, "keep_alive", int64(100*time.Millisecond))
	e := w.err(w.change("", "echo"))
	if e.Kind != effect.Unreachable || !e.Doubt || !strings.HasSuffix(e.Message, "no answer to a keep-alive within 100ms") {
		t.Errorf("Perform = %+v, want that it is lost", e)
	}
	e = w.err(w.run("echo"))
	if n := f.logins.Load(); e.Kind != effect.Unreachable || n != 3 {
		t.Errorf("a read = %+v after %d logins, want it made again once", e, n)
	}
}

// TestDead finds a connection dead that nobody used, and makes it anew, for a change too.
func TestDead(t *testing.T) {
	t.Parallel()
	f := &fake{}
	w := overFake(t, f, Options{})
	for range 3 {
		if got := field(w.value(w.change("", "echo x")), "stdout"); got != "x\n" {
			t.Errorf("Perform = %q", got)
		}
		f.drop()
		until(t, "it is noticed", func() bool {
			for _, l := range w.client.links {
				if !l.live.isDead() {
					return false
				}
			}
			return true
		})
	}
	if n := f.logins.Load(); n != 3 {
		t.Errorf("got %d logins, want 3", n)
	}
}

// TestNoSession meets a server that opens none.
func TestNoSession(t *testing.T) {
	t.Parallel()
	w := overFake(t, &fake{refuse: func() bool { return true }}, Options{})
	e := w.err(w.change("", "echo"))
	if e.Kind != effect.Unreachable || e.Doubt || e.Message != "the server opens no session: open failed" {
		t.Errorf("Perform = %+v", e)
	}
}

// TestUnreachable meets nobody.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Run: "r"})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	for _, c := range []struct {
		to, message string
		kind        effect.Kind
	}{
		{address, "connection refused", effect.Unreachable},
		{"no-such-host.invalid", `no address for the name "no-such-host.invalid"`, effect.Refused},
	} {
		w.peer = &effect.Peer{Address: secure + c.to}
		e := w.err(w.change("", "echo"))
		if e.Kind != c.kind || e.Doubt || e.Message != c.message {
			t.Errorf("Perform = %+v, want %s", e, c.message)
		}
		again := w.change("1@1", "echo")
		again.Resolution = effect.PerformAgain
		if e := w.err(again); !e.Doubt || !e.Transient {
			t.Errorf("performed again: Perform = %+v, want that it stays in doubt", e)
		}
	}
	for _, address := range []string{"", "ssh:", "ssh:-oProxyCommand=x", "ssh:a b", "ssh:h:0", "ssh:h:x", "telnet:h"} {
		w.peer = &effect.Peer{Address: address}
		if e := w.err(w.run("echo")); e.Kind != effect.Refused {
			t.Errorf("address %q: Perform = %+v, want that it is refused", address, e)
		}
	}
}
