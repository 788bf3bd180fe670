package xmlrpc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"runbook/effect"
)

// This file says in words what went wrong: of which kind it is, whether the
// request may have taken effect, and what to do next.

// tell completes an error for its reader. No secret is left in it.
func (k *call) tell(e *effect.Error) *effect.Error {
	e.Target, e.Operation, e.ID = k.request.Target, k.request.Operation, k.request.ID
	if u, err := url.Parse(e.Target); err != nil || u.User != nil {
		e.Target = k.peer.Address
	}
	e.Message, e.Hint = k.clean(e.Message), k.clean(e.Hint)
	return e
}

func (k *call) clean(text string) string { return effect.Printable(k.secrets.clean(text)) }

func refused(err error) *effect.Error {
	return &effect.Error{Kind: effect.Refused, Message: err.Error()}
}

// unreadable is the error of an answer that cannot be understood. The request
// was received, so it may have taken effect.
func unreadable(text string) *effect.Error {
	return &effect.Error{Kind: effect.Protocol, Message: text, Doubt: true}
}

// ended is what becomes of a request whose context is over: an outcome if
// another branch ended it, else the cause.
func ended(ctx context.Context, sent bool) (*effect.Error, error) {
	cause := context.Cause(ctx)
	if errors.Is(cause, effect.ErrCancelled) {
		return &effect.Error{Kind: effect.Cancelled, Message: effect.ErrCancelled.Error(), Doubt: sent}, nil
	}
	return nil, cause
}

// lost explains why there is no whole answer.
func (k *call) lost(ctx context.Context, err error) (*effect.Error, error) {
	if ctx.Err() != nil {
		return ended(ctx, k.sent)
	}
	timeout, _ := errors.AsType[net.Error](err)
	late := timeout != nil && timeout.Timeout()
	limit := effect.FormatDuration(k.timeout())
	var e *effect.Error
	switch {
	case late && k.answered:
		e = &effect.Error{Kind: effect.Timeout, Message: "the reply was not complete within " + limit}
	case late && k.sent:
		e = &effect.Error{Kind: effect.Timeout, Message: "no reply within " + limit}
	case k.sent:
		e = k.explain(err)
	default:
		e = k.explainConnecting(err, late)
	}
	e.Doubt = k.sent
	return e, nil
}

func unreachable(text string) *effect.Error {
	return &effect.Error{Kind: effect.Unreachable, Message: text}
}

// explain turns an error after the request was sent into one for people.
func (k *call) explain(err error) *effect.Error {
	switch {
	case errors.Is(err, errTLS):
		e := unreadable(err.Error())
		e.Hint = "the server speaks HTTPS on this port: use https://"
		return e
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		if k.answered {
			return unreachable("the connection was closed in the middle of the reply")
		}
		return unreachable("the connection was closed before the reply")
	case errors.Is(err, errNotHTTP), errors.Is(err, errHeader):
		return unreadable(err.Error())
	case strings.Contains(err.Error(), "malformed"):
		return unreadable(errNotHTTP.Error())
	}
	return unreadable(err.Error())
}

