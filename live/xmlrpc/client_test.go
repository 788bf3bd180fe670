package xmlrpc

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"runbook/effect"
)

// start serves h on loopback until the test ends.
func start(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// accept hands each connection to serve, with the requests on it one by one.
func accept(t *testing.T, serve func(conn net.Conn, requests *bufio.Reader)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	ended, end := context.WithCancel(context.Background())
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ended, func() { conn.Close() })
			wg.Go(func() {
				defer conn.Close()
				serve(conn, bufio.NewReader(conn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		end()
		wg.Wait()
	})
	return "http://" + l.Addr().String()
}

// readRequest consumes one whole request.
func readRequest(r *bufio.Reader) error {
	request, err := http.ReadRequest(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, request.Body)
	return err
}

// say answers in XML-RPC.
func say(value string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml;charset=utf-8")
		io.WriteString(w, answer(value))
	}
}

// newClient makes a client that is closed when the test ends, whose only
// secret is the password.
func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	if o.Resolve == nil {
		o.Resolve = func(_ context.Context, s effect.Secret) (string, error) {
			if s.Env != "EXA_PASSWORD" {
				return "", fmt.Errorf("environment variable %s: not set", s.Env)
			}
			return password, nil
		}
	}
	c := New(o)
	t.Cleanup(c.Close)
	return c
}

// password has what URLs, XML and quotes escape.
const password = `s3cret/"p&ss<w>'d %ü`

// to is a read of the peer at the address.
func to(address, method string, args ...effect.Value) effect.Request {
	return effect.Request{
		ID: effect.ID{Number: 7}, Kind: effect.KindXMLRPC, Target: address, Operation: method, Args: args, Class: effect.Read,
		Peer: &effect.Peer{Address: address},
	}
}

// change is a request as a change.
func change(r effect.Request) effect.Request {
	r.Class = effect.Change
	return r
}

// options are a peer's, as pairs of name and value.
func with(r effect.Request, pairs ...any) effect.Request {
	p := *r.Peer
	p.Options = record(pairs...)
	r.Peer = &p
	return r
}

// as adds a user with the password.
func as(r effect.Request, user string) effect.Request {
	p := *r.Peer
	p.User, p.Secret = user, effect.Secret{Env: "EXA_PASSWORD"}
	r.Peer = &p
	return r
}

// perform wants an outcome.
func perform(t *testing.T, c *Client, r effect.Request) effect.Result {
	t.Helper()
	res, err := c.Perform(t.Context(), r)
	if err != nil {
		t.Fatalf("%s: %v, want an outcome", r.Describe(), err)
	}
	return res
}

// failure wants a bad outcome of a kind, whose message holds a text.
func failure(t *testing.T, c *Client, r effect.Request, kind effect.Kind, text string) *effect.Error {
	t.Helper()
	return blame(t, r, perform(t, c, r), kind, text)
}

// blame wants a result to be a bad outcome of a kind, whose message holds a text.
func blame(t *testing.T, r effect.Request, res effect.Result, kind effect.Kind, text string) *effect.Error {
	t.Helper()
	if res.Err == nil {
		t.Fatalf("%s = %s, want an error", r.Describe(), res.Describe())
	}
	if res.Value != nil || res.Err.Kind != kind || !strings.Contains(res.Err.Message, text) {
		t.Fatalf("%s = %v, %s: %s; want %s: …%s…", r.Describe(), res.Value, res.Err.Kind, res.Err.Message, kind, text)
	}
	if res.Err.Target != r.Target || res.Err.Operation != r.Operation || res.Err.ID != r.ID {
		t.Fatalf("%s: error is of %s %s %v", r.Describe(), res.Err.Target, res.Err.Operation, res.Err.ID)
	}
	return res.Err
}

