package serve

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"runbook/simulator"
)

// Output is there when it is printed, not when the command has ended; input is
// read when it comes.
func TestStreams(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	s, err := h.dial("r1").NewSession()
	if err != nil {
		t.Fatal(err)
	}
	in, _ := s.StdinPipe()
	out, _ := s.StdoutPipe()
	if err := s.Start("echo ready; while read -r line; do echo \"got $line\"; done; echo end"); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 100)
	for _, step := range []struct{ say, want string }{{"", "ready\n"}, {"one\n", "got one\n"}, {"two\n", "got two\n"}} {
		if _, err := io.WriteString(in, step.say); err != nil {
			t.Fatal(err)
		}
		n, err := io.ReadFull(out, b[:len(step.want)])
		if err != nil || string(b[:n]) != step.want {
			t.Fatalf("%q: got %q, %v, want %q", step.say, b[:n], err, step.want)
		}
	}
	_ = in.Close()
	rest, err := io.ReadAll(out)
	if err != nil || string(rest) != "end\n" || s.Wait() != nil {
		t.Errorf("got %q, %v", rest, err)
	}
}

// A command ends for its client when nobody can print any more, as with sshd:
// what keeps the streams holds the session, what gave them up does not.
func TestBackground(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{TimeScale: 1000})
	c := h.dial("r1")
	if got := h.run(c, "(sleep 3; echo late) & echo first", ""); got.stdout != "first\nlate\n" || got.status != 0 {
		t.Errorf("got %+v", got)
	}
	if got := h.run(c, "setsid sleep 1000000 </dev/null >/dev/null 2>&1 & echo started", ""); got.stdout != "started\n" {
		t.Errorf("got %+v", got)
	}
	if got := h.run(c, "pgrep -f 'sleep 1000000'", ""); got.status != 0 {
		t.Errorf("got %+v, want the daemon still there", got)
	}
}

