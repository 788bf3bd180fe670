package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"runbook/simulator"
	"runbook/simulator/serve"
)

// A killer is the log of a served world: it kills the client at a chosen call
// and remembers which changes took effect.
type killer struct {
	mu      sync.Mutex
	calls   int
	at      int // call to kill the victim at; 0 for none
	victim  *os.Process
	effects map[string]int // changes that took effect, by path, method and arguments

	awaited map[string]chan struct{} // closed at the next call of a method
}

// next is closed at the next call of a method.
func (k *killer) next(method string) <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.awaited == nil {
		k.awaited = map[string]chan struct{}{}
	}
	if k.awaited[method] == nil {
		k.awaited[method] = make(chan struct{})
	}
	return k.awaited[method]
}

// count is how often calls of a method took effect.
func (k *killer) count(method string) (n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for what, times := range k.effects {
		if strings.Contains(what, " "+method+"[") {
			n += times
		}
	}
	return n
}

// total is how many calls were seen; the server may log its last ones after
// its client has ended.
func (k *killer) total() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.calls
}

// took is how often each change took effect.
func (k *killer) took() map[string]int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.effects)
}

// Write is called with one line for each call.
func (k *killer) Write(line []byte) (int, error) {
	var call struct {
		Event, Path, Method, Outcome string
		Args                         []any
		Took                         bool `json:"took_effect"`
	}
	if err := json.Unmarshal(line, &call); err != nil {
		return 0, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if call.Event != "call" && call.Event != "command" {
		return len(line), nil
	}
	k.calls++
	if c := k.awaited[call.Method]; c != nil {
		close(c)
		delete(k.awaited, call.Method)
	}
	if call.Event == "call" && (call.Outcome == "ok" || call.Took) {
		k.effects[fmt.Sprint(call.Path, " ", call.Method, call.Args)]++
	}
	if k.calls == k.at && k.victim != nil {
		_ = k.victim.Kill() // it may have ended by itself
	}
	return len(line), nil
}

// aim makes the killer kill victim at its n-th call from now.
func (k *killer) aim(victim *os.Process, n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.victim, k.at = victim, k.calls+n
}

// A killRun is a site in a folder of its own, whose cluster is served in this
// process and started or stopped by others.
type killRun struct {
	t      *testing.T
	dir    string
	killer *killer
	server *serve.Server
}

// speed is how much faster than real time the served world is.
const speed = 3000

func newKillRun(t *testing.T, state string, seed uint64) *killRun {
	t.Helper()
	return serveRun(t, serve.Config{
		Systems: []simulator.SystemSpec{{Name: "demo", URL: "http://demo.example/cluster1"}},
		State:   state, Seed: seed, TimeScale: speed,
	})
}

// serveRun serves a world with one system, and makes a site of it.
func serveRun(t *testing.T, cfg serve.Config) *killRun {
	t.Helper()
	k := &killRun{t: t, dir: t.TempDir(), killer: &killer{effects: map[string]int{}}}
	cfg.User, cfg.Password, cfg.Log = "admin", password, k.killer
	server, err := serve.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	k.server = server
	k.write("refusals.star", refusals)
	k.site("http://"+server.Ready().HTTP+"/cluster1", "password = secret(env = \"DEMO_PASSWORD\")")
	return k
}

// site makes the site's file, with more arguments for its one system.
func (k *killRun) site(url, more string) {
	k.t.Helper()
	k.write("site.star", fmt.Sprintf("systems = [exaoperation(name = \"demo\", url = %q, user = \"admin\", settle = \"100ms\", %s)]\n", url, more))
}

// runbook executes the command in a process of its own, killed at its n-th call
// if n is positive, and reports whether it was killed.
func (k *killRun) runbook(n int, args ...string) (killed bool) {
	k.t.Helper()
	p := k.start(args...)
	if n > 0 {
		k.killer.aim(p.cmd.Process, n)
	}
	code, out := p.end()
	if code > 0 {
		k.t.Fatalf("runbook %s: exit status %d\n%s", strings.Join(args, " "), code, out)
	}
	return code < 0
}

// onlyRun is the id of the one run in the folder.
func (k *killRun) onlyRun() string {
	k.t.Helper()
	runs, err := filepath.Glob(filepath.Join(k.dir, "runbook", "runs", "*"))
	if err != nil || len(runs) != 1 {
		k.t.Fatalf("got %d runs (%v), want one", len(runs), err)
	}
	return filepath.Base(runs[0])
}

// end is the state of the cluster once all that is under way has ended, and the
// hazards it saw.
func (k *killRun) end() (state string, hazards []simulator.Hazard) {
	k.server.Do(func(w *simulator.World) {
		w.Advance(w.Elapsed() + 6*time.Hour)
		state = strings.Join(w.DescribeShort(), "\n")
	})
	return state, k.server.Hazards()
}

// TestKill kills the tool with SIGKILL at random moments while it works on a
// cluster over a socket, resumes it, kills that too, and so on, and compares
// the end with that of an undisturbed run.
func TestKill(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ runbook, state string }{{"startup.star", "stopped"}, {"shutdown.star", "running"}, {"refusals.star", "running"}} {
		t.Run(row.runbook, func(t *testing.T) {
			t.Parallel()
			undisturbed := newKillRun(t, row.state, 1)
			undisturbed.runbook(0, "exec", row.runbook, "--yes", "--no-input")
			want, hazards := undisturbed.end()
			if len(hazards) > 0 {
				t.Fatalf("undisturbed: hazards %v", hazards)
			}
			kills, calls := 0, undisturbed.killer.total()
			runs := seeds(6)
			for seed := range runs {
				kills += killAndResume(t, newKillRun(t, row.state, 1), row.runbook, want, calls, seed+1)
			}
			t.Logf("%s: killed %d times in %d runs", row.runbook, kills, runs)
		})
	}
}

