package host

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
)

// A peer is what the client keeps for one effect.Peer.
type peer struct {
	shell shell
}

// A wish is what a script says about a host's SSH connection; the rest is the
// configuration's, or a default.
type wish struct {
	alias      string // as the script and the configuration name it
	port       string
	user       string
	secret     effect.Secret
	identities []string
	jump       string
	config     string // file; "none" for no configuration
	known      []string
	keepAlive  time.Duration
	connect    time.Duration
	keys       string // "" for none
}

const (
	local       = "local:"
	secure      = "ssh:"
	defaultKeys = ".runbook"
)

// peer is what the client keeps for p. A peer that cannot be used is looked at
// again each time: its configuration may have been put right.
func (c *Client) peer(p *effect.Peer) (*peer, error) {
	c.mu.Lock()
	known := c.peers[p]
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	w, err := newWish(p)
	if err != nil {
		return nil, err
	}
	made := &peer{}
	if p.Address == local {
		made.shell = &localShell{c.options.Home, w.keys}
	} else {
		r, err := c.route(w, nil)
		if err != nil {
			return nil, err
		}
		l, err := c.link(r)
		if err != nil {
			return nil, err
		}
		made.shell = &remoteShell{l, w.keys}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.peers[p] = made
	return made, nil
}

// link is the connection over a route, made or not.
func (c *Client) link(r *route) (*link, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errors.New("host: the client is closed")
	}
	l := c.links[r.id]
	if l == nil {
		l = &link{client: c, route: r}
		c.links[r.id] = l
	}
	return l, nil
}

// newWish reads a peer.
func newWish(p *effect.Peer) (*wish, error) {
	w := &wish{user: p.User, secret: p.Secret, keys: defaultKeys}
	for _, f := range p.Options {
		if err := w.option(f); err != nil {
			return nil, err
		}
	}
	if p.Address == local {
		return w, nil
	}
	address, ok := strings.CutPrefix(p.Address, secure)
	if !ok || address == "" {
		return nil, fmt.Errorf("address: got %q, want %sHOST, %sHOST:PORT or %s", p.Address, secure, secure, local)
	}
	w.alias, w.port = hostPort(address)
	return w, w.check()
}

func (w *wish) check() error {
	if w.alias == "" || strings.HasPrefix(w.alias, "-") || strings.ContainsAny(w.alias, " \t\n'\"") {
		return fmt.Errorf("address: got the host %q, want a name", w.alias)
	}
	if w.port != "" {
		if n, err := strconv.ParseUint(w.port, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("address: got the port %q, want 1 to 65535", w.port)
		}
	}
	return nil
}

// hostPort parts HOST:PORT, [HOST]:PORT, and an IPv6 address without a port.
func hostPort(s string) (host, port string) {
	if h, p, err := net.SplitHostPort(s); err == nil {
		return h, p
	}
	return strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"), ""
}

func (w *wish) option(f effect.Field) error {
	ok := true
	switch f.Name {
	case "identity":
		w.identities, ok = strs(f.Value)
	case "known_hosts":
		w.known, ok = strs(f.Value)
	case "jump":
		w.jump, ok = f.Value.(string)
	case "config":
		w.config, ok = f.Value.(string)
	case "keep_alive":
		w.keepAlive, ok = span(f.Value)
	case "connect_timeout":
		w.connect, ok = span(f.Value)
	case "keys":
		switch v := f.Value.(type) {
		case string:
			w.keys = strings.TrimSuffix(v, "/")
		case bool:
			if !v {
				w.keys = ""
			}
		default:
			ok = false
		}
	default:
		return fmt.Errorf("options: got %q, want identity, known_hosts, jump, config, keep_alive, connect_timeout or keys", f.Name)
	}
	if !ok {
		return fmt.Errorf("%s: got %T, want another type", f.Name, f.Value)
	}
	return nil
}

func span(v effect.Value) (time.Duration, bool) {
	n, ok := v.(int64)
	return time.Duration(n), ok && n > 0
}

func strs(v effect.Value) ([]string, bool) {
	list, ok := v.([]effect.Value)
	var all []string
	for _, e := range list {
		s, isString := e.(string)
		all = append(all, s)
		ok = ok && isString
	}
	return all, ok
}
