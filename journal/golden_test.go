package journal_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"runbook/effect"
	"runbook/journal"
)

var update = flag.Bool("update", false, "rewrite testdata/v1")

// testdata/v1 is a run of this version of the format. It stays readable, and
// this version goes on writing the same bytes.
func TestGolden(t *testing.T) {
	dir := filepath.Join("testdata", "v1")
	d := example(t)
	name, _ := content(t, d)
	written := map[string][]byte{}
	for _, sub := range []string{"", "values"} {
		folder := filepath.Join(filepath.Dir(name), sub)
		files, err := d.List(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if text := d.Content(filepath.Join(folder, f)); text != nil {
				written[filepath.Join(sub, f)] = text
			}
		}
	}
	if *update {
		for name, text := range written {
			file := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, text, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range written {
		golden, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(golden, text) {
			t.Errorf("%s: written otherwise than in %s\n%s\nto accept it: go test ./journal -run Golden -update", name, dir, text)
		}
	}
}

// The golden run, read and replayed from a copy of its files.
func TestGoldenIsReplayed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "v1")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "v1"))); err != nil {
		t.Fatal(err)
	}
	s := &journal.Store{}
	rec, err := s.ReadAt(dir)
	if err != nil {
		t.Fatal(err)
	}
	run, err := s.OpenAt(dir)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := run.Fit(journal.Life{})
	if err != nil {
		t.Fatal(err)
	}
	last := map[effect.ID]journal.Record{}
	var order []effect.ID
	for r, err := range rec.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if r.Kind == journal.KindOutcome {
			if _, again := last[r.ID]; !again {
				order = append(order, r.ID)
			}
			last[r.ID] = r
		}
	}
	for _, id := range order {
		want := last[id]
		if got := must(t, fit, want.Request); got.Describe() != want.Result.Describe() {
			t.Errorf("effect %s: got %s, want %s", id, got.Describe(), want.Result.Describe())
		}
	}
	if err := fit.Missing(); err != nil || len(order) != 6 {
		t.Errorf("replayed %d effects: %v, want 6", len(order), err)
	}
	sources, err := run.Sources()
	if err != nil || len(sources) != 2 {
		t.Errorf("Sources() = %v, %v", sources, err)
	}
}
