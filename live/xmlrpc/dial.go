package xmlrpc

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A server is what connections are kept by.
type server struct{ scheme, host string }

// A route is how to get to a server.
type route struct {
	server
	proxy *url.URL    // nil for the direct way
	tls   *tls.Config // of the server; nil for plain HTTP
}

// connect opens a connection: to the server or its proxy, through the proxy,
// then TLS. All of it together may take until the earlier of the moment and
// the client's limit.
func (t *route) connect(ctx context.Context, o *Options, until time.Time) (*conn, error) {
	if limit := time.Now().Add(o.Connect); limit.Before(until) {
		until = limit
	}
	ctx, done := context.WithDeadline(ctx, until)
	defer done()
	first := t.server
	if t.proxy != nil {
		first = server{t.proxy.Scheme, t.proxy.Host}
	}
	var dialer net.Dialer
	socket, err := dialer.DialContext(ctx, "tcp", first.address())
	if err != nil {
		return nil, t.proxied(err)
	}
	c, err := t.secure(ctx, socket)
	if err != nil {
		socket.Close()
		return nil, err
	}
	return newConn(c, socket), nil
}

// secure makes of a connection to the server or its proxy one to the server.
func (t *route) secure(ctx context.Context, c net.Conn) (net.Conn, error) {
	if t.proxy != nil && t.proxy.Scheme == "https" {
		over := tls.Client(c, &tls.Config{ServerName: t.proxy.Hostname()})
		if err := over.HandshakeContext(ctx); err != nil {
			return nil, t.proxied(err)
		}
		c = over
	}
	if t.tls == nil {
		return c, nil
	}
	if t.proxy != nil {
		if err := t.tunnel(ctx, c); err != nil {
			return nil, err
		}
	}
	over := tls.Client(c, t.tls)
	if err := over.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return over, nil
}

// tunnel asks the proxy for a connection to the server.
func (t *route) tunnel(ctx context.Context, c net.Conn) error {
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(past) })
	defer stop()
	to := t.server.address()
	if _, err := fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", to, to, proxyHeader(t.proxy)); err != nil {
		return t.proxied(err)
	}
	k := &conn{Conn: c, budget: maxHeader}
	r := bufio.NewReader(k)
	response, err := http.ReadResponse(r, &http.Request{Method: http.MethodConnect})
	if err != nil {
		return t.proxied(err)
	}
	if response.StatusCode != http.StatusOK {
		return &proxyError{text: fmt.Sprintf("got status %d, want a connection", response.StatusCode), status: response.StatusCode}
	}
	if r.Buffered() > 0 {
		return &proxyError{text: "got more than the headers of its answer, want a connection"}
	}
	return nil
}

// proxied says of an error that it is about the proxy, if there is one.
func (t *route) proxied(err error) error {
	if t.proxy == nil {
		return err
	}
	return &proxyError{cause: err}
}

// A proxyError is what went wrong on the way to the proxy or there.
type proxyError struct {
	cause  error  // why it cannot be talked to, or
	text   string // what it said
	status int    // of its answer
}

func (e *proxyError) Error() string {
	if e.cause != nil {
		return "proxy: " + e.cause.Error()
	}
	return "proxy: " + e.text
}

func (e *proxyError) Unwrap() error { return e.cause }

// proxyFor finds the proxy on the way to a URL, or nil. Its own words are not
// used where it fails: they may hold the proxy's password.
func proxyFor(find func(*http.Request) (*url.URL, error), u *url.URL) (*url.URL, error) {
	proxy, err := find(&http.Request{URL: u})
	if err != nil {
		return nil, &proxyError{text: "got an address from the environment that is no URL, want http://HOST:PORT in HTTP_PROXY and HTTPS_PROXY"}
	}
	if proxy != nil && proxy.Scheme != "http" && proxy.Scheme != "https" {
		return nil, &proxyError{text: "got one that speaks " + proxy.Scheme + ", want http or https"}
	}
	return proxy, nil
}

// proxyHeader is how a request proves to a proxy whom it comes from.
func proxyHeader(proxy *url.URL) string {
	if proxy == nil || proxy.User == nil {
		return ""
	}
	password, _ := proxy.User.Password()
	pair := proxy.User.Username() + ":" + password
	return "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(pair)) + "\r\n"
}

// address is the server as the dialer takes it, with its port.
func (s server) address() string {
	u := url.URL{Host: s.host}
	port := map[string]string{"http": "80", "https": "443"}[s.scheme]
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port))
}

// header is the server as the Host header has it: the zone of an address
// means nothing elsewhere.
func (s server) header() string {
	before, after, ok := strings.Cut(s.host, "%")
	if !ok {
		return s.host
	}
	_, port, _ := strings.Cut(after, "]")
	return before + "]" + port
}
