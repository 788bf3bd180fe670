package simulator

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"runbook/effect"
)

func TestFaultsOnTheWayToHosts(t *testing.T) {
	t.Parallel()
	const lost = "error: unreachable: the connection was lost while the command ran: the host closed it"
	for _, c := range []struct {
		fault string
		read  bool
		want  string
		took  string // what the command left behind
		after time.Duration
	}{
		{`fault.lost_before()`, false, lost, "", 0},
		{`fault.lost_before(nth = 1)`, true, `{"code": 0, "stdout": "", "stderr": ""}`, "x", 3 * time.Second}, // a read is tried twice
		{`fault.lost_before(times = 2)`, true, lost, "", 0},
		{`fault.lost_after(host = "a", command = "sleep 3")`, false, lost, "x", 3 * time.Second},
		{`fault.lost_after(host = "a", after = "1s")`, false, lost, "x", time.Second},
		{`fault.lost_after(host = "a", after = "10s")`, false, lost, "x", 3 * time.Second},
		{`fault.refused()`, false, "error: unreachable: connection refused", "", 0},
		{`fault.unauthorized(host = "a")`, false, `error: unauthorized: user "rhino" was refused`, "", 0},
		{`fault.gateway()`, false, `{"code": 0, "stdout": "", "stderr": ""}`, "x", 3 * time.Second},
		{`fault.reply(command = "sleep", text = "no")`, false, "error: exit: exit status 1: no", "", 0},
		{`fault.reply(host = "a", text = "no", code = 7)`, false, "error: exit: exit status 7: no", "", 0},
		{`fault.answer("well\n")`, false, `{"code": 0, "stdout": "well\n", "stderr": ""}`, "x", 3 * time.Second},
		{`fault.answer(3)`, false, `{"code": 0, "stdout": "", "stderr": ""}`, "x", 3 * time.Second},
		{`fault.slow(by = "5s")`, false, `{"code": 0, "stdout": "", "stderr": ""}`, "x", 8 * time.Second},
		{`fault.slow(by = "5s", takes_effect = "after")`, false, `{"code": 0, "stdout": "", "stderr": ""}`, "x", 8 * time.Second},
		{`fault.slow(by = "10m")`, false, "error: timeout: no end within 1m; the command was ended", "x", time.Minute},
		{`fault.slow(by = "10m", takes_effect = "after")`, false, "error: timeout: no end within 1m; whether the command still runs is not known", "", time.Minute},
		{`fault.lost_before(host = "b"), fault.lost_before(command = "nap"), fault.lost_before(method = "sleep"), fault.lost_before(at = "1s")`, false, `{"code": 0, "stdout": "", "stderr": ""}`, "x", 3 * time.Second},
		{`fault.host_down("a")`, false, "error: unreachable: no connection within 10s", "", 10 * time.Second},
		{`fault.host_cut("a")`, false, "error: unreachable: no connection within 10s", "", 10 * time.Second},
		{`fault.host_cut("a", lasts = "4s")`, false, `{"code": 0, "stdout": "", "stderr": ""}`, "x", 7 * time.Second},
		{`fault.host_down("a", at = "1s")`, false, "error: unreachable: the connection was lost while the command ran: no answer to a keep-alive within 15s", "x", 16 * time.Second},
		{`fault.host_cut("a", at = "1s")`, false, "error: unreachable: the connection was lost while the command ran: no answer to a keep-alive within 15s", "x", 16 * time.Second},
		{`fault.host_cut("a", at = "1s", lasts = "5s")`, false, `{"code": 0, "stdout": "", "stderr": ""}`, "x", 6 * time.Second},
		{`fault.host_slow("a", factor = 2)`, false, `{"code": 0, "stdout": "", "stderr": ""}`, "x", 6 * time.Second},
		{`fault.host_disk_full("a")`, false, `No space left on device`, "", 0},
	} {
		w := hosts(t, "faults = ["+c.fault+"]")
		o := &operator{world: w}
		r := request("a", line("echo x >/tmp/x && sleep 3"))
		if c.read {
			r.Class = effect.Read
		}
		if got := o.perform(t.Context(), r).Describe(); !strings.Contains(got, c.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", c.fault, got, c.want)
		}
		if w.Elapsed() < c.after || w.Elapsed() > c.after+time.Second {
			t.Errorf("%s: the answer came after %v, want %v and a little", c.fault, w.Elapsed(), c.after)
		}
		left, _ := w.Fleet().Machine("a").Files().ReadFile("/tmp/x")
		if got := strings.TrimSpace(string(left)); got != c.took {
			t.Errorf("%s: it left %q, want %q", c.fault, got, c.took)
		}
	}
}

