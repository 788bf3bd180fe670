package host

import (
	"context"
	"crypto/rand"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"

	"runbook/effect"
)

// secretOf resolves every secret to the name of its variable, and counts.
func secretOf(asked *int) func(_ context.Context, s effect.Secret) (string, error) {
	return func(_ context.Context, s effect.Secret) (string, error) {
		*asked++
		return s.Env, nil
	}
}

// TestTrust types the command that the refusal of an unknown key suggests.
func TestTrust(t *testing.T) {
	t.Parallel()
	s := startSSHD(t)
	w := newWorld(t, Options{})
	w.peer = s.stranger(w, "identity", []effect.Value{s.login})
	e := w.err(w.run("echo"))
	if e.Kind != effect.Refused || e.Doubt || !strings.Contains(e.Message, "not known: ssh-ed25519 key "+ssh.FingerprintSHA256(s.host.PublicKey())) {
		t.Fatalf("Perform = %+v, want the fingerprint of the unknown key", e)
	}
	_, command, ok := strings.Cut(e.Hint, "then trust it: ")
	if !ok {
		t.Fatalf("hint = %q, want a command", e.Hint)
	}
	if out, err := exec.Command("/bin/sh", "-c", command).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", command, err, out)
	}
	w.value(w.run("echo"))
}

// TestHostKeys knows, and does not know, a server in all the ways of the file.
func TestHostKeys(t *testing.T) {
	t.Parallel()
	s := startSSHD(t)
	other := newKey(t, filepath.Join(t.TempDir(), "other"), "")
	good := knownhosts.Line([]string{s.address}, s.host.PublicKey())
	bad := knownhosts.Line([]string{s.address}, other.PublicKey())
	_, key, _ := strings.Cut(good, " ")
	_, port, _ := net.SplitHostPort(s.address)
	for _, c := range []struct{ name, file, message string }{
		{"known", good, ""},
		{"hashed", knownhosts.HashHostname(knownhosts.Normalize(s.address)) + " " + key, ""},
		{"pattern", "[127.0.*]:" + port + " " + key, ""},
		{"one of two", bad + "\n" + good, ""},
		{"behind a line of old", "h 1024 35 123456\nrubbish\n" + good, ""},
		{"another port", "127.0.0.1 " + key, "not known"},
		{"unknown", "", "not known"},
		{"changed", "# a comment\n" + bad, "THE KEY HAS CHANGED"},
		{"changed behind a line of old", "rubbish\n" + bad, "/known_hosts:2"},
		{"revoked", good + "\n@revoked * " + key, "REVOKED"},
		{"an authority's key is no host's", "@cert-authority [127.0.0.1]:" + port + " " + key, "not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{})
			file := filepath.Join(w.home, "known_hosts")
			write(t, file, c.file+"\n")
			w.peer = s.stranger(w, "identity", []effect.Value{s.login}, "known_hosts", []effect.Value{file})
			res := w.do(t.Context(), w.run("echo"))
			switch {
			case c.message == "" && res.Err != nil:
				t.Errorf("Perform = %+v, want a value", res.Err)
			case c.message != "" && (res.Err == nil || res.Err.Kind != effect.Refused || !strings.Contains(res.Err.Message, c.message) || res.Err.Hint == ""):
				t.Errorf("Perform = %+v, want that it is refused: %s", res.Err, c.message)
			}
			if c.name == "changed" && !strings.Contains(res.Err.Message, file+":2") {
				t.Errorf("Perform = %s, want the line", res.Err.Message)
			}
		})
	}
}