func TestCall(t *testing.T) {
	t.Parallel()
	type seen struct{ method, path, contentType, agent, user, password, body string }
	got := make(chan seen, 1)
	s := start(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, pass, _ := r.BasicAuth()
		got <- seen{r.Method, r.URL.EscapedPath(), r.Header.Get("Content-Type"), r.UserAgent(), user, pass, string(body)}
		say(`<value><array><data><value>n0011</value></data></array></value>`)(w, r)
	})
	c := newClient(t, Options{})
	r := as(to(s.URL+"/cluster1/db_a%2Fb//", "get<Node>", "a", int64(1)<<40), "admin")
	res := perform(t, c, r)
	if want := (list{"n0011"}); res.Err != nil || !effect.Equal(res.Value, want) {
		t.Errorf("result = %s, want %s", res.Describe(), effect.Describe(want))
	}
	want := seen{
		"POST", "/cluster1/db_a%2Fb//", "text/xml", "runbook", "admin", password,
		`<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>get&lt;Node&gt;</methodName><params><param><value><string>a</string></value></param><param><value><i8>1099511627776</i8></value></param></params></methodCall>`,
	}
	if g := <-got; g != want {
		t.Errorf("server saw %+v, want %+v", g, want)
	}
}

func TestNoUserNoAuthorization(t *testing.T) {
	t.Parallel()
	s := start(t, func(w http.ResponseWriter, r *http.Request) {
		say(fmt.Sprintf("<value><int>%d</int></value>", len(r.Header["Authorization"])))(w, r)
	})
	if res := perform(t, newClient(t, Options{}), to(s.URL, "m")); res.Value != int64(0) {
		t.Errorf("Authorization headers = %s, want 0", res.Describe())
	}
}

// TestSecretArguments resolves references among the arguments, and cuts them
// out of messages.
func TestSecretArguments(t *testing.T) {
	t.Parallel()
	s := start(t, func(w http.ResponseWriter, r *http.Request) {
		_, args, err := decodeCall(read(r.Body))
		if err != nil {
			t.Error(err)
		}
		if want := (list{record("login", "x", "password", list{password})}); !effect.EqualLists(args, want) {
			t.Errorf("arguments = %s, want %s", effect.DescribeWhole(args), effect.DescribeWhole(want))
		}
		http.Error(w, "no "+password, http.StatusBadRequest)
	})
	c := newClient(t, Options{})
	secret := effect.Secret{Env: "EXA_PASSWORD"}
	e := failure(t, c, to(s.URL, "addUser", record("login", "x", "password", list{secret})), effect.Protocol, "status 400 Bad Request")
	wantHidden(t, e)
	e = failure(t, c, to(s.URL, "addUser", effect.Secret{Env: "OTHER"}), effect.Unauthorized, "environment variable OTHER: not set")
	if e.Doubt {
		t.Errorf("doubt = true, want false: nothing was sent")
	}
}

func read(r io.Reader) []byte {
	b, _ := io.ReadAll(r)
	return b
}

// wantHidden wants no trace of the password in an error.
func wantHidden(t *testing.T, e *effect.Error) {
	t.Helper()
	text := e.Error() + e.Hint + effect.DescribeWhole(e.Details)
	for _, s := range append(spellings(password), spellings("admin:"+password)...) {
		if strings.Contains(text, s) {
			t.Errorf("error holds %q: %s (hint: %s)", s, e, e.Hint)
		}
	}
	for _, part := range []string{"s3cret", "p&ss", "w>'d"} {
		if strings.Contains(text, part) {
			t.Errorf("error holds %q, a part of the password: %s (hint: %s)", part, e, e.Hint)
		}
	}
}

func TestKeepAlive(t *testing.T) {
	t.Parallel()
	const branches, calls = 64, 10
	var opened atomic.Int64
	s := httptest.NewUnstartedServer(say(`<value/>`))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := newClient(t, Options{})
	r := to(s.URL, "m")
	var wg sync.WaitGroup
	for range branches {
		wg.Go(func() {
			for range calls {
				if res, err := c.Perform(t.Context(), r); err != nil || res.Err != nil {
					t.Errorf("Perform = %v, %v", res.Err, err)
				}
			}
		})
	}
	wg.Wait()
	if n := opened.Load(); n > branches {
		t.Errorf("%d branches opened %d connections, want no more than branches", branches, n)
	}
}

