package xmlrpc

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"runbook/effect"
)

// A peer is what the client keeps for one effect.Peer.
type peer struct {
	*effect.Peer
	client *Options

	once     sync.Once
	settings settings
	tls      *tls.Config
	broken   error // why no request can be sent to it, for good

	mu      sync.Mutex
	pools   map[server]*pool
	targets map[string]*target

	access atomic.Pointer[access] // nil until it is first needed
}

// access is how a peer's requests prove who they come from.
type access struct {
	header   string // lines that all its requests have
	password string
	secrets  scrubber // what no message may hold
}

// prepare makes the peer ready, when it is first needed, without touching the
// network or a secret. A mistake in its options is the outcome of each of its
// requests.
func (p *peer) prepare() error {
	p.once.Do(func() {
		if p.settings, p.broken = settingsOf(p.Options); p.broken != nil {
			return
		}
		if p.tls, p.broken = p.settings.tlsConfig(); p.broken == nil && p.settings.insecure {
			p.client.Warn(p.Address + ": its certificate is not verified (insecure=True): who is on the way can read and change all that is sent, the password too")
		}
	})
	return p.broken
}

// pool is where the connections for a URL are. A peer is one server, and in
// most runs has one pool.
func (p *peer) pool(u *url.URL) (*pool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	to := route{server: server{u.Scheme, u.Host}}
	if known := p.pools[to.server]; known != nil {
		return known, nil
	}
	if p.settings.proxy {
		var err error
		if to.proxy, err = proxyFor(p.client.Proxy, u); err != nil {
			return nil, err
		}
	}
	if u.Scheme == "https" {
		to.tls = p.tls.Clone()
		to.tls.ServerName = u.Hostname()
	}
	made := &pool{options: p.client, to: to, keep: p.client.Connections}
	if n := p.settings.connections; n > 0 {
		made.keep, made.slots = int(n), make(chan struct{}, n)
	}
	if p.pools == nil {
		p.pools = map[server]*pool{}
	}
	p.pools[to.server] = made
	return made, nil
}

// close gives up the peer's unused connections.
func (p *peer) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, pool := range p.pools {
		pool.close()
	}
}

// settings are the options of a peer that this performer knows.
type settings struct {
	caFile      string
	fingerprint string
	insecure    bool
	proxy       bool
	connections int64
}

func settingsOf(options effect.Struct) (settings, error) {
	s := settings{proxy: true}
	for _, f := range options {
		ok := true
		switch f.Name {
		case "ca_file":
			s.caFile, ok = f.Value.(string)
		case "fingerprint":
			s.fingerprint, ok = f.Value.(string)
		case "insecure":
			s.insecure, ok = f.Value.(bool)
		case "proxy":
			s.proxy, ok = f.Value.(bool)
		case "connections":
			s.connections, ok = f.Value.(int64)
			ok = ok && s.connections > 0 && s.connections <= 1<<16
		default:
			return s, fmt.Errorf("option %s: got an unknown option, want ca_file, fingerprint, insecure, proxy or connections", f.Name)
		}
		if !ok {
			return s, fmt.Errorf("option %s: got %s", f.Name, effect.Describe(f.Value))
		}
	}
	if s.insecure && (s.caFile != "" || s.fingerprint != "") {
		return s, errors.New("option insecure: got ca_file or fingerprint as well, want one or the other")
	}
	return s, nil
}

// login resolves the peer's password when it is first needed. A failure is not
// kept: the next request tries again.
func (p *peer) login(ctx context.Context) (*access, error) {
	if a := p.access.Load(); a != nil {
		return a, nil
	}
	if strings.Contains(p.User, ":") {
		return nil, errors.New("user: got a name with a colon, which HTTP basic authentication cannot carry")
	}
	password := ""
	if !p.Secret.IsZero() {
		var err error
		if password, err = p.client.Resolve(ctx, p.Secret); err != nil {
			return nil, fmt.Errorf("password: %w", err)
		}
	}
	a := p.newAccess(password)
	p.access.Store(a)
	return a, nil
}

func (p *peer) newAccess(password string) *access {
	a := &access{header: "User-Agent: " + p.client.UserAgent + "\r\nContent-Type: text/xml\r\n", password: password}
	if p.User != "" || password != "" {
		pair := p.User + ":" + password
		a.header += "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(pair)) + "\r\n"
		a.secrets = newScrubber(p.User, password)
	}
	return a
}
