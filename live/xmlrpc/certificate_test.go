package xmlrpc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"runbook/effect"
)

// A certificate is a server's, with what a client may be told about it.
type certificate struct {
	pair   tls.Certificate
	print  string // its fingerprint
	caFile string // a file with its issuer: itself
}

// selfSigned makes a certificate for a host, valid until a moment.
func selfSigned(t *testing.T, host string, until time.Time) certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "license server"},
		NotBefore: until.Add(-24 * time.Hour), NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else if host != "" {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return certificate{
		pair:   tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		print:  fingerprint(sha256.Sum256(der)).String(),
		caFile: file,
	}
}

// startTLS serves say("secure") with a certificate.
func startTLS(t *testing.T, c certificate) string {
	t.Helper()
	s := httptest.NewUnstartedServer(say("<value>secure</value>"))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{c.pair}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	tomorrow, yesterday := time.Now().Add(24*time.Hour), time.Now().Add(-time.Hour)
	good := selfSigned(t, "127.0.0.1", tomorrow)
	other := selfSigned(t, "127.0.0.1", tomorrow)
	expired := selfSigned(t, "127.0.0.1", yesterday)
	foreign := selfSigned(t, "exa.example", tomorrow)
	nameless := selfSigned(t, "", tomorrow)
	pin := func(c certificate) string { return fmt.Sprintf("pin its certificate: fingerprint=%q", c.print) }
	for _, test := range []struct {
		name    string
		serves  certificate
		options []any
		want    string // "" for a good connection
		hint    string
	}{
		{"system roots", good, nil, "certificate: got one signed by an authority that is not trusted", pin(good)},
		{"its own authority", good, []any{"ca_file", good.caFile}, "", ""},
		{"another authority", good, []any{"ca_file", other.caFile}, "certificate: got one signed by an authority that is not trusted", pin(good)},
		{"pinned", good, []any{"fingerprint", good.print}, "", ""},
		{"pinned, another spelling", good, []any{"fingerprint", "sha256:" + strings.ToLower(strings.ReplaceAll(good.print, ":", ""))}, "", ""},
		{"wrong pin", good, []any{"fingerprint", other.print}, "certificate: got fingerprint " + good.print + ", want " + other.print, fmt.Sprintf("fingerprint=%q", good.print)},
		{"pin and authority", good, []any{"fingerprint", good.print, "ca_file", good.caFile}, "", ""},
		{"pin and another authority", good, []any{"fingerprint", good.print, "ca_file", other.caFile}, "certificate: got one signed by an authority that is not trusted", pin(good)},
		{"authority and wrong pin", good, []any{"fingerprint", other.print, "ca_file", good.caFile}, "certificate: got fingerprint", ""},
		{"expired", expired, []any{"ca_file", expired.caFile}, "certificate: got one valid from ", pin(expired)},
		{"expired and pinned", expired, []any{"fingerprint", expired.print}, "", ""},
		{"for another host", foreign, []any{"ca_file", foreign.caFile}, `certificate: got one for exa.example, want one for "127.0.0.1"`, pin(foreign)},
		{"for no host", nameless, []any{"ca_file", nameless.caFile}, `certificate: got one for no host but "license server", want one for "127.0.0.1"`, pin(nameless)},
		{"for another host and pinned", foreign, []any{"fingerprint", foreign.print}, "", ""},
		{"insecure", expired, []any{"insecure", true}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := as(with(to(startTLS(t, test.serves), "m"), test.options...), "admin")
			c := newClient(t, Options{})
			if test.want == "" {
				if res := perform(t, c, r); res.Value != "secure" {
					t.Errorf("call = %s, want secure", res.Describe())
				}
				return
			}
			e := failure(t, c, change(r), effect.Refused, test.want)
			if e.Doubt || !strings.Contains(e.Hint, test.hint) {
				t.Errorf("doubt %v, hint %q; want none and …%s…", e.Doubt, e.Hint, test.hint)
			}
		})
	}
}

