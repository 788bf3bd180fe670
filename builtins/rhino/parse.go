package rhino

import (
	"regexp"
	"slices"
	"strings"
)

// A stateRow is the state of something on one node.
type stateRow struct {
	ID      int
	State   string // "Running", "Stopped", …
	Default bool   // it is the default desired state
}

var (
	nodeState  = regexp.MustCompile(`^Node (\d+): ([A-Za-z]+)( \(default\))?$`)
	stateOn    = regexp.MustCompile(`^(?:SLEE|Resource adaptor entity) is (?:in the )?([A-Za-z]+)(?: state)? on node (\d+)$`)
	gettingFor = regexp.MustCompile(`^Getting .* for node\(s\) \[(.*)\]$`)
)

// parseStates reads a line for each node: "Node 101: Stopped", or of 2.x "SLEE
// is in the Running state on node 101". A first line may say for which nodes;
// then, as for those in wanted, each must have its line.
func parseStates(text string, wanted []int) ([]stateRow, error) {
	lines, err := whole(text)
	if err != nil {
		return nil, err
	}
	var rows []stateRow
	for _, l := range lines {
		r, ok := stateOf(l.text)
		switch m := gettingFor.FindStringSubmatch(l.text); {
		case m != nil:
			named, listed := idList(m[1])
			if !listed {
				return nil, l.wrong("ids of nodes between [ and ]")
			}
			wanted = append(slices.Clone(wanted), named...)
		case ok && slices.ContainsFunc(rows, func(other stateRow) bool { return other.ID == r.ID }):
			return nil, l.wrong("one line for node %d", r.ID)
		case ok:
			rows = append(rows, r)
		case len(rows) > 0 && !l.blank():
			return nil, l.wrong("the state of a node")
		}
	}
	if len(rows) == 0 {
		return nil, lines[len(lines)-1].wrong("the states of nodes")
	}
	slices.SortFunc(rows, func(a, b stateRow) int { return a.ID - b.ID })
	for _, id := range wanted {
		if !slices.ContainsFunc(rows, func(r stateRow) bool { return r.ID == id }) {
			return nil, lines[len(lines)-1].wrong("also a line for node %d", id)
		}
	}
	return rows, nil
}

func stateOf(s string) (stateRow, bool) {
	var r stateRow
	ok := false
	if m := nodeState.FindStringSubmatch(s); m != nil {
		r = stateRow{State: title(m[2]), Default: m[3] != ""}
		r.ID, ok = number(m[1])
	} else if m := stateOn.FindStringSubmatch(s); m != nil {
		r.State = title(m[1])
		r.ID, ok = number(m[2])
	}
	return r, ok && r.ID > 0
}

// title writes a state as Rhino's tables do, whatever the command: "Running".
func title(s string) string { return strings.ToUpper(s[:1]) + strings.ToLower(s[1:]) }

var defaultState = regexp.MustCompile(`^Default SLEE state is: ([A-Za-z]+)$`)

// parseDefault reads "Default SLEE state is: running".
func parseDefault(text string) (string, error) {
	m, err := only(text, defaultState, "the default SLEE state")
	if err != nil {
		return "", err
	}
	return title(m[1]), nil
}

var converged = regexp.MustCompile(`^(?:Rhino|Nodes? \[[\d, ]*\]) (is|are)( not)?( currently)?( not)? converged to desired state\.?$`)

// parseConverged reads "Rhino is currently converged to desired state". How the
// contrary is worded is not known; a "not" in it is taken for that.
func parseConverged(text string) (bool, error) {
	m, err := only(text, converged, "whether it is converged to desired state")
	if err != nil {
		return false, err
	}
	return m[2]+m[4] == "", nil
}

// The documents spell it so; maybe it gets corrected.
var reached = regexp.MustCompile(`^(?:Covergence|Convergence) reached\.`)

// parseReached reads "Covergence reached. Actual state has converged to desired state."
func parseReached(text string) (bool, error) {
	_, err := only(text, reached, "that convergence is reached")
	return err == nil, err
}

// only is the last line that matches; there must be one.
func only(text string, pattern *regexp.Regexp, want string) ([]string, error) {
	lines, err := whole(text)
	if err != nil {
		return nil, err
	}
	last := lines[0]
	for _, l := range slices.Backward(lines) {
		if m := pattern.FindStringSubmatch(l.text); m != nil {
			return m, nil
		}
		if last.blank() {
			last = l
		}
	}
	return nil, last.wrong("%s", want)
}

// A serviceRow is a service in some state on a node.
type serviceRow struct {
	Node                  int
	Name, Vendor, Version string
}

var (
	servicesIn = regexp.MustCompile(`^Services in \S+ state on node (\d+):$`)
	serviceID  = regexp.MustCompile(`^\s*ServiceID\[name=(.*),vendor=(.*),version=(.*)\]$`)
)

// parseServices reads "Services in Active state on node 102:" and the services
// below it, for one node or several.
func parseServices(text string) ([]serviceRow, error) {
	lines, err := whole(text)
	if err != nil {
		return nil, err
	}
	rows, node := []serviceRow{}, 0
	for _, l := range lines {
		head, id := servicesIn.FindStringSubmatch(l.text), serviceID.FindStringSubmatch(l.text)
		switch {
		case head != nil:
			if node, _ = number(head[1]); node == 0 {
				return nil, l.wrong("the id of a node")
			}
		case id != nil && node > 0:
			rows = append(rows, serviceRow{node, id[1], id[2], id[3]})
		case node > 0 && !l.blank():
			return nil, l.wrong("ServiceID[name=…,vendor=…,version=…]")
		}
	}
	if node == 0 {
		return nil, lines[len(lines)-1].wrong("the services in a state on a node")
	}
	return rows, nil
}

// An alarmRow is an active alarm.
type alarmRow struct {
	Node                       int // 0 if it is not known
	Time, Severity, Type, Text string
}

var alarm = regexp.MustCompile(`^\s*Alarm .*\(Node (\d+), ([^)]+)\): (\w+) \[([^\]]+)\] (.*)$`)

// parseAlarms reads lines such as "Alarm … (Node 101, 23-Nov-05 15:10:36.636):
// Major [rhino.cluster] Node 102 has left the cluster". Newer versions may
// print them otherwise: what is not understood is the text of an alarm and no
// more, so that none is passed over. A line with none in it says that there are none.
func parseAlarms(text, none string) ([]alarmRow, error) {
	rows := []alarmRow{}
	for _, l := range linesOf(text) {
		m := alarm.FindStringSubmatch(l.text)
		switch {
		case m != nil:
			r := alarmRow{Time: m[2], Severity: m[3], Type: m[4], Text: m[5]}
			r.Node, _ = number(m[1])
			rows = append(rows, r)
		case !l.blank() && !strings.Contains(l.text, none):
			rows = append(rows, alarmRow{Text: strings.TrimSpace(l.text)})
		}
	}
	return rows, nil
}
