package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"runbook/effect"
	"runbook/interpreter"
)

func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "",
		"a\tb\nünï…":             "a\tb\nünï…",
		"\x1b[2J\x1b]0;title\a":  `\x1b[2J\x1b]0;title\x07`,
		"up\rdown\x7f\u009b31m":  `up\x0ddown\x7f\x9b31m`,
		"not UTF-8: \xff, \xfe.": "not UTF-8: \uFFFD, \uFFFD.",
	} {
		if got := visible(text); got != want {
			t.Errorf("visible(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestTerminalGetsNoControlCharacters: whatever a server says, a terminal sees
// no control characters of it.
func TestTerminalGetsNoControlCharacters(t *testing.T) {
	t.Parallel()
	const evil = "\x1b[2Jpwned\r\u009b"
	var out, err bytes.Buffer
	a := testApp(&out, &err)
	a.outTerminal = true
	p := newProgress(a, runOptions{}, a.now, false)
	for _, kind := range []interpreter.NoteKind{
		interpreter.NoteStep, interpreter.NoteDone, interpreter.NoteFailed, interpreter.NoteLog,
		interpreter.NoteWarn, interpreter.NotePrint, interpreter.NoteLook, interpreter.NoteDoubt,
	} {
		p.observe(interpreter.Note{Kind: kind, Text: evil, Item: evil, Step: evil})
	}
	p.result(evil)
	writeFailure(&err, false, &effect.Error{Kind: effect.Failed, Message: evil, Hint: evil}, nil)
	if got := out.String() + err.String(); strings.ContainsAny(got, "\x1b\r\u009b") || strings.Count(got, "pwned") < 11 {
		t.Errorf("got %q, want the text without control characters", got)
	}
}

// TestPrintedBytesArePassedOn: what is no terminal gets what was printed.
func TestPrintedBytesArePassedOn(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := testApp(&out, io.Discard)
	newProgress(a, runOptions{}, a.now, false).print("\x1b[1mbold")
	if got := out.String(); got != "\x1b[1mbold\n" {
		t.Errorf("got %q, want it unchanged", got)
	}
}
