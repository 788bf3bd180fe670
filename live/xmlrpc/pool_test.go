package xmlrpc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"runbook/effect"
)

// ok is a reply with a length and headers of its own.
func ok(headers, value string) string {
	body := answer("<value>" + value + "</value>")
	return fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", headers, len(body), body)
}

// TestReuse lists replies after which a connection can be used again, and
// others.
func TestReuse(t *testing.T) {
	t.Parallel()
	chunked := answer("<value>chunks</value>")
	for _, test := range []struct {
		name, reply string
		connections int64
	}{
		{"length", ok("", "x"), 1},
		{"chunks", fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x;x=y\r\n%s\r\n0\r\nTrailer: x\r\n\r\n", 10, chunked[:10], len(chunked)-10, chunked[10:]), 1},
		{"interim replies before", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("", "x"), 1},
		{"old, kept alive", strings.Replace(ok("Connection: keep-alive\r\n", "x"), "1.1", "1.0", 1), 1},
		{"old", strings.Replace(ok("", "x"), "1.1", "1.0", 1), 2},
		{"closed by the server's word", ok("Connection: close\r\n", "x"), 2},
		{"more behind", ok("", "x") + "HTTP/1.1 200 OK\r\n", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var connections atomic.Int64
			address := accept(t, func(conn net.Conn, r *bufio.Reader) {
				connections.Add(1)
				for readRequest(r) == nil {
					io.WriteString(conn, test.reply)
				}
			})
			c := newClient(t, Options{})
			r := change(to(address, "m"))
			for range 2 {
				if res := perform(t, c, r); res.Err != nil {
					t.Fatalf("call = %s, want a value", res.Describe())
				}
			}
			if n := connections.Load(); n != test.connections {
				t.Errorf("two calls used %d connections, want %d", n, test.connections)
			}
		})
	}
}

func TestReplyWithoutLength(t *testing.T) {
	t.Parallel()
	address := accept(t, func(conn net.Conn, r *bufio.Reader) {
		if readRequest(r) == nil {
			io.WriteString(conn, "HTTP/1.0 200 OK\r\n\r\n"+answer("<value>to the end</value>"))
		}
	})
	if res := perform(t, newClient(t, Options{}), to(address, "m")); res.Value != "to the end" {
		t.Errorf("call = %s, want to the end", res.Describe())
	}
}

func TestEndlessInterimReplies(t *testing.T) {
	t.Parallel()
	address := accept(t, func(conn net.Conn, r *bufio.Reader) {
		for readRequest(r) == nil {
			for err := error(nil); err == nil; {
				_, err = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
			}
		}
	})
	failure(t, newClient(t, Options{}), to(address, "m"), effect.Protocol, "got something that is not HTTP")
}

// TestGivenUpByServer closes a connection while it is unused. A change sees
// that and takes another one: it is neither lost nor in doubt.
func TestGivenUpByServer(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	closed := make(chan struct{}, 2)
	address := accept(t, func(conn net.Conn, r *bufio.Reader) {
		if readRequest(r) == nil {
			requests.Add(1)
			io.WriteString(conn, ok("", "yes"))
		}
		conn.Close()
		closed <- struct{}{}
	})
	c := newClient(t, Options{})
	r := change(to(address, "startDatabase"))
	for range 2 {
		if res := perform(t, c, r); res.Value != "yes" {
			t.Fatalf("call = %s, want yes", res.Describe())
		}
		<-closed
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("server got %d requests, want 2", n)
	}
}

// TestBusy waits in vain for the only connection.
func TestBusy(t *testing.T) {
	t.Parallel()
	working, release := make(chan struct{}), make(chan struct{})
	s := start(t, func(http.ResponseWriter, *http.Request) {
		working <- struct{}{}
		<-release
	})
	c := newClient(t, Options{})
	r := with(change(to(s.URL, "m")), "connections", int64(1))
	first := make(chan struct{})
	go func() {
		defer close(first)
		c.Perform(t.Context(), r)
	}()
	<-working
	if e := failure(t, c, limited(r, soon), effect.Unreachable, "all 1 connections were in use"); e.Doubt {
		t.Errorf("%s: doubt = true, want false", e)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(time.Millisecond, func() { cancel(effect.ErrStopped) })
	if _, err := c.Perform(ctx, r); !errors.Is(err, effect.ErrStopped) {
		t.Errorf("Perform = %v, want %v", err, effect.ErrStopped)
	}
	close(release)
	<-first
}

// TestSurplus keeps no more unused connections than it should.
func TestSurplus(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{}, 1)
	s := httptest.NewServer(nil)
	t.Cleanup(s.Close)
	o := Options{}.orDefaults()
	p := &pool{options: &o, to: route{server: server{"http", s.Listener.Addr().String()}}, keep: 2}
	var all []*conn
	for range 3 {
		c, err := p.get(t.Context(), time.Now().Add(time.Minute), false, effect.Change)
		if err != nil {
			t.Fatal(err)
		}
		c.Conn = watched{c.Conn, gone}
		all = append(all, c)
	}
	for _, c := range all {
		p.put(c, true)
	}
	<-gone // the one that was unused for longest
	if got, err := p.get(t.Context(), time.Now().Add(time.Minute), false, effect.Change); err != nil || got != all[2] {
		t.Errorf("get = %p, %v, want %p, the one used last", got, err, all[2])
	}
	p.close()
	<-gone
}

