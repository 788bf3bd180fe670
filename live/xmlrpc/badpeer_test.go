package xmlrpc

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"runbook/effect"
)

// soon is long enough for loopback, and short enough to wait for.
const soon = 50 * time.Millisecond

// limited is a request that may live only so long.
func limited(r effect.Request, d time.Duration) effect.Request {
	r.Timeout = d
	return r
}

// body answers 200 with a document.
func body(contentType, doc string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		io.WriteString(w, doc)
	}
}

func packed(doc string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, doc)
	z.Close()
	return b.Bytes()
}

// zipped answers with bytes that are said to be compressed.
func zipped(doc []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(doc)
	}
}

func status(code int, doc string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(code)
		io.WriteString(w, doc)
	}
}

// TestBadAnswers lists servers that answer, and not as they should. Each
// answer is tried with a read and with a change.
func TestBadAnswers(t *testing.T) {
	t.Parallel()
	small := Limits{Bytes: 1 << 20, String: 1 << 16, Values: 1 << 12}
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		kind   effect.Kind
		want   string
		doubt  bool
	}{
		{"401", status(401, "no"), effect.Unauthorized, "status 401 Unauthorized", false},
		{"403", status(403, "no"), effect.Unauthorized, "status 403 Forbidden", false},
		{"404", status(404, "<html><title>Not  Found</title>\x1b[31m"), effect.Protocol, `status 404 Not Found: "Not Found [31m"`, false},
		{"405 without text", status(405, ""), effect.Protocol, "status 405 Method Not Allowed", false},
		{"408", status(408, ""), effect.Unreachable, "status 408", false},
		{"429", status(429, ""), effect.Unreachable, "status 429", false},
		{"500", status(500, "Traceback"), effect.Protocol, `status 500 Internal Server Error: "Traceback"`, true},
		{"501", status(501, "Gateway error"), effect.Unreachable, "status 501", true},
		{"502", status(502, ""), effect.Unreachable, "status 502 Bad Gateway", true},
		{"503", status(503, ""), effect.Unreachable, "status 503 Service Unavailable", false},
		{"504", status(504, ""), effect.Unreachable, "status 504 Gateway Timeout", true},
		{"204", status(204, ""), effect.Protocol, "status 204 No Content", true},
		{"200 with HTML", body("text/html", "<html><head><title>EXAoperation</title></head><body>Log in</body></html>"), effect.Protocol, `got <html>, want <methodResponse>: "EXAoperation Log in"`, true},
		{"200 with a doctype", body("text/html", "<!DOCTYPE html><html><body>Log in</body></html>"), effect.Protocol, `got a document type declaration, want an XML-RPC reply: "Log in"`, true},
		{"200 with text", body("text/plain", "It works!"), effect.Protocol, `got text, want an XML-RPC reply: "It works!"`, true},
		{"200 with nothing", body("text/xml", ""), effect.Protocol, "got the end of the reply", true},
		{"broken XML", body("text/xml", `<methodResponse><params><param><value><int>1</value></param></params></methodResponse>`), effect.Protocol, "got </value>, want the end of <int>", true},
		{"half of it", body("text/xml", answer("<value/>")[:50]), effect.Protocol, "got the end of the reply", true},
		{"wrong character set", body("text/xml; charset=utf-8", answer("<value>\xF6</value>")), effect.Protocol, "got bytes that are not utf-8", true},
		{"unknown character set", body("text/xml; charset=ebcdic", answer("<value>\xF6</value>")), effect.Protocol, "got character set ebcdic", true},
		{"nesting", body("text/xml", answer(strings.Repeat("<value><array><data>", 100_000))), effect.Protocol, "got more than 100 arrays and structs in one another", true},
		{"integer", body("text/xml", answer("<value><int>123456789012345678901234567890</int></value>")), effect.Protocol, "<int>: got 30 characters, want an integer of 64 bits", true},
		{"two params", body("text/xml", "<methodResponse><params><param><value/></param><param><value/></param></params></methodResponse>"), effect.Protocol, "got a second <param>", true},
		{"garbage behind", body("text/xml", answer("<value/>")+"</html>"), effect.Protocol, "got more behind the reply", true},
		{"truncated gzip", zipped(packed(answer("<value>" + strings.Repeat("x", 1000) + "</value>"))[:40]), effect.Protocol, "gzip: got the end of the compressed reply", true},
		{"gzip head cut", zipped(packed("")[:5]), effect.Protocol, "gzip: got something else", true},
		{"broken gzip", zipped(append(packed(answer("<value/>"))[:30], strings.Repeat("x", 50)...)), effect.Protocol, "gzip: got damaged data", true},
		{"not gzip", zipped([]byte(answer("<value/>"))), effect.Protocol, "gzip: got something else", true},
		{"gzip bomb", zipped(packed(answer("<value>" + strings.Repeat("a<!-- -->", 1<<20) + "</value>"))), effect.Protocol, "got a string longer than 64 KiB", true},
		{"gzip bomb of space", zipped(packed(strings.Repeat(" ", 1<<24))), effect.Protocol, "got more than 1 MiB", true},
		{"gzip of nothing, for ever", zipped(bytes.Repeat(packed(""), 1<<17)), effect.Protocol, "got more than 1 MiB", true},
		{"unknown encoding", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "x")
		}, effect.Protocol, "unknown content encoding", true},
		{"endless headers", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		}, effect.Protocol, "got more than 64 KiB of HTTP headers", true},
		{"a fault", body("text/xml", fault("<member><name>faultCode</name><value><int>-1</int></value></member><member><name>faultString</name><value>Volume could not be found</value></member>")), effect.Fault, "Volume could not be found", false},
		{"a fault without a code", body("text/xml", fault("<member><name>faultString</name><value>no</value></member>")), effect.Fault, "no", false},
		{"a fault without anything", body("text/xml", fault("")), effect.Fault, "got a fault without code and text", false},
		{"a fault that is no struct", body("text/xml", "<methodResponse><fault><value>no</value></fault></methodResponse>"), effect.Protocol, "got a fault that is no struct", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, test.answer)
			c := newClient(t, Options{Limits: small})
			for _, r := range []effect.Request{to(s.URL, "m"), change(to(s.URL, "m"))} {
				e := failure(t, c, as(r, "admin"), test.kind, test.want)
				if e.Doubt != test.doubt {
					t.Errorf("%s: doubt = %v, want %v", e, e.Doubt, test.doubt)
				}
				transient := strings.Contains("408 429 501 502 503 504", test.name)
				if e.Transient != transient {
					t.Errorf("%s: transient = %v, want %v", e, e.Transient, transient)
				}
			}
		})
	}
}

