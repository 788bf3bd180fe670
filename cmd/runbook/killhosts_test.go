package main

import (
	"testing"

	"runbook/simulator"
	"runbook/simulator/serve"
)

// hostSpeed is how much faster than real time served hosts are: a command over
// SSH takes some real milliseconds, and what waits for it must not seem to have
// waited too long.
const hostSpeed = 200

// newHostKillRun serves a Rhino cluster over SSH, and makes a site of it.
func newHostKillRun(t *testing.T, scenario string) *killRun {
	t.Helper()
	s, err := simulator.LoadScenario("kill.star", []byte(scenario))
	if err != nil {
		t.Fatal(err)
	}
	k := &killRun{t: t, dir: t.TempDir(), killer: &killer{effects: map[string]int{}}}
	k.server, err = serve.Start(t.Context(), serve.Config{
		Scenario: s, Seed: 1, TimeScale: hostSpeed, SSH: serve.SSHConfig{Address: "127.0.0.1:0"}, Log: k.killer,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.server.Close)
	k.write("site.star", k.server.Ready().Site(""))
	return k
}

// TestKillHosts kills the tool with SIGKILL at random moments while it works
// on a Rhino cluster over SSH, resumes it, kills that too, and so on, and
// compares the end with that of an undisturbed run.
func TestKillHosts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ runbook, scenario string }{
		{"rhino/startup.star", `systems = [simulate.rhino(name = "voice", begins = "cold")]`},
		{"rhino/startup.star", `systems = [simulate.rhino(name = "voice")]`},
		{"rhino/shutdown.star", `systems = [simulate.rhino(name = "voice", begins = "running", activities = 4, drain = "20s")]`},
		{"rhino/rolling_restart.star", `systems = [simulate.rhino(name = "voice", begins = "running", traffic = True)]`},
	} {
		t.Run(row.runbook, func(t *testing.T) {
			t.Parallel()
			var sets []string
			if row.runbook == "rhino/startup.star" {
				sets = []string{"--set", "stagger=200ms"}
			}
			undisturbed := newHostKillRun(t, row.scenario)
			undisturbed.runbook(0, append([]string{"exec", row.runbook, "--yes", "--no-input"}, sets...)...)
			want, hazards := undisturbed.end()
			if len(hazards) > 0 {
				t.Fatalf("undisturbed: hazards %v", hazards)
			}
			kills, calls := 0, undisturbed.killer.total()
			runs := seeds(3)
			for seed := range runs {
				kills += killAndResume(t, newHostKillRun(t, row.scenario), row.runbook, want, calls, seed+1, sets...)
			}
			t.Logf("%s: killed %d times in %d runs", row.runbook, kills, runs)
		})
	}
}
