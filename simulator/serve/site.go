package serve

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Site is a site file for what is served, so that runbooks can be run against
// it. PasswordFile is the file that the password of EXAoperation's user is in;
// where there is no such user the site asks the environment for it.
func (r Ready) Site(passwordFile string) string {
	var b strings.Builder
	b.WriteString("\"\"\"What runbook sim serve shows on this machine, for as long as it runs.\"\"\"\n\n")
	if r.SSH != nil {
		r.SSH.define(&b)
	}
	b.WriteString("systems = [\n")
	for _, s := range r.Systems {
		if s.Kind == kindRhino {
			s.rhino(&b)
		} else {
			r.exaoperation(&b, s, passwordFile)
		}
	}
	b.WriteString("]\n")
	if r.SSH != nil {
		b.WriteString("\nhosts = _hosts.values()\n")
	}
	return b.String()
}

// define writes the hosts, by name.
func (s *ReadySSH) define(b *strings.Builder) {
	address, _, err := net.SplitHostPort(s.Address)
	if err != nil {
		address = s.Address
	}
	fmt.Fprintf(b, `def _host(name, user, port):
    return host(name, ssh(
        address = %s,
        port = port,
        user = user,
        identity = [%s],
        known_hosts = [%s],
        config = "none",
    ))

_hosts = {
`, quote(address), quote(s.Key), quote(s.KnownHosts))
	for _, h := range s.Hosts {
		name := quote(h.Name)
		fmt.Fprintf(b, "    %s: _host(%s, %s, %d),\n", name, name, quote(h.User), h.Port)
	}
	b.WriteString("}\n\n")
}

func (r Ready) exaoperation(b *strings.Builder, s ReadySystem, passwordFile string) {
	fmt.Fprintf(b, "    exaoperation(\n        name = %s,\n", quote(s.Name))
	url, user := s.HTTP, r.User
	if url == "" {
		url = s.HTTPS
	}
	password := "secret(file = " + quote(passwordFile) + ")"
	if user == "" {
		user, password = "admin", `secret(env = "EXA_PASSWORD")`
	}
	fmt.Fprintf(b, "        url = %s,\n        user = %s,\n        password = %s,\n", quote(url), quote(user), password)
	if s.HTTP == "" {
		fmt.Fprintf(b, "        fingerprint = %s,\n", quote(r.Fingerprint))
	}
	b.WriteString("    ),\n")
}

func (s ReadySystem) rhino(b *strings.Builder) {
	fmt.Fprintf(b, "    rhino.cluster(\n        name = %s,\n        home = %s,\n        version = %s,\n        nodes = [\n",
		quote(s.Name), quote(s.Home), quote(s.Version))
	for _, n := range s.Nodes {
		fmt.Fprintf(b, "            rhino.node(%d, _hosts[%s]", n.ID, quote(n.Host))
		if n.Quorum {
			b.WriteString(", quorum = True")
		}
		if n.Home != "" {
			b.WriteString(", home = " + quote(n.Home))
		}
		b.WriteString("),\n")
	}
	b.WriteString("        ],\n    ),\n")
}

// quote is a text as a script writes it. What Go's quotes have, Starlark's have too.
func quote(text string) string { return strconv.Quote(text) }
