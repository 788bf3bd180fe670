package exaoperation

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"runbook/effect"
	"runbook/simulator/model"
)

func must(t *rapid.T, cfg Config, seed uint64) *Cluster {
	c, err := New(cfg, seed)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// play makes the calls and tells all that can be seen.
func play(c *Cluster, from time.Duration, steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		from += s.after
		b.WriteString(s.call.Path + " " + s.call.Method + ": " + c.Call(from, s.call).Describe() + "\n")
	}
	b.WriteString(c.Describe())
	for _, h := range c.Hazards() {
		b.WriteString(h.At.String() + " " + h.Name + " " + h.Detail + "\n")
	}
	for i := range c.log {
		b.WriteString(c.log[i].at.String() + " " + c.entryText(&c.log[i]) + "\n")
	}
	return b.String()
}

// Whatever is called, every answer is one that can be sent.
func TestAnythingMayBeCalled(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := must(t, drawConfig(t), rapid.Uint64().Draw(t, "seed"))
		now := time.Duration(0)
		for _, s := range drawSteps(t) {
			now += s.after
			a := c.Call(now, s.call)
			if err := checkAnswer(a); err != "" {
				t.Fatalf("%s %s: got %s, want %s", s.call.Path, s.call.Method, a.Describe(), err)
			}
		}
		if !utf8.ValidString(c.Describe()) {
			t.Fatalf("Describe: got %q, want UTF-8", c.Describe())
		}
	})
}

// checkAnswer says what an answer should be instead, if it is a wrong one.
func checkAnswer(a Answer) string {
	switch {
	case a.Unreachable || a.Dropped:
		if a.Status != 0 || a.Fault != nil || a.Value != nil || a.Unreachable && a.Dropped {
			return "nothing but that"
		}
	case a.Status == 401 || a.Status == 501:
		if a.Body == "" || a.Fault != nil || a.Value != nil {
			return "a body"
		}
	case a.Status != 200:
		return "status 200, 401 or 501"
	case a.Fault != nil:
		if a.Fault.Code != -1 || a.Fault.Text == "" || !utf8.ValidString(a.Fault.Text) || a.Value != nil {
			return "a fault with a text"
		}
	default:
		if err := effect.Check(a.Value); err != nil {
			return err.Error()
		}
	}
	return ""
}

// The same seed and the same calls give the same answers.
func TestSameSeedSameAnswers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cfg, seed, steps := drawConfig(t), rapid.Uint64().Draw(t, "seed"), drawSteps(t)
		if diff := cmp.Diff(play(must(t, cfg, seed), 0, steps), play(must(t, cfg, seed), 0, steps)); diff != "" {
			t.Fatalf("two runs differ:\n%s", diff)
		}
	})
}

// Time may pass in one step or in many.
func TestAdvanceInManySteps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cfg, seed, steps := drawConfig(t), rapid.Uint64().Draw(t, "seed"), drawSteps(t)
		at, eager := time.Duration(0), must(t, cfg, seed)
		var b strings.Builder
		for _, s := range steps {
			for to := at + s.after; at < to; {
				next, ok := eager.Next(at)
				if ok && next <= at {
					t.Fatalf("Next(%s) = %s, want a later time", at, next)
				}
				at = min(at+time.Duration(rapid.IntRange(1, 300).Draw(t, "bit"))*time.Second, to)
				eager.Advance(at)
				eager.Advance(at - time.Second) // the past changes nothing
			}
			b.WriteString(s.call.Path + " " + s.call.Method + ": " + eager.Call(at, s.call).Describe() + "\n")
		}
		lazy := play(must(t, cfg, seed), 0, steps)
		if diff := cmp.Diff(lazy, b.String()+play(eager, at, nil)); diff != "" {
			t.Fatalf("one step and many differ:\n%s", diff)
		}
	})
}

// What becomes of a clone does not touch the cluster it was made of, and the
// other way round.
func TestCloneIsIndependent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cfg, seed := drawConfig(t), rapid.Uint64().Draw(t, "seed")
		before, one, other := drawSteps(t), drawSteps(t), drawSteps(t)
		half := len(one) / 2
		alone := must(t, cfg, seed)
		play(alone, 0, before)
		at := alone.now
		play(alone, at, one[:half])
		want := play(alone, alone.now, one[half:])

		c := must(t, cfg, seed)
		play(c, 0, before)
		d := c.Clone()
		if rapid.Bool().Draw(t, "the clone") {
			c, d = d, c
		}
		play(c, at, one[:half])
		play(d, at, other)
		if diff := cmp.Diff(want, play(c, c.now, one[half:])); diff != "" {
			t.Fatalf("what was done to the other of two clones was seen:\n%s", diff)
		}
	})
}

