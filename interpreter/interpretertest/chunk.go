package interpretertest

import (
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"runbook/interpreter"
)

// A Chunk is one of the programs in a file of them, which lines of three
// dashes separate. A comment behind a line says that it fails, and how: one
// regular expression for each error.
//
//	x = 1 // 0 ### "division by zero"
type Chunk struct {
	Name   string // of the file
	Source string // with the lines numbered as in the file
	Line   int    // where it begins in the file
	want   map[int][]*regexp.Regexp
}

// Chunks reads a file of chunks.
func Chunks(tb testing.TB, file string) []*Chunk {
	tb.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var chunks []*Chunk
	first := 1
	for text := range strings.SplitSeq(string(src), "\n---\n") {
		c := &Chunk{Name: file, Source: strings.Repeat("\n", first-1) + text, Line: first, want: map[int][]*regexp.Regexp{}}
		for line := range strings.SplitSeq(text, "\n") {
			if _, after, ok := strings.Cut(line, "###"); ok {
				c.want[first] = expectations(tb, file, first, after)
			}
			first++
		}
		first++
		chunks = append(chunks, c)
	}
	return chunks
}

// expectations are the quoted regular expressions behind a ###.
func expectations(tb testing.TB, file string, line int, text string) []*regexp.Regexp {
	tb.Helper()
	var all []*regexp.Regexp
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			tb.Fatalf("%s:%d: got ### %s, want quoted regular expressions", file, line, text)
		}
		pattern, _ := strconv.Unquote(quoted)
		rx, err := regexp.Compile(pattern)
		if err != nil {
			tb.Fatalf("%s:%d: %v", file, line, err)
		}
		all = append(all, rx)
		text = text[len(quoted):]
	}
	return all
}

// Check compares the errors that there were with those that the chunk wants.
func (c *Chunk) Check(tb testing.TB, got []*interpreter.Explanation) {
	tb.Helper()
	for _, x := range got {
		if !c.take(lineOf(x.Position), x.Message) {
			tb.Errorf("\n%s: got error %q, want none or another\n%s", x.Position, x.Message, strings.Join(x.Frames, "\n"))
		}
	}
	for line, list := range c.want {
		for _, rx := range list {
			tb.Errorf("\n%s:%d: got no such error, want %q", c.Name, line, rx)
		}
	}
}

// take removes an expectation that the message meets.
func (c *Chunk) take(line int, message string) bool {
	for i, rx := range c.want[line] {
		if rx.MatchString(message) {
			c.want[line] = append(c.want[line][:i:i], c.want[line][i+1:]...)
			return true
		}
	}
	return false
}

// lineOf is the line of a position file:line:col, or 0.
func lineOf(position string) int {
	parts := strings.Split(position, ":")
	if len(parts) < 3 {
		return 0
	}
	n, _ := strconv.Atoi(parts[len(parts)-2])
	return n
}

// Errors are what an error comes to for Check: each of a file that does not
// resolve, one of any other kind.
func Errors(err error, files map[string][]byte) []*interpreter.Explanation {
	if err == nil {
		return nil
	}
	x := interpreter.Explain(err, files)
	var branches *interpreter.BranchesError
	if errors.As(err, &branches) {
		return []*interpreter.Explanation{x}
	}
	return append([]*interpreter.Explanation{x}, x.More...)
}
