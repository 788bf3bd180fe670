package simulator

import (
	"errors"
	"fmt"
	"slices"

	"runbook/simulator/exaoperation"
)

// This file defines how a scenario and a site become whole together: a
// scenario may say nothing of systems, or not where they are; a fault must
// be about something that is there.

// DefaultScenario is a scenario for systems of which nothing but a site is
// known: each has four data nodes and one database, and begins in the state
// given, "stopped" ("" too), "running" or "cold".
func DefaultScenario(systems []SystemSpec, state string) *Scenario {
	s := &Scenario{Name: "default"}
	for _, spec := range systems {
		s.Systems = append(s.Systems, defaultSystem(spec, state))
	}
	return s
}

func defaultSystem(spec SystemSpec, state string) SystemScenario {
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
	if !s.lists {
		return nil
	}
	if err := s.checkTargets(); err != nil {
		return err
	}
	whole, err := s.completed(nil, "")
	if err != nil {
		return err
	}
	var all []error
	for _, system := range whole.Systems {
		if _, err := exaoperation.New(system.configIn(DefaultStart, Config{}), DefaultSeed); err != nil {
			all = append(all, &ScenarioError{s.at[system.Name], fmt.Errorf("simulate.exaoperation: %w", err)})
		}
	}
	return errors.Join(all...)
}

// completed is the scenario with all its systems, their URLs and their faults.
// A nil scenario is the default one.
func (s *Scenario) completed(specs []SystemSpec, state string) (*Scenario, error) {
	if s == nil {
		s = DefaultScenario(specs, state)
	}
	whole := *s
	whole.Systems = slices.Clone(s.Systems)
	if whole.Systems == nil && !s.lists {
		whole.Systems = DefaultScenario(specs, state).Systems
	}
	if err := whole.checkTargets(); err != nil {
		return nil, err
	}
	for i := range whole.Systems {
		system := &whole.Systems[i]
		if system.URL == "" {
			system.URL = urlOf(system.Name, specs)
		}
		if j := slices.IndexFunc(whole.Systems[:i], func(o SystemScenario) bool { return o.Name == system.Name || o.URL == system.URL }); j >= 0 {
			return nil, fmt.Errorf("system %q: got the name or the URL of system %q, want its own", system.Name, whole.Systems[j].Name)
		}
		system.Config.Faults = copied(system.Config.Faults)
		for _, l := range whole.listed {
			if f, ok := l.fault.(planned); ok && f.system == system.Name {
				f.apply(&system.Config)
			}
		}
	}
	return &whole, nil
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

// checkTargets refuses faults about what is not there, all at once.
func (s *Scenario) checkTargets() error {
	var all []error
	for _, l := range s.listed {
		var err error
		switch f := l.fault.(type) {
		case Fault:
			if f.System != "" {
				err = s.checkSystem(f.System)
			}
		case planned:
			if err = s.checkSystem(f.system); err == nil {
				err = s.system(f.system).checkTargets(f.targets)
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

func (s *Scenario) checkSystem(name string) error {
	var known []string
	for _, system := range s.Systems {
		known = append(known, system.Name)
	}
	return wrong("system", among(name, "system", known))
}

func (s *SystemScenario) checkTargets(targets []target) error {
	for _, t := range targets {
		if t.name == "" || t.kind == "user" && s.Config.Users == nil {
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
