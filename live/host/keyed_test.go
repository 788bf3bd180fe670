package host

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"runbook/effect"
)

// keyDir is where a world keeps a key.
func (w *world) keyDir(key string) string {
	return filepath.Join(w.home, "keys", safeName(w.client.options.Run), safeName(key))
}

// shims are commands that do what they do, and at a given one of all their
// calls kill the shell that called them: before that, or after.
func shims(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"mkdir", "rm", "mv", "cat", "wc", "tail", "sync", "setsid"} {
		real, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("no %s: %v", name, err)
		}
		text := "#!/bin/sh\nprintf x >>\"$COUNT\"\nn=$(/usr/bin/wc -c <\"$COUNT\")\n" +
			"if [ \"$n\" -eq \"$AT\" ] && [ \"$WHEN\" = before ]; then kill -9 $PPID; exit 1; fi\n"
		if name == "setsid" {
			text += "exec " + real + " \"$@\"\n"
		} else {
			text += real + " \"$@\"\ns=$?\nif [ \"$n\" -eq \"$AT\" ]; then kill -9 $PPID; fi\nexit $s\n"
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestCrashKeyed kills a shell of a key's program between any two of its
// steps: the wrapper's and the runner's. Whoever asks afterwards gets the
// result, or is told that it is not known; the command never runs twice, and
// where it is said that it did not run, it did not.
func TestCrashKeyed(t *testing.T) {
	t.Parallel()
	dir := shims(t)
	steps := 0
	for _, when := range []string{"before", "after"} {
		for at := 1; ; at++ {
			w := newWorld(t, Options{Run: "r"})
			r := w.change("k", "echo x >>count; /bin/cat count", how("input", "in"))
			k, err := newCommand(&r, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			program := k.keyed("MARK", "/bin/sh", w.keyDir("k"), "run", 2, time.Second)
			count := filepath.Join(w.home, "steps")
			cmd := exec.Command("/bin/sh", "-c", program)
			cmd.Dir, cmd.Stdin = w.home, strings.NewReader("in")
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "COUNT="+count, "AT="+strconv.Itoa(at), "WHEN="+when)
			cmd.Run()
			res := w.do(t.Context(), r)
			ran := ""
			if b, err := os.ReadFile(filepath.Join(w.home, "count")); err == nil {
				ran = string(b)
			}
			switch {
			case res.Err == nil && ran == "x\n" && field(res.Value.(effect.Struct), "stdout") == "x\n":
			case res.Err != nil && res.Err.Kind == effect.Failed && res.Err.Doubt && !res.Err.Transient && (ran == "" || ran == "x\n"):
			default:
				t.Errorf("killed %s step %d: Perform = %v, %+v, and it ran %q", when, at, res.Value, res.Err, ran)
			}
			if b, _ := os.ReadFile(count); len(b) < at {
				break // it had fewer steps
			}
			steps++
		}
	}
	if steps < 20 {
		t.Errorf("killed at %d steps, want at least 20", steps)
	}
}

// TestStates puts a key into each state, and asks.
func TestStates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		prepare func(w *world, dir string)
		want    string // what comes of it; a count of runs behind it
	}{
		{"none", func(*world, string) {}, "ok 1"},
		{"empty", func(w *world, dir string) { write(w.t, dir+"/in.1", "") }, "ok 1"},
		{"claimed and dead", func(w *world, dir string) { os.MkdirAll(dir+"/go", 0o700) }, "ok 1"},
		{"lost", func(w *world, dir string) { os.MkdirAll(dir+"/go", 0o700); write(w.t, dir+"/pid", "1 1 no-boot\n") }, "failed 0"},
		{"another process of that number", func(w *world, dir string) {
			os.MkdirAll(dir+"/go", 0o700)
			write(w.t, dir+"/pid", fmt.Sprintf("%d 12345 %s", os.Getpid(), strings.TrimSpace(readAll("/proc/sys/kernel/random/boot_id"))))
		}, "failed 0"},
		{"ended", func(w *world, dir string) {
			os.MkdirAll(dir+"/go", 0o700)
			os.MkdirAll(dir+"/ended", 0o700)
			write(w.t, dir+"/pid", "1 1 no-boot\n")
		}, "timeout 0"},
		{"never", func(w *world, dir string) { os.MkdirAll(dir+"/go", 0o700); os.MkdirAll(dir+"/ended", 0o700) }, "timeout 0"},
		{"done", func(w *world, dir string) {
			os.MkdirAll(dir+"/go", 0o700)
			write(w.t, dir+"/pid", "1 1 no-boot\n")
			write(w.t, dir+"/out", "old")
			write(w.t, dir+"/err", "")
			write(w.t, dir+"/status", "0\n")
		}, "old 0"},
		{"damaged", func(w *world, dir string) { write(w.t, dir+"/status", "zero\n"); write(w.t, dir+"/out", "") }, "protocol 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{Run: "r"})
			c.prepare(w, w.keyDir("k"))
			res := w.do(t.Context(), w.change("k", "echo x >>count; printf ok"))
			got := ""
			if res.Err != nil {
				got = string(res.Err.Kind)
			} else {
				got = field(res.Value.(effect.Struct), "stdout").(string)
			}
			b, _ := os.ReadFile(filepath.Join(w.home, "count"))
			if got = fmt.Sprintf("%s %d", got, bytes.Count(b, []byte("x"))); got != c.want {
				t.Errorf("Perform = %s, want %s: %+v", got, c.want, res.Err)
			}
		})
	}
}

