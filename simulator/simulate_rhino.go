package simulator

import (
	"fmt"
	"path"
	"slices"
	"strconv"

	"go.starlark.net/starlark"

	"runbook/simulator/host"
	"runbook/simulator/model"
	"runbook/simulator/rhino"
)

// This file defines the builtins that say how a simulated Rhino cluster and a
// simulated host begin. What each default is, and what it rests on, the
// packages rhino and host say.

func newRhino() ([]any, func() (any, error)) {
	s := SystemScenario{Rhino: &rhino.Config{}}
	c := s.Rhino
	nodes := items[rhino.Node]{of: "simulate.rhino_node", count: rhinoNodes}
	services := items[rhino.Service]{of: "simulate.rhino_service"}
	entities := items[rhino.Entity]{of: "simulate.rhino_entity"}
	begins := choice{of: []string{"stopped", "running", "cold"}}
	desired := choice{of: []string{"stopped", "running"}}
	selector := choice{of: []string{string(rhino.Voting), string(rhino.TwoNode)}}
	var drain duration
	var latency span
	conventions, texts := pairs[text, *text]{of: "texts"}, pairs[lines, *lines]{of: "texts"}
	timings, behaviour := pairs[span, *span]{of: "spans"}, pairs[text, *text]{of: "words"}
	params := []any{
		"name", &s.Name, "begins?", &begins, "nodes?", &nodes, "home?", &c.Home, "version?", &c.Version,
		"desired?", &desired, "traffic?", &c.Traffic, "activities?", &c.Activities.Each, "drain?", &drain,
		"services?", &services, "entities?", &entities, "selector?", &selector,
		"username?", &c.Username, "password?", &c.Password, "latency?", &latency,
		"conventions?", &conventions, "timings?", &timings, "texts?", &texts, "behaviour?", &behaviour,
	}
	return params, func() (any, error) {
		if s.Name == "" {
			return nil, wrong("name", fmt.Errorf("got %q, want a name", s.Name))
		}
		c.Name, c.Begin, c.Nodes = s.Name, rhino.Begin(begins.chosen), nodes.list
		c.Desired, c.Selector, c.Activities.Drain = rhino.SLEE(desired.chosen), rhino.Selector(selector.chosen), drain.get()
		c.Services, c.Entities, s.Latency = services.list, entities.list, model.Span(latency)
		if c.Activities.Each < 0 {
			return nil, wrong("activities", fmt.Errorf("got %d, want a number that is not negative", c.Activities.Each))
		}
		if err := distinctNodes(c.Nodes); err != nil {
			return nil, wrong("nodes", err)
		}
		return s, rhinoSettings(c, conventions, texts, timings, behaviour)
	}
}

// rhinoSettings sets what changes named defaults.
func rhinoSettings(
	c *rhino.Config, conventions pairs[text, *text], texts pairs[lines, *lines], timings pairs[span, *span], behaviour pairs[text, *text],
) error {
	for _, p := range conventions.list {
		if err := c.Conventions.Set(p.key, string(p.value)); err != nil {
			return wrong("conventions", err)
		}
	}
	for _, p := range texts.list {
		if err := c.Texts.Set(p.key, string(p.value)); err != nil {
			return wrong("texts", err)
		}
	}
	for _, p := range timings.list {
		if err := c.Timings.Set(p.key, model.Span(p.value)); err != nil {
			return wrong("timings", err)
		}
	}
	for _, p := range behaviour.list {
		if err := c.Behaviour.Set(p.key, string(p.value)); err != nil {
			return wrong("behaviour", err)
		}
	}
	return nil
}

// firstRhinoNode is the id of the first node that a number stands for.
const firstRhinoNode = 101

func rhinoNodes(n int) []rhino.Node {
	list := make([]rhino.Node, n)
	for i := range list {
		list[i].ID = firstRhinoNode + i
	}
	return list
}

// distinctNodes refuses two nodes of one id.
func distinctNodes(nodes []rhino.Node) error {
	for i, n := range nodes {
		if j := slices.IndexFunc(nodes[:i], func(o rhino.Node) bool { return o.ID == n.ID }); j >= 0 {
			return fmt.Errorf("[%d]: got a second node %d, want an id of its own", i, n.ID)
		}
	}
	return nil
}

