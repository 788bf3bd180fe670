package host

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// This file compares the tools with those of the machine that the test runs on:
// the same command line in the same files must give the same output, messages,
// status, and files.

// sample is the files that each command line finds, with the time of the last
// change in minutes of an hour. A name that ends in a slash is a directory, a
// content that begins with -> a link.
var sample = map[string]string{
	"fruit":      "apple\nBanana\ncherry\napple pie\n\ngrape fruit\nfig\n",
	"numbers":    "10\n9\n2\n33\n1\n-5\n2.5\n10\n0x1f\n",
	"table":      "bob:23:red\nalice:7:blue\ncarol:100:green\ndave:7:red\n",
	"log":        "2026-01-01 INFO start\n2026-01-01 WARN disk 91% full\n2026-01-02 ERROR [db] refused: a.b.c\n2026-01-02 INFO has joined the primary component\n2026-01-03 ERROR x*y (z) {1}\n",
	"tabs":       "a\tb\tc\nd e\tf\n\tg\n",
	"ends":       "one\ntwo\nthree",
	"empty":      "",
	"twice":      "a\na\nb\nA\nb\nb\n",
	"sums":       "3bc15c8aae3e4124dd409035f32ea2fd6835efc9  empty\n",
	"words":      "foo food foo_bar foo-bar foo\nseafood foofoo\n  lead\ntrail  \n",
	"binary":     "text\nabc\x00def\n",
	"script.sh":  "#!/bin/sh\necho hi\n",
	"dir/":       "",
	"dir/a.txt":  "foo in a\n",
	"dir/b.log":  "foo in b\nbar\n",
	"dir/sub/":   "",
	"dir/sub/c":  "deep foo\n",
	"void/":      "",
	"link":       "->fruit",
	"broken":     "->nowhere",
	"dir/up":     "->../table",
	".hidden":    "secret\n",
	"with space": "x\n",
}

// sampleTime is when the sample's files were changed: all in one hour.
func sampleTime(i int) time.Time { return time.Date(2025, 12, 24, 10, i, 7, 0, time.UTC) }

func realSample(t *testing.T, dir string) {
	t.Helper()
	names := slices.Sorted(maps.Keys(sample))
	for i, name := range names {
		at := filepath.Join(dir, name)
		target, link := strings.CutPrefix(sample[name], "->")
		switch {
		case strings.HasSuffix(name, "/"):
			fatal(t, os.MkdirAll(at, 0o755))
		case link:
			fatal(t, os.Symlink(target, at))
			continue
		default:
			fatal(t, os.WriteFile(at, []byte(sample[name]), 0o644))
			fatal(t, os.Chmod(at, sampleMode(name)))
		}
		defer func() { fatal(t, os.Chtimes(at, sampleTime(i), sampleTime(i))) }()
	}
}

func sampleMode(name string) fs.FileMode {
	if strings.HasSuffix(name, ".sh") {
		return 0o750
	}
	return 0o644
}