func readAll(name string) string {
	b, _ := os.ReadFile(name)
	return string(b)
}

// TestAgain begins anew what left no status, and nothing else.
func TestAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Run: "r"})
	r := w.change("k", "echo x >>count; kill -9 $PPID; kill -9 $$; echo no")
	r.Args[0] = "if [ -f count ]; then echo second; else echo x >count; kill -9 0; fi"
	e := w.err(r)
	if e.Kind != effect.Failed || !e.Doubt || e.Transient || e.Message != "began and left no status; whether it did its work is not known" {
		t.Fatalf("Perform = %+v, want that it is not known", e)
	}
	if again := w.err(r); again.Message != e.Message {
		t.Errorf("Perform again = %+v, want the same", again)
	}
	r.Resolution, r.Cause = effect.PerformAgain, e
	for range 2 { // the second finds the first
		if got := field(w.value(r), "stdout"); got != "second\n" {
			t.Errorf("Perform anew = %q, want the second run", got)
		}
	}
}

// TestAttach loses the client while the command runs, and finds it with another.
func TestAttach(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Run: "r"})
	fifo := filepath.Join(w.home, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	r := w.change("k", []string{"sh", "-c", "echo x >>count; cat fifo; exit 3"}, how("cwd", w.home))
	k, err := newCommand(&r, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", "-c", k.keyed("MARK", "/bin/sh", w.keyDir("k"), "run", -1, time.Second))
	cmd.Dir, cmd.SysProcAttr = w.home, ownSession()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the command runs", func() bool { return readAll(filepath.Join(w.home, "count")) != "" })
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	cmd.Wait()
	go func() {
		os.WriteFile(fifo, []byte("late\n"), 0)
	}()
	e := w.err(r)
	if e.Kind != effect.Exit || *e.Code != 3 || e.Message != "exit status 3: late" || w.read("count") != "x\n" {
		t.Errorf("Perform = %+v, want what came of the one run", e)
	}
}

// TestNoRoom refuses before anything runs.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, keys string }{{"a file", "/dev/null/keys"}, {"full", "/dev/full/keys"}, {"no such thing", "/proc/keys"}} {
		w := newWorld(t, Options{Run: "r"})
		w.peer.Options = how("keys", c.keys)
		e := w.err(w.change("k", "echo x >count"))
		if e.Kind != effect.Refused || e.Doubt || !strings.Contains(e.Hint, "keys=False") || readAll(filepath.Join(w.home, "count")) != "" {
			t.Errorf("%s: Perform = %+v, want that it is refused", c.name, e)
		}
		w.peer = &effect.Peer{Address: local, Options: how("keys", false)}
		w.value(w.change("k", "echo x >count"))
	}
}

// TestFullDisk has no room for a byte, before and while a command runs.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := mountSmall(dir); err != nil {
		t.Skipf("no small file system: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, 0) })
	w := newWorld(t, Options{Run: "r"})
	w.peer.Options = how("keys", dir)
	if e := w.err(w.change("1", "head -c 1000000 /dev/zero >"+dir+"/fill; exit 9")); e.Code == nil || *e.Code != 9 {
		t.Errorf("Perform = %+v, want its status", e)
	}
	e := w.err(w.change("2", "echo x >count"))
	if e.Kind != effect.Refused || readAll(filepath.Join(w.home, "count")) != "" {
		t.Errorf("Perform = %+v, want that it is refused", e)
	}
}