func fault(members string) string {
	return "<methodResponse><fault><value><struct>" + members + "</struct></value></fault></methodResponse>"
}

func TestFaultCode(t *testing.T) {
	t.Parallel()
	s := start(t, body("text/xml", fault("<member><name>faultCode</name><value><int>-1</int></value></member><member><name>faultString</name><value>a\tb\u009b</value></member>")))
	e := failure(t, newClient(t, Options{}), to(s.URL, "m"), effect.Fault, "a\tb ")
	if e.Code == nil || *e.Code != -1 {
		t.Errorf("code = %v, want -1", e.Code)
	}
	s = start(t, body("text/xml", fault("<member><name>faultString</name><value>"+strings.Repeat("x", 1<<20)+"</value></member>")))
	e = failure(t, newClient(t, Options{}), to(s.URL, "m"), effect.Fault, "xxx")
	if e.Code != nil || len(e.Message) > 10<<10 {
		t.Errorf("code %v and %d bytes of text, want none and at most 10 KiB", e.Code, len(e.Message))
	}
}

func TestGzipReply(t *testing.T) {
	t.Parallel()
	var opened atomic.Int64
	s := httptest.NewUnstartedServer(zipped(packed(answer("<value>packed</value>"))))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := newClient(t, Options{})
	r := to(s.URL, "m")
	for range 3 {
		if res := perform(t, c, r); res.Value != "packed" {
			t.Fatalf("call = %s, want packed", res.Describe())
		}
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("3 calls opened %d connections, want 1", n)
	}
}