// Performed again under its key, a change whose answer was lost is found.
func TestLostAnswersUnderAKey(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{
		`fault.lost_before(nth = 1)`, `fault.lost_after(nth = 1)`, `fault.lost_after(nth = 1, after = "1s")`,
		`fault.host_cut("a", at = "1s", lasts = "30s")`, `fault.slow(by = "2m", nth = 1)`,
		`fault.slow(by = "2m", nth = 1), fault.lost_after(nth = 1)`,
	} {
		w := hosts(t, "faults = ["+fault+"]")
		o := &operator{world: w}
		r := keyed(request("a", line("echo x >>/tmp/x; sleep 20; echo done")), "1@1")
		r.Timeout = 5 * time.Minute
		res := o.perform(t.Context(), r)
		for tries := 0; res.Err != nil && res.Err.Doubt && tries < 3; tries++ {
			r.Resolution, r.Cause = effect.PerformAgain, res.Err
			res = o.perform(t.Context(), r)
		}
		if stdout(res) != "done\n" {
			t.Errorf("%s: got %s\n%s", fault, res.Describe(), strings.Join(o.seen, "\n"))
		}
		if left, _ := w.Fleet().Machine("a").Files().ReadFile("/tmp/x"); string(left) != "x\n" {
			t.Errorf("%s: it left %q, want one line", fault, left)
		}
	}
}

func TestNoRoomForAKey(t *testing.T) {
	t.Parallel()
	w := hosts(t, `faults = [fault.host_disk_full("a", at = "1s")]`)
	o := &operator{world: w}
	r := keyed(request("a", argv("sleep", "2")), "1@1")
	for range 2 { // what has a key already is found
		if res := o.perform(t.Context(), r); res.Err != nil {
			t.Errorf("got %v", res.Err)
		}
	}
	r.Key = "2@1"
	e := o.perform(t.Context(), r).Err
	if e == nil || e.Kind != effect.Refused || e.Doubt || !strings.Contains(e.Message, "so nothing was run: mkdir: cannot create directory") || !strings.Contains(e.Hint, "keys=False") {
		t.Errorf("got %+v", e)
	}
}

// A command whose time is over is ended, with all that it started; a daemon is not.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line  string
		key   string
		start bool
		want  string
		left  int // processes
		took  time.Duration
	}{
		{"sleep 100 & sleep 200", "", false, "no end within 30s; the command was ended", 0, 30 * time.Second},
		{"sleep 100 & sleep 200", "1@1", false, "no end within 30s; the command was ended", 0, 30 * time.Second},
		{"trap '' TERM; sleep 100; sleep 200", "", false, "no end within 30s; the command was ended", 0, 32 * time.Second},
		{"sleep 100", "1@1", true, "no end within 30s; whether the command still runs is not known", 1, 30 * time.Second},
	} {
		w := hosts(t, "")
		o := &operator{world: w}
		r := request("a", line(c.line))
		if c.start {
			r = daemon("a", line(c.line), "/tmp/log", effect.Field{Name: "settle", Value: int64(time.Minute)})
		}
		if r.Timeout = 30 * time.Second; c.key != "" {
			r = keyed(r, c.key)
		}
		for range 2 {
			e := o.perform(t.Context(), r).Err
			if e == nil || e.Kind != effect.Timeout || e.Message != c.want || e.Doubt != c.start || e.Transient != c.start {
				t.Errorf("%s: got %+v, want %q", c.line, e, c.want)
			}
			if c.key == "" {
				break
			}
			if c.start {
				break
			}
		}
		if d := w.Elapsed() - c.took; d < 0 || d > time.Second {
			t.Errorf("%s: it took %v, want %v", c.line, w.Elapsed(), c.took)
		}
		if got := len(w.Fleet().Machine("a").Processes()); got != c.left {
			t.Errorf("%s: %d processes are left, want %d", c.line, got, c.left)
		}
	}
}

