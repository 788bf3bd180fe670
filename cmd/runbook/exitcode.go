package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
)

// A Code is an exit status of the command: a public contract.
type Code int

// Exit codes.
const (
	Done          Code = 0
	RunbookFailed Code = 1
	Usage         Code = 2
	InvalidScript Code = 3
	CannotReach   Code = 4
	RefusedByRule Code = 5
	WaitTimedOut  Code = 6
	StoppedAtGate Code = 7
	SystemLocked  Code = 8
	ResumeRefused Code = 9
	ChangeInDoubt Code = 10
	Internal      Code = 20
	Interrupted   Code = 130
	Terminated    Code = 143
)

// codes is the documented table.
var codes = []struct {
	Code    Code
	Meaning string
}{
	{Done, "done"},
	{RunbookFailed, "the runbook failed"},
	{Usage, "the command line is wrong"},
	{InvalidScript, "a script is invalid"},
	{CannotReach, "a target is unreachable"},
	{RefusedByRule, "a change was refused by a rule, or a simulated system ran into a hazard"},
	{WaitTimedOut, "a wait timed out"},
	{StoppedAtGate, "stopped at a gate: a question was declined or nobody was there to answer"},
	{SystemLocked, "another run holds the system"},
	{ResumeRefused, "the run cannot be resumed"},
	{ChangeInDoubt, "a change is in doubt and needs the operator's answer"},
	{Internal, "internal error"},
	{Interrupted, "interrupted (Ctrl-C); the run can be resumed"},
	{Terminated, "terminated (SIGTERM); the run can be resumed"},
}

// An exitError has an exit code, and a hint: what to type next.
type exitError struct {
	code   Code
	err    error
	hint   string
	silent bool // it was already said
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usage is a mistake on the command line.
func usage(format string, args ...any) error {
	return &exitError{code: Usage, err: fmt.Errorf(format, args...)}
}

// kindCodes are the codes of runs that end in an error of a kind.
var kindCodes = map[effect.Kind]Code{
	effect.Unreachable: CannotReach, effect.Refused: RefusedByRule, effect.Timeout: WaitTimedOut,
	effect.Declined: StoppedAtGate,
}

// codeOf is the exit code of an error; the code nearest its cause wins.
func codeOf(err error) Code {
	var exit *exitError
	var unsettled *interpreter.Unsettled
	var e *effect.Error
	switch {
	case err == nil:
		return Done
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &unsettled):
		return ChangeInDoubt
	case errors.Is(err, errNobody):
		return StoppedAtGate
	case errors.As(err, new(*errRunTimeout)):
		return WaitTimedOut
	case errors.As(err, new(*journal.Locked)):
		return SystemLocked
	case errors.As(err, new(*journal.NoSuchRun)):
		return Usage
	case errors.As(err, new(*journal.Divergence)), errors.As(err, new(*journal.NotResumable)),
		errors.As(err, new(*journal.Damaged)), errors.As(err, new(*journal.UnknownFormat)):
		return ResumeRefused
	case errors.Is(err, effect.ErrStopped), errors.Is(err, context.Canceled):
		return Interrupted
	case errors.As(err, &e):
		if c, ok := kindCodes[e.Kind]; ok {
			return c
		}
	}
	return RunbookFailed
}

// exit says what err is, if that was not said, and returns its status.
func (a *App) exit(err error) int {
	var e *exitError
	if err != nil && !(errors.As(err, &e) && e.silent) {
		fmt.Fprintf(a.stderr, "runbook: %v\n", err)
		if e != nil && e.hint != "" {
			fmt.Fprintf(a.stderr, "  %s\n", e.hint)
		}
	}
	return int(codeOf(err))
}

// exitCodesTopic is the help about exit statuses.
func exitCodesTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("The exit status of runbook says how it ended. It is the same in every version:\n\n")
	for _, c := range codes {
		fmt.Fprintf(&b, "  %3d  %s\n", c.Code, c.Meaning)
	}
	return &cobra.Command{Use: "exit-codes", Short: "What the exit statuses mean", Long: strings.TrimRight(b.String(), "\n")}
}
