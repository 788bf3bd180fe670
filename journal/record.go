package journal

import (
	"time"

	"runbook/effect"
)

// Format is the version of the format that this package writes. It reads every
// version from 1 to Format.
const Format = 1

// A Kind says what a record is about.
type Kind string

// Kinds of records.
const (
	KindHeader    Kind = "header"    // the first record: what is run, and where
	KindIntent    Kind = "intent"    // a change is about to be performed
	KindBegin     Kind = "begin"     // a wait or a composite request began
	KindOutcome   Kind = "outcome"   // what came of a request
	KindWithdrawn Kind = "withdrawn" // a change whose intent is recorded was not performed after all
	KindNote      Kind = "note"      // for people
	KindEnd       Kind = "end"       // a life of the run ended
	KindResumed   Kind = "resumed"   // another life of the run began
)

// A Header says what is run, and where. It is the first record.
type Header struct {
	Format   int           // set when the run is created
	Run      string        // id of the run; set when it is created, if empty
	Tool     string        // version of the tool
	Runbook  string        // name of the runbook, as its loader knows it
	Path     string        // where the runbook was found
	Params   effect.Struct // parameters of main, as given
	Site     string        // name of the site's file, as its loader knows it
	SitePath string        // where the site was found
	Systems  []string      // what the run works on and locks
	World    string        // WorldLive or WorldSimulated
	Seed     int64         // of a simulated world
	Start    time.Time     // set when the run is created, if zero
	Sources  []SourceInfo  // set when the run is created
}

// Worlds that a run may be in.
const (
	WorldLive      = "live"
	WorldSimulated = "simulated"
)

// State is how a run, or the last life of it, ended.
type State string

// States of runs.
const (
	Unfinished State = "unfinished" // no life of it has said how it ended: it goes on, or was killed
	Done       State = "done"       // main returned
	Failed     State = "failed"     // an error left main
	Stopped    State = "stopped"    // stopped by its operator; can be resumed as if it had been killed
	Abandoned  State = "abandoned"  // will not be resumed
)

// An Outcome is how a life of a run ended.
type Outcome struct {
	State State
	Error *effect.Error // nil if there is none
	Exit  int           // exit status
	// Failed are the effects that the error came from. A run that is resumed
	// to try again performs them anew.
	Failed []effect.ID
}

// A Note is something said to people during a run. Notes are not replayed.
type Note struct {
	Kind     string // "step", "log", "print" and so on: a word of whoever says it, or NoteLost
	Branch   string // see effect.ID
	Step     string // names of the steps around it, joined by " > "
	Item     string // what the branch works on
	Text     string
	Position string // in the script
}

// NoteLost is the kind of the journal's own notes: a change got no answer.
const NoteLost = "lost"

// A Life is one process's part of a run, from the second on.
type Life struct {
	Tool   string // version of the tool
	Edited bool   // the sources are those of Sources, not those recorded before
	// Retry performs anew the effects that a failed run failed of.
	Retry bool
	// Sources are the files as they are now, for an edited life.
	Sources []Source
}

// A Record is one line of a journal, for people.
type Record struct {
	Number int // counted from 1
	Offset int64
	Kind   Kind
	Time   time.Time

	// Of intent, begin, outcome and withdrawn.
	ID      effect.ID
	Request effect.Request // also of an outcome whose request is in an earlier record
	Try     int            // of an intent: how often the change is tried, from 1
	Took    time.Duration  // of an outcome: how long it was performed; 0 if it was not

	// Of an outcome.
	Result     effect.Result
	Resolution effect.Resolution // what settled a change in doubt, if nothing was performed

	Header  *Header  // of a header
	Note    *Note    // of a note
	Outcome *Outcome // of an end
	Resumed *Resumed // of a resumed
}

// Resumed is how another life of a run began.
type Resumed struct {
	Life    int    // 2 for the second
	Tool    string // version of the tool
	Edited  bool
	Sources []SourceInfo // of an edited life
	// Retried are effects whose outcome no longer counts: they are performed anew.
	Retried []effect.ID
	// Reopened are changes whose outcome no longer counts and that are in doubt again.
	Reopened []effect.ID
}
