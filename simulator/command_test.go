package simulator

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
)

// hosts makes a world of a scenario and of hosts a, b and c of a site.
func hosts(t testing.TB, src string) *World {
	t.Helper()
	s, err := LoadScenario("demo.star", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWorld(Config{Scenario: s, Hosts: []HostSpec{{Name: "a"}, {Name: "b"}, {Name: "c"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// An operator of hosts performs commands and writes down what comes of them.
type operator struct {
	world *World
	next  int
	seen  []string
}

func line(text string) effect.Value { return text }

func argv(words ...string) effect.Value {
	list := make([]effect.Value, len(words))
	for i, w := range words {
		list[i] = w
	}
	return list
}

func request(host string, command effect.Value, how ...effect.Field) effect.Request {
	return effect.Request{
		Kind: effect.KindHost, Target: host, Operation: effect.OpRun, Class: effect.Change,
		Args: []effect.Value{command, effect.Struct(how)}, Peer: &effect.Peer{Address: "ssh:" + host, System: host, Timeout: time.Minute},
	}
}

func keyed(r effect.Request, key string) effect.Request {
	r.Recovery, r.Key = effect.Keyed, key
	return r
}

func daemon(host string, command effect.Value, log string, how ...effect.Field) effect.Request {
	r := request(host, command, append(how, effect.Field{Name: "log", Value: log})...)
	r.Operation = effect.OpStart
	return r
}

func (o *operator) perform(ctx context.Context, r effect.Request) effect.Result {
	o.next++
	r.ID = effect.ID{Number: o.next}
	begun := o.world.Elapsed()
	res, err := o.world.Perform(ctx, r)
	said := fmt.Sprintf("%v-%v %s: %s", begun, o.world.Elapsed(), r.Describe(), res.Describe())
	if err != nil {
		said += " error " + err.Error()
		res.Err = &effect.Error{Kind: "none", Message: err.Error()}
	}
	o.seen = append(o.seen, said)
	return res
}

func stdout(res effect.Result) string {
	v, _ := res.Value.(effect.Struct)
	out, _ := v.Get("stdout")
	text, _ := out.(string)
	return text
}

func TestCommandsRun(t *testing.T) {
	t.Parallel()
	w := hosts(t, "")
	o := &operator{world: w}
	for _, c := range []struct {
		r    effect.Request
		want string
	}{
		{request("a", argv("echo", "it's", "*")), `{"code": 0, "stdout": "it's *\n", "stderr": ""}`},
		{request("a", line("echo one; echo two >&2; exit 3"), effect.Field{Name: "ok", Value: []effect.Value{}}), `{"code": 3, "stdout": "one\n", "stderr": "two\n"}`},
		{request("a", line("exit 3"), effect.Field{Name: "ok", Value: []effect.Value{int64(3)}}), `{"code": 3, "stdout": "", "stderr": ""}`},
		{request("a", line("echo one; echo two >&2; echo ''; exit 3")), `error: exit: exit status 3: two`},
		{request("a", line("echo one; echo ''; false")), `error: exit: exit status 1: one`},
		{request("a", line("kill -9 $$")), `error: exit: exit status 137 (signal KILL)`},
		{request("a", line("cat"), effect.Field{Name: "input", Value: "hello"}), `{"code": 0, "stdout": "hello", "stderr": ""}`},
		{request("a", line(`echo "$X:$PWD"`), effect.Field{Name: "env", Value: effect.Struct{{Name: "X", Value: "y z"}}}, effect.Field{Name: "cwd", Value: "/tmp"}), `{"code": 0, "stdout": "y z:/tmp\n", "stderr": ""}`},
		{request("a", argv("echo", "x"), effect.Field{Name: "binary", Value: true}), `{"code": 0, "stdout": b"x\n", "stderr": b""}`},
		{request("a", line("printf 'a\\377'")), `{"code": 0, "stdout": b"a\xff", "stderr": ""}`},
		{request("a", argv("echo", "12345äö"), effect.Field{Name: "limit", Value: int64(4)}), `{"code": 0, "stdout": "ö\n", "stderr": "", "cut": 7}`},
		{request("a", argv("nothing-like-that")), `error: exit: exit status 127: sh: 1: nothing-like-that: not found`},
		{request("a", argv("pwd"), effect.Field{Name: "cwd", Value: "/none"}), `error: refused: cwd: got "/none", want a directory of the host`},
		{request("d", argv("pwd")), `error: refused: no such host in the simulated world, which has a, b, c`},
		{request("a", argv()), `error: refused: command: got no name, want one`},
		{request("a", line(" ")), `error: refused: command: got an empty line, want a command`},
		{request("a", argv("x"), effect.Field{Name: "color", Value: "red"}), `error: refused: how: got "color", want input, env, cwd, limit, ok, binary, log or settle`},
		{daemon("a", argv("x"), ""), `error: refused: log: got none, want the file that the output is appended to`},
	} {
		if got := o.perform(t.Context(), c.r).Describe(); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.r.Describe(), got, c.want)
		}
	}
	if e := o.perform(t.Context(), request("d", argv("pwd"))).Err; e.Hint != `add simulate.host(name="d") to the scenario's hosts` || e.Target != "d" || e.Doubt {
		t.Errorf("got %+v", e)
	}
	e := o.perform(t.Context(), request("a", line("echo out; echo err >&2; exit 4"))).Err
	if diff := cmp.Diff(effect.Struct{{Name: "code", Value: int64(4)}, {Name: "stdout", Value: "out\n"}, {Name: "stderr", Value: "err\n"}}, e.Details); diff != "" || *e.Code != 4 {
		t.Errorf("got code %v and %s", *e.Code, diff)
	}
}

func TestDaemons(t *testing.T) {
	t.Parallel()
	w := hosts(t, "")
	o := &operator{world: w}
	for _, c := range []struct {
		r    effect.Request
		want string
	}{
		{daemon("a", line("echo up; sleep 100; echo down"), "/tmp/log"), `{"pid": 1000}`},
		{daemon("a", line("echo no; exit 7"), "/tmp/log"), `error: exit: ended at once with status 7: no`},
		{daemon("a", argv("true"), "/tmp/log"), `error: exit: ended at once with status 0`},
		{daemon("a", argv("true"), "/tmp/log", effect.Field{Name: "settle", Value: int64(0)}), `{"pid": 1004}`},
		{daemon("a", argv("sleep", "1"), "/none/log"), `error: refused: log: "/none/log" cannot be written: sh: 1: cannot create /none/log: Directory nonexistent`},
		{daemon("a", line("sleep 1"), "log", effect.Field{Name: "cwd", Value: "/tmp"}), `{"pid": 1005}`},
	} {
		if got := o.perform(t.Context(), c.r).Describe(); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.r.Describe(), got, c.want)
		}
	}
	o.perform(t.Context(), request("a", argv("sleep", "98")))
	if got := stdout(o.perform(t.Context(), request("a", argv("cat", "/tmp/log")))); got != "up\nno\n" {
		t.Errorf("got the log %q", got)
	}
	w.Advance(w.Elapsed() + time.Minute)
	if got := stdout(o.perform(t.Context(), request("a", argv("cat", "/tmp/log")))); got != "up\nno\ndown\n" {
		t.Errorf("got the log %q", got)
	}
}

// What a change left under its key is found by it, in another life of the run.
func TestKeys(t *testing.T) {
	t.Parallel()
	w := hosts(t, "")
	o := &operator{world: w}
	slow := keyed(request("a", line("echo x >>/tmp/done; sleep 30; echo result; exit 3")), "1@1")
	stop, cancel := context.WithCancelCause(t.Context())
	defer w.schedule.at(10*time.Second, func() { cancel(effect.ErrStopped) })()
	err := w.Main(stop, func(ctx context.Context) error {
		_, err := w.Perform(ctx, slow)
		return err
	})
	if err != effect.ErrStopped || w.Elapsed() != 10*time.Second {
		t.Fatalf("got %v at %v, want the run stopped after 10s", err, w.Elapsed())
	}
	slow.Resolution = effect.PerformAgain
	err = w.Main(t.Context(), func(ctx context.Context) error {
		for range 2 { // it is waited for, and then it has ended
			if res := o.perform(ctx, slow); res.Err == nil || res.Err.Message != "exit status 3: result" {
				t.Errorf("got %+v", res)
			}
		}
		return nil
	})
	if err != nil || w.Elapsed() < 30*time.Second || w.Elapsed() > 31*time.Second {
		t.Errorf("got %v at %v, want the end of the command", err, w.Elapsed())
	}
	if got := stdout(o.perform(t.Context(), request("a", argv("cat", "/tmp/done")))); got != "x\n" {
		t.Errorf("it ran so often: %q, want once", got)
	}
	again := keyed(request("a", line("echo y >>/tmp/done")), "1@2")
	o.perform(t.Context(), again)
	other := keyed(request("b", line("cat /tmp/done")), "1@1")
	if res := o.perform(t.Context(), other); res.Err == nil || !strings.Contains(res.Err.Message, "No such file") {
		t.Errorf("on another host: got %+v, want a command of its own", res)
	}
	first := o.perform(t.Context(), keyed(daemon("a", argv("sleep", "5"), "/tmp/log"), "2@1"))
	w.Advance(w.Elapsed() + time.Minute)
	if second := o.perform(t.Context(), keyed(daemon("a", argv("sleep", "5"), "/tmp/log"), "2@1")); first.Describe() != second.Describe() || first.Err != nil {
		t.Errorf("got %s and %s, want one daemon", first.Describe(), second.Describe())
	}
}

func TestKeyOfALostCommand(t *testing.T) {
	t.Parallel()
	w := hosts(t, `faults = [fault.host_down("a", at = "10s", lasts = "5s")]`)
	o := &operator{world: w}
	r := keyed(request("a", line("echo x >>/tmp/done; sleep 30")), "1@1")
	e := o.perform(t.Context(), r).Err
	if e == nil || e.Kind != effect.Unreachable || !e.Doubt || !e.Transient || w.Elapsed() != 25*time.Second {
		t.Fatalf("got %+v at %v, want a connection lost at 10s and noticed after 15s", e, w.Elapsed())
	}
	r.Resolution, r.Cause = effect.PerformAgain, e
	e = o.perform(t.Context(), r).Err
	if e == nil || e.Kind != effect.Failed || e.Message != "began and left no status; whether it did its work is not known" || !e.Doubt || e.Transient {
		t.Fatalf("got %+v, want a doubt that only a probe or the operator can settle", e)
	}
	r.Cause = e
	if res := o.perform(t.Context(), r); res.Err != nil {
		t.Errorf("got %v, want it done anew", res.Err)
	}
	if got := stdout(o.perform(t.Context(), request("a", argv("cat", "/tmp/done")))); got != "x\nx\n" {
		t.Errorf("it ran so often: %q, want twice", got)
	}
}
