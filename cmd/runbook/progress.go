package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"runbook/effect"
	"runbook/interpreter"
)

// Verbosity says how much of a run is told.
type verbosity int

const (
	quiet   verbosity = -1 // warnings and errors
	normal  verbosity = 0  // steps, commentary, new values of polls
	verbose verbosity = 1  // every effect too
)

// A progress tells people, or programs with --json, what a run does. Lines
// begin with the time of the run's world.
type progress struct {
	out, err  io.Writer
	level     verbosity
	json      bool
	color     bool
	clock     func() time.Time // of the world
	simulated bool
	terminal  bool  // out is one
	view      *view // the live view; nil where stderr is no terminal

	mu     sync.Mutex
	began  time.Time
	starts map[string]time.Time // of steps, by branch and name
}

func newProgress(a *App, o runOptions, clock func() time.Time, simulated bool) *progress {
	p := &progress{
		out: a.stdout, err: a.stderr, json: o.json, level: o.level(),
		color: a.terminal && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb",
		clock: clock, simulated: simulated, terminal: a.outTerminal, starts: map[string]time.Time{},
	}
	p.began = clock()
	if a.terminal && !o.json && p.level == normal && !simulated && a.getenv("CI") == "" && a.getenv("TERM") != "dumb" {
		p.view = newView(a)
	}
	return p
}

// observe is the interpreter's observer.
func (p *progress) observe(n interpreter.Note) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	if n.Replayed {
		return
	}
	if n.Kind == interpreter.NoteStep {
		p.starts[n.Branch+"\x00"+n.Step] = now
	}
	switch {
	case p.json:
		p.event(now, n)
	case n.Kind == interpreter.NotePrint:
		p.print(n.Text)
	default:
		p.note(now, n)
	}
}

// ruling tells what an interlock says while it judges a change of a branch.
func (p *progress) ruling(n interpreter.Note) {
	if p.view == nil || n.Kind != interpreter.NoteLook {
		p.observe(n)
		return
	}
	p.view.wait(n.Branch, visible(n.Item+": waiting for "+n.Text), p.clock(), n.Left)
}

// ruled says that a change of a branch has been judged.
func (p *progress) ruled(branch string) {
	if p.view != nil {
		p.view.ended(branch)
	}
}

// note writes a note as a line.
func (p *progress) note(now time.Time, n interpreter.Note) {
	text, depth := visible(n.Text), strings.Count(n.Step, " > ")
	if n.Step == "" {
		depth = -1
	}
	switch n.Kind {
	case interpreter.NoteStep:
		text = p.paint(bold, text)
	case interpreter.NoteDone:
		text += ": done"
		if began, ok := p.starts[n.Branch+"\x00"+n.Step]; ok { // in this life of the run
			text += " in " + effect.FormatDuration(now.Sub(began))
		}
		text = p.paint(dim, text)
	case interpreter.NoteFailed:
		text = p.paint(red, text+": failed")
	case interpreter.NoteWarn:
		text = p.paint(yellow, "warning: ") + text
	case interpreter.NoteDoubt:
		text = p.paint(yellow, "in doubt: ") + text
	case interpreter.NoteLook:
		text = "waiting for " + text
		if p.view != nil {
			p.view.wait(n.Branch, text, now, n.Left)
			return
		}
		text = fmt.Sprintf("%s (%s left)", text, effect.FormatDuration(n.Left))
	}
	if p.level == quiet && n.Kind != interpreter.NoteWarn && n.Kind != interpreter.NoteDoubt {
		return
	}
	if n.Item != "" {
		text = visible(n.Item) + ": " + text
	}
	indent := depth
	if n.Kind != interpreter.NoteStep && n.Kind != interpreter.NoteDone && n.Kind != interpreter.NoteFailed {
		indent++
	}
	p.line(now, strings.Repeat("  ", max(indent, 0))+text)
}