// TestHostCertificate knows the authority that signed a server's key.
func TestHostCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	authority := newKey(t, filepath.Join(dir, "ca"), "")
	for _, principal := range []string{"127.0.0.1", "elsewhere"} {
		host := newKey(t, filepath.Join(dir, principal), "")
		cert := &ssh.Certificate{Key: host.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{principal}, ValidBefore: ssh.CertTimeInfinity}
		if err := cert.SignCert(rand.Reader, authority); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, principal+"-cert.pub"), string(ssh.MarshalAuthorizedKey(cert)))
		s := startSSHD(t, "HostKey "+filepath.Join(dir, principal), "HostCertificate "+filepath.Join(dir, principal+"-cert.pub"))
		w := newWorld(t, Options{})
		file := filepath.Join(w.home, "known")
		write(t, file, "@cert-authority [127.0.0.1]:* "+string(ssh.MarshalAuthorizedKey(authority.PublicKey())))
		_, port, _ := net.SplitHostPort(s.address)
		write(t, file, strings.ReplaceAll(readAll(file), "*", port))
		w.peer = s.stranger(w, "identity", []effect.Value{s.login}, "known_hosts", []effect.Value{file})
		res := w.do(t.Context(), w.run("echo"))
		if ok := res.Err == nil; ok != (principal == "127.0.0.1") {
			t.Errorf("certificate of %s: Perform = %+v", principal, res.Err)
		}
	}
}

// TestIdentities logs in, and does not, in all the ways there are.
func TestIdentities(t *testing.T) {
	t.Parallel()
	s := startSSHD(t)
	dir := t.TempDir()
	stranger := filepath.Join(dir, "stranger")
	newKey(t, stranger, "")
	locked := filepath.Join(dir, "locked")
	s.append(s.authorized(), string(ssh.MarshalAuthorizedKey(newKey(t, locked, "sesame").PublicKey())))
	agentKey, err := ssh.ParseRawPrivateKey([]byte(readAll(s.login)))
	if err != nil {
		t.Fatal(err)
	}
	socket := startAgent(t, agentKey)
	for _, c := range []struct {
		name       string
		identities []effect.Value
		secret     effect.Secret
		agent      string
		asked      int
		message    string // of the refusal
	}{
		{"a file", []effect.Value{s.login}, effect.Secret{}, "", 0, ""},
		{"the second file", []effect.Value{stranger, s.login}, effect.Secret{}, "", 0, ""},
		{"the agent", nil, effect.Secret{}, socket, 0, ""},
		{"a file whose key is the agent's", []effect.Value{s.login + ".pub"}, effect.Secret{}, socket, 0, ""},
		{"encrypted", []effect.Value{locked}, effect.Secret{Env: "sesame"}, "", 1, ""},
		{"encrypted and not needed", []effect.Value{s.login, locked}, effect.Secret{Env: "sesame"}, "", 0, ""},
		{"another passphrase", []effect.Value{locked}, effect.Secret{Env: "barley"}, "", 1, "passphrase of " + locked},
		{"no passphrase", []effect.Value{locked}, effect.Secret{}, "", 0, locked + ": encrypted, and there is no passphrase"},
		{"a stranger's", []effect.Value{stranger}, effect.Secret{}, socket, 0, "tried " + stranger + " (ssh-ed25519 SHA256:"},
		{"no file", []effect.Value{"/no/such"}, effect.Secret{}, "", 0, "no identity to show; not tried: /no/such: no such file"},
		{"no agent", nil, effect.Secret{}, "/no/agent", 0, "the agent at /no/agent does not answer"},
		{"none", nil, effect.Secret{}, "", 0, "no identity to show"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			w := newWorld(t, Options{
				Env: func(name string) string { return map[string]string{"SSH_AUTH_SOCK": c.agent}[name] }, Resolve: secretOf(&asked),
			})
			s.peer(w)
			w.peer = s.stranger(w)
			if c.identities != nil {
				w.peer.Options = append(w.peer.Options, how("identity", c.identities)...)
			}
			w.peer.Secret = c.secret
			res := w.do(t.Context(), w.run("echo"))
			switch {
			case c.message == "" && res.Err != nil:
				t.Errorf("Perform = %+v, want a value", res.Err)
			case c.message != "" && (res.Err == nil || res.Err.Kind != effect.Unauthorized || !strings.Contains(res.Err.Message, c.message) || strings.Contains(res.Err.Message, "barley")):
				t.Errorf("Perform = %+v, want that it is unauthorized: %s", res.Err, c.message)
			}
			if asked != c.asked {
				t.Errorf("the passphrase was asked for %d times, want %d", asked, c.asked)
			}
		})
	}
}

// startAgent serves keys on a socket.
func startAgent(t *testing.T, keys ...any) string {
	t.Helper()
	ring := agent.NewKeyring()
	for _, k := range keys {
		if err := ring.Add(agent.AddedKey{PrivateKey: k, Comment: "mine"}); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := os.MkdirTemp("", "agent") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(ring, c)
		}
	}()
	return l.Addr().String()
}