// What was sent goes on when its branch is cancelled or its run is stopped,
// unless it only reads.
func TestGivenUpCommands(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{effect.ErrCancelled, effect.ErrStopped} {
		for _, when := range []time.Duration{time.Millisecond, time.Second} {
			for _, class := range []effect.Class{effect.Change, effect.Read} {
				w := hosts(t, "")
				ctx, cancel := context.WithCancelCause(t.Context())
				var res effect.Result
				var err error
				w.Run(ctx, 2, 0, func(ctx context.Context, item int) {
					if item == 0 {
						_ = w.schedule.wait(ctx, when)
						cancel(cause)
						return
					}
					r := request("a", line("sleep 5; echo x >/tmp/x"))
					r.Class = class
					res, err = w.Perform(ctx, r)
				})
				at := fmt.Sprint(cause, " at ", when, " of a ", class)
				if w.Elapsed() != when {
					t.Errorf("%s: it is %v", at, w.Elapsed())
				}
				if cause == effect.ErrCancelled && (err != nil || res.Err == nil || res.Err.Kind != effect.Cancelled || !res.Err.Doubt) {
					t.Errorf("%s: got %+v, %v, want an outcome in doubt", at, res.Err, err)
				}
				if cause == effect.ErrStopped && err != cause {
					t.Errorf("%s: got %+v, %v, want the cause", at, res.Err, err)
				}
				w.Advance(time.Minute)
				goesOn := class == effect.Change || when < 5*time.Millisecond
				if got := w.Fleet().Machine("a").Files().Exists("/tmp/x"); got != goesOn {
					t.Errorf("%s: it went on: %v, want %v", at, got, goesOn)
				}
			}
		}
	}
}

// The simulated operator knows what came of a change in doubt.
func TestOperatorKnowsWhatCameOfCommands(t *testing.T) {
	t.Parallel()
	w := hosts(t, `faults = [fault.lost_before(host = "a"), fault.lost_after(host = "b"), fault.host_down("c", at = "1s")]`)
	o := &operator{world: w}
	for i, c := range []struct{ host, want string }{{"c", "again"}, {"a", "again"}, {"b", "done"}} {
		r := request(c.host, line("sleep 2"))
		o.perform(t.Context(), r)
		r.ID = effect.ID{Number: i + 1}
		res, err := w.Perform(t.Context(), effect.Request{
			Kind: effect.KindOperator, Operation: effect.OpResolve, Args: []effect.Value{r.ID.String(), r.Describe(), "lost"},
		})
		if err != nil || res.Value != c.want {
			t.Errorf("%s: got %v, want %s", c.host, res.Value, c.want)
		}
	}
}

// manyHosts performs commands on many hosts side by side, and writes down all
// that is seen.
func manyHosts(s *Scenario, n int) (string, error) {
	specs := make([]HostSpec, n)
	for i := range specs {
		specs[i].Name = fmt.Sprintf("h%03d", i)
	}
	w, err := NewWorld(Config{Scenario: s, Hosts: specs})
	if err != nil {
		return "", err
	}
	defer w.Close()
	o := &operator{world: w}
	err = w.Main(context.Background(), func(ctx context.Context) error {
		w.Run(ctx, n, 0, func(ctx context.Context, i int) {
			o.perform(ctx, request(specs[i].Name, line(fmt.Sprintf("sleep %d; echo $RANDOM", i%7))))
			o.perform(ctx, keyed(request(specs[i].Name, line("date; ps -e | wc -l")), fmt.Sprint(i)))
		})
		return nil
	})
	return fmt.Sprintf("%s\n%v\n%s", strings.Join(o.seen, "\n"), err, w.Describe()), nil
}

// Not parallel: it changes GOMAXPROCS.
func TestManyHostsInOneOrder(t *testing.T) {
	was := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(was)
	transcripts := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		faults := rapid.SliceOfN(rapid.SampledFrom([]string{
			`fault.slow(by = "4s", probability = 0.05)`, `fault.lost_after(probability = 0.2)`, `fault.host_down("h003", at = "2s", lasts = "10s")`,
			`fault.lost_before(command = "date", probability = 0.3)`, `fault.host_cut("h005", at = "1s")`,
		}), 0, 3).Draw(t, "faults")
		n := rapid.SampledFrom([]int{10, 40, 400}).Draw(t, "hosts")
		src := fmt.Sprintf("faults = [%s]\nseed = %d", strings.Join(faults, ", "), rapid.Uint64Range(1, 1<<40).Draw(t, "seed"))
		s, err := LoadScenario("demo.star", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		first := ""
		for _, procs := range []int{1, 2} {
			runtime.GOMAXPROCS(procs)
			got, err := manyHosts(s, n)
			if err != nil {
				t.Fatal(err)
			}
			if first == "" {
				first = got
			}
			if got != first {
				t.Fatalf("GOMAXPROCS %d: another transcript:\n%s", procs, cmp.Diff(first, got))
			}
		}
		transcripts[first] = true
	})
	if len(transcripts) < 10 {
		t.Errorf("%d different transcripts for a hundred scenarios and seeds", len(transcripts))
	}
}
