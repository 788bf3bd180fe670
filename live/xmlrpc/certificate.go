package xmlrpc

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"runbook/effect"
)

// A fingerprint is the SHA-256 of a certificate in DER.
type fingerprint [sha256.Size]byte

// String is the fingerprint as openssl prints it: "AB:CD:…".
func (f fingerprint) String() string {
	const digits = "0123456789ABCDEF"
	b := make([]byte, 0, 3*len(f))
	for _, c := range f {
		b = append(b, digits[c>>4], digits[c&15], ':')
	}
	return string(b[:len(b)-1])
}

// parseFingerprint reads the common spellings: hexadecimal digits in any case,
// with colons, dashes, spaces or nothing between, with or without the name of
// the digest before.
func parseFingerprint(s string) (fingerprint, error) {
	digits := strings.ToLower(strings.TrimSpace(s))
	for _, name := range []string{"sha256 fingerprint=", "sha-256 fingerprint=", "sha256:", "sha-256:", "sha256=", "sha256 "} {
		if after, ok := strings.CutPrefix(digits, name); ok {
			digits = after
			break
		}
	}
	digits = strings.NewReplacer(":", "", "-", "", " ", "").Replace(digits)
	b, err := hex.DecodeString(digits)
	if err != nil {
		return fingerprint{}, fmt.Errorf("option fingerprint: got %q, want the SHA-256 of a certificate in hexadecimal", s)
	}
	if len(b) != sha256.Size {
		return fingerprint{}, fmt.Errorf("option fingerprint: got %d bytes, want the %d of a SHA-256", len(b), sha256.Size)
	}
	return fingerprint(b), nil
}

// A pinError says that the server's certificate is not the pinned one.
type pinError struct{ got, want fingerprint }

func (e *pinError) Error() string {
	return fmt.Sprintf("certificate: got fingerprint %s, want %s", e.got, e.want)
}

// tlsConfig verifies the server as the settings say. A pinned certificate is
// trusted for what it is: whoever signed it, for whatever name, until
// whenever. With ca_file as well both must hold. System roots are read by the
// first handshake that needs them, not here.
func (s settings) tlsConfig() (*tls.Config, error) {
	c := &tls.Config{InsecureSkipVerify: s.insecure || s.fingerprint != "" && s.caFile == ""}
	if s.caFile != "" {
		pem, err := os.ReadFile(s.caFile)
		if err != nil {
			return nil, fmt.Errorf("option ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("option ca_file: got no certificate in %s, want PEM", s.caFile)
		}
	}
	if s.fingerprint != "" {
		want, err := parseFingerprint(s.fingerprint)
		if err != nil {
			return nil, err
		}
		c.VerifyConnection = func(state tls.ConnectionState) error {
			if got := fingerprint(sha256.Sum256(state.PeerCertificates[0].Raw)); got != want {
				return &pinError{got, want}
			}
			return nil
		}
	}
	return c, nil
}

// certificateError explains why a certificate is not accepted, or is nil if
// err is about something else. That the server is the right one is for the
// operator to say, so the outcome is a refusal and not "not up yet".
func certificateError(err error) *effect.Error {
	if pin, ok := errors.AsType[*pinError](err); ok {
		return &effect.Error{
			Kind: effect.Refused, Message: pin.Error(),
			Hint: fmt.Sprintf("something else may answer in its place; if its certificate was replaced, pin the new one: fingerprint=%q", pin.got),
		}
	}
	unverified, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(unverified.UnverifiedCertificates) == 0 {
		return nil
	}
	leaf := unverified.UnverifiedCertificates[0]
	return &effect.Error{
		Kind: effect.Refused, Message: "certificate: " + certificateFault(unverified.Err, leaf),
		Hint: fmt.Sprintf("if this is the right server, pin its certificate: fingerprint=%q", fingerprint(sha256.Sum256(leaf.Raw))),
	}
}

func certificateFault(err error, leaf *x509.Certificate) string {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &authority):
		return "got one signed by an authority that is not trusted, want one that is, or a pinned one"
	case errors.As(err, &name):
		return fmt.Sprintf("got one for %s, want one for %q", namesOf(leaf), name.Host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("got one valid from %s to %s, want one that is valid now", day(leaf.NotBefore), day(leaf.NotAfter))
	}
	return strings.TrimPrefix(err.Error(), "x509: ")
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// namesOf are the names that a certificate is for, a few of them.
func namesOf(c *x509.Certificate) string {
	names := c.DNSNames
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return fmt.Sprintf("no host but %q", c.Subject.CommonName)
	}
	const few = 4
	if len(names) > few {
		names = append(names[:few:few], "…")
	}
	return strings.Join(names, ", ")
}
