package rhino

import (
	"slices"
	"strings"

	"runbook/effect"
)

// Recorded reads what a command printed that looked at the node, as the record
// of a run has both. It is nil if the command did not look at this node, or what
// it printed is no status.
func (n *Node) Recorded(command effect.Value, stdout string) *Status {
	words, ok := command.([]effect.Value)
	if !ok || len(words) != 3 || words[0] != "sh" {
		return nil
	}
	script, _ := words[2].(string)
	if !strings.HasPrefix(script, "# status of "+n.Name()+"\n") {
		return nil
	}
	s, err := n.parseStatus(stdout, strings.Contains(script, marker+"console"))
	if err != nil {
		return nil
	}
	return s
}

// RecordedMembers reads what getclusterstate printed: the state of the SLEE by
// node. It is nil if the command is another, or it printed no such table.
func RecordedMembers(command effect.Value, stdout string) map[int]string {
	words, _ := command.([]effect.Value)
	if !slices.Contains(words, effect.Value("getclusterstate")) {
		return nil
	}
	rows, err := parseMembers(stdout)
	if err != nil {
		return nil
	}
	states := map[int]string{}
	for _, r := range rows {
		states[r.ID] = r.SLEE
	}
	return states
}
