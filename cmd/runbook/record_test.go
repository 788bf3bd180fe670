package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// recorded rehearses a runbook in a scenario, and gives the draft that record
// makes of it.
func recorded(t *testing.T, runbook, scenario string) *draft {
	t.Helper()
	dir := t.TempDir()
	file, run := filepath.Join(dir, "s.scenario.star"), filepath.Join(dir, "run")
	if err := os.WriteFile(file, []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, _ := command("exec", runbook, "-n", "-q", "--scenario", file, "--record", run); strings.Contains(stderr, "s.scenario.star:") {
		t.Fatalf("got a scenario that is wrong: %s\n%s", stderr, scenario)
	}
	a := testApp(io.Discard, io.Discard)
	r, err := a.recordingOf(run)
	if err != nil {
		t.Fatal(err)
	}
	g, err := a.read(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	d, err := g.fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// exasolTroubles are what may be in a scenario of an Exasol cluster.
var exasolTroubles = []string{
	`fault.node_boots_late("demo", "n0013", by = "7m")`,
	`fault.node_never_boots("demo", "n0012")`,
	`fault.storage_refuses("demo", times = 1)`,
	`fault.storage_hangs("demo")`,
	`fault.database_not_connectible("demo", "exa_db1", lasts = "3m")`,
	`fault.database_start_fails("demo", "exa_db1")`,
	`fault.database_in_backup("demo", "exa_db1", lasts = "12m")`,
	`fault.exaoperation_unreachable("demo", at = "2m", lasts = "90s")`,
	`fault.exaoperation_unreachable("demo", lasts = "1m")`,
	`fault.wrong_password("demo")`,
	`fault.lost_before(method = "startDatabase", nth = 1)`,
	`fault.lost_after(method = "startEXAStorage", nth = 1)`,
	`fault.refused(method = "startupNode", nth = 2)`,
	`fault.reply("out of order", method = "startEXAStorage", code = 3, times = 1)`,
	`fault.lost_after(method = "shutdownNode", nth = 1)`,
	`fault.lost_before(method = "stopDatabase", nth = 1)`,
}

// rhinoTroubles are what may be in a scenario of a Rhino cluster.
var rhinoTroubles = []string{
	`fault.rhino_never_joins("voice", 102)`,
	`fault.rhino_refuses_start("voice", 103)`,
	`fault.rhino_crashes_in_start("voice", 101)`,
	`fault.rhino_starts_late("voice", 102, by = "10s")`,
	`fault.host_down("rhino3", lasts = "2m")`,
	`fault.host_cut("rhino2", lasts = "1m")`,
	`fault.slee_stuck("voice", 101)`,
	`fault.lost_after(command = "start-rhino.sh", nth = 1)`,
	`fault.lost_before(command = "start-rhino.sh", nth = 2)`,
}

// scenarios draws beginnings and troubles.
func scenarios() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		power := func(name string) string {
			return fmt.Sprintf("simulate.node(%q, power = %q)", name, rapid.SampledFrom([]string{"on", "off", "booting"}).Draw(t, name))
		}
		exasol := fmt.Sprintf("simulate.exaoperation(\"demo\", state = %q, nodes = [%s, %s, %s], plugins = [\"Administration.vmtoolsd-10.0\"])",
			rapid.SampledFrom([]string{"stopped", "running"}).Draw(t, "state"), power("n0011"), power("n0012"), power("n0013"))
		rhino := rapid.SampledFrom([]string{
			`simulate.rhino("voice", begins = "cold")`,
			`simulate.rhino("voice", begins = "stopped")`,
			`simulate.rhino("voice", begins = "running")`,
			`simulate.rhino("voice", begins = "running", desired = "stopped")`,
			`simulate.rhino("voice", begins = "running", activities = 30, drain = "3m")`,
			`simulate.rhino("voice", begins = "running", nodes = [simulate.rhino_node(101), simulate.rhino_node(102, begins = "crashed"), simulate.rhino_node(103)])`,
			`simulate.rhino("voice", begins = "stopped", nodes = [simulate.rhino_node(101), simulate.rhino_node(102, begins = "halted"), simulate.rhino_node(103)])`,
		}).Draw(t, "rhino")
		troubles := rapid.SliceOfNDistinct(rapid.SampledFrom(append(append([]string{}, exasolTroubles...), rhinoTroubles...)), 0, 2, rapid.ID).Draw(t, "troubles")
		return fmt.Sprintf("systems = [\n    %s,\n    %s,\n]\nfaults = [%s]\nseed = %d\n", exasol, rhino, strings.Join(troubles, ", "), rapid.IntRange(1, 50).Draw(t, "seed"))
	})
}

