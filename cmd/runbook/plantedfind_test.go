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

// find is what the command finds in a copy, and does not in what is shipped; ""
// for nothing.
func (c plantedCommand) find(t *testing.T, dir string, shipped *plantedControl) string {
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
	found := firstFinding(t, x)
	if found != "" {
		shipped.pass(t, c)
	}
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
	x, err := newSearch(context.Background(), s)
	if err == nil && c.unruled { // who is told something wrong believes it, unless an interlock asks again
		x.singles = slices.DeleteFunc(x.singles, func(m mishap) bool { return strings.HasPrefix(m.fault, "fault.answer(") })
	}
	return x, err
}

// firstFinding tries single mishaps until one finds something; "" if none does.
func firstFinding(t *testing.T, x *search) string {
	t.Helper()
	for chunk := range slices.Chunk(strewn(x.singles), 32) {
		if err := x.tryAll(context.Background(), x.subject, chunk); err != nil {
			t.Fatal(err)
		}
		if len(x.found) > 0 {
			return x.found[0].verdict.rule + ": " + x.found[0].verdict.happened
		}
	}
	return ""
}

// A plantedControl is a copy of the shipped runbooks in which nothing is
// planted: a command that finds a mistake by what goes wrong finds nothing there.
type plantedControl struct {
	dir  string
	lock sync.Mutex
	seen map[string]string // what was found, by command
}

func newPlantedControl(t *testing.T) *plantedControl {
	t.Helper()
	return &plantedControl{dir: copyOfRunbooks(t), seen: map[string]string{}}
}

// pass has the command find nothing.
func (s *plantedControl) pass(t *testing.T, c plantedCommand) {
	t.Helper()
	s.lock.Lock()
	defer s.lock.Unlock()
	if _, tried := s.seen[c.line]; !tried {
		x, err := c.search(t, s.dir)
		if err != nil {
			t.Fatalf("runbook %s, and nothing is planted: %v", c, err)
		}
		s.seen[c.line] = firstFinding(t, x)
	}
	if found := s.seen[c.line]; found != "" {
		t.Errorf("runbook %s finds something where nothing is planted: %s", c, found)
	}
}
