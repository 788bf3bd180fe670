package simulator

import (
	"errors"
	"fmt"
	"slices"

	"runbook/simulator/exaoperation"
	"runbook/simulator/host"
	"runbook/simulator/rhino"
)

// This file defines how a scenario and a site become whole together: a
// scenario may say nothing of systems, or not where they are; a fault must
// be about something that is there.

// DefaultScenario is a scenario for systems of which nothing but a site is
// known: an Exasol cluster has four data nodes and one database, a Rhino
// cluster the site's nodes, and each begins in the state given, "stopped" (""
// too), "running" or "cold".
func DefaultScenario(systems []SystemSpec, state string) *Scenario {
	s := &Scenario{Name: "default"}
	for _, spec := range systems {
		s.Systems = append(s.Systems, defaultSystem(spec, state))
	}
	return s
}

func defaultSystem(spec SystemSpec, state string) SystemScenario {
	if spec.Rhino != nil {
		return SystemScenario{Name: spec.Name, Rhino: &rhino.Config{Name: spec.Name, Begin: rhino.Begin(state)}}
	}
	c := exaoperation.Config{Name: spec.Name, Begin: exaoperation.Begin(state)}
	for _, name := range spec.LicenseServers {
		c.LicenseServers = append(c.LicenseServers, nodeNamed(name))
	}
	for _, name := range spec.Plugins {
		c.Plugins = append(c.Plugins, pluginNamed(name))
	}
	return SystemScenario{Name: spec.Name, URL: spec.URL, Config: c}
}

// check refuses what is wrong however the scenario is completed.
func (s *Scenario) check() error {
	all := []error{s.checkHosts()}
	if s.lists {
		all = append(all, s.checkSystems())
	}
	return errors.Join(all...)
}

// checkHosts refuses two machines of one name.
func (s *Scenario) checkHosts() error {
	var all []error
	for i, h := range s.Hosts {
		if slices.ContainsFunc(s.Hosts[:i], func(o HostScenario) bool { return o.Config.Name == h.Config.Name }) {
			err := wrong("name", fmt.Errorf("got a second host %q, want a name of its own", h.Config.Name))
			all = append(all, &ScenarioError{s.hostsAt[i], fmt.Errorf("simulate.host: %w", err)})
		}
	}
	return errors.Join(all...)
}

// checkSystems refuses systems that are wrong whatever the site says.
func (s *Scenario) checkSystems() error {
	whole, err := s.completed(Config{}, false)
	if err != nil {
		return err
	}
	var all []error
	for _, system := range whole.Systems {
		if err := system.check(); err != nil {
			all = append(all, &ScenarioError{s.at[system.Name], fmt.Errorf("%s: %w", system.maker(), err)})
		}
	}
	return errors.Join(all...)
}

// check tries whether a system can be made.
func (s *SystemScenario) check() error {
	if s.Rhino == nil {
		_, err := exaoperation.New(s.configIn(DefaultStart, Config{}), DefaultSeed)
		return err
	}
	fleet := host.NewFleet(host.FleetConfig{})
	defer fleet.Close()
	c := *s.Rhino
	if len(c.Nodes) == 0 {
		c.Faults = rhino.Faults{} // of nodes that only the site knows
	}
	c.Nodes = placed(c.Nodes)
	_, err := rhino.New(fleet, c)
	return err
}

// maker is the builtin that makes systems of the kind.
func (s *SystemScenario) maker() string {
	if s.Rhino != nil {
		return "simulate.rhino"
	}
	return "simulate.exaoperation"
}

// completed is the scenario with all its systems, where they are and what is
// wrong with them. A nil scenario is the default one. It is final if there is
// no site but the one in the configuration: what the scenario leaves out has
// its default then, and a name that nothing has is an error.
func (s *Scenario) completed(site Config, final bool) (*Scenario, error) {
	if s == nil {
		s = DefaultScenario(site.Systems, site.State)
	}
	whole := *s
	whole.Systems = slices.Clone(s.Systems)
	whole.Systems = append(whole.Systems, DefaultScenario(whole.unlisted(site.Systems), site.State).Systems...)
	for i := range whole.Systems {
		if err := whole.Systems[i].complete(site.Systems, final); err != nil {
			return nil, err
		}
		if err := whole.distinct(i); err != nil {
			return nil, err
		}
	}
	if final {
		whole.completeHosts(site.Hosts)
	}
	if err := whole.checkTargets(final); err != nil {
		return nil, err
	}
	whole.HostFaults = slices.Clone(s.HostFaults)
	for _, l := range whole.listed {
		switch f := l.fault.(type) {
		case planned:
			f.applyTo(whole.system(f.system))
		case HostFault:
			whole.HostFaults = append(whole.HostFaults, f)
		}
	}
	return &whole, nil
}

// unlisted are the systems of a site that the scenario says nothing of.
func (s *Scenario) unlisted(specs []SystemSpec) []SystemSpec {
	return slices.DeleteFunc(slices.Clone(specs), func(spec SystemSpec) bool {
		return slices.ContainsFunc(s.Systems, func(o SystemScenario) bool {
			return o.Name == spec.Name || spec.URL != "" && o.URL == spec.URL
		})
	})
}

// distinct refuses a system that would be mistaken for one before it.
func (s *Scenario) distinct(i int) error {
	system := &s.Systems[i]
	j := slices.IndexFunc(s.Systems[:i], func(o SystemScenario) bool {
		return o.Name == system.Name || system.Rhino == nil && o.URL == system.URL
	})
	if j < 0 {
		return nil
	}
	return fmt.Errorf("system %q: got the name or the URL of system %q, want its own", system.Name, s.Systems[j].Name)
}

