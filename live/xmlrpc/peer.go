package xmlrpc

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"runbook/effect"
)

// A peer is what the client keeps for one effect.Peer.
type peer struct {
	*effect.Peer
	client *Options

	once      sync.Once
	settings  settings
	transport *http.Transport
	broken    error // why no request can be sent to it, for good

	access atomic.Pointer[access] // nil until it is first needed
}

// access is how a peer's requests prove who they come from.
type access struct {
	read, change *http.Request // what all reads and all changes have in common; never written
	password     string
	secrets      scrubber // what no message may hold
}

// prepare makes the peer ready, when it is first needed, without touching the
// network or a secret. A mistake in its options is the outcome of each of its
// requests.
func (p *peer) prepare() error {
	p.once.Do(func() {
		if p.settings, p.broken = settingsOf(p.Options); p.broken != nil {
			return
		}
		if p.transport, p.broken = p.newTransport(); p.broken == nil && p.settings.insecure {
			p.client.Warn(p.Address + ": its certificate is not verified (insecure=True): who is on the way can read and change all that is sent, the password too")
		}
	})
	return p.broken
}

// close gives up the peer's unused connections.
func (p *peer) close() {
	p.once.Do(func() { p.broken = errors.New("the client is closed") })
	if p.transport != nil {
		p.transport.CloseIdleConnections()
	}
}

// newTransport makes the peer's pool of connections. HTTP/1.1 only: XML-RPC is
// one request and one reply.
func (p *peer) newTransport() (*http.Transport, error) {
	config, err := p.settings.tlsConfig()
	if err != nil {
		return nil, err
	}
	t := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: p.client.Connect}).DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    p.client.Connect,
		Protocols:              new(http.Protocols),
		MaxIdleConnsPerHost:    p.client.Connections,
		IdleConnTimeout:        p.client.Idle,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // decoded here, within the limits
		OnProxyConnectResponse: proxyAnswer,
	}
	t.Protocols.SetHTTP1(true)
	if n := int(p.settings.connections); n > 0 {
		t.MaxIdleConnsPerHost, t.MaxConnsPerHost = n, n
	}
	if p.settings.proxy {
		t.Proxy = p.proxy
	}
	return t, nil
}

// proxyError is what went wrong with the proxy, in words of our own: those of
// net/http may hold the proxy's address with its password.
type proxyError struct {
	text   string
	status int
}

func (e *proxyError) Error() string { return "proxy: " + e.text }

func (p *peer) proxy(r *http.Request) (*url.URL, error) {
	u, err := p.client.Proxy(r)
	if err != nil {
		return nil, &proxyError{text: "got an address from the environment that is no URL, want http://HOST:PORT in HTTP_PROXY and HTTPS_PROXY"}
	}
	return u, nil
}

func proxyAnswer(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{text: fmt.Sprintf("got status %d from %s, want a connection", answer.StatusCode, proxy.Host), status: answer.StatusCode}
}

// settings are the options of a peer that this performer knows.
type settings struct {
	caFile      string
	fingerprint string
	insecure    bool
	proxy       bool
	connections int64
}

func settingsOf(options effect.Struct) (settings, error) {
	s := settings{proxy: true}
	for _, f := range options {
		ok := true
		switch f.Name {
		case "ca_file":
			s.caFile, ok = f.Value.(string)
		case "fingerprint":
			s.fingerprint, ok = f.Value.(string)
		case "insecure":
			s.insecure, ok = f.Value.(bool)
		case "proxy":
			s.proxy, ok = f.Value.(bool)
		case "connections":
			s.connections, ok = f.Value.(int64)
			ok = ok && s.connections > 0
		default:
			return s, fmt.Errorf("option %s: got an unknown option, want ca_file, fingerprint, insecure, proxy or connections", f.Name)
		}
		if !ok {
			return s, fmt.Errorf("option %s: got %s", f.Name, effect.Describe(f.Value))
		}
	}
	if s.insecure && (s.caFile != "" || s.fingerprint != "") {
		return s, errors.New("option insecure: got ca_file or fingerprint as well, want one or the other")
	}
	return s, nil
}

// login resolves the peer's password when it is first needed. A failure is not
// kept: the next request tries again.
func (p *peer) login(ctx context.Context) (*access, error) {
	if a := p.access.Load(); a != nil {
		return a, nil
	}
	if strings.Contains(p.User, ":") {
		return nil, errors.New("user: got a name with a colon, which HTTP basic authentication cannot carry")
	}
	password := ""
	if !p.Secret.IsZero() {
		var err error
		if password, err = p.client.Resolve(ctx, p.Secret); err != nil {
			return nil, fmt.Errorf("password: %w", err)
		}
	}
	a := p.newAccess(password)
	p.access.Store(a)
	return a, nil
}

func (p *peer) newAccess(password string) *access {
	header := http.Header{"Content-Type": {"text/xml"}, "User-Agent": {p.client.UserAgent}}
	a := &access{password: password}
	if p.User != "" || password != "" {
		pair := p.User + ":" + password
		header["Authorization"] = []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}
		a.secrets = newScrubber(p.User, password)
	}
	a.change = &http.Request{Method: http.MethodPost, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header}
	a.read = &http.Request{Method: http.MethodPost, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header.Clone()}
	// Says to net/http, and not to the server, that the request may be sent
	// again if a connection turns out to have been closed while it was unused.
	a.read.Header["X-Idempotency-Key"] = nil
	return a
}
