package effect

import "errors"

// A Kind classifies an Error for scripts (error.kind, tolerate), exit codes
// and hints.
type Kind string

const (
	Unreachable  Kind = "unreachable"  // no answer from the target
	Unauthorized Kind = "unauthorized" // the target refused the credentials
	Fault        Kind = "fault"        // the target answered that it will not or cannot
	Exit         Kind = "exit"         // a command ended with a status that is not 0
	Timeout      Kind = "timeout"      // a deadline passed
	Refused      Kind = "refused"      // an interlock, a declaration or a policy forbids it
	Declined     Kind = "declined"     // the operator said no
	Cancelled    Kind = "cancelled"    // another branch failed first
	Failed       Kind = "failed"       // the script's own fail
	Protocol     Kind = "protocol"     // the target answered what cannot be understood
)

// Kinds lists every Kind, for messages and documentation.
var Kinds = []Kind{Unreachable, Unauthorized, Fault, Exit, Timeout, Refused, Declined, Cancelled, Failed, Protocol}

// An Error is the bad outcome of a request. Its fields are recorded and
// replayed; they never hold credentials.
type Error struct {
	Kind      Kind
	Message   string // what happened, without target and operation
	Target    string
	Operation string
	Code      *int64 // a fault's or an exit's code, if it has one
	Hint      string // what to do or type next, if known
	ID        ID     // the effect it is the outcome of; zero for the script's own

	// Doubt: the request was sent and no answer came, so it may have taken
	// effect or may yet. Only a change cares.
	Doubt bool
	// Retryable: a request like it may go better later (a 501 of a gateway).
	Transient bool
	// Details are an error's own values: the last value of a poll, the failed
	// items of a parallel.
	Details Struct
}

// Error is target, operation and message: "10.0.0.10/cluster1: getNodeList: connection refused".
func (e *Error) Error() string {
	s := e.Message
	if e.Operation != "" {
		s = e.Operation + ": " + s
	}
	if e.Target != "" {
		s = e.Target + ": " + s
	}
	return s
}

// Is reports whether target is a KindError of the same kind.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// Error makes a Kind usable as the target of errors.Is.
func (k Kind) Error() string { return string(k) }

// ErrStopped is the cause of a context whose run is being stopped by its
// operator or its deadline: what is under way is not an outcome and must not
// be recorded as one.
var ErrStopped = errors.New("the run was stopped")

// ErrCancelled is the cause of a context whose branch is cancelled because
// another branch failed. It is an outcome: Kind Cancelled.
var ErrCancelled = errors.New("cancelled: another branch failed")
