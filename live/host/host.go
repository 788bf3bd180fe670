// Package host is the live world's hosts: a performer of requests of kind
// "host", which runs commands on this machine and over SSH.
//
// Everything that happens on a host is a program of its POSIX shell, the same
// for both ways there ([shell]); the programs are in the folder sh. A program
// begins its outputs with a mark, so that what a login shell says before it is
// not taken for output, and tells its process id there, so that a second
// session can end it: closing the first does not.
//
// # Keys
//
// A change runs under a key: a directory <keys>/<run>/<key> on the host, in
// which a runner, in a session of its own, leaves what came of it. Who asked
// only waits for that, and whoever asks again under the same key finds out.
// The states of a key, by what is in its directory:
//
//	none      nothing, or no more than input   nothing began: start a runner
//	claimed   go                               a runner won, and has not said who it is: nothing began
//	never     go ended                         a deadline passed before anything began, and nothing will
//	running   go pid                           that process lives: wait for it
//	lost      go pid                           it does not: began and left no status
//	ended     go pid ended                     the same, and a deadline did that
//	done      go pid status out err            this is what came of it
//
// mkdir of go decides which of several runners it is. The runner then moves
// its identity (process id, its start, the host's boot) to pid, and only if
// that worked does the command begin. A directory in the state claimed for too
// long is moved away as a whole, after which its runner, dead or slow, has
// nowhere to say who it is, and does not begin. The status is written to a file
// beside it and moved, after the outputs; space for it is reserved before
// anything begins; output is kept whole until the run is tidied up, so that a
// command that never stops talking fills the host's disk until its deadline.
// So a crash between any two steps leaves one of these states,
// and only in the state lost is it not known what the command did.
//
// # Connections
//
// There is one SSH connection to a host, made when it is first needed, shared
// by all commands, and made anew when it died. What was not sent is sent on the
// new one, and so is a read once; a change whose connection died is in doubt,
// and its key tells. Host keys are always checked: nothing in a configuration
// turns that off.
package host

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"runbook/effect"
)

// Options are what a client does where a peer does not say. The zero value is
// the default of each.
type Options struct {
	// Run is the run's id, the name of its directory of keys on the hosts.
	// Without it no keys are kept.
	Run string
	// Home is the user's home on this machine, where .ssh is; default [os.UserHomeDir].
	Home string
	// Env finds an environment variable of this machine; default [os.Getenv].
	Env func(name string) string
	// Resolve finds the secret that a reference refers to. Without it encrypted
	// identities are of no use, and input that is a secret is refused.
	Resolve func(ctx context.Context, s effect.Secret) (string, error)
	// Warn is told what an operator should know, each thing once.
	Warn func(text string)

	System    string        // the system's SSH configuration; default /etc/ssh
	MaxOutput int64         // the most bytes that a request may ask to keep of an output; default 64 MiB
	Timeout   time.Duration // longest life of a command that, and whose peer, says none; default 1m
	Sessions  int           // commands at a time on one connection; default 8, as sshd allows 10
	Linger    time.Duration // how long output may stay silent after its command ended, held open by something left behind; default 1s
	Grace     time.Duration // from the polite signal to the other when a command is ended; default 2s
}

func (o Options) orDefaults() Options {
	if o.Home == "" {
		o.Home, _ = os.UserHomeDir()
	}
	if o.Env == nil {
		o.Env = os.Getenv
	}
	if o.Resolve == nil {
		o.Resolve = func(context.Context, effect.Secret) (string, error) {
			return "", errors.New("got a secret, want a way to resolve it")
		}
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	o.System = cmp.Or(o.System, filepath.FromSlash("/etc/ssh"))
	o.MaxOutput = cmp.Or(o.MaxOutput, 64<<20)
	o.Timeout = cmp.Or(o.Timeout, time.Minute)
	o.Sessions = cmp.Or(o.Sessions, 8)
	o.Linger = cmp.Or(o.Linger, time.Second)
	o.Grace = cmp.Or(o.Grace, 2*time.Second)
	return o
}

// A Client runs commands on hosts. It may be used by many goroutines at once.
type Client struct {
	options Options
	mark    string // begins what our programs say; no one else can know it
	configs configs
	known   knownKeys

	mu     sync.Mutex
	peers  map[*effect.Peer]*peer
	links  map[string]*link
	warned map[string]bool
	closed bool
}

var _ effect.Performer = (*Client)(nil)

// New makes a client. Nothing is opened before it is needed.
func New(o Options) *Client {
	c := &Client{
		options: o.orDefaults(), mark: "runbook-" + rand.Text(),
		peers: map[*effect.Peer]*peer{}, links: map[string]*link{}, warned: map[string]bool{},
	}
	c.configs.client, c.known.client = c, c
	return c
}

// Close closes all connections. What runs on the hosts goes on.
func (c *Client) Close() {
	c.mu.Lock()
	c.closed = true
	links := c.links
	c.links = map[string]*link{}
	c.mu.Unlock()
	for _, l := range links {
		l.close()
	}
}

// Perform runs or starts a command. Every bad outcome is in the Result; the
// error is the cause for which ctx ended, or that r is no request that this
// performer knows.
func (c *Client) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Peer == nil {
		return effect.Result{}, fmt.Errorf("host: got the request %s without a peer, want one", r.Operation)
	}
	if r.Operation != effect.OpRun && r.Operation != effect.OpStart {
		return effect.Result{}, fmt.Errorf("host: got the operation %q, want %s or %s", r.Operation, effect.OpRun, effect.OpStart)
	}
	k := call{request: &r, client: c}
	v, e, err := k.run(ctx)
	if err != nil {
		return effect.Result{}, err
	}
	if e != nil {
		return effect.Fail(k.tell(e)), nil
	}
	return effect.Result{Value: v}, nil
}

// warn tells an operator something, once.
func (c *Client) warn(format string, args ...any) {
	text := effect.Printable(fmt.Sprintf(format, args...))
	c.mu.Lock()
	told := c.warned[text]
	c.warned[text] = true
	c.mu.Unlock()
	if !told {
		c.options.Warn(text)
	}
}