// TestConnectionsOption holds back what is beyond the connections that the peer allows.
func TestConnectionsOption(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int64
	s := start(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		say(`<value/>`)(w, r)
		now.Add(-1)
	})
	c := newClient(t, Options{})
	r := with(to(s.URL, "m"), "connections", int64(2))
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if res, err := c.Perform(t.Context(), r); err != nil || res.Err != nil {
				t.Errorf("Perform = %v, %v", res.Err, err)
			}
		})
	}
	wg.Wait()
	if n := most.Load(); n > 2 {
		t.Errorf("server worked on %d calls at a time, want at most 2", n)
	}
}

// TestIdle gives up a connection before a server is likely to.
func TestIdle(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	s := httptest.NewUnstartedServer(say(`<value/>`))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			close(closed)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := newClient(t, Options{Idle: time.Millisecond})
	perform(t, c, to(s.URL, "m"))
	<-closed
}

// stale answers the first request of its first connection, and closes that
// connection when the second comes. It counts requests.
func stale(t *testing.T, requests *atomic.Int64) string {
	var connections atomic.Int64
	return accept(t, func(conn net.Conn, r *bufio.Reader) {
		first := connections.Add(1) == 1
		for readRequest(r) == nil {
			if n := requests.Add(1); first && n == 2 {
				return
			}
			body := answer("<value>yes</value>")
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		}
	})
}

func TestStaleConnectionRead(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	c := newClient(t, Options{})
	r := to(stale(t, &requests), "getState")
	for range 2 {
		if res := perform(t, c, r); res.Err != nil || res.Value != "yes" {
			t.Fatalf("read = %s, want yes", res.Describe())
		}
	}
	if n := requests.Load(); n != 3 {
		t.Errorf("server got %d requests, want 3: one of the two reads again", n)
	}
}

func TestStaleConnectionChange(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	c := newClient(t, Options{})
	r := to(stale(t, &requests), "startDatabase")
	perform(t, c, r)
	if e := failure(t, c, change(r), effect.Unreachable, "the connection was closed before the reply"); !e.Doubt {
		t.Error("doubt = false, want true: the server may have acted")
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("server got %d requests, want 2: a change is never sent again", n)
	}
}

func TestPeersAreApart(t *testing.T) {
	t.Parallel()
	s := start(t, func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		say("<value>"+user+"</value>")(w, r)
	})
	c := newClient(t, Options{})
	a, b := as(to(s.URL, "m"), "a"), as(to(s.URL, "m"), "b")
	for range 2 {
		if res := perform(t, c, a); res.Value != "a" {
			t.Errorf("peer a is %s", res.Describe())
		}
		if res := perform(t, c, b); res.Value != "b" {
			t.Errorf("peer b is %s", res.Describe())
		}
	}
}

