package simulator

import (
	"fmt"
	"slices"
	"time"

	"runbook/effect"
	"runbook/simulator/exaoperation"
)

// When, within the life of an effect, the tool is killed. What is recorded is
// what a journal on a disk would have.
const (
	KillBefore    = "before"    // before its request is recorded
	KillRequested = "requested" // its request is recorded, and nothing was sent
	KillPerformed = "performed" // it was carried out, and its result is not recorded
	KillRecorded  = "recorded"  // its result is recorded, and the script has not seen it
)

// killWords are the moments in the order in which they come.
var killWords = []string{KillBefore, KillRequested, KillPerformed, KillRecorded}

// A Kill is the death of the tool at an effect or at a time. The run is taken
// up again after a while, in the same world. A world only keeps it: who runs
// the runbook carries it out.
type Kill struct {
	ID    string        // of the effect; "" for At
	When  string        // KillBefore, …
	At    time.Duration // since the beginning
	After time.Duration // how long nobody runs it
}

var toolFaults = []builtin{{Doc{
	"fault.killed", "The tool is killed while it runs the runbook, at an effect or at a time, and the run is resumed from its journal. Only where a runbook is run: sim serve has no use for it.",
	[]Param{
		{"effect", "string", "none: see at", `id of the effect: "12", "4.17:3"`},
		{"when", choiceOf(killWords...), `"requested"`, "before its request is recorded; once it is recorded and before it is sent; once it was carried out and before its result is recorded; once that is recorded"},
		{"at", "duration", "not at a time", "when, since the beginning. Either this or effect must be given"},
		{"resumed_after", "duration", "at once", "how much later the run is resumed"},
	},
}, killed}}

func killed() ([]any, func() (any, error)) {
	k := Kill{}
	when := choice{of: killWords}
	var at, after duration
	return []any{"effect?", &k.ID, "when?", &when, "at?", &at, "resumed_after?", &after}, func() (any, error) {
		if k.At, k.After = at.get(), after.get(); (k.ID == "") == (k.At == 0) {
			return nil, fmt.Errorf("got %s, want either effect or at", map[bool]string{true: "neither effect nor at", false: "both"}[k.ID == ""])
		}
		if k.When = when.chosen; k.When == "" {
			k.When = KillRequested
		}
		return k, nil
	}
}

// Kills are when the tool is to be killed, as the scenario has it.
func (w *World) Kills() []Kill { return w.kills }

// took counts that a change took effect.
func (w *World) took(r *effect.Request) {
	if r.Class == effect.Change {
		w.effects[r.ID.String()+" "+r.Describe()]++
	}
}

func (x *exchange) took() { x.world.took(&x.request) }

// worked reports whether an answer is that of a call that did something.
func worked(a exaoperation.Answer) bool {
	return !a.Unreachable && a.Fault == nil && (a.Status == 0 || a.Status == statusOK)
}

// Took is how often a change took effect so far: of a method, how often it was
// called and answered no fault, whoever saw the answer; of a command, how often
// it was begun.
func (w *World) Took(r effect.Request) int { return w.effects[r.ID.String()+" "+r.Describe()] }

// Struck is how many requests of an effect met a fault that names the effect.
func (w *World) Struck(id string) int {
	n := 0
	count := func(faults []lurking) {
		for i := range faults {
			if faults[i].ID == id {
				n += faults[i].hits
			}
		}
	}
	for _, s := range w.systems {
		count(s.faults)
	}
	count(w.lurking)
	return n
}

// Relieve takes away the faults that name an effect, met or not: a run after
// this one has effects of the same ids, and they are not meant. What took effect
// before is not what took effect in that one.
func (w *World) Relieve() {
	w.runs++
	clear(w.changes)
	clear(w.effects)
	named := func(l lurking) bool { return l.ID != "" }
	for _, s := range w.systems {
		s.faults = slices.DeleteFunc(s.faults, named)
	}
	w.lurking = slices.DeleteFunc(w.lurking, named)
	w.kills = nil
}

// Runs is how many runs the world was relieved of.
func (w *World) Runs() int { return w.runs }

// NodeNames are the system's license servers and nodes.
func (s *System) NodeNames() []string {
	return append(s.LicenseServers(), nodeNames(s.cluster.Config().Nodes)...)
}

// LicenseServers are the names of the system's license servers.
func (s *System) LicenseServers() []string { return nodeNames(s.cluster.Config().LicenseServers) }

func nodeNames(nodes []exaoperation.Node) []string {
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = n.Name
	}
	return names
}