// TestSlow lists servers that stop somewhere and never go on.
func TestSlow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, sent string
		want       string
	}{
		{"before the reply", "", "no reply"},
		{"in the headers", "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n", "the reply was not complete"},
		{"in a header", "HTTP/1.1 200 OK\r\nContent-Ty", "the reply was not complete"},
		{"before the body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", "the reply was not complete"},
		{"in the body", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + answer("<value>")[:60], "the reply was not complete"},
		{"in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n<methodRe", "the reply was not complete"},
		{"behind the reply", "HTTP/1.1 200 OK\r\n\r\n" + answer("<value/>"), "the reply was not complete"},
		{"in gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + string(packed(answer("<value/>"))[:20]), "the reply was not complete"},
		{"in its gzip header", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f", "the reply was not complete"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address := accept(t, func(conn net.Conn, r *bufio.Reader) {
				if readRequest(r) == nil {
					io.WriteString(conn, test.sent)
					r.ReadByte() // until the client goes
				}
			})
			// On a busy machine what is sent may be late too: then there is more time.
			c := newClient(t, Options{})
			for limit := soon; ; limit *= 4 {
				r := limited(change(to(address, "m")), limit)
				res := perform(t, c, r)
				if limit < time.Minute && res.Err != nil && !strings.Contains(res.Err.Message, test.want) {
					continue
				}
				if e := blame(t, r, res, effect.Timeout, test.want+" within "+effect.FormatDuration(limit)); !e.Doubt {
					t.Errorf("%s: doubt = false, want true", e)
				}
				return
			}
		})
	}
}

// TestTimeoutOf takes the time from the request, else the peer, else the client.
func TestTimeoutOf(t *testing.T) {
	t.Parallel()
	address := accept(t, func(_ net.Conn, r *bufio.Reader) { readRequest(r); r.ReadByte() })
	ofClient, ofPeer := to(address, "m"), to(address, "m")
	ofPeer.Peer.Timeout = soon
	ofRequest := limited(to(address, "m"), soon)
	ofRequest.Peer.Timeout = time.Hour
	for _, test := range []struct {
		client time.Duration
		r      effect.Request
	}{{soon, ofClient}, {time.Hour, ofPeer}, {time.Hour, ofRequest}} {
		res := perform(t, newClient(t, Options{Timeout: test.client}), test.r)
		if res.Err == nil || !strings.HasSuffix(res.Err.Message, "within 50ms") { // connected or not
			t.Errorf("call with %v, %v, %v = %s, want it to end within 50ms", test.client, test.r.Peer.Timeout, test.r.Timeout, res.Describe())
		}
	}
}

