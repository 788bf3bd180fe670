// Package archtest holds the house to its plan: who may import whom, what only
// the command may touch, how long a function may grow, what must be
// documented.
//
// [Load] parses the Go files of a module into a [Tree]; [Check] compares it
// with [Rules] and gives one [Violation] for each thing that breaks one, with
// the reason for the rule. [House] is this module's rules, as one table; the
// test of this package applies it.
//
//	interpreter/clock.go:12:7: clock-and-chance: got time.Now, want none here: time is an input …
//
// The rules are read off syntax alone, so the test is quick and needs nothing
// built: an import is an import declaration, a use is a selector on the name
// of an import. A local variable that hides an import's name is taken for the
// import; rename it.
//
// A rule that nothing can break any more is a violation as well: a module that
// go.mod no longer requires, an exception for a function that has shrunk.
package archtest

import (
	"fmt"
	"go/token"
	"path"
	"slices"
	"strings"
)

// Rules is a house's plan. The zero value forbids every import from another
// room and nothing else.
//
// Folders are named relative to the module's root, by patterns: "journal" is
// that folder, "live/*" each folder in live, "simulator/..." simulator and all
// below it, "..." everything.
type Rules struct {
	Rooms   []Room
	Modules []Module
	Bans    []Ban
	Shape   Shape
}

// A Violation is one place that breaks one rule.
type Violation struct {
	Position token.Position // Line 0 for a whole file, no Filename for the rules themselves
	Rule     string         // short name of the rule
	Got      string         // what is there
	Want     string         // what should be
	Reason   string         // why
}

func (v Violation) String() string {
	at := v.Position.String()
	if v.Position.Line == 0 && v.Position.Filename != "" {
		at = v.Position.Filename
	}
	return fmt.Sprintf("%s: %s: got %s, want %s: %s", at, v.Rule, v.Got, v.Want, v.Reason)
}

// Check gives every violation of the rules, ordered by place.
func Check(t *Tree, r Rules) []Violation {
	var all []Violation
	for _, check := range []func(*Tree, Rules) []Violation{
		checkRooms, checkModules, checkBans, checkShape, checkComments,
	} {
		all = append(all, check(t, r)...)
	}
	slices.SortStableFunc(all, func(a, b Violation) int {
		if c := strings.Compare(a.Position.Filename, b.Position.Filename); c != 0 {
			return c
		}
		return a.Position.Offset - b.Position.Offset
	})
	return all
}

// match reports whether a folder is one that the pattern names.
func match(pattern, dir string) bool {
	above, below := strings.CutSuffix(pattern, "...")
	if !below {
		ok, err := path.Match(pattern, dir)
		return ok && err == nil
	}
	above = strings.TrimSuffix(above, "/")
	return above == "" || dir == above || strings.HasPrefix(dir, above+"/")
}

func matchAny(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, dir) })
}