// TestRecordOfRehearsals: what record makes of a rehearsal is a scenario in
// which the runbook ends and changes as it did.
func TestRecordOfRehearsals(t *testing.T) {
	t.Parallel()
	runbooks := []string{"exasol/startup.star", "exasol/shutdown.star", "rhino/startup.star", "rhino/shutdown.star", "startup.star"}
	for i := range 40 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			scenario := scenarios().Example(i)
			runbook := runbooks[i%len(runbooks)]
			d := recorded(t, runbook, scenario)
			if wrong := d.trial.unlike(); wrong != "" {
				t.Errorf("%s in\n%s\nis not reproduced: %s\nin\n%s", runbook, scenario, wrong, d.text(""))
			}
		})
	}
}

// TestRecordTimings: how long things took is how long they take, of each node.
func TestRecordTimings(t *testing.T) {
	t.Parallel()
	d := recorded(t, "exasol/startup.star", `
systems = [simulate.exaoperation("demo", nodes = 3, plugins = ["Administration.vmtoolsd-10.0"], timings = {"node_boot": "5m", "storage_start": "3m", "database_start": "4m", "database_connect": "0s"})]
faults = [fault.node_boots_late("demo", "n0012", by = "20m")]
`)
	took, again := d.took(), d.trial.outcome.Duration
	if off := (took - again).Abs(); off > took/20 {
		t.Errorf("the rehearsal takes %v, want about the %v of the run", again, took)
	}
	text := d.text("")
	for _, want := range []string{`"storage_start": "3m`, `"database_start": "`, `fault.node_boots_late("demo", "n0012", by = "`} {
		if !strings.Contains(text, want) {
			t.Errorf("the scenario has no %s:\n%s", want, text)
		}
	}
	for _, node := range []string{"n0011", "n0013"} {
		if strings.Contains(text, fmt.Sprintf("fault.node_boots_late(%q, %q", "demo", node)) {
			t.Errorf("the scenario says that %s was late:\n%s", node, text)
		}
	}
}

// TestRecordDrain: how long activities took to end is how long they take.
func TestRecordDrain(t *testing.T) {
	t.Parallel()
	d := recorded(t, "rhino/shutdown.star", `systems = [simulate.rhino("voice", begins = "running", activities = 30, drain = "4m")]`)
	took, again := d.took(), d.trial.outcome.Duration
	if off := (took - again).Abs(); off > took/20 {
		t.Errorf("the rehearsal takes %v, want about the %v of the run, in\n%s", again, took, d.text(""))
	}
	if text := d.text(""); !strings.Contains(text, "activities = 1,") || !strings.Contains(text, `drain = "4m`) {
		t.Errorf("got no activities in\n%s", text)
	}
}

// TestRecordByHand: a node that the run could not switch on, and that came up
// nevertheless, was switched on by somebody.
func TestRecordByHand(t *testing.T) {
	t.Parallel()
	d := recorded(t, "exasol/startup.star", `
systems = [simulate.exaoperation("demo", nodes = ["n0011", simulate.node("n0012", card = False, powered_at = "12m"), "n0013"], plugins = ["Administration.vmtoolsd-10.0"])]
`)
	if wrong, text := d.trial.unlike(), d.text(""); wrong != "" || !strings.Contains(text, `simulate.node("n0012", power = "off", card = False, powered_at = "`) {
		t.Errorf("got %q in\n%s\nwant a node that is switched on by hand", wrong, text)
	}
}

// TestRecordAnswers: what the operator answered is answered again.
func TestRecordAnswers(t *testing.T) {
	t.Parallel()
	d := recorded(t, "exasol/shutdown.star", `
systems = [simulate.exaoperation("demo", state = "running", plugins = ["Administration.vmtoolsd-10.0"])]
answers = {"Shut down demo?": "certainly not"}
`)
	if wrong, text := d.trial.unlike(), d.text(""); wrong != "" || !strings.Contains(text, `answers = {"Shut down demo?": "no"}`) {
		t.Errorf("got %q in\n%s\nwant the operator to refuse", wrong, text)
	}
}

// TestStages: what branches change side by side has no order, what one branch
// changes has.
func TestStages(t *testing.T) {
	t.Parallel()
	runbook := filepath.Join(t.TempDir(), "both.star")
	if err := os.WriteFile(runbook, []byte(`
def main(site):
    server = site.exasol[0].server
    server.startupNode("n0013", recover = "repeat")
    parallel(lambda n: _twice(server, n), ["n0012", "n0011"])

def _twice(server, node):
    server.startupNode(node, recover = "repeat")
    server.at(node).startClusterServices(recover = "repeat")
`), 0o600); err != nil {
		t.Fatal(err)
	}
	d := recorded(t, runbook, "systems = [simulate.exaoperation(\"demo\")]")
	stages, lines := d.stages()
	first := `demo startupNode("n0013")`
	one := []string{`demo startupNode("n0011")`, `demo/n0011 startClusterServices()`}
	two := []string{`demo startupNode("n0012")`, `demo/n0012 startClusterServices()`}
	want := [][]string{{first}, {one[0], two[0], one[1], two[1]}}
	if diff := cmp.Diff(want, stages); diff != "" {
		t.Errorf("the changes side by side (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{two, one}, lines); diff != "" {
		t.Errorf("the changes in order (-want +got):\n%s", diff)
	}
}
