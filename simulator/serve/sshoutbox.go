package serve

import (
	"io"
	"sync"
)

// An outbox keeps what a command has printed until the client takes it: the
// world does not wait for clients. Both streams are in one line, so that they
// arrive in the order in which they were written.
type outbox struct {
	limit int // bytes that may lie here

	mu     sync.Mutex
	more   *sync.Cond
	pieces []piece
	size   int
	open   int // ways into it
	closed bool
	over   bool // there was more than the limit
}

// A piece is bytes of one stream.
type piece struct {
	stderr bool
	bytes  []byte
}

// pieceBytes is how large a piece grows before another is begun.
const pieceBytes = 32 << 10

func newOutbox(limit int) *outbox {
	o := &outbox{limit: limit}
	o.more = sync.NewCond(&o.mu)
	return o
}

// stream is one of the ways into the outbox. A raw one is for a terminal: a
// line feed is also a carriage return.
func (o *outbox) stream(stderr, raw bool) *stream {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open++
	return &stream{out: o, stderr: stderr, raw: raw}
}

// A stream is a way into an outbox.
type stream struct {
	out    *outbox
	stderr bool
	raw    bool
}

var _ io.WriteCloser = (*stream)(nil)

// Write never waits. What is too much is lost, and so is what comes when
// nobody reads any more; the writer learns it as from a broken pipe.
func (s *stream) Write(p []byte) (int, error) {
	n := len(p)
	if s.raw {
		p = carriageReturns(p)
	}
	if !s.out.put(s.stderr, p) {
		return 0, io.ErrClosedPipe
	}
	return n, nil
}

// Close says that nothing more comes this way. With the last, the outbox is closed.
func (s *stream) Close() error {
	o := s.out
	o.mu.Lock()
	o.open--
	last := o.open == 0
	o.mu.Unlock()
	if last {
		o.close()
	}
	return nil
}

// A mute stream takes nothing more: it has said all that it is to say.
type mute struct{ *stream }

// Write drops what it gets.
func (mute) Write(p []byte) (int, error) { return len(p), nil }

// carriageReturns is text as a terminal wants it.
func carriageReturns(p []byte) []byte {
	b := make([]byte, 0, len(p)+16)
	for _, c := range p {
		if c == '\n' {
			b = append(b, '\r')
		}
		b = append(b, c)
	}
	return b
}

// put reports whether all of it was taken.
func (o *outbox) put(stderr bool, p []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.over {
		return false
	}
	if o.over = o.size+len(p) > o.limit; o.over {
		p = p[:o.limit-o.size]
	}
	if len(p) == 0 {
		return !o.over
	}
	o.size += len(p)
	if last := len(o.pieces) - 1; last >= 0 && o.pieces[last].stderr == stderr && len(o.pieces[last].bytes)+len(p) <= pieceBytes {
		o.pieces[last].bytes = append(o.pieces[last].bytes, p...)
	} else {
		o.pieces = append(o.pieces, piece{stderr, append([]byte(nil), p...)})
	}
	o.more.Signal()
	return !o.over
}

// full reports whether something was lost.
func (o *outbox) full() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.over
}

// close says that nothing more comes.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.more.Signal()
}

// take waits for pieces; there are none once the outbox is closed and empty.
func (o *outbox) take() []piece {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.pieces) == 0 && !o.closed {
		o.more.Wait()
	}
	taken := o.pieces
	o.pieces, o.size = nil, 0
	return taken
}

// send hands everything on until the outbox is closed and empty. Once the
// client takes no more, what comes is thrown away.
func (o *outbox) send(stdout, stderr io.Writer) (err error) {
	for {
		pieces := o.take()
		if pieces == nil {
			return err
		}
		for _, p := range pieces {
			if err != nil {
				break
			}
			to := stdout
			if p.stderr {
				to = stderr
			}
			_, err = to.Write(p.bytes)
		}
	}
}
