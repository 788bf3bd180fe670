package rhino

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A malformed is what is wrong with the output of a command: where, what is
// there, and what was wanted.
type malformed struct {
	line int // counted from 1; 0 for the output as a whole
	got  string
	want string
}

func (m *malformed) Error() string {
	if m.line == 0 {
		return fmt.Sprintf("got %s, want %s", m.got, m.want)
	}
	return fmt.Sprintf("line %d: got %s, want %s", m.line, m.got, m.want)
}

// A line is one of an output, without colours and spaces at its end.
type line struct {
	number int // counted from 1
	text   string
}

func (l line) blank() bool { return strings.TrimSpace(l.text) == "" }

// wrong is the error of a line that is not what was wanted.
func (l line) wrong(want string, args ...any) error {
	return &malformed{l.number, quoted(l.text), fmt.Sprintf(want, args...)}
}

// quoted is text for a message, cut to what a person can read.
func quoted(s string) string {
	const most = 160
	if len(s) > most {
		cut := most
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strconv.Quote(s)
}

var (
	colours = regexp.MustCompile("\x1b\\[[0-9;:?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[()][0-9A-Za-z]|\x1b[=>78]")
	endings = strings.NewReplacer("\r\n", "\n", "\r", "")
)

// plain is text without what is for a terminal only.
func plain(text string) string { return endings.Replace(colours.ReplaceAllString(text, "")) }

// linesOf cuts output into lines, blank ones too.
func linesOf(text string) []line {
	var lines []line
	n := 0
	for s := range strings.Lines(plain(text)) {
		n++
		lines = append(lines, line{n, strings.TrimRight(s, " \t\n")})
	}
	return lines
}

// whole is linesOf, for output whose last line must have its end: what was cut
// within a line is an error, however well the beginning of the line reads.
func whole(text string) ([]line, error) {
	lines := linesOf(text)
	switch {
	case !slices.ContainsFunc(lines, func(l line) bool { return !l.blank() }):
		return nil, &malformed{0, "no output", "the command's"}
	case !strings.HasSuffix(plain(text), "\n"):
		last := lines[len(lines)-1]
		return nil, last.wrong("the whole line: the output is cut")
	}
	return lines, nil
}

// number reads a whole number that is not negative.
func number(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err == nil
}

// idList reads "101,102", which may be empty.
func idList(s string) ([]int, bool) {
	ids := []int{}
	for word := range strings.SplitSeq(s, ",") {
		if strings.TrimSpace(s) == "" {
			break
		}
		n, ok := number(strings.TrimSpace(word))
		if !ok {
			return nil, false
		}
		ids = append(ids, n)
	}
	return ids, true
}