// TestDropped lists servers that hang up.
func TestDropped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, sent string
		kind       effect.Kind
		want       string
	}{
		{"before the reply", "", effect.Unreachable, "the connection was closed before the reply"},
		{"in the headers", "HTTP/1.1 200 OK\r\nContent-Type: te", effect.Unreachable, "the connection was closed in the middle of the reply"},
		{"in the body", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + answer("<value/>")[:60], effect.Unreachable, "the connection was closed in the middle of the reply"},
		{"in the chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n<methodRe", effect.Unreachable, "the connection was closed in the middle of the reply"},
		{"behind the reply", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + answer("<value/>"), effect.Unreachable, "the connection was closed in the middle of the reply"},
		{"in gzip", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Encoding: gzip\r\n\r\n" + string(packed(answer("<value/>"))[:20]), effect.Unreachable, "the connection was closed in the middle of the reply"},
		{"half, and no length said", "HTTP/1.1 200 OK\r\n\r\n" + answer("<value/>")[:60], effect.Protocol, "got the end of the reply"},
		{"not HTTP", "220 smtp.example ESMTP\r\n", effect.Protocol, "got something that is not HTTP"},
		{"TLS", "\x15\x03\x01\x00\x02\x02\x16", effect.Protocol, "got TLS, want plain HTTP"},
		{"broken header", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", effect.Protocol, "got something that is not HTTP"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int64
			address := accept(t, func(conn net.Conn, r *bufio.Reader) {
				if readRequest(r) == nil {
					requests.Add(1)
					io.WriteString(conn, test.sent)
				}
			})
			e := failure(t, newClient(t, Options{}), change(to(address, "m")), test.kind, test.want)
			if !e.Doubt {
				t.Errorf("%s: doubt = false, want true", e)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("server got %d requests, want 1", n)
			}
		})
	}
}

// TestReset resets the connection as soon as the request is there.
func TestReset(t *testing.T) {
	t.Parallel()
	address := accept(t, func(conn net.Conn, r *bufio.Reader) {
		readRequest(r)
		conn.(*net.TCPConn).SetLinger(0)
	})
	if e := failure(t, newClient(t, Options{}), change(to(address, "m")), effect.Unreachable, "the connection was closed before the reply"); !e.Doubt {
		t.Errorf("%s: doubt = false, want true", e)
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	e := failure(t, newClient(t, Options{}), change(to(gone.URL, "m")), effect.Unreachable, "connection refused")
	if e.Doubt || !strings.Contains(e.Hint, "is it up?") {
		t.Errorf("doubt %v, hint %q, want none, and a question", e.Doubt, e.Hint)
	}
	e = failure(t, newClient(t, Options{}), change(to("http://no-such-host.invalid/cluster1", "m")), effect.Unreachable, "no-such-host.invalid")
	if e.Doubt {
		t.Errorf("%s: doubt = true, want false", e)
	}
}

// TestNoConnection never gets through a proxy that takes the connection and
// does not answer: nothing was sent to the target.
func TestNoConnection(t *testing.T) {
	t.Parallel()
	address := accept(t, func(_ net.Conn, r *bufio.Reader) { r.ReadByte(); io.Copy(io.Discard, r) })
	https := "https" + strings.TrimPrefix(address, "http")
	e := failure(t, newClient(t, Options{}), limited(change(to(https, "m")), soon), effect.Unreachable, "no connection within 50ms")
	if e.Doubt {
		t.Errorf("%s: doubt = true, want false: TLS was never agreed on", e)
	}
	e = failure(t, newClient(t, Options{Connect: soon}), change(to(https, "m")), effect.Unreachable, "no connection within 50ms")
	if e.Doubt {
		t.Errorf("%s: doubt = true, want false", e)
	}
}

// TestHugeReplies sends a gigabyte of each, or as much as is taken, and
// watches how much that is and what it costs. It runs alone, for the second.
func TestHugeReplies(t *testing.T) {
	const gigabyte = 1 << 30
	head := answer("<value>")[:strings.Index(answer("<value>"), "<value>")]
	for _, test := range []struct{ name, head, piece, want string }{
		{"string", head + "<value>", "0123456789abcdef", "got a string longer than 4 MiB"},
		{"references", head + "<value>", "&#65;&lt;", "got more than 8 MiB"},
		{"base64", head + "<value><base64>", "MDEyMzQ1Njc4OWFi", "got a string longer than 4 MiB"},
		{"values", head + "<value><array><data>", "<value><int>1000</int></value>", "got more than 131072 values"},
		{"members", head + "<value><struct>", "<member><name>a</name><value>b</value></member>", "got more than 131072 values"},
		{"space", head, "                ", "got more than 8 MiB"},
		{"comment", head + "<!-- ", "                ", "got more than 8 MiB"},
		{"tag", head + "<value a='", "                ", "got a tag longer than 4 KiB"},
		{"name", head + "<value><struct><member><name>", "0123456789abcdef", "got a string longer than 4 MiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var sent atomic.Int64
			s := start(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", strconv.Itoa(gigabyte))
				n, _ := io.WriteString(w, test.head)
				piece := []byte(strings.Repeat(test.piece, 4096))
				for n < gigabyte {
					m, err := w.Write(piece)
					n += m
					sent.Add(int64(m))
					if err != nil {
						return
					}
				}
			})
			c := newClient(t, Options{Limits: Limits{Bytes: 8 << 20, String: 4 << 20, Values: 1 << 17}})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			failure(t, c, change(to(s.URL, "m")), effect.Protocol, test.want)
			runtime.ReadMemStats(&after)
			if n := sent.Load(); n > 24<<20 {
				t.Errorf("%d MiB were read before the end, want at most the limit of 8 and what is under way", n>>20)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 50<<20 {
				t.Errorf("%d MiB were allocated, want at most 50", n>>20)
			}
			t.Logf("%d MiB read, %d MiB allocated", sent.Load()>>20, (after.TotalAlloc-before.TotalAlloc)>>20)
		})
	}
}

