// Package secret finds the secrets that references refer to: in an environment
// variable, in a file, in the output of a command.
//
// A [Resolver] finds each once, when a live performer first needs it, and
// keeps it in memory and nowhere else. Its errors name the reference and never
// what was found: nothing of a command's output is in them, and nothing of a
// file but its size.
package secret

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"runbook/effect"
)

// maxSize is the most bytes that a secret may have.
const maxSize = 64 << 10

// A Resolver finds secrets. The zero value is ready; it may be used by many
// goroutines at once. It must not be copied after first use.
type Resolver struct {
	// Lookup finds an environment variable; default [os.LookupEnv].
	Lookup func(name string) (string, bool)
	// Timeout is how long a command may take; default 1m. A person may have to
	// unlock something.
	Timeout time.Duration

	mu    sync.Mutex
	known map[effect.Secret]string
	under map[effect.Secret]*search
}

// A search is one look for one secret, for which others may wait.
type search struct {
	done  chan struct{}
	value string
	err   error
}

// Resolve finds the secret that s refers to. A secret that was found is kept;
// a failure is not. Those that ask at the same time wait for one search.
func (r *Resolver) Resolve(ctx context.Context, s effect.Secret) (string, error) {
	for {
		r.mu.Lock()
		if v, ok := r.known[s]; ok {
			r.mu.Unlock()
			return v, nil
		}
		other := r.under[s]
		if other == nil {
			mine := r.begin(s)
			r.mu.Unlock()
			r.search(ctx, s, mine)
			return mine.value, mine.err
		}
		r.mu.Unlock()
		select {
		case <-other.done:
			// The one who searched may have given up: that is not the others' end.
			if !errors.Is(other.err, context.Canceled) && !errors.Is(other.err, context.DeadlineExceeded) {
				return other.value, other.err
			}
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// begin notes that a search is under way.
func (r *Resolver) begin(s effect.Secret) *search {
	if r.under == nil {
		r.known, r.under = map[effect.Secret]string{}, map[effect.Secret]*search{}
	}
	mine := &search{done: make(chan struct{})}
	r.under[s] = mine
	return mine
}

// search finds s and ends the search.
func (r *Resolver) search(ctx context.Context, s effect.Secret, mine *search) {
	mine.value, mine.err = r.find(ctx, s)
	r.mu.Lock()
	defer r.mu.Unlock()
	if mine.err == nil {
		r.known[s] = mine.value
	}
	delete(r.under, s)
	close(mine.done)
}

func (r *Resolver) find(ctx context.Context, s effect.Secret) (string, error) {
	switch {
	case s.Env != "":
		return r.env(s.Env)
	case s.File != "":
		return file(s.File)
	case s.Command != "":
		return r.command(ctx, s.Command)
	}
	return "", errors.New("secret: got no reference, want env, file or command")
}

func (r *Resolver) env(name string) (string, error) {
	lookup := r.Lookup
	if lookup == nil {
		lookup = os.LookupEnv
	}
	v, ok := lookup(name)
	switch {
	case !ok:
		return "", fmt.Errorf("environment variable %s: not set", name)
	case v == "":
		return "", fmt.Errorf("environment variable %s: empty", name)
	}
	return v, nil
}

func file(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("file %s: %w", name, cause(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return "", fmt.Errorf("file %s: %w", name, cause(err))
	}
	return cut(b, "file "+name)
}

// cause is what a file system says, without the name that is said already.
func cause(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err
	}
	return err
}

// command runs a shell command line. It has no input; what it says on standard
// error is not shown, for it may be the secret.
func (r *Resolver) command(ctx context.Context, line string) (string, error) {
	limit := cmp.Or(r.Timeout, time.Minute)
	limited, done := context.WithTimeout(ctx, limit)
	defer done()
	var out bounded
	c := exec.CommandContext(limited, "sh", "-c", line)
	c.Stdout = &out
	c.WaitDelay = time.Second // for what it leaves behind with its output
	err := c.Run()
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("command %q: %w", line, ctx.Err())
	case limited.Err() != nil:
		return "", fmt.Errorf("command %q: no end within %s", line, effect.FormatDuration(limit))
	case err != nil && len(out.got) <= maxSize:
		return "", fmt.Errorf("command %q: %w; run it by hand to see what it says", line, err)
	}
	return cut(out.got, fmt.Sprintf("command %q", line))
}

// bounded takes a little more than a secret may have, and then refuses. It is
// no bytes.Buffer with a method more: a copy would go round that method.
type bounded struct{ got []byte }

func (b *bounded) Write(p []byte) (int, error) {
	b.got = append(b.got, p[:min(len(p), maxSize+1-len(b.got))]...)
	if len(b.got) > maxSize {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

// cut is the secret in what was read: all but a newline at its end.
func cut(b []byte, from string) (string, error) {
	if len(b) > maxSize {
		return "", fmt.Errorf("%s: got more than %d bytes, want a secret", from, maxSize)
	}
	s := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if s == "" {
		return "", fmt.Errorf("%s: empty", from)
	}
	return s, nil
}
