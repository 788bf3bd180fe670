package simulator

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A program is what a branch does, for the tests of the order of branches:
// waits and parallels, one after the other.
type program []statement

type statement struct {
	wait  time.Duration
	items []program // if not nil: a parallel of them
	limit int
}

// exec runs p on s and writes down what happens when.
func (p program) exec(ctx context.Context, s *scheduler, name string, trace func(string)) {
	for i, st := range p {
		at := fmt.Sprintf("%s.%d", name, i)
		trace(fmt.Sprintf("%v %s", s.now, at))
		if st.items == nil {
			if err := s.wait(ctx, s.now+st.wait); err != nil {
				trace(fmt.Sprintf("%v %s %v", s.now, at, err))
			}
			continue
		}
		s.parallel(ctx, len(st.items), st.limit, func(ctx context.Context, item int) {
			st.items[item].exec(ctx, s, fmt.Sprintf("%s[%d]", at, item), trace)
		})
	}
	trace(fmt.Sprintf("%v %s end", s.now, name))
}

// lasts is how long p takes, reckoned without a scheduler: every free place
// under the limit takes the next item at once.
func (p program) lasts() time.Duration {
	var d time.Duration
	for _, st := range p {
		if st.items == nil {
			d += st.wait
			continue
		}
		limit := st.limit
		if limit == 0 {
			limit = DefaultLimit
		}
		places := make([]time.Duration, min(limit, max(len(st.items), 1)))
		var end time.Duration
		for _, item := range st.items {
			free := 0
			for i := range places {
				if places[i] < places[free] {
					free = i
				}
			}
			places[free] += item.lasts()
			end = max(end, places[free])
		}
		d += end
	}
	return d
}

func drawProgram(t *rapid.T, depth int) program {
	p := make(program, rapid.IntRange(0, 4).Draw(t, "statements"))
	for i := range p {
		if depth == 0 || rapid.Bool().Draw(t, "waits") {
			p[i].wait = time.Duration(rapid.IntRange(0, 5).Draw(t, "wait")) * time.Second
			continue
		}
		p[i].limit = rapid.IntRange(0, 3).Draw(t, "limit")
		p[i].items = make([]program, rapid.IntRange(0, 5).Draw(t, "items"))
		for j := range p[i].items {
			p[i].items[j] = drawProgram(t, depth-1)
		}
	}
	return p
}

func (p program) trace() (lines []string, elapsed time.Duration) {
	var s scheduler
	s.run(context.Background(), func() {
		p.exec(context.Background(), &s, "main", func(line string) { lines = append(lines, line) })
	})
	return lines, s.now
}

func TestProgramsTakeTheTimeTheyShould(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t, 3)
		if _, got := p.trace(); got != p.lasts() {
			t.Fatalf("%+v took %v, want %v", p, got, p.lasts())
		}
	})
}

// Not parallel: it changes GOMAXPROCS.
func TestOrderIsTheSameEveryTime(t *testing.T) {
	was := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(was)
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t, 3)
		first, _ := p.trace()
		for _, procs := range []int{1, 2} {
			runtime.GOMAXPROCS(procs)
			if again, _ := p.trace(); !cmp.Equal(first, again) {
				t.Fatalf("GOMAXPROCS %d: the order differs:\n%s", procs, cmp.Diff(first, again))
			}
		}
	})
}

func TestLimitHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, limit := rapid.IntRange(0, 100).Draw(t, "n"), rapid.IntRange(1, 20).Draw(t, "limit")
		var s scheduler
		running, most, done := 0, 0, make([]bool, n)
		s.parallel(context.Background(), n, limit, func(ctx context.Context, item int) {
			running++
			most = max(most, running)
			_ = s.wait(ctx, s.now+time.Duration(item%7)*time.Second)
			running--
			done[item] = true
		})
		if want := min(n, limit); most > want || n > 0 && most == 0 {
			t.Fatalf("%d of %d ran at once, want at most %d", most, n, want)
		}
		for item, ok := range done {
			if !ok {
				t.Fatalf("item %d did not run", item)
			}
		}
	})
}