// TestEcho has servers that repeat the password in all that they say.
func TestEcho(t *testing.T) {
	t.Parallel()
	pair := "admin:" + password
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(password)
	for _, test := range []struct {
		name   string
		answer func(authorization string) http.HandlerFunc
		kind   effect.Kind
	}{
		{"fault", func(a string) http.HandlerFunc {
			return body("text/xml", fault("<member><name>faultString</name><value>bad "+escaped+" for http://admin:"+escaped+"@host/ "+a+"</value></member>"))
		}, effect.Fault},
		{"html", func(a string) http.HandlerFunc {
			return body("text/html", "<html><body>"+password+" "+escaped+" "+a+" "+pair)
		}, effect.Protocol},
		{"text cut in the password", func(a string) http.HandlerFunc {
			return body("text/html", "x<"+strings.Repeat(" ", windowSize-12)+">"+password+password)
		}, effect.Protocol},
		{"integer", func(a string) http.HandlerFunc {
			return body("text/xml", answer("<value><int>"+escaped+"</int></value>"))
		}, effect.Protocol},
		{"text where none may be", func(a string) http.HandlerFunc {
			return body("text/xml", "<methodResponse>"+escaped+"</methodResponse>")
		}, effect.Protocol},
		{"bare ampersand", func(a string) http.HandlerFunc { return body("text/xml", answer("<value>"+password+"</value>")) }, effect.Protocol},
		{"redirect", func(a string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "https://admin:"+urlEscaped(password)+"@other.example/x?auth="+a+"&p="+urlEscaped(password)+"#"+urlEscaped(password))
				w.WriteHeader(http.StatusFound)
			}
		}, effect.Protocol},
		{"redirect to a raw password", func(a string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "https://"+pair+"@other.example/"+password)
				w.WriteHeader(http.StatusTemporaryRedirect)
			}
		}, effect.Protocol},
		{"404", func(a string) http.HandlerFunc { return status(404, "<pre>"+a+"\n"+pair+"</pre>") }, effect.Protocol},
		{"character set", func(a string) http.HandlerFunc {
			return body(`text/xml; charset="`+urlEscaped(password)+`"`, answer("<value/>"))
		}, effect.Protocol},
		{"content encoding", func(a string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", password)
				w.WriteHeader(200)
			}
		}, effect.Protocol},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/plain" {
					say("<value/>")(w, r)
					return
				}
				_, a, _ := strings.Cut(r.Header.Get("Authorization"), " ")
				test.answer(a)(w, r)
			})
			e := failure(t, newClient(t, Options{}), as(to(s.URL, "m"), "admin"), test.kind, "")
			wantHidden(t, e)
			t.Log(e, e.Hint)
		})
	}
}

