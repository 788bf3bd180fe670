package main

import (
	"fmt"

	"runbook/effect"
)

// statesOfRhino are the states of a Rhino cluster: event-router nodes, of which
// one may be another than the rest; quorum nodes; the SLEE of the nodes that run.
// Nodes of a kind are alike: the first stands for each.
func statesOfRhino(s state) []state {
	s.words = ""
	return spread(spread([]state{s.but("", "begins", "stopped")}, nodesOfRhino), sleeOfRhino)
}

// statesOfNode are those that a node of Rhino may be in: never booted, so that it
// has no primary component configuration; shut down; ended unexpectedly; running.
var statesOfNode = []string{"new", "stopped", "crashed", "running"}

// nodesOfRhino are the ways in which nodes may be: the first router in one state,
// the others in one, quorum nodes in one.
func nodesOfRhino(s state) []state {
	nodes := s.parts("nodes")
	routers, quorums := 0, 0
	for _, n := range nodes {
		if n.quorum() {
			quorums++
		} else {
			routers++
		}
	}
	among := func(n int) []string {
		if n > 0 {
			return statesOfNode
		}
		return []string{""}
	}
	var list []state
	for _, first := range among(routers) {
		for _, others := range among(routers - 1) {
			for _, quorum := range among(quorums) {
				list = append(list, s.with(nodesInWords(nodes, first, others, quorum), "nodes", nodesIn(nodes, first, others, quorum)))
			}
		}
	}
	return list
}

func (s state) quorum() bool {
	v, _ := s.call.Get("quorum")
	return v == true
}

// nodesIn are the nodes in states by their kind.
func nodesIn(nodes []state, first, others, quorum string) []state {
	list, in := make([]state, len(nodes)), first
	for i, n := range nodes {
		n = n.but("", "slee", nil).but("", "desired", nil)
		if n.quorum() {
			list[i] = n.but("", "begins", quorum)
			continue
		}
		list[i], in = n.but("", "begins", in), others
	}
	return list
}

func nodesInWords(nodes []state, first, others, quorum string) string {
	words := ""
	for i, n := range nodesIn(nodes, first, others, quorum) {
		id, _ := n.call.Get("id")
		if words += fmt.Sprintf("%v %s", id, n.text("begins")); i < len(nodes)-1 {
			words += ", "
		}
	}
	return words
}

// sleeOfRhino are the states of the SLEE where a router runs, and what is
// desired: it runs, is stopped, or is on its way to either.
func sleeOfRhino(s state) []state {
	nodes := s.parts("nodes")
	runs := false
	for _, n := range nodes {
		runs = runs || !n.quorum() && n.text("begins") == "running"
	}
	if !runs {
		return []state{s.but("", "desired", nil)}
	}
	if v, _ := s.call.Get("desired"); v == nil { // before 3.0 there are no desired states
		return []state{s.slee("SLEE running", "running", ""), s.slee("SLEE stopped", "stopped", "")}
	}
	return []state{
		s.slee("SLEE running", "running", "running"), s.slee("SLEE stopped", "stopped", "stopped"),
		s.slee("SLEE starting", "stopped", "running"), s.slee("SLEE stopping", "running", "stopped"),
	}
}

// slee is the state with the SLEE of the routers that run in one state.
func (s state) slee(words, is, desired string) state {
	nodes := s.parts("nodes")
	for i, n := range nodes {
		if !n.quorum() && n.text("begins") == "running" {
			nodes[i] = n.but("", "slee", is).but("", "desired", nil)
		}
	}
	var otherwise effect.Value
	if desired != "" {
		otherwise = desired
	}
	return s.with(words, "nodes", nodes).but("", "desired", otherwise)
}
