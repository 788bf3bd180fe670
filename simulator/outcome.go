package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator/exaoperation"
)

// This file defines what a client sees of what happened to its call. The
// texts are those that the live world's client has for the same on a socket,
// so that a rehearsal reads like the run.

// HTTP statuses that a simulated system answers with.
const (
	statusOK           = 200
	statusUnauthorized = 401
	statusForbidden    = 403
	statusGateway      = 501
	statusBadGateway   = 502
	statusUnavailable  = 503
	statusLate         = 504
)

// result is the answer as a client sees it.
func (x *exchange) result(t Trouble, a exaoperation.Answer) effect.Result {
	switch t.Effect {
	case LostBefore, LostAfter:
		return x.fail(connectionLost())
	case Refused:
		return x.fail(connectionRefused())
	case Unauthorized:
		return x.fail(x.status(statusUnauthorized, "Unauthorized"))
	case Gateway:
		return x.fail(x.status(statusGateway, "Gateway error"))
	case Reply:
		return x.fail(faulted(t.Code, t.Text))
	}
	switch {
	case a.Unreachable:
		return x.fail(connectionRefused())
	case a.Dropped:
		return x.fail(connectionLost())
	case a.Fault != nil:
		return x.fail(faulted(a.Fault.Code, a.Fault.Text))
	case a.Status != 0 && a.Status != statusOK:
		return x.fail(x.status(a.Status, a.Body))
	}
	return effect.Result{Value: t.Answered(a).Value}
}

// interrupted is what comes of a call that was sent and not waited for.
func (x *exchange) interrupted(cause error) (effect.Result, error) {
	switch {
	case errors.Is(cause, errDeadline):
		return x.fail(timedOut(x.timeout)), nil
	case errors.Is(cause, effect.ErrCancelled):
		return x.fail(&effect.Error{Kind: effect.Cancelled, Message: effect.ErrCancelled.Error(), Doubt: true}), nil
	}
	return effect.Result{}, cause
}

func (x *exchange) fail(e *effect.Error) effect.Result { return x.world.fail(x.request, e) }

func connectionRefused() *effect.Error {
	return &effect.Error{Kind: effect.Unreachable, Message: "connection refused", Hint: "is it up? nothing listens on that port"}
}

func connectionLost() *effect.Error {
	return &effect.Error{Kind: effect.Unreachable, Message: "the connection was closed before the reply", Doubt: true}
}

func timedOut(timeout time.Duration) *effect.Error {
	return &effect.Error{Kind: effect.Timeout, Message: "no reply within " + effect.FormatDuration(timeout), Doubt: true}
}

func faulted(code int64, text string) *effect.Error {
	const most = 8 << 10
	return &effect.Error{Kind: effect.Fault, Message: cmp.Or(effect.Shorten(effect.Printable(text), most), "got a fault without text"), Code: &code}
}

// status is the error of a status other than 200 and the words after it.
func (x *exchange) status(status int, words string) *effect.Error {
	text := strconv.Itoa(status) + " " + strings.Join(strings.Fields(words), " ")
	text = "status " + effect.Shorten(effect.Printable(strings.TrimSpace(text)), 100)
	switch status {
	case statusUnauthorized, statusForbidden:
		return &effect.Error{Kind: effect.Unauthorized, Message: text, Hint: credentials(x.request.Peer)}
	case statusGateway, statusBadGateway, statusLate:
		return &effect.Error{
			Kind: effect.Unreachable, Message: text, Transient: true, Doubt: true,
			Hint: "the server behind the gateway does not answer; it may be moving or starting",
		}
	case statusUnavailable:
		return &effect.Error{Kind: effect.Unreachable, Message: text, Transient: true, Hint: "the server says that it cannot answer now; it may be starting"}
	}
	return &effect.Error{Kind: effect.Protocol, Message: text, Doubt: status < 400 || status >= 500}
}

// credentials is what to check when they are refused.
func credentials(p *effect.Peer) string {
	if p == nil || p.User == "" {
		return "no user was given: set user= and password="
	}
	source := ""
	switch s := p.Secret; {
	case s.Env != "":
		source = "environment variable " + s.Env
	case s.File != "":
		source = "file " + s.File
	case s.Command != "":
		source = "the output of " + strconv.Quote(s.Command)
	default:
		return fmt.Sprintf("check user %q; no password was given: set password=", p.User)
	}
	return fmt.Sprintf("check user %q and the password, which is from %s", p.User, source)
}
