package xmlrpc

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"time"
)

// maxHeader is the most that the headers of a reply may take.
const maxHeader = 64 << 10

var (
	errHeader  = errors.New("got more than " + formatSize(maxHeader) + " of HTTP headers, want at most that")
	errNotHTTP = errors.New("got something that is not HTTP, want an HTTP reply")
	errTLS     = errors.New("got TLS, want plain HTTP")
)

// A conn is one connection over which requests go one after another.
type conn struct {
	net.Conn          // TLS or the socket itself
	socket   net.Conn // below it
	r        *bufio.Reader
	budget   int64     // bytes that may still be read from it
	failed   error     // why no more can be read from it
	used     bool      // has carried a request before
	since    time.Time // not in use since
	out      []byte    // the last request, for its memory
	quick    quickReply
}

func newConn(c, socket net.Conn) *conn {
	k := &conn{Conn: c, socket: socket}
	k.r = bufio.NewReaderSize(k, windowSize)
	return k
}

// Read reads within the budget.
func (c *conn) Read(p []byte) (int, error) {
	if c.budget <= 0 {
		c.failed = errHeader
		return 0, errHeader
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.budget)])
	c.budget -= int64(n)
	if err != nil {
		c.failed = cutShort(err)
	}
	return n, err
}

// past is a deadline that ends what waits.
var past = time.Unix(1, 0)

// interrupt ends what waits for the connection.
func (c *conn) interrupt() { c.SetDeadline(past) }

// drop closes the connection without ceremony, which could wait for a peer
// that reads nothing.
func (c *conn) drop() { c.socket.Close() }

// onePiece is the size up to which a document is sent together with its head.
const onePiece = 16 << 10

// send writes a request: its head up to the length of the document, and that.
// It reports whether a byte of it may have left.
func (c *conn) send(head, document []byte) (sent bool, err error) {
	b := strconv.AppendInt(append(c.out[:0], head...), int64(len(document)), 10)
	b = append(b, "\r\n\r\n"...)
	if len(document) <= onePiece {
		b, document = append(b, document...), nil
	}
	c.out = b
	n, err := c.Write(b)
	if err == nil && len(document) > 0 {
		_, err = c.Write(document)
	}
	return n > 0 || c.Conn != c.socket, err
}

// response reads a reply up to its body, and whether anything came at all.
func (c *conn) response() (r *http.Response, answered bool, err error) {
	c.budget = maxHeader
	if _, err := c.r.Peek(1); err != nil {
		return nil, false, err
	}
	if r := c.quickly(); r != nil {
		c.budget = math.MaxInt64
		return r, true, nil
	}
	// A few interim replies may come before.
	for range 8 {
		switch begin, err := c.r.Peek(len("HTTP/")); {
		case bytes.HasPrefix(begin, []byte("\x15\x03")):
			return nil, true, errTLS
		case err != nil:
			return nil, true, cutShort(err)
		case string(begin) != "HTTP/":
			return nil, true, errNotHTTP
		}
		response, err := http.ReadResponse(c.r, nil)
		if err != nil {
			return nil, true, cmp.Or(c.failed, err) // a header cut off looks malformed
		}
		if response.StatusCode >= 200 {
			c.budget = math.MaxInt64 // the body has limits of its own
			return response, true, nil
		}
	}
	return nil, true, errNotHTTP
}

// cutShort is the error of an end where there must be more.
func cutShort(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
