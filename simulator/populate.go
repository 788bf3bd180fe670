package simulator

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"runbook/simulator/host"
	"runbook/simulator/model"
	"runbook/simulator/rhino"
)

// This file defines how a world's machines and Rhino clusters begin.

// addStation makes a machine with its files.
func (w *World) addStation(h HostScenario, instant bool) error {
	cfg := h.Config
	if instant {
		cfg.StartCost = -1
	}
	s := &station{
		Machine: w.fleet.Add(cfg), slow: h.Slow, latency: h.Latency, jobs: map[string]*job{},
		seed: mix(w.seed, model.Hash("host "+cfg.Name)),
	}
	if s.slow == 0 {
		s.slow = 1
	}
	if instant {
		s.latency = model.None
	}
	for _, f := range h.Files {
		if err := s.write(f); err != nil {
			return fmt.Errorf("host %q: %w", cfg.Name, err)
		}
	}
	w.stations = append(w.stations, s)
	w.byHost[cfg.Name] = s
	for _, name := range h.also {
		w.byHost[name] = s
	}
	return nil
}

// write makes a file that is the user's, with what is above it.
func (s *station) write(f HostFile) error {
	files, dir := s.Files(), path.Dir(f.Path)
	var made []string
	for above := dir; !files.Exists(above); above = path.Dir(above) {
		made = append(made, above)
	}
	err := files.MkdirAll(dir, 0o755)
	if err == nil {
		err = files.WriteFile(f.Path, []byte(f.Text))
	}
	mode := fs.FileMode(0o644)
	if strings.HasPrefix(f.Text, "#!") {
		mode = 0o755
	}
	if err == nil {
		err = files.Chmod(f.Path, mode)
	}
	for _, name := range append(made, f.Path) {
		if err == nil {
			err = files.Chown(name, false)
		}
	}
	return err
}

// addCluster makes a Rhino cluster on machines that are there.
func (w *World) addCluster(spec SystemScenario, instant bool) error {
	cfg := *spec.Rhino
	cfg.Seed = mix(w.seed, model.Hash(spec.Name))
	if instant {
		cfg.Timings = rhino.Instant()
	}
	cluster, err := rhino.New(w.fleet, cfg)
	if err != nil {
		return fmt.Errorf("system %q: %w", spec.Name, err)
	}
	w.clusters = append(w.clusters, cluster)
	w.order = append(w.order, rhinoMember{cluster})
	for _, n := range cfg.Nodes {
		s := w.byHost[n.Host]
		if !slices.Contains(s.systems, spec.Name) {
			s.systems = append(s.systems, spec.Name)
		}
		if s.latency == (model.Span{}) {
			s.latency = spec.Latency
		}
	}
	return nil
}

// beginHosts sets the machines as the scenario begins, and lets its faults lie
// in wait.
func (w *World) beginHosts(scenario *Scenario) {
	w.fleet.OnChange(w.networkChanged)
	for i, h := range scenario.Hosts {
		s := w.stations[i]
		if s.latency == (model.Span{}) {
			s.latency = DefaultHostLatency
		}
		s.SetSlow(s.slow)
		s.SetFull(h.Full)
		s.SetUp(!h.Down)
	}
	for _, f := range scenario.HostFaults {
		s := w.byHost[f.Host]
		if s == nil {
			continue // of a configuration made by hand: nothing there can go wrong
		}
		if f.At == 0 {
			f.begin(s)
		} else {
			w.fleet.At(f.At, func() { f.begin(s) })
		}
		if f.Lasts > 0 {
			w.fleet.At(f.At+f.Lasts, func() { f.end(s) })
		}
	}
}

// A rhinoMember is a Rhino cluster as a system of the world. Its time is the fleet's.
type rhinoMember struct{ *rhino.Cluster }

var _ member = rhinoMember{}

func (m rhinoMember) name() string { return m.Name }

func (m rhinoMember) hazards(time.Duration) []Hazard {
	var all []Hazard
	for _, h := range m.Hazards() {
		all = append(all, Hazard{m.Name, h})
	}
	return all
}

func (m rhinoMember) describe(time.Duration) string { return m.Describe() }

func (m rhinoMember) describeShort(time.Duration) []string { return m.DescribeShort() }

// Clusters are the world's Rhino clusters in the order of the scenario.
func (w *World) Clusters() []*rhino.Cluster { return w.clusters }

var _ clockwork = (*host.Fleet)(nil)
