package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// plantedDir has the mistakes that are planted in copies of the shipped runbooks.
const plantedDir = "../../testdata/planted"

// fewestPlanted is how many mistakes there have to be.
const fewestPlanted = 25

// TestPlanted plants each mistake in a copy of the shipped runbooks, where every
// command that its file names has to find it. It takes a minute: make planted.
func TestPlanted(t *testing.T) {
	t.Parallel()
	if os.Getenv("PLANTED") == "" {
		t.Skip("takes a minute: make planted")
	}
	var c plantedCount
	shipped := newPlantedControl(t)
	all := allPlanted(t)
	t.Run("each", func(t *testing.T) {
		for _, p := range all {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				dir := copyOfRunbooks(t)
				p.plant(t, dir)
				for _, command := range p.commands {
					found := command.find(t, dir, shipped)
					if found == "" {
						t.Errorf("%s: runbook %s finds nothing", p.what, command)
					}
					c.add(p.name, command.verb, found)
				}
			})
		}
	})
	slices.Sort(c.lines)
	t.Logf("what finds them:\n%s", strings.Join(c.lines, "\n"))
	t.Logf("%d planted, %d found (%d by explore, %d by test)", len(all), len(c.found), c.by["explore"], c.by["test"])
	if len(c.found) != len(all) {
		t.Errorf("%d planted mistakes are not found", len(all)-len(c.found))
	}
}

// TestPlantedFits: every diff fits the shipped runbooks, which pass the tests
// that find what is planted in them.
func TestPlantedFits(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{}
	for _, p := range allPlanted(t) {
		p.plant(t, copyOfRunbooks(t))
		for _, c := range p.commands {
			tests[c.file] = tests[c.file] || c.verb == "test"
		}
	}
	if os.Getenv("PLANTED") == "" {
		return // the shipped tests are run by another test
	}
	dir := copyOfRunbooks(t)
	for file, isTest := range tests {
		if !isTest {
			continue
		}
		if name := failingTest(t, dir, file); name != "" {
			t.Errorf("%s: %s fails, and nothing is planted", file, name)
		}
	}
}

// A plantedCount counts what is found.
type plantedCount struct {
	lock  sync.Mutex
	lines []string
	found map[string]bool // by name
	by    map[string]int  // by verb
}

func (c *plantedCount) add(name, verb, found string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if found == "" {
		return
	}
	if c.found == nil {
		c.found, c.by = map[string]bool{}, map[string]int{}
	}
	c.found[name] = true
	c.by[verb]++
	c.lines = append(c.lines, fmt.Sprintf("%-36s %-7s %s", name, verb, found))
}

// allPlanted are the mistakes that are planted, by name.
func allPlanted(t *testing.T) []*planted {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(plantedDir, "*.diff"))
	if err != nil || len(files) < fewestPlanted {
		t.Fatalf("got %d planted mistakes, want %d or more: %v", len(files), fewestPlanted, err)
	}
	var all []*planted
	for _, file := range files {
		all = append(all, readPlanted(t, file))
	}
	return all
}

// A planted mistake is a diff against the shipped runbooks. What is wrong is
// said in its first line, and by which commands it is found in those after it.
type planted struct {
	name, what string
	commands   []plantedCommand
	diff       string
}

func readPlanted(t *testing.T, file string) *planted {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := &planted{name: strings.TrimSuffix(filepath.Base(file), ".diff")}
	rest := string(src)
	for !strings.HasPrefix(rest, "--- ") && rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		if command, ok := strings.CutPrefix(line, "$ runbook "); ok {
			p.commands = append(p.commands, parsePlantedCommand(t, file, command))
		} else if p.what == "" {
			p.what = strings.TrimPrefix(line, "# ")
		}
	}
	if p.diff = rest; p.what == "" || len(p.commands) == 0 || rest == "" {
		t.Fatalf("%s: want a line that says what is wrong, a command that finds it, and a diff", file)
	}
	return p
}

// plant changes the copy, as patch -p1 does; a diff that does not fit any more
// is to be made anew.
func (p *planted) plant(t *testing.T, dir string) {
	t.Helper()
	for _, part := range regexp.MustCompile(`(?m)^--- a/`).Split(p.diff, -1)[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		file := filepath.Join(dir, name)
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(src)
		for _, hunk := range regexp.MustCompile(`(?m)^@@.*\n`).Split(rest, -1)[1:] {
			was, is := sidesOf(hunk)
			if n := strings.Count(text, was); n != 1 {
				t.Fatalf("%s: in %s got %d places, want one, with\n%s\nmake the diff anew", p.name, name, n, was)
			}
			text = strings.Replace(text, was, is, 1)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// sidesOf are the lines of a hunk, before and after.
func sidesOf(hunk string) (was, is string) {
	for _, line := range strings.SplitAfter(strings.TrimSuffix(hunk, "\n")+"\n", "\n") {
		if line == "" {
			continue
		}
		switch line[0] {
		case '-':
			was += line[1:]
		case '+':
			is += line[1:]
		default:
			was, is = was+line[1:], is+line[1:]
		}
	}
	return was, is
}

// copyOfRunbooks is a folder with all shipped runbooks, and the scenarios of
// planted mistakes.
func copyOfRunbooks(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for from, to := range map[string]string{"../../runbooks": dir, filepath.Join(plantedDir, "scenarios"): filepath.Join(dir, "scenarios")} {
		if err := copyStarFiles(from, to); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func copyStarFiles(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".star") {
			return err
		}
		below, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, below)), 0o700); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, below), src, 0o600)
	})
}
