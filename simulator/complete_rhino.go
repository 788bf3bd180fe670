package simulator

import (
	"fmt"
	"reflect"
	"slices"

	"runbook/simulator/rhino"
)

// This file defines how Rhino clusters and machines become whole: by what the
// site says of them.

// A RhinoSpec is what a site knows of a Rhino cluster.
type RhinoSpec struct {
	Home        string
	Version     string
	Nodes       []rhino.Node // id, host, quorum and directory of each
	Conventions rhino.Conventions
}

// complete takes from the site what a cluster leaves out. The nodes that the
// cluster lists are all it has; of each the site says what it does not.
func (r *RhinoSpec) complete(c *rhino.Config, final bool) error {
	if c.Home == "" {
		c.Home = r.Home
	}
	if c.Version == "" {
		c.Version = r.Version
	}
	merge(&c.Conventions, r.Conventions)
	if c.Nodes == nil {
		c.Nodes = slices.Clone(r.Nodes)
	}
	nodes := slices.Clone(c.Nodes)
	for i := range nodes {
		n := &nodes[i]
		at := slices.IndexFunc(r.Nodes, func(o rhino.Node) bool { return o.ID == n.ID })
		if at < 0 {
			continue
		}
		site := r.Nodes[at]
		if n.Host != "" && n.Host != site.Host {
			return fmt.Errorf("system %q: node %d: got host %q in the scenario and %q in the site, want the same", c.Name, n.ID, n.Host, site.Host)
		}
		n.Host, n.Quorum = site.Host, n.Quorum || site.Quorum
		if n.Dir == "" {
			n.Dir = site.Dir
		}
	}
	c.Nodes = nodes
	if final {
		if c.Nodes = placed(nodes); len(nodes) == 0 {
			c.Nodes = placed([]rhino.Node{{ID: firstRhinoNode}, {ID: firstRhinoNode + 1}, {ID: firstRhinoNode + 2, Quorum: true}})
		}
	}
	return nil
}

// placed are nodes of which each has a host: host1 and up.
func placed(nodes []rhino.Node) []rhino.Node {
	nodes = slices.Clone(nodes)
	for i := range nodes {
		if nodes[i].Host == "" {
			nodes[i].Host = fmt.Sprintf("host%d", i+1)
		}
	}
	return nodes
}

// merge sets the conventions that are not set.
func merge(to *rhino.Conventions, from rhino.Conventions) {
	set, other := reflect.ValueOf(to).Elem(), reflect.ValueOf(from)
	for i := range set.NumField() {
		if set.Field(i).IsZero() {
			set.Field(i).Set(other.Field(i))
		}
	}
}

// knownRhino lists what a cluster has of a kind.
func knownRhino(nodes []rhino.Node, kind string) []string {
	var known []string
	for _, n := range nodes {
		switch {
		case kind == "host" && !slices.Contains(known, n.Host):
			known = append(known, n.Host)
		case kind == "node", kind == "event-router node" && !n.Quorum:
			known = append(known, idWord(n.ID))
		}
	}
	return known
}

// completeHosts adds the machines that are there without being described: those
// of the site, and those of nodes. Two names of the site with one address are
// one machine.
func (s *Scenario) completeHosts(specs []HostSpec) {
	s.Hosts = slices.Clone(s.Hosts)
	first := map[string]string{} // name of the machine at an address
	for _, spec := range specs {
		name, taken := first[spec.Address]
		switch {
		case spec.Address == "" || !taken:
			first[spec.Address] = spec.Name
			s.addHost(spec.Name)
		case name != spec.Name:
			h := s.hostNamed(name)
			h.also = append(slices.Clone(h.also), spec.Name)
		}
	}
	for i := range s.Systems {
		if c := s.Systems[i].Rhino; c != nil {
			for j := range c.Nodes {
				c.Nodes[j].Host = s.addHost(c.Nodes[j].Host).Config.Name
			}
		}
	}
}

// addHost is the machine of a name, which is made if it is not there.
func (s *Scenario) addHost(name string) *HostScenario {
	if h := s.hostNamed(name); h != nil {
		return h
	}
	s.Hosts = append(s.Hosts, HostScenario{})
	h := &s.Hosts[len(s.Hosts)-1]
	h.Config.Name = name
	return h
}

func (s *Scenario) hostNamed(name string) *HostScenario {
	for i := range s.Hosts {
		if h := &s.Hosts[i]; h.Config.Name == name || slices.Contains(h.also, name) {
			return h
		}
	}
	return nil
}
