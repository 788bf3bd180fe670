package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// Ten times as many runs take no more memory. It is not parallel: others would
// take some of their own meanwhile.
func TestExploreMemoryDoesNotGrow(t *testing.T) {
	j := loadJob(t, boldRunbook(t), "")
	j.rules = nil
	ctx := context.Background()
	x, err := newSearch(ctx, &subject{job: j, name: "explored"})
	if err != nil {
		t.Fatal(err)
	}
	after := func(runs int) int64 {
		x.runs = runs
		if err := x.random(ctx); err != nil {
			t.Fatal(err)
		}
		if x.tried != runs {
			t.Fatalf("got %d runs, want %d", x.tried, runs)
		}
		var m runtime.MemStats
		for range 3 { // the first finds what finalizers still hold
			runtime.GC()
		}
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	few := after(256)
	many := after(10 * 256)
	t.Logf("%d bytes after 256 runs, %d after ten times as many", few, many)
	if many-few > 256<<10 {
		t.Errorf("got %d bytes more after ten times as many runs, want at most 256 KiB", many-few)
	}
	if len(x.found) == 0 {
		t.Error("got no finding, want some to be kept")
	}
}

// What a sieve has seen it knows, until something newer has its place.
func TestSieveForgets(t *testing.T) {
	t.Parallel()
	s := make(sieve, 4)
	for i, step := range []struct {
		key   uint64
		first bool
	}{{5, true}, {5, false}, {6, true}, {5, false}, {9, true}, {5, true}} {
		if got := s.first(step.key); got != step.first {
			t.Errorf("step %d: first(%d): got %v, want %v", i, step.key, got, step.first)
		}
	}
}

// Beyond so many findings further ones are counted.
func TestExploreFindingsAreBounded(t *testing.T) {
	t.Parallel()
	x := &search{bySign: map[string]*finding{}, stepped: map[string]int{}, subject: &subject{job: loadJob(t, boldRunbook(t), "")}}
	for i := range mostFound + 7 {
		x.keep(x.subject, schedule{{kind: "fault reply"}}, &verdict{rule: mustBeSafe, sign: fmt.Sprint(i)})
	}
	x.keep(x.subject, schedule{{kind: "fault reply"}}, &verdict{rule: mustBeSafe, sign: "0"})
	if len(x.found) != mostFound || x.untold != 7 || x.found[0].also != 1 {
		t.Errorf("got %d findings, %d untold, %d like the first, want %d, 7 and 1", len(x.found), x.untold, x.found[0].also, mostFound)
	}
	if got := told(x); !strings.Contains(got, "untold       7 further runs broke a rule in yet another way") {
		t.Errorf("got\n%s\nwant 7 further runs", got)
	}
}

// With a clock the limits are looked at often, however long a trial takes.
func TestExploreLooksAtTheClock(t *testing.T) {
	t.Parallel()
	x, err := newSearch(t.Context(), &subject{job: loadJob(t, boldRunbook(t), ""), name: "explored"})
	if err != nil {
		t.Fatal(err)
	}
	looks := 0
	x.over = func() bool { looks++; return looks > 1 }
	var plans []schedule
	for len(plans) < 2*batch {
		plans = append(plans, alone(x.singles)...)
	}
	if err := x.tryAll(t.Context(), x.subject, plans); err != nil {
		t.Fatal(err)
	}
	if x.tried != min(x.size(), 2*batch) || !x.cut {
		t.Errorf("got %d runs until the second look at the clock, want %d", x.tried, x.size())
	}
}

// A limit that leaves single faults out is told; one that only ends the random
// schedules is not, since those have no end.
func TestExploreTellsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	j := loadJob(t, boldRunbook(t), "")
	for more, want := range map[int]bool{-3: true, 3: false} {
		x, err := newSearch(t.Context(), &subject{job: j, name: "explored"})
		if err != nil {
			t.Fatal(err)
		}
		x.faults, x.runs = 1, len(x.singles)+more
		if err := x.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if x.cut != want || x.tried != x.runs {
			t.Errorf("%d schedules, %d runs: got cut %v after %d, want %v", len(x.singles), x.runs, x.cut, x.tried, want)
		}
	}
}
