package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
)

// record tells one record.
func (t *teller) record(r *journal.Record) {
	switch r.Kind {
	case journal.KindNote:
		t.note(r)
	case journal.KindIntent, journal.KindBegin:
		t.begun(r)
	case journal.KindWithdrawn:
		t.line(r.Time, r.Request.Step, "! "+r.Request.Describe()+": was not made after all")
	case journal.KindOutcome:
		t.outcome(r)
	case journal.KindResumed:
		t.line(r.Time, "", paint(t.color, bold, fmt.Sprintf("-- life %d, runbook %s: %s", r.Resumed.Life, r.Resumed.Tool, r.Describe())))
	case journal.KindEnd:
		t.line(r.Time, "", paint(t.color, bold, "-- "+r.Describe()))
	}
}

// line writes one line of the record at the depth of its step.
func (t *teller) line(at time.Time, step, text string) {
	depth := 0
	if step != "" {
		depth = strings.Count(step, " > ") + 1
	}
	at = at.Local()
	if day := at.Format(time.DateOnly); day != t.day {
		t.day = day
		fmt.Fprintf(t.w, "%s\n", paint(t.color, bold, day))
	}
	for l := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		fmt.Fprintf(t.w, "%s  %s%s\n", paint(t.color, dim, at.Format("15:04:05")), strings.Repeat("  ", depth), l)
	}
}

// note tells what was said.
func (t *teller) note(r *journal.Record) {
	n, text, step := r.Note, r.Note.Text, r.Note.Step
	outer := step[:max(strings.LastIndex(step, " > "), 0)]
	switch kind := interpreter.NoteKind(n.Kind); kind {
	case interpreter.NoteStep:
		t.steps[n.Branch+"\x00"+step] = r.Time
		text, step = paint(t.color, bold, text), outer
	case interpreter.NoteDone:
		text, step = fmt.Sprintf("%s: done in %s", text, t.since(r)), outer
	case interpreter.NoteFailed:
		text, step = paint(t.color, red, fmt.Sprintf("%s: failed after %s", text, t.since(r))), outer
	case interpreter.NoteWarn:
		text = paint(t.color, yellow, "warning: ") + text
	case interpreter.NoteDoubt:
		text = paint(t.color, yellow, "in doubt: ") + text
	case noteLifted:
		text = paint(t.color, yellow, fmt.Sprintf("lifted: interlock %q", text))
	case interpreter.NoteLook:
		text = "waiting for " + text
		fallthrough
	default:
		if t.changes {
			return
		}
	}
	if n.Item != "" {
		text = n.Item + ": " + text
	}
	t.line(r.Time, step, text)
}

// since is how long the step of a note has taken.
func (t *teller) since(r *journal.Record) string {
	return effect.FormatDuration(r.Time.Sub(t.steps[r.Note.Branch+"\x00"+r.Note.Step]))
}

// begun tells of a request that never got its outcome, and of a change that is
// made anew.
func (t *teller) begun(r *journal.Record) {
	if t.changes && r.Request.Class != effect.Change {
		return
	}
	open, waits := t.open[r.ID]
	switch {
	case waits && open.Number == r.Number && t.live:
		t.line(r.Time, r.Request.Step, t.mark(r)+said(&r.Request)+": under way")
	case waits && open.Number == r.Number:
		t.line(r.Time, r.Request.Step, paint(t.color, yellow, t.mark(r)+said(&r.Request)+": no result is recorded"))
	case r.Try > 1:
		t.line(r.Time, r.Request.Step, fmt.Sprintf("%s%s: made again, try %d", t.mark(r), said(&r.Request), r.Try))
	}
}

// outcome tells what came of a request.
func (t *teller) outcome(r *journal.Record) {
	q := &r.Request
	quiet := q.Kind == effect.KindBranch || q.Kind == effect.KindClock && q.Operation == effect.OpNow
	if quiet || t.changes && q.Class != effect.Change && q.Kind != effect.KindOperator {
		return
	}
	text := t.mark(r) + said(q)
	took := ""
	if r.Took > 0 {
		took = effect.FormatDuration(r.Took)
	}
	switch {
	case r.Result.Err != nil:
		text += " = " + paint(t.color, red, r.Result.Describe())
	case q.Kind == effect.KindPoll:
		var came string
		came, took = pollStory(r.Result.Value)
		text += " = " + came
	case q.Kind == effect.KindClock:
		took = ""
	default:
		text += " = " + r.Result.Describe()
	}
	if r.Resolution != effect.Unresolved {
		took = r.Resolution.String()
	}
	if took != "" {
		text += paint(t.color, dim, "  ("+took+")")
	}
	t.line(r.Time, q.Step, text)
}

// mark tells changes from questions.
func (t *teller) mark(r *journal.Record) string {
	switch {
	case r.Request.Class == effect.Change:
		return "! "
	case r.Request.Kind == effect.KindXMLRPC:
		return "? "
	}
	return ""
}

// said is a request as a person would say it.
func said(r *effect.Request) string {
	switch {
	case r.Kind == effect.KindPoll && len(r.Args) > 0:
		what, _ := r.Args[0].(string)
		return "wait for " + what
	case r.Kind == effect.KindClock && r.Operation == effect.OpWait && len(r.Args) > 1:
		span, _ := r.Args[0].(int64)
		why, _ := r.Args[1].(string)
		return strings.TrimSuffix(fmt.Sprintf("wait %s: %s", effect.FormatDuration(time.Duration(span)), why), ": ")
	case r.Kind == effect.KindOperator && r.Operation == effect.OpConfirm && len(r.Args) > 0:
		return "ask " + effect.Describe(r.Args[0])
	}
	return r.Describe()
}

// pollStory is how a poll ended, as it was shown to people, and how long and
// often it looked.
func pollStory(v effect.Value) (came, took string) {
	story, _ := v.(effect.Struct)
	final, _ := story.Get("value")
	if path, ok := story.Get("path"); ok {
		if seen, _ := path.([]effect.Value); len(seen) > 0 {
			last, _ := seen[len(seen)-1].(effect.Struct)
			final, _ = last.Get("value")
		}
	}
	came, plain := final.(string)
	if !plain {
		came = effect.Describe(final)
	}
	looks, _ := story.Get("looks")
	ns, _ := story.Get("took")
	span, _ := ns.(int64)
	n, _ := looks.(int64)
	return came, effect.FormatDuration(time.Duration(span)) + ", " + count(n, "look")
}

func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// inOrder sorts records by their numbers.
func inOrder(list []journal.Record) []journal.Record {
	slices.SortFunc(list, func(a, b journal.Record) int { return a.Number - b.Number })
	return list
}
