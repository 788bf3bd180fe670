package xmlrpc

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"runbook/effect"
)

// A call is one request under way.
type call struct {
	request *effect.Request
	peer    *peer
	access  *access  // nil until the password is known
	secrets scrubber // the peer's, and those among the arguments
	target  *target
	text    []byte // the document
	until   time.Time

	sent     bool // a byte of the request may have left this machine
	answered bool // a byte of the reply has come
}

// run performs the call. At most one of the error and the cause is set.
func (k *call) run(ctx context.Context) (v effect.Value, e *effect.Error, cause error) {
	if ctx.Err() != nil {
		e, cause = ended(ctx, false)
		return nil, e, cause
	}
	if err := k.peer.prepare(); err != nil {
		return nil, refused(err), nil
	}
	if e := k.prepare(ctx); e != nil {
		if ctx.Err() != nil {
			e, cause = ended(ctx, false)
		}
		return nil, e, cause
	}
	k.until = time.Now().Add(k.timeout())
	v, e, err := k.try(ctx, false)
	if stale, ok := err.(*errStale); ok {
		err = stale.error
		if k.request.Class == effect.Read && ctx.Err() == nil {
			v, e, err = k.try(ctx, true)
		}
	}
	if err != nil {
		e, cause = k.lost(ctx, err)
		return nil, e, cause
	}
	return v, e, nil
}

// An errStale is the error of a connection that had been in use before and on
// which no reply came: the other end had given it up, most likely. Only a read
// is sent again then, once, on a connection of its own.
type errStale struct{ error }

// try sends the request and reads what comes.
func (k *call) try(ctx context.Context, fresh bool) (effect.Value, *effect.Error, error) {
	pool, err := k.peer.pool(k.target.url)
	if err != nil {
		return nil, nil, err
	}
	c, err := pool.get(ctx, k.until, fresh, k.request.Class)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, c.interrupt)
	v, e, again, err := k.exchange(c, &pool.to)
	pool.put(c, stop() && again)
	return v, e, err
}

// exchange is one request and one reply on a connection. It reports whether
// the connection can be used again.
func (k *call) exchange(c *conn, to *route) (v effect.Value, e *effect.Error, again bool, err error) {
	sent, err := c.send(k.target.begin(to, k.access), k.text)
	k.sent = k.sent || sent
	var response *http.Response
	if sent { // even if not all was: a server may answer and close before it has read to the end
		var failure error
		response, k.answered, failure = c.response()
		err = cmp.Or(failure, err)
	}
	switch {
	case response == nil && !k.answered && c.used && !errors.Is(err, os.ErrDeadlineExceeded):
		return nil, nil, false, &errStale{err}
	case response == nil:
		return nil, nil, false, err
	}
	wire := &wire{src: response.Body, left: k.peer.client.Limits.Bytes}
	v, e = k.read(response, wire)
	if wire.lost != nil && response.StatusCode == http.StatusOK {
		return nil, nil, false, wire.lost
	}
	return v, e, wire.ended && !response.Close && c.r.Buffered() == 0, nil
}

func (k *call) timeout() time.Duration {
	return cmp.Or(k.request.Timeout, k.peer.Timeout, k.peer.client.Timeout)
}

// prepare finds out all that the request needs, without sending anything.
func (k *call) prepare(ctx context.Context) *effect.Error {
	var err error
	if k.target, err = k.peer.target(k.request.Target); err != nil {
		return refused(err)
	}
	if k.access, err = k.peer.login(ctx); err != nil {
		return &effect.Error{Kind: effect.Unauthorized, Message: err.Error()}
	}
	k.secrets = k.access.secrets
	args, err := k.resolve(ctx, k.request.Args)
	if err != nil {
		return &effect.Error{Kind: effect.Unauthorized, Message: err.Error()}
	}
	if k.text, err = encode(k.request.Operation, args); err != nil {
		return refused(err)
	}
	return nil
}

// resolve puts secrets in the place of the references to them.
func (k *call) resolve(ctx context.Context, args []effect.Value) ([]effect.Value, error) {
	if !hasSecret(args) {
		return args, nil
	}
	var found []string
	var replace func(v effect.Value) (effect.Value, error)
	replace = func(v effect.Value) (effect.Value, error) {
		var err error
		switch v := v.(type) {
		case effect.Secret:
			s, err := k.peer.client.Resolve(ctx, v)
			found = append(found, s)
			return s, err
		case []effect.Value:
			list := make([]effect.Value, len(v))
			for i := range v {
				if list[i], err = replace(v[i]); err != nil {
					return nil, err
				}
			}
			return list, nil
		case effect.Struct:
			s := make(effect.Struct, len(v))
			for i, f := range v {
				if f.Value, err = replace(f.Value); err != nil {
					return nil, err
				}
				s[i] = f
			}
			return s, nil
		}
		return v, nil
	}
	resolved, err := replace(args)
	if err != nil {
		return nil, err
	}
	k.secrets = newScrubber(k.peer.User, k.access.password, found...)
	return resolved.([]effect.Value), nil
}

func hasSecret(v effect.Value) bool {
	switch v := v.(type) {
	case effect.Secret:
		return true
	case []effect.Value:
		for _, e := range v {
			if hasSecret(e) {
				return true
			}
		}
	case effect.Struct:
		for _, f := range v {
			if hasSecret(f.Value) {
				return true
			}
		}
	}
	return false
}

// read makes a value or an error of the server's answer.
func (k *call) read(response *http.Response, wire *wire) (effect.Value, *effect.Error) {
	if response.StatusCode != http.StatusOK {
		return nil, k.status(response, wire)
	}
	var plain io.Reader = wire
	switch coding := response.Header.Get("Content-Encoding"); strings.ToLower(coding) {
	case "", "identity":
	case "gzip", "x-gzip": // not asked for, and sent by some all the same
		unpacked, err := gzip.NewReader(wire)
		if err != nil {
			return nil, unreadable("gzip: got something else, want a compressed reply")
		}
		plain = unpacked
	default:
		return nil, unreadable("reply: got an unknown content encoding, want none or gzip")
	}
	v, f, err := decode(plain, labelOf(response.Header.Get("Content-Type")), k.peer.client.Limits)
	switch {
	case err != nil:
		return nil, k.broken(err)
	case f != nil:
		return nil, k.fault(f)
	}
	return v, nil
}

// wire is the body of a reply as it comes: it stops at a limit, and keeps the
// error of a lost connection apart from those of what was sent over it.
type wire struct {
	src   io.Reader
	left  int64
	ended bool // all of it was read
	lost  error
}

var errTooLong = errors.New("the reply is too long")

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.src.Read(p)
	if w.left -= int64(n); w.left < 0 {
		return n, errTooLong
	}
	switch {
	case err == io.EOF:
		w.ended = true
	case err != nil:
		w.lost = err
	}
	return n, err
}