// killAndResume runs a runbook to its end through up to four kills.
func killAndResume(t *testing.T, k *killRun, runbook, want string, calls int, seed uint64, sets ...string) (kills int) {
	t.Helper()
	dice := rand.New(rand.NewPCG(seed, seed))
	begin := append([]string{"exec", runbook, "--yes", "--no-input"}, sets...)
	args := begin
	for k.runbook(1+dice.IntN(calls), args...) {
		if kills++; kills == 4 {
			calls = 1 << 20 // enough
		}
		if k.done() {
			break // what was left to do was to tidy up
		}
		args = []string{"resume", "--yes", "--no-input"}
		if !k.recorded() {
			args = begin
		}
	}
	got, hazards := k.end()
	if got != want {
		t.Errorf("seed %d: after %d kills the cluster is\n%s\nwant\n%s", seed, kills, got, want)
	}
	for _, h := range hazards {
		t.Errorf("seed %d: after %d kills: hazard %s", seed, kills, h)
	}
	for what, n := range k.killer.took() {
		if n > 1 && onlyOnce(what) {
			t.Errorf("seed %d: after %d kills: %s took effect %d times", seed, kills, what, n)
		}
	}
	return kills
}

// recorded reports whether a run was begun: one that was killed before it
// recorded anything cannot be resumed, and did nothing.
func (k *killRun) recorded() bool {
	runs, err := filepath.Glob(filepath.Join(k.dir, "runbook", "runs", "*", "journal"))
	return err == nil && len(runs) > 0
}

// done reports whether the run has recorded that it is done.
func (k *killRun) done() bool {
	runs, err := filepath.Glob(filepath.Join(k.dir, "runbook", "runs", "*", "journal"))
	if err != nil || len(runs) == 0 {
		return false
	}
	text, err := os.ReadFile(runs[0])
	return err == nil && strings.Contains(string(text), `"k":"end"`) && strings.Contains(string(text), `"state":"done"`)
}

// onlyOnce reports whether the change is one whose policy is not to repeat it.
func onlyOnce(what string) bool {
	for _, method := range []string{"startEXAStorage", "stopEXAStorage", "startDatabase", "stopDatabase", "shutdownNode"} {
		if strings.Contains(what, " "+method+"[") {
			return true
		}
	}
	return false
}
