package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"runbook/interpreter"
	"runbook/runbooks"
)

// coverOptions are the flags of test that are about coverage.
type coverOptions struct {
	cover           bool
	coverHTML, json string
}

func (o *coverOptions) register(f *pflag.FlagSet) {
	f.BoolVar(&o.cover, "cover", false, "tell which statements and branches of runbooks no test reached")
	f.StringVar(&o.coverHTML, "cover-html", "", "write the coverage to `FILE`, a page with the runbooks' text")
	f.StringVar(&o.json, "cover-out", "", "write the coverage to `FILE`, as JSON")
}

// coverage counts if it is asked for; nil if not.
func (o *coverOptions) coverage() *interpreter.Coverage {
	if o.cover || o.coverHTML != "" || o.json != "" {
		return interpreter.NewCoverage()
	}
	return nil
}

// coverName is what the coverage calls a file: its path, or "" for a file that
// is not counted.
func (w *workplace) coverName(name string) string {
	root, file := interpreter.Split(name)
	dir := w.root
	switch {
	case !isCounted(file):
		return ""
	case root == interpreter.Shipped && isInterlock(file): // in force everywhere, and counted where it is at home
		if !w.isHere(file) {
			return ""
		}
	case root == interpreter.Shipped, root == siteRoot && w.home == "":
		return interpreter.Shipped + file
	case root == siteRoot:
		dir = w.home
	}
	return fromHere(filepath.Join(dir, filepath.FromSlash(file)))
}

// isHere reports whether a shipped file is at its place in this folder too.
func (w *workplace) isHere(file string) bool {
	here, err := os.ReadFile(filepath.Join(w.root, filepath.FromSlash(file)))
	if err != nil {
		return false
	}
	shipped, err := runbooks.Files.ReadFile(file)
	return err == nil && bytes.Equal(here, shipped)
}

// isCounted tells runbooks and their libraries from what describes or tests
// them.
func isCounted(path string) bool {
	path = filepath.ToSlash(path)
	return filepath.Base(path) != siteFile && !isTest(path) && !isScenario(path) &&
		!slices.Contains(strings.Split(path, "/"), "testdata")
}

// fromHere is a path as it is shown: relative to the current folder if it is
// below it, and otherwise absolute, so that a file has one name.
func fromHere(path string) string {
	if wd, err := os.Getwd(); err == nil {
		if below, err := relative(wd, path); err == nil {
			return below
		}
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return filepath.ToSlash(filepath.Clean(path))
}

// writeCoverage writes what tests reached of the files that they loaded, and
// of all others that were found.
func (a *App) writeCoverage(all []checked, o *coverOptions, c *interpreter.Coverage) error {
	for _, f := range all {
		if name := fromHere(f.path); isCounted(name) {
			src, err := os.ReadFile(f.path)
			if err == nil {
				err = c.Add(name, src)
			}
			if err != nil {
				fmt.Fprintf(a.stderr, "not counted: %v\n", err)
			}
		}
	}
	r := reportCoverage(c)
	if o.coverHTML != "" {
		if err := writeFileOf("--cover-html", o.coverHTML, r.html()); err != nil {
			return err
		}
	}
	if o.json != "" {
		if err := writeFileOf("--cover-out", o.json, r.json()); err != nil {
			return err
		}
	}
	if o.cover {
		r.text(a.stdout)
	}
	return nil
}

// A coverShare is how many of some there are were reached.
type coverShare struct {
	Reached int `json:"reached"`
	Total   int `json:"total"`
}

func (s *coverShare) add(o coverShare) { s.Reached, s.Total = s.Reached+o.Reached, s.Total+o.Total }

// String is the share in percent, never rounded up to all of them.
func (s coverShare) String() string {
	if s.Total == 0 || s.Reached == s.Total {
		return "100%"
	}
	return fmt.Sprintf("%d.%d%%", s.Reached*1000/s.Total/10, s.Reached*1000/s.Total%10)
}

// A coverReport is what was reached of files together, or of one of them.
type coverReport struct {
	name                 string
	statements, branches coverShare // branches: ways, of which each has two
	source               []byte
	places               []interpreter.Place
	files                []*coverReport
}

// reportCoverage counts together what was reached.
func reportCoverage(c *interpreter.Coverage) *coverReport {
	all := &coverReport{name: "total"}
	for _, f := range c.Files() {
		r := &coverReport{name: f.Name, source: f.Source, places: f.Places()}
		for _, p := range r.places {
			if !p.Branch() {
				r.statements.add(coverShare{min(1, int(p.Hits[0])), 1})
				continue
			}
			for _, hits := range p.Hits {
				r.branches.add(coverShare{min(1, int(hits)), 1})
			}
		}
		all.statements.add(r.statements)
		all.branches.add(r.branches)
		all.files = append(all.files, r)
	}
	return all
}

// text writes a line for each file, and for each place in it that was not
// reached.
func (r *coverReport) text(w io.Writer) {
	width := len("coverage")
	for _, f := range r.files {
		width = max(width, len(f.name))
	}
	fmt.Fprintf(w, "\n%-*s  %18s  %18s\n", width, "coverage", "statements", "branches")
	for _, f := range append(slices.Clone(r.files), r) {
		fmt.Fprintf(w, "%-*s  %9s of %5d  %9s of %5d\n", width, f.name, f.statements, f.statements.Total, f.branches, f.branches.Total)
		for _, line := range f.unreached() {
			fmt.Fprintf(w, "  %s\n", line)
		}
	}
}

// unreached says what no test reached: lines, and ways at places that were.
func (r *coverReport) unreached() []string {
	var lines, branches []string
	until := 0 // last line of the statement that was not executed
	from := 0
	flush := func() {
		if from > 0 {
			lines = append(lines, coverRange(from, until))
		}
		from = 0
	}
	for _, p := range r.places {
		switch {
		case !p.Branch() && p.Hits[0] == 0:
			if from == 0 || p.Line > until+1 {
				flush()
				from = p.Line
			}
			until = max(until, p.End)
		case !p.Branch():
			flush()
		default:
			if way := missedWay(p); way != "" && p.Line > until {
				branches = append(branches, fmt.Sprintf("%d:%d: %s: never %s", p.Line, p.Column, p.Kind, way))
			}
		}
	}
	flush()
	if lines != nil {
		return append([]string{"never executed: " + strings.Join(lines, ", ")}, branches...)
	}
	return branches
}

func coverRange(from, to int) string {
	if from == to {
		return fmt.Sprint(from)
	}
	return fmt.Sprintf("%d-%d", from, to)
}

// missedWay is the way that a branch never went; "" if it went both.
func missedWay(p interpreter.Place) string {
	ways := p.Ways()
	switch {
	case p.Hits[0] == 0 && p.Hits[1] == 0:
		return "reached"
	case p.Hits[0] == 0:
		return ways[0]
	case p.Hits[1] == 0:
		return ways[1]
	}
	return ""
}
