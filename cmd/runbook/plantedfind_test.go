package main

import (
	"context"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A plantedCommand is one that finds a planted mistake.
type plantedCommand struct {
	line, verb, file, scenario string
	unruled                    bool
}

func (c plantedCommand) String() string { return c.line }

func parsePlantedCommand(t *testing.T, file, line string) plantedCommand {
	t.Helper()
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "explore" && words[0] != "test" {
		t.Fatalf("%s: got runbook %s, want runbook explore FILE or runbook test FILE", file, line)
	}
	c := plantedCommand{line: line, verb: words[0], file: words[1]}
	for i := 2; i < len(words); i++ {
		switch {
		case words[i] == "--without-interlocks":
			c.unruled = true
		case words[i] == "--scenario" && i+1 < len(words):
			i++
			c.scenario = words[i]
		default:
			t.Fatalf("%s: got %q in runbook %s", file, words[i], line)
		}
	}
	return c
}

// find is what the command finds in a copy that it does not find in what is
// shipped; "" for nothing.
func (c plantedCommand) find(t *testing.T, dir string, shipped *shippedFindings) string {
	t.Helper()
	if c.verb == "test" {
		return failingTest(t, dir, c.file)
	}
	x, err := c.search(t, dir)
	if err != nil { // the undisturbed run is wrong already
		if _, before := c.search(t, shipped.dir); before != nil && before.Error() == err.Error() {
			return ""
		}
		return err.Error()
	}
	var found string
	eachFinding(t, x, func(f *finding) bool {
		if !shipped.of(t, c)[f.verdict.sign] {
			found = f.verdict.rule + ": " + f.verdict.happened
		}
		return found != ""
	})
	return found
}

// failingTest is the name of the first test of a file that fails.
func failingTest(t *testing.T, dir, file string) string {
	t.Helper()
	f := &testFile{checked: checked{path: filepath.Join(dir, file), root: dir}}
	testApp(io.Discard, io.Discard).loadTests(f, regexp.MustCompile(""), nil)
	if f.err != nil {
		t.Fatal(f.err)
	}
	for _, r := range f.tests {
		if r.run(context.Background()); r.panics != "" || r.report.Err != nil {
			return r.Name
		}
	}
	return ""
}

// search is what explore does, after the undisturbed run.
func (c plantedCommand) search(t *testing.T, dir string) (*search, error) {
	t.Helper()
	a := testApp(io.Discard, io.Discard)
	j, err := a.prepare(filepath.Join(dir, c.file), &execOptions{dryRun: true, root: dir, ruleless: c.unruled})
	if err != nil {
		t.Fatal(err)
	}
	o := &exploreOptions{}
	if c.scenario != "" {
		o.scenario = filepath.Join(dir, c.scenario)
	}
	s, err := a.subjectOf(j, o)
	if err != nil {
		t.Fatal(err)
	}
	return newSearch(context.Background(), s)
}

// eachFinding tries all single mishaps and hands on what they find, until it is
// enough.
func eachFinding(t *testing.T, x *search, enough func(*finding) bool) {
	t.Helper()
	for chunk := range slices.Chunk(strewn(x.singles), 32) {
		before := len(x.found)
		if err := x.tryAll(context.Background(), x.subject, chunk); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(x.found[before:], enough) {
			return
		}
	}
}

// shippedFindings are the ways in which the shipped runbooks themselves break a
// rule: to find those is to find nothing that was planted.
type shippedFindings struct {
	dir  string
	lock sync.Mutex
	seen map[string]map[string]bool // by command
}

func newShippedFindings(t *testing.T) *shippedFindings {
	t.Helper()
	return &shippedFindings{dir: copyOfRunbooks(t), seen: map[string]map[string]bool{}}
}

// of are those that a command finds.
func (s *shippedFindings) of(t *testing.T, c plantedCommand) map[string]bool {
	t.Helper()
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.seen[c.line] == nil {
		signs := map[string]bool{}
		if x, err := c.search(t, s.dir); err == nil {
			eachFinding(t, x, func(f *finding) bool {
				signs[f.verdict.sign] = true
				return false
			})
		}
		s.seen[c.line] = signs
	}
	return s.seen[c.line]
}
