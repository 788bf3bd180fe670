package serve

import (
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"runbook/simulator"
	"runbook/simulator/exaoperation"
)

// statusBroken answers a request that is no XML-RPC. What the real one
// answers is not known.
const statusBroken = http.StatusBadRequest

// buffers are for requests and replies; one that has grown large is let go.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

const largeBuffer = 256 << 10

func release(b *[]byte) {
	if cap(*b) <= largeBuffer {
		buffers.Put(b)
	}
}

// ServeHTTP answers an XML-RPC call, which is a POST of text/xml. Everything
// else is for the web interface, of which there is one page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i, path := s.siteOf(r.URL.EscapedPath())
	switch {
	case i < 0:
		http.Error(w, "no system here", http.StatusNotFound)
	case r.Method != http.MethodPost || !isXML(r.Header.Get("Content-Type")):
		page(w, r)
	default:
		s.rpc(w, r, i, path)
	}
}

func isXML(contentType string) bool {
	if contentType == "text/xml" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == "text/xml"
}

// page is what a browser sees.
func page(w http.ResponseWriter, r *http.Request) {
	const text = "<!DOCTYPE html>\n<html><head><title>EXAoperation</title></head>" +
		"<body><h1>EXAoperation</h1><p>This one is simulated.</p></body></html>\n"
	w.Header().Set("Content-Type", "text/html;charset=utf-8")
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, text)
	}
}

// rpc reads, makes and answers a call.
func (s *Server) rpc(w http.ResponseWriter, r *http.Request, i int, path string) {
	body := buffers.Get().(*[]byte)
	defer release(body)
	if err := s.read(w, r, body); err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			http.Error(w, "the request is too long", http.StatusRequestEntityTooLarge)
		}
		return // without all of a request there is nobody to answer
	}
	wire, err := decodeCall(*body)
	if err != nil {
		http.Error(w, err.Error(), statusBroken)
		return
	}
	c := call{
		server: s, site: i, writer: w, request: r, began: time.Now(),
		Call: exaoperation.Call{Path: path, Method: wire.Method, Args: wire.Args},
	}
	c.User, c.Password, c.Authenticated = r.BasicAuth()
	o := c.serve()
	s.logCall(&c, o) // before the client knows, so that the log is in order
	c.send(o)
}

// read gets the whole body into b.
func (s *Server) read(w http.ResponseWriter, r *http.Request, b *[]byte) error {
	*b = (*b)[:0]
	if n := r.ContentLength; n >= 0 && n <= s.config.MaxBody && n <= largeBuffer {
		if int64(cap(*b)) < n {
			*b = make([]byte, n)
		}
		*b = (*b)[:n]
		_, err := io.ReadFull(r.Body, *b)
		return err
	}
	all, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.config.MaxBody))
	*b = all
	return err
}

// A call is one XML-RPC call from arrival to reply.
type call struct {
	exaoperation.Call
	server  *Server
	site    int
	writer  http.ResponseWriter
	request *http.Request
	began   time.Time
	virtual time.Duration // when it arrived
}

// An outcome is what the client is to get.
type outcome struct {
	what  string  // "ok", "fault", "status", "lost" or "unreachable"
	code  int64   // of a fault or a status
	text  string  // of a fault or a status
	taken bool    // the call took effect
	reply *[]byte // of "ok" and "fault": from the buffers
}

// serve meets the faults that lie in wait, and makes the call.
func (c *call) serve() outcome {
	s := c.server
	system := s.sites[c.site].system
	s.access.Lock()
	s.calls++
	c.virtual = s.now()
	trouble := system.Meet(c.virtual, c.Path, c.Method)
	s.access.Unlock()
	if trouble.Effect.Prevents() {
		c.delay(trouble.After)
	}
	switch trouble.Effect {
	case simulator.LostBefore:
		return outcome{what: "lost"}
	case simulator.Refused:
		return outcome{what: "unreachable"}
	case simulator.Unauthorized:
		return outcome{what: "status", code: http.StatusUnauthorized, text: "Unauthorized"}
	case simulator.Gateway:
		return outcome{what: "status", code: http.StatusNotImplemented, text: "Gateway error"}
	case simulator.Reply:
		return fault(trouble.Code, trouble.Text)
	}
	c.delay(trouble.Before)
	s.access.Lock()
	now := s.now()
	answer := system.Call(now, c.Call)
	if !reads(c.Method) {
		s.watch(c.site, now)
	}
	s.access.Unlock()
	c.delay(trouble.After)
	if trouble.Effect == simulator.LostAfter {
		return outcome{what: "lost", taken: true}
	}
	return outcomeOf(trouble.Answered(answer))
}

// reads reports whether a method is one of those that only look. What time
// brings while nobody does more than look is reported by Server.look.
func reads(method string) bool {
	name := method[strings.LastIndexByte(method, '.')+1:]
	return strings.HasPrefix(name, "get") || strings.HasPrefix(name, "list")
}

func outcomeOf(a exaoperation.Answer) outcome {
	switch {
	case a.Unreachable:
		return outcome{what: "unreachable"}
	case a.Dropped:
		return outcome{what: "lost", taken: true}
	case a.Status != 0 && a.Status != http.StatusOK:
		return outcome{what: "status", code: int64(a.Status), text: a.Body}
	case a.Fault != nil:
		return fault(a.Fault.Code, a.Fault.Text)
	}
	b := buffers.Get().(*[]byte)
	*b = appendReply((*b)[:0], a.Value)
	return outcome{what: "ok", taken: true, reply: b}
}

func fault(code int64, text string) outcome {
	b := buffers.Get().(*[]byte)
	*b = appendFault((*b)[:0], code, text)
	return outcome{what: "fault", code: code, text: text, reply: b}
}

// send gives the client what it is to get.
func (c *call) send(o outcome) {
	switch {
	case o.reply != nil:
		c.reply(*o.reply)
		release(o.reply)
	case o.what == "status":
		c.status(int(o.code), o.text)
	default:
		c.drop(o.what == "unreachable")
	}
}

// contentType of every reply.
var contentType = []string{"text/xml;charset=utf-8"}

func (c *call) reply(b []byte) {
	h := c.writer.Header()
	h["Content-Type"] = contentType
	h["Content-Length"] = []string{strconv.Itoa(len(b))}
	_, _ = c.writer.Write(b)
}

// delay holds the call back for a virtual time. A client that goes away does
// not shorten it: its call takes effect all the same.
func (c *call) delay(d time.Duration) {
	if d <= 0 {
		return
	}
	_ = http.NewResponseController(c.writer).SetWriteDeadline(time.Time{})
	c.server.clock.Sleep(d)
}

// status answers with an HTTP status and, because clients show them, the words after it.
func (c *call) status(status int, words string) {
	if status == http.StatusUnauthorized {
		c.writer.Header().Set("Www-Authenticate", `basic realm="`+c.server.config.Realm+`"`)
	}
	if words == http.StatusText(status) {
		http.Error(c.writer, words, status)
		return
	}
	conn, out, err := http.NewResponseController(c.writer).Hijack()
	if err != nil {
		http.Error(c.writer, words, status)
		return
	}
	words = strings.Join(strings.Fields(words), " ")
	_, _ = out.WriteString("HTTP/1.1 " + strconv.Itoa(status) + " " + words + "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " +
		strconv.Itoa(len(words)) + "\r\n\r\n" + words)
	_ = out.Flush()
	_ = conn.Close()
}

// drop ends the connection without an answer; reset, as a host does where
// nobody listens.
func (c *call) drop(reset bool) {
	conn, _, err := http.NewResponseController(c.writer).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
