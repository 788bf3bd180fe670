package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"runbook/simulator/host"
)

// This file and those whose names begin with ssh are the face of the simulated
// hosts: an SSH server in which the user name, or the port, chooses the host.
// A command is run by the host's own shell in virtual time; what it prints is
// sent as it comes. What the hosts and the way to them suffer in the scenario
// is suffered on the socket: a machine that goes down resets its connections, a
// network that is cut lets nothing through, a lost answer is a connection that
// ends.

// SSHConfig says how the simulated hosts are shown over SSH. Its zero value
// shows none.
type SSHConfig struct {
	Address        string   // "127.0.0.1:0" for any free port; "" for no SSH
	Ports          bool     // each host has a port of its own, from that of Address on, instead of a user name
	Key            string   // file of the private key that may log in, made if it is missing; "": a file in a folder for as long as the server runs
	AuthorizedKeys string   // file of public keys that may log in as well; "" for none
	AcceptEnv      []string // variables that a client may set, "*" at the end for any rest; nil: DefaultAcceptEnv
	Linger         bool     // commands without a terminal go on when their session is closed, instead of getting HUP

	Connections int // at one time; DefaultConnections
	Sessions    int // of one connection at one time; DefaultSessions
	MaxLine     int // bytes of a command line; DefaultMaxLine
	MaxInput    int // bytes that are sent to one command; DefaultMaxInput
	MaxOutput   int // bytes of one command that wait to be sent; DefaultMaxOutput
}

// Limits unless SSHConfig says otherwise.
const (
	DefaultConnections = 1024
	DefaultSessions    = 10        // sshd's own MaxSessions [doc: sshd_config(5)]
	DefaultMaxLine     = 128 << 10 // Linux takes no longer argument [doc: execve(2), MAX_ARG_STRLEN]
	DefaultMaxInput    = 64 << 20
	DefaultMaxOutput   = 64 << 20
)

// DefaultAcceptEnv is what Debian's sshd takes.
var DefaultAcceptEnv = []string{"LANG", "LC_*", "COLORTERM", "NO_COLOR"}

// serverVersion is how the server calls itself before anything else.
const serverVersion = "SSH-2.0-runbook_sim"

// loginTime is how long a client may take to log in.
const loginTime = 30 * time.Second

func (c SSHConfig) withDefaults() SSHConfig {
	for _, d := range []struct {
		field    *int
		standard int
	}{
		{&c.Connections, DefaultConnections},
		{&c.Sessions, DefaultSessions},
		{&c.MaxLine, DefaultMaxLine},
		{&c.MaxInput, DefaultMaxInput},
		{&c.MaxOutput, DefaultMaxOutput},
	} {
		if *d.field == 0 {
			*d.field = d.standard
		}
	}
	if c.AcceptEnv == nil {
		c.AcceptEnv = DefaultAcceptEnv
	}
	return c
}