// line writes one line of progress, above the live view.
func (p *progress) line(now time.Time, text string) {
	if p.view != nil {
		defer p.view.hide()()
	}
	for l := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		fmt.Fprintf(p.err, "%s  %s\n", p.paint(dim, p.stamp(now)), l)
	}
}

// warn tells of something that the script did not say.
func (p *progress) warn(text string) {
	p.observe(interpreter.Note{Kind: interpreter.NoteWarn, Text: text})
}

// print writes a result of the script to stdout.
func (p *progress) print(text string) {
	if p.view != nil {
		defer p.view.hide()()
	}
	if p.terminal {
		text = visible(text)
	}
	fmt.Fprintln(p.out, text)
}

// result writes the value of main to stdout.
func (p *progress) result(v effect.Value) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.json {
		p.encode(struct {
			Kind  string          `json:"kind"`
			Value json.RawMessage `json:"value"`
		}{"result", effect.AppendJSON(nil, v)})
		return
	}
	if text, ok := v.(string); ok {
		p.print(text)
		return
	}
	p.print(effect.DescribeWhole(v))
}

// stamp is the time of day live, and the time since the beginning when simulated.
func (p *progress) stamp(now time.Time) string {
	if !p.simulated {
		return now.Local().Format("15:04:05")
	}
	s := int(now.Sub(p.began) / time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// event writes a note as a JSON line.
func (p *progress) event(now time.Time, n interpreter.Note) {
	p.encode(struct {
		Time   time.Time `json:"time"`
		Kind   string    `json:"kind"`
		Branch string    `json:"branch,omitempty"`
		Item   string    `json:"item,omitempty"`
		Step   string    `json:"step,omitempty"`
		Text   string    `json:"text"`
		At     string    `json:"position,omitempty"`
	}{now.UTC(), string(n.Kind), n.Branch, n.Item, n.Step, n.Text, n.Position})
}

func (p *progress) encode(v any) {
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		fmt.Fprintf(p.out, "{\"kind\":\"internal error\",\"text\":%q}\n", err)
	}
}

// begins tells of a wait as it begins, and where it was interrupted how much of
// it is left. Polls tell of themselves, at each look.
func (p *progress) begins(r effect.Request) {
	if r.Inner || r.Kind != effect.KindClock || r.Operation != effect.OpWait {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now, text := p.clock(), said(&r)
	span, _ := r.Args[0].(int64)
	if span == 0 {
		return
	}
	left := time.Duration(span)
	if !r.Begun.IsZero() {
		left = max(left-now.Sub(r.Begun), 0)
	}
	switch {
	case p.view != nil:
		p.view.wait(r.ID.Branch, text, now, left)
	case p.json:
		p.event(now, interpreter.Note{Kind: "wait", Branch: r.ID.Branch, Step: r.Step, Text: text, Position: r.Position})
	default:
		if left < time.Duration(span) {
			text += fmt.Sprintf(" (%s left)", effect.FormatDuration(left))
		}
		p.note(now, interpreter.Note{Kind: interpreter.NoteLog, Branch: r.ID.Branch, Step: r.Step, Text: text})
	}
}

// effect tells of one effect that was performed: in verbose runs only, but for
// waits, which the live view shows no longer.
func (p *progress) effect(r effect.Request, res effect.Result, err error) {
	if p.view != nil && !r.Inner && (r.Kind == effect.KindPoll || r.Operation == effect.OpWait) {
		p.view.ended(r.ID.Branch)
	}
	if p.level < verbose || p.json || r.Kind == effect.KindClock || r.Kind == effect.KindPoll {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	mark, came := "?", res.Describe()
	if r.Class == effect.Change {
		mark = "!"
	}
	if err != nil {
		came = visible(err.Error())
	}
	p.line(p.clock(), p.paint(dim, fmt.Sprintf("  %s %s = %s", mark, r.Describe(), came)))
}

// Colours of a terminal.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	yellow = "33"
	green  = "32"
)

func (p *progress) paint(code, text string) string { return paint(p.color, code, text) }

func paint(color bool, code, text string) string {
	if !color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
