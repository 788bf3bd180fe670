package main

import (
	"fmt"
	"slices"
	"strings"

	"runbook/builtins/rhino"
	"runbook/effect"
)

// A rhinoBeginning is what a run was told of a Rhino cluster before it changed it.
type rhinoBeginning struct {
	cluster *rhino.Cluster
	begins  map[int]string // by node
	slee    map[int]string // as a console has it
	changed map[int]bool   // a node was started or ended
	turned  bool           // the SLEE was started or stopped
	notes   []string
}

// rhinoBegins gathers what a run was told of a cluster.
func (g *reading) rhinoBegins(c *rhino.Cluster) *rhinoBeginning {
	b := &rhinoBeginning{cluster: c, begins: map[int]string{}, slee: map[int]string{}, changed: map[int]bool{}}
	for _, t := range g.takes {
		if t.asked == nil || t.asked.Kind != effect.KindHost || len(t.asked.Args) == 0 || !b.has(t.asked.Target) {
			continue
		}
		if t.request.Class == effect.Change {
			b.change(t)
		} else {
			b.told(t)
		}
	}
	return b
}

// has reports whether the cluster has nodes on a host.
func (b *rhinoBeginning) has(host string) bool {
	return slices.ContainsFunc(b.cluster.Nodes, func(n *rhino.Node) bool { return n.Host.Name() == host })
}

// told takes the answer to a read: the status of a node, or a table of members.
func (b *rhinoBeginning) told(t *take) {
	command, v := t.asked.Args[0], t.first()
	stdout, _ := pollField(v, "stdout").(string)
	for _, n := range b.cluster.Nodes {
		if s := n.Recorded(command, stdout); s != nil && n.Host.Name() == t.asked.Target {
			b.learn(n, beginningOf(s))
		}
	}
	for id, state := range rhino.RecordedMembers(command, stdout) {
		b.member(id, state)
	}
	rows, _ := v.([]effect.Value) // what a script makes of the table
	for _, row := range rows {
		pair, _ := row.([]effect.Value)
		if len(pair) != 2 {
			continue
		}
		id, _ := pair[0].(int64)
		if state, ok := pair[1].(string); ok {
			b.member(int(id), state)
		}
	}
}

func (b *rhinoBeginning) learn(n *rhino.Node, begins string) {
	if b.begins[n.ID] == "" && !b.changed[n.ID] {
		b.begins[n.ID] = begins
	}
}

func (b *rhinoBeginning) member(id int, state string) {
	if b.slee[id] == "" && !b.turned && !b.changed[id] {
		b.slee[id] = state
	}
}

// beginningOf is how a node begins that has a status, see the shipped snapshot.
func beginningOf(s *rhino.Status) string {
	switch {
	case s.Running:
		return "running"
	case s.Script > 0:
		return "crashed"
	case !s.Primary:
		return "new"
	case s.Halt:
		return "stopped"
	}
	return "crashed"
}

// change notes what was started or ended, which was not so before.
func (b *rhinoBeginning) change(t *take) {
	command := t.request.Describe()
	if strings.Contains(command, "slee") {
		b.turned = true
	}
	for _, n := range b.cluster.Nodes {
		if n.Host.Name() != t.request.Target || !strings.Contains(command, n.Home) {
			continue
		}
		switch {
		case strings.Contains(command, "stop"), strings.Contains(command, "kill"):
			b.learn(n, "running")
		case strings.Contains(command, "start"):
			b.learn(n, "stopped")
		}
		b.changed[n.ID] = true
	}
}

// call is the beginning as a call of simulate.rhino.
func (b *rhinoBeginning) call(otherwise string) effect.Struct {
	kinds, known := map[string]int{}, 0
	var unread []string
	for _, n := range b.cluster.Nodes {
		if s := b.begins[n.ID]; s != "" {
			kinds[s]++
			known++
		} else {
			unread = append(unread, n.Name())
		}
	}
	begins := "stopped"
	switch {
	case known == 0:
		begins = otherwise
	case kinds["new"] == known:
		begins = "cold"
	case kinds["running"] == known:
		begins = "running"
	}
	if len(unread) > 0 {
		b.notes = append(b.notes, fmt.Sprintf("never looked at: %s", strings.Join(unread, ", ")))
	}
	var nodes []effect.Value
	for _, n := range b.cluster.Nodes {
		nodes = append(nodes, b.node(n))
	}
	c := effect.Struct{
		{Name: maker, Value: "rhino"},
		{Name: "name", Value: b.cluster.Name()},
		{Name: "begins", Value: begins},
		{Name: "version", Value: b.cluster.Version},
	}
	if desired := b.desired(); desired != "" && begins != "cold" {
		c = append(c, effect.Field{Name: "desired", Value: desired})
	}
	return append(c, effect.Field{Name: "nodes", Value: nodes})
}

// desired is the desired state of the SLEE by default: what it is where it
// ran, or stood, before the run; "" if it was not looked at, or is not alike.
func (b *rhinoBeginning) desired() string {
	found := ""
	for _, n := range b.cluster.Nodes {
		state := strings.ToLower(b.slee[n.ID])
		if b.begins[n.ID] != "running" || state != "running" && state != "stopped" {
			continue
		}
		if found != "" && found != state {
			return ""
		}
		found = state
	}
	return found
}

func (b *rhinoBeginning) node(n *rhino.Node) effect.Struct {
	c := effect.Struct{{Name: maker, Value: "rhino_node"}, {Name: "id", Value: int64(n.ID)}}
	if s := b.begins[n.ID]; s != "" {
		c = append(c, effect.Field{Name: "begins", Value: s})
	}
	add := func(slee, desired string) {
		c = append(c, effect.Field{Name: "slee", Value: slee}, effect.Field{Name: "desired", Value: desired})
	}
	if n.Quorum {
		return append(c, effect.Field{Name: "quorum", Value: true})
	}
	if b.begins[n.ID] != "running" {
		return c
	}
	switch state := b.slee[n.ID]; state {
	case "Running", "Stopped":
		if own := strings.ToLower(state); b.desired() != own {
			add(own, own)
		}
	case "Stopping":
		add("running", "stopped")
	case "Starting":
		add("stopped", "running")
	}
	return c
}
