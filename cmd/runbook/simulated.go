package main

import (
	"context"
	"path"
	"slices"
	"strings"

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

// conventionsOf are a site's conventions as the simulated cluster has them:
// where the site's are whole paths, its are relative.
func conventionsOf(c *rhino.Cluster) simulated.Conventions {
	get := c.Conventions.Get
	node := func(name string) string { return relativeTo("{home}", get(name), c.Home) }
	base := func(name string) string { return relativeTo("{base}", get(name), c.Home) }
	s := simulated.Conventions{
		NodeDir: base("node_home"), Start: node("start_script"), Stop: node("stop_script"), MakePrimary: node("make_primary_script"),
		HaltFile: node("halt_file"), PIDFile: node("pid_file"), Log: node("log"), ConsoleLog: node("start_log"),
		PrimaryMarker: node("primary_file"), Console: base("console"), RhinoSh: base("control_script"), ReadyLine: get("ready_line"),
	}
	if words := strings.Fields(get("stop_arguments")); len(words) == 2 && words[1] == "{id}" {
		s.StopNode = words[0]
	}
	if words := strings.Fields(get("kill_arguments")); len(words) == 1 {
		s.StopKillFlag = words[0]
	}
	return s
}

// relativeTo is a path that begins with a place, as seen from there. One that
// does not is reached by way of the root, above which no path leads.
func relativeTo(place, file, home string) string {
	if own, ok := strings.CutPrefix(file, place+"/"); ok {
		return own
	}
	const up = "../../../../../../../../../../../../../../../../"
	return up + path.Join("/", strings.ReplaceAll(file, "{base}", home))
}
