package main

import (
	"regexp"
	"slices"
	"strings"
)

// varying is what differs from one live run to the next.
var varying = []struct {
	text *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`\b\d{8}-\d{6}-[a-z0-9]{4}\b`), "RUN"},
	{regexp.MustCompile(`\b([0-9A-F]{2}:){31}[0-9A-F]{2}\b`), "FINGERPRINT"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "MOMENT"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b`), "DATE"},
	{regexp.MustCompile(`\b\d\d:\d\d(:\d\d)?\b`), "TIME"},
	{regexp.MustCompile(`\b(\d+(\.\d+)?(ns|µs|ms|s|m|h))+\b`), "DURATION"},
	{regexp.MustCompile(`"time_scale":\d+`), `"time_scale":N`},
	{regexp.MustCompile(`\b(process|pid) \d+\b`), "$1 PID"},
	{regexp.MustCompile(`\b\d+ (reads?|looks?)\b`), "N $1"},
	{regexp.MustCompile(`\b\d+ interlocks? in force\b`), "N interlocks in force"},
}

// steady is a text without what varies.
func steady(text string) string {
	for _, v := range varying {
		text = v.text.ReplaceAllString(text, v.name)
	}
	return text
}

// A shown is what a page says that a command prints.
type shown struct {
	begins, whole *regexp.Regexp
	live          bool
}

// expect understands the lines of a page: … is any text, and a line of nothing
// else any number of lines.
func expect(lines []string, live bool) *shown {
	var b strings.Builder
	for _, line := range lines {
		if strings.TrimSpace(line) == "…" {
			b.WriteString(`(.*\n)*?`)
			continue
		}
		if live {
			line = steady(line)
		}
		for i, part := range strings.Split(line, "…") {
			if i > 0 {
				b.WriteString(`.*?`)
			}
			b.WriteString(regexp.QuoteMeta(part))
		}
		b.WriteString(` *\n`)
	}
	return &shown{regexp.MustCompile("^" + b.String()), regexp.MustCompile("^" + b.String() + "$"), live}
}

// is reports whether these lines are what is shown.
func (s *shown) is(lines []string) bool { return s.whole.MatchString(s.text(lines)) }

// isBeginningOf reports whether these lines begin with what is shown.
func (s *shown) isBeginningOf(lines []string) bool { return s.begins.MatchString(s.text(lines)) }

// lines are these without what varies.
func (s *shown) lines(lines []string) []string {
	same := slices.Clone(lines)
	for i, line := range lines {
		if s.live {
			same[i] = steady(line)
		}
	}
	return same
}

func (s *shown) text(lines []string) string {
	var b strings.Builder
	for _, line := range s.lines(lines) {
		b.WriteString(line + "\n")
	}
	return b.String()
}

var figures = regexp.MustCompile(`(?:[0-9.]+[a-zµ]*)+`)

// shortened leaves out of a new output what was left out of the old one: lines
// that differ in figures only are taken for the same. Without lines to hold on
// to it is the whole output.
func shortened(old, output []string) []string {
	var short []string
	rest, left := output, false
	for _, line := range old {
		if strings.TrimSpace(line) == "…" {
			short, left = append(short, line), true
			continue
		}
		alike := expect([]string{figures.ReplaceAllString(line, "")}, false)
		i := slices.IndexFunc(rest, func(l string) bool { return alike.is([]string{figures.ReplaceAllString(l, "")}) })
		if i < 0 {
			return output
		}
		if !left {
			short = append(short, rest[:i]...)
		}
		short, rest, left = append(short, renewed(line, rest[i])), rest[i+1:], false
	}
	if !left {
		short = append(short, rest...)
	}
	return short
}

// renewed is a line of a page with the figures that are printed now; … stays.
func renewed(line, printed string) string {
	at := figures.FindAllStringIndex(line, -1)
	var pattern, text strings.Builder
	end := 0
	for _, a := range at {
		pattern.WriteString(regexp.QuoteMeta(line[end:a[0]]) + "(" + figures.String() + ")")
		end = a[1]
	}
	pattern.WriteString(regexp.QuoteMeta(line[end:]))
	now := regexp.MustCompile("^" + strings.ReplaceAll(pattern.String(), "…", ".*?") + " *$").FindStringSubmatch(printed)
	if now == nil {
		return line
	}
	end = 0
	for i, a := range at {
		text.WriteString(line[end:a[0]] + now[i+1])
		end = a[1]
	}
	return text.String() + line[end:]
}
