package main

import (
	"regexp"
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
	{"a process id", regexp.MustCompile(`\b(pid|PID|process|Process)([ =:]+)\d+`), "$1$2<pid>"},
	{"a process id of a list", regexp.MustCompile(`(?m)^ *\d+( +<time>)`), "<pid>$1"},
	{"a process id alone in its file", regexp.MustCompile(`(?m)^(== pid\n)\d+$`), "$1<pid>"},
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
