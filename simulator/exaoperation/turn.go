package exaoperation

// A Turn is what a unit was made to do since the beginning, and a fault of the
// cluster can spoil.
type Turn struct {
	What string // "boot"; "storage start", "storage stop"; "database start", "database stop"
	Unit string // the node or the database; "" for EXAStorage
}

// Turns lists those that were begun at least once, unit by unit.
func (c *Cluster) Turns() []Turn {
	var all []Turn
	add := func(times uint32, what, unit string) {
		if times > 0 {
			all = append(all, Turn{what, unit})
		}
	}
	for i := range c.nodes {
		add(c.nodes[i].boots, "boot", c.name(int32(i)))
	}
	add(c.storage.starts, "storage start", "")
	add(c.storage.stops, "storage stop", "")
	for i := range c.databases {
		add(c.databases[i].starts, "database start", c.databases[i].name)
		add(c.databases[i].ends, "database stop", c.databases[i].name)
	}
	return all
}