// TestEchoAsTag makes a simple password the name of a tag.
func TestEchoAsTag(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{Resolve: func(context.Context, effect.Secret) (string, error) { return "hunter2", nil }})
	s := start(t, body("text/xml", "<methodResponse><hunter2/></methodResponse>"))
	if e := failure(t, c, as(to(s.URL, "m"), "admin"), effect.Protocol, "got <"); strings.Contains(e.Error(), "hunter2") {
		t.Errorf("error holds the password: %s", e)
	}
}

func urlEscaped(s string) string { return spellings(s)[5] }

// TestEchoInHTTP repeats the password where net/http reports it.
func TestEchoInHTTP(t *testing.T) {
	t.Parallel()
	for _, reply := range []string{
		"HTTP/1.1 401 No " + password + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 500 " + password + password + password + password + password + password + "\r\nContent-Length: 0\r\n\r\n",
		password + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\n" + password + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: " + password + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + password + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + password + "\r\n",
		"HTTP/1.1 " + password + "\r\n\r\n",
	} {
		address := accept(t, func(conn net.Conn, r *bufio.Reader) {
			if readRequest(r) == nil {
				io.WriteString(conn, reply)
			}
		})
		res := perform(t, newClient(t, Options{}), as(to(address, "m"), "admin"))
		if res.Err == nil {
			t.Fatalf("reply %q = %s, want an error", reply, res.Describe())
		}
		wantHidden(t, res.Err)
		t.Log(res.Err)
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	s := start(t, status(401, ""))
	c := newClient(t, Options{Resolve: func(context.Context, effect.Secret) (string, error) { return "x1y2z3", nil }})
	for _, test := range []struct {
		user   string
		secret effect.Secret
		want   string
	}{
		{"admin", effect.Secret{Env: "EXA"}, `check user "admin" and the password, which is from environment variable EXA`},
		{"admin", effect.Secret{File: "/run/pw"}, `check user "admin" and the password, which is from file /run/pw`},
		{"admin", effect.Secret{Command: `pass "exa"`}, `check user "admin" and the password, which is from the output of "pass \"exa\""`},
		{"admin", effect.Secret{}, `check user "admin"; no password was given: set password=`},
		{"", effect.Secret{}, `no user was given: set user= and password=`},
		{"x1y2z3", effect.Secret{Command: "echo x1y2z3"}, `check user "<secret>" and the password, which is from the output of "echo <secret>"`},
	} {
		r := to(s.URL, "m")
		r.Peer.User, r.Peer.Secret = test.user, test.secret
		if e := failure(t, c, r, effect.Unauthorized, "status 401"); e.Hint != test.want {
			t.Errorf("hint of %+v = %s, want %s", r.Peer, e.Hint, test.want)
		}
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		var requests atomic.Int64
		s := start(t, func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			http.Redirect(w, r, "/cluster1/login?next=x", code)
		})
		e := failure(t, newClient(t, Options{}), change(to(s.URL+"/cluster1", "m")), effect.Protocol, "got a redirect to "+s.URL+"/cluster1/login, want an answer")
		if e.Doubt != (code == 303) || !strings.Contains(e.Hint, fmt.Sprintf("url=%q", s.URL+"/cluster1/login")) {
			t.Errorf("%d: doubt %v, hint %q", code, e.Doubt, e.Hint)
		}
		if n := requests.Load(); n != 1 {
			t.Errorf("%d: server got %d requests, want 1", code, n)
		}
	}
	s := start(t, status(304, ""))
	failure(t, newClient(t, Options{}), to(s.URL, "m"), effect.Protocol, "status 304 Not Modified: got a redirect, want an answer")
}
