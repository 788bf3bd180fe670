package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"runbook/builtins/rhino"
	"runbook/builtins/xmlrpc"
	"runbook/effect"
	"runbook/simulator"
	simulated "runbook/simulator/rhino"
)

// worldOf makes the simulated world that a job is rehearsed in.
func worldOf(j *job, scenario *simulator.Scenario, seed uint64) (*simulator.World, error) {
	return simulator.NewWorld(simulator.Config{
		Scenario: scenario, Systems: j.systems(), Hosts: j.hosts(), State: j.program.Text("REHEARSE_FROM"), Seed: seed,
	})
}

// A witness is the layer around a simulated world that sees which of its
// systems a run changes.
type witness struct {
	*simulator.World
	systems []simulator.SystemSpec
	changed map[string]bool // by name
	leave   time.Duration   // when the operator gave leave to what is unsafe; 0 for never
}

func (j *job) witness(w *simulator.World) *witness {
	return &witness{World: w, systems: j.systems(), changed: map[string]bool{}}
}

// Perform notes whose change it is.
func (w *witness) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Class == effect.Change {
		for _, s := range w.systems {
			if isOf(s, r.Target) {
				w.changed[s.Name] = true
			}
		}
	}
	return w.World.Perform(ctx, r)
}

// isOf reports whether a target belongs to a system.
func isOf(s simulator.SystemSpec, target string) bool {
	if s.Rhino == nil {
		return strings.HasPrefix(target, s.URL)
	}
	return slices.ContainsFunc(s.Rhino.Nodes, func(n simulated.Node) bool { return n.Host == target })
}

// hazards are what the run ran into. One that stands, and can still be put
// right, counts where a runbook changed the system, ended well, and so should
// have done so.
func (w *witness) hazards(well bool) []string {
	var lines []string
	for _, h := range w.Hazards() {
		if w.leave > 0 && h.At >= w.leave {
			continue
		}
		if !h.Standing || well && w.changed[h.System] {
			lines = append(lines, h.String())
		}
	}
	return lines
}

// systems are the site's systems, as the simulator needs to know them.
func (j *job) systems() []simulator.SystemSpec {
	if j.site == nil {
		return nil
	}
	var specs []simulator.SystemSpec
	for _, s := range j.site.Systems {
		switch s := s.(type) {
		case *xmlrpc.System:
			specs = append(specs, simulator.SystemSpec{
				Name: s.Name(), URL: s.Server.Peer().Address, LicenseServers: s.LicenseServers, Plugins: s.Plugins,
			})
		case *rhino.Cluster:
			specs = append(specs, simulator.SystemSpec{Name: s.Name(), Rhino: rhinoSpec(s)})
		}
	}
	return specs
}

// hosts are the site's hosts, as the simulator needs to know them.
func (j *job) hosts() []simulator.HostSpec {
	if j.site == nil {
		return nil
	}
	var specs []simulator.HostSpec
	for _, h := range j.site.Hosts {
		specs = append(specs, simulator.HostSpec{Name: h.Name(), Address: h.Peer().Address})
	}
	return specs
}

func rhinoSpec(c *rhino.Cluster) *simulator.RhinoSpec {
	spec := &simulator.RhinoSpec{Home: c.Home, Version: c.Version, Conventions: conventionsOf(c)}
	for _, n := range c.Nodes {
		spec.Nodes = append(spec.Nodes, simulated.Node{ID: n.ID, Host: n.Host.Name(), Quorum: n.Quorum, Dir: n.Home})
	}
	return spec
}

// conventionsOf are a site's conventions as the simulated cluster has them,
// by the same names.
func conventionsOf(c *rhino.Cluster) simulated.Conventions {
	var s simulated.Conventions
	for _, l := range rhino.Listed {
		value := c.Conventions.Get(l.Name)
		if value == "" {
			value = "none" // "" is the default there
		}
		_ = s.Set(l.Name, value) // TestConventions: there is one of every name
	}
	return s
}
