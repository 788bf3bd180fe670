package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
)

// both runs a test on this machine and over SSH.
func both(t *testing.T, o Options, test func(t *testing.T, w *world)) {
	t.Parallel()
	t.Run("local", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t, o))
	})
	t.Run("ssh", func(t *testing.T) {
		t.Parallel()
		w, _ := overSSH(t, o)
		test(t, w)
	})
}

func TestRun(t *testing.T) {
	out := func(code int64, stdout, stderr effect.Value, more ...any) effect.Struct {
		return append(how("code", code, "stdout", stdout, "stderr", stderr), how(more...)...)
	}
	both(t, Options{Run: "run 1", Linger: 100 * time.Millisecond}, func(t *testing.T, w *world) {
		for _, c := range []struct {
			name    string
			command any
			how     effect.Struct
			want    effect.Struct
		}{
			{"argv", []string{"printf", "%s|", "a b", "'", `"\`, "$HOME", "*", "", "!x", "a\nb", "-n"}, nil, out(0, "a b|'|\"\\|$HOME|*||!x|a\nb|-n|", "")},
			{"line", "for i in 1 2\ndo echo $i; done; echo 'it''s' >&2", nil, out(0, "1\n2\n", "its\n")},
			{"line of two words", "echo '!' \"\\\\\"", nil, out(0, "! \\\n", "")},
			{"input", []string{"cat"}, how("input", "x\ny"), out(0, "x\ny", "")},
			{"binary input", []string{"cat"}, how("input", effect.Bytes("\xff\x00\r\n")), out(0, effect.Bytes("\xff\x00\r\n"), "")},
			{"binary", []string{"echo", "x"}, how("binary", true), out(0, effect.Bytes("x\n"), effect.Bytes(""))},
			{"no input", []string{"cat"}, nil, out(0, "", "")},
			{"input that is not read", []string{"true"}, how("input", strings.Repeat("x", 1<<20)), out(0, "", "")},
			{"environment", []string{"sh", "-c", `echo "$A|$B_2"`}, how("env", how("A", "it's\n$X", "B_2", "")), out(0, "it's\n$X|\n", "")},
			{"directory", []string{"pwd"}, how("cwd", w.home), out(0, w.home+"\n", "")},
			{"every status", []string{"sh", "-c", "exit 7"}, how("ok", []effect.Value{}), out(7, "", "")},
			{"a status", []string{"sh", "-c", "exit 7"}, how("ok", []effect.Value{int64(7)}), out(7, "", "")},
			{"a signal", []string{"sh", "-c", "kill -KILL $$"}, how("ok", []effect.Value{int64(137)}), out(137, "", "")},
			{"tail", []string{"sh", "-c", "printf 0123456789; printf 01234 >&2"}, how("limit", int64(4)), out(0, "6789", "1234", "cut", int64(7))},
			{"tail in a character", []string{"printf", "aäöü"}, how("limit", int64(5)), out(0, "öü", "", "cut", int64(3))},
			{"no limit of it", []string{"printf", "abc"}, how("limit", int64(3)), out(0, "abc", "")},
			{"nothing kept", []string{"printf", "abc"}, how("limit", int64(0)), out(0, "", "", "cut", int64(3))},
			{"closed output", []string{"sh", "-c", "echo a; exec >&- 2>&-; exit 0"}, nil, out(0, "a\n", "")},
		} {
			for _, key := range []string{"", "1:" + c.name} {
				t.Run(c.name+"/"+key, func(t *testing.T) {
					w := *w
					w.t = t
					if diff := cmp.Diff(c.want, w.value(w.change(key, c.command, c.how))); diff != "" {
						t.Errorf("Perform: (-want +got)\n%s", diff)
					}
				})
			}
		}
	})
}

func TestRunErrors(t *testing.T) {
	both(t, Options{Run: "r"}, func(t *testing.T, w *world) {
		for _, c := range []struct {
			name    string
			command any
			how     effect.Struct
			kind    effect.Kind
			message string
		}{
			{"status", []string{"sh", "-c", "echo out; echo; echo 'last line' >&2; echo >&2; exit 3"}, nil, effect.Exit, "exit status 3: last line"},
			{"status and output alone", []string{"sh", "-c", "echo out; exit 3"}, nil, effect.Exit, "exit status 3: out"},
			{"silent", []string{"false"}, nil, effect.Exit, "exit status 1"},
			{"none is right", []string{"true"}, how("ok", []effect.Value{int64(1)}), effect.Exit, "exit status 0"},
			{"signal", []string{"sh", "-c", "kill -TERM $$"}, nil, effect.Exit, "exit status 143 (signal TERM)"},
			{"no directory", []string{"true"}, how("cwd", "/no/such place"), effect.Refused, `cwd: got "/no/such place", want a directory of the host`},
			{"bad name", []string{"true"}, how("env", how("A-B", "x")), effect.Refused, `env: got the name "A-B", want letters, digits and underscores`},
			{"too long", []string{"echo", strings.Repeat("x", maxProgram)}, nil, effect.Refused, "command: got "},
			{"nothing", []string{}, nil, effect.Refused, "command: got no name, want one"},
			{"NUL", []string{"a\x00"}, nil, effect.Refused, "command: got a NUL character, want none"},
			{"an odd option", []string{"true"}, how("colour", "red"), effect.Refused, `how: got "colour", want input`},
		} {
			for _, key := range []string{"", "1:" + c.name} {
				e := w.err(w.change(key, c.command, c.how))
				if e.Kind != c.kind || !strings.HasPrefix(e.Message, c.message) || e.Doubt || e.Target != "h" {
					t.Errorf("%s: Perform = %+v, want %s %q", c.name, e, c.kind, c.message)
				}
			}
		}
		e := w.err(w.run([]string{"no-such-program"}))
		if e.Code == nil || *e.Code != 127 || !strings.Contains(e.Hint, "was not found") || !strings.Contains(e.Message, "not found") {
			t.Errorf("Perform = %+v, want status 127 with its hint", e)
		}
		e = w.err(w.run([]string{"sh", "-c", "yes x | head -c 20000; exit 2"}))
		if out, _ := field(e.Details, "stdout").(string); len(out) != maxDetail {
			t.Errorf("stdout in the error's details has %d bytes, want %d", len(out), maxDetail)
		}
	})
}

// TestStartupFiles lets bash read them once, as for ssh, and not once more for the command.
func TestStartupFiles(t *testing.T) {
	both(t, Options{Run: "r"}, func(t *testing.T, w *world) {
		for _, key := range []string{"", "k"} {
			v := w.value(w.change(key, []string{"sh", "-c", `echo $SHLVL`}))
			if got := field(v, "stdout"); w.peer.Address != local && got != "1\n" {
				t.Errorf("under %q: SHLVL = %q, want 1", key, got)
			}
		}
	})
}

// TestMemoryUnderYes keeps the end of what has no end.
func TestMemoryUnderYes(t *testing.T) {
	both(t, Options{}, func(t *testing.T, w *world) {
		v := w.value(w.run([]string{"sh", "-c", "yes | head -c 50000000"}, how("limit", int64(1000))))
		if out := field(v, "stdout").(string); len(out) != 1000 || field(v, "cut") != int64(50000000-1000) {
			t.Errorf("Perform = %d bytes and cut %v", len(out), field(v, "cut"))
		}
		r := w.run("yes")
		r.Timeout = 300 * time.Millisecond
		if e := w.err(r); e.Kind != effect.Timeout || e.Doubt {
			t.Errorf("Perform(yes) = %+v, want its end", e)
		}
	})
}

// TestLeftBehind holds an output open after the command has ended.
func TestLeftBehind(t *testing.T) {
	both(t, Options{Linger: 50 * time.Millisecond, Run: "r"}, func(t *testing.T, w *world) {
		for _, key := range []string{"", "k"} {
			v := w.value(w.change(key, "echo a; sleep 1000 & echo $!"))
			lines := strings.Fields(field(v, "stdout").(string))
			if len(lines) != 2 || lines[0] != "a" {
				t.Fatalf("Perform = %v, want a and a number", v)
			}
			pid, _ := strconv.Atoi(lines[1])
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Errorf("what was left behind does not run: %v", err)
			}
		}
	})
}

// TestDeadline ends a command and all its children.
func TestDeadline(t *testing.T) {
	both(t, Options{Run: "r", Grace: 200 * time.Millisecond}, func(t *testing.T, w *world) {
		for i, class := range []effect.Class{effect.Read, effect.Change, effect.Change} {
			key := []string{"", "", "k"}[i]
			mark := fmt.Sprintf("86%d%d", os.Getpid(), time.Now().UnixNano()%1e9)
			r := w.change(key, []string{"sh", "-c", "trap '' TERM; sleep " + mark + " & sh -c 'sleep " + mark + "; :'"})
			r.Class, r.Timeout = class, 500*time.Millisecond
			e := w.err(r)
			if e.Kind != effect.Timeout || e.Doubt || e.Message != "no end within 500ms; the command was ended" {
				t.Errorf("%s under %q: Perform = %+v, want its end", class, key, e)
			}
			if running("sleep " + mark) {
				t.Errorf("%s under %q: a process is left", class, key)
			}
			if key != "" { // it stays known
				r.Timeout = time.Minute
				if e := w.err(r); e.Kind != effect.Timeout || e.Doubt {
					t.Errorf("again: Perform = %+v, want the same end", e)
				}
			}
		}
	})
}

// TestCancel ends a read whose branch was cancelled or whose run is stopped,
// and lets a change go on.
func TestCancel(t *testing.T) {
	both(t, Options{Run: "r", Grace: 200 * time.Millisecond}, func(t *testing.T, w *world) {
		for i, cause := range []error{effect.ErrCancelled, effect.ErrStopped} {
			for _, class := range []effect.Class{effect.Read, effect.Change} {
				mark := fmt.Sprintf("87%d%d%d", i, os.Getpid(), time.Now().UnixNano()%1e9)
				ctx, cancel := context.WithCancelCause(t.Context())
				go func() {
					until(t, "the command runs", func() bool { return running("sleep " + mark) })
					cancel(cause)
				}()
				r := w.change("k"+mark, []string{"sleep", mark})
				if r.Class = class; class == effect.Read {
					r.Key = ""
				}
				res, err := w.client.Perform(ctx, r)
				switch {
				case cause == effect.ErrStopped && !errors.Is(err, effect.ErrStopped):
					t.Errorf("%s: Perform = %+v, %v, want that it was stopped", class, res, err)
				case cause == effect.ErrCancelled && (err != nil || res.Err == nil || res.Err.Kind != effect.Cancelled || !res.Err.Doubt):
					t.Errorf("%s: Perform = %+v, %v, want that it was cancelled", class, res, err)
				}
				if got, want := running("sleep "+mark), class == effect.Change; got != want {
					t.Errorf("%s after %v: running = %v, want %v", class, cause, got, want)
				}
				if class == effect.Change {
					r.Timeout = 2 * time.Second
					if e := w.err(r); e.Kind != effect.Timeout || e.Doubt || running("sleep "+mark) {
						t.Errorf("Perform again = %+v, want its end", e)
					}
				}
			}
		}
	})
}

// TestParallel shares a connection, and waits for sessions that are in use.
func TestParallel(t *testing.T) {
	both(t, Options{}, func(t *testing.T, w *world) {
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				r := w.run([]string{"sh", "-c", fmt.Sprintf("sleep 0.05; echo %d", i)})
				res, err := w.client.Perform(t.Context(), r)
				if err != nil || res.Err != nil || field(res.Value.(effect.Struct), "stdout") != fmt.Sprintf("%d\n", i) {
					t.Errorf("Perform %d = %+v, %v", i, res, err)
				}
			})
		}
		all.Wait()
	})
}

func TestStart(t *testing.T) {
	both(t, Options{Run: "r"}, func(t *testing.T, w *world) {
		for _, key := range []string{"", "k"} {
			log := filepath.Join(w.home, "the log "+key)
			write(t, log, "old\n")
			r := w.start(key, []string{"sh", "-c", "echo up $A in $(pwd); exec sleep 1000"}, how("log", log, "env", how("A", "x"), "cwd", w.home, "settle", int64(200*time.Millisecond)))
			pid := field(w.value(r), "pid").(int64)
			t.Cleanup(func() { syscall.Kill(int(pid), syscall.SIGKILL) })
			w.client.Close()
			w.client = New(w.client.options)
			t.Cleanup(w.client.Close)
			until(t, "the daemon runs", func() bool { return processes()[int(pid)].args == "sleep 1000" })
			if got, err := syscall.Getpgid(int(pid)); err != nil || got != int(pid) {
				t.Errorf("process group = %d, %v, want one of its own", got, err)
			}
			if b, _ := os.ReadFile(log); string(b) != "old\nup x in "+w.home+"\n" {
				t.Errorf("log = %q", b)
			}
			if key != "" {
				if again := field(w.value(r), "pid"); again != pid {
					t.Errorf("start again = %v, want %d", again, pid)
				}
			}
		}
	})
}

func TestStartErrors(t *testing.T) {
	both(t, Options{Run: "r"}, func(t *testing.T, w *world) {
		for i, key := range []string{"", "k"} {
			key := func(name string) string { return strings.Repeat(name, i) + key }
			e := w.err(w.start(key("a"), []string{"sh", "-c", "echo first; echo no licence >&2; exit 4"}, how("log", filepath.Join(w.home, "log"))))
			if e.Kind != effect.Exit || *e.Code != 4 || e.Message != "ended at once with status 4: no licence" {
				t.Errorf("start = %+v, want its status", e)
			}
			e = w.err(w.start(key("b"), []string{"no-such-daemon"}, how("log", filepath.Join(w.home, "log"))))
			if e.Kind != effect.Exit || *e.Code != 127 || !strings.Contains(e.Message, "not found") {
				t.Errorf("start = %+v, want 127", e)
			}
			e = w.err(w.start(key("c"), []string{"sleep", "9"}, how("log", "/no/such/log")))
			if e.Kind != effect.Refused || !strings.HasPrefix(e.Message, `log: "/no/such/log" cannot be written`) {
				t.Errorf("start = %+v, want that its log cannot be written", e)
			}
			e = w.err(w.start(key("d"), []string{"sh", "-c", "exit 0"}, how("log", filepath.Join(w.home, "quiet"))))
			if *e.Code != 0 || e.Message != "ended at once with status 0" {
				t.Errorf("start = %+v, want status 0", e)
			}
		}
	})
}

func TestTidy(t *testing.T) {
	both(t, Options{Run: "r/1"}, func(t *testing.T, w *world) {
		if err := w.client.Tidy(t.Context(), []*effect.Peer{w.peer}); err != nil {
			t.Errorf("Tidy of nothing = %v", err)
		}
		w.value(w.change("k", []string{"true"}))
		other := filepath.Join(w.home, "keys", "other", "k")
		write(t, other, "")
		if err := w.client.Tidy(t.Context(), []*effect.Peer{w.peer, w.peer}); err != nil {
			t.Errorf("Tidy = %v", err)
		}
		entries, _ := os.ReadDir(filepath.Join(w.home, "keys"))
		if len(entries) != 1 || entries[0].Name() != "other" {
			t.Errorf("keys = %v, want only the other run's", entries)
		}
	})
}

// TestTidyUsers: users of one address have homes of their own.
func TestTidyUsers(t *testing.T) {
	t.Parallel()
	c := New(Options{Run: "r"})
	defer c.Close()
	peers := []*effect.Peer{
		{Address: secure + "h", System: "h", User: "a"},
		{Address: secure + "h", System: "h", User: "b"},
		{Address: secure + "h", System: "h", User: "b"},
	}
	if names, _, problems := c.homes(peers); len(names) != 2 || problems != nil {
		t.Errorf("homes = %q, %v, want two", names, problems)
	}
}
