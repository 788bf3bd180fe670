package rhino

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// reader makes a method that only reads: the words of its command, the version
// that has it and what to use before that.
func reader(since, instead string, words ...string) function {
	return func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		k := &call{words: words, read: true}
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, k.pairs(false)...); err != nil {
			return nil, err
		}
		c := b.Receiver().(*Cluster)
		if err := c.since(b.Name(), since, instead); err != nil {
			return nil, err
		}
		return c.perform(t, b, k)
	}
}

// alarms lists the active alarms.
func alarms(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return reader("", "", b.Receiver().(*Cluster).Conventions.AlarmsCommand)(t, b, args, kwargs)
}

// sleeState is the actual state of the SLEE on each event-router node. The
// console of 2.x has a command for it whose output is documented nowhere, so
// there it is taken from the state of the cluster.
func sleeState(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	c := b.Receiver().(*Cluster)
	if c.Desired() {
		return reader("", "", "getsleeactualstate", "-all")(t, b, args, kwargs)
	}
	k := &call{}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, k.pairs(false)...); err != nil {
		return nil, err
	}
	rows, err := c.members(t, b, k)
	return rowsOf(rows, err, stateFields)
}

// members are the states of the SLEE as the cluster's state has them.
func (c *Cluster) members(t *starlark.Thread, b *starlark.Builtin, k *call) ([]stateRow, error) {
	k.words, k.read = []string{"getclusterstate"}, true
	a, err := c.ask(t, b, k)
	if err != nil {
		return nil, err
	}
	rows, err := parseMembers(a.text)
	if err != nil {
		return nil, a.protocol(t, b, err)
	}
	var states []stateRow
	for _, r := range rows {
		if r.Type != "quorum" {
			states = append(states, stateRow{ID: r.ID, State: r.SLEE})
		}
	}
	return states, nil
}

// desired are the desired states of the SLEE.
func (c *Cluster) desired(t *starlark.Thread, b *starlark.Builtin) ([]stateRow, error) {
	a, err := c.ask(t, b, &call{words: []string{"getsleedesiredstate", "-all"}, read: true})
	if err != nil {
		return nil, err
	}
	rows, err := parseStates(a.text, nil)
	if err != nil {
		return nil, a.protocol(t, b, err)
	}
	return rows, nil
}

// sleeProbe tells whether the SLEE of nodes was told to go to one of the states:
// by what is desired of it, or in 2.x by what it does.
func (c *Cluster) sleeProbe(name string, of []*Node, states ...string) starlark.Callable {
	return probe(name, func(t *starlark.Thread, b *starlark.Builtin) (string, error) {
		read := c.desired
		if !c.Desired() {
			read = func(t *starlark.Thread, b *starlark.Builtin) ([]stateRow, error) { return c.members(t, b, &call{}) }
		}
		rows, err := read(t, b)
		if err != nil {
			return "", err
		}
		there, known := 0, 0
		for _, r := range rows {
			if slices.ContainsFunc(of, func(n *Node) bool { return n.ID == r.ID }) {
				known++
				if slices.Contains(states, r.State) {
					there++
				}
			}
		}
		return verdict(there, known, len(of)), nil
	})
}

// verdict is what a probe answers of a change to several nodes.
func verdict(changed, known, all int) string {
	switch {
	case known < all:
		return unknown
	case changed == all:
		return done
	case changed == 0:
		return notDone
	}
	return unknown
}

// startSLEE starts the SLEE.
func startSLEE(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var on nodeIDs
	var ifNeeded bool
	k := &call{words: []string{"start"}}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"nodes??", &on, "if_needed?", &ifNeeded}, k.pairs(true)...)...); err != nil {
		return nil, err
	}
	c := b.Receiver().(*Cluster)
	routers, err := c.pickRouters(&on)
	if err != nil {
		return nil, fmt.Errorf("%s: for parameter nodes: %w", b.Name(), err)
	}
	k.option(on.given, "-nodes", on.words())
	k.option(ifNeeded, "-ifneeded")
	k.probe = c.sleeProbe(b.Name()+" (probe)", routers, "Starting", "Running")
	return c.perform(t, b, k)
}

// stopSLEE stops the SLEE.
func stopSLEE(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var on, others nodeIDs
	var ifNeeded bool
	k := &call{words: []string{"stop"}}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"nodes??", &on, "reassign_to??", &others, "if_needed?", &ifNeeded}, k.pairs(true)...)...); err != nil {
		return nil, err
	}
	c := b.Receiver().(*Cluster)
	routers, err := c.pickRouters(&on)
	if err != nil {
		return nil, fmt.Errorf("%s: for parameter nodes: %w", b.Name(), err)
	}
	if err := c.takers(&on, &others); err != nil {
		return nil, fmt.Errorf("%s: for parameter reassign_to: %w", b.Name(), err)
	}
	k.option(on.given, "-nodes", on.words())
	k.option(others.given, "-reassignto", others.words())
	k.option(ifNeeded, "-ifneeded")
	k.probe = c.sleeProbe(b.Name()+" (probe)", routers, "Stopping", "Stopped")
	return c.perform(t, b, k)
}

// takers checks the nodes that are to take over activities. None at all stands
// for all others.
func (c *Cluster) takers(from, to *nodeIDs) error {
	if !to.given {
		return nil
	}
	if !from.given {
		return errors.New("got it without nodes=, want the nodes that are stopped: no other is left to take activities")
	}
	if len(to.ids) == 0 {
		return nil
	}
	if _, err := c.pickRouters(to); err != nil {
		return err
	}
	for _, id := range to.ids {
		if slices.Contains(from.ids, id) {
			return fmt.Errorf("got %d, which is stopped itself, want other nodes", id)
		}
	}
	return nil
}

// option adds words to a command.
func (k *call) option(given bool, words ...string) {
	if given {
		k.words = append(k.words, words...)
	}
}

// isConverged tells whether the actual state is the desired one.
func isConverged(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var on nodeIDs
	k := &call{words: []string{"isconverged"}, read: true}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"nodes??", &on}, k.pairs(false)...)...); err != nil {
		return nil, err
	}
	c := b.Receiver().(*Cluster)
	if err := c.since(b.Name(), "3.0", "cluster.slee_state"); err != nil {
		return nil, err
	}
	if _, err := c.pickRouters(&on); err != nil {
		return nil, fmt.Errorf("%s: for parameter nodes: %w", b.Name(), err)
	}
	k.option(on.given, "-nodes", on.words())
	return c.perform(t, b, k)
}

// listServices lists the services that are in a state on a node.
func listServices(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var state string
	var on nodeID
	k := &call{read: true}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"state", &state, "node??", &on}, k.pairs(false)...)...); err != nil {
		return nil, err
	}
	if !slices.Contains(serviceStates, state) {
		return nil, fmt.Errorf("%s: for parameter state: got %q, want %s", b.Name(), state, choice(serviceStates))
	}
	c := b.Receiver().(*Cluster)
	k.words = []string{"listservicesbystate", state}
	if on != 0 {
		if err := c.checkRouter(on); err != nil {
			return nil, fmt.Errorf("%s: for parameter node: %w", b.Name(), err)
		}
		k.option(true, "-node", fmt.Sprint(int(on)))
	}
	return c.perform(t, b, k)
}

// choice is a closed set of words for a message.
func choice(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	return strings.Join(quoted, " or ")
}

// serviceStates are those of JAIN SLEE.
var serviceStates = []string{"Inactive", "Active", "Stopping"}
