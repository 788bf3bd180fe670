package xmlrpc

import (
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// A target is what a request is sent to: parsed, found fit, and kept, since a
// run has few targets and makes many calls.
type target struct {
	url     *url.URL
	opening atomic.Pointer[opening]
}

// An opening is how every request to a target begins, up to the length of its document.
type opening struct {
	access *access
	head   []byte
}

// maxTargets is how many targets a peer keeps; a script may make up any number.
const maxTargets = 1 << 10

// target finds what is kept for a request's target, or makes it.
func (p *peer) target(text string) (*target, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.targets[text]; known != nil {
		return known, nil
	}
	u, err := parseTarget(text)
	if err != nil {
		return nil, err
	}
	if p.targets == nil || len(p.targets) == maxTargets {
		p.targets = map[string]*target{}
	}
	made := &target{url: u}
	p.targets[text] = made
	return made, nil
}

// parseTarget refuses what is no place to send a request to.
func parseTarget(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, errors.New("target: got no URL, want http://HOST/PATH or https://HOST/PATH")
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r <= ' ' || r >= utf8.RuneSelf }):
		return nil, errors.New("target: got a name beyond ASCII, want its ASCII form (xn--…)")
	case u.User != nil:
		return nil, errors.New("target: got a user or password in the URL, want them in the peer")
	}
	return u, nil
}

// begin is how a request to t over a route begins.
func (t *target) begin(to *route, a *access) []byte {
	if o := t.opening.Load(); o != nil && o.access == a {
		return o.head
	}
	b := []byte("POST ")
	if to.proxy != nil && to.tls == nil { // a proxy is told the whole URL
		b = append(append(append(b, to.scheme...), "://"...), to.header()...)
	}
	b = append(b, t.url.RequestURI()...)
	b = append(append(b, " HTTP/1.1\r\nHost: "...), to.header()...)
	b = append(append(b, "\r\n"...), a.header...)
	if to.tls == nil {
		b = append(b, proxyHeader(to.proxy)...)
	}
	b = append(b, "Content-Length: "...)
	t.opening.Store(&opening{a, b})
	return b
}
