package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A Room is a folder whose packages may import each other, and an arrow from
// it to every room that they may import besides. Arrows reach on: what a room
// may import, the rooms that may import it may too.
//
// A folder belongs to the room with the longest path it lies in. In a room
// "live/*" every folder of live is a room of its own.
//
// Tests and test satellites (packages named …test) may also import satellites,
// and the rooms around their own. Nothing else may import a satellite.
type Room struct {
	Path     string
	May      []string // Paths of other rooms
	TestsMay []string // folder patterns that its tests may import besides
	Reason   string   // why no more than that
}

func checkRooms(t *Tree, r Rules) []Violation {
	found := staleArrows(r.Rooms)
	homeless := map[string]bool{}
	for _, f := range t.Files {
		room, own := roomOf(r.Rooms, f.Dir)
		if room == nil {
			if !homeless[f.Dir] {
				homeless[f.Dir] = true
				found = append(found, Violation{
					Position: t.at(f.Syntax.Name.Pos()), Rule: "rooms", Got: fmt.Sprintf("folder %q in no room", f.Dir),
					Want: "a line in the table of rooms", Reason: "what is not drawn is forbidden",
				})
			}
			continue
		}
		for _, i := range f.Imports {
			dir, ok := t.within(i.Path)
			if !ok || allowed(r.Rooms, f, room, own, dir) {
				continue
			}
			found = append(found, Violation{
				Position: t.at(i.Pos), Rule: "rooms", Got: "import of " + dir,
				Want: room.Path + " to import only " + list(reach(r.Rooms, room)), Reason: room.Reason,
			})
		}
	}
	return found
}

// allowed reports whether a file of the room may import the folder dir.
func allowed(rooms []Room, f *File, room *Room, own, dir string) bool {
	target, where := roomOf(rooms, dir)
	if target == nil {
		return false
	}
	if f.forTests() && (satellite(dir) || matchAny(room.TestsMay, dir) || around(dir, f.Dir)) {
		return true
	}
	if satellite(dir) && !f.forTests() {
		return false
	}
	return where == own || slices.Contains(reach(rooms, room), target.Path)
}

// around reports whether the folder inner lies in the folder outer.
func around(outer, inner string) bool { return inner == outer || strings.HasPrefix(inner, outer+"/") }

// roomOf gives the room that a folder belongs to, and the folder that is the room.
func roomOf(rooms []Room, dir string) (room *Room, own string) {
	for at := dir; ; at = path.Dir(at) {
		var star *Room
		for i := range rooms {
			switch {
			case rooms[i].Path == at:
				return &rooms[i], at
			case match(rooms[i].Path, at):
				star = &rooms[i]
			}
		}
		if star != nil {
			return star, at
		}
		if at == "." || at == "/" {
			return nil, ""
		}
	}
}

// reach gives the paths of the rooms that arrows lead to from a room, sorted.
func reach(rooms []Room, from *Room) []string {
	seen := map[string]bool{}
	var follow func(r *Room)
	follow = func(r *Room) {
		for _, p := range r.May {
			i := slices.IndexFunc(rooms, func(r Room) bool { return r.Path == p })
			if i >= 0 && !seen[p] {
				seen[p] = true
				follow(&rooms[i])
			}
		}
	}
	follow(from)
	var all []string
	for i := range rooms {
		if seen[rooms[i].Path] {
			all = append(all, rooms[i].Path)
		}
	}
	slices.Sort(all)
	return all
}

// staleArrows finds arrows that lead to no room.
func staleArrows(rooms []Room) []Violation {
	var found []Violation
	for _, r := range rooms {
		for _, p := range r.May {
			if slices.ContainsFunc(rooms, func(o Room) bool { return o.Path == p }) {
				continue
			}
			found = append(found, Violation{
				Rule: "rooms", Got: fmt.Sprintf("an arrow from %s to %q", r.Path, p), Want: "a room of the table",
				Reason: "a rule that cannot be broken protects nothing",
			})
		}
	}
	return found
}

func list(words []string) string {
	if len(words) == 0 {
		return "none of the house"
	}
	return strings.Join(words, ", ")
}