// TestUserCertificate logs in with a certificate beside the identity.
func TestUserCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	authority := newKey(t, filepath.Join(dir, "ca"), "")
	mine := newKey(t, filepath.Join(dir, "mine"), "")
	s := startSSHD(t, "TrustedUserCAKeys "+filepath.Join(dir, "ca.pub"))
	w := newWorld(t, Options{})
	s.peer(w)
	w.peer = s.stranger(w, "identity", []effect.Value{filepath.Join(dir, "mine")})
	if e := w.err(w.run("echo")); e.Kind != effect.Unauthorized {
		t.Errorf("Perform = %+v, want that it is unauthorized", e)
	}
	cert := &ssh.Certificate{Key: mine.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{w.peer.User}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, authority); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "mine-cert.pub"), string(ssh.MarshalAuthorizedKey(cert)))
	w.value(w.run("echo"))
}

// TestJump goes through one server and two to another, by option and by configuration.
func TestJump(t *testing.T) {
	t.Parallel()
	first, second, last := startSSHD(t), startSSHD(t), startSSHD(t)
	me := first.stranger(newWorld(t, Options{})).User
	block := func(name string, s *sshd, more string) string {
		host, port, _ := net.SplitHostPort(s.address)
		return "Host " + name + "\n HostName " + host + "\n Port " + port + "\n User " + me + "\n IdentityFile " + s.login + "\n" + more
	}
	for _, c := range []struct{ name, config, jump, message string }{
		{"option", block("a", first, "") + block("b", second, "") + block("c", last, ""), "a", ""},
		{"chain", block("a", first, "") + block("b", second, "") + block("c", last, ""), "a,b", ""},
		{"configuration", block("a", first, "") + block("b", second, " ProxyJump a\n") + block("c", last, " ProxyJump b\n"), "", ""},
		{"loop", block("a", first, " ProxyJump c\n") + block("c", last, " ProxyJump a\n"), "", "jump: got a loop: c -> a -> c"},
		{"none there", block("c", last, "") + "Host x\n HostName 127.0.0.1\n Port 1\n", "x", "jump host x: connection refused"},
		{"nothing behind", block("a", first, "") + "Host c\n HostName 127.0.0.1\n Port 1\n", "a", "jump host a: no connection from there to 127.0.0.1:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{})
			for _, s := range []*sshd{first, second, last} {
				s.peer(w)
			}
			write(t, filepath.Join(w.home, ".ssh", "config"), c.config)
			w.peer = &effect.Peer{Address: "ssh:c", System: "c", Options: how("keys", filepath.Join(w.home, "keys"))}
			if c.jump != "" {
				w.peer.Options = append(w.peer.Options, how("jump", c.jump)...)
			}
			res := w.do(t.Context(), w.run(`echo "$SSH_CONNECTION"`))
			_, port, _ := net.SplitHostPort(last.address)
			switch {
			case c.message == "" && (res.Err != nil || !strings.Contains(field(res.Value.(effect.Struct), "stdout").(string), port)):
				t.Errorf("Perform = %v, %+v, want a value from port %s", res.Value, res.Err, port)
			case c.message != "" && (res.Err == nil || !strings.Contains(res.Err.Message, c.message) || res.Err.Doubt):
				t.Errorf("Perform = %+v, want %s", res.Err, c.message)
			}
		})
	}
}

