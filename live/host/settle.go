package host

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// This file settles what a route leaves open, with what the configuration says.

// A settler settles a route's fields, and keeps the first error.
type settler struct {
	client *Client
	route  *route
	found  directives
	err    error
}

func (s *settler) fail(name, format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("ssh configuration: %s: %s: "+format, append([]any{s.found[name][0].at, name}, args...)...)
	}
}

// number is the number that a line gives; -1 if there is none.
func (s *settler) number(name string) int {
	text := s.found.one(name)
	if text == "" || strings.EqualFold(text, "none") {
		return -1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		s.fail(name, "got %q, want a number", text)
	}
	return n
}

func (s *settler) port() string {
	switch n := s.number("port"); {
	case n < 0:
		return ""
	case n == 0 || n > 65535:
		s.fail("port", "got %d, want 1 to 65535", n)
		return ""
	default:
		return strconv.Itoa(n)
	}
}

// seconds is a time that a line gives; 0 if there is none. It may have a unit.
func (s *settler) seconds(name string) time.Duration {
	text := s.found.one(name)
	if text == "" || strings.EqualFold(text, "none") {
		return 0
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	d, err := time.ParseDuration(strings.ToLower(text))
	if err != nil || d < 0 {
		s.fail(name, "got %q, want seconds", text)
	}
	return d
}

func (s *settler) times(w *wish) {
	r := s.route
	r.connect = cmp.Or(w.connect, s.seconds("connecttimeout"), defaultConnect)
	r.keepAlive = cmp.Or(w.keepAlive, s.seconds("serveraliveinterval"), defaultKeepAlive)
	r.misses = 1
	if n := s.number("serveralivecountmax"); n > 0 && w.keepAlive == 0 {
		r.misses = n
	}
}

// cautions are about what a configuration says and we do not do.
func (s *settler) cautions() {
	c := s.client
	if v := strings.ToLower(s.found.one("stricthostkeychecking")); v == "no" || v == "off" || v == "accept-new" {
		c.warn("ssh configuration: %s: StrictHostKeyChecking %s is not followed: an unknown host key is always refused", s.found["stricthostkeychecking"][0].at, v)
	}
	if v := s.found.one("proxycommand"); v != "" && !strings.EqualFold(v, "none") && s.found.one("proxyjump") == "" {
		s.fail("proxycommand", "is not supported, want ProxyJump or jump=")
	}
}

// identities finds out which keys may be shown to the host.
func (s *settler) identities(w *wish) {
	r := s.route
	for _, name := range w.identities {
		r.identities = append(r.identities, s.file(name))
	}
	r.only = len(r.identities) > 0 || strings.EqualFold(s.found.one("identitiesonly"), "yes")
	if len(r.identities) == 0 {
		for _, d := range s.found["identityfile"] {
			if len(d.args) > 0 && !strings.EqualFold(d.args[0], "none") {
				r.identities = append(r.identities, s.file(d.args[0]))
			}
		}
	}
	r.named = len(r.identities) > 0
	if !r.named && len(s.found["identityfile"]) == 0 {
		for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
			r.identities = append(r.identities, filepath.Join(s.client.options.Home, ".ssh", name))
		}
	}
	for _, d := range s.found["certificatefile"] {
		if len(d.args) > 0 {
			r.certs = append(r.certs, s.file(d.args[0]))
		}
	}
	r.agent = s.client.options.Env("SSH_AUTH_SOCK")
	switch v := s.found.one("identityagent"); {
	case v == "" || v == "SSH_AUTH_SOCK":
	case strings.EqualFold(v, "none"):
		r.agent = ""
	case strings.HasPrefix(v, "$") && !strings.HasPrefix(v, "${"):
		r.agent = s.client.options.Env(v[1:])
	default:
		r.agent = s.file(v)
	}
}

// knownHosts finds out where the host's key is looked up, and under which name.
func (s *settler) knownHosts(w *wish) {
	r, c := s.route, s.client
	r.lookup = net.JoinHostPort(strings.ToLower(r.host), r.port)
	if alias := s.found.one("hostkeyalias"); alias != "" {
		r.lookup = net.JoinHostPort(alias, "22") // which stands for no port
	}
	for _, name := range w.known {
		r.known = append(r.known, s.file(name))
	}
	if len(r.known) > 0 {
		return
	}
	files := func(name string, defaults ...string) {
		list := defaults
		if found := s.found[name]; len(found) > 0 {
			list = found[0].args
		}
		for _, f := range list {
			if !strings.EqualFold(f, "none") {
				r.known = append(r.known, s.file(f))
			}
		}
	}
	files("userknownhostsfile", "~/.ssh/known_hosts", "~/.ssh/known_hosts2")
	files("globalknownhostsfile", filepath.Join(c.options.System, "ssh_known_hosts"), filepath.Join(c.options.System, "ssh_known_hosts2"))
}

// file is a file's name with what stands for something else in it replaced. A
// name that is not absolute is below the working directory, as for ssh.
func (s *settler) file(name string) string {
	r := s.route
	name = s.client.expandHome(os.Expand(escapeDollars(name), func(v string) string { return s.variable(v) }))
	return s.tokens(name, map[byte]string{
		'd': s.client.options.Home, 'h': r.host, 'n': r.alias, 'p': r.port, 'r': r.user, 'u': localUser(s.client),
		'k': cmp.Or(s.found.one("hostkeyalias"), r.alias), 'l': machine(),
	})
}

func (s *settler) variable(name string) string {
	if name == "$" {
		return "$"
	}
	v := s.client.options.Env(name)
	if v == "" && s.err == nil {
		s.err = fmt.Errorf("ssh configuration: environment variable %s: not set", name)
	}
	return v
}

// escapeDollars leaves only ${NAME} to be replaced.
func escapeDollars(s string) string {
	s = strings.ReplaceAll(s, "$", "$$")
	return strings.ReplaceAll(s, "$${", "${")
}

// tokens replaces %h and its like.
func (s *settler) tokens(text string, values map[byte]string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		v, ok := values[text[i]]
		if text[i] == '%' {
			v, ok = "%", true
		}
		if !ok && s.err == nil {
			s.err = fmt.Errorf("ssh configuration: %q: got the token %%%c, want one that is known", text, text[i])
		}
		b.WriteString(v)
	}
	return b.String()
}

// localUser is who runs us.
func localUser(c *Client) string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return cmp.Or(c.options.Env("USER"), c.options.Env("LOGNAME"))
}

func machine() string {
	name, _ := os.Hostname()
	return name
}
