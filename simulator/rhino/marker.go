package rhino

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A marker is what a node remembers of the primary component, in a file of its
// work directory. Nobody outside knows what the real one looks like.
type marker struct {
	lineage int // which creation; 0 if the node is to create one
	view    int // of the membership
	members []*node
}

// fresh reports whether the node was made to create the primary component.
func (m marker) fresh() bool { return m.lineage == 0 }

func (m marker) text() string {
	return fmt.Sprintf("# primary component\ncomponent=%d\nview=%d\nmembers=%s\n", m.lineage, m.view, ids(m.members))
}

// marker reads what the node remembers. The problem says why it cannot be read.
func (n *node) marker() (m marker, there bool, problem string) {
	data, err := n.machine.Files().ReadFile(n.primary)
	if err != nil {
		return m, false, ""
	}
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		var err error
		switch key {
		case "component":
			m.lineage, err = strconv.Atoi(value)
		case "view":
			m.view, err = strconv.Atoi(value)
		case "members":
			m.members, err = n.c.parseMembers(value)
		}
		if err != nil {
			return m, true, fmt.Sprintf("%s: got %q", key, value)
		}
	}
	if m.lineage < 0 || m.lineage > 0 && len(m.members) == 0 {
		return m, true, "no members"
	}
	return m, true, ""
}

func (c *Cluster) parseMembers(text string) ([]*node, error) {
	var all []*node
	for id := range strings.SplitSeq(text, ",") {
		if id == "" {
			continue
		}
		n, err := strconv.Atoi(id)
		if err != nil {
			return nil, err
		}
		if known := c.byID[n]; known != nil {
			all = append(all, known)
		}
	}
	slices.SortFunc(all, func(a, b *node) int { return a.spec.ID - b.spec.ID })
	return slices.Compact(all), nil
}

// writeMarker replaces the configuration as a whole: where there is no room, what
// it was stays. An empty one would have the node create a second primary component.
func (n *node) writeMarker(text string) {
	files, fresh := n.files(), n.primary+".new"
	if files.WriteFile(fresh, []byte(text)) != nil || files.Rename(fresh, n.primary) != nil {
		_ = files.Remove(fresh)
	}
}