func newRhinoNode() ([]any, func() (any, error)) {
	var n rhino.Node
	var arguments names
	begins := choice{of: rhinoNodeStates}
	slee := choice{of: []string{"stopped", "running"}}
	desired := choice{of: []string{"stopped", "running"}}
	params := []any{
		"id", &n.ID, "host?", &n.Host, "quorum?", &n.Quorum, "begins?", &begins, "slee?", &slee, "desired?", &desired,
		"dir?", &n.Dir, "arguments?", &arguments, "port?", &n.Port,
	}
	return params, func() (any, error) {
		n.State, n.SLEE, n.Desired, n.Arguments = rhino.State(begins.chosen), rhino.SLEE(slee.chosen), rhino.SLEE(desired.chosen), arguments
		switch {
		case n.ID < 1:
			return nil, wrong("id", fmt.Errorf("got %d, want a number from 1 on", n.ID))
		case n.Quorum && (n.SLEE != "" || n.Desired != ""):
			return nil, wrong("slee", fmt.Errorf("got a state of the SLEE of quorum node %d, which runs none", n.ID))
		}
		return n, nil
	}
}

// rhinoNodeStates are the states that a node can begin in.
var rhinoNodeStates = []string{
	string(rhino.NodeNew), string(rhino.NodeStopped), string(rhino.NodeHalted), string(rhino.NodeCrashed), string(rhino.NodeRunning),
}

func newRhinoService() ([]any, func() (any, error)) {
	var s rhino.Service
	active := true
	return []any{"name", &s.Name, "vendor", &s.Vendor, "version", &s.Version, "active?", &active}, func() (any, error) {
		s.Inactive = !active
		return s, nil
	}
}

func newRhinoEntity() ([]any, func() (any, error)) {
	var e rhino.Entity
	active := true
	return []any{"name", &e.Name, "active?", &active}, func() (any, error) {
		e.Inactive = !active
		return e, nil
	}
}

func newHost() ([]any, func() (any, error)) {
	var h HostScenario
	begins := choice{of: []string{"up", "down"}}
	slow := factor(1)
	shell := choice{of: []string{"/bin/sh", "/bin/bash"}}
	files := pairs[lines, *lines]{of: "texts"}
	var latency span
	params := []any{
		"name", &h.Config.Name, "begins?", &begins, "slow?", &slow, "full?", &h.Full, "files?", &files,
		"user?", &h.Config.User, "shell?", &shell, "latency?", &latency,
	}
	return params, func() (any, error) {
		if h.Config.Name == "" {
			return nil, wrong("name", fmt.Errorf("got %q, want a name", h.Config.Name))
		}
		h.Down, h.Slow, h.Config.Shell, h.Latency = begins.chosen == "down", float64(slow), shell.chosen, model.Span(latency)
		for _, f := range files.list {
			if !path.IsAbs(f.key) {
				return nil, wrong("files", fmt.Errorf("got the path %q, want an absolute one", f.key))
			}
			h.Files = append(h.Files, HostFile{f.key, string(f.value)})
		}
		return h, nil
	}
}

// factor is a number above 0.
type factor float64

func (factor) word() string { return "float" }

func (f *factor) Unpack(v starlark.Value) error {
	n, ok := starlark.AsFloat(v)
	if !ok || !(n > 0 && n <= mostFactor) {
		return fmt.Errorf("got %s, want a number above 0", v)
	}
	*f = factor(n)
	return nil
}

// mostFactor keeps durations from running over.
const mostFactor = 1e6

// A HostScenario is how one machine begins.
type HostScenario struct {
	Config  host.Config
	Down    bool
	Slow    float64 // how many times as long everything takes; 0 is 1
	Full    bool    // its disk
	Files   []HostFile
	Latency model.Span // of a command and its answer together; zero for DefaultHostLatency

	also []string // other names of the same machine
}

// A HostFile is a file that a machine begins with; one whose text begins with
// "#!" can be run.
type HostFile struct{ Path, Text string }

// idWord is a node's id as faults name it.
func idWord(id int) string { return strconv.Itoa(id) }
