package main

import (
	"fmt"
	"slices"
	"time"

	"runbook/effect"
)

// call is the beginning as a call of simulate.exaoperation.
func (b *exasolBeginning) call(otherwise string) effect.Struct {
	c := effect.Struct{{Name: maker, Value: "exaoperation"}, {Name: "name", Value: b.spec.Name}}
	add := func(name string, v effect.Value) { c = append(c, effect.Field{Name: name, Value: v}) }
	add("state", map[string]string{"up": "running", "down": "stopped", "": otherwise}[b.facts[storageFact]])
	if v := b.facts[versionFact]; v != "" {
		add("version", v)
	}
	licenses, nodes := b.nodes()
	if hasCalls(licenses) {
		add("license_servers", licenses)
	}
	add("nodes", nodes)
	if m := b.facts[masterFact]; m != "" {
		add("master", m)
	}
	add("databases", b.databaseCalls())
	if len(b.spec.Plugins) > 0 {
		add("plugins", b.pluginCalls())
	}
	if b.facts[storageFact] == "" {
		b.notes = append(b.notes, "whether EXAStorage ran was never asked")
	}
	return c
}

// nodes are the license servers and the nodes.
func (b *exasolBeginning) nodes() (licenses, data []effect.Value) {
	servers := b.spec.LicenseServers
	if len(servers) == 0 {
		servers = []string{"n0010"}
	}
	all := b.listed
	if all == nil {
		all = []string{"n0011", "n0012", "n0013", "n0014"} // the default
		b.notes = append(b.notes, "the nodes were never listed")
	}
	for _, n := range b.met {
		if !slices.Contains(all, n) && !slices.Contains(servers, n) {
			all = append(all, n)
		}
	}
	for _, n := range servers {
		licenses = append(licenses, b.node(n))
	}
	for _, n := range all {
		if !slices.Contains(servers, n) {
			data = append(data, b.node(n))
		}
	}
	if len(data) == 0 {
		data = licenses
	}
	return licenses, data
}

func (b *exasolBeginning) node(name string) effect.Value {
	c := effect.Struct{{Name: maker, Value: "node"}, {Name: "name", Value: name}}
	if p := b.facts[power(name)]; p != "" {
		c = append(c, effect.Field{Name: "power", Value: p})
	}
	if f := b.facts[flagOf(name)]; f != "" {
		c = append(c, effect.Field{Name: "flag", Value: f})
	}
	if b.facts[card(name)] == "no" {
		c = append(c, effect.Field{Name: "card", Value: false})
	}
	if at := b.byHand[name]; at > 0 && b.facts[power(name)] == "off" {
		c = append(c, effect.Field{Name: "powered_at", Value: effect.FormatDuration(at.Round(time.Second))})
	}
	if len(c) == 2 {
		return name // nothing is known of it
	}
	return c
}

func (b *exasolBeginning) databaseCalls() []effect.Value {
	names := b.databases
	if names == nil {
		names = b.spoken
	}
	if b.databases == nil {
		b.notes = append(b.notes, "the databases were never listed")
		if len(names) == 0 {
			names = []string{"exa_db1"} // the default
		}
	}
	list := []effect.Value{}
	for _, db := range names {
		c := effect.Struct{{Name: maker, Value: "database"}, {Name: "name", Value: db}}
		if s := b.facts[stateOfDB(db)]; s != "" {
			c = append(c, effect.Field{Name: "state", Value: s})
		}
		if p := b.ports[db]; p != 0 && p != 8563 {
			c = append(c, effect.Field{Name: "port", Value: p})
		}
		if op := b.busy[db]; op != "" && op != "None" {
			o := effect.Struct{{Name: maker, Value: "operation"}, {Name: "name", Value: op}}
			if free := b.free[db]; free > 0 {
				o = append(o, effect.Field{Name: "lasts", Value: effect.FormatDuration(free.Round(time.Second))})
			}
			c = append(c, effect.Field{Name: "operation", Value: o})
		}
		list = append(list, c)
	}
	return list
}

// pluginCalls are the plugins: alike on license servers and on other nodes.
func (b *exasolBeginning) pluginCalls() []effect.Value {
	list := []effect.Value{}
	for _, p := range b.spec.Plugins {
		c := effect.Struct{{Name: maker, Value: "plugin"}, {Name: "name", Value: p}}
		for _, key := range []string{"state", "on_nodes"} {
			said := map[string]bool{}
			for _, n := range b.brightFirst() {
				onLicense := slices.Contains(b.spec.LicenseServers, n)
				if s := b.facts[pluginOn(p, n)]; s != "" && onLicense == (key == "state") && !said[s] {
					said[s] = true
					if len(said) == 1 {
						c = append(c, effect.Field{Name: key, Value: s})
					}
				}
			}
			if len(said) > 1 {
				b.notes = append(b.notes, fmt.Sprintf("plugin %s begins alike on all nodes of a kind, and did not", p))
			}
		}
		list = append(list, c)
	}
	return list
}

// brightFirst are the nodes by name, those first that were on: of the others a
// plugin says how it is once they have booted.
func (b *exasolBeginning) brightFirst() []string {
	var on, off []string
	for _, n := range append(slices.Clone(b.spec.LicenseServers), b.listed...) {
		if p := b.facts[power(n)]; p == "" || p == "on" {
			on = append(on, n)
		} else {
			off = append(off, n)
		}
	}
	return append(on, off...)
}
