package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
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
	if call.Event != "call" {
		return len(line), nil
	}
	k.calls++
	if call.Outcome == "ok" || call.Took {
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
	k := &killRun{t: t, dir: t.TempDir(), killer: &killer{effects: map[string]int{}}}
	server, err := serve.Start(t.Context(), serve.Config{
		Systems: []simulator.SystemSpec{{Name: "demo", URL: "http://demo.example/cluster1"}},
		State:   state, Seed: seed, TimeScale: speed, User: "admin", Password: "secret", Log: k.killer,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	k.server = server
	site := fmt.Sprintf("systems = [exaoperation(name = \"demo\", url = %q, user = \"admin\", password = secret(env = \"DEMO_PASSWORD\"), settle = \"100ms\")]\n",
		server.Ready().Systems[0].HTTP)
	if err := os.WriteFile(filepath.Join(k.dir, "site.star"), []byte(site), 0o600); err != nil {
		t.Fatal(err)
	}
	return k
}

// runbook executes the command in a process of its own, killed at its n-th call
// if n is positive, and reports whether it was killed.
func (k *killRun) runbook(n int, args ...string) (killed bool) {
	k.t.Helper()
	self, err := os.Executable()
	if err != nil {
		k.t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(k.t.Context(), self)
	cmd.Args = append([]string{"runbook"}, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = k.dir, &out, &out
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+k.dir, "DEMO_PASSWORD=secret")
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	if n > 0 {
		k.killer.aim(cmd.Process, n)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == -1 {
		return true
	}
	if err != nil {
		k.t.Fatalf("runbook %s: %v\n%s", strings.Join(args, " "), err, &out)
	}
	return false
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
	for _, row := range []struct{ runbook, state string }{{"startup.star", "stopped"}, {"shutdown.star", "running"}} {
		t.Run(row.runbook, func(t *testing.T) {
			t.Parallel()
			undisturbed := newKillRun(t, row.state, 1)
			undisturbed.runbook(0, "exec", row.runbook, "--yes", "--no-input")
			want, hazards := undisturbed.end()
			if len(hazards) > 0 {
				t.Fatalf("undisturbed: hazards %v", hazards)
			}
			kills := 0
			runs := seeds(6)
			for seed := range runs {
				kills += killAndResume(t, row.runbook, row.state, want, undisturbed.killer.calls, seed+1)
			}
			t.Logf("%s: killed %d times in %d runs", row.runbook, kills, runs)
		})
	}
}

// killAndResume runs a runbook to its end through up to four kills.
func killAndResume(t *testing.T, runbook, state, want string, calls int, seed uint64) (kills int) {
	dice := rand.New(rand.NewPCG(seed, seed))
	k := newKillRun(t, state, 1)
	args := []string{"exec", runbook, "--yes", "--no-input"}
	for k.runbook(1+dice.IntN(calls), args...) {
		if kills++; kills == 4 {
			calls = 1 << 20 // enough
		}
		args = []string{"resume", "--yes", "--no-input"}
		if !k.recorded() {
			args = []string{"exec", runbook, "--yes", "--no-input"}
		}
	}
	got, hazards := k.end()
	if got != want {
		t.Errorf("seed %d: after %d kills the cluster is\n%s\nwant\n%s", seed, kills, got, want)
	}
	for _, h := range hazards {
		t.Errorf("seed %d: after %d kills: hazard %s", seed, kills, h)
	}
	for what, n := range k.killer.effects {
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

// onlyOnce reports whether the change is one whose policy is not to repeat it.
func onlyOnce(what string) bool {
	for _, method := range []string{"startEXAStorage", "stopEXAStorage", "startDatabase", "stopDatabase", "shutdownNode"} {
		if strings.Contains(what, " "+method+"[") {
			return true
		}
	}
	return false
}