// TestConnectionDies kills the server's end under commands: a read is made
// again, a change without a key is in doubt, and one with a key is found.
func TestConnectionDies(t *testing.T) {
	t.Parallel()
	w, s := overSSH(t, Options{Run: "r"})
	for _, c := range []struct {
		name  string
		class effect.Class
		key   string
	}{{"read", effect.Read, ""}, {"change", effect.Change, ""}, {"keyed", effect.Change, "k"}} {
		r := w.change(c.key, []string{"sh", "-c", "echo x >>count-" + c.name + "; until [ -f " + c.name + " ]; do sleep 0.05; done; echo late"}, how("cwd", w.home))
		r.Class = c.class
		count := filepath.Join(w.home, "count-"+c.name)
		results := make(chan effect.Result, 1)
		go func() {
			res, _ := w.client.Perform(t.Context(), r)
			results <- res
		}()
		until(t, "it runs", func() bool { return readAll(count) != "" })
		for _, pid := range s.sessions() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		if c.class == effect.Change {
			if c.key == "" {
				write(t, filepath.Join(w.home, c.name), "")
			}
			res := <-results
			if res.Err == nil || res.Err.Kind != effect.Unreachable || !res.Err.Doubt || !res.Err.Transient {
				t.Errorf("%s: Perform = %+v, want that it is in doubt", c.name, res)
			}
			if c.key == "" {
				continue
			}
			go func() { results <- w.do(t.Context(), r) }()
		} else {
			until(t, "it runs again", func() bool { return len(readAll(count)) == 4 })
		}
		write(t, filepath.Join(w.home, c.name), "")
		res := <-results
		if res.Err != nil || !strings.HasPrefix(field(res.Value.(effect.Struct), "stdout").(string), "late\n") {
			t.Errorf("%s: Perform = %+v, want its output", c.name, res)
		}
		if got, want := readAll(count), map[string]string{"read": "x\nx\n", "keyed": "x\n"}[c.name]; got != want {
			t.Errorf("%s: it ran %q, want %q", c.name, got, want)
		}
	}
}

// TestFewSessions meets a server that opens fewer sessions than we would have.
func TestFewSessions(t *testing.T) {
	t.Parallel()
	s := startSSHD(t, "MaxSessions 2")
	w := newWorld(t, Options{Grace: 100 * time.Millisecond})
	w.peer = s.peer(w)
	done := make(chan effect.Result)
	for range 12 {
		go func() {
			res, _ := w.client.Perform(t.Context(), w.run("sleep 0.2"))
			done <- res
		}()
	}
	for range 12 {
		if res := <-done; res.Err != nil {
			t.Errorf("Perform = %+v, want a value", res.Err)
		}
	}
	for range 2 { // ending one takes a session more
		go func() {
			r := w.run([]string{"sleep", "1234"})
			r.Timeout = 700 * time.Millisecond
			res, _ := w.client.Perform(t.Context(), r)
			done <- res
		}()
	}
	for range 2 {
		if res := <-done; res.Err == nil || res.Err.Kind != effect.Timeout || res.Err.Doubt {
			t.Errorf("Perform = %+v, want its end", res.Err)
		}
	}
	if n := strings.Count(s.log.String(), "Accepted publickey"); n > 3 {
		t.Errorf("got %d logins, want one connection and one for each ending at most", n)
	}
}

// TestOneConnection shares it between commands, branches, and peers that ask
// for the same, and logs out at the end.
func TestOneConnection(t *testing.T) {
	t.Parallel()
	w, s := overSSH(t, Options{})
	again := *w.peer
	for i := range 6 {
		r := w.run("echo")
		if i%2 == 1 {
			r.Peer = &again
		}
		w.value(r)
	}
	if n := strings.Count(s.log.String(), "Accepted publickey"); n != 1 {
		t.Errorf("got %d logins, want 1", n)
	}
	w.client.Close()
	until(t, "it logs out", func() bool { return len(s.sessions()) == 0 })
	if e := w.err(w.run("echo")); e.Kind != effect.Unreachable && e.Kind != effect.Refused {
		t.Errorf("Perform after Close = %+v, want that there is no connection", e)
	}
}

// TestDaemonSurvives kills the session and the server that a daemon was started over.
func TestDaemonSurvives(t *testing.T) {
	t.Parallel()
	w, s := overSSH(t, Options{Run: "r"})
	v := w.value(w.start("k", []string{"sleep", "4321"}, how("log", filepath.Join(w.home, "log"), "settle", int64(0))))
	pid := int(field(v, "pid").(int64))
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
	for _, p := range s.sessions() {
		syscall.Kill(p, syscall.SIGKILL)
	}
	s.process.Process.Kill()
	until(t, "the sessions are gone", func() bool { return len(s.sessions()) == 0 })
	until(t, "the daemon runs", func() bool { return processes()[pid].args == "sleep 4321" })
}
