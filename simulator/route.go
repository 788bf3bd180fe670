package simulator

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"runbook/effect"
)

// A route is where a target leads.
type route struct {
	system *System // nil if nowhere
	path   string  // of the target's URL
}

// maxRoutes is how many targets a world remembers the routes of.
const maxRoutes = 1 << 16

// route finds the system that a target belongs to: the one on the same host
// whose base path the target's begins with. As the real ones do, a system
// answers on the ports of both http and https unless its URL names a port.
func (w *World) route(target string) route {
	r, known := w.routes[target]
	if known {
		return r
	}
	if len(w.routes) >= maxRoutes {
		clear(w.routes)
	}
	r = w.findRoute(target)
	w.routes[target] = r
	return r
}

func (w *World) findRoute(target string) route {
	u, err := parseTarget(target)
	if err != nil {
		return route{}
	}
	r := route{path: u.EscapedPath()}
	p := cleanPath(u.Path)
	for _, s := range w.systems {
		below, ok := strings.CutPrefix(p, s.Base)
		if ok && (below == "" || below[0] == '/') && hostOfURL(s.URL) == hostOf(u) && (r.system == nil || len(s.Base) > len(r.system.Base)) {
			r.system = s
		}
	}
	return r
}

// parseTarget refuses what the live client would.
func parseTarget(target string) (*url.URL, error) {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("target: got no URL, want http://HOST/PATH or https://HOST/PATH")
	}
	return u, nil
}

func hostOfURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return hostOf(u)
}

// hostOf is the host and port of a URL, without the port if it is the scheme's own.
func hostOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		return strings.TrimSuffix(host, ":80")
	case "https":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}

// nowhere is the error of a target that no system of the world has.
func (w *World) nowhere(target string) *effect.Error {
	if _, err := parseTarget(target); err != nil {
		return &effect.Error{Kind: effect.Refused, Message: err.Error()}
	}
	known := make([]string, len(w.systems))
	for i, s := range w.systems {
		known[i] = fmt.Sprintf("%s (%s)", s.Name, s.URL)
	}
	e := &effect.Error{Kind: effect.Unreachable, Message: "no such system in the simulated world, which has none"}
	if len(known) > 0 {
		e.Message = "no such system in the simulated world, which has " + strings.Join(known, ", ")
	}
	e.Hint = fmt.Sprintf("add simulate.exaoperation(url=%q) to the scenario's systems", target)
	return e
}
