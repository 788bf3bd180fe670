package host

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"runbook/effect"
)

// This file checks who answers. An unknown key is refused, always, with the
// command that makes it a known one.

// knownKeys keeps the parsed files of known hosts while they stay as they are.
type knownKeys struct {
	client *Client
	mu     sync.Mutex
	parsed map[string]parsedKeys
}

type parsedKeys struct {
	state string // of the files
	check ssh.HostKeyCallback
}

// of gives what checks a key against the files, those that are there.
func (k *knownKeys) of(files []string) (ssh.HostKeyCallback, error) {
	var there []string
	state := ""
	for _, name := range files {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			there = append(there, name)
			state += fmt.Sprint(name, info.Size(), info.ModTime().UnixNano(), "\n")
		}
	}
	id := strings.Join(files, "\n")
	k.mu.Lock()
	defer k.mu.Unlock()
	if p, ok := k.parsed[id]; ok && p.state == state {
		return p.check, nil
	}
	check, err := k.parse(there)
	if err != nil {
		return nil, err
	}
	if k.parsed == nil {
		k.parsed = map[string]parsedKeys{}
	}
	k.parsed[id] = parsedKeys{state, check}
	return check, nil
}

// parse reads the files. The library takes no file with a line that it cannot
// read, such as those of forgotten kinds of keys; ssh passes over such lines.
// Here the lines before and behind it count too, and the line is pointed out.
func (k *knownKeys) parse(files []string) (ssh.HostKeyCallback, error) {
	check, err := knownhosts.New(files...)
	if err == nil {
		return check, nil
	}
	dir, err := os.MkdirTemp("", "runbook-known-hosts-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	original := map[string]string{}
	copies := make([]string, len(files))
	for i, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		lines := bytes.Split(text, []byte("\n"))
		for n, line := range lines {
			if !readable(line) {
				k.client.warn("%s:%d: got a line that cannot be read; it is passed over", name, n+1)
				lines[n] = nil
			}
		}
		copies[i] = filepath.Join(dir, fmt.Sprint(i))
		original[copies[i]] = name
		if err := os.WriteFile(copies[i], bytes.Join(lines, []byte("\n")), 0o600); err != nil {
			return nil, err
		}
	}
	if check, err = knownhosts.New(copies...); err != nil {
		return nil, err
	}
	return func(host string, remote net.Addr, key ssh.PublicKey) error {
		err := check(host, remote, key)
		if e, ok := errors.AsType[*knownhosts.KeyError](err); ok {
			for i := range e.Want {
				e.Want[i].Filename = original[e.Want[i].Filename]
			}
		}
		if e, ok := errors.AsType[*knownhosts.RevokedError](err); ok {
			e.Revoked.Filename = original[e.Revoked.Filename]
		}
		return err
	}, nil
}

// readable reports whether the library takes a line of known hosts.
func readable(line []byte) bool {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] == '#' {
		return true
	}
	_, names, _, _, _, err := ssh.ParseKnownHosts(append(slices.Clone(line), '\n'))
	if err != nil || len(names) == 0 {
		return false
	}
	if hashed, ok := strings.CutPrefix(names[0], "|"); ok {
		return strings.HasPrefix(hashed, "1|") && strings.Count(hashed, "|") == 2
	}
	return true
}

// anyAddress stands for where a key came from; only the name is looked up.
var anyAddress = &net.TCPAddr{IP: net.IPv4zero}

// algorithms are those for the kinds of keys that are known of a host, nil if
// none is. A host that is asked for another kind shows a key that is not known.
func algorithms(check ssh.HostKeyCallback, lookup string) []string {
	e, ok := errors.AsType[*knownhosts.KeyError](check(lookup, anyAddress, noKey{}))
	if !ok {
		return nil
	}
	var certs, plain []string
	for _, known := range e.Want {
		if isAuthority(known) {
			certs = []string{
				ssh.CertAlgoED25519v01, ssh.CertAlgoECDSA256v01, ssh.CertAlgoECDSA384v01, ssh.CertAlgoECDSA521v01,
				ssh.CertAlgoRSASHA512v01, ssh.CertAlgoRSASHA256v01,
			}
			continue
		}
		switch kind := known.Key.Type(); kind {
		case ssh.KeyAlgoRSA:
			plain = append(plain, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA)
		default:
			plain = append(plain, kind)
		}
	}
	if len(plain) == 0 && len(certs) > 0 { // a host that has no certificate shows what can then be called unknown
		plain = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return append(certs, plain...)
}

// isAuthority reports whether a known key is that of a certificate authority,
// which the library does not say.
func isAuthority(k knownhosts.KnownKey) bool {
	text, err := os.ReadFile(k.Filename)
	if err != nil {
		return false
	}
	lines := strings.Split(string(text), "\n")
	return k.Line <= len(lines) && strings.HasPrefix(strings.TrimSpace(lines[k.Line-1]), "@cert-authority")
}

// A noKey is the key of nobody.
type noKey struct{}

// Type is that of no key.
func (noKey) Type() string { return "none" }

// Marshal gives bytes that are no key's.
func (noKey) Marshal() []byte { return []byte("none") }

// Verify never does.
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }

