package simulator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"runbook/effect"
)

// insist performs a change under its key as a run does that is stopped, and
// resumed, at the times given: again as long as it is in doubt. What its key
// cannot tell is told by a probe.
func (o *operator) insist(ctx context.Context, r effect.Request, stops []time.Duration, probe func() bool) (effect.Result, error) {
	w := o.world
	for tries := range 100 {
		life, stop := context.WithCancelCause(ctx)
		off := func() {}
		if tries < len(stops) {
			off = w.schedule.at(w.Elapsed()+stops[tries], func() { stop(effect.ErrStopped) })
		}
		var res effect.Result
		err := w.Main(life, func(ctx context.Context) (err error) {
			res, err = w.Perform(ctx, r)
			return err
		})
		off()
		stop(nil)
		r.Resolution, r.Cause = effect.PerformAgain, nil
		switch {
		case err != nil && !errors.Is(err, effect.ErrStopped):
			return res, err
		case err != nil:
		case res.Err == nil || !res.Err.Doubt:
			return res, nil
		case !res.Err.Transient:
			if probe() {
				return effect.Result{}, nil
			}
			r.Cause = res.Err
		}
		w.Advance(w.Elapsed() + time.Second)
	}
	return effect.Result{}, errors.New("a hundred tries and still in doubt")
}

// Whatever happens to the run, to the connection and to the machine, a change
// under a key takes effect at most once, and once if it is said to have.
func TestKeyedChangesHappenOnce(t *testing.T) {
	t.Parallel()
	lost := 0
	rapid.Check(t, func(t *rapid.T) {
		at := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * 500 * time.Millisecond
		}
		faults := []string{}
		for range rapid.IntRange(0, 4).Draw(t, "faults") {
			format := rapid.SampledFrom([]string{
				`fault.lost_before(probability = 0.5, at = %q, lasts = "1m")`, `fault.lost_after(probability = 0.5, at = %q, lasts = "1m")`,
				`fault.lost_after(after = "3s", at = %q, lasts = "1m")`, `fault.slow(by = "20s", takes_effect = "after", at = %q, times = 2)`,
				`fault.slow(by = "3s", at = %q)`, `fault.host_cut("a", at = %q, lasts = "40s")`, `fault.host_cut("a", at = %q, lasts = "4s")`,
				`fault.host_down("a", at = %q, lasts = "30s")`, `fault.refused(at = %q, lasts = "20s")`, `fault.host_slow("a", factor = 3, at = %q)`,
			}).Draw(t, "fault")
			faults = append(faults, fmt.Sprintf(format, at("when", 60).String()))
		}
		src := fmt.Sprintf("faults = [%s]\nseed = %d", strings.Join(faults, ", "), rapid.Uint64Range(1, 1<<40).Draw(t, "seed"))
		s, err := LoadScenario("demo.star", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		w, err := NewWorld(Config{Scenario: s, Hosts: []HostSpec{{Name: "a"}}})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		var stops []time.Duration
		for range rapid.IntRange(0, 5).Draw(t, "stops") {
			stops = append(stops, at("stop", 20))
		}
		r := keyed(request("a", line("sleep 5; echo x >>/tmp/x; sleep 5; echo done")), "1@1")
		r.Timeout = 5 * time.Minute
		written := func() string {
			b, _ := w.Fleet().Machine("a").Files().ReadFile("/tmp/x")
			return strings.ReplaceAll(string(b), "\n", "")
		}
		o := &operator{world: w}
		res, err := o.insist(context.Background(), r, stops, func() bool {
			lost++
			return written() == "x"
		})
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		w.Advance(w.Elapsed() + time.Hour)
		switch got := written(); {
		case res.Err == nil && got != "x":
			t.Fatalf("%s: it was done, and left %q", src, got)
		case res.Err != nil && got != "":
			t.Fatalf("%s: it was not done (%v), and left %q", src, res.Err, got)
		}
	})
	if lost == 0 {
		t.Error("no machine ever died under a change")
	}
}
