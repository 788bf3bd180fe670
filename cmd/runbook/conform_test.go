package main

import (
	"io"
	"path/filepath"
	"testing"

	"runbook/effect"
)

// TestConformOfRehearsals: a rehearsal is what the simulator itself answered,
// so from the same beginning it answers alike.
func TestConformOfRehearsals(t *testing.T) {
	t.Parallel()
	for _, runbook := range []string{"startup.star", "exasol/startup.star", "rhino/startup.star", "shutdown.star", "exasol/status.star"} {
		t.Run(runbook, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "run")
			if _, stderr, status := command("exec", runbook, "-n", "-q", "--record", dir); status != 0 {
				t.Fatalf("got status %d, want 0\n%s", status, stderr)
			}
			a := testApp(io.Discard, io.Discard)
			r, err := a.recordingOf(dir)
			if err != nil {
				t.Fatal(err)
			}
			c, err := a.conformed(t.Context(), r, nil)
			if err != nil {
				t.Fatal(err)
			}
			if all := c.total(); all.compared < 10 || all.alike != all.compared {
				t.Errorf("got %d of %d answers alike, want all of many", all.alike, all.compared)
				for _, f := range c.found {
					t.Log(f.text)
				}
			}
		})
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	var s score
	if got := s.percent(); got != 0 {
		t.Errorf("percent of none = %v, want 0", got)
	}
	for _, alike := range []bool{true, false, false, false} {
		s.add(alike)
	}
	if got := s.percent(); got != 25 {
		t.Errorf("percent = %v, want 25", got)
	}
}

func TestMethodOf(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]effect.Request{
		"getNodeList":       {Kind: effect.KindXMLRPC, Operation: "getNodeList"},
		"run sh":            {Kind: effect.KindHost, Operation: effect.OpRun, Args: []effect.Value{"test -d x"}},
		"run stop-rhino.sh": {Kind: effect.KindHost, Operation: effect.OpRun, Args: []effect.Value{[]effect.Value{"/opt/rhino/stop-rhino.sh", "--kill"}}},
		"":                  {Kind: effect.KindClock, Operation: effect.OpNow},
	} {
		if got := methodOf(&r); got != want {
			t.Errorf("methodOf(%s) = %q, want %q", r.Describe(), got, want)
		}
	}
}