// verify checks a host's key, and says in words what is wrong with it.
func (r *route) verify(check ssh.HostKeyCallback, key ssh.PublicKey) error {
	err := check(r.lookup, anyAddress, key)
	if err == nil {
		if e, ok := errors.AsType[*knownhosts.KeyError](check(r.lookup, anyAddress, noKey{})); ok && onlyAuthority(e.Want, key) {
			return r.unknown(key) // an authority's own key is no host's
		}
		return nil
	}
	shown := fmt.Sprintf("%s key %s", key.Type(), ssh.FingerprintSHA256(key))
	if e, ok := errors.AsType[*knownhosts.RevokedError](err); ok {
		return &effect.Error{
			Kind: effect.Refused, Message: fmt.Sprintf("host key of %s: got a REVOKED key: %s, revoked in %s:%d", knownhosts.Normalize(r.lookup), shown, e.Revoked.Filename, e.Revoked.Line),
			Hint: "somebody may be in the host's place: do not go on before the host's administrator has explained it",
		}
	}
	e, ok := errors.AsType[*knownhosts.KeyError](err)
	var want []knownhosts.KnownKey
	if ok {
		want = slices.DeleteFunc(e.Want, isAuthority)
	}
	switch {
	case ok && len(want) > 0:
		return r.changed(want[0], shown)
	case ok:
		return r.unknown(key)
	}
	return &effect.Error{
		Kind: effect.Refused, Message: fmt.Sprintf("host key of %s: %s: %s", knownhosts.Normalize(r.lookup), shown, strings.TrimPrefix(err.Error(), "ssh: ")),
		Hint: "check the host's certificate, and the @cert-authority lines in " + strings.Join(r.known, ", "),
	}
}

// onlyAuthority reports whether a key is known as an authority's and not as a host's.
func onlyAuthority(known []knownhosts.KnownKey, key ssh.PublicKey) bool {
	if _, cert := key.(*ssh.Certificate); cert {
		return false
	}
	authority := false
	for _, k := range known {
		if bytes.Equal(k.Key.Marshal(), key.Marshal()) {
			if !isAuthority(k) {
				return false
			}
			authority = true
		}
	}
	return authority
}

func (r *route) changed(known knownhosts.KnownKey, shown string) error {
	return &effect.Error{
		Kind: effect.Refused,
		Message: fmt.Sprintf("host key of %s: THE KEY HAS CHANGED: got the %s, want the %s key %s of %s:%d",
			knownhosts.Normalize(r.lookup), shown, known.Key.Type(), ssh.FingerprintSHA256(known.Key), known.Filename, known.Line),
		Hint: fmt.Sprintf("somebody may be in the host's place; if its administrator says that the key is new, remove line %d of %s and run it again", known.Line, known.Filename),
	}
}

func (r *route) unknown(key ssh.PublicKey) error {
	if cert, ok := key.(*ssh.Certificate); ok {
		key = cert.Key
	}
	e := &effect.Error{
		Kind:    effect.Refused,
		Message: fmt.Sprintf("host key of %s: not known: %s key %s", knownhosts.Normalize(r.lookup), key.Type(), ssh.FingerprintSHA256(key)),
	}
	if len(r.known) > 0 {
		e.Hint = "compare the fingerprint with the host's own (ssh-keygen -lf on its public key), then trust it: " + trust(r.known[0], r.lookup, key)
	}
	return e
}

// trust is the command that makes a key a known one.
func trust(file, lookup string, key ssh.PublicKey) string {
	command := ""
	if _, err := os.Stat(filepath.Dir(file)); err != nil {
		command = "mkdir -p -m 700 " + word(filepath.Dir(file)) + " && "
	}
	return command + "printf '%s\\n' " + word(knownhosts.Line([]string{lookup}, key)) + " >> " + word(file)
}