// What is left of a session that its client has closed gets HUP, save what has
// left the session or does not mind.
func TestHangUp(t *testing.T) {
	t.Parallel()
	for _, linger := range []bool{false, true} {
		h := startHosts(t, Config{TimeScale: 1, SSH: SSHConfig{Linger: linger}})
		c := h.dial("r1")
		s, stdout := h.begin(c, "nohup sleep 1001 >/dev/null 2>&1 & setsid sleep 1002 >/dev/null 2>&1 & sleep 0.1; echo begun; sleep 1003; echo after >file")
		<-stdout
		_ = s.Close()
		h.await(`"outcome":"closed","took_effect":true`)
		want := "sleep 1001,sleep 1002"
		if linger {
			want += ",sleep 1003"
		}
		var got []string
		h.server.Do(func(w *simulator.World) {
			for _, p := range w.Fleet().Machine("r1").Processes() {
				if line := p.CommandLine(); strings.HasPrefix(line, "sleep") {
					got = append(got, line)
				}
			}
		})
		if strings.Join(got, ",") != want {
			t.Errorf("linger %v: got %q, want %s", linger, got, want)
		}
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{TimeScale: 1})
	c := h.dial("r1")
	s, stdout := h.begin(c, "trap 'echo caught; exit 9' TERM; echo begun; while :; do sleep 1; done")
	<-stdout
	if err := s.Signal(ssh.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *ssh.ExitError
	if err := s.Wait(); !errors.As(err, &exit) || exit.ExitStatus() != 9 || <-stdout != "caught\n" {
		t.Errorf("got %v, want the status 9", err)
	}
	s, stdout = h.begin(c, "echo begun; sleep 1000; echo never")
	<-stdout
	if err := s.Signal(ssh.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(); !errors.As(err, &exit) || exit.Signal() != "INT" {
		t.Errorf("got %v, want the signal INT", err)
	}
	for _, name := range []ssh.Signal{"NONE", "0", ""} {
		s, stdout = h.begin(c, "echo begun; sleep 1000")
		<-stdout
		ok, err := s.SendRequest("signal", true, ssh.Marshal(struct{ Name string }{string(name)}))
		if ok || err != nil {
			t.Errorf("%q: got %v, %v, want no such signal", name, ok, err)
		}
		_ = s.Close()
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{SSH: SSHConfig{AcceptEnv: []string{"LANG", "LC_*"}}})
	s, err := h.dial("r1").NewSession()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		name string
		ok   bool
	}{{"LANG", true}, {"LC_ALL", true}, {"LD_PRELOAD", false}, {"LANGUAGE", false}, {"", false}} {
		if err := s.Setenv(v.name, "of "+v.name); (err == nil) != v.ok {
			t.Errorf("%s: got %v, want it taken: %v", v.name, err, v.ok)
		}
	}
	out, err := s.Output(`echo "$LANG, $LC_ALL, $LD_PRELOAD, $USER, $HOME"`)
	if err != nil || string(out) != "of LANG, of LC_ALL, , rhino, /home/rhino\n" {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestMuchOutput(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	c := h.dial("r1")
	var all bytes.Buffer
	for i := range 1 << 20 {
		all.WriteByte(byte(i * i >> 7))
	}
	got := h.run(c, "cat; echo end >&2", all.String())
	if got.stdout != all.String() || got.stderr != "end\n" || got.status != 0 {
		t.Errorf("got %d bytes, %q, %d; want %d bytes as they were sent", len(got.stdout), got.stderr, got.status, all.Len())
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{SSH: SSHConfig{Connections: 2, Sessions: 2, MaxLine: 100, MaxInput: 1000, MaxOutput: 1000}})
	c := h.dial("r1")
	if got := h.run(c, "echo "+strings.Repeat("x", 100), ""); got.status != statusNotRun || got.stderr != "command line: got 105 bytes, want at most 100\n" {
		t.Errorf("long line: got %+v", got)
	}
	if got := h.run(c, "cat >/dev/null", strings.Repeat("x", 1001)); !strings.Contains(got.stderr, "stdin: got more than 1000 bytes") {
		t.Errorf("much input: got %+v", got)
	}
	if got := h.run(c, "seq 1 10000", ""); got.status != statusNotRun && got.signal != "PIPE" {
		t.Errorf("much output: got %d bytes, %q, %d %s", len(got.stdout), got.stderr, got.status, got.signal)
	}
	one, _ := h.begin(c, "sleep 100000")
	two, _ := h.begin(c, "sleep 100000")
	_, err := c.NewSession()
	var refused *ssh.OpenChannelError
	if !errors.As(err, &refused) || refused.Reason != ssh.Prohibited || !strings.Contains(refused.Message, "want at most 2") {
		t.Errorf("got %v, want no third session", err)
	}
	_, _ = one.Close(), two.Close()
	other := h.dial("r2")
	if _, err := ssh.Dial("tcp", h.server.Ready().SSH.Address, h.config("r1")); err == nil {
		t.Error("got a third connection")
	}
	_ = other.Close()
}

// What is asked of a session that it does not have is refused, and what is no
// request ends nobody.
func TestOddRequests(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	c := h.dial("r1")
	for _, kind := range []string{"keepalive@openssh.com", "tcpip-forward", "nonsense"} {
		if ok, _, err := c.SendRequest(kind, true, []byte("x")); ok || err != nil {
			t.Errorf("%s: got %v, %v, want a refusal", kind, ok, err)
		}
	}
	for _, kind := range []string{"direct-tcpip", "x11", ""} {
		if _, _, err := c.OpenChannel(kind, nil); err == nil {
			t.Errorf("%s: got a channel", kind)
		}
	}
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"exec", "env", "pty-req", "signal", "subsystem", "window-change", "x11-req", "auth-agent-req@openssh.com", "nonsense"} {
		if ok, err := s.SendRequest(kind, true, []byte{0, 0}); ok || err != nil {
			t.Errorf("%s: got %v, %v, want a refusal", kind, ok, err)
		}
	}
	if out, err := s.Output("echo still"); err != nil || string(out) != "still\n" {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestManySessions(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{SSH: SSHConfig{Sessions: 100}})
	clients := []*ssh.Client{h.dial("r1"), h.dial("r2")}
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			want := fmt.Sprintf("%d\n", i)
			got, err := run(clients[i%2], fmt.Sprintf("sleep %d; echo %d", i%7, i), nil)
			if err != nil || got.stdout != want || got.status != 0 {
				t.Errorf("%d: got %+v, %v", i, got, err)
			}
		})
	}
	all.Wait()
	if got := h.server.Commands(); got != 100 {
		t.Errorf("got %d commands", got)
	}
}

// A client that goes away in the middle of everything hurts nobody.
func TestClientsThatVanish(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	for i := range 20 {
		c := h.dial("r1")
		s, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			_ = s.RequestPty("xterm", 24, 80, nil)
		}
		if i%3 == 0 {
			_ = s.Shell()
		} else {
			_ = s.Start("cat /dev/zero | head -c 3000000; sleep 5")
		}
		_ = c.Close()
	}
	if got := h.run(h.dial("r1"), "echo fine", ""); got.stdout != "fine\n" {
		t.Errorf("got %+v", got)
	}
}

// The log has no secrets that can be known by their names.
func TestCommandsAreLogged(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	c := h.dial("r1")
	for _, line := range []string{
		"DB_PASSWORD=geheim1 true", "true --password geheim2 -x", `true --passphrase="geheim3 geheim3" 'token: geheim4'`, "true a=b",
	} {
		_ = h.run(c, line, "geheim5\n")
	}
	log := strings.Join(h.log.lines(), "\n")
	if strings.Contains(log, "geheim") || strings.Count(log, "<secret>") != 4 || !strings.Contains(log, `"host":"r1","line":"true a=b","outcome":"exit","status":0,"took_effect":true,"took":"`) {
		t.Errorf("got the log\n%s", log)
	}
}
