package main

import (
	"context"
	"fmt"
	"slices"

	"runbook/effect"
	"runbook/simulator"
)

// A state is one that a system may be in, as the arguments of a call of
// simulate.NAME, and the same in words.
type state struct {
	words string
	call  effect.Struct
}

// spread replaces every state by what become of it.
func spread(states []state, become func(state) []state) []state {
	var list []state
	for _, s := range states {
		list = append(list, become(s)...)
	}
	return list
}

// but is the state with an argument that is another, and words for that.
func (s state) but(words, name string, value effect.Value) state {
	call := slices.DeleteFunc(slices.Clone(s.call), func(f effect.Field) bool { return f.Name == name })
	if words != "" && s.words != "" {
		words = ", " + words
	}
	return state{s.words + words, append(call, effect.Field{Name: name, Value: value})}
}

// text is an argument that is a text, or "".
func (s state) text(name string) string {
	v, _ := s.call.Get(name)
	text, _ := v.(string)
	return text
}

// parts are an argument that is a list of calls.
func (s state) parts(name string) []state {
	v, _ := s.call.Get(name)
	list, _ := v.([]effect.Value)
	var parts []state
	for _, e := range list {
		if call, ok := e.(effect.Struct); ok {
			parts = append(parts, state{call: call})
		}
	}
	return parts
}

// with is the state with parts in place of those that it has.
func (s state) with(words, name string, parts []state) state {
	list := make([]effect.Value, len(parts))
	for i, p := range parts {
		list[i] = p.call
	}
	return s.but(words, name, list)
}

// states are the beginnings in which one system that a run reaches is in each
// state that it can be in, and the others are as usual.
func (l *looker) states(ctx context.Context, run *subject) ([]*outset, error) {
	j := run.job
	usual, err := l.everything(ctx, j, j.program.Text("REHEARSE_FROM"))
	if err != nil {
		return nil, err
	}
	up, err := l.everything(ctx, j, "running")
	if err != nil {
		return nil, err
	}
	var list []*outset
	for i, system := range up.systems {
		if !run.reaches(up.names[i]) {
			continue
		}
		s := state{call: system.(effect.Struct)}.but("", "notes", []effect.Value(nil))
		of := statesOfExasol
		if s.text(maker) == "rhino" {
			of = statesOfRhino
		}
		for _, one := range of(s) {
			seen := *usual
			seen.systems = slices.Clone(usual.systems)
			seen.systems[i] = one.call
			text := seen.globals()
			if possible(j, text) {
				list = append(list, &outset{fmt.Sprintf("%s: %s", seen.names[i], one.words), text})
			}
		}
	}
	return list, nil
}

// reaches reports whether an undisturbed run asks a system for something.
func (s *subject) reaches(name string) bool {
	for _, spec := range s.job.systems() {
		if spec.Name == name {
			return slices.ContainsFunc(s.looks, func(l look) bool { return l.target != "" && isOf(spec, l.target) })
		}
	}
	return false
}

// possible reports whether the simulator has a world that begins so.
func possible(j *job, text string) bool {
	scenario, err := simulator.LoadScenario("beginning", []byte(text))
	if err != nil {
		return false
	}
	w, err := worldOf(j, scenario, 0)
	if err != nil {
		return false
	}
	w.Close()
	return true
}

// statesOfExasol are the states of an Exasol cluster: data nodes, of which one
// may be another than the rest; EXAStorage; databases, of which one may be on
// its way; where EXAoperation runs; plugins. Nodes, and databases, are alike: the
// first stands for each.
func statesOfExasol(s state) []state {
	s.words = ""
	list := spread([]state{s}, nodesOfExasol)
	list = spread(list, storageOfExasol)
	list = spread(list, databasesOfExasol)
	list = spread(list, masterOfExasol)
	return spread(list, pluginsOfExasol)
}

