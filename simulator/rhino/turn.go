package rhino

// A Turn is what a node was made to do since the beginning, and a fault of the
// cluster can spoil.
type Turn struct {
	What string // "start", "shutdown"; "SLEE start", "SLEE stop"
	Node int
}

// Turns lists those that were begun at least once, node by node.
func (c *Cluster) Turns() []Turn {
	var all []Turn
	for _, n := range c.nodes {
		for _, t := range []struct {
			times uint32
			what  string
		}{{n.starts, "start"}, {n.ends, "shutdown"}, {n.slee.starts, "SLEE start"}, {n.slee.stops, "SLEE stop"}} {
			if t.times > 0 {
				all = append(all, Turn{t.what, n.spec.ID})
			}
		}
	}
	return all
}
