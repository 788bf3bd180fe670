package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"runbook/interpreter"
	"runbook/journal"
	"runbook/live/branch"
)

// TestReplayCorpus replays the recorded runs of this and all earlier versions
// with today's interpreter and builtins: whoever was in the middle of a run
// when the tool was upgraded can go on.
//
// A new one is made with: runbook exec FILE --dry-run --record testdata/journals/NAME
func TestReplayCorpus(t *testing.T) {
	t.Parallel()
	runs, err := filepath.Glob("../../testdata/journals/*")
	if err != nil || len(runs) == 0 {
		t.Fatalf("got %d recorded runs (%v), want some", len(runs), err)
	}
	for _, dir := range runs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			copied := filepath.Join(t.TempDir(), "run") // opening a run locks its file
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			replay(t, copied)
		})
	}
}

func replay(t *testing.T, dir string) {
	t.Helper()
	run, err := new(journal.Store).OpenAt(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	a := testApp(io.Discard, os.Stderr)
	j, err := a.reload(run, false, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := run.Fit(journal.Life{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = j.program.Run(t.Context(), &interpreter.Run{Performer: fit, Branches: branch.Branches{}}, j.bound)
	if err == nil {
		err = fit.Missing()
	}
	fitted, total := fit.Fitted()
	switch {
	case err != nil:
		t.Errorf("replayed %d of %d recorded effects: %v", fitted, total, err)
	case fitted != total || total == 0:
		t.Errorf("replayed %d of %d recorded effects, want all", fitted, total)
	}
}
