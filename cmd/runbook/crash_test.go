package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
	"runbook/journal/journaltest"
	"runbook/simulator"
)

// A crashRun is a run whose process dies, in a world that does not.
type crashRun struct {
	t     *testing.T
	job   *job
	world *simulator.World
	disk  *journaltest.Disk

	performed map[string]int // changes that reached the world, by effect
	asked     int            // questions to the operator about changes in doubt
}

const crashDir = "/runs/crash"

func newCrashRun(t *testing.T, j *job, scenario *simulator.Scenario, seed uint64) *crashRun {
	t.Helper()
	world, err := worldOf(j, scenario, seed)
	if err != nil {
		t.Fatal(err)
	}
	c := &crashRun{t: t, job: j, world: world, disk: journaltest.NewDisk(), performed: map[string]int{}}
	if err := c.disk.Mkdir("/runs"); err != nil {
		t.Fatal(err)
	}
	if err := c.disk.SyncDir("/"); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *crashRun) store() *journal.Store {
	return &journal.Store{Root: "/runs", FS: c.disk, Now: c.world.Now}
}

// live is one life of the run; it returns nil once the run is done.
func (c *crashRun) live() error {
	j, err := c.open()
	if err != nil {
		return err
	}
	seen := effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
		if r.Class == effect.Change {
			c.performed[r.ID.String()+" "+r.Describe()+" "+r.Recovery.String()]++
		}
		if r.Kind == effect.KindOperator && r.Operation != effect.OpConfirm {
			c.asked++
		}
		return c.world.Perform(ctx, r)
	})
	run := &interpreter.Run{Performer: c.job.interlocked(seen, c.world, j.IsNew, j.Performer), Branches: c.world}
	return c.world.Main(context.Background(), func(ctx context.Context) error {
		_, err := c.job.program.Run(ctx, run, c.job.bound)
		if err == nil {
			err = j.Missing()
		}
		if err != nil {
			return errors.Join(err, j.Close())
		}
		return j.End(outcome(nil))
	})
}

// open goes on with what the disk has of the run. As long as it has changed
// nothing, a power cut may take all of it, and it begins again.
func (c *crashRun) open() (*journal.Journal, error) {
	r, err := c.store().OpenAt(crashDir)
	if err == nil {
		var j *journal.Journal
		if j, err = r.Resume(journal.Life{Tool: version}); err == nil {
			return j, nil
		}
	}
	if len(c.performed) > 0 {
		return nil, err
	}
	c.disk.Remove(crashDir)
	return c.store().CreateAt(crashDir, c.job.journalHeader("crash"), c.job.sources())
}

// isDone reports whether there was nothing left to resume.
func isDone(err error) bool {
	var e *journal.NotResumable
	return errors.As(err, &e) && e.State == journal.Done
}

// final is the state of the world once all that is under way has ended.
func (c *crashRun) final() string {
	c.world.Advance(c.world.Elapsed() + 6*time.Hour)
	return strings.Join(c.world.DescribeShort(), "\n")
}

// voiceSite is a site file of one Rhino cluster.
func voiceSite(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "site.star")
	const text = `systems = [rhino.cluster(name = "voice", home = "/opt/rhino", nodes = [
    rhino.node(101, host("rhino1")),
    rhino.node(102, host("rhino2")),
    rhino.node(103, host("rhino3"), quorum = True),
])]
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// loadJob loads a shipped runbook with a site, "" for the demo's.
func loadJob(t testing.TB, runbook, site string, sets ...string) *job {
	t.Helper()
	a := testApp(io.Discard, io.Discard)
	j, err := a.prepare(runbook, &execOptions{dryRun: true, site: site, sets: sets})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// TestCrashEverywhere stops the tool dead before and after every operation on
// the journal's disk, and in the middle of every write, lets time pass, resumes
// the run and compares the end with that of an undisturbed run.
func TestCrashEverywhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ runbook, scenario string }{
		{"exasol/startup.star", ""},
		{"exasol/shutdown.star", ""},
		{"rhino/startup.star", ""},
		{"rhino/startup.star", `systems = [simulate.rhino(name = "voice", begins = "cold")]`},
		{"rhino/shutdown.star", ""},
		{"rhino/rolling_restart.star", `systems = [simulate.rhino(name = "voice", begins = "running", traffic = True)]`},
	} {
		t.Run(c.runbook+" "+c.scenario, func(t *testing.T) {
			t.Parallel()
			j := loadJob(t, c.runbook, "")
			if strings.HasPrefix(c.runbook, "rhino/") {
				j = loadJob(t, c.runbook, voiceSite(t))
			}
			var scenario *simulator.Scenario
			if c.scenario != "" {
				var err error
				if scenario, err = simulator.LoadScenario("crash.star", []byte(c.scenario)); err != nil {
					t.Fatal(err)
				}
			}
			points := 0
			for seed := range seeds(1) {
				points += crashEverywhere(t, j, scenario, seed+1)
			}
			t.Logf("%s: %d crash points tried", c.runbook, points)
		})
	}
}

// seeds is how many seeds an exploration tries: SEEDS in the environment, or so many.
func seeds(usual uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv("SEEDS"), 10, 16); err == nil {
		return n
	}
	return usual
}

// stride is how many operations on the disk lie between two that are tried:
// CRASH_STRIDE in the environment, for who looks for races and not for points.
func stride() int {
	if n, err := strconv.Atoi(os.Getenv("CRASH_STRIDE")); err == nil && n > 0 {
		return n
	}
	return 1
}

func crashEverywhere(t *testing.T, j *job, scenario *simulator.Scenario, seed uint64) (points int) {
	undisturbed := newCrashRun(t, j, scenario, seed)
	defer undisturbed.world.Close()
	if err := undisturbed.live(); err != nil {
		t.Fatal(err)
	}
	want := undisturbed.final()
	for op := 1; op <= undisturbed.disk.Ops(); op += stride() {
		for i, kind := range []string{"before", "inside", "power cut in"} {
			part := i * op // of a write, by its length
			points++
			c := newCrashRun(t, j, scenario, seed)
			c.disk.StopAt(op, part)
			err := c.live()
			if err == nil {
				t.Fatalf("seed %d, operation %d: the run did not stop", seed, op)
			}
			if kind == "power cut in" {
				c.disk = c.disk.PowerCut(seed + uint64(op))
			} else {
				c.disk = c.disk.Kill()
			}
			c.world.Advance(c.world.Elapsed() + time.Duration(op%7)*5*time.Minute)
			if err := c.live(); err != nil && !isDone(err) {
				t.Fatalf("seed %d, %s operation %d: resume: %v", seed, kind, op, err)
			}
			if got := c.final(); got != want {
				t.Fatalf("seed %d, %s operation %d: ended in\n%s\nwant\n%s", seed, kind, op, got, want)
			}
			c.check(fmt.Sprintf("seed %d, %s operation %d", seed, kind, op))
			if c.asked > 0 {
				t.Errorf("seed %d, %s operation %d: the operator was asked of %d changes in doubt, want none", seed, kind, op, c.asked)
			}
			c.world.Close()
		}
	}
	return points
}

// check fails the test if the world saw a hazard, or a change reached it twice
// against its policy.
func (c *crashRun) check(when string) {
	c.t.Helper()
	for _, h := range c.world.Hazards() {
		c.t.Errorf("%s: hazard: %s", when, h)
	}
	for what, n := range c.performed {
		if n > 1 && strings.HasSuffix(what, " "+effect.Ask.String()) {
			c.t.Errorf("%s: %s was performed %d times", when, what, n)
		}
	}
}

// refusals is a run some of whose changes are refused by interlocks. Nobody may
// be asked about those, wherever it is cut off: they were not sent.
const refusals = `REHEARSE_FROM = "running"

