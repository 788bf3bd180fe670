package serve

import (
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// A dialogue is a session on a terminal.
type dialogue struct {
	t       *testing.T
	session *ssh.Session
	in      io.Writer
	out     io.Reader
}

func (h *hosts) dialogue(t *testing.T, c *ssh.Client) *dialogue {
	t.Helper()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	d := &dialogue{t: t, session: s}
	d.in, _ = s.StdinPipe()
	d.out, _ = s.StdoutPipe()
	if err := s.RequestPty("xterm", 24, 80, ssh.TerminalModes{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	return d
}

// step types, and waits until exactly so much is on the screen.
func (d *dialogue) step(keys, want string) {
	d.t.Helper()
	if _, err := io.WriteString(d.in, keys); err != nil {
		d.t.Fatalf("%q: %v", keys, err)
	}
	b := make([]byte, len(want))
	n, err := io.ReadFull(d.out, b)
	if err != nil || string(b) != want {
		d.t.Fatalf("%q: got %q, %v, want %q", keys, b[:n], err, want)
	}
}

// A person logs in and works.
func TestDialogue(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	d := h.dialogue(t, h.dial("r1"))
	const at = "rhino@r1:~"
	d.step("", at+"$ ")
	d.step("echo hellp\x7fo\r", "echo hellp\b \bo\r\nhello\r\n"+at+"$ ")
	d.step("x=7; mkdir d; cd d\r", "x=7; mkdir d; cd d\r\n"+at+"/d$ ")
	d.step("echo $x $TERM; pwd\r", "echo $x $TERM; pwd\r\n7 xterm\r\n/home/rhino/d\r\n"+at+"/d$ ")
	d.step("cd /\r", "cd /\r\nrhino@r1:/$ ")
	d.step("cd\r", "cd\r\n"+at+"$ ")
	d.step("\r", "\r\n"+at+"$ ")
	d.step("false\r", "false\r\n"+at+"$ ")
	d.step("echo $?\r", "echo $?\r\n1\r\n"+at+"$ ")
	d.step("for i in 1 2\r", "for i in 1 2\r\n> ")
	d.step("do echo $i; done\r", "do echo $i; done\r\n1\r\n2\r\n"+at+"$ ")
	d.step("echo )\r", "echo )\r\n")
	d.step("", "-sh: 1: Syntax error: ")
	d.until(at + "$ ")
	d.step("echo ${none?is not set}; echo never\r", "echo ${none?is not set}; echo never\r\n")
	d.until(at + "$ ")
	d.step("read -r name; echo \"<$name>\"\r", "read -r name; echo \"<$name>\"\r\n")
	d.step("Rhino\r", "Rhino\r\n<Rhino>\r\n"+at+"$ ")
	if err := d.session.WindowChange(50, 100); err != nil {
		t.Error(err)
	}
	d.step("abc\x03", "abc^C\r\n"+at+"$ ")
	d.step("sleep 1000000; echo never\r", "sleep 1000000; echo never\r\n")
	d.step("\x03", "^C\r\n"+at+"$ ")
	d.step("echo $?\r", "echo $?\r\n130\r\n"+at+"$ ")
	d.step("cat\r", "cat\r\n")
	d.step("twice\r", "twice\r\ntwice\r\n")
	d.step("\x04", at+"$ ")
	d.step("exit 3\r", "exit 3\r\n")
	var exit *ssh.ExitError
	if err := d.session.Wait(); !errors.As(err, &exit) || exit.ExitStatus() != 3 {
		t.Errorf("got %v, want the status 3", err)
	}
	h.await(`"host":"r1","line":"echo hello","outcome":"exit","status":0,"took_effect":true`)
	h.await(`"host":"r1","line":"","outcome":"exit","status":3,"took_effect":true`)
}

// until reads up to a text.
func (d *dialogue) until(text string) {
	d.t.Helper()
	var got strings.Builder
	for b := make([]byte, 1); !strings.HasSuffix(got.String(), text); {
		if _, err := d.out.Read(b); err != nil {
			d.t.Fatalf("got %q, %v, want %q at its end", got.String(), err, text)
		}
		got.Write(b)
	}
}

func TestDialogueEnds(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	c := h.dial("r2")
	d := h.dialogue(t, c)
	d.step("", "rhino@r2:~$ ")
	d.step("\x04", "exit\r\n")
	if err := d.session.Wait(); err != nil {
		t.Errorf("got %v", err)
	}
	d = h.dialogue(t, c)
	d.step("", "rhino@r2:~$ ")
	d.step("sleep 1000000\r", "sleep 1000000\r\n")
	_ = d.session.Close() // which is HUP for what runs there
	h.await(`"line":"","outcome":"closed"`)
	if got := h.run(c, "pgrep sleep", ""); got.status != 1 {
		t.Errorf("got %+v, want nothing left", got)
	}
}

// Without a terminal the shell reads its lines from a pipe: no prompt, no echo,
// and what is wrong ends it.
func TestShellOnAPipe(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	c := h.dial("r1")
	for _, e := range []struct {
		input string
		want  ran
	}{
		{"cd /tmp\npwd\nx=1\necho $x\n", ran{stdout: "/tmp\n1\n"}},
		{"echo a\nexit 4\necho never\n", ran{stdout: "a\n", status: 4}},
		{"read -r line\nthis is data\necho \"$line\"", ran{stdout: "this is data\n"}},
		{"if true\nthen echo yes\nfi\n", ran{stdout: "yes\n"}},
		{"false\n", ran{status: 1}},
		{"", ran{}},
	} {
		s, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		var stdout, stderr strings.Builder
		s.Stdin, s.Stdout, s.Stderr = strings.NewReader(e.input), &stdout, &stderr
		if err := s.Shell(); err != nil {
			t.Fatal(err)
		}
		got := ran{}
		var exit *ssh.ExitError
		if err := s.Wait(); errors.As(err, &exit) {
			got.status = exit.ExitStatus()
		}
		if got.stdout, got.stderr = stdout.String(), stderr.String(); got != e.want {
			t.Errorf("%q: got %+v, want %+v", e.input, got, e.want)
		}
	}
}
