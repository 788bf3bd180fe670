package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"runbook/simulator"
	"runbook/simulator/serve"
)

// A process is the command under way in a process of its own.
type process struct {
	t   *testing.T
	cmd *exec.Cmd
	out *output
}

// output is what a process has printed so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more sync.Cond
}

func newOutput() *output {
	o := &output{}
	o.more.L = &o.mu
	return o
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.more.Broadcast()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await returns once a part was printed.
func (o *output) await(part string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for !strings.Contains(o.text.String(), part) {
		o.more.Wait()
	}
}

// start begins the command in the run's folder.
func (k *killRun) start(args ...string) *process {
	k.t.Helper()
	self, err := os.Executable()
	if err != nil {
		k.t.Fatal(err)
	}
	p := &process{t: k.t, cmd: exec.CommandContext(k.t.Context(), self), out: newOutput()}
	p.cmd.Args = append([]string{"runbook"}, args...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = k.dir, p.out, p.out
	p.cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+k.dir, "DEMO_PASSWORD="+password)
	if err := p.cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	return p
}

// end waits for the command; its exit status is -1 if a signal killed it.
func (p *process) end() (code Code, out string) {
	p.t.Helper()
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return Code(p.cmd.ProcessState.ExitCode()), p.out.String()
}

// want runs the command and checks its exit status and parts of what it says.
func (k *killRun) want(code Code, parts string, args ...string) string {
	k.t.Helper()
	got, out := k.start(args...).end()
	if got != code {
		k.t.Fatalf("runbook %s: exit status %d, want %d\n%s", strings.Join(args, " "), got, code, out)
	}
	for part := range strings.SplitSeq(parts, "|") {
		if !strings.Contains(out, part) {
			k.t.Errorf("runbook %s: got no %q in\n%s", strings.Join(args, " "), part, out)
		}
	}
	return out
}

// write makes a file in the run's folder.
func (k *killRun) write(name, text string) {
	k.t.Helper()
	if err := os.WriteFile(filepath.Join(k.dir, name), []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// password is what nobody may ever see.
const password = "secret"

const changes = `
def main(site, plugin = "Administration.x-1.0"):
    cluster = site.exasol[0].server
    log("nodes", cluster.getNodeList())
    step("first", cluster.callPlugin, plugin, "n0010", "START")
    confirm("Go on?", expect = "demo")
    step("second", cluster.callPlugin, plugin, "n0010", "STOP")
`

// faulty is a cluster that runs, with a plugin, and faults on the way to it.
func faulty(faults ...simulator.Fault) *simulator.Scenario {
	s := simulator.DefaultScenario([]simulator.SystemSpec{{
		Name: "demo", URL: "http://demo.example/cluster1", Plugins: []string{"Administration.x-1.0"},
	}}, "running")
	s.Faults = faults
	return s
}

func TestLiveDoubtIsAskedAndAnswered(t *testing.T) {
	t.Parallel()
	k := serveRun(t, serve.Config{Scenario: faulty(simulator.Fault{Effect: simulator.LostAfter, Method: "callPlugin", Nth: 1})})
	k.write("changes.star", changes)
	k.want(ChangeInDoubt, "in doubt: the connection was closed before the reply|resume|--answer 2=done", "exec", "changes.star")
	k.want(ChangeInDoubt, "in doubt: the run stopped before its result was recorded", "resume")
	k.want(StoppedAtGate, "the operator says done|Go on? — nobody is there to answer|pass --yes", "resume", "--answer", "2=done")
	k.want(Done, "LIVE, resumed (life 4)|done in", "resume", "--yes")
	if n := k.killer.count("callPlugin"); n != 2 {
		t.Errorf("callPlugin took effect %d times, want twice: once each", n)
	}
	k.want(ResumeRefused, "there is nothing left to do", "resume", k.onlyRun())
}

func TestLiveDoubtDoneAgain(t *testing.T) {
	t.Parallel()
	k := serveRun(t, serve.Config{Scenario: faulty(simulator.Fault{Effect: simulator.LostBefore, Method: "callPlugin", Nth: 1})})
	k.write("changes.star", changes)
	k.want(ChangeInDoubt, "--answer 2=again", "exec", "changes.star", "--yes")
	k.want(Done, "the operator says not done", "resume", "--answer", "2=again", "--yes")
	if n := k.killer.count("callPlugin"); n != 2 {
		t.Errorf("callPlugin took effect %d times, want twice: once each", n)
	}
}

func TestLiveResumeEdited(t *testing.T) {
	t.Parallel()
	k := serveRun(t, serve.Config{Scenario: faulty()})
	k.write("changes.star", strings.Replace(changes, `"n0010", "STOP"`, `"n0099", "STOP"`, 1))
	k.want(RunbookFailed, "error:|callPlugin|n0099|changes.star:7:|--edited", "exec", "changes.star", "--yes")
	k.write("changes.star", strings.Replace(changes, "getNodeList", "getDatabaseList", 1))
	k.want(ResumeRefused, "fit 0 of|differs from the journal in its operation|getNodeList()|getDatabaseList()|changes.star:4:", "resume", "--edited", "--yes")
	k.write("changes.star", strings.Replace(changes, `    step("first"`, `    0 and step("first"`, 1))
	k.want(ResumeRefused, "differs from the journal|callPlugin|Go on?", "resume", "--edited", "--yes")
	k.write("changes.star", "def main(site, plugin = \"\"):\n    site.exasol[0].server.getNodeList()\n")
	k.want(ResumeRefused, "missing|did not ask for it", "resume", "--edited", "--yes")
	if n := k.killer.count("callPlugin"); n != 1 {
		t.Fatalf("callPlugin took effect %d times, want once: a replay that diverges performs nothing", n)
	}
	k.write("changes.star", changes)
	k.want(Done, "goes on at|LIVE, resumed|done in", "resume", "--edited", "--yes")
}

func TestLiveLock(t *testing.T) {
	t.Parallel()
	k := serveRun(t, serve.Config{Scenario: faulty()})
	k.write("wait.star", "def main(site):\n    site.exasol[0].server.callPlugin(\"Administration.x-1.0\", \"n0010\", \"START\")\n    wait(\"1h\")\n")
	k.write("look.star", "READ_ONLY = True\n\ndef main(site):\n    print(site.exasol[0].server.getNodeList())\n")
	k.write("breach.star", "READ_ONLY = True\n\ndef main(site):\n    site.exasol[0].server.startupNode(\"n0011\")\n")
	called := k.killer.next("callPlugin")
	holder := k.start("exec", "wait.star")
	<-called
	k.want(SystemLocked, "locked by run|wait.star|runbook show", "exec", "wait.star")
	k.want(SystemLocked, "going on", "resume", k.onlyRun())
	k.want(Done, "n0011", "exec", "look.star")
	k.want(RefusedByRule, "READ_ONLY|startupNode|breach.star:4:", "exec", "breach.star")
	if err := holder.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	holder.end()
	k.want(StoppedAtGate, "did not end|runbook resume|runbook abandon|nobody is there", "exec", "wait.star")
	k.want(Done, "", "abandon", k.onlyRun(), "--yes")
}

func TestLiveSignals(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		signal syscall.Signal
		code   Code
	}{{syscall.SIGINT, Interrupted}, {syscall.SIGTERM, Terminated}} {
		t.Run(row.signal.String(), func(t *testing.T) {
			t.Parallel()
			k := serveRun(t, serve.Config{Scenario: faulty()})
			k.write("wait.star", `
def main(site):
    cluster = site.exasol[0].server
    cluster.callPlugin("Administration.x-1.0", "n0010", "START")
    poll(lambda: len(cluster.getNodeList()) == 0, timeout = "1h", every = "10ms")
`)
			polling := k.killer.next("getNodeList")
			p := k.start("exec", "wait.star")
			<-polling
			if err := p.cmd.Process.Signal(row.signal); err != nil {
				t.Fatal(err)
			}
			p.out.await("press Ctrl-C again") // two signals at once may arrive as one
			<-k.killer.next("getNodeList")    // the first signal lets reads go on
			if err := p.cmd.Process.Signal(row.signal); err != nil {
				t.Fatal(err)
			}
			code, out := p.end()
			if code != row.code || !strings.Contains(out, "press Ctrl-C again") || !strings.Contains(out, "runbook resume") {
				t.Errorf("exit status %d, want %d, how to go on, and\n%s", code, row.code, out)
			}
		})
	}
}

func TestLiveFailures(t *testing.T) {
	t.Parallel()
	k := serveRun(t, serve.Config{Scenario: faulty()})
	k.write("ask.star", "def main(site, timeout = \"5s\"):\n    site.exasol[0].server.getNodeList(timeout = timeout)\n")
	k.write("poll.star", `
def main(site):
    poll(site.exasol[0].server.getServiceState, until = "never", timeout = "40ms", every = "10ms", what = "the moon", tolerate = ["unreachable"])
`)
	k.write("forever.star", "def main(site):\n    wait(\"1h\", why = \"nothing\")\n")
	k.want(WaitTimedOut, "the moon: not reached within 40ms|last saw|Storaged|poll.star:3:9", "exec", "poll.star")
	k.want(WaitTimedOut, "--timeout 50ms|runbook resume", "exec", "forever.star", "--timeout", "50ms", "--yes")
	k.site("http://"+k.server.Ready().HTTP+"/cluster1", "password = secret(env = \"DEMO_USER\")")
	k.want(RunbookFailed, "environment variable DEMO_USER: not set", "exec", "ask.star", "--yes")
	k.site("http://"+k.server.Ready().HTTP+"/cluster1", "password = secret(command = \"echo wrong\")")
	k.want(RunbookFailed, "401|check user \"admin\"|ask.star:2:38", "exec", "ask.star", "--yes")
	k.site("http://127.0.0.1:1/cluster1", "password = secret(env = \"DEMO_PASSWORD\")")
	k.want(CannotReach, "connection refused|127.0.0.1:1/cluster1", "exec", "ask.star", "--yes")
	k.want(Usage, "the runbook has no parameter \"timeot\"|did you mean timeout|timeout (string, default \"5s\")", "exec", "ask.star", "--set", "timeot=1s")
}

func TestLiveHTTPS(t *testing.T) {
	t.Parallel()
	k := serveRun(t, serve.Config{Scenario: faulty(), HTTP: "127.0.0.1:0", HTTPS: "127.0.0.1:0"})
	k.write("ask.star", "READ_ONLY = True\n\ndef main(site):\n    print(site.exasol[0].server.getNodeList())\n")
	url := k.server.Ready().Systems[0].HTTPS
	k.site(url, "password = secret(env = \"DEMO_PASSWORD\")")
	out := k.want(RefusedByRule, "certificate|fingerprint", "exec", "ask.star")
	pinned := regexp.MustCompile(`fingerprint ?= ?"([0-9a-fA-F:]+)"`).FindStringSubmatch(out)
	if pinned == nil {
		t.Fatalf("got no fingerprint to pin in\n%s", out)
	}
	k.site(url, "password = secret(env = \"DEMO_PASSWORD\"), fingerprint = \""+pinned[1]+"\"")
	k.want(Done, "n0011", "exec", "ask.star")
	k.site(url, "password = secret(env = \"DEMO_PASSWORD\"), fingerprint = \""+strings.Repeat("ab", 32)+"\"")
	k.want(RefusedByRule, "fingerprint", "exec", "ask.star")
	k.site(url, "password = secret(env = \"DEMO_PASSWORD\"), insecure = True")
	k.want(Done, "warning|n0011", "exec", "ask.star")
	k.write("ca.pem", string(k.server.Certificate()))
	k.site(url, "password = secret(env = \"DEMO_PASSWORD\"), ca_file = \"ca.pem\"")
	k.want(Done, "n0011", "exec", "ask.star")
}

// TestLiveSecretsStayOut runs what knows the password, well and badly, and
// looks for it in all that was printed and all that was kept.
func TestLiveSecretsStayOut(t *testing.T) {
	t.Parallel()
	const canary = "c4nary-pässwörd&<x>"
	k := serveRun(t, serve.Config{Scenario: faulty(
		simulator.Fault{Effect: simulator.Reply, Method: "startupNode", Code: -1, Text: "no: admin:" + canary + "@host, " + canary},
	)})
	k.write("pw", canary+"\n")
	k.site("http://"+k.server.Ready().HTTP+"/cluster1", "password = secret(file = \"pw\")")
	k.write("say.star", `
def main(site):
    s = secret(file = "pw")
    print(s, str(s), [s], {"a": s})
    log(s)
    print(attempt(site.exasol[0].server.getNodeList).error)
    site.exasol[0].server.startupNode("n0011", s)
`)
	_, out := k.start("exec", "say.star", "--verbose", "--yes").end()
	if !strings.Contains(out, "<secret>") {
		t.Errorf("got no <secret> in\n%s", out)
	}
	_, shown := k.start("show", k.onlyRun()).end()
	if err := os.Remove(filepath.Join(k.dir, "pw")); err != nil {
		t.Fatal(err)
	}
	var kept strings.Builder
	err := filepath.WalkDir(k.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		kept.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{"output": out, "show": shown, "folder": kept.String()} {
		if strings.Contains(text, canary) || strings.Contains(text, "c4nary") {
			t.Errorf("%s: the password is in it:\n%s", what, text)
		}
	}
}
