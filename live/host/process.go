package host

import (
	"bytes"
	"context"
	"io"
	"sync"
	"time"
)

// A shell runs programs on one host.
type shell interface {
	// start begins a program. An urgent one does not wait for others to end, and
	// takes another way if it must. The error is an *effect.Error, or of ctx:
	// then nothing began; or *lost.
	start(ctx context.Context, program string, urgent bool) (*process, error)
	// interpreter is the word that names, in a program, what runs a line.
	interpreter() string
	// where is the directory of keys; "" if none are kept.
	where() string
}

// A process is a program that runs.
type process struct {
	stdin          io.WriteCloser // nil if it takes no input
	stdout, stderr io.Reader
	exited         chan struct{} // closed when it is known what became of it
	status         status
	err            error  // why its status is not known; *lost
	end            func() // gives it up; it may go on without us
}

// A status is how a program ended.
type status struct {
	code   int
	signal string // KILL; "" for none
}

// A lost is the error of a connection that ended before the program's end was known.
type lost struct{ why string }

func (e *lost) Error() string { return e.why }

// A talk is one program from beginning to end.
type talk struct {
	p        *process
	out, err *sink
	copied   sync.WaitGroup
	linger   time.Duration
}

// buffers are for copying outputs.
var buffers = sync.Pool{New: func() any { return new([16 << 10]byte) }}

// speak begins to take what a process says, and to tell it its input.
func speak(p *process, mark string, limit int64, input []byte, linger time.Duration) *talk {
	t := &talk{p: p, out: newSink(mark, limit), err: newSink(mark, limit), linger: linger}
	if p.stdin != nil {
		go func() {
			io.Copy(p.stdin, bytes.NewReader(input)) // one that does not read it all may be content
			p.stdin.Close()
		}()
	}
	t.copied.Go(func() { pour(t.out, p.stdout) })
	t.copied.Go(func() { pour(t.err, p.stderr) })
	return t
}

func pour(to *sink, from io.Reader) {
	b := buffers.Get().(*[16 << 10]byte)
	defer buffers.Put(b)
	for {
		n, err := from.Read(b[:])
		if n > 0 {
			to.Write(b[:n])
		}
		if err != nil {
			return
		}
	}
}

// wait returns when the program has ended and its outputs too, or no more comes
// of these: something that it left behind holds them. The error is of ctx, and
// the program is still there then; or *lost.
func (t *talk) wait(ctx context.Context) error {
	select {
	case <-t.p.exited:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer t.p.end()
	if t.p.err != nil {
		return t.p.err
	}
	drained := make(chan struct{})
	go func() { t.copied.Wait(); close(drained) }()
	const most = 10 // so long may something left behind go on talking
	for range most {
		before := t.out.moved() + t.err.moved()
		quiet := time.NewTimer(t.linger)
		select {
		case <-drained:
			quiet.Stop()
			return nil
		case <-quiet.C:
		}
		if t.out.moved()+t.err.moved() == before {
			return nil
		}
	}
	return nil
}
