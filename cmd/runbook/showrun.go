package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"runbook/effect"
	"runbook/journal"
)

// A teller tells a recorded run to people.
type teller struct {
	w       io.Writer
	color   bool
	changes bool // only steps and changes
	open    map[effect.ID]journal.Record
	live    bool
	day     string               // of the last line
	steps   map[string]time.Time // when steps began, by branch and name
}

// showRecording shows a run that read finds.
func (a *App) showRecording(o *showOptions, read func(*journal.Store) (*journal.Recording, error)) error {
	r, err := read(a.store())
	if err != nil {
		return noSuchRun(err)
	}
	open, last, err := unanswered(r)
	if err != nil {
		return err
	}
	lifted, err := liftedIn(r)
	if err != nil {
		return err
	}
	if o.json {
		return a.showRunJSON(r, open, lifted)
	}
	t := &teller{
		w: a.stdout, color: a.outColor(), changes: o.changes, open: open, live: r.Live, steps: map[string]time.Time{},
	}
	t.header(r, last, lifted)
	for rec, err := range r.Records() {
		if err != nil {
			return err
		}
		t.record(&rec)
	}
	fmt.Fprintln(t.w)
	if r.Notice != "" {
		fmt.Fprintf(t.w, "%s %s\n", paint(t.color, yellow, "note:"), r.Notice)
	}
	writeDoubts(t.w, t.color, doubts(r, open))
	writeNext(t.w, r.Header.Run, r.State, r.Live, doubts(r, open))
	return nil
}

// outColor reports whether results may be coloured.
func (a *App) outColor() bool {
	return a.outTerminal && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

// unanswered finds the requests of a run that have no outcome, by effect, and
// when the last record was written.
func unanswered(r *journal.Recording) (open map[effect.ID]journal.Record, last time.Time, err error) {
	open = map[effect.ID]journal.Record{}
	for rec, err := range r.Records() {
		if err != nil {
			return nil, last, err
		}
		last = rec.Time
		switch rec.Kind {
		case journal.KindIntent, journal.KindBegin:
			open[rec.ID] = rec
		case journal.KindOutcome:
			delete(open, rec.ID)
			if doubtful(r, &rec) {
				open[rec.ID] = rec
			}
		case journal.KindWithdrawn:
			delete(open, rec.ID)
		}
	}
	return open, last, nil
}

// doubtful reports whether a failed run failed of a change that nobody knows
// whether it took effect. Resuming settles it.
func doubtful(r *journal.Recording, rec *journal.Record) bool {
	if r.State != journal.Failed || rec.Request.Class != effect.Change || rec.Result.Err == nil || !rec.Result.Err.Doubt {
		return false
	}
	for _, id := range r.Outcome.Failed {
		if id == rec.ID {
			return true
		}
	}
	return false
}

// header says what was run.
func (t *teller) header(r *journal.Recording, last time.Time, lifted []string) {
	h := r.Header
	line := func(name, text string) { fmt.Fprintf(t.w, "%-9s%s\n", name, text) }
	line("run", h.Run)
	where := &workplace{runbook: h.Runbook, origin: origin(h.Path, "shipped")}
	line("runbook", where.named())
	if h.Site != "" {
		line("site", fmt.Sprintf("%s (%s)", origin(h.SitePath, "embedded demo"), strings.Join(h.Systems, ", ")))
	}
	if len(lifted) > 0 {
		line("rules", paint(t.color, yellow, liftedText(lifted)))
	}
	if h.World == journal.WorldSimulated {
		line("world", fmt.Sprintf("SIMULATED, seed %d", h.Seed))
	} else {
		line("world", "LIVE")
	}
	for i, f := range h.Params {
		line(map[bool]string{true: "with"}[i == 0], f.Name+" = "+effect.Describe(f.Value))
	}
	line("began", h.Start.Local().Format("2006-01-02 15:04:05 MST"))
	line("state", t.state(r, last))
	if r.Lives > 1 {
		line("lives", fmt.Sprintf("%d: it was resumed %s", r.Lives, times(r.Lives-1)))
	}
	line("kept in", r.Dir)
	fmt.Fprintln(t.w)
	t.day = h.Start.Local().Format(time.DateOnly)
}

// origin is where a recorded file was, as it is shown from where we are.
func origin(path, otherwise string) string {
	if path == "" {
		return otherwise
	}
	if wd, err := os.Getwd(); err == nil {
		if below, err := relative(wd, path); err == nil {
			return below
		}
	}
	return path
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// state says how the run stands, and after how long.
func (t *teller) state(r *journal.Recording, last time.Time) string {
	word := stateOf(r.State, r.Live)
	after := effect.FormatDuration(last.Sub(r.Header.Start).Truncate(time.Second))
	switch {
	case r.Live:
		return word + ", last record after " + after
	case r.Outcome != nil && r.Outcome.Error != nil:
		return fmt.Sprintf("%s after %s, exit %d: %s", paint(t.color, red, word), after, r.Outcome.Exit, r.Outcome.Error)
	case r.State == journal.Unfinished:
		return paint(t.color, red, word) + ", last record after " + after
	}
	return word + " after " + after
}

// doubts are the changes of a run that is not going on whose result is not known.
func doubts(r *journal.Recording, open map[effect.ID]journal.Record) []journal.Record {
	if r.Live || r.State == journal.Done || r.State == journal.Abandoned {
		return nil
	}
	var list []journal.Record
	for _, rec := range open {
		if rec.Request.Class == effect.Change {
			list = append(list, rec)
		}
	}
	return inOrder(list)
}

// writeDoubts lists the changes that are in doubt, and who settles them.
func writeDoubts(w io.Writer, color bool, list []journal.Record) {
	for _, rec := range list {
		fmt.Fprintf(w, "%s effect %s, %s: sent at %s, and no result is recorded\n", paint(color, yellow, "in doubt:"),
			rec.ID, rec.Request.Describe(), rec.Time.Local().Format("15:04:05"))
	}
	if len(list) > 0 {
		fmt.Fprintf(w, "  resuming settles it as the runbook says, by looking or by asking you;\n"+
			"  to answer beforehand: --answer %s=done, or =again, or =fail\n", list[0].ID)
	}
}

// writeNext says what can be done with the run: the commands to type.
func writeNext(w io.Writer, id string, s journal.State, live bool, doubts []journal.Record) {
	switch {
	case live:
		fmt.Fprintln(w, "the run is going on")
	case s == journal.Failed:
		fmt.Fprintf(w, "to try again:  runbook resume %s\n", id)
		fmt.Fprintf(w, "after an edit: runbook resume %s --edited\n", id)
		fmt.Fprintf(w, "to give it up: runbook abandon %s\n", id)
	case s == journal.Unfinished, s == journal.Stopped:
		fmt.Fprintf(w, "to go on:      runbook resume %s\n", id)
		fmt.Fprintf(w, "to give it up: runbook abandon %s\n", id)
	case len(doubts) == 0:
		fmt.Fprintf(w, "nothing is left to do\n")
	}
}