// watched tells of its end.
type watched struct {
	net.Conn
	gone chan struct{}
}

func (w watched) Close() error {
	w.gone <- struct{}{}
	return w.Conn.Close()
}

// TestLargeRequest sends more than goes into one packet, and meets a server
// that answers without reading it.
func TestLargeRequest(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 8<<20)
	s := start(t, func(w http.ResponseWriter, r *http.Request) {
		_, args, err := decodeCall(read(r.Body))
		if err != nil || !effect.EqualLists(args, list{large}) {
			t.Errorf("server got something else: %v", err)
		}
		say("<value/>")(w, r)
	})
	if res := perform(t, newClient(t, Options{}), change(to(s.URL, "upload", large))); res.Err != nil {
		t.Error(res.Err)
	}
	address := accept(t, func(conn net.Conn, r *bufio.Reader) {
		if _, err := r.ReadString('\n'); err == nil {
			io.WriteString(conn, "HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n")
		}
	})
	if e := failure(t, newClient(t, Options{}), change(to(address, "upload", large)), effect.Protocol, "status 413"); e.Doubt {
		t.Errorf("%s: doubt = true, want false", e)
	}
}

// TestSent tells a write that left nothing from one that left a part.
func TestSent(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	c := newConn(near, near)
	go func() {
		io.ReadFull(far, make([]byte, 3))
		near.SetWriteDeadline(past)
	}()
	if sent, err := c.send([]byte("head"), []byte("document")); !sent || err == nil {
		t.Errorf("send of a part = %v, %v, want true and an error", sent, err)
	}
	far.Close()
	if sent, err := c.send([]byte("head"), []byte("document")); sent || err == nil {
		t.Errorf("send over a closed connection = %v, %v, want false and an error", sent, err)
	}
	// Under TLS a failed write may have left a record.
	c = newConn(struct{ net.Conn }{near}, near)
	if sent, err := c.send([]byte("head"), nil); !sent || err == nil {
		t.Errorf("send over a closed connection with TLS = %v, %v, want true and an error", sent, err)
	}
}

func TestServerNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ url, address, header string }{
		{"http://exa.example/x", "exa.example:80", "exa.example"},
		{"https://exa.example/x", "exa.example:443", "exa.example"},
		{"https://10.0.0.10:8443", "10.0.0.10:8443", "10.0.0.10:8443"},
		{"http://[::1]/x", "[::1]:80", "[::1]"},
		{"http://[fe80::1%25eth0]:81/x", "[fe80::1%eth0]:81", "[fe80::1]:81"},
	} {
		u, err := url.Parse(test.url)
		if err != nil {
			t.Fatal(err)
		}
		s := server{u.Scheme, u.Host}
		if s.address() != test.address || s.header() != test.header {
			t.Errorf("%s: address %s, header %s, want %s, %s", test.url, s.address(), s.header(), test.address, test.header)
		}
	}
}

// TestProxyOverTLS reaches a proxy by TLS, and refuses one that speaks neither.
func TestProxyOverTLS(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		startTLS(t, selfSigned(t, "127.0.0.1", time.Now().Add(time.Hour))): "proxy: certificate: got one signed by an authority that is not trusted",
		"socks5://127.0.0.1:1": "proxy: got one that speaks socks5, want http or https",
	} {
		through, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, Options{Proxy: func(*http.Request) (*url.URL, error) { return through, nil }})
		res := perform(t, c, change(to("https://exa.example/", "m")))
		if res.Err == nil || !strings.HasPrefix(res.Err.Message, want) || res.Err.Doubt {
			t.Errorf("call through %s = %+v, want %s", address, res.Err, want)
		}
	}
}

// TestDeadlineIsOfOneCall uses a connection again after the time of the call
// before is over.
func TestDeadlineIsOfOneCall(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	s := httptest.NewUnstartedServer(say("<value/>"))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := newClient(t, Options{})
	r := to(s.URL, "m")
	perform(t, c, r)
	for _, p := range c.peer(r.Peer).pools {
		for _, unused := range p.idle {
			unused.SetDeadline(past)
		}
	}
	perform(t, c, r)
	if n := connections.Load(); n != 1 {
		t.Errorf("two calls used %d connections, want 1", n)
	}
}
