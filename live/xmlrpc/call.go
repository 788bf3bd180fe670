package xmlrpc

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"runbook/effect"
)

// A call is one request under way.
type call struct {
	request *effect.Request
	peer    *peer
	access  *access  // nil until the password is known
	secrets scrubber // the peer's, and those among the arguments
	url     *url.URL
	body    outgoing
}

// errLate is the cause of a context whose request has lived as long as it may.
var errLate = errors.New("the longest life of the request is over")

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
	life, done := context.WithTimeoutCause(ctx, k.timeout(), errLate)
	defer done()
	response, err := k.peer.transport.RoundTrip(k.post(life))
	if err != nil {
		e, cause = k.lost(ctx, life, err, false)
		return nil, e, cause
	}
	defer response.Body.Close()
	v, e, err = k.read(response)
	if err != nil {
		e, cause = k.lost(ctx, life, err, true)
		return nil, e, cause
	}
	return v, e, nil
}

func (k *call) timeout() time.Duration {
	return cmp.Or(k.request.Timeout, k.peer.Timeout, k.peer.client.Timeout)
}

// prepare finds out all that the request needs, without sending anything.
func (k *call) prepare(ctx context.Context) *effect.Error {
	var err error
	if k.url, err = url.Parse(k.request.Target); err != nil || k.url.Scheme != "http" && k.url.Scheme != "https" || k.url.Host == "" {
		return refused(errors.New("target: got no URL, want http://HOST/PATH or https://HOST/PATH"))
	}
	if k.url.User != nil {
		return refused(errors.New("target: got a user or password in the URL, want them in the peer"))
	}
	if k.access, err = k.peer.login(ctx); err != nil {
		return &effect.Error{Kind: effect.Unauthorized, Message: err.Error()}
	}
	k.secrets = k.access.secrets
	args, err := k.resolve(ctx, k.request.Args)
	if err != nil {
		return &effect.Error{Kind: effect.Unauthorized, Message: err.Error()}
	}
	if k.body.text, err = encode(k.request.Operation, args); err != nil {
		return refused(err)
	}
	return nil
}

// post makes the HTTP request. Only a read has a second copy of its body,
// which net/http may send on another connection.
func (k *call) post(ctx context.Context) *http.Request {
	common := k.access.change
	if k.request.Class == effect.Read {
		common = k.access.read
	}
	r := common.WithContext(ctx)
	r.URL, r.Host = k.url, k.url.Host
	r.Body, r.ContentLength = k.body.reader(), int64(len(k.body.text))
	if k.request.Class == effect.Read {
		r.GetBody = func() (io.ReadCloser, error) { return k.body.reader(), nil }
	}
	return r
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

// read makes a value or an error of the server's answer. A lost connection is
// the third.
func (k *call) read(response *http.Response) (effect.Value, *effect.Error, error) {
	limits := k.peer.client.Limits
	wire := &wire{src: response.Body, left: limits.Bytes}
	if response.StatusCode != http.StatusOK {
		return nil, k.status(response, wire), nil
	}
	var plain io.Reader = wire
	switch coding := response.Header.Get("Content-Encoding"); strings.ToLower(coding) {
	case "", "identity":
	case "gzip", "x-gzip":
		// Not asked for, and sent by some all the same.
		unpacked, err := gzip.NewReader(wire)
		if err != nil {
			return nil, unreadable("gzip: got something else, want a compressed reply"), wire.lost
		}
		plain = unpacked
	default:
		return nil, unreadable("reply: got an unknown content encoding, want none or gzip"), nil
	}
	v, f, err := decode(plain, labelOf(response.Header.Get("Content-Type")), limits)
	switch {
	case wire.lost != nil:
		return nil, nil, wire.lost
	case err != nil:
		return nil, k.broken(err), nil
	case f != nil:
		return nil, k.fault(f), nil
	}
	return v, nil, nil
}

// wire is the reply as it comes: it stops at a limit, and keeps the error of a
// lost connection apart from those of what was sent over it.
type wire struct {
	src  io.Reader
	left int64
	lost error
}

var errTooLong = errors.New("the reply is too long")

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.src.Read(p)
	if w.left -= int64(n); w.left < 0 {
		return n, errTooLong
	}
	if err != nil && err != io.EOF {
		w.lost = err
	}
	return n, err
}

// outgoing is the document of one call and whether net/http has begun to take it.
//
// The headers alone do nothing to a server, so as long as nothing was taken
// nothing was asked. Sealing settles it: what is not taken by then never is.
type outgoing struct {
	text  []byte
	state atomic.Int32
}

const (
	untouched int32 = iota
	taken
	sealed
)

var errSealed = errors.New("the request was given up before it was sent")

// seal makes sure that nothing will be taken any more and reports whether
// nothing was.
func (o *outgoing) seal() bool {
	return o.state.CompareAndSwap(untouched, sealed) || o.state.Load() == sealed
}

// reader reads the document from its beginning.
func (o *outgoing) reader() io.ReadCloser { return &reader{of: o} }

type reader struct {
	of *outgoing
	at int
}

func (r *reader) Read(p []byte) (int, error) {
	if !r.of.state.CompareAndSwap(untouched, taken) && r.of.state.Load() == sealed {
		return 0, errSealed
	}
	if r.at == len(r.of.text) {
		return 0, io.EOF
	}
	n := copy(p, r.of.text[r.at:])
	r.at += n
	return n, nil
}

func (r *reader) Close() error { return nil }