// TestSecretIsResolvedOnce asks for the password when it is needed, keeps it,
// and does not keep a failure.
func TestSecretIsResolvedOnce(t *testing.T) {
	t.Parallel()
	asked := 0
	c := newClient(t, Options{Resolve: func(context.Context, effect.Secret) (string, error) {
		if asked++; asked == 1 {
			return "", errors.New("file /run/password: permission denied")
		}
		return password, nil
	}})
	s := start(t, say(`<value/>`))
	r := as(to(s.URL, "m"), "admin")
	failure(t, c, r, effect.Unauthorized, "password: file /run/password: permission denied")
	for range 3 {
		if res := perform(t, c, r); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	if asked != 2 {
		t.Errorf("password was asked for %d times, want 2", asked)
	}
}

// TestEnded ends contexts for each of the reasons, before and while the server works.
func TestEnded(t *testing.T) {
	t.Parallel()
	own := errors.New("the run's own reason")
	for _, test := range []struct {
		name  string
		cause error
		want  effect.Kind // "" for the cause as error
	}{
		{"another branch failed", effect.ErrCancelled, effect.Cancelled},
		{"another branch failed, wrapped", fmt.Errorf("item 3: %w", effect.ErrCancelled), effect.Cancelled},
		{"stopped", effect.ErrStopped, ""},
		{"own reason", own, ""},
		{"plain", nil, ""},
	} {
		working, release := make(chan struct{}), make(chan struct{})
		s := start(t, func(http.ResponseWriter, *http.Request) {
			working <- struct{}{}
			<-release
		})
		c := newClient(t, Options{})
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			<-working
			cancel(test.cause)
		}()
		for _, sent := range []bool{true, false} { // the second meets an ended context
			res, err := c.Perform(ctx, change(to(s.URL, "m")))
			if test.want == "" {
				if !errors.Is(err, context.Cause(ctx)) || res.Err != nil {
					t.Errorf("%s: Perform = %v, %v, want error %v", test.name, res, err, context.Cause(ctx))
				}
				continue
			}
			if err != nil || res.Err == nil || res.Err.Kind != test.want || res.Err.Doubt != sent {
				t.Errorf("%s: Perform = %+v, %v, want %s, doubt %v", test.name, res.Err, err, test.want, sent)
			}
		}
		close(release)
	}
}

func TestDeadlineOfRun(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := start(t, func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	res, err := newClient(t, Options{}).Perform(ctx, change(to(s.URL, "m")))
	if !errors.Is(err, context.DeadlineExceeded) || res.Err != nil {
		t.Errorf("Perform = %v, %v, want error %v", res, err, context.DeadlineExceeded)
	}
}

// TestMistakes lists what is refused before anything is sent.
func TestMistakes(t *testing.T) {
	t.Parallel()
	s := start(t, func(http.ResponseWriter, *http.Request) { t.Error("the server got a request, want none") })
	colon := as(to(s.URL, "m"), "a:b")
	for _, test := range []struct {
		r    effect.Request
		kind effect.Kind
		want string
	}{
		{to(s.URL, "m", "\x00"), effect.Refused, "argument 1: got text with the control character"},
		{to(s.URL, ""), effect.Refused, "method: got no name"},
		{to("ftp://127.0.0.1/", "m"), effect.Refused, "target: got no URL, want http"},
		{to("127.0.0.1:80", "m"), effect.Refused, "target: got no URL, want http"},
		{colon, effect.Unauthorized, "user: got a name with a colon"},
		{with(to(s.URL, "m"), "ca", "x"), effect.Refused, "option ca: got an unknown option"},
		{with(to(s.URL, "m"), "ca_file", int64(1)), effect.Refused, "option ca_file: got 1"},
		{with(to(s.URL, "m"), "connections", int64(0)), effect.Refused, "option connections: got 0"},
		{with(to(s.URL, "m"), "fingerprint", "AB:CD"), effect.Refused, "option fingerprint: got 2 bytes, want the 32 of a SHA-256"},
		{with(to(s.URL, "m"), "fingerprint", "no"), effect.Refused, `option fingerprint: got "no"`},
		{with(to(s.URL, "m"), "insecure", true, "fingerprint", "x"), effect.Refused, "option insecure: got ca_file or fingerprint as well"},
		{with(to(s.URL, "m"), "ca_file", t.TempDir()+"/none.pem"), effect.Refused, "no such file"},
	} {
		if e := failure(t, newClient(t, Options{}), change(test.r), test.kind, test.want); e.Doubt {
			t.Errorf("%s: doubt = true, want false", e)
		}
	}
	r := to(s.URL, "m")
	r.Peer = nil
	if _, err := New(Options{}).Perform(t.Context(), r); err == nil {
		t.Error("Perform without a peer: no error")
	}
	r = to("http://admin:hunter2@127.0.0.1/x", "m")
	r.Peer.Address = "http://127.0.0.1/x"
	if res := perform(t, New(Options{}), r); res.Err == nil || strings.Contains(res.Err.Error(), "hunter2") {
		t.Errorf("Perform with a password in the target = %v", res.Err)
	}
	if res := perform(t, New(Options{}), as(to(s.URL, "m"), "x")); res.Err == nil || res.Err.Kind != effect.Unauthorized {
		t.Errorf("Perform with a secret and no way to resolve it = %v", res.Err)
	}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	proxy := start(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.RequestURI + " " + r.Header.Get("Proxy-Authorization")
		say(`<value>through the proxy</value>`)(w, r)
	})
	through, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	through.User = url.UserPassword("proxy", password)
	find := func(*http.Request) (*url.URL, error) { return through, nil }
	r := to("http://exa.example/cluster1", "m")
	if res := perform(t, newClient(t, Options{Proxy: find}), r); res.Value != "through the proxy" {
		t.Errorf("call = %s, want it through the proxy", res.Describe())
	}
	want := "POST http://exa.example/cluster1 Basic " + base64.StdEncoding.EncodeToString([]byte("proxy:"+password))
	if got := <-asked; got != want {
		t.Errorf("proxy got %s, want %s", got, want)
	}
	direct := start(t, say(`<value>direct</value>`))
	if res := perform(t, newClient(t, Options{Proxy: find}), with(to(direct.URL, "m"), "proxy", false)); res.Value != "direct" {
		t.Errorf("call with proxy=False = %s, want it direct", res.Describe())
	}
}

