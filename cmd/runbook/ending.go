package main

import (
	"errors"
	"fmt"
	"time"

	"runbook/effect"
	"runbook/interpreter"
)

// A hazardError is a rehearsal that ended well and did something unsafe.
var errHazards = errors.New("the rehearsal ran into hazards")

// end tells how the run ended and returns the error that decides the exit status.
func (s *session) end(err error, hazards []string, took time.Duration) error {
	p := s.progress
	if p.view != nil {
		p.view.close()
	}
	if p.json {
		return s.endJSON(err, hazards, took)
	}
	for _, h := range hazards {
		fmt.Fprintf(p.err, "%s %s\n", p.paint(red, "hazard:"), h)
	}
	summary := fmt.Sprintf("%s, %s, %s", effect.FormatDuration(took), count(s.counts.changes.Load(), "change"), count(s.counts.reads.Load(), "read"))
	if p.simulated {
		summary = "simulated " + summary
	}
	if err == nil {
		if p.level != quiet {
			fmt.Fprintf(p.err, "\n%s in %s\n", p.paint(green, "done"), summary)
		}
		if hazards != nil {
			return &exitError{code: RefusedByRule, err: errHazards, silent: true}
		}
		return nil
	}
	fmt.Fprintln(p.err)
	s.tellFailure(err)
	fmt.Fprintf(p.err, "\n%s after %s\n", p.paint(red, ending(err)), summary)
	s.tellNext(err)
	return &exitError{code: codeOf(err), err: err, silent: true}
}

// tellFailure writes what went wrong. A run that was stopped failed at nothing.
func (s *session) tellFailure(err error) {
	if interpreter.IsOutcome(err) {
		writeFailure(s.progress.err, s.progress.color, err, s.job.files())
		return
	}
	if errors.Is(err, effect.ErrStopped) {
		fmt.Fprintln(s.progress.err, visible(err.Error()))
	} else {
		fmt.Fprintf(s.progress.err, "%s %s\n", s.progress.paint(red, "stopped:"), visible(err.Error()))
	}
	var exit *exitError
	if errors.As(err, &exit) && exit.hint != "" {
		fmt.Fprintf(s.progress.err, "  %s %s\n", s.progress.paint(bold, "hint:"), exit.hint)
	}
}

func ending(err error) string {
	if interpreter.IsOutcome(err) {
		return "failed"
	}
	return "stopped"
}

// tellNext says how to go on: the command to type.
func (s *session) tellNext(err error) {
	if s.journal == nil || s.progress.simulated {
		return
	}
	id := s.journal.Header().Run
	var doubt *interpreter.Unsettled
	if errors.As(err, &doubt) {
		eid := doubt.InDoubt.Request.ID
		fmt.Fprintf(s.progress.err, "  look at the system, then one of\n    runbook resume %s --answer %s=done\n    runbook resume %s --answer %s=again\n", id, eid, id, eid)
		return
	}
	var e *effect.Error
	if errors.As(err, &e) || !interpreter.IsOutcome(err) { // a mistake in the script would only be made again
		fmt.Fprintf(s.progress.err, "  to go on:      runbook resume %s\n", id)
	}
	if interpreter.IsOutcome(err) {
		fmt.Fprintf(s.progress.err, "  after an edit: runbook resume %s --edited\n", id)
	}
}

// endJSON writes the last line of a run that tells itself as JSON.
func (s *session) endJSON(err error, hazards []string, took time.Duration) error {
	last := struct {
		Time    time.Time `json:"time"`
		Kind    string    `json:"kind"`
		Ended   string    `json:"ended"`
		Exit    int       `json:"exit"`
		Error   string    `json:"error,omitempty"`
		Run     string    `json:"run,omitempty"`
		Seconds float64   `json:"seconds"`
		Changes int64     `json:"changes"`
		Reads   int64     `json:"reads"`
		Hazards []string  `json:"hazards,omitempty"`
	}{
		Time: s.progress.clock().UTC(), Kind: "end", Ended: "done", Exit: int(codeOf(err)), Seconds: took.Seconds(),
		Changes: s.counts.changes.Load(), Reads: s.counts.reads.Load(), Hazards: hazards,
	}
	if s.journal != nil {
		last.Run = s.journal.Header().Run
	}
	if err != nil {
		last.Ended, last.Error = ending(err), interpreter.Explain(err, s.job.files()).Message
	} else if hazards != nil {
		err, last.Exit = errHazards, int(RefusedByRule)
	}
	s.progress.encode(last)
	if err == nil {
		return nil
	}
	return &exitError{code: Code(last.Exit), err: err, silent: true}
}