func simulatedSample(t *testing.T, f *Files) {
	t.Helper()
	fatal(t, f.Mkdir("/w", 0o755))
	names := slices.Sorted(maps.Keys(sample))
	for i, name := range names {
		at := "/w/" + name
		target, link := strings.CutPrefix(sample[name], "->")
		switch {
		case strings.HasSuffix(name, "/"):
			fatal(t, f.Mkdir(at, 0o755))
		case link:
			fatal(t, f.Symlink(target, at))
			continue
		default:
			fatal(t, f.WriteFile(at, []byte(sample[name])))
			fatal(t, f.Chmod(at, sampleMode(name)))
		}
		defer func() { fatal(t, f.Chtimes(at, sampleTime(i))) }()
	}
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An toolOutcome is what a command line did.
type toolOutcome struct {
	Status         int
	Stdout, Stderr string
	Files          string
}

// splitWords splits a command line at blanks; quotes keep words together, and
// <<< begins the input, in which \n is a newline.
func splitWords(line string) (argv []string, input string) {
	line, input, _ = strings.Cut(line, " <<< ")
	input = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\0`, "\x00", `\\`, `\`).Replace(input)
	var word strings.Builder
	quote, some := byte(0), false
	for i := range len(line) {
		c := line[i]
		switch {
		case c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, some = c, true
		case c != ' ':
			word.WriteByte(c)
			some = true
		case some:
			argv = append(argv, word.String())
			word.Reset()
			some = false
		}
	}
	if some {
		argv = append(argv, word.String())
	}
	return argv, input
}

// realDir makes a directory with the sample.
func realDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	fatal(t, err)
	realSample(t, dir)
	return dir
}

func runReal(t *testing.T, dir string, argv []string, input string) toolOutcome {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH"), "HOME=/w", "V=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as who logs in
	cmd.Stdin = strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	clean := func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, dir, "/w"), cmd.Path+":", argv[0]+":")
	}
	status := cmd.ProcessState.ExitCode()
	if by := cmd.ProcessState.Sys().(syscall.WaitStatus); by.Signaled() {
		status = 128 + int(by.Signal())
	}
	return toolOutcome{status, clean(stdout.String()), clean(stderr.String()), realTree(t, dir)}
}

func realTree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	fatal(t, filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || at == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content, target := []byte(nil), ""
		if info.Mode().IsRegular() {
			content, err = os.ReadFile(at)
		} else if info.Mode()&fs.ModeSymlink != 0 {
			target, err = os.Readlink(at)
		}
		fmt.Fprintf(&b, "%s %v %q %s\n", strings.TrimPrefix(at, dir), info.Mode(), content, target)
		return err
	}))
	return b.String()
}

func runSimulated(t *testing.T, argv []string, input string) toolOutcome {
	t.Helper()
	name := "root"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	f := NewFleet(FleetConfig{Start: sampleTime(59)})
	defer f.Close()
	m := f.Add(Config{Name: "h", User: name, Home: "/home/" + name, Env: []string{"LC_ALL=C", "V=1"}})
	simulatedSample(t, m.Files())
	if name != "root" {
		give(t, m.Files(), "/w")
	}
	p := m.Start(Command{Argv: argv, Input: []byte(input), Dir: "/w"})
	f.Advance(time.Hour)
	if !p.Ended() {
		t.Errorf("%q: got no end within an hour", argv)
	}
	stdout, stderr := p.Output()
	var b strings.Builder
	simulatedTree(t, m.Files(), "/w", &b)
	return toolOutcome{p.Status(), string(stdout), string(stderr), b.String()}
}

// give gives all that is in a directory to the machine's user.
func give(t *testing.T, f *Files, at string) {
	t.Helper()
	info, err := f.Lstat(at)
	fatal(t, err)
	if info.Target() != "" {
		return
	}
	fatal(t, f.Chown(at, false))
	if info.IsDir() {
		infos, err := f.ReadDir(at)
		fatal(t, err)
		for _, below := range infos {
			give(t, f, at+"/"+below.Name())
		}
	}
}

func simulatedTree(t *testing.T, f *Files, dir string, b *strings.Builder) {
	t.Helper()
	infos, err := f.ReadDir(dir)
	fatal(t, err)
	for _, info := range infos {
		at := dir + "/" + info.Name()
		content := []byte(nil)
		if info.Mode().IsRegular() {
			content, err = f.ReadFile(at)
			fatal(t, err)
		}
		fmt.Fprintf(b, "%s %v %q %s\n", strings.TrimPrefix(at, "/w"), info.Mode(), content, info.Target())
		if info.IsDir() {
			simulatedTree(t, f, at, b)
		}
	}
}

// genuine reports whether a tool of this machine is the one that the simulated
// one is modelled on; why not is the reason to skip it.
var genuine = func() func(name string) (why string) {
	var mu sync.Mutex
	known := map[string]string{}
	return func(name string) string {
		mu.Lock()
		defer mu.Unlock()
		why, ok := known[name]
		if !ok {
			why = versionOf(name)
			known[name] = why
		}
		return why
	}
}()

func versionOf(name string) string {
	if name == "test" || name == "[" || name == "true" || name == "false" || name == "printenv" {
		name = "env"
	}
	text, err := exec.Command(name, "--version").CombinedOutput()
	for _, origin := range []string{"GNU coreutils", "GNU grep", "GNU sed", "GNU findutils", "procps", "util-linux"} {
		if strings.Contains(string(text), origin) {
			return ""
		}
	}
	return fmt.Sprintf("the %s of this machine is none that is modelled: %v", name, err)
}

// compareWithReal runs a command line in both worlds. One that begins with "~ "
// may say other things on stderr, as long as it says something where the real
// one does.
func compareWithReal(t *testing.T, line string) {
	t.Helper()
	line, loose := strings.CutPrefix(line, "~ ")
	argv, input := splitWords(line)
	if why := genuine(argv[0]); why != "" {
		t.Skip(why)
	}
	got, want := runSimulated(t, argv, input), runReal(t, realDir(t), argv, input)
	if loose && (got.Stderr == "") == (want.Stderr == "") {
		got.Stderr, want.Stderr = "", ""
	}
	switch argv[0] {
	case "find": // in whatever order the directory has
		got.Stdout, want.Stdout = sortedWords(got.Stdout), sortedWords(want.Stdout)
	case "ps": // a column is as wide as the greatest pid of the machine
		got.Stdout, want.Stdout = strings.Join(strings.Fields(got.Stdout), " "), strings.Join(strings.Fields(want.Stdout), " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-real +simulated):\n%s", line, diff)
	}
}

func sortedWords(text string) string {
	words := strings.Fields(strings.ReplaceAll(text, "\x00", " "))
	slices.Sort(words)
	return strings.Join(words, " ")
}
