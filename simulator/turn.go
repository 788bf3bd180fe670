package simulator

import "strconv"

// A Turn is what a unit of a system was made to do since the beginning, and a
// fault of the inside of the system can spoil.
type Turn struct {
	System string
	What   string // "boot", "storage start", "SLEE stop": see the Turns of each kind of system
	Unit   string // a node or a database, by name or number; "" for the system itself
}

// Turns lists those that were begun at least once, system by system.
func (w *World) Turns() []Turn {
	w.Advance(0)
	var all []Turn
	for _, s := range w.systems {
		for _, t := range s.at(w.schedule.now).Turns() {
			all = append(all, Turn{s.Name, t.What, t.Unit})
		}
	}
	for _, c := range w.clusters {
		for _, t := range c.Turns() {
			all = append(all, Turn{c.Name, t.What, strconv.Itoa(t.Node)})
		}
	}
	return all
}

// Databases are the names of the system's databases.
func (s *System) Databases() []string {
	var names []string
	for _, d := range s.cluster.Config().Databases {
		names = append(names, d.Name)
	}
	return names
}
