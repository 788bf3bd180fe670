package host

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"runbook/effect"
)

// A route is all that is known about how to get to a host before anything is
// sent: what the script says, then the configuration, then defaults.
type route struct {
	id         string // of the connection: the same for those who can share it
	alias      string
	host, port string
	user       string
	secret     effect.Secret
	identities []string // files
	named      bool     // they were chosen; those of no choice need not exist
	only       bool     // no key of the agent besides
	certs      []string
	agent      string   // socket; "" for none
	known      []string // files of known hosts; the first is where one is added
	lookup     string   // the name under which the host's key is known, with its port
	jump       *route
	connect    time.Duration
	keepAlive  time.Duration
	misses     int // keep-alives without an answer that make a dead connection
}

const (
	defaultConnect   = 10 * time.Second
	defaultKeepAlive = 15 * time.Second
)

// route resolves a wish. The path is what leads here, for jumps.
func (c *Client) route(w *wish, path []string) (*route, error) {
	if slices.Contains(path, w.alias) {
		return nil, fmt.Errorf("jump: got a loop: %s", strings.Join(append(path, w.alias), " -> "))
	}
	d, err := c.configs.of(w.alias, w.config)
	if err != nil {
		return nil, err
	}
	r := &route{alias: w.alias, secret: w.secret}
	s := &settler{client: c, route: r, found: d}
	r.host = cmp.Or(s.tokens(d.one("hostname"), map[byte]string{'h': w.alias, 'n': w.alias}), w.alias)
	r.port = cmp.Or(w.port, s.port(), "22")
	r.user = cmp.Or(w.user, d.one("user"), localUser(c))
	s.identities(w)
	s.knownHosts(w)
	s.times(w)
	s.cautions()
	if s.err != nil {
		return nil, s.err
	}
	if err := c.jumps(r, w, d, append(path, w.alias)); err != nil {
		return nil, err
	}
	r.id = r.identify()
	return r, nil
}

// identify tells connections apart.
func (r *route) identify() string {
	through := ""
	if r.jump != nil {
		through = r.jump.id
	}
	return fmt.Sprintf("%q", []any{
		r.alias, r.host, r.port, r.user, r.identities, r.named, r.only, r.certs, r.agent, r.known, r.lookup, r.connect, r.keepAlive, r.misses,
		[]string{r.secret.Env, r.secret.File, r.secret.Command},
		through,
	})
}

// one is the only argument of a name's first line; "" if there is none.
func (d directives) one(name string) string {
	if found := d[name]; len(found) > 0 && len(found[0].args) > 0 {
		return found[0].args[0]
	}
	return ""
}

// jumps finds the way through other hosts, each with its own configuration.
func (c *Client) jumps(r *route, w *wish, d directives, path []string) error {
	chain := cmp.Or(w.jump, d.one("proxyjump"))
	if chain == "" || strings.EqualFold(chain, "none") {
		return nil
	}
	hops := strings.Split(chain, ",")
	last := hops[len(hops)-1]
	via, err := newHop(last)
	if err != nil {
		return err
	}
	via.secret, via.identities, via.known = w.secret, w.identities, w.known
	via.config, via.connect, via.keepAlive = w.config, w.connect, w.keepAlive
	if len(hops) > 1 {
		via.jump = strings.Join(hops[:len(hops)-1], ",")
	}
	r.jump, err = c.route(via, path)
	return err
}

// newHop reads [USER@]HOST[:PORT], or the same as ssh://…
func newHop(text string) (*wish, error) {
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "ssh://"), "/")
	w := &wish{}
	address := text
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		w.user, address = text[:i], text[i+1:]
	}
	w.alias, w.port = hostPort(address)
	if err := w.check(); err != nil {
		return nil, fmt.Errorf("jump: got %q, want [USER@]HOST[:PORT]", text)
	}
	return w, nil
}