func TestProxyFailures(t *testing.T) {
	t.Parallel()
	refusing := start(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusProxyAuthRequired)
	})
	away := start(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	closed := httptest.NewServer(nil)
	closed.Close()
	for _, test := range []struct {
		proxy, target string
		kind          effect.Kind
		want          string
		doubt         bool
	}{
		{refusing.URL, "http://exa.example/", effect.Unauthorized, "proxy: got status 407", false},
		{refusing.URL, "https://exa.example/", effect.Unauthorized, "proxy: got status 407", false},
		{away.URL, "http://exa.example/", effect.Unreachable, "status 502", true},
		{away.URL, "https://exa.example/", effect.Unreachable, "proxy: got status 502", false},
		{closed.URL, "http://exa.example/", effect.Unreachable, "proxy: connection refused", false},
		{closed.URL, "https://exa.example/", effect.Unreachable, "proxy: connection refused", false},
		{"://", "https://exa.example/", effect.Unreachable, "proxy: got an address from the environment that is no URL", false},
	} {
		find := func(*http.Request) (*url.URL, error) {
			u, err := url.Parse(test.proxy)
			if err != nil {
				return nil, fmt.Errorf("invalid proxy address %q", "http://proxy:"+password+"@:")
			}
			u.User = url.UserPassword("proxy", password)
			return u, nil
		}
		e := failure(t, newClient(t, Options{Proxy: find}), change(to(test.target, "m")), test.kind, test.want)
		if e.Doubt != test.doubt {
			t.Errorf("%s through %s: doubt = %v, want %v", test.target, test.proxy, e.Doubt, test.doubt)
		}
		if strings.Contains(e.Error()+e.Hint, "s3cret") {
			t.Errorf("error holds the proxy's password: %s", e)
		}
	}
}

func TestClosedClient(t *testing.T) {
	t.Parallel()
	s := start(t, say(`<value/>`))
	c := New(Options{})
	r := to(s.URL, "m")
	perform(t, c, r)
	c.Close()
	if res := perform(t, c, r); res.Err != nil { // only what is unused is given up
		t.Errorf("call after Close = %v", res.Err)
	}
	c.Close()
}
