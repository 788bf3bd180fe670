package interlock

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"runbook/interpreter"
)

// A Set is the rules in force, in the order of their files.
type Set struct {
	Rules  []*Rule
	Lifted []string // names of rules that are not in force for this run

	files map[string][]byte
}

// Load executes interlock files and gathers their rules. The collector is the
// one whose names the engine's files see. The set is given also when there is an
// error, so that it can be shown with its source.
func Load(c *Collector, engine *interpreter.Engine, names []string) (*Set, error) {
	s := &Set{files: map[string][]byte{}}
	for _, name := range names {
		c.rules = nil
		program, err := engine.Load(name)
		maps.Copy(s.files, program.Files())
		if err != nil {
			return s, err
		}
		for _, r := range c.rules {
			if r.File != name { // of a file that it loads, which is in force by itself or not at all
				continue
			}
			if other := s.find(r.Name); other != nil {
				return s, &interpreter.PlacedError{
					Pos: r.Pos, Msg: fmt.Sprintf("interlock: got a second rule named %q, want a name of its own", r.Name), Hint: "the other is at " + other.Pos.String(),
				}
			}
			r.freeze()
			r.program = program
			s.Rules = append(s.Rules, r)
		}
	}
	return s, nil
}

// Files are the sources of the rules, by name.
func (s *Set) Files() map[string][]byte {
	if s == nil {
		return nil
	}
	return s.files
}

func (s *Set) find(name string) *Rule {
	for _, r := range s.Rules {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Has reports whether there is a rule of that name.
func (s *Set) Has(name string) bool { return s.find(name) != nil }

// Lift takes rules out of force for this run, by their exact names.
func (s *Set) Lift(names []string) error {
	for _, name := range names {
		if s.find(name) == nil {
			return s.unknown(name)
		}
		if !slices.Contains(s.Lifted, name) {
			s.Lifted = append(s.Lifted, name)
		}
	}
	return nil
}

// unknown is the error of a name that no rule has, with what there is.
func (s *Set) unknown(name string) error {
	var names []string
	list := ""
	for _, r := range s.Rules {
		names = append(names, r.Name)
		list += "\n  " + r.Name
	}
	if list == "" {
		return fmt.Errorf("got %q, and no interlocks are in force", name)
	}
	near := ""
	if n := interpreter.Nearest(names, strings.TrimSpace(name)); n != "" {
		near = fmt.Sprintf(" (did you mean %q?)", n)
	}
	return fmt.Errorf("got %q, which is no interlock%s; those in force are:%s", name, near, list)
}

// Reason says why there is a rule of that name.
func (s *Set) Reason(name string) string {
	if r := s.find(name); r != nil {
		return r.Reason
	}
	return ""
}

// InForce is how many rules are in force.
func (s *Set) InForce() int {
	if s == nil {
		return 0
	}
	return len(s.Rules) - len(s.Lifted)
}
