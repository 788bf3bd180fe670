package main

import (
	"slices"
	"strconv"
	"strings"

	"runbook/simulator"
)

// A unit is what may fail by itself: the interface of a system, a node or a
// database of it, a host; or, with a turn, what may fail in what it was made to do.
type unit struct {
	system   string
	url      string // of the interface of an Exasol cluster
	node     string // of an Exasol cluster
	license  bool   // the node is a license server, which nothing but a hand switches on
	database string
	rhino    int    // number of a Rhino node
	host     string // of a Rhino node
	turn     string // what the unit did in the undisturbed run: see simulator.Turn
}

// unitsOf are the units of the systems that a trace's requests are for.
func unitsOf(j *job, w *simulator.World, looks []look) []unit {
	var list []unit
	for _, s := range j.systems() {
		if !slices.ContainsFunc(looks, func(l look) bool { return l.target != "" && isOf(s, l.target) }) {
			continue
		}
		if s.Rhino != nil {
			for _, n := range s.Rhino.Nodes {
				list = append(list, unit{system: s.Name, rhino: n.ID}, unit{system: s.Name, host: n.Host})
			}
		}
		for _, system := range w.Systems() {
			if system.Name == s.Name {
				list = append(list, unitsOfExasol(system)...)
			}
		}
		for _, t := range w.Turns() {
			if t.System == s.Name {
				list = append(list, turnOf(t, list))
			}
		}
	}
	return list
}

func unitsOfExasol(s *simulator.System) []unit {
	list := []unit{{system: s.Name, url: s.URL}}
	for _, n := range s.NodeNames() {
		list = append(list, unit{system: s.Name, node: n, license: slices.Contains(s.LicenseServers(), n)})
	}
	for _, d := range s.Databases() {
		list = append(list, unit{system: s.Name, database: d})
	}
	return list
}

// turnOf is the unit, one of those known or the system, with what it did.
func turnOf(t simulator.Turn, known []unit) unit {
	did := unit{system: t.System}
	for _, u := range known {
		if t.Unit != "" && u.turn == "" && u.system == t.System && slices.Contains([]string{u.node, u.database, strconv.Itoa(u.rhino)}, t.Unit) {
			did = u
		}
	}
	did.turn = t.What
	return did
}

// name is how requests call the unit.
func (u unit) name() string {
	switch {
	case u.node != "":
		return u.node
	case u.database != "":
		return u.database
	case u.rhino != 0:
		return strconv.Itoa(u.rhino)
	}
	return ""
}

// asked is the first change of a trace that may have had the unit do its turn.
func (u unit) asked(looks []look) look {
	verb := map[string]string{"boot": "start", "shutdown": "sh"}[u.turn]
	if verb == "" {
		verb = u.turn[strings.LastIndexByte(u.turn, ' ')+1:]
	}
	named := look{what: "start of the run"}
	for _, l := range slices.Backward(looks) {
		if l.change && strings.Contains(l.what, u.name()) && strings.Contains(strings.ToLower(l.what[strings.LastIndexByte(l.target, '/')+1:]), verb) {
			named = l
		}
	}
	return named
}
