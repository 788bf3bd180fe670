//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A shell runs the commands of one page, one after the other, as a reader of
// the page would.
type shell struct {
	t     *testing.T
	ctx   context.Context // ends a little before the test must
	home  string
	env   []string
	ports map[string]string // ports of 127.0.0.1 as the page has them, and those in use here
	runs  map[string]string // likewise the ids of runs
	in    io.Writer
	out   *bufio.Reader
}

// shownHome is what pages call the home of the reader.
const shownHome = "/home/dba"

// ended comes after what a command printed.
const ended = "\x1e"

func newShell(t *testing.T, p *page) *shell {
	t.Helper()
	s := &shell{t: t, home: t.TempDir(), ports: freePorts(t, p), runs: map[string]string{}}
	s.env = []string{
		"HOME=" + s.home, "PATH=" + os.Getenv("PATH"), "TZ=UTC", "LANG=C.UTF-8", "TMPDIR=" + t.TempDir(),
	}
	s.ctx = t.Context()
	if end, ok := t.Deadline(); ok {
		const grace = 5 * time.Second
		ctx, cancel := context.WithDeadline(s.ctx, end.Add(-grace))
		t.Cleanup(cancel)
		s.ctx = ctx
	}
	cmd := exec.CommandContext(s.ctx, "sh")
	cmd.Dir, cmd.Env = s.home, s.env
	var err error
	if s.in, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	s.out = s.start(cmd)
	return s
}

// start starts a command that ends with the test, and returns what it prints.
func (s *shell) start(cmd *exec.Cmd) *bufio.Reader {
	s.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w, w
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // with its children
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	w.Close()
	s.t.Cleanup(func() {
		_ = cmd.Cancel() // it may have ended
		_ = cmd.Wait()
		r.Close()
	})
	return bufio.NewReader(r)
}

// run runs a command and returns the lines that it prints.
func (s *shell) run(command string) []string {
	s.t.Helper()
	fmt.Fprintf(s.in, "{ %s\n} </dev/null\n__status=$?; printf '\\n%s\\n'; (exit $__status)\n", s.real(command), ended)
	text, err := s.out.ReadString(ended[0])
	if err != nil {
		s.t.Fatalf("the shell ended at: %s\n%s", command, text)
	}
	if _, err := s.out.ReadString('\n'); err != nil {
		s.t.Fatal(err)
	}
	text = strings.TrimSuffix(strings.TrimSuffix(text, ended), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s.shown(text), "\n"), "\n")
}

// succeed runs a command that the reader does not see.
func (s *shell) succeed(command string) {
	s.t.Helper()
	out := s.run(command)
	if status := s.run("echo $?"); status[0] != "0" {
		s.t.Fatalf("%s: got status %s\n%s", command, status[0], strings.Join(out, "\n"))
	}
}

// dir is where the shell is.
func (s *shell) dir() string { return s.real(s.run("pwd")[0]) }

// beside runs a command beside the shell, until it has printed what is
// expected, and returns that; then it kills it, or lets it go on.
func (s *shell) beside(command string, want *shown, lines int, kill bool) []string {
	s.t.Helper()
	// The command gets the variables that the shell has by now.
	script := s.run("export -p")
	cmd := exec.CommandContext(s.ctx, "sh", "-c", s.real(strings.Join(script, "\n"))+"\nexec env "+s.real(command))
	cmd.Dir, cmd.Env = s.dir(), s.env
	out := s.start(cmd)
	var got []string
	for {
		line, err := out.ReadString('\n')
		if err != nil {
			break
		}
		got = append(got, s.shown(strings.TrimSuffix(line, "\n")))
		if want.isBeginningOf(got) || !kill && len(got) >= lines {
			break
		}
	}
	if kill {
		if err := cmd.Process.Kill(); err != nil {
			s.t.Fatal(err)
		}
		return append(got, "Killed")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // until the page ends
	return got
}

// real puts what is used here in place of what the page calls it.
func (s *shell) real(text string) string {
	for from, to := range s.ports {
		text = number(from).ReplaceAllString(text, to)
	}
	for from, to := range s.runs {
		text = strings.ReplaceAll(text, from, to)
		text = strings.ReplaceAll(text, " "+suffix(from), " "+suffix(to))
	}
	text = strings.ReplaceAll(text, "go run ./cmd/runbook", "runbook")
	if !*update { // nobody looks on
		text = strings.ReplaceAll(text, "--time-scale 60", "--time-scale 600")
	}
	return strings.ReplaceAll(text, shownHome, s.home)
}

// shown is the other way round.
func (s *shell) shown(text string) string {
	for from, to := range s.ports {
		text = number(to).ReplaceAllString(text, from)
	}
	for from, to := range s.runs {
		text = strings.ReplaceAll(text, to, from)
	}
	return strings.ReplaceAll(text, s.home, shownHome)
}

var runID = regexp.MustCompile(`\b\d{8}-\d{6}-[a-z0-9]{4}\b`)

// suffix is the end of a run's id, which can stand for it.
func suffix(id string) string { return id[len(id)-4:] }

// recognise learns which run is meant where the page has the id of another, and
// returns the lines with the page's ids.
func (s *shell) recognise(page, lines []string) []string {
	ids := func(lines []string) []string {
		var all []string
		for _, id := range runID.FindAllString(strings.Join(lines, "\n"), -1) {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
		return all
	}
	theirs, ours := ids(page), ids(lines)
	if len(theirs) != len(ours) {
		return lines
	}
	for i, id := range theirs {
		if s.runs[id] == "" && id != ours[i] {
			s.runs[id] = ours[i]
		}
	}
	named := make([]string, len(lines))
	for i, line := range lines {
		named[i] = s.shown(line)
	}
	return named
}

var loopback = regexp.MustCompile(`127\.0\.0\.1:([1-9]\d{3,4})`)

// number matches a port wherever it stands, as some clients have it apart from
// the address.
func number(port string) *regexp.Regexp { return regexp.MustCompile(`\b` + port + `\b`) }

// freePorts are free ports for those of the addresses that a page has.
func freePorts(t *testing.T, p *page) map[string]string {
	t.Helper()
	ports := map[string]string{}
	for _, address := range loopback.FindAllStringSubmatch(strings.Join(p.lines, "\n"), -1) {
		if ports[address[1]] != "" {
			continue
		}
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		ports[address[1]] = port
	}
	return ports
}
