package serve

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
)

// sshKeys are who the SSH face says it is, and who may log in.
type sshKeys struct {
	host       ssh.Signer
	allowed    map[string]bool // public keys in their wire format
	file       string          // the private key of the client
	knownHosts string          // file with the host key, for the client
	line       string          // what is in it
	made       string          // folder that goes when the server ends; "" for none
}

// newSSHKeys makes the host's key anew, and takes the client's from its file
// or makes that too.
func newSSHKeys(cfg SSHConfig) (*sshKeys, error) {
	k := &sshKeys{allowed: map[string]bool{}, file: cfg.Key}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err == nil {
		k.host, err = ssh.NewSignerFromKey(private)
	}
	if err != nil {
		return nil, fmt.Errorf("host key: %w", err)
	}
	if k.file == "" {
		if k.made, err = os.MkdirTemp("", "runbook-ssh-"); err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
		k.file, k.knownHosts = filepath.Join(k.made, "key"), filepath.Join(k.made, "known_hosts")
	} else {
		k.knownHosts = k.file + ".known_hosts"
	}
	if err = k.client(); err == nil {
		err = k.authorize(cfg.AuthorizedKeys)
	}
	if err != nil {
		k.remove()
		return nil, err
	}
	return k, nil
}

// client takes the client's key from its file. A file that is missing is
// written; one that holds something else is left alone.
func (k *sshKeys) client() error {
	text, err := os.ReadFile(k.file)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeKey(k.file)
	}
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if err != nil {
		return fmt.Errorf("key %s: got no private key without a passphrase, want one, or a file that does not exist yet: %w", k.file, err)
	}
	k.allowed[string(signer.PublicKey().Marshal())] = true
	return nil
}

// makeKey writes a new private key that only its owner can read.
func makeKey(file string) ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(private, "runbook sim serve")
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(block)
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(text)
	return text, errors.Join(err, f.Close())
}

// authorize lets the keys of a file in sshd's format authorized_keys log in.
func (k *sshKeys) authorize(file string) error {
	if file == "" {
		return nil
	}
	rest, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("authorized keys: %w", err)
	}
	count := 0
	for {
		key, _, _, after, err := ssh.ParseAuthorizedKey(rest)
		if err != nil {
			break // lines that are no keys are passed over; this is the end
		}
		k.allowed[string(key.Marshal())] = true
		count, rest = count+1, after
	}
	if count == 0 {
		return fmt.Errorf("authorized keys: got no key in %s, want lines such as \"ssh-ed25519 AAAA…\"", file)
	}
	return nil
}

// announce writes the file that a client knows the host key from: one line for
// all addresses.
func (k *sshKeys) announce(addresses []net.Addr) error {
	names := make([]string, len(addresses))
	for i, a := range addresses {
		names[i] = knownName(a)
	}
	k.line = strings.Join(names, ",") + " " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.host.PublicKey())))
	if err := os.WriteFile(k.knownHosts, []byte(k.line+"\n"), 0o600); err != nil {
		return fmt.Errorf("known hosts: %w", err)
	}
	return nil
}

// knownName is an address as a file of known hosts has it: the port is said
// unless it is SSH's own.
func knownName(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil || port == "22" {
		return host
	}
	return "[" + host + "]:" + port
}

// remove takes away what was made for this server alone.
func (k *sshKeys) remove() {
	if k.made != "" {
		_ = os.RemoveAll(k.made)
	}
}
