// Package modeltest performs transcripts, for tests of simulated systems.
//
// A transcript is a file of commands and of everything observable that came of
// them: a command, a line with ----, the history up to an empty line. A block
// whose last line begins with # is a comment.
package modeltest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Transcripts performs each file that the pattern fits, and compares it with
// what it should say; with rewrite it writes that instead. For each, begin
// gives what carries out a command, of one line or more, and returns its history.
func Transcripts(t *testing.T, pattern string, rewrite bool, begin func(t *testing.T) (do func(command string) string)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("glob: got %v, %v, want transcripts", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			before, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			after := perform(string(before), begin(t))
			if rewrite {
				if err := os.WriteFile(file, []byte(after), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(string(before), "\n"), strings.Split(after, "\n")); diff != "" {
				t.Errorf("%s: -want +got (-rewrite records it):\n%s", file, diff)
			}
		})
	}
}

// perform gives the transcript with the history that its commands have now.
func perform(text string, do func(command string) string) string {
	var out strings.Builder
	for block := range strings.SplitSeq(text, "\n\n") {
		block = strings.Trim(block, "\n")
		if block == "" {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		command, _, _ := strings.Cut(block+"\n", "\n----\n")
		command = strings.TrimSuffix(command, "\n")
		out.WriteString(command + "\n")
		if lines := strings.Split(command, "\n"); lines[len(lines)-1][0] == '#' {
			continue // a comment
		}
		out.WriteString("----\n" + do(command))
	}
	return out.String()
}

// Command is the first line of a command that is no comment, and those after it.
func Command(text string) (line, body string) {
	line, body, _ = strings.Cut(text, "\n")
	for strings.HasPrefix(line, "#") {
		line, body, _ = strings.Cut(body, "\n")
	}
	return line, body
}
