package serve

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A key file that is missing is made, and taken again the next time; the host
// key is another each time.
func TestKeyFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	first := startHosts(t, Config{SSH: SSHConfig{Key: file}})
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want the mode 0600", info, err)
	}
	second := startHosts(t, Config{SSH: SSHConfig{Key: file}})
	if again, err := os.ReadFile(file); err != nil || string(again) != string(text) {
		t.Errorf("got another key, %v", err)
	}
	if a, b := first.server.Ready().SSH, second.server.Ready().SSH; a.Fingerprint == b.Fingerprint || b.Key != file || b.KnownHosts != file+".known_hosts" {
		t.Errorf("got %+v, then %+v", a, b)
	}
	if got := second.run(second.dial("r1"), "echo in", ""); got.stdout != "in\n" {
		t.Errorf("got %+v", got)
	}
	second.server.Close()
	if _, err := os.Stat(file); err != nil {
		t.Errorf("the key is gone: %v", err)
	}
}

// The file of known hosts holds for every address.
func TestKnownHosts(t *testing.T) {
	t.Parallel()
	for _, ports := range []bool{false, true} {
		h := startHosts(t, Config{SSH: SSHConfig{Ports: ports}})
		ready := h.server.Ready().SSH
		check, err := knownhosts.New(ready.KnownHosts)
		if err != nil {
			t.Fatal(err)
		}
		for _, host := range ready.Hosts {
			config := h.config(host.User)
			config.HostKeyCallback = check
			c, err := ssh.Dial("tcp", net.JoinHostPort("127.0.0.1", itoa(host.Port)), config)
			if err != nil {
				t.Fatalf("%s: %v", host.Name, err)
			}
			_ = c.Close()
		}
		if !strings.HasSuffix(ready.HostKey, strings.TrimSpace(ready.HostKey)) || !strings.Contains(ready.HostKey, "]:") || !strings.HasPrefix(ready.Fingerprint, "SHA256:") {
			t.Errorf("got %+v", ready)
		}
	}
}

func newKey(t *testing.T) (ssh.Signer, []byte) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	return signer, pem.EncodeToMemory(block)
}

// Only the keys that are known get in.
func TestWhoGetsIn(t *testing.T) {
	t.Parallel()
	known, _ := newKey(t)
	unknown, _ := newKey(t)
	file := filepath.Join(t.TempDir(), "authorized_keys")
	text := "# who\n\n" + string(ssh.MarshalAuthorizedKey(known.PublicKey()))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h := startHosts(t, Config{SSH: SSHConfig{AuthorizedKeys: file}})
	for _, c := range []struct {
		user string
		auth ssh.AuthMethod
		in   bool
	}{
		{"r1", ssh.PublicKeys(known), true},
		{"r2", ssh.PublicKeys(known), true},
		{"r1", ssh.PublicKeys(unknown), false},
		{"r1", ssh.Password("geheim"), false},
		{"r1", ssh.PublicKeys(), false},
		{"root", ssh.PublicKeys(known), false},
		{"", ssh.PublicKeys(known), false},
		{"r1\x00\n\"", ssh.PublicKeys(known), false},
	} {
		config := h.config(c.user)
		config.Auth = []ssh.AuthMethod{c.auth}
		client, err := ssh.Dial("tcp", h.server.Ready().SSH.Address, config)
		if (err == nil) != c.in {
			t.Errorf("%q: got %v, want to get in: %v", c.user, err, c.in)
		}
		if err == nil {
			_ = client.Close()
		}
	}
	log := strings.Join(h.log.lines(), "\n")
	if !strings.Contains(log, `{"event":"refused","at":`) || !strings.Contains(log, ssh.FingerprintSHA256(unknown.PublicKey())) || strings.Contains(log, "geheim") {
		t.Errorf("got the log\n%s", log)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, encrypted := newKey(t)
	for name, text := range map[string]string{"text": "hello", "encrypted": string(encrypted), "empty": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		cfg  SSHConfig
		want string
	}{
		{SSHConfig{Key: filepath.Join(dir, "text")}, "got no private key without a passphrase, want one, or a file that does not exist yet"},
		{SSHConfig{Key: filepath.Join(dir, "encrypted")}, "got no private key without a passphrase"},
		{SSHConfig{Key: filepath.Join(dir, "no", "folder")}, "key: open "},
		{SSHConfig{AuthorizedKeys: filepath.Join(dir, "missing")}, "authorized keys: open "},
		{SSHConfig{AuthorizedKeys: filepath.Join(dir, "text")}, "authorized keys: got no key in "},
		{SSHConfig{Address: "0.0.0.0:0"}, `address: got "0.0.0.0:0", which others may reach`},
		{SSHConfig{Address: "0.0.0.0:0", Ports: true}, `host "r1": address: got "0.0.0.0:0", which others may reach`},
		{SSHConfig{Address: "nowhere", Ports: true}, `address: got "nowhere", want one such as`},
		{SSHConfig{Address: "127.0.0.1:99999"}, "address: "},
	} {
		if c.cfg.Address == "" {
			c.cfg.Address = "127.0.0.1:0"
		}
		if s, err := Start(t.Context(), Config{World: newHosts(t), SSH: c.cfg}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, %v, want %s", c.cfg, s, err, c.want)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "text")); err != nil || string(text) != "hello" {
		t.Errorf("the file that is no key was written to: %q, %v", text, err)
	}
}