// complete takes from the site what a system of that name leaves out, and makes
// its own what faults will be added to.
func (s *SystemScenario) complete(specs []SystemSpec, final bool) error {
	if s.Rhino == nil {
		if s.URL == "" {
			s.URL = urlOf(s.Name, specs)
		}
		s.Config.Faults = copied(s.Config.Faults)
		return nil
	}
	c := *s.Rhino
	s.Rhino = &c
	c.Faults.Nodes, c.Faults.Database = slices.Clone(c.Faults.Nodes), slices.Clone(c.Faults.Database)
	c.Faults.SLEE, c.Faults.Consoles = slices.Clone(c.Faults.SLEE), slices.Clone(c.Faults.Consoles)
	var known RhinoSpec
	for _, spec := range specs {
		if spec.Name == s.Name && spec.Rhino != nil {
			known = *spec.Rhino
		}
	}
	return known.complete(&c, final)
}

// applyTo adds a fault to a system. The system is the scenario's own copy.
func (p planned) applyTo(s *SystemScenario) {
	if p.rhino != nil {
		p.rhino(&s.Rhino.Faults)
		return
	}
	p.apply(&s.Config)
}

// copied is f with lists of its own, to which can be added.
func copied(f exaoperation.Faults) exaoperation.Faults {
	f.Nodes, f.Storage, f.Databases = slices.Clone(f.Nodes), slices.Clone(f.Storage), slices.Clone(f.Databases)
	f.Interface, f.Passwords = slices.Clone(f.Interface), slices.Clone(f.Passwords)
	f.Services, f.Plugins = slices.Clone(f.Services), slices.Clone(f.Plugins)
	return f
}

// urlOf is where the site says that a system is, or a place by its name.
func urlOf(name string, specs []SystemSpec) string {
	for _, spec := range specs {
		if spec.Name == name {
			return spec.URL
		}
	}
	return "https://" + name + "/cluster1"
}

// checkTargets refuses faults about what is not there, all at once. What a site
// may still bring is not looked at unless it is final.
func (s *Scenario) checkTargets(final bool) error {
	var all []error
	for _, l := range s.listed {
		var err error
		switch f := l.fault.(type) {
		case Fault:
			if f.System != "" {
				err = s.checkSystem(f.System, nil)
			}
			if err == nil && final && f.Host != "" {
				err = s.checkHost(f.Host)
			}
		case HostFault:
			if final {
				err = s.checkHost(f.Host)
			}
		case planned:
			ofKind := func(system *SystemScenario) bool { return (system.Rhino != nil) == (f.rhino != nil) }
			if err = s.checkSystem(f.system, ofKind); err == nil {
				err = s.system(f.system).checkTargets(f.targets, final)
			}
		}
		if err != nil {
			all = append(all, &ScenarioError{l.at, fmt.Errorf("%s: %w", l.maker, err)})
		}
	}
	return errors.Join(all...)
}

func (s *Scenario) system(name string) *SystemScenario {
	for i := range s.Systems {
		if s.Systems[i].Name == name {
			return &s.Systems[i]
		}
	}
	return nil
}

// checkSystem refuses a name that no system has, or none of those that are
// asked for.
func (s *Scenario) checkSystem(name string, asked func(*SystemScenario) bool) error {
	var known []string
	for i := range s.Systems {
		if asked == nil || asked(&s.Systems[i]) {
			known = append(known, s.Systems[i].Name)
		}
	}
	return wrong("system", among(name, "system", known))
}

func (s *Scenario) checkHost(name string) error {
	var known []string
	for _, h := range s.Hosts {
		known = append(known, h.Config.Name)
		known = append(known, h.also...)
	}
	return wrong("host", among(name, "host", known))
}

func (s *SystemScenario) checkTargets(targets []target, final bool) error {
	for _, t := range targets {
		if t.name == "" || t.kind == "user" && s.Config.Users == nil || s.Rhino != nil && !final && s.Rhino.Nodes == nil {
			continue
		}
		if err := among(t.name, t.kind, s.known(t.kind)); err != nil {
			return wrong(t.param, fmt.Errorf("%w in system %q", err, s.Name))
		}
	}
	return nil
}

// among refuses a name that is not one of the known ones, and tells these.
func among(name, kind string, known []string) error {
	switch {
	case slices.Contains(known, name):
		return nil
	case len(known) == 0:
		return fmt.Errorf("got %q, want no %s: there is none", name, kind)
	}
	const most = 12
	if len(known) > most {
		return fmt.Errorf("got %q, want one of %s and %d more", name, quoted(known[:most]), len(known)-most)
	}
	return fmt.Errorf("got %q, want one of %s", name, quoted(known))
}

// known lists what a system has of a kind, also what it has by default.
func (s *SystemScenario) known(kind string) []string {
	if s.Rhino != nil {
		return knownRhino(s.Rhino.Nodes, kind)
	}
	c, defaults := s.Config, exaoperation.Defaults()
	switch kind {
	case "node":
		return append(namesOf(c.LicenseServers, defaults.LicenseServers, nodeName), namesOf(c.Nodes, defaults.Nodes, nodeName)...)
	case "database":
		return namesOf(c.Databases, defaults.Databases, func(d exaoperation.Database) string { return d.Name })
	case "user":
		return namesOf(c.Users, nil, func(u exaoperation.User) string { return u.Login })
	case "plugin":
		return namesOf(c.Plugins, defaults.Plugins, func(p exaoperation.Plugin) string { return p.Name })
	}
	return nil
}

func nodeName(n exaoperation.Node) string { return n.Name }

func namesOf[T any](list, otherwise []T, name func(T) string) []string {
	if list == nil {
		list = otherwise
	}
	var all []string
	for _, e := range list {
		all = append(all, name(e))
	}
	return all
}
