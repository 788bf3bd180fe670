package serve

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// openSSH gives the flags with which the real client logs in to a host of the
// server without asking anybody anything.
func openSSH(t *testing.T, h *hosts) []string {
	t.Helper()
	if _, err := exec.LookPath("ssh"); err != nil {
		if os.Getenv("RUNBOOK_SSHD") == "required" {
			t.Fatal(err)
		}
		t.Skip("no OpenSSH client here: ", err)
	}
	ready := h.server.Ready().SSH
	_, port, err := net.SplitHostPort(ready.Address)
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		"-F", "none", "-i", ready.Key, "-p", port, "-o", "UserKnownHostsFile=" + ready.KnownHosts, "-o", "GlobalKnownHostsFile=none",
		"-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes", "-o", "IdentityAgent=none",
	}
}

// openRun runs the real client.
func openRun(t *testing.T, flags []string, input string, args ...string) ran {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := exec.CommandContext(t.Context(), "ssh", append(append([]string{}, flags...), args...)...)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &stdout, &stderr
	err := c.Run()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return ran{stdout: stdout.String(), stderr: stderr.String(), status: c.ProcessState.ExitCode()}
}

func TestOpenSSH(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	flags := openSSH(t, h)
	for _, e := range []struct {
		args  []string
		input string
		want  ran
	}{
		{[]string{"r1@127.0.0.1", "echo", "hello"}, "", ran{stdout: "hello\n"}},
		{[]string{"r2@127.0.0.1", "cat"}, "through", ran{stdout: "through"}},
		{[]string{"r1@127.0.0.1", "echo a; echo b >&2; exit 42"}, "", ran{stdout: "a\n", stderr: "b\n", status: 42}},
		{[]string{"r1@127.0.0.1", "kill -TERM $$"}, "", ran{status: 255}},
		{[]string{"-tt", "r1@127.0.0.1", "echo a"}, "", ran{stdout: "a\r\n"}},
	} {
		got := openRun(t, flags, e.input, e.args...)
		if e.args[0] == "-tt" {
			got.stderr = "" // the client says that the connection is closed
		}
		if got != e.want {
			t.Errorf("ssh %q: got %+v, want %+v", e.args, got, e.want)
		}
	}
	for _, e := range []struct {
		args []string
		want string
	}{
		{[]string{"r9@127.0.0.1", "true"}, `no host "r9" here; the user name chooses the host, such as "r1"`},
		{[]string{"-s", "r1@127.0.0.1", "sftp"}, `got a request for the subsystem "sftp", want commands only`},
		{[]string{"-W", "10.0.0.1:22", "r1@127.0.0.1"}, "simulated hosts forward nothing"},
		{[]string{"-o", "IdentityFile=none", "-o", "PubkeyAuthentication=no", "r1@127.0.0.1", "true"}, "Permission denied (publickey)"},
	} {
		got := openRun(t, flags, "", e.args...)
		if got.status == 0 || !strings.Contains(got.stderr, e.want) {
			t.Errorf("ssh %q: got %+v, want %q", e.args, got, e.want)
		}
	}
}
