package simulator

import (
	"strconv"
	"strings"
	"time"

	"runbook/effect"
)

// This file defines what a client sees of what happened to its call. The
// texts are those that the live world's client has for the same thing on a socket.

// HTTP statuses that a simulated system answers with.
const (
	statusOK           = 200
	statusUnauthorized = 401
	statusForbidden    = 403
	statusGateway      = 501
	statusTimeout      = 504
)

func connectionRefused() *effect.Error {
	return &effect.Error{Kind: effect.Unreachable, Message: "connection refused"}
}

func connectionLost() *effect.Error {
	return &effect.Error{Kind: effect.Unreachable, Message: "connection lost before the answer", Doubt: true}
}

func timedOut(timeout time.Duration) *effect.Error {
	return &effect.Error{Kind: effect.Timeout, Message: "no answer within " + effect.FormatDuration(timeout), Doubt: true}
}

func faulted(code int64, text string) *effect.Error {
	return &effect.Error{Kind: effect.Fault, Message: text, Code: &code}
}

// httpStatus is a status other than 200 and the words after it.
func httpStatus(status int, text string) *effect.Error {
	e := &effect.Error{Kind: effect.Unreachable, Message: strings.TrimSpace(strconv.Itoa(status) + " " + text)}
	switch {
	case status == statusUnauthorized || status == statusForbidden:
		e.Kind = effect.Unauthorized
	case status >= statusGateway && status <= statusTimeout:
		e.Transient = true
	}
	return e
}
