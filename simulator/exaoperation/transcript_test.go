package exaoperation

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"runbook/effect"
	"runbook/simulator/model/modeltest"
)

var rewrite = flag.Bool("rewrite", false, "write what the transcripts should say instead of comparing")

// A transcript (see [modeltest.Transcripts]) has these commands:
//
//	cluster [seed=N] [begin=B] ...   begins a cluster; the lines below say how (see script.configure)
//	call METHOD(ARGS) [path=P] [user=U:P]  makes a call; PATH is below the cluster
//	advance D                        lets time pass, and shows what happens
//	until D METHOD(ARGS) == VALUE    repeats a call every D until it answers so
//	power on|off NODE                by hand
//	state, hazards                   shows everything
//
// go test ./simulator/exaoperation -rewrite records it anew.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	modeltest.Transcripts(t, "../../testdata/sim/exaoperation_*.txt", *rewrite, func(t *testing.T) func(string) string {
		s := &script{t: t}
		return func(command string) string {
			s.out.Reset()
			s.do(command)
			return s.out.String()
		}
	})
}

// A script is the state of a transcript while it is performed.
type script struct {
	t     *testing.T
	c     *Cluster
	now   time.Duration
	out   strings.Builder
	log   int
	watch modeltest.Watch
}

func (s *script) fail(format string, args ...any) {
	s.t.Helper()
	s.t.Fatalf(format, args...)
}

func (s *script) do(command string) {
	line, body := modeltest.Command(command)
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "cluster":
		s.cluster(strings.Fields(rest), body)
	case "call":
		fmt.Fprintf(&s.out, "[%s] %s\n", effect.FormatDuration(s.now), s.call(rest).Describe())
	case "advance":
		d := s.duration(rest)
		s.advance(s.now + d)
	case "until":
		s.until(rest)
	case "power":
		s.power(rest)
	case "state":
		s.out.WriteString(s.c.Describe())
	case "hazards":
		for _, h := range s.c.Hazards() {
			s.watch.Hazard(&s.out, h)
		}
	default:
		s.fail("transcript: got %q, want a command", line)
	}
	s.changes()
}

func (s *script) duration(text string) time.Duration {
	d, err := effect.ParseDuration(text)
	if err != nil {
		s.fail("duration: %v", err)
	}
	return d
}

// advance lets time pass, and shows what happens when it happens.
func (s *script) advance(to time.Duration) {
	for {
		at, ok := s.c.Next(s.now)
		if !ok || at > to {
			break
		}
		s.now = at
		s.c.Advance(at)
		s.changes()
	}
	s.now = to
	s.c.Advance(to)
}

func (s *script) until(rest string) {
	every, rest, _ := strings.Cut(rest, " ")
	what, want, _ := strings.Cut(rest, " == ")
	d, looks := s.duration(every), 1
	for ; s.call(what).Describe() != want; looks++ {
		if looks > 10_000 {
			s.fail("until %s: got %s, want %s", what, s.call(what).Describe(), want)
		}
		s.advance(s.now + d)
	}
	fmt.Fprintf(&s.out, "[%s] after %d looks\n", effect.FormatDuration(s.now), looks)
}

func (s *script) power(rest string) {
	how, node, _ := strings.Cut(rest, " ")
	do := s.c.PowerOn
	if how == "off" {
		do = s.c.PowerOff
	}
	if err := do(s.now, node); err != nil {
		fmt.Fprintln(&s.out, err)
	}
}

// changes shows the log, the units and the hazards that are new.
func (s *script) changes() {
	if s.c == nil {
		return
	}
	at := effect.FormatDuration(s.now)
	for ; s.log < len(s.c.log); s.log++ {
		e := &s.c.log[s.log]
		fmt.Fprintf(&s.out, "[%s] log %s: %s\n", at, priorities[e.priority], s.c.entryText(e))
	}
	s.watch.Look(&s.out, s.now, s.c.DescribeShort(), s.c.Hazards())
}

// call makes the call written as METHOD(ARGS) [path=P] [user=U:P].
func (s *script) call(text string) Answer {
	call := Call{Path: "/cluster1", User: "admin", Password: "admin", Authenticated: true}
	name, rest, ok := strings.Cut(text, "(")
	if !ok {
		s.fail("call: got %q, want METHOD(ARGS)", text)
	}
	r := &reader{s: s, text: rest}
	call.Method, call.Args = name, r.list(')')
	for option := range strings.FieldsSeq(r.text) {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "path":
			call.Path = value
		case "user":
			call.User, call.Password, _ = strings.Cut(value, ":")
			call.Authenticated = value != ""
		default:
			s.fail("call: got %q, want path= or user=", option)
		}
	}
	a := s.c.Call(s.now, call)
	if err := effect.Check(a.Value); err != nil {
		s.fail("%s: %v", text, err)
	}
	return a
}

// A reader reads values as Python writes them.
type reader struct {
	s    *script
	text string
}

func (r *reader) skip() { r.text = strings.TrimLeft(r.text, " ,") }

func (r *reader) list(end byte) []effect.Value {
	all := []effect.Value{}
	for r.skip(); r.text != "" && r.text[0] != end; r.skip() {
		all = append(all, r.value())
	}
	if r.text == "" {
		r.s.fail("value: got the end of the line, want %q", end)
	}
	r.text = r.text[1:]
	return all
}

func (r *reader) value() effect.Value {
	switch r.text[0] {
	case '[':
		r.text = r.text[1:]
		return r.list(']')
	case '{':
		r.text = r.text[1:]
		return r.dict()
	case '\'':
		text, rest, _ := strings.Cut(r.text[1:], "'")
		r.text = rest
		return text
	}
	end := strings.IndexAny(r.text, ",)]} ")
	word := r.text[:end]
	r.text = r.text[end:]
	switch word {
	case "None":
		return nil
	case "True", "False":
		return word == "True"
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		r.s.fail("value: got %q, want a value", word)
	}
	return n
}

func (r *reader) dict() effect.Struct {
	all := effect.Struct{}
	for r.skip(); r.text[0] != '}'; r.skip() {
		name := r.value().(string)
		r.text = strings.TrimLeft(r.text, ": ")
		all = append(all, effect.Field{Name: name, Value: r.value()})
	}
	r.text = r.text[1:]
	return all
}
