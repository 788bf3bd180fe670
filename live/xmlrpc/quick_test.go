package xmlrpc

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"
)

// quickOf reads a reply quickly, if it can be.
func quickOf(t testing.TB, reply []byte) *http.Response {
	t.Helper()
	c := &conn{r: bufio.NewReaderSize(bytes.NewReader(reply), windowSize)}
	if _, err := c.r.Peek(1); err != nil {
		return nil
	}
	before := c.r.Buffered()
	r := c.quickly()
	if r == nil && c.r.Buffered() != before {
		t.Errorf("%q: read %d bytes of a reply that is not for it", reply, before-c.r.Buffered())
	}
	return r
}

func TestQuick(t *testing.T) {
	t.Parallel()
	const usual = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1\r\n"
	for _, c := range []struct {
		reply string
		want  bool
	}{
		{usual + "\r\nx", true},
		{usual + "\r\n", true}, // the rest may come
		{"HTTP/1.1 200 OK\r\nServer: Zope/(2.13.19)\r\nDate: now\r\ncontent-LENGTH:\t0 \r\n\r\n", true},
		{"HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx", true},
		{usual, false}, // the head is not whole
		{"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", false},
		{"HTTP/1.1 501 Gateway error\r\nContent-Length: 1\r\n\r\nx", false},
		{"HTTP/1.1 200 OK\r\n\r\nx", false},
		{usual + "Content-Length: 1\r\n\r\nx", false},
		{usual + "Connection: close\r\n\r\nx", false},
		{usual + "Transfer-Encoding: chunked\r\n\r\nx", false},
		{usual + "Content-Encoding: gzip\r\n\r\nx", false},
		{usual + " folded\r\n\r\nx", false},
		{usual + "no field\r\n\r\nx", false},
		{usual + "Space : x\r\n\r\nx", false},
		{usual + "Bell: \a\r\n\r\nx", false},
		{"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx", false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999\r\n\r\nx", false},
		{"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", false},
	} {
		if got := quickOf(t, []byte(c.reply)) != nil; got != c.want {
			t.Errorf("quickly(%q) = %v, want %v", c.reply, got, c.want)
		}
	}
}

// FuzzQuick holds that what is read quickly net/http would read the same.
func FuzzQuick(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/xml;charset=utf-8\r\nContent-Length: 3\r\nDate: Sun, 22 Nov 2026 03:15:02 GMT\r\n\r\nabcd"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 007\r\nX-A: b:c\r\n\r\nab"))
	f.Add([]byte("HTTP/1.1 200  \r\nContent-Length:0\r\nConnection: keep-alive\r\n\r\n"))
	f.Fuzz(func(t *testing.T, reply []byte) {
		got := quickOf(t, reply)
		if got == nil {
			return
		}
		want, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(reply)), nil)
		if err != nil {
			t.Fatalf("%q: net/http says %v", reply, err)
		}
		if got.Status != want.Status || got.StatusCode != want.StatusCode || got.Close != want.Close || got.ContentLength != want.ContentLength {
			t.Errorf("%q: got %q, %d, %v, %d, want %q, %d, %v, %d", reply, got.Status, got.StatusCode, got.Close, got.ContentLength,
				want.Status, want.StatusCode, want.Close, want.ContentLength)
		}
		for _, name := range []string{"Content-Type", "Content-Encoding"} {
			if got, want := got.Header.Get(name), want.Header.Get(name); got != want {
				t.Errorf("%q: %s: got %q, want %q", reply, name, got, want)
			}
		}
		gotBody, gotErr := io.ReadAll(got.Body)
		wantBody, wantErr := io.ReadAll(want.Body)
		if !bytes.Equal(gotBody, wantBody) || gotErr != wantErr {
			t.Errorf("%q: got the document %q, %v, want %q, %v", reply, gotBody, gotErr, wantBody, wantErr)
		}
	})
}
