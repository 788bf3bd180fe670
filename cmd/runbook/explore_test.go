package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runbook/effect"
	"runbook/simulator"
)

// searchOf explores a runbook, with at most so many runs.
func searchOf(t testing.TB, runbook string, faults, runs int) *search {
	t.Helper()
	j := loadJob(t, runbook, "")
	x, err := newSearch(context.Background(), &subject{job: j, name: "explored"})
	if err != nil {
		t.Fatal(err)
	}
	x.faults, x.runs = faults, runs
	if err := x.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return x
}

// told is the report of a search.
func told(x *search) string {
	var b strings.Builder
	reportOf("x.star", &exploreOptions{}, x).text(&b, false)
	return b.String()
}

// TestExploreKills: no single fault on the way to EXAoperation, and no death
// of the tool, has a shipped runbook break a rule that its report does not tell.
func TestExploreKills(t *testing.T) {
	t.Parallel()
	x := searchOf(t, "exasol/startup.star", 1, 0)
	for _, kind := range []string{"tool killed", "connection refused", "lost before the effect", "lost after the effect", "slow reply, too late", "interface unreachable"} {
		if n := x.tallies[kind]; n == nil || n.tried == 0 || n.broke > 0 || n.clear > 0 {
			t.Errorf("%s: got %+v, want all of some to end well", kind, n)
		}
	}
	if len(x.missed) > 0 {
		t.Errorf("%d single faults struck nothing, the first is %s", len(x.missed), x.missed[0].fault)
	}
}

// Pairs that are pruned by equal state, and random schedules, give the same
// report however the cores share the work.
func TestExploreIsDeterministic(t *testing.T) {
	t.Parallel()
	file := boldRunbook(t)
	first := told(searchOf(t, file, 2, 400))
	if second := told(searchOf(t, file, 2, 400)); first != second {
		t.Errorf("explored twice:\n%s\nand\n%s", first, second)
	}
	if !strings.Contains(first, "in 400 runs") {
		t.Errorf("got\n%s\nwant 400 runs", first)
	}
}

// boldRunbook stops the database and, whatever became of that, EXAStorage.
func boldRunbook(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bold.star")
	const text = `REHEARSE_FROM = "running"

def main(site):
    server = site.exasol[0].server
    db = server.at("db_" + server.getDatabaseList()[0])
    if attempt(db.stopDatabase, recover = "repeat").ok:
        poll(db.getDatabaseState, until = "setup", timeout = "15m")
    server.at("storage").stopEXAStorage(recover = "repeat")
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A schedule with more than is needed shrinks to what is.
func TestExploreShrinks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	j := loadJob(t, boldRunbook(t), "")
	j.rules = nil // one of them keeps the harm away
	x, err := newSearch(ctx, &subject{job: j, name: "explored"})
	if err != nil {
		t.Fatal(err)
	}
	var needed, idle mishap
	for _, m := range x.singles {
		switch {
		case m.kind == "fault reply" && strings.Contains(m.place, "stopDatabase"):
			needed = m
		case m.kind == "slow reply, in time" && idle.kind == "":
			idle = m
		}
	}
	plan := schedule{idle, needed, {kind: "tool killed", fault: `fault.killed(effect = "1", when = "` + simulator.KillRecorded + `")`}}
	v, err := x.subject.try(ctx, plan, trialMode{})
	if err != nil {
		t.Fatal(err)
	}
	x.count(x.subject, plan, v)
	if err := x.shrinkAll(ctx); err != nil {
		t.Fatal(err)
	}
	if len(x.found) != 1 || len(x.found[0].plan) != 1 || x.found[0].plan[0].fault != needed.fault {
		t.Errorf("got %+v, want one finding with the schedule %s alone", x.found, needed.fault)
	}
}

// The second run is a run of its own: a host that did its first command does not
// take the second run's for the same.
func TestExploreSecondRunStartsNodesAnew(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	x, err := newSearch(ctx, &subject{job: loadJob(t, "rhino/startup.star", ""), name: "explored"})
	if err != nil {
		t.Fatal(err)
	}
	crash := mishap{kind: "node crashes", fault: `fault.rhino_crashes("voice", 101, at = "30.61s")`, world: true}
	v, err := x.subject.try(ctx, schedule{crash}, trialMode{})
	if err != nil {
		t.Fatal(err)
	}
	if v.err == nil || v.rule != "" {
		t.Errorf("got %v and %q broken (%s), want a run that fails and is made up for", v.err, v.rule, v.happened)
	}
}

// Every request has a place in the runbook, also one of a poll within a branch.
func TestExploreKnowsPlaces(t *testing.T) {
	t.Parallel()
	for id, want := range map[effect.ID]string{
		{Branch: "1.0", Number: 3}: "1", {Branch: "4.17/2.0", Number: 1}: "4.17:2", {Number: 7}: "",
	} {
		got, above := parentOf(id)
		if above != (want != "") || above && got.String() != want {
			t.Errorf("%s: got the parent %s, %v, want %q", id, got, above, want)
		}
	}
	x, err := newSearch(context.Background(), &subject{job: loadJob(t, "rhino/shutdown.star", ""), name: "explored"})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range x.singles {
		if m.where == "" {
			t.Errorf("%s: got no place in the runbook", m.fault)
		}
	}
}

// BenchmarkExplore is one trial of the shipped startup: a run with a fault, and
// what follows it. Its inverse is scenarios per second and core.
func BenchmarkExplore(b *testing.B) {
	ctx := context.Background()
	x, err := newSearch(ctx, &subject{job: loadJob(b, "exasol/startup.star", ""), name: "explored"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if _, err := x.subject.try(ctx, schedule{x.singles[n%len(x.singles)]}, trialMode{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "scenarios/s")
}