// nodesOfExasol are the ways in which data nodes may be on.
func nodesOfExasol(s state) []state {
	nodes := s.parts("nodes")
	if len(nodes) == 0 || s.single() {
		s.words = "one node"
		return []state{s}
	}
	all := func(power string) []state {
		return spread(nodes, func(n state) []state { return []state{n.but("", "power", power)} })
	}
	first := func(power, others string) []state {
		list := all(others)
		list[0] = list[0].but("", "power", power)
		return list
	}
	list := []state{
		s.with("nodes off", "nodes", all("off")), s.with("nodes booting", "nodes", all("booting")), s.with("nodes on", "nodes", all("on")),
	}
	if len(nodes) > 1 {
		name := nodes[0].text("name")
		wiped := first("off", "on")
		wiped[0] = wiped[0].but("", "flag", "to_wipe")
		list = append(list,
			s.with(name+" off, other nodes on", "nodes", first("off", "on")), s.with(name+" booting, other nodes on", "nodes", first("booting", "on")),
			s.with(name+" on, other nodes off", "nodes", first("on", "off")), s.with(name+" off and to be wiped, other nodes on", "nodes", wiped))
	}
	return list
}

// single reports whether a cluster is one node.
func (s state) single() bool {
	nodes, licenses := s.parts("nodes"), s.parts("license_servers")
	return len(nodes) == 1 && len(licenses) == 1 && nodes[0].text("name") == licenses[0].text("name")
}

// up is how many of the data nodes are on.
func (s state) up() int {
	n := 0
	for _, node := range s.parts("nodes") {
		if node.text("power") == "on" {
			n++
		}
	}
	return n
}

// storageOfExasol are the ways in which EXAStorage may be: it needs most nodes.
func storageOfExasol(s state) []state {
	down := "stopped"
	if s.single() {
		down = "cold" // a stopped one of a single node has its EXAStorage up
	}
	list := []state{s.but("EXAStorage down", "state", down)}
	if 2*s.up() > len(s.parts("nodes")) {
		list = append(list, s.but("EXAStorage up", "state", "running"))
	}
	return list
}

// databasesOfExasol are the states of databases: they need EXAStorage.
func databasesOfExasol(s state) []state {
	dbs := s.parts("databases")
	if len(dbs) == 0 {
		return []state{s}
	}
	all := func(in string) []state {
		return spread(dbs, func(d state) []state { return []state{d.but("", "state", in)} })
	}
	down := s.with("databases in setup", "databases", all("setup"))
	if s.text("state") != "running" {
		return []state{down}
	}
	first := func(in, others string) state {
		list := all(others)
		list[0] = list[0].but("", "state", in)
		words := fmt.Sprintf("%s in %s", dbs[0].text("name"), in)
		if len(dbs) > 1 {
			words += ", other databases in " + others
		}
		return s.with(words, "databases", list)
	}
	list := []state{down, s.with("databases running", "databases", all("running")), first("startup", "setup"), first("shutdown", "running")}
	if len(dbs) > 1 {
		list = append(list, first("running", "setup"), first("setup", "running"))
	}
	busy := all("running")
	backup := effect.Struct{{Name: maker, Value: "operation"}, {Name: "name", Value: "BACKUP"}, {Name: "lasts", Value: "20m"}}
	busy[0] = busy[0].but("", "operation", backup)
	return append(list, s.with("databases running, a backup of "+dbs[0].text("name")+" under way", "databases", busy))
}

// masterOfExasol are the nodes on which EXAoperation may run: a license server,
// or a data node that is on.
func masterOfExasol(s state) []state {
	list := []state{s}
	for _, n := range s.parts("nodes") {
		if n.text("power") == "on" && !s.single() {
			return append(list, s.but("EXAoperation on "+n.text("name"), "master", n.text("name")))
		}
	}
	return list
}

// pluginsOfExasol are the ways in which plugins may run.
func pluginsOfExasol(s state) []state {
	plugins := s.parts("plugins")
	if len(plugins) == 0 {
		return []state{s}
	}
	all := func(words, on string) state {
		return s.with(words, "plugins", spread(plugins, func(p state) []state { return []state{p.but("", "on_nodes", on)} }))
	}
	return []state{all("plugins started", "started"), all("plugins stopped on nodes", "stopped")}
}