// TestInsecureWarns warns once per peer, however many call at once.
func TestInsecureWarns(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var warnings []string
	c := newClient(t, Options{Warn: func(text string) {
		mu.Lock()
		defer mu.Unlock()
		warnings = append(warnings, text)
	}})
	r := with(to(startTLS(t, selfSigned(t, "127.0.0.1", time.Now().Add(time.Hour))), "m"), "insecure", true)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if res, err := c.Perform(t.Context(), r); err != nil || res.Err != nil {
				t.Errorf("Perform = %v, %v", res.Err, err)
			}
		})
	}
	wg.Wait()
	if len(warnings) != 1 || !strings.Contains(warnings[0], "not verified") || !strings.HasPrefix(warnings[0], r.Peer.Address) {
		t.Errorf("warnings = %q, want one", warnings)
	}
}

// TestWrongScheme speaks TLS to a server that does not, and the other way round.
func TestWrongScheme(t *testing.T) {
	t.Parallel()
	plain := start(t, say("<value/>"))
	e := failure(t, newClient(t, Options{}), change(to("https"+strings.TrimPrefix(plain.URL, "http"), "m")), effect.Protocol, "got something that is not TLS")
	if e.Doubt || !strings.Contains(e.Hint, "http://") {
		t.Errorf("doubt %v, hint %q", e.Doubt, e.Hint)
	}
	secure := startTLS(t, selfSigned(t, "127.0.0.1", time.Now().Add(time.Hour)))
	failure(t, newClient(t, Options{}), to("http"+strings.TrimPrefix(secure, "https"), "m"), effect.Protocol, "Client sent an HTTP request to an HTTPS server")
}

func TestOldTLS(t *testing.T) {
	t.Parallel()
	c := selfSigned(t, "127.0.0.1", time.Now().Add(time.Hour))
	s := httptest.NewUnstartedServer(say("<value/>"))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{c.pair}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	e := failure(t, newClient(t, Options{}), change(with(to(s.URL, "m"), "fingerprint", c.print)), effect.Protocol, "protocol version")
	if e.Doubt || !strings.Contains(e.Hint, "older than 1.2") {
		t.Errorf("doubt %v, hint %q", e.Doubt, e.Hint)
	}
}

// TestTLSThroughProxy pins a certificate behind a proxy that connects.
func TestTLSThroughProxy(t *testing.T) {
	t.Parallel()
	c := selfSigned(t, "exa.example", time.Now().Add(time.Hour))
	target, err := url.Parse(startTLS(t, c))
	if err != nil {
		t.Fatal(err)
	}
	proxy := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "exa.example:443" {
			t.Errorf("proxy got %s %s, want CONNECT exa.example:443", r.Method, r.Host)
		}
		to, err := net.Dial("tcp", target.Host)
		if err != nil {
			t.Error(err)
			return
		}
		defer to.Close()
		from, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer from.Close()
		io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
		go io.Copy(to, from)
		io.Copy(from, to)
	})
	through, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, Options{Proxy: func(*http.Request) (*url.URL, error) { return through, nil }})
	if res := perform(t, client, with(to("https://exa.example/cluster1", "m"), "fingerprint", c.print)); res.Value != "secure" {
		t.Errorf("call = %s, want secure", res.Describe())
	}
}

func TestParseFingerprint(t *testing.T) {
	t.Parallel()
	var want fingerprint
	for i := range want {
		want[i] = byte(i * 8)
	}
	plain := fmt.Sprintf("%x", want[:])
	for _, s := range []string{
		want.String(), strings.ToLower(want.String()), plain, strings.ToUpper(plain), " " + plain + "\n",
		"SHA256:" + plain, "sha-256:" + want.String(), "sha256 Fingerprint=" + want.String(), "SHA256 " + plain,
		strings.ReplaceAll(want.String(), ":", " "), strings.ReplaceAll(want.String(), ":", "-"),
	} {
		if got, err := parseFingerprint(s); err != nil || got != want {
			t.Errorf("parseFingerprint(%q) = %s, %v, want %s", s, got, err, want)
		}
	}
	for _, s := range []string{"", "zz", plain[1:], plain[2:], plain + "00", "SHA1:" + plain[:40]} {
		if got, err := parseFingerprint(s); err == nil {
			t.Errorf("parseFingerprint(%q) = %s, want an error", s, got)
		}
	}
}

func TestBadCAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	failure(t, newClient(t, Options{}), with(to("https://127.0.0.1:1/", "m"), "ca_file", file), effect.Refused, "option ca_file: got no certificate in ")
}
