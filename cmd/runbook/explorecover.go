package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"runbook/interpreter"
)

// A way is one of the two that a branch of a file may go.
type way struct {
	file         string
	line, column int
	kind         interpreter.PlaceKind
	says         string // what the way is called
}

// never says of the way's branch that nothing went it so.
func (w way) never(says string) string {
	return fmt.Sprintf("%s:%d:%d: %s: never %s", w.file, w.line, w.column, w.kind, says)
}

// waysOf are the ways of all branches in functions that were called, two of
// each, in the order of files and lines, and which of them were gone.
func waysOf(c *interpreter.Coverage) (all []way, gone map[way]bool) {
	gone = map[way]bool{}
	for _, f := range c.Files() {
		if slices.Contains(strings.Split(f.Name, "/"), interlockFolder) {
			continue // they are not the runbook's, and have tests of their own
		}
		called := f.Called()
		for _, p := range f.Places() {
			if !p.Branch() || !called(p.Line) {
				continue
			}
			for i, says := range p.Ways() {
				w := way{f.Name, p.Line, p.Column, p.Kind, says}
				all = append(all, w)
				gone[w] = p.Hits[i] > 0
			}
		}
	}
	return all, gone
}

// A branchReport is how many ways of branches any run of an exploration went,
// and of those that the undisturbed run does not go.
type branchReport struct {
	Taken  int      `json:"taken"`
	Of     int      `json:"of"`
	Faults shareOf  `json:"by_faults"`
	Never  []string `json:"never,omitempty"`
}

type shareOf struct {
	Taken int `json:"taken"`
	Of    int `json:"of"`
}

// branchesOf compares what was gone with what the undisturbed run had gone; nil
// if nothing was counted.
func branchesOf(c *interpreter.Coverage, usual map[way]bool) *branchReport {
	if c == nil {
		return nil
	}
	r := &branchReport{}
	all, gone := waysOf(c)
	for i, w := range all {
		r.Of++
		if !usual[w] {
			r.Faults.Of++
		}
		if gone[w] {
			r.Taken++
		}
		if gone[w] && !usual[w] {
			r.Faults.Taken++
		}
		if i%2 == 0 {
			continue
		}
		switch other := all[i-1]; {
		case !gone[w] && !gone[other]:
			r.Never = append(r.Never, w.never("reached"))
		case !gone[w]:
			r.Never = append(r.Never, w.never(w.says))
		case !gone[other]:
			r.Never = append(r.Never, w.never(other.says))
		}
	}
	return r
}

// mostNever is how many places with ways that nothing went the text lists.
const mostNever = 5

// text writes the counts, and some of the ways that no run went.
func (r *branchReport) text(w io.Writer) {
	if r.Of == 0 {
		return
	}
	fmt.Fprintf(w, "branches     %d of %d ways taken (%s)", r.Taken, r.Of, coverShare{r.Taken, r.Of})
	if r.Faults.Of > 0 {
		fmt.Fprintf(w, ", %d of %d by faults alone", r.Faults.Taken, r.Faults.Of)
	}
	fmt.Fprintln(w)
	for _, never := range r.Never[:min(len(r.Never), mostNever)] {
		fmt.Fprintf(w, "  %s\n", strings.TrimPrefix(never, interpreter.Shipped))
	}
	if more := len(r.Never) - mostNever; more > 0 {
		fmt.Fprintf(w, "  and %d more, which --json lists\n", more)
	}
}
