package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"runbook/effect"
)

// volatile is what differs from run to run by nature, in answers and in what
// is asked: each is replaced before two texts are compared.
var volatile = []struct {
	what    string
	pattern *regexp.Regexp
	put     string
}{
	{"a moment", regexp.MustCompile(`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(Z|UTC|[A-Z]{2,5}|[+-]\d\d:?\d\d)\b)?( \+0000 UTC)?`), "<time>"},
	{"a moment as ps and date tell it", regexp.MustCompile(`\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) [ \d]\d \d\d:\d\d:\d\d( [A-Z]{2,5})?( \d{4})?`), "<time>"},
	{"a moment as a console tells it", regexp.MustCompile(`\b\d{8} \d\d:\d\d:\d\d\b`), "<time>"},
	{"a day of a log", regexp.MustCompile(`\b\d{1,4}[./]\d\d?[./]\d{1,4} \d\d:\d\d(:\d\d)?`), "<time>"},
	{"how long something runs", regexp.MustCompile(`\b(\d+ ?days?,? ?)?(\d+h)?,? ?\d+m,? ?\d+s\b`), "<span>"},
	{"as many blanks as a column is wide that says how long something runs", regexp.MustCompile(` +<span>`), " <span>"},
	{"the rule below the head of a table, as wide as its columns", regexp.MustCompile(`(?m)^ *-{4,}( +-{4,})+ *$`), "<rule>"},
	{"a process id", regexp.MustCompile(`\b(pid|PID|process|Process)([ =:]+)\d+`), "$1$2<pid>"},
	{"a process id of a list", regexp.MustCompile(`(?m)^ *\d+( +<time>)`), "<pid>$1"},
	{"a process id alone in its file", regexp.MustCompile(`(?m)^(== pid\n)\d+$`), "$1<pid>"},
	{"the last lines of a node's log: what was before the run is in there", regexp.MustCompile(`(?s)(\n== log\n).*?(\n== (?:console|end)\n)`), "$1<log>$2"},
	{"a day of a clock", regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b`), "<day>"},
	{"a time of day", regexp.MustCompile(`\b\d\d:\d\d:\d\d([.,]\d+)?\b`), "<time>"},
}

// plainText is text without what differs from run to run.
func plainText(s string) string {
	for _, rule := range volatile {
		s = rule.pattern.ReplaceAllString(s, rule.put)
	}
	return s
}

// restless are the fields whose values differ from run to run, by what they say.
var restless = map[string]string{
	"pid": "a process id", "timestamp": "a moment", "time": "a moment", "uptime": "how long something runs",
	"tag":  "the name under which a run reads the log",
	"last": "the last words of the log: who is last is chance",
}

// plainValue is a value without what differs from run to run.
func plainValue(v effect.Value) effect.Value {
	switch v := v.(type) {
	case string:
		return plainText(v)
	case time.Time:
		return "<time>"
	case []effect.Value:
		list := make([]effect.Value, len(v))
		for i, e := range v {
			list[i] = plainValue(e)
		}
		return list
	case effect.Struct:
		s := make(effect.Struct, len(v))
		for i, f := range v {
			s[i] = effect.Field{Name: f.Name, Value: plainValue(f.Value)}
			if _, ok := restless[f.Name]; ok && f.Value != nil {
				s[i].Value = "<" + f.Name + ">"
			}
		}
		return s
	}
	return v
}

// unlike says what an effect was told, and what in the other; between is the
// word for that. Of answers of many lines it is the first line that differs.
func (t *act) unlike(between string, other *act) string {
	is, was, where := t.answer(), other.answer(), ""
	if t.result != nil && other.result != nil && t.result.Err == nil && other.result.Err == nil {
		if place, one, two, ok := firstUnlike("", t.answerValue(), other.answerValue()); ok {
			where, is, was = place, one, two
		}
	}
	return fmt.Sprintf("%s%s = %s, %s %s", t.said, where, is, between, was)
}

// firstUnlike finds the first line that differs in what has texts of many
// lines; ok is false if it has none.
func firstUnlike(place string, was, is effect.Value) (where, one, two string, ok bool) {
	if s, structured := was.(effect.Struct); structured {
		for _, f := range s {
			if where, one, two, ok = firstUnlike(place+" "+f.Name, f.Value, pollField(is, f.Name)); ok {
				return where, one, two, true
			}
		}
		return "", "", "", false
	}
	a, first := was.(string)
	b, second := is.(string)
	if !first || !second || !strings.Contains(a+b, "\n") {
		return "", "", "", false
	}
	lines, others := strings.Split(a, "\n"), strings.Split(b, "\n")
	plain, plainOthers := strings.Split(plainText(a), "\n"), strings.Split(plainText(b), "\n")
	if len(plain) != len(lines) || len(plainOthers) != len(others) { // what is not compared has lines of its own
		lines, others = plain, plainOthers
	}
	for i := range max(len(lines), len(others)) {
		if i < len(lines) && i < len(others) && plain[i] == plainOthers[i] {
			continue
		}
		return fmt.Sprintf("%s, line %d", place, i+1), lineAt(lines, i), lineAt(others, i), true
	}
	return "", "", "", false
}

// lineAt is a line for people; "nothing" if there is none.
func lineAt(lines []string, i int) string {
	if i >= len(lines) {
		return "nothing"
	}
	return effect.Describe(lines[i])
}