// accepts reports whether a client may set a variable.
func (c SSHConfig) accepts(name string) bool {
	for _, pattern := range c.AcceptEnv {
		prefix, open := strings.CutSuffix(pattern, "*")
		if name == pattern || open && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// sshFace is the SSH server.
type sshFace struct {
	server  *Server
	config  SSHConfig
	keys    *sshKeys
	base    ssh.ServerConfig
	places  []*place
	doors   []door
	free    chan struct{} // a value for each connection that there may still be
	running sync.WaitGroup

	mu    sync.Mutex
	conns map[*gated]bool // nil once the face is closed
}

// A place is a machine and the way to it.
type place struct {
	machine *host.Machine
	name    string
	user    string // who is logged in there
	way     *wayIn
}

// A door is where clients come in.
type door struct {
	net.Listener
	to *place // nil: the user name says
}

// newSSHFace opens the doors, all or none. Nobody is let in yet.
func newSSHFace(s *Server) (*sshFace, error) {
	f := &sshFace{server: s, config: s.config.SSH.withDefaults(), conns: map[*gated]bool{}}
	for _, m := range s.world.Fleet().Machines() {
		f.places = append(f.places, &place{machine: m, name: m.Name(), user: m.User(), way: newWayIn()})
	}
	if len(f.places) == 0 {
		return nil, errors.New("ssh: got a world without hosts, want at least one")
	}
	f.free = make(chan struct{}, f.config.Connections)
	err := f.open()
	if err == nil {
		f.keys, err = newSSHKeys(f.config)
	}
	if err == nil {
		err = f.keys.announce(f.addresses())
	}
	if err != nil {
		f.close()
		return nil, err
	}
	f.base = ssh.ServerConfig{ServerVersion: serverVersion}
	f.base.AddHostKey(f.keys.host)
	return f, nil
}

// open listens at the address, or for each host at one from there on.
func (f *sshFace) open() error {
	if !f.config.Ports {
		return f.openDoor(f.config.Address, nil)
	}
	name, port, err := net.SplitHostPort(f.config.Address)
	first, bad := strconv.Atoi(port)
	if err != nil || bad != nil {
		return f.openDoor(f.config.Address, nil) // which says what is wrong
	}
	for i, p := range f.places {
		at := first
		if first != 0 {
			at += i
		}
		if err := f.openDoor(net.JoinHostPort(name, strconv.Itoa(at)), p); err != nil {
			return fmt.Errorf("host %q: %w", p.name, err)
		}
	}
	return nil
}

func (f *sshFace) openDoor(address string, to *place) error {
	l, err := f.server.open(address)
	if err != nil {
		return err
	}
	f.doors = append(f.doors, door{l, to})
	return nil
}

func (f *sshFace) addresses() []net.Addr {
	all := make([]net.Addr, len(f.doors))
	for i, d := range f.doors {
		all[i] = d.Addr()
	}
	return all
}

// start lets clients in.
func (f *sshFace) start(ctx context.Context) {
	f.server.access.Lock()
	f.turn()
	f.server.world.Fleet().OnChange(f.turn)
	f.server.access.Unlock()
	for _, d := range f.doors {
		f.running.Go(func() { f.accept(ctx, d) })
	}
}

// turn lets the ways to the machines be as the machines are. The world is
// locked.
func (f *sshFace) turn() {
	for _, p := range f.places {
		p.way.set(!p.machine.Up(), p.machine.Cut())
	}
}

func (f *sshFace) accept(ctx context.Context, d door) {
	for {
		conn, err := d.Accept()
		if err != nil {
			return // it was closed
		}
		c := newGated(conn)
		select {
		case f.free <- struct{}{}:
		default:
			c.reset()
			continue
		}
		if !f.enlist(c) {
			c.reset()
			return
		}
		f.running.Go(func() {
			f.serve(ctx, d, c)
			f.dismiss(c)
			<-f.free
		})
	}
}

func (f *sshFace) enlist(c *gated) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.conns == nil {
		return false
	}
	f.conns[c] = true
	return true
}

func (f *sshFace) dismiss(c *gated) {
	_ = c.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, c)
}

// close ends every connection, and waits until nobody works on one.
func (f *sshFace) close() {
	for _, d := range f.doors {
		_ = d.Close()
	}
	f.mu.Lock()
	conns := f.conns
	f.conns = nil
	f.mu.Unlock()
	for c := range conns {
		_ = c.Close()
	}
	f.running.Wait()
	if f.keys != nil {
		f.keys.remove()
	}
}

// find is the host that a user name chooses. A single host is also found by
// the name of who works there.
func (f *sshFace) find(user string) *place {
	for _, p := range f.places {
		if p.name == user || len(f.places) == 1 && p.user == user {
			return p
		}
	}
	return nil
}

// ready is what a client must know.
func (f *sshFace) ready() *ReadySSH {
	r := &ReadySSH{
		Address: f.doors[0].Addr().String(), Fingerprint: ssh.FingerprintSHA256(f.keys.host.PublicKey()),
		HostKey: f.keys.line, Key: f.keys.file, KnownHosts: f.keys.knownHosts,
	}
	for i, p := range f.places {
		h := ReadyHost{Name: p.name, User: p.name}
		at := f.doors[0]
		if f.config.Ports {
			h.User, at = p.user, f.doors[i]
		}
		if tcp, ok := at.Addr().(*net.TCPAddr); ok {
			h.Port = tcp.Port
		}
		r.Hosts = append(r.Hosts, h)
	}
	return r
}
