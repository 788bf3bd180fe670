package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"runbook/effect"
)

// A keyring gathers the keys that may be shown to one host, for one
// connection, and keeps what an operator must know if none is accepted.
type keyring struct {
	client  *Client
	route   *route
	clock   *patience // stands still while a person is asked for a passphrase
	signers []ssh.Signer
	tried   []string // in words, in their order
	missed  []string // why others could not be
	agent   net.Conn // nil if there is none
}

// close ends the talk with the agent.
func (k *keyring) close() {
	if k.agent != nil {
		k.agent.Close()
	}
}

// gather finds the keys, in ssh's order: those of the agent that were chosen,
// the others of the agent, those that are only in files. Certificates go first.
func (k *keyring) gather() {
	held := k.held()
	var files, certs []ssh.Signer
	chosen := map[string]bool{}
	var fromFiles []string
	for _, name := range k.route.identities {
		public, s, held := k.identity(name, held)
		if public == nil {
			continue
		}
		chosen[string(public.Marshal())] = true
		if s == nil {
			continue
		}
		for _, cert := range k.certificates(name, public) {
			if c, err := ssh.NewCertSigner(cert, s); err == nil {
				certs = append(certs, c)
				k.tried = append(k.tried, describe(name+"-cert.pub", c.PublicKey()))
			}
		}
		if held {
			k.add(s, name+" in the agent")
			continue
		}
		files, fromFiles = append(files, s), append(fromFiles, name)
	}
	for _, h := range held {
		if !k.route.only && !chosen[string(h.PublicKey().Marshal())] {
			k.add(h.Signer, h.comment+" in the agent")
		}
	}
	for i, s := range files {
		k.add(s, fromFiles[i])
	}
	k.signers = append(certs, k.signers...)
}

func (k *keyring) add(s ssh.Signer, name string) {
	k.signers = append(k.signers, s)
	k.tried = append(k.tried, describe(name, s.PublicKey()))
}

func describe(name string, key ssh.PublicKey) string {
	return fmt.Sprintf("%s (%s %s)", name, key.Type(), ssh.FingerprintSHA256(key))
}

func (k *keyring) miss(format string, args ...any) {
	k.missed = append(k.missed, fmt.Sprintf(format, args...))
}

// A heldKey is one of the agent.
type heldKey struct {
	ssh.Signer
	comment string
}

// held lists the agent's keys.
func (k *keyring) held() []heldKey {
	if k.route.agent == "" {
		return nil
	}
	c, err := net.DialTimeout("unix", k.route.agent, k.route.connect)
	if err != nil {
		k.miss("the agent at %s does not answer", k.route.agent)
		return nil
	}
	k.agent = c
	client := agent.NewClient(c)
	keys, err := client.List()
	if err == nil {
		var signers []ssh.Signer
		signers, err = client.Signers()
		var all []heldKey
		for i, s := range signers {
			comment := "a key"
			if i < len(keys) && keys[i].Comment != "" {
				comment = keys[i].Comment
			}
			all = append(all, heldKey{s, comment})
		}
		if err == nil {
			return all
		}
	}
	k.miss("the agent at %s: %s", k.route.agent, err)
	return nil
}

// identity reads an identity's file. Its key may be the agent's, which then
// signs, and may be encrypted, which matters only once it must sign.
func (k *keyring) identity(name string, held []heldKey) (ssh.PublicKey, ssh.Signer, bool) {
	text, err := os.ReadFile(name)
	public := publicOf(name)
	if err != nil && public == nil {
		if k.route.named || !errors.Is(err, fs.ErrNotExist) {
			k.miss("%s: %s", name, cause(err))
		}
		return nil, nil, false
	}
	var s ssh.Signer
	if err == nil {
		s, err = ssh.ParsePrivateKey(text)
	}
	locked, isLocked := errors.AsType[*ssh.PassphraseMissingError](err)
	switch {
	case err == nil:
		public = s.PublicKey()
	case isLocked && locked.PublicKey != nil:
		public = locked.PublicKey
	case public == nil:
		if parsed, _, _, _, e := ssh.ParseAuthorizedKey(text); e == nil {
			public = parsed // the name of a public key: its other half is the agent's
		}
	}
	if public != nil {
		if i := slices.IndexFunc(held, func(h heldKey) bool { return bytes.Equal(h.PublicKey().Marshal(), public.Marshal()) }); i >= 0 {
			return public, held[i].Signer, true
		}
	}
	switch {
	case s != nil:
		return public, s, false
	case isLocked:
		return k.locked(name, text, public)
	}
	k.miss("%s: no private key that can be read", name)
	return public, nil, false
}

