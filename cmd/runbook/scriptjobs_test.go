package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"runbook/simulator/serve"
)

// A background is a command that runs beside a script. What it prints is in
// the files NAME.stdout and NAME.stderr.
type background struct {
	cmd     *exec.Cmd
	copying sync.WaitGroup

	mu    sync.Mutex
	more  *sync.Cond // lines, or ended
	lines []string   // printed so far
	ended bool
}

// await returns the first line that fits, "" if the command ends without.
func (b *background) await(pattern *regexp.Regexp) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := 0; ; i++ {
		for i == len(b.lines) {
			if b.ended {
				return ""
			}
			b.more.Wait()
		}
		if pattern.MatchString(b.lines[i]) {
			return b.lines[i]
		}
	}
}

type jobsKey struct{}

func jobs(ts *testscript.TestScript) map[string]*background {
	return ts.Value(jobsKey{}).(map[string]*background)
}

func jobOf(ts *testscript.TestScript, name string) *background {
	b := jobs(ts)[name]
	if b == nil {
		ts.Fatalf("got %q, want the name of a command that was started", name)
	}
	return b
}

// scriptStart starts a command in the background and goes on once it has
// printed a line that fits: start NAME REGEXP command [args...]
func scriptStart(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: start NAME REGEXP command [args...]")
	}
	startJob(ts, args[0], args[1], args[2:])
}

func startJob(ts *testscript.TestScript, name, until string, args []string) string {
	pattern, err := regexp.Compile(until)
	ts.Check(err)
	path := args[0]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if full := filepath.Join(dir, path); !strings.Contains(path, "/") && fileExists(full) {
			path = full
		}
	}
	b := &background{cmd: exec.Command(path, args[1:]...)}
	b.more = sync.NewCond(&b.mu)
	b.cmd.Dir, b.cmd.Env = ts.MkAbs("."), scriptEnv(ts)
	stdout, err := b.cmd.StdoutPipe()
	ts.Check(err)
	stderr, err := b.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(b.cmd.Start())
	ts.Defer(func() {
		_ = b.cmd.Process.Kill() // it may have ended
		b.copying.Wait()
		_ = b.cmd.Wait()
	})
	b.keep(ts, stdout, ts.MkAbs(name+".stdout"))
	b.keep(ts, stderr, ts.MkAbs(name+".stderr"))
	go b.close()
	jobs(ts)[name] = b
	return b.line(ts, name, pattern)
}

// line waits for a line that fits, and fails the script if there is none.
func (b *background) line(ts *testscript.TestScript, name string, pattern *regexp.Regexp) string {
	line := b.await(pattern)
	if line == "" {
		text, _ := os.ReadFile(ts.MkAbs(name + ".stderr"))
		ts.Fatalf("%s ended before it printed %s\n%s", name, pattern, text)
	}
	return line
}

// keep copies what a command prints into a file.
func (b *background) keep(ts *testscript.TestScript, r io.Reader, file string) {
	f, err := os.Create(file)
	ts.Check(err)
	b.copying.Go(func() {
		defer f.Close()
		lines := bufio.NewReader(r)
		for {
			line, err := lines.ReadString('\n')
			_, _ = f.WriteString(line) // a script that looks for it will miss it
			b.mu.Lock()
			b.lines = append(b.lines, line)
			b.more.Broadcast()
			b.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
}

// close says that no more lines come.
func (b *background) close() {
	b.copying.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	b.more.Broadcast()
}

// scriptAwait waits until a command in the background has printed a line that
// fits: await NAME REGEXP
func scriptAwait(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await NAME REGEXP")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	jobOf(ts, args[0]).line(ts, args[0], pattern)
}

// scriptEnv is the environment of the script's commands.
func scriptEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{
		"PATH", "HOME", "TMPDIR", "TZ", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "DEMO_PASSWORD", "EXA_PASSWORD",
		"GOMAXPROCS", "GOCOVERDIR",
	} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// scriptSignal sends a signal to a command in the background: signal NAME KILL|INT|TERM
func scriptSignal(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM}
	if neg || len(args) != 2 || signals[args[1]] == 0 {
		ts.Fatalf("usage: signal NAME KILL|INT|TERM")
	}
	ts.Check(jobOf(ts, args[0]).cmd.Process.Signal(signals[args[1]]))
}

// scriptFinish waits for a command in the background and demands its exit
// status, 0 if none is said: finish NAME [STATUS]. A killed one has the status -1.
func scriptFinish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: finish NAME [STATUS]")
	}
	want := 0
	if len(args) == 2 {
		var err error
		want, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	b := jobOf(ts, args[0])
	b.copying.Wait()
	_ = b.cmd.Wait() // the status tells
	if got := b.cmd.ProcessState.ExitCode(); got != want {
		text, _ := os.ReadFile(ts.MkAbs(args[0] + ".stderr"))
		ts.Fatalf("%s: got exit status %d, want %d\n%s", args[0], got, want, text)
	}
	delete(jobs(ts), args[0])
}

// scriptServe starts runbook sim serve and waits until it is ready; the
// environment then has NAME_URL and NAME_HTTPS, the URLs of its first system,
// and NAME_FINGERPRINT; with SSH also NAME_PORT, NAME_KEY and NAME_KNOWN_HOSTS:
// serve NAME [args...]
func scriptServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serve NAME [flags of sim serve...]")
	}
	name := args[0]
	line := startJob(ts, name, `"ready":true`, append([]string{"runbook", "sim", "serve"}, args[1:]...))
	var ready serve.Ready
	ts.Check(json.Unmarshal([]byte(line), &ready))
	if len(ready.Systems) > 0 {
		ts.Setenv(name+"_URL", ready.Systems[0].HTTP)
		ts.Setenv(name+"_HTTPS", ready.Systems[0].HTTPS)
	}
	ts.Setenv(name+"_FINGERPRINT", ready.Fingerprint)
	if ready.SSH != nil {
		ts.Setenv(name+"_PORT", strconv.Itoa(ready.SSH.Hosts[0].Port))
		ts.Setenv(name+"_KEY", ready.SSH.Key)
		ts.Setenv(name+"_KNOWN_HOSTS", ready.SSH.KnownHosts)
	}
}

// scriptUnserve ends what serve started, and demands its exit status: unserve NAME [STATUS]
func scriptUnserve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: unserve NAME [STATUS]")
	}
	scriptSignal(ts, false, []string{args[0], "TERM"})
	scriptFinish(ts, false, args)
}