func TestOrderOfBranches(t *testing.T) {
	t.Parallel()
	p := program{
		{items: []program{
			{{wait: 2 * time.Second}, {wait: time.Second}},
			{{wait: time.Second}, {items: []program{{{wait: time.Second}}, {}}}},
			{{wait: 2 * time.Second}},
		}},
	}
	got, _ := p.trace()
	want := `0s main.0
0s main.0[0].0
0s main.0[1].0
0s main.0[2].0
1s main.0[1].1
1s main.0[1].1[0].0
1s main.0[1].1[1] end
2s main.0[0].1
2s main.0[2] end
2s main.0[1].1[0] end
2s main.0[1] end
3s main.0[0] end
3s main end`
	if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestCancelledBranchesWakeAtOnce(t *testing.T) {
	t.Parallel()
	boom := errors.New("another failed")
	for _, own := range []bool{false, true} {
		var s scheduler
		var got []string
		ctx, cancel := context.WithCancelCause(context.Background())
		s.parallel(ctx, 4, 0, func(ctx context.Context, item int) {
			if own {
				var stop context.CancelFunc
				ctx, stop = context.WithCancel(ctx)
				defer stop()
			}
			if item == 2 {
				_ = s.wait(ctx, 5*time.Second)
				cancel(boom)
				return
			}
			if item == 3 { // a branch inside a branch is woken too
				s.parallel(ctx, 2, 0, func(ctx context.Context, inner int) {
					err := s.wait(ctx, time.Hour)
					got = append(got, fmt.Sprint(item, ".", inner, " ", s.now, " ", err))
				})
				return
			}
			err := s.wait(ctx, time.Hour)
			got = append(got, fmt.Sprint(item, " ", s.now, " ", err))
			if err := s.wait(ctx, 2*time.Hour); err != boom {
				t.Errorf("a wait of a cancelled branch gave %v", err)
			}
		})
		want := []string{"0 5s another failed", "1 5s another failed", "3.0 5s another failed", "3.1 5s another failed"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("own contexts: %v:\n%s", own, diff)
		}
	}
}

func TestOneBranchIsCancelledByItsSibling(t *testing.T) {
	t.Parallel()
	var s scheduler
	contexts, cancels := [3]context.Context{}, [3]context.CancelFunc{}
	for i := range contexts {
		contexts[i], cancels[i] = context.WithCancel(context.Background())
	}
	ended := map[int]time.Duration{}
	s.parallel(context.Background(), 3, 0, func(_ context.Context, item int) {
		_ = s.wait(contexts[item], time.Duration(item+1)*time.Second)
		if item == 0 {
			cancels[2]()
		}
		ended[item] = s.now
	})
	want := map[int]time.Duration{0: time.Second, 1: 2 * time.Second, 2: time.Second}
	if diff := cmp.Diff(want, ended); diff != "" {
		t.Error(diff)
	}
}

func TestCleanupWaitsUnderItsOwnContext(t *testing.T) {
	t.Parallel()
	var s scheduler
	ctx, cancel := context.WithCancel(context.Background())
	s.parallel(ctx, 2, 0, func(ctx context.Context, item int) {
		if item == 0 {
			cancel()
			return
		}
		if err := s.wait(context.WithoutCancel(ctx), time.Minute); err != nil {
			t.Errorf("got %v, want a whole wait", err)
		}
	})
	if s.now != time.Minute {
		t.Errorf("it is %v, want 1m", s.now)
	}
}

func TestPanicHasTheStackOfItsBranch(t *testing.T) {
	t.Parallel()
	cause := errors.New("a bug")
	var s scheduler
	finished := 0
	defer func() {
		p, ok := recover().(*BranchPanic)
		if !ok || !errors.Is(p, cause) || !strings.Contains(p.Error(), "panickingFunction") {
			t.Errorf("got the panic %v, want a bug with the stack of panickingFunction", p)
		}
		if finished != 2 {
			t.Errorf("%d siblings ended, want 2", finished)
		}
	}()
	s.parallel(t.Context(), 3, 0, func(ctx context.Context, item int) {
		_ = s.wait(ctx, time.Duration(item)*time.Second)
		if item == 1 {
			panickingFunction(cause)
		}
		finished++
	})
	t.Error("no panic")
}

func panickingFunction(err error) { panic(err) }

func BenchmarkEvents(b *testing.B) {
	for _, branches := range []int{1, 2, 64, 10_000} {
		b.Run(fmt.Sprint(branches, "branches"), func(b *testing.B) {
			var s scheduler
			b.ReportAllocs()
			s.parallel(context.Background(), branches, branches, func(ctx context.Context, item int) {
				for range b.N/branches + 1 {
					_ = s.wait(ctx, s.now+time.Duration(item%13+1)*time.Millisecond)
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func BenchmarkBranchMemory(b *testing.B) {
	for _, limit := range []int{64, 10_000} {
		b.Run(fmt.Sprint("limit", limit), func(b *testing.B) {
			var before, during runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for range b.N {
				var s scheduler
				s.parallel(context.Background(), 10_000, limit, func(ctx context.Context, item int) {
					_ = s.wait(ctx, s.now+time.Second)
					if item == 5000 {
						runtime.ReadMemStats(&during)
					}
				})
			}
			b.ReportMetric(float64(during.Sys-min(before.Sys, during.Sys)), "Sys-bytes")
			b.ReportMetric(float64(during.StackInuse+during.HeapInuse), "inuse-bytes")
		})
	}
}