def main(site):
    server = site.exasol[0].server

    def refused(fn):
        done = attempt(fn)
        if done.ok or done.error.kind != "refused":
            fail("got %s, want it refused" % (done,))

    refused(server.at("storage").stopEXAStorage)
    for node in ("n0011", "n0012"):
        server.at(node).setActiveMode(recover = "repeat")
        refused(server.at(node).rebootNode)
    parallel(lambda node: refused(server.at(node).shutdownNode), ["n0013", "n0014"])
`

// TestCrashAtRefusals does so with changes that are refused.
func TestCrashAtRefusals(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "refusals.star")
	if err := os.WriteFile(file, []byte(refusals), 0o600); err != nil {
		t.Fatal(err)
	}
	j := loadJob(t, file, "")
	undisturbed := newCrashRun(t, j, nil, 1)
	defer undisturbed.world.Close()
	if err := undisturbed.live(); err != nil {
		t.Fatal(err)
	}
	if got, want := len(undisturbed.performed), 2; got != want {
		t.Errorf("%d changes reached the world, want %d: %v", got, want, undisturbed.performed)
	}
	t.Logf("%d crash points tried", crashEverywhere(t, j, nil, 1))
}

// TestCleanupsAreForgotten holds together two rooms that may not know each
// other: what the interpreter calls the branches of cleanups, the journal forgets.
func TestCleanupsAreForgotten(t *testing.T) {
	t.Parallel()
	disk := journaltest.NewDisk()
	if err := disk.Mkdir("/runs"); err != nil {
		t.Fatal(err)
	}
	store := &journal.Store{Root: "/runs", FS: disk}
	first, err := store.CreateAt(crashDir, journal.Header{Run: "x"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	performed := 0
	world := effect.PerformerFunc(func(_ context.Context, r effect.Request) (effect.Result, error) {
		performed++
		if r.Operation == "fails" {
			return effect.Fail(&effect.Error{Kind: effect.Fault, Message: "no"}), nil
		}
		return effect.Result{}, nil
	})
	failing := effect.Request{ID: effect.ID{Number: 2}, Kind: "x", Operation: "fails"}
	cleaning := effect.Request{ID: effect.ID{Branch: "1" + interpreter.CleanupSuffix, Number: 1}, Kind: "x", Operation: "cleans"}
	for _, r := range []effect.Request{failing, cleaning} {
		if _, err := first.Performer(world).Perform(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	err = first.End(journal.Outcome{State: journal.Failed, Error: &effect.Error{Kind: effect.Fault}, Failed: []effect.ID{failing.ID}})
	if err != nil {
		t.Fatal(err)
	}
	run, err := store.OpenAt(crashDir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := run.Resume(journal.Life{Retry: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []effect.Request{failing, cleaning} {
		if res, err := second.Performer(world).Perform(t.Context(), r); err != nil || res.Replayed {
			t.Errorf("%s: replayed %v, error %v, want it performed anew", r.ID, res.Replayed, err)
		}
	}
	if performed != 4 {
		t.Errorf("%d effects were performed, want all four", performed)
	}
}
