package rhino

import (
	"regexp"
	"slices"
)

// A report is what a command that changes something printed about it.
type report struct {
	Nodes      []int      // those that the command says it works on
	States     []stateRow // that nodes, or services on them, have been brought to
	Reassigned []int      // nodes that replicated activities were given to
	Complete   bool       // everything that the command says it works on was reported on
}

var (
	worksOn      = regexp.MustCompile(`^(?:Starting SLEE|Stopping SLEE|Shutting down|(?:Dea|A)ctivating services .*|.*\]) (?:on )?node\(s\) \[(.*)\]$`)
	transition   = regexp.MustCompile(`^(?:SLEE|Services) transitioned to the ([A-Za-z]+) state on node (\d+)$`)
	reassigned   = regexp.MustCompile(`^Replicated activities reassigned to node\(s\) \[(.*)\]$`)
	successful   = regexp.MustCompile(`^Shutdown successful$`)
	stateCopied  = regexp.MustCompile(`^Per-node desired state copied from (\d+) to (\d+)$`)
	stateRemoved = regexp.MustCompile(`^Per-node desired state removed from ([\d, ]+)$`)
)

// parseReport reads what a change printed. It has no error: a change that was
// made is none because of what is printed about it. What cannot be understood
// leaves the report incomplete.
func parseReport(text string) report {
	var r report
	done := false
	for _, l := range linesOf(text) {
		switch {
		case worksOn.MatchString(l.text):
			r.Nodes, _ = idList(worksOn.FindStringSubmatch(l.text)[1])
		case transition.MatchString(l.text):
			m := transition.FindStringSubmatch(l.text)
			if id, ok := number(m[2]); ok {
				r.States = append(r.States, stateRow{ID: id, State: title(m[1])})
			}
		case reassigned.MatchString(l.text):
			r.Reassigned, _ = idList(reassigned.FindStringSubmatch(l.text)[1])
		case successful.MatchString(l.text), stateCopied.MatchString(l.text), stateRemoved.MatchString(l.text):
			done = true
		}
	}
	_, err := whole(text)
	r.Complete = err == nil && (done || r.covered())
	return r
}

// covered reports whether every node that is worked on has got its state.
func (r *report) covered() bool {
	for _, id := range r.Nodes {
		if !slices.ContainsFunc(r.States, func(s stateRow) bool { return s.ID == id }) {
			return false
		}
	}
	return len(r.States) > 0
}
