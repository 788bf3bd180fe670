package main

import (
	"encoding/json"
	"time"

	"runbook/effect"
	"runbook/journal"
)

// runLine is the first line of a run told as JSON.
type runLine struct {
	Kind    string          `json:"kind"` // "run"
	Run     string          `json:"run"`
	State   string          `json:"state"`
	Runbook string          `json:"runbook"`
	Path    string          `json:"path,omitempty"`
	Site    string          `json:"site,omitempty"`
	Systems []string        `json:"systems,omitempty"`
	Lifted  []string        `json:"lifted,omitempty"` // interlocks that are not in force
	World   string          `json:"world"`
	Seed    int64           `json:"seed,omitempty"`
	Params  json.RawMessage `json:"params"`
	Began   time.Time       `json:"began"`
	Lives   int             `json:"lives"`
	Records int             `json:"records"`
	InDoubt []string        `json:"in_doubt,omitempty"` // effects, as --answer takes them
	Dir     string          `json:"dir"`
	Notice  string          `json:"notice,omitempty"`
}

// recordLine is a record told as JSON.
type recordLine struct {
	Record int       `json:"record"`
	Kind   string    `json:"kind"`
	Time   time.Time `json:"time"`

	Effect    string          `json:"effect,omitempty"`
	Class     string          `json:"class,omitempty"`
	Target    string          `json:"target,omitempty"`
	Operation string          `json:"operation,omitempty"`
	Args      json.RawMessage `json:"args,omitempty"`
	Try       int             `json:"try,omitempty"`
	Seconds   float64         `json:"seconds,omitempty"`
	Value     json.RawMessage `json:"value,omitempty"`
	Error     *errorLine      `json:"error,omitempty"`
	Settled   string          `json:"settled,omitempty"`

	Note     string `json:"note,omitempty"`
	Text     string `json:"text,omitempty"`
	Branch   string `json:"branch,omitempty"`
	Item     string `json:"item,omitempty"`
	Step     string `json:"step,omitempty"`
	Position string `json:"position,omitempty"`

	State  string `json:"state,omitempty"`
	Exit   *int   `json:"exit,omitempty"`
	Life   int    `json:"life,omitempty"`
	Tool   string `json:"tool,omitempty"`
	Edited bool   `json:"edited,omitempty"`
}

// errorLine is an error told as JSON.
type errorLine struct {
	Kind      string `json:"kind"`
	Message   string `json:"message"`
	Target    string `json:"target,omitempty"`
	Operation string `json:"operation,omitempty"`
	Code      *int64 `json:"code,omitempty"`
	Hint      string `json:"hint,omitempty"`
	Doubt     bool   `json:"doubt,omitempty"`
}

// showRunJSON writes a line for the run and one for each record but the header.
func (a *App) showRunJSON(r *journal.Recording, open map[effect.ID]journal.Record, lifted []string) error {
	h := r.Header
	first := runLine{
		Kind: "run", Run: h.Run, State: stateOf(r.State, r.Live), Runbook: runbookName(h), Path: h.Path, Site: h.SitePath, Systems: h.Systems,
		Lifted: lifted, World: h.World, Seed: h.Seed, Params: effect.AppendJSON(nil, h.Params), Began: h.Start, Lives: r.Lives, Records: r.Count,
		Dir: r.Dir, Notice: r.Notice,
	}
	for _, rec := range doubts(r, open) {
		first.InDoubt = append(first.InDoubt, rec.ID.String())
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(first); err != nil {
		return err
	}
	for rec, err := range r.Records() {
		if err != nil {
			return err
		}
		if rec.Header != nil {
			continue
		}
		if err := enc.Encode(lineOf(&rec)); err != nil {
			return err
		}
	}
	return nil
}

// lineOf is a record as a JSON line has it.
func lineOf(r *journal.Record) recordLine {
	l := recordLine{Record: r.Number, Kind: string(r.Kind), Time: r.Time}
	switch {
	case r.Note != nil:
		l.Note, l.Text, l.Branch, l.Item, l.Step, l.Position = r.Note.Kind, r.Note.Text, r.Note.Branch, r.Note.Item, r.Note.Step, r.Note.Position
	case r.Outcome != nil:
		l.State, l.Exit, l.Error = string(r.Outcome.State), &r.Outcome.Exit, errorOf(r.Outcome.Error)
	case r.Resumed != nil:
		l.Life, l.Tool, l.Edited = r.Resumed.Life, r.Resumed.Tool, r.Resumed.Edited
	default:
		l.effect(r)
	}
	return l
}

// effect fills in what a record says of an effect.
func (l *recordLine) effect(r *journal.Record) {
	q := &r.Request
	l.Effect, l.Class, l.Target, l.Operation, l.Try = r.ID.String(), q.Class.String(), q.Target, q.Operation, r.Try
	l.Step, l.Position, l.Seconds = q.Step, q.Position, r.Took.Seconds()
	if len(q.Args) > 0 {
		l.Args = effect.AppendJSON(nil, q.Args)
	}
	if r.Kind != journal.KindOutcome {
		return
	}
	if l.Error = errorOf(r.Result.Err); l.Error == nil {
		l.Value = effect.AppendJSON(nil, r.Result.Value)
	}
	if r.Resolution != effect.Unresolved {
		l.Settled = r.Resolution.String()
	}
}

func errorOf(e *effect.Error) *errorLine {
	if e == nil {
		return nil
	}
	return &errorLine{
		Kind: string(e.Kind), Message: e.Message, Target: e.Target, Operation: e.Operation, Code: e.Code, Hint: e.Hint, Doubt: e.Doubt,
	}
}
