package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"runbook/interpreter"
)

// TestShippedTests: the tests of the shipped runbooks pass. They reach every
// statement of those for Exasol clusters and of the interlocks, and go both ways
// wherever they decide.
func TestShippedTests(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "cover.json")
	stdout, stderr, status := command("test", repository+"/runbooks", "--cover-out", file)
	if status != 0 {
		t.Fatalf("got status %d, want 0\n%s%s", status, stdout, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all coverJSON
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	wanted := map[string]bool{}
	for _, name := range []string{
		"startup.star", "shutdown.star", "exasol/startup.star", "exasol/shutdown.star", "exasol/status.star", "lib/choose.star", "lib/database.star",
		"lib/exaoperation.star", "lib/node.star", "lib/plugin.star", "lib/server.star", "lib/storage.star", "lib/table.star",
		"interlocks/exasol.star", "interlocks/rhino.star",
	} {
		path, err := filepath.Abs(filepath.Join(repository, "runbooks", name))
		if err != nil {
			t.Fatal(err)
		}
		wanted[fromHere(path)] = true
	}
	for _, f := range all.Files {
		if !wanted[f.File] {
			continue
		}
		delete(wanted, f.File)
		for _, p := range f.Places {
			for way, hits := range p.Hits {
				if hits == 0 {
					t.Errorf("%s:%d:%d: %s: never %s", f.File, p.Line, p.Column, p.Kind, way)
				}
			}
		}
	}
	for name := range wanted {
		t.Errorf("%s: got no coverage", name)
	}
}

// TestCoverShare: only all of them are 100%.
func TestCoverShare(t *testing.T) {
	t.Parallel()
	for s, want := range map[coverShare]string{{0, 0}: "100%", {3, 3}: "100%", {9999, 10000}: "99.9%", {0, 7}: "0.0%", {1, 3}: "33.3%"} {
		if got := s.String(); got != want {
			t.Errorf("%d of %d: got %s, want %s", s.Reached, s.Total, got, want)
		}
	}
}

// TestUnreached: lines that were not executed are told together; branches in
// them are not told again.
func TestUnreached(t *testing.T) {
	t.Parallel()
	place := func(kind interpreter.PlaceKind, line, end int, a, b uint32) interpreter.Place {
		return interpreter.Place{Kind: kind, Line: line, Column: 1, End: end, Hits: [2]uint32{a, b}}
	}
	r := &coverReport{places: []interpreter.Place{
		place(interpreter.PlaceStatement, 1, 1, 2, 0), place(interpreter.PlaceIf, 1, 1, 0, 2),
		place(interpreter.PlaceStatement, 2, 3, 0, 0), place(interpreter.PlaceAnd, 3, 3, 0, 0),
		place(interpreter.PlaceStatement, 4, 4, 0, 0), place(interpreter.PlaceStatement, 6, 6, 0, 0),
		place(interpreter.PlaceStatement, 7, 7, 1, 0), place(interpreter.PlaceFor, 7, 7, 1, 0), place(interpreter.PlaceFilter, 7, 7, 0, 0),
		place(interpreter.PlaceOr, 8, 8, 1, 1),
	}}
	want := []string{"never executed: 2-4, 6", "1:1: if: never true", "7:1: for: never without items", "7:1: filter: never reached"}
	got := r.unreached()
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
}
