package host

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"runbook/effect"
)

// An sshd is a real OpenSSH server, on loopback, with keys of its own.
type sshd struct {
	t       *testing.T
	dir     string
	address string // 127.0.0.1:PORT
	host    ssh.Signer
	login   string // the file of a key that may log in
	process *exec.Cmd
	log     lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// sshdPath finds the server; without one the test is skipped, unless it is required.
func sshdPath(t testing.TB) string {
	t.Helper()
	path := "/usr/sbin/sshd"
	_, err := os.Stat(path)
	if err == nil && os.Geteuid() == 0 {
		err = os.MkdirAll("/run/sshd", 0o755)
	}
	if err != nil {
		if os.Getenv("RUNBOOK_SSHD") == "required" {
			t.Fatalf("an OpenSSH server is required: %v; run .ci/sshd.sh", err)
		}
		t.Skipf("no OpenSSH server: %v; .ci/sshd.sh installs one", err)
	}
	return path
}

// newKey makes a key and writes it to a file, encrypted if there is a passphrase.
func newKey(t testing.TB, file, passphrase string) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(private, "test")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "test", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, string(pem.EncodeToMemory(block)))
	write(t, file+".pub", string(ssh.MarshalAuthorizedKey(s.PublicKey())))
	return s
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startSSHD starts a server with further lines of configuration.
func startSSHD(t *testing.T, lines ...string) *sshd {
	t.Helper()
	path := sshdPath(t)
	s := &sshd{t: t, dir: t.TempDir()}
	s.host = newKey(t, filepath.Join(s.dir, "host"), "")
	s.login = filepath.Join(s.dir, "login")
	key := newKey(t, s.login, "")
	write(t, s.authorized(), string(ssh.MarshalAuthorizedKey(key.PublicKey())))
	for try := 0; ; try++ {
		if s.start(path, lines) {
			return s
		}
		if try == 5 {
			t.Fatalf("sshd does not start: %s", s.log.String())
		}
	}
}

func (s *sshd) authorized() string { return filepath.Join(s.dir, "authorized") }

// start tries a port that was free a moment ago.
func (s *sshd) start(path string, lines []string) bool {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.address = l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(s.address)
	config := append([]string{
		"Port " + port, "ListenAddress 127.0.0.1", "HostKey " + filepath.Join(s.dir, "host"), "AuthorizedKeysFile " + s.authorized(),
		"PidFile " + filepath.Join(s.dir, "pid"), "StrictModes no", "UsePAM no", "LogLevel DEBUG1", "MaxStartups 1000",
	}, lines...)
	write(s.t, filepath.Join(s.dir, "config"), strings.Join(config, "\n")+"\n")
	cmd := exec.Command(path, "-D", "-e", "-f", filepath.Join(s.dir, "config"))
	cmd.Stderr, cmd.WaitDelay = &s.log, time.Second // its sessions have it too
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	s.process = cmd
	for {
		select {
		case <-ended:
			return false
		default:
		}
		if c, err := net.Dial("tcp", s.address); err == nil {
			c.Close()
			s.t.Cleanup(func() { cmd.Process.Kill(); <-ended })
			return true
		}
		tick()
	}
}

// tick lets a moment pass.
func tick() { <-time.After(10 * time.Millisecond) }

// until waits for something that must happen.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for range 3000 {
		if is() {
			return
		}
		tick()
	}
	t.Fatalf("%s: did not happen", what)
}

// peer is the server as a peer, known and with a key that may log in.
func (s *sshd) peer(w *world, options ...any) *effect.Peer {
	known := filepath.Join(w.home, ".ssh", "known_hosts")
	if _, err := os.Stat(known); err != nil {
		write(s.t, known, "")
	}
	s.append(known, knownhosts.Line([]string{s.address}, s.host.PublicKey()))
	return s.stranger(w, append([]any{"identity", []effect.Value{s.login}}, options...)...)
}

// stranger is the server as a peer, with nothing prepared.
func (s *sshd) stranger(w *world, options ...any) *effect.Peer {
	me, err := user.Current()
	if err != nil {
		s.t.Fatal(err)
	}
	o := how("keys", filepath.Join(w.home, "keys"))
	for i := 0; i < len(options); i += 2 {
		o = append(o, effect.Field{Name: options[i].(string), Value: options[i+1]})
	}
	return &effect.Peer{Address: secure + s.address, System: s.address, User: me.Username, Options: o, Timeout: time.Minute}
}

func (s *sshd) append(file, line string) {
	s.t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintln(f, line)
}

// overSSH is a world whose peer is a real server.
func overSSH(t *testing.T, o Options, options ...any) (*world, *sshd) {
	t.Helper()
	s := startSSHD(t)
	w := newWorld(t, o)
	w.peer = s.peer(w, options...)
	return w, s
}

// sessions are the processes of the server that serve connections.
func (s *sshd) sessions() []int {
	var all []int
	children := map[int][]int{}
	for pid, p := range processes() {
		children[p.parent] = append(children[p.parent], pid)
	}
	var down func(pid int)
	down = func(pid int) {
		for _, c := range children[pid] {
			if strings.HasPrefix(processes()[c].args, "sshd") {
				all = append(all, c)
			}
			down(c)
		}
	}
	down(s.process.Process.Pid)
	return all
}

type processInfo struct {
	parent int
	args   string
}

// processes are those of this machine that have not ended.
func processes() map[int]processInfo {
	all := map[int]processInfo{}
	out, _ := exec.Command("ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "stat=", "-o", "args=").Output()
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 4 || strings.HasPrefix(f[2], "Z") {
			continue
		}
		pid, _ := strconv.Atoi(f[0])
		parent, _ := strconv.Atoi(f[1])
		all[pid] = processInfo{parent, strings.Join(f[3:], " ")}
	}
	return all
}

// running reports whether a process that has not ended is that command.
func running(word string) bool {
	for _, p := range processes() {
		if p.args == word {
			return true
		}
	}
	return false
}
