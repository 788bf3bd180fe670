package serve

import (
	"encoding/json"
	"net"
	"path"
	"strconv"
	"strings"

	"runbook/simulator/rhino"
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
	SSH         *ReadySSH     `json:"ssh,omitempty"`
	Systems     []ReadySystem `json:"systems"`
}

// ReadySSH is how the hosts can be reached.
type ReadySSH struct {
	Address     string      `json:"address"`     // "127.0.0.1:40022"; with a port for each host, that of the first
	Fingerprint string      `json:"fingerprint"` // of the host key, "SHA256:…"
	HostKey     string      `json:"host_key"`    // the line for a file of known hosts
	Key         string      `json:"key"`         // file of a private key that may log in
	KnownHosts  string      `json:"known_hosts"` // file that HostKey is in
	Hosts       []ReadyHost `json:"hosts"`
}

// ReadyHost is one host: `ssh -p PORT USER@ADDRESS` logs in there.
type ReadyHost struct {
	Name string `json:"name"`
	User string `json:"user"`
	Port int    `json:"port"`
}

// kindRhino is the kind of a system that is a Rhino cluster.
const kindRhino = "rhino"

// ReadySystem is where one system is: an Exasol's cluster object, a Rhino's nodes.
type ReadySystem struct {
	Name    string      `json:"name"`
	Kind    string      `json:"kind,omitempty"`    // "rhino"; "" for an EXAoperation
	HTTP    string      `json:"http,omitempty"`    // URL, "http://127.0.0.1:40001/cluster1"
	HTTPS   string      `json:"https,omitempty"`   // URL
	Home    string      `json:"home,omitempty"`    // directory of a Rhino, "/opt/rhino"
	Version string      `json:"version,omitempty"` // of a Rhino
	Nodes   []ReadyNode `json:"nodes,omitempty"`   // of a Rhino
}

// ReadyNode is one node of a Rhino.
type ReadyNode struct {
	ID     int    `json:"id"`
	Host   string `json:"host"`
	Quorum bool   `json:"quorum,omitempty"`
	Home   string `json:"home,omitempty"` // its own directory, if it is not where it is by default
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

// introduce says what is ready, wherever it is reached.
func (s *Server) introduce() {
	r := &s.ready
	r.Ready, r.Seed, r.TimeScale, r.Systems = true, s.world.Seed(), s.config.TimeScale, []ReadySystem{}
	if r.User = s.config.User; r.User == "" && len(s.sites) > 0 {
		r.User = s.sites[0].system.Administrator()
	}
	for _, at := range s.sites {
		r.Systems = append(r.Systems, ReadySystem{Name: at.system.Name})
	}
	for _, c := range s.world.Clusters() {
		r.Systems = append(r.Systems, readyCluster(c))
	}
}

// announce adds a listener to what is ready.
func (s *Server) announce(scheme string, addr net.Addr) {
	r := &s.ready
	for i, at := range s.sites {
		url := scheme + "://" + addr.String() + at.prefix + at.system.Base
		if scheme == "http" {
			r.HTTP, r.Systems[i].HTTP = addr.String(), url
		} else {
			r.HTTPS, r.Systems[i].HTTPS = addr.String(), url
		}
	}
}

// readyCluster is what a client must know of a Rhino cluster.
func readyCluster(c *rhino.Cluster) ReadySystem {
	r := ReadySystem{Name: c.Name, Kind: kindRhino, Home: c.Home, Version: c.Version}
	for _, n := range c.Nodes {
		node := ReadyNode{ID: n.ID, Host: n.Host, Quorum: n.Quorum}
		if n.Dir != path.Join(c.Home, "node-"+strconv.Itoa(n.ID)) {
			node.Home = n.Dir
		}
		r.Nodes = append(r.Nodes, node)
	}
	return r
}