// locked is an identity whose file is encrypted.
func (k *keyring) locked(name string, text []byte, public ssh.PublicKey) (ssh.PublicKey, ssh.Signer, bool) {
	if k.route.secret.IsZero() {
		k.miss("%s: encrypted, and there is no passphrase for it: set passphrase=secret(…), or give it to the agent", name)
		return public, nil, false
	}
	s := &lockedSigner{ring: k, name: name, text: text, public: public}
	if public == nil { // an old format, which hides its public half too
		if err := s.unlock(); err != nil {
			k.miss("%s", err)
			return nil, nil, false
		}
		s.public = s.signer.PublicKey()
	}
	return s.public, s, false
}

// publicOf reads the public half beside an identity.
func publicOf(name string) ssh.PublicKey {
	text, err := os.ReadFile(name + ".pub")
	if err != nil {
		return nil
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(text)
	if err != nil {
		return nil
	}
	return key
}

// certificates are those for a key: beside its file, and those that were named.
func (k *keyring) certificates(name string, public ssh.PublicKey) []*ssh.Certificate {
	var all []*ssh.Certificate
	for _, file := range append([]string{strings.TrimSuffix(name, ".pub") + "-cert.pub"}, k.route.certs...) {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		key, _, _, _, err := ssh.ParseAuthorizedKey(text)
		cert, ok := key.(*ssh.Certificate)
		if err == nil && ok && bytes.Equal(cert.Key.Marshal(), public.Marshal()) {
			all = append(all, cert)
		}
	}
	return all
}

// A lockedSigner is an encrypted key, whose passphrase is asked for when the
// host has said that it takes the key.
type lockedSigner struct {
	ring   *keyring
	name   string
	text   []byte
	public ssh.PublicKey
	signer ssh.Signer // nil until it is unlocked
}

var _ ssh.AlgorithmSigner = (*lockedSigner)(nil)

func (s *lockedSigner) unlock() error {
	if s.signer != nil {
		return nil
	}
	s.ring.clock.stop()
	defer s.ring.clock.resume()
	passphrase, err := s.ring.client.options.Resolve(context.Background(), s.ring.route.secret)
	if err != nil {
		return &effect.Error{Kind: effect.Unauthorized, Message: "passphrase of " + s.name + ": " + err.Error()}
	}
	s.signer, err = ssh.ParsePrivateKeyWithPassphrase(s.text, []byte(passphrase))
	if err != nil {
		return &effect.Error{Kind: effect.Unauthorized, Message: "passphrase of " + s.name + ": got another than the one it was encrypted with"}
	}
	return nil
}

// PublicKey needs no passphrase.
func (s *lockedSigner) PublicKey() ssh.PublicKey { return s.public }

// Sign asks for the passphrase.
func (s *lockedSigner) Sign(random io.Reader, data []byte) (*ssh.Signature, error) {
	return s.SignWithAlgorithm(random, data, "")
}

// SignWithAlgorithm asks for the passphrase.
func (s *lockedSigner) SignWithAlgorithm(random io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	if err := s.unlock(); err != nil {
		return nil, err
	}
	if a, ok := s.signer.(ssh.AlgorithmSigner); ok {
		return a.SignWithAlgorithm(random, data, algorithm)
	}
	return s.signer.Sign(random, data)
}
