package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// testApp is an App that touches nothing of the process: nobody sits at it, it
// has no environment, and its clock stands.
func testApp(stdout, stderr io.Writer) *App {
	return &App{
		stdin: strings.NewReader(""), stdout: stdout, stderr: stderr,
		getenv:  func(string) string { return "" },
		now:     func() time.Time { return time.Date(2024, 1, 31, 8, 0, 0, 0, time.UTC) },
		width:   func() int { return 80 },
		signals: func() (<-chan os.Signal, func()) { return nil, func() {} },
	}
}

// command runs a command line in this process.
func command(args ...string) (stdout, stderr string, status int) {
	var out, err bytes.Buffer
	status = testApp(&out, &err).run(args)
	return out.String(), err.String(), status
}

// TestSameSeedSameBytes: what a rehearsal prints and records is decided by its
// seed alone.
func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	runs := 100
	if testing.Short() {
		runs = 5
	}
	for _, runbook := range []string{"startup.star", "shutdown.star", "exasol/status.star"} {
		t.Run(runbook, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			rehearse := func(seed string) string {
				record := dir + "/run"
				stdout, stderr, status := command("exec", runbook, "-n", "-v", "--seed", seed, "--record", record)
				if status != 0 {
					t.Fatalf("got status %d, want 0\n%s", status, stderr)
				}
				journal, err := os.ReadFile(record + "/journal")
				if err != nil {
					t.Fatal(err)
				}
				if err := os.RemoveAll(record); err != nil {
					t.Fatal(err)
				}
				return stdout + stderr + string(journal)
			}
			first := rehearse("7")
			for i := range runs - 1 {
				if got := rehearse("7"); got != first {
					t.Fatalf("run %d: got other bytes than the first run\n%s", i+2, firstDifference(first, got))
				}
			}
			if rehearse("8") == first {
				t.Error("another seed gave the same bytes")
			}
		})
	}
}

// firstDifference is the first line in which two texts differ.
func firstDifference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return "first: " + as[i] + "\nthen:  " + bs[i]
		}
	}
	return "one is the beginning of the other"
}

// TestShippedFilesAreValid: check finds nothing in what is shipped, and fmt
// would change nothing.
func TestShippedFilesAreValid(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"check"}, {"fmt", "--check"}} {
		if stdout, stderr, status := command(append(args, repository+"/runbooks")...); status != 0 {
			t.Errorf("%v: got status %d, want 0\n%s%s", args, status, stdout, stderr)
		}
	}
}

// TestPanicIsAnInternalError: a mistake of ours has a status of its own.
func TestPanicIsAnInternalError(t *testing.T) {
	t.Parallel()
	var out, err bytes.Buffer
	a := testApp(&out, &err)

	a.getenv = func(string) string { panic("no environment") }
	if status := a.run([]string{"runs"}); status != int(Internal) {
		t.Errorf("got status %d, want %d", status, Internal)
	}
	if !strings.HasPrefix(err.String(), "runbook: internal error: no environment\n") {
		t.Errorf("got %q, want an internal error", err.String())
	}
}

// TestEveryCodeIsInTheTable: the table lists each exit status once, in order.
func TestEveryCodeIsInTheTable(t *testing.T) {
	t.Parallel()
	last := Code(-1)
	for _, c := range codes {
		if c.Code <= last || c.Meaning == "" {
			t.Errorf("got %d %q after %d, want codes in order, each with a meaning", c.Code, c.Meaning, last)
		}
		last = c.Code
	}
	for _, code := range kindCodes {
		if !inTable(code) {
			t.Errorf("status %d is not in the table", code)
		}
	}
}

func inTable(code Code) bool {
	for _, c := range codes {
		if c.Code == code {
			return true
		}
	}
	return false
}