// The queue gives events back in the order of their times, and of their
// planning where times are equal.
func TestQueueOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		var want []event
		for _, at := range rapid.SliceOf(rapid.IntRange(0, 9)).Draw(t, "times") {
			q.push(event{at: time.Duration(at)})
			want = append(want, event{at: time.Duration(at), seq: q.seq})
		}
		slices.SortStableFunc(want, func(a, b event) int { return int(a.at - b.at) })
		for _, w := range want {
			if got := q.pop(); got != w {
				t.Fatalf("pop = %v, want %v", got, w)
			}
		}
	})
}

// What is drawn is within its span, and fills it.
func TestDraw(t *testing.T) {
	t.Parallel()
	c := begin(t, Config{}).c
	low, high := false, false
	for turn := range uint32(1000) {
		d := c.draw(model.Seconds(10, 20), forBoot, 3, turn)
		if d < 10*time.Second || d > 20*time.Second || d%time.Millisecond != 0 {
			t.Fatalf("draw = %s, want 10s to 20s", d)
		}
		low, high = low || d < 11*time.Second, high || d > 19*time.Second
	}
	if !low || !high {
		t.Errorf("draw: got nothing near an end of the span in 1000 turns")
	}
	if d := c.draw(model.None, forBoot, 0, 0); d != 0 {
		t.Errorf("draw(None) = %s, want nothing", d)
	}
}

// Another seed gives other times.
func TestSeedsDiffer(t *testing.T) {
	t.Parallel()
	ends := map[time.Duration]bool{}
	for seed := range uint64(10) {
		c, err := New(Config{Nodes: DataNodes(1)}, seed)
		if err != nil {
			t.Fatal(err)
		}
		c.Call(0, Call{Path: "/cluster1", Method: "startupNode", Args: []effect.Value{"n0011"}, User: "admin", Password: "admin", Authenticated: true})
		for at, ok := c.Next(0); ok; at, ok = c.Next(at) {
			ends[at] = ends[at] || c.isUp(1)
		}
	}
	if len(ends) < 25 {
		t.Errorf("got %d moments in boots of 10 seeds, want about 30", len(ends))
	}
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	k := begin(t, Config{Begin: Running})
	text := k.value("/cluster1/db_exa_db1", "getDatabaseStatistics", "sys", "exasol").(string)
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) != 1 || !strings.HasSuffix(z.File[0].Name, ".csv") {
		t.Errorf("getDatabaseStatistics: got %v, %v, want a ZIP of CSV files", z, err)
	}
}

func TestPowerByHand(t *testing.T) {
	t.Parallel()
	k := begin(t, Config{Timings: Instant(), Nodes: []Node{{Name: "n0011", NoCard: true}}})
	if err := k.c.PowerOn(0, "n0099"); err == nil || err.Error() != `power: got "n0099", want a node of cluster1` {
		t.Errorf("PowerOn(n0099) = %v, want an error", err)
	}
	for _, want := range []bool{true, false} {
		do := k.c.PowerOn
		if !want {
			do = k.c.PowerOff
		}
		if err := do(0, "n0011"); err != nil {
			t.Fatal(err)
		}
		if got := k.value("/cluster1/n0011", "nodeRunning"); got != want {
			t.Errorf("nodeRunning = %v, want %v", got, want)
		}
	}
	if len(k.c.Hazards()) != 0 {
		t.Errorf("Hazards = %v, want none of what was done by hand", k.c.Hazards())
	}
}

func FuzzCall(f *testing.F) {
	for _, path := range somePaths {
		f.Add(path, "getPath", "x", int64(1))
	}
	for _, name := range someMethods() {
		f.Add("/cluster1", name, "n0011", int64(0))
	}
	f.Add("/cluster1/db%5Fexa+db1", "getDatabaseState", "", int64(0))
	f.Add("/cluster1/\xff%ff", "\xfe.x", "", int64(0))
	f.Fuzz(func(t *testing.T, path, name, arg string, n int64) {
		k := begin(t, Config{Begin: Running})
		for _, args := range [][]effect.Value{nil, {arg}, {n}, {arg, n}, {arg, arg, arg}} {
			if !utf8.ValidString(arg) {
				return
			}
			k.now += time.Minute
			a := k.call(path, name, args...)
			if err := checkAnswer(a); err != "" {
				t.Fatalf("%q %q: got %s, want %s", path, name, a.Describe(), err)
			}
		}
	})
}