// TestWithoutSetsid keeps a change where there is no setsid, and ends it at its deadline.
func TestWithoutSetsid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"sh", "mkdir", "rm", "mv", "cat", "wc", "tail", "sleep", "nohup", "ps", "kill"} {
		real, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(real, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	w := newWorld(t, Options{Run: "r"})
	mark := fmt.Sprintf("88%d%d", os.Getpid(), time.Now().UnixNano()%1e9)
	r := w.change("k", []string{"sh", "-c", "sleep " + mark + "; :"})
	k, err := newCommand(&r, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	run := func(ask string) *exec.Cmd {
		cmd := exec.Command("/bin/sh", "-c", k.keyed("MARK", "/bin/sh", w.keyDir("k"), ask, -1, 200*time.Millisecond))
		cmd.Env = []string{"PATH=" + dir, "HOME=" + w.home}
		return cmd
	}
	first := run("run")
	first.SysProcAttr = ownSession()
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the command runs", func() bool { return running("sleep " + mark) })
	out, err := run("end").CombinedOutput()
	if string(out) != "MARK begun\nMARK ended\nMARK\n" || err != nil || running("sleep "+mark) {
		t.Errorf("end = %q, %v, running %v", out, err, running("sleep "+mark))
		syscall.Kill(-first.Process.Pid, syscall.SIGKILL)
	}
	first.Wait()
}

// TestWrapperDies kills what waits for a command, on the host: the command goes on.
func TestWrapperDies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Run: "r"})
	r := w.change("k", "echo x >>count; until [ -f go ]; do sleep 0.05; done; echo late")
	results := make(chan effect.Result, 1)
	go func() { results <- w.do(t.Context(), r) }()
	until(t, "it runs", func() bool { return readAll(filepath.Join(w.home, "count")) != "" })
	for pid, p := range processes() {
		if strings.HasPrefix(p.args, "/bin/sh -c m='"+w.client.mark) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	if e := (<-results).Err; e == nil || !e.Doubt || !e.Transient {
		t.Errorf("Perform = %+v, want that it is in doubt", e)
	}
	write(t, filepath.Join(w.home, "go"), "")
	if got := field(w.value(r), "stdout"); got != "late\n" || w.read("count") != "x\n" {
		t.Errorf("Perform again = %q after %q, want what came of the one run", got, w.read("count"))
	}
}

// TestShells runs the programs in every sh that there is.
func TestShells(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dash", "bash", "ksh", "mksh", "busybox", "zsh"} {
		real, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.Symlink(real, filepath.Join(dir, "sh")); err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, Options{Run: "r"})
			run := func(r effect.Request, ask string) string {
				k, err := newCommand(&r, 1<<20)
				if err != nil {
					t.Fatal(err)
				}
				cmd := exec.Command(filepath.Join(dir, "sh"), "-c", k.keyed("MARK", "/bin/sh", w.keyDir(r.Key), ask, 2, 200*time.Millisecond))
				cmd.Stdin, cmd.Dir = strings.NewReader("in"), w.home
				cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Errorf("%s: %v: %s", ask, err, out)
				}
				return string(out)
			}
			r := w.change("k", []string{"sh", "-c", "cat; printf '%s' 'a\nb!\\'; exit 3"})
			for range 2 {
				if got, want := run(r, "run"), "MARK begun\nMARK done 3 7 0\nMARK\nina\nb!\\"; got != want {
					t.Errorf("run = %q, want %q", got, want)
				}
			}
			long := w.change("l", []string{"sleep", "4444"})
			done := make(chan string, 1)
			go func() { done <- run(long, "run") }()
			until(t, "it runs", func() bool { return readAll(filepath.Join(w.keyDir("l"), "pid")) != "" })
			if got := run(long, "end"); got != "MARK begun\nMARK ended\nMARK\n" {
				t.Errorf("end = %q", got)
			}
			if got := <-done; !strings.Contains(got, "MARK ended") {
				t.Errorf("run = %q, want that it was ended", got)
			}
			daemon := w.start("d", []string{"sh", "-c", "echo no; exit 4"}, how("log", filepath.Join(w.home, "log")))
			if got := run(daemon, "run"); !strings.Contains(got, "ended 4\nno\n") {
				t.Errorf("start = %q, want its end", got)
			}
		})
	}
}

// TestRemoved takes the directory away under a command: who waits for it does
// not begin it anew.
func TestRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Run: "r"})
	r := w.change("k", "echo x >>count; until [ -f go ]; do sleep 0.05; done")
	results := make(chan effect.Result, 1)
	go func() { results <- w.do(t.Context(), r) }()
	until(t, "it runs", func() bool { return readAll(filepath.Join(w.home, "count")) != "" })
	if err := w.client.Tidy(t.Context(), []*effect.Peer{w.peer}); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(w.home, "go"), "")
	first := (<-results).Err
	if first == nil || first.Kind != effect.Failed || !first.Doubt || first.Transient {
		t.Errorf("Perform = %+v, want that it is not known", first)
	}
	if got := w.read("count"); got != "x\n" {
		t.Errorf("it ran %q, want once", got)
	}
}
