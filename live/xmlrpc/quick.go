package xmlrpc

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
)

// This file reads the heads of replies as nearly all of them are: a 200 of
// HTTP/1.1, whole in the buffer, with a length and without anything that
// changes how its document is read. net/http reads all others, and would read
// these the same; a fuzz target holds that it does.

// quickReply is the memory of a connection's replies: a connection has one at a time.
type quickReply struct {
	response http.Response
	body     sized
	kind     string // the last Content-Type
}

// quickly reads the head of a reply of the usual form. For any other it is nil,
// and nothing was read.
func (c *conn) quickly() *http.Response {
	buffered, err := c.r.Peek(c.r.Buffered())
	if err != nil {
		return nil
	}
	end := bytes.Index(buffered, []byte("\r\n\r\n"))
	status, fields, ok := bytes.Cut(buffered[:end+2], []byte("\r\n"))
	if end < 0 || !ok || !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) || !printableASCII(status) {
		return nil
	}
	length, kind, ok := plainFields(fields)
	if !ok {
		return nil
	}
	q := &c.quick
	if string(kind) != q.kind || q.response.Header == nil {
		q.kind = string(kind)
		q.response.Header = http.Header{}
		if kind != nil {
			q.response.Header["Content-Type"] = []string{q.kind}
		}
	}
	if line := status[len("HTTP/1.1 "):]; string(line) != q.response.Status {
		q.response.Status = string(line)
	}
	q.response.StatusCode, q.response.ContentLength = http.StatusOK, length
	_, _ = c.r.Discard(end + len("\r\n\r\n")) // it is in the buffer
	q.body = sized{r: c.r, left: length}
	q.response.Body = &q.body
	return &q.response
}

// plainFields reads the header's fields, each with its line end. It reports
// false if one of them is not known to be harmless.
func plainFields(fields []byte) (length int64, kind []byte, ok bool) {
	length = -1
	for len(fields) > 0 {
		line, rest, _ := bytes.Cut(fields, []byte("\r\n"))
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || !token(name) || !printableASCII(value) {
			return 0, nil, false
		}
		value = bytes.Trim(value, " \t")
		switch {
		case is(name, "content-length"):
			if length >= 0 {
				return 0, nil, false
			}
			if length, ok = parseLength(value); !ok {
				return 0, nil, false
			}
		case is(name, "content-type"):
			if kind != nil {
				return 0, nil, false
			}
			kind = value
		case is(name, "connection"), is(name, "transfer-encoding"), is(name, "content-encoding"), is(name, "trailer"), is(name, "upgrade"):
			return 0, nil, false
		}
		fields = rest
	}
	return length, kind, length >= 0
}

func is(name []byte, lower string) bool {
	return len(name) == len(lower) && bytes.EqualFold(name, []byte(lower))
}

// parseLength reads a number of few enough digits that it cannot be too large.
func parseLength(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 15 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// token reports whether b is the name of a header's field in letters, digits and dashes.
func token(b []byte) bool {
	for _, c := range b {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return len(b) > 0
}

// printableASCII reports whether b is printable ASCII and tabs.
func printableASCII(b []byte) bool {
	for _, c := range b {
		if (c < ' ' || c > '~') && c != '\t' {
			return false
		}
	}
	return true
}

// sized is a document of known length.
type sized struct {
	r    *bufio.Reader
	left int64
}

func (s *sized) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.left)])
	if s.left -= int64(n); s.left == 0 {
		return n, io.EOF
	}
	return n, cutShort(err)
}

// Close is part of io.ReadCloser. Whoever leaves something unread closes the connection.
func (s *sized) Close() error { return nil }
