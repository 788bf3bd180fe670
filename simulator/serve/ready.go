package serve

import (
	"encoding/json"
	"net"
	"strings"
)

// Ready is what a client must know, as one JSON line.
type Ready struct {
	Ready       bool          `json:"ready"`
	HTTP        string        `json:"http,omitempty"`        // address, "127.0.0.1:40001"
	HTTPS       string        `json:"https,omitempty"`       // address
	Fingerprint string        `json:"fingerprint,omitempty"` // SHA-256 of the certificate
	User        string        `json:"user,omitempty"`        // administrator; "" if the scenario lists its own
	Seed        uint64        `json:"seed"`
	TimeScale   float64       `json:"time_scale"`
	Systems     []ReadySystem `json:"systems"`
}

// ReadySystem is where one system's cluster object is.
type ReadySystem struct {
	Name  string `json:"name"`
	HTTP  string `json:"http,omitempty"`  // URL, "http://127.0.0.1:40001/cluster1"
	HTTPS string `json:"https,omitempty"` // URL
}

// String is the JSON line, without its end.
func (r Ready) String() string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return "" // nothing in it that cannot be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// announce adds a listener to what is ready.
func (s *Server) announce(scheme string, addr net.Addr) {
	r := &s.ready
	r.Ready, r.Seed, r.TimeScale = true, s.world.Seed(), s.config.TimeScale
	if r.User = s.config.User; r.User == "" {
		r.User = s.sites[0].system.Administrator()
	}
	if r.Systems == nil {
		for _, at := range s.sites {
			r.Systems = append(r.Systems, ReadySystem{Name: at.system.Name})
		}
	}
	for i, at := range s.sites {
		url := scheme + "://" + addr.String() + at.prefix + at.system.Base
		if scheme == "http" {
			r.HTTP, r.Systems[i].HTTP = addr.String(), url
		} else {
			r.HTTPS, r.Systems[i].HTTPS = addr.String(), url
		}
	}
}
