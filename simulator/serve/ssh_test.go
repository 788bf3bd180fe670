package serve

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"runbook/simulator"
)

// hosts is a served world with two hosts, r1 and r2.
type hosts struct {
	t      testing.TB
	server *Server
	log    *journal
}

func startHosts(t testing.TB, cfg Config, scenario ...string) *hosts {
	t.Helper()
	h := &hosts{t: t, log: &journal{}}
	cfg.World = newHosts(t, scenario...)
	cfg.Log = h.log
	if cfg.SSH.Address == "" {
		cfg.SSH.Address = "127.0.0.1:0"
	}
	if cfg.TimeScale == 0 {
		cfg.TimeScale = 1000
	}
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	h.server = s
	return h
}

// config is how a client logs in.
func (h *hosts) config(user string) *ssh.ClientConfig {
	h.t.Helper()
	ready := h.server.Ready().SSH
	text, err := os.ReadFile(ready.Key)
	if err != nil {
		h.t.Fatal(err)
	}
	key, err := ssh.ParsePrivateKey(text)
	if err != nil {
		h.t.Fatal(err)
	}
	known, _, _, _, err := ssh.ParseAuthorizedKey([]byte(ready.HostKey[strings.Index(ready.HostKey, " "):]))
	if err != nil {
		h.t.Fatal(err)
	}
	return &ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.FixedHostKey(known)}
}

func (h *hosts) dial(user string) *ssh.Client {
	h.t.Helper()
	c, err := ssh.Dial("tcp", h.server.Ready().SSH.Address, h.config(user))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = c.Close() })
	return c
}

// a ran is what came of a command.
type ran struct {
	stdout, stderr string
	status         int    // -1: there was none
	signal         string // that ended it
}

func run(c *ssh.Client, line string, input io.Reader) (ran, error) {
	s, err := c.NewSession()
	if err != nil {
		return ran{}, err
	}
	defer s.Close()
	var stdout, stderr bytes.Buffer
	s.Stdin, s.Stdout, s.Stderr = input, &stdout, &stderr
	err = s.Run(line)
	r := ran{stdout: stdout.String(), stderr: stderr.String()}
	var exit *ssh.ExitError
	var none *ssh.ExitMissingError
	switch {
	case errors.As(err, &exit):
		r.status, r.signal, err = exit.ExitStatus(), exit.Signal(), nil
	case errors.As(err, &none):
		r.status, err = -1, nil
	case errors.Is(err, io.EOF):
		err = nil // the command ended before it had read its input
	}
	return r, err
}

func (h *hosts) run(c *ssh.Client, line, input string) ran {
	h.t.Helper()
	r, err := run(c, line, strings.NewReader(input))
	if err != nil {
		h.t.Fatalf("%s: %v", line, err)
	}
	return r
}

func TestCommands(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	c := h.dial("r1")
	for _, e := range []struct {
		line, input string
		want        ran
	}{
		{"echo hello", "", ran{stdout: "hello\n"}},
		{"cat", "some\x00\xffthing", ran{stdout: "some\x00\xffthing"}},
		{"exit 7", "", ran{status: 7}},
		{"echo a; echo b >&2; exit 2", "", ran{stdout: "a\n", stderr: "b\n", status: 2}},
		{"sleep 5; echo late", "", ran{stdout: "late\n"}},
		{"kill -TERM $$", "", ran{signal: "TERM", status: 143}},
		{"nothing-here 2>/dev/null", "", ran{status: 127}},
		{"hostname; whoami; pwd", "", ran{stdout: "r1\nrhino\n/home/rhino\n"}},
	} {
		if got := h.run(c, e.line, e.input); got != e.want {
			t.Errorf("%s: got %+v, want %+v", e.line, got, e.want)
		}
	}
}

// begin starts a command and gives its stdout as it comes.
func (h *hosts) begin(c *ssh.Client, line string) (*ssh.Session, <-chan string) {
	h.t.Helper()
	s, err := c.NewSession()
	if err != nil {
		h.t.Fatal(err)
	}
	out, err := s.StdoutPipe()
	if err == nil {
		err = s.Start(line)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	pieces := make(chan string, 100)
	go func() {
		defer close(pieces)
		lines := bufio.NewReader(out)
		for {
			text, err := lines.ReadString('\n')
			if text != "" {
				pieces <- text
			}
			if err != nil {
				return
			}
		}
	}()
	return s, pieces
}

// await waits until the log has a line with a text in it.
func (h *hosts) await(text string) {
	h.t.Helper()
	h.log.await(text)
}

func itoa(n int) string { return strconv.Itoa(n) }

// stepped is a clock that stands until it is told to go on.
type stepped struct {
	sleeps chan time.Duration // how long somebody wants to sleep
	wake   chan struct{}

	mu  sync.Mutex
	now time.Duration
}

func (c *stepped) Now() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stepped) Sleep(d time.Duration) {
	c.sleeps <- d
	<-c.wake
}

// step lets time pass, and then whoever slept that long go on.
func (c *stepped) step(d time.Duration) {
	c.mu.Lock()
	c.now += d
	c.mu.Unlock()
	c.wake <- struct{}{}
}

// newHosts is a world of two hosts, and whatever else a scenario says.
func newHosts(t testing.TB, scenario ...string) *simulator.World {
	t.Helper()
	text := strings.Join(append([]string{`hosts = [simulate.host("r1"), simulate.host("r2")]`}, scenario...), "\n")
	s, err := simulator.LoadScenario("hosts.star", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	w, err := simulator.NewWorld(simulator.Config{Scenario: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}
