package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// A shippedRun is a way to run a shipped runbook that keeps every rule of
// explore, whatever single thing goes wrong.
type shippedRun struct {
	name     string
	runbook  string
	site     string // its source; "" for the demo's
	scenario string // its source
	sets     []string
	ruleless bool // it does without interlocks
	aside    bool // only where there is time, with half as many runs, and those with single faults
}

// shippedRuns has every shipped runbook that changes something.
var shippedRuns = []shippedRun{
	{name: "start", runbook: "exasol/startup.star"},
	{name: "start without interlocks", runbook: "exasol/startup.star", ruleless: true, aside: true},
	{name: "start two of all", runbook: "exasol/startup.star", site: twinSite, scenario: twin(""), aside: true},
	{name: "start two of all, cold", runbook: "exasol/startup.star", site: twinSite, scenario: twin(`, state = "cold"`), aside: true},
	{name: "start without a log", runbook: "exasol/startup.star", site: plainSite, aside: true},
	{name: "start a single node", runbook: "exasol/startup.star", scenario: single("cold"), aside: true},
	{name: "start one by one", runbook: "exasol/startup.star", sets: []string{"limit=1", "databases=exa_db1", "flagged=boot"}, aside: true},
	{name: "stop", runbook: "exasol/shutdown.star"},
	{name: "stop without interlocks", runbook: "exasol/shutdown.star", ruleless: true, aside: true},
	{name: "stop two of all", runbook: "exasol/shutdown.star", site: twinSite, scenario: twin(`, state = "running"`), aside: true},
	{name: "stop two of all without interlocks", runbook: "exasol/shutdown.star", site: twinSite, scenario: twin(`, state = "running"`), ruleless: true, aside: true},
	{name: "stop a single node", runbook: "exasol/shutdown.star", scenario: single("running")},
	{name: "stop after a backup", runbook: "exasol/shutdown.star", scenario: `faults = [fault.database_in_backup("demo", "exa_db1", lasts = "40m")]`, aside: true},
	{
		name: "stop and move EXAoperation", runbook: "exasol/shutdown.star", sets: []string{"move_master=move"},
		scenario: `faults = [fault.exaoperation_moved("demo", "n0012")]`, aside: true,
	},
	{name: "stop all but license servers", runbook: "exasol/shutdown.star", sets: []string{"keep_license_servers=True", "busy=refuse"}, aside: true},
	{name: "start the site", runbook: "startup.star"},
	{name: "stop the site", runbook: "shutdown.star"},
}

const (
	plainSite = `systems = [
    exaoperation(name = "demo", url = "https://demo.example/cluster1", user = "admin", password = secret(env = "DEMO_PASSWORD"), logservice = ""),
]
`
	twinSite = `systems = [exaoperation(
    name = "demo",
    url = "https://demo.example/cluster1",
    user = "admin",
    password = secret(env = "DEMO_PASSWORD"),
    license_servers = ["n0010", "n0009"],
    plugins = ["Administration.vmtoolsd-10.0", "Monitoring.agent-1.0"],
)]
`
)

// twin is a scenario for twinSite.
func twin(more string) string {
	return `systems = [simulate.exaoperation(
    name = "demo",
    databases = 2,
    license_servers = ["n0010", "n0009"],
    plugins = ["Administration.vmtoolsd-10.0", "Monitoring.agent-1.0"]` + more + `,
)]
`
}

// single is a scenario in which the demo's Exasol cluster is one node.
func single(state string) string {
	return `systems = [simulate.exaoperation(
    name = "demo",
    state = "` + state + `",
    nodes = ["n0010"],
    license_servers = ["n0010"],
    plugins = ["Administration.vmtoolsd-10.0"],
)]
`
}

// few is how many faults are tried where there is little time, from all parts of
// a run.
const few = 150

// TestExploreShipped: no single fault has a shipped runbook break a rule. With
// EXPLORE_RUNS in the environment all of them are tried, then so many pairs, and
// runs in more ways: make explore.
func TestExploreShipped(t *testing.T) {
	t.Parallel()
	runs, _ := strconv.Atoi(os.Getenv("EXPLORE_RUNS"))
	for _, r := range slices.Concat(shippedRuns, shippedRhino) {
		if r.aside && runs == 0 {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			x := r.search(t)
			switch singles := len(x.singles); {
			case runs == 0:
				x.runs = min(singles, few)
			case r.aside:
				x.runs = min(singles, runs/2)
			default:
				x.faults, x.runs = 2, singles+runs
			}
			if err := x.run(context.Background()); err != nil {
				t.Fatal(err)
			}
			if len(x.found) > 0 {
				t.Errorf("%s", told(x))
			}
			t.Logf("%s: %s: %d runs", r.runbook, r.name, x.tried)
		})
	}
}

// search is the exploration of a run, in an order in which a limit that comes
// early leaves out no part of it.
func (r *shippedRun) search(t *testing.T) *search {
	t.Helper()
	o := &execOptions{dryRun: true, sets: r.sets, ruleless: r.ruleless}
	if r.site != "" {
		o.site = filepath.Join(t.TempDir(), "site.star")
		if err := os.WriteFile(o.site, []byte(r.site), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	j, err := testApp(io.Discard, io.Discard).prepare(r.runbook, o)
	if err != nil {
		t.Fatal(err)
	}
	x, err := newSearch(context.Background(), &subject{job: j, name: "explored", base: r.scenario})
	if err != nil {
		t.Fatal(err)
	}
	var singles []mishap
	for _, plan := range strewn(x.singles) {
		if m := plan[0]; !r.ruleless || m.kind != "wrong answer" { // a script believes what it reads; interlocks look again
			singles = append(singles, m)
		}
	}
	if x.singles = singles; raced() {
		x.singles = singles[:len(singles)/60]
	}
	return x
}

// raced reports whether these tests look for races, and not for mistakes of
// runbooks: see stride.
func raced() bool { return stride() > 1 }