// explainConnecting is for errors before anything was sent. Late ones are
// those of a time limit.
func (k *call) explainConnecting(err error, late bool) *effect.Error {
	if p, ok := errors.AsType[*proxyError](err); ok {
		if p.cause == nil {
			return explainProxy(p)
		}
		e := k.explainConnecting(p.cause, late)
		e.Message = "proxy: " + e.Message
		return e
	}
	if e := certificateError(err); e != nil {
		return e
	}
	text := err.Error()
	name, noName := errors.AsType[*net.DNSError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	var e *effect.Error
	switch {
	case late:
		e = unreachable("no connection within " + effect.FormatDuration(min(k.peer.client.Connect, k.timeout())))
		e.Hint = "is it up, and is there no firewall on the way?"
	case noName && name.IsNotFound:
		e = unreachable("no address for the name " + strconv.Quote(name.Name))
		e.Hint = "check the name in the URL, and the name service of this machine"
	case errors.Is(err, syscall.ECONNREFUSED):
		e = unreachable("connection refused")
		e.Hint = "is it up? nothing listens on that port"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		e = unreachable("no route to the host")
		e.Hint = "check the address, and the network between this machine and the host"
	case noTLS:
		e = &effect.Error{Kind: effect.Protocol, Message: "got something that is not TLS, want TLS", Hint: "the server may speak plain HTTP on this port: use http://"}
	case strings.Contains(text, "protocol version"):
		e = &effect.Error{Kind: effect.Protocol, Message: text, Hint: "the server wants a TLS older than 1.2, which is not supported"}
	case strings.Contains(text, "tls: "):
		e = &effect.Error{Kind: effect.Protocol, Message: text}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		e = unreachable("the connection was closed before anything was sent")
	default:
		e = unreachable(text)
	}
	return e
}

func explainProxy(p *proxyError) *effect.Error {
	e := unreachable(p.Error())
	if p.status == http.StatusProxyAuthRequired {
		e.Kind = effect.Unauthorized
		e.Hint = "the proxy wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
	}
	return e
}

// status explains an answer that is not 200.
func (k *call) status(response *http.Response, body io.Reader) *effect.Error {
	code := response.StatusCode
	text := "status " + effect.Shorten(k.clean(strings.TrimSpace(response.Status)), 100)
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden:
		return &effect.Error{Kind: effect.Unauthorized, Message: text, Hint: k.credentials()}
	case http.StatusProxyAuthRequired:
		return explainProxy(&proxyError{text: "got " + text, status: code})
	case http.StatusNotImplemented, http.StatusBadGateway, http.StatusGatewayTimeout:
		// What is behind the gateway may have got the request.
		return &effect.Error{Kind: effect.Unreachable, Message: text, Transient: true, Doubt: true, Hint: "the server behind the gateway does not answer; it may be moving or starting"}
	case http.StatusServiceUnavailable:
		return &effect.Error{Kind: effect.Unreachable, Message: text, Transient: true, Hint: "the server says that it cannot answer now; it may be starting"}
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return &effect.Error{Kind: effect.Unreachable, Message: text, Transient: true}
	}
	if code >= 300 && code < 400 {
		return k.redirect(response, text)
	}
	head, err := io.ReadAll(io.LimitReader(body, windowSize))
	if said := k.secrets.excerpt(head, err == nil && len(head) < windowSize); said != "" {
		text += ": " + strconv.Quote(said)
	}
	// 4xx is the client's mistake: nothing was done.
	return &effect.Error{Kind: effect.Protocol, Message: text, Doubt: code < 400 || code >= 500}
}

// credentials is what to check when they are refused.
func (k *call) credentials() string {
	s := k.peer.Secret
	source := ""
	switch {
	case s.Env != "":
		source = "environment variable " + s.Env
	case s.File != "":
		source = "file " + s.File
	case s.Command != "":
		source = "the output of " + strconv.Quote(s.Command)
	case k.peer.User == "":
		return "no user was given: set user= and password="
	default:
		return fmt.Sprintf("check user %q; no password was given: set password=", k.peer.User)
	}
	return fmt.Sprintf("check user %q and the password, which is from %s", k.peer.User, source)
}

// redirect names where the server points to. It is not followed: what is asked
// of one address must not be done by another.
func (k *call) redirect(response *http.Response, text string) *effect.Error {
	e := &effect.Error{Kind: effect.Protocol, Message: text + ": got a redirect, want an answer", Doubt: response.StatusCode == http.StatusSeeOther}
	u, err := url.Parse(response.Header.Get("Location"))
	if err != nil || *u == (url.URL{}) {
		return e
	}
	shown := k.place(k.target.url.ResolveReference(u))
	e.Message = fmt.Sprintf("%s: got a redirect to %s, want an answer", text, shown)
	e.Hint = fmt.Sprintf("if that is the right place, use url=%q", shown)
	return e
}

// place is a URL without what may be secret: no user, no query, no fragment.
func (k *call) place(u *url.URL) string {
	path := u.EscapedPath()
	if k.clean(u.Path) != u.Path {
		path = k.clean(u.Path)
	}
	return effect.Shorten(k.clean(u.Scheme+"://"+u.Host)+path, 200)
}

// broken explains an answer that is no XML-RPC reply.
func (k *call) broken(err error) *effect.Error {
	e, ok := errors.AsType[*replyError](err)
	switch {
	case ok && e.foreign:
		text := e.Error()
		if said := k.secrets.excerpt(e.head, len(e.head) < windowSize); said != "" {
			text += ": " + strconv.Quote(said)
		}
		out := unreadable(text)
		out.Hint = "check the URL's path: something answers there, and it is not XML-RPC"
		return out
	case errors.Is(err, errTooLong):
		return unreadable("reply: got more than " + formatSize(k.peer.client.Limits.Bytes) + ", want at most that")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return unreadable("gzip: got the end of the compressed reply, want the rest of it")
	case !ok:
		return unreadable("gzip: got damaged data, want a compressed reply")
	}
	return unreadable(err.Error())
}

// fault is the error of a server that answers that it will not or cannot.
func (k *call) fault(f *faultReply) *effect.Error {
	const most = 8 << 10
	text := effect.Shorten(k.clean(f.text), most)
	switch {
	case text == "" && f.code == nil:
		text = "got a fault without code and text"
	case text == "":
		text = "got a fault without text"
	}
	return &effect.Error{Kind: effect.Fault, Message: text, Code: f.code}
}
