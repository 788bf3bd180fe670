package host

import "io"

// pipeSize is how many bytes a pipe holds before a writer waits, as on Linux.
const pipeSize = 64 << 10

// A pipe is what is between two processes, or between the outside and one.
type pipe struct {
	data    []byte
	noRead  bool // nobody reads any more
	noWrite bool // nobody writes any more
	once    bool // who has read all there is gets one end of file
	waiting []*Process
}

func (q *pipe) wakeAll() {
	waiting := q.waiting
	q.waiting = nil
	for _, p := range waiting {
		p.wake()
	}
}

func (q *pipe) wait(p *Process) {
	q.waiting = append(q.waiting, p)
	p.park(forever)
}

// pipeReader is the end that is read.
type pipeReader struct{ *pipe }

func (q pipeReader) read(p *Process, b []byte) (int, error) {
	for len(q.data) == 0 {
		if q.noWrite || q.once {
			q.once = false
			return 0, io.EOF
		}
		q.wait(p)
	}
	n := copy(b, q.data)
	q.data = q.data[n:]
	q.wakeAll()
	return n, nil
}

func (q pipeReader) write(*Process, []byte) (int, error) { return 0, ErrBadDescriptor }

func (q pipeReader) close() {
	q.noRead, q.data = true, nil
	q.wakeAll()
}

// pipeWriter is the end that is written to.
type pipeWriter struct{ *pipe }

func (q pipeWriter) read(*Process, []byte) (int, error) { return 0, ErrBadDescriptor }

func (q pipeWriter) write(p *Process, b []byte) (int, error) {
	written := 0
	for {
		if q.noRead {
			return written, p.brokenPipe()
		}
		n := min(len(b), pipeSize-len(q.data))
		q.data = append(q.data, b[:n]...)
		written, b = written+n, b[n:]
		if n > 0 {
			q.wakeAll()
		}
		if len(b) == 0 {
			return written, nil
		}
		q.wait(p)
	}
}

func (q pipeWriter) close() {
	q.noWrite = true
	q.wakeAll()
}

// brokenPipe tells p that nobody reads what it writes: it dies of PIPE unless
// it handles or ignores that.
func (p *Process) brokenPipe() error {
	p.Signal(PIPE)
	return ErrBrokenPipe
}

// A Feed is a stdin that is written from outside, bit by bit. It never blocks.
type Feed struct{ pipe *pipe }

// NewFeed makes a feed for one command.
func NewFeed() *Feed { return &Feed{pipe: &pipe{}} }

// Write gives the command more to read. It fails when nobody reads any more.
func (f *Feed) Write(b []byte) (int, error) {
	if f.pipe.noRead || f.pipe.noWrite {
		return 0, ErrBrokenPipe
	}
	f.pipe.data = append(f.pipe.data, b...)
	f.pipe.wakeAll()
	return len(b), nil
}

// End lets who reads next, once all is read, read one end of file, as Ctrl-D
// does on a terminal.
func (f *Feed) End() {
	f.pipe.once = true
	f.pipe.wakeAll()
}

// Close lets the command read an end of file behind what was written.
func (f *Feed) Close() error {
	pipeWriter{f.pipe}.close()
	return nil
}
