// Package effect is the waist of the house: what a script asks of the world,
// what the world answers, and the one method between them.
//
// A [Request] is data: kind, target, operation, arguments, class. A
// [Performer] carries it out and gives a [Result]. The live world and the
// simulated world are Performers; so are the journal, the lock and every other
// layer, each around another Performer. The command stacks them:
//
//	interpreter ── Request ──> journal ──> gate ──> live world
//	            <── Result ──
//
// The life of one change: a builtin makes a Request and hands it to the
// interpreter, which numbers it within its branch ([ID]) and calls the
// outermost Performer. The journal writes the intent, passes the Request on,
// writes the Result, returns it. Next time, on resume, the same ID finds that
// Result in the journal and nothing is performed.
//
// What may be a value is a small closed set (see [Value]), so that a value is
// the same live, in the journal and after replay.
package effect

import (
	"context"
	"strconv"
	"time"
)

// A Performer carries out one request against a world.
//
// The Result holds the outcome, good or bad: an error of the world outside is
// Result.Err, recorded and replayed like a value. The error return is for what
// must never be recorded as an outcome: the run is being stopped, the journal
// cannot be written, the replay diverged, a change is [InDoubt].
type Performer interface {
	Perform(ctx context.Context, r Request) (Result, error)
}

// PerformerFunc makes a Performer of a function.
type PerformerFunc func(ctx context.Context, r Request) (Result, error)

// Perform calls f.
func (f PerformerFunc) Perform(ctx context.Context, r Request) (Result, error) { return f(ctx, r) }

// Class tells whether a request may be repeated freely.
type Class uint8

const (
	Read   Class = iota // may be repeated freely
	Change              // may not
)

func (c Class) String() string {
	if c == Change {
		return "change"
	}
	return "read"
}

// Recovery is a change's own policy for when it is in doubt.
type Recovery uint8

const (
	Ask    Recovery = iota // the operator decides
	Repeat                 // harmless twice: do it again
	Probe                  // a read of the script's tells whether it was done
	Keyed                  // whoever performs it finds out by its Key; where that fails, the probe or the operator tells
)

func (r Recovery) String() string {
	return [...]string{"ask", "repeat", "probe", "keyed"}[r]
}

// Kinds of requests. A request's kind selects the performer that knows it.
const (
	KindXMLRPC   = "xmlrpc"   // Operation is the method; Peer is the server
	KindClock    = "clock"    // OpNow, OpWait
	KindHost     = "host"     // OpRun, OpStart; Peer is the host
	KindOperator = "operator" // OpConfirm
	KindPoll     = "poll"     // a composite: Body looks until it is satisfied
	KindBranch   = "branch"   // OpBegin of a branch that others may cancel
)

// Operations of the kinds that belong to no protocol.
const (
	OpNow     = "now"     // value: time.Time
	OpWait    = "wait"    // Args: duration in nanoseconds (int64), why (string); value: nil
	OpRun     = "run"     // Args: a command (a list of words, or a line for the host's shell), Struct of how; value: Struct of code, stdout, stderr
	OpStart   = "start"   // Args: as OpRun; value: the process id (int64) of a daemon
	OpConfirm = "confirm" // Args: question, expected answer ("" for yes); value: the answer
	OpResolve = "resolve" // Args: ID, description and doubt of a change; value: "done", "again" or "fail"
	OpPoll    = "poll"    // Args: what, timeout in nanoseconds
	OpBegin   = "begin"   // Args: none
)

// An ID names an effect by its branch and its number within it, never by a
// global order, so that branches may run in any order and still find their own.
type ID struct {
	Branch string // "" is the main branch; "4.17" item 17 of main's effect 4; "4.17/2.0" below that
	Number int    // counted from 1 within the branch
}

func (id ID) String() string {
	if id.Branch == "" {
		return strconv.Itoa(id.Number)
	}
	return id.Branch + ":" + strconv.Itoa(id.Number)
}

// Child is the path of the branch that runs an item of the parallel id.
func (id ID) Child(item int) string {
	path := strconv.Itoa(id.Number) + "." + strconv.Itoa(item)
	if id.Branch == "" {
		return path
	}
	return id.Branch + "/" + path
}

// A Peer is whom a request talks to and how. It is shared, by pointer, by all
// requests to that peer, so that a performer can keep what it needs (a
// connection pool) by it. Immutable once made. Never recorded.
type Peer struct {
	Address string        // where, without credentials: "https://10.0.0.10/cluster1"
	System  string        // what a run locks: the address's scheme-less host and base path
	User    string        // "" for no authentication
	Secret  Secret        // the password
	Options Struct        // what else the performer of this kind knows, by the builtin's parameter names
	Timeout time.Duration // longest life of one request; 0 for the performer's default
	Settle  time.Duration // how long a request may still take effect after its client died
}

// A Request is one question to, or change of, the world outside the script.
type Request struct {
	// What is asked. These are compared on replay.
	ID        ID
	Kind      string
	Target    string // without credentials
	Operation string
	Args      []Value
	Class     Class

	// How it is asked. Not compared, so that a resumed run may ask better.
	Recovery Recovery
	Timeout  time.Duration // longest life; 0 for the peer's
	Peer     *Peer
	Position string // of the call in the script, file:line:col
	Step     string // names of the steps around it, joined by " > "
	Inner    bool   // part of a composite request: neither recorded nor replayed

	// Key names a change that is performed: the same name if it is performed
	// again because it is in doubt, another if it is begun anew after it ended.
	// It is unique within the run. Empty for a read.
	Key string
	// Begun is when an earlier life of this run first began the request; zero
	// if none did. Waits and polls count their deadline from it.
	Begun time.Time
	// Resolution says what to do about a change that is in doubt.
	Resolution Resolution
	// Cause is why it is in doubt, with the resolution GiveUp.
	Cause *Error
	// Refused is why a rule does not let a change through: that is its outcome,
	// and nobody performs it. Nil for all others.
	Refused *Error
	// Body is what a composite request consists of. The world at the bottom
	// calls it with the moment the request was begun, in this life or an earlier one.
	Body func(ctx context.Context, begun time.Time) (Result, error)
}

// Resolution is the answer to [InDoubt], carried by the same request performed anew.
type Resolution uint8

const (
	Unresolved   Resolution = iota // nobody has answered yet
	PerformAgain                   // record a new intent and perform it
	WasDone                        // record that it took effect; its value is nil
	GiveUp                         // record the doubt itself as the outcome, an error
)

func (r Resolution) String() string {
	return [...]string{"unresolved", "performed again", "was done", "given up"}[r]
}

// A Result is what came of a request.
type Result struct {
	Value    Value
	Err      *Error // nil if it went well
	Replayed bool   // answered from the journal
}

// Fail is the Result of a request that ended in e.
func Fail(e *Error) Result { return Result{Err: e} }

// InDoubt is the error of a change whose request was made but whose result is
// not known: the tool died, or the answer was lost. Perform the request again
// with a Resolution.
type InDoubt struct {
	Request Request
	Since   time.Time // when the request was made
	Cause   *Error    // why there is no result; nil if an earlier life of the run ended
}

func (e *InDoubt) Error() string {
	s := e.Request.Describe() + ": in doubt: "
	if e.Cause != nil {
		return s + e.Cause.Message
	}
	return s + "the run stopped before its result was recorded"
}

func (e *InDoubt) Unwrap() error {
	if e.Cause == nil {
		return nil
	}
	return e.Cause
}
