package journal

import (
	"fmt"
	"strings"
	"time"

	"runbook/effect"
)

// Damaged is what is wrong with a journal that cannot be read on: it was
// edited, or the disk lost or changed some of it.
type Damaged struct {
	Path    string
	Record  int   // number of the record that is bad; 0 if it is not about one
	Offset  int64 // of its first byte
	Problem string
}

func (e *Damaged) Error() string {
	if e.Record == 0 {
		return fmt.Sprintf("%s: %s", e.Path, e.Problem)
	}
	return fmt.Sprintf("%s: record %d at byte %d: %s", e.Path, e.Record, e.Offset, e.Problem)
}

// UnknownFormat is the refusal of a journal of a version this tool does not know.
type UnknownFormat struct {
	Path string
	Got  int64
}

func (e *UnknownFormat) Error() string {
	return fmt.Sprintf("%s: got format version %d, want 1 to %d: it was written by a newer runbook; read it with that one", e.Path, e.Got, Format)
}

// A Divergence is a replay in which script and journal do not agree. Nothing is
// performed from then on.
type Divergence struct {
	Name     string          // Missing, Extra or Differs
	ID       effect.ID       // of the effect that is asked for; of the recorded one if none is
	Record   int             // number of the record that does not agree
	In       string          // what of the effect differs: "operation", "argument 2" and so on
	Recorded *effect.Request // what the journal has; nil if it has the end of the run
	Asked    *effect.Request // what the script asks for; nil if it asks for nothing
}

// Names of divergences.
const (
	Missing = "missing" // a recorded effect is not asked for
	Extra   = "extra"   // the script asks for an effect where the recorded run went on without one
	Differs = "differs" // the script asks for another effect than the recorded one
)

func (e *Divergence) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "effect %s %s", e.ID, e.Name)
	if e.Name == Differs {
		b.WriteString(" from the journal in its " + e.In)
	}
	switch {
	case e.Recorded == nil:
		fmt.Fprintf(&b, ": record %d is the end of the run", e.Record)
	case e.Recorded.ID == e.ID:
		fmt.Fprintf(&b, ": record %d has %s", e.Record, place(e.Recorded))
	default:
		fmt.Fprintf(&b, ": record %d goes on with effect %s, %s", e.Record, e.Recorded.ID, place(e.Recorded))
	}
	if e.Asked != nil {
		fmt.Fprintf(&b, "; the script asks for %s", place(e.Asked))
	} else {
		b.WriteString("; the script did not ask for it")
	}
	return b.String()
}

// place is a request and where in the script it was made.
func place(r *effect.Request) string {
	s := r.Describe()
	if r.Class == effect.Change {
		s += " (a change)"
	}
	if r.Position != "" {
		s += ", " + r.Position
	}
	return s
}

// Edge is the refusal of a request that a [Fit] has no result of: the
// recorded part ends before it.
type Edge struct{ Request effect.Request }

func (e *Edge) Error() string {
	return "the journal ends before " + place(&e.Request)
}

// NotResumable is the refusal to resume a run.
type NotResumable struct {
	Run   string
	State State
	Why   string
	Hint  string // what to type instead
}

func (e *NotResumable) Error() string {
	return fmt.Sprintf("run %s is %s: %s", e.Run, e.State, e.Why)
}

// NoSuchRun is the refusal of a name that does not name one run.
type NoSuchRun struct {
	Which string
	Runs  []string // those it may mean, newest first
}

func (e *NoSuchRun) Error() string {
	switch {
	case e.Which == "":
		return "no run is unfinished"
	case len(e.Runs) == 0:
		return fmt.Sprintf("run %q: got no run of that name", e.Which)
	}
	return fmt.Sprintf("run %q: got the beginning or end of %s, want that of one run", e.Which, strings.Join(e.Runs, ", "))
}

// Locked is the refusal of a system, or of a run, that another process
// is working on.
type Locked struct {
	System string // "" for a run
	Holder Holder // what is known of the other; zero if nothing is
}

func (e *Locked) Error() string {
	if e.System == "" {
		return fmt.Sprintf("run %s: still going on in another process", e.Holder.Run)
	}
	if e.Holder.Run == "" {
		return e.System + ": locked by another run"
	}
	return fmt.Sprintf("%s: locked by run %s of %s, process %d on %s, since %s", e.System, e.Holder.Run, e.Holder.Runbook,
		e.Holder.PID, e.Holder.Host, e.Holder.Since.UTC().Format(time.RFC3339))
}

func (e *Locked) Unwrap() error { return ErrLocked }
