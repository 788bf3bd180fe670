package host

import "io"

// maxFDs is how many file descriptors a process has: those a shell can name.
const maxFDs = 10

// A stream is something that is open for reading, writing or both.
type stream interface {
	read(p *Process, b []byte) (int, error)
	write(p *Process, b []byte) (int, error)
	close()
}

// A descriptor is a stream and how often it is open.
type descriptor struct {
	stream stream
	refs   int
}

func newDescriptor(s stream) *descriptor { return &descriptor{stream: s, refs: 1} }

func (d *descriptor) dup() *descriptor {
	d.refs++
	return d
}

func (d *descriptor) close() {
	d.refs--
	if d.refs == 0 {
		d.stream.close()
	}
}

// setFD puts a descriptor in the place of another, which is closed.
func (p *Process) setFD(n int, d *descriptor) {
	old := p.fds[n]
	p.fds[n] = d
	if old != nil {
		old.close()
	}
}

// fdStream is a process's file descriptor, whatever is open there.
type fdStream struct {
	p *Process
	n int
}

// Read is io.Reader's.
func (f fdStream) Read(b []byte) (int, error) {
	f.p.step()
	d := f.p.fds[f.n]
	if d == nil {
		return 0, ErrBadDescriptor
	}
	if len(b) == 0 {
		return 0, nil
	}
	return d.stream.read(f.p, b)
}

// Write is io.Writer's.
func (f fdStream) Write(b []byte) (int, error) {
	f.p.step()
	d := f.p.fds[f.n]
	if d == nil {
		return 0, ErrBadDescriptor
	}
	return d.stream.write(f.p, b)
}

// bytesStream is bytes that are there already.
type bytesStream struct{ data []byte }

func (s *bytesStream) read(_ *Process, b []byte) (int, error) {
	if len(s.data) == 0 {
		return 0, io.EOF
	}
	n := copy(b, s.data)
	s.data = s.data[n:]
	return n, nil
}

func (s *bytesStream) write(*Process, []byte) (int, error) { return 0, ErrBadDescriptor }
func (s *bytesStream) close()                              {}

// keptStream keeps the tail of what is written to it.
type keptStream struct {
	limit int
	data  []byte
	total int64
}

func (s *keptStream) read(*Process, []byte) (int, error) { return 0, ErrBadDescriptor }
func (s *keptStream) close()                             {}

func (s *keptStream) write(_ *Process, b []byte) (int, error) {
	s.total += int64(len(b))
	s.data = append(s.data, b...)
	if len(s.data) > 2*s.limit {
		s.data = append(s.data[:0], s.data[len(s.data)-s.limit:]...)
	}
	return len(b), nil
}

func (s *keptStream) tail() []byte {
	if s == nil {
		return nil
	}
	return append([]byte(nil), s.data[max(0, len(s.data)-s.limit):]...)
}

func (s *keptStream) dropped() int64 {
	if s == nil {
		return 0
	}
	return s.total - int64(min(len(s.data), s.limit))
}

// writerStream is a writer outside. One that fails has lost its reader.
type writerStream struct{ w io.Writer }

func (s writerStream) read(*Process, []byte) (int, error) { return 0, ErrBadDescriptor }

func (s writerStream) write(p *Process, b []byte) (int, error) {
	n, err := s.w.Write(b)
	if err != nil {
		return n, p.brokenPipe()
	}
	return n, nil
}

func (s writerStream) close() {
	if c, ok := s.w.(io.Closer); ok {
		_ = c.Close() // a model outside: nobody is left to be told
	}
}

// device is one of /dev/null, /dev/zero and /dev/full.
type device string

func (d device) read(_ *Process, b []byte) (int, error) {
	if d == "null" {
		return 0, io.EOF
	}
	clear(b)
	return len(b), nil
}

func (d device) write(_ *Process, b []byte) (int, error) {
	if d == "full" {
		return 0, ErrNoSpace
	}
	return len(b), nil
}

func (d device) close() {}
