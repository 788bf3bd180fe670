package host

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"runbook/effect"
)

// This file says in words what went wrong.

// tell completes an error for its reader. No secret is left in it.
func (k *call) tell(e *effect.Error) *effect.Error {
	e.Target, e.Operation, e.ID = k.request.Target, k.request.Operation, k.request.ID
	e.Message, e.Hint = k.hide(effect.Printable(e.Message)), k.hide(effect.Printable(e.Hint))
	return e
}

// hide takes the secrets of the input out of a text.
func (k *call) hide(text string) string {
	for _, s := range k.secrets {
		for _, s := range []string{s, strings.TrimSpace(s)} {
			if s != "" {
				text = strings.ReplaceAll(text, s, "<secret>")
			}
		}
	}
	return text
}

func refused(err error) *effect.Error {
	return &effect.Error{Kind: effect.Refused, Message: err.Error()}
}

// ended is what becomes of a request whose context is over: an outcome if
// another branch ended it, else the cause.
func ended(ctx context.Context, sent bool) (*effect.Error, error) {
	cause := context.Cause(ctx)
	if errors.Is(cause, effect.ErrCancelled) {
		return &effect.Error{Kind: effect.Cancelled, Message: effect.ErrCancelled.Error(), Doubt: sent, Transient: sent}, nil
	}
	return nil, cause
}

// broken is the error of a connection that was lost under a command. Its key,
// if it has one, tells what came of it.
func (k *call) broken(err error) *effect.Error {
	return &effect.Error{Kind: effect.Unreachable, Message: "the connection was lost while the command ran: " + err.Error(), Doubt: true, Transient: true}
}

func (k *call) noDir() *effect.Error {
	return &effect.Error{
		Kind: effect.Refused, Message: fmt.Sprintf("cwd: got %q, want a directory of the host", k.command.dir),
		Hint: "nothing was run; create it first, or check its name",
	}
}

func (k *call) noKeys(why []string) *effect.Error {
	return &effect.Error{
		Kind:    effect.Refused,
		Message: "the directory of keys cannot be written, so nothing was run: " + effect.Shorten(strings.Join(why, " "), 300),
		Hint:    "make room for it, choose another place with keys=\"/PATH\", or give keys=False to run changes without a trace",
	}
}

// mute is the error of a shell that did not run the program. It ended, so
// nothing will come of it any more.
func (k *call) mute(noise string, t *talk) *effect.Error {
	said := lastLine([]byte(noise))
	if said == "" {
		_, noise, _ = t.err.head()
		said = lastLine([]byte(noise))
	}
	e := &effect.Error{
		Kind: effect.Protocol, Message: fmt.Sprintf("the login shell ended with status %d before the command began", t.p.status.code),
		Hint: "log in by hand: the account needs a shell that runs commands, and startup files that let them through",
	}
	if said != "" {
		e.Message += ": " + strconv.Quote(said)
	}
	return e
}

// garbled is the error of an answer that cannot be understood.
func (k *call) garbled() *effect.Error {
	return &effect.Error{Kind: effect.Protocol, Message: "got an answer of the host's shell that is not whole, want the command's outputs", Doubt: true, Transient: true}
}
