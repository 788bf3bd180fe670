// Package xmlrpc is the live world's XML-RPC client: a performer of requests
// of kind "xmlrpc".
//
// A [Client] keeps what belongs to a peer (connections, verified identity,
// credentials) by the pointer that all requests to the peer share. One request
// is one POST to its target:
//
//	Request ── encode ──> POST ──> reply ── decode ──> Value
//	              │         │         └─ Fault, Protocol
//	              │         └─ Unreachable, Unauthorized, Timeout, in doubt?
//	              └─ Refused: cannot be said in XML-RPC
//
// Three things are never left to chance. A change is handed to the network at
// most once: nothing between it and the socket sends again, redirects are not
// followed, and a connection is looked at before it is used again. Whether a
// failed request may have reached the server is known, not guessed: it may as
// soon as the first byte was written. What the server sends costs bounded
// memory and time, whatever it is, and nothing of it comes into a message
// before the peer's credentials are cut out of it.
package xmlrpc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"runbook/effect"
)

// Options are what a client does where a peer does not say. The zero value is
// the default of each.
type Options struct {
	// Resolve finds the secret that a reference refers to. Without it a peer
	// with a password and an argument that is a secret are refused.
	Resolve func(ctx context.Context, s effect.Secret) (string, error)
	// Warn is told what an operator should know, once per peer.
	Warn func(text string)
	// Proxy finds the HTTP proxy for a request; default [http.ProxyFromEnvironment].
	Proxy func(*http.Request) (*url.URL, error)

	Timeout     time.Duration // longest life of a request that, and whose peer, says none; default 30s
	Connect     time.Duration // longest time to connect, and to agree on TLS; default 10s
	Idle        time.Duration // how long an unused connection is kept; default 4s, less than servers do
	Connections int           // unused connections kept per peer; default 64, the limit of branches
	UserAgent   string        // default "runbook"
	Limits      Limits        // of a reply
}

func (o Options) orDefaults() Options {
	if o.Resolve == nil {
		o.Resolve = func(context.Context, effect.Secret) (string, error) {
			return "", errors.New("got a secret, want a way to resolve it")
		}
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	o.Connect = cmp.Or(o.Connect, 10*time.Second)
	o.Idle = cmp.Or(o.Idle, 4*time.Second)
	o.Connections = cmp.Or(o.Connections, 64)
	o.UserAgent = cmp.Or(o.UserAgent, "runbook")
	o.Limits = o.Limits.orDefaults()
	return o
}

// A Client performs XML-RPC calls. It may be used by many goroutines at once.
type Client struct {
	options Options
	mu      sync.Mutex
	peers   map[*effect.Peer]*peer
}

var _ effect.Performer = (*Client)(nil)

// New makes a client. Nothing is opened before it is needed.
func New(o Options) *Client {
	return &Client{options: o.orDefaults(), peers: map[*effect.Peer]*peer{}}
}

// Close gives up the connections that are not in use.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.peers {
		p.close()
	}
}

// Perform calls r.Operation of the object at r.Target. Every bad outcome is in
// the Result; the error is the cause for which ctx ended, or that r is no
// request that this performer knows.
func (c *Client) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Peer == nil {
		return effect.Result{}, fmt.Errorf("xmlrpc: got the request %s without a peer, want one", r.Operation)
	}
	k := call{request: &r, peer: c.peer(r.Peer)}
	v, e, err := k.run(ctx)
	if err != nil {
		return effect.Result{}, err
	}
	if e != nil {
		return effect.Fail(k.tell(e)), nil
	}
	return effect.Result{Value: v}, nil
}

// peer is what the client keeps for p.
func (c *Client) peer(p *effect.Peer) *peer {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.peers[p]
	if known == nil {
		known = &peer{Peer: p, client: &c.options}
		c.peers[p] = known
	}
	return known
}
