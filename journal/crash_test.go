package journal_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"runbook/effect"
	"runbook/journal"
	"runbook/journal/journaltest"
)

// A step of a script is a request, or branches.
type step struct {
	op       string
	branches [][]step
}

// A script is run by a small interpreter that numbers its requests, settles
// changes in doubt by asking the world, and runs branches one after another or
// all at once.
type script struct {
	steps    []step
	parallel bool
}

// steps draws what one branch does.
func steps(depth int) *rapid.Generator[[]step] {
	ops := rapid.SampledFrom([]string{"read", "read-long", "read-same", "read-fails", "change", "change-long", "change-fails", "change-refused", "change-lost", "change-lost-done", "poll", "wait"})
	one := rapid.Map(ops, func(op string) step { return step{op: op} })
	if depth > 0 {
		fork := rapid.Map(rapid.SliceOfN(steps(depth-1), 1, 3), func(b [][]step) step { return step{branches: b} })
		one = rapid.OneOf(one, one, fork)
	}
	return rapid.SliceOfN(one, 1, 4)
}

// A cosmos is the world outside. It outlives every crash, and remembers what
// was done to it.
type cosmos struct {
	mu   sync.Mutex
	done map[string]int // changes that took effect, by effect
	lost map[string]int // answers that were lost
}

func newCosmos() *cosmos { return &cosmos{done: map[string]int{}, lost: map[string]int{}} }

// Perform answers by the request alone, except that the first answer of some
// changes is lost, before or after they took effect.
func (c *cosmos) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Body != nil {
		return r.Body(ctx, r.Begun)
	}
	if r.Operation == "change-refused" {
		return effect.Result{}, errors.New("a change that was refused was sent")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id := r.ID.String()
	if strings.Contains(r.Operation, "lost") && c.lost[id] == 0 {
		c.lost[id]++
		if r.Operation == "change-lost-done" {
			c.done[id]++
		}
		return effect.Fail(&effect.Error{Kind: effect.Timeout, Message: "no answer", Doubt: true}), nil
	}
	if r.Class == effect.Change && r.Operation != "change-fails" {
		c.done[id]++
	}
	switch {
	case strings.HasSuffix(r.Operation, "fails"):
		return effect.Fail(&effect.Error{Kind: effect.Fault, Message: "no " + id, Details: effect.Struct{{Name: "id", Value: id}}}), nil
	case r.Class == effect.Change && !strings.HasSuffix(r.Operation, "long"):
		return effect.Result{}, nil
	case strings.HasSuffix(r.Operation, "same"):
		return effect.Result{Value: strings.Repeat("same", 100)}, nil
	case strings.HasSuffix(r.Operation, "long"):
		return effect.Result{Value: strings.Repeat(fmt.Sprint(hash(id)), 60)}, nil
	}
	return effect.Result{Value: id}, nil
}

func hash(s string) uint32 {
	h := fnv.New32()
	h.Write([]byte(s))
	return h.Sum32()
}

// A life is one execution of a script.
type life struct {
	script script
	world  *cosmos
	p      effect.Performer

	mu      sync.Mutex
	results map[string]string
}

func (l *life) run(ctx context.Context) error { return l.branch(ctx, "", l.script.steps) }

func (l *life) branch(ctx context.Context, path string, steps []step) error {
	for i, s := range steps {
		id := effect.ID{Branch: path, Number: i + 1}
		if s.branches == nil {
			if err := l.effect(ctx, id, s.op); err != nil {
				return err
			}
			continue
		}
		errs := make([]error, len(s.branches))
		var wg sync.WaitGroup
		for k, b := range s.branches {
			run := func() { errs[k] = l.branch(ctx, id.Child(k), b) }
			if l.script.parallel {
				wg.Go(run)
			} else if run(); errs[k] != nil {
				return errs[k]
			}
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) effect(ctx context.Context, id effect.ID, op string) error {
	r := effect.Request{ID: id, Kind: "test", Target: "cosmos", Operation: op, Args: []effect.Value{id.String()}}
	switch {
	case strings.HasPrefix(op, "change"):
		r.Class = effect.Change
	case op == "poll":
		r.Body = func(context.Context, time.Time) (effect.Result, error) {
			inner := effect.Request{ID: id, Kind: "test", Operation: "look", Inner: true}
			return l.p.Perform(ctx, inner)
		}
	case op == "wait":
		r.Kind, r.Operation = effect.KindClock, effect.OpWait
	}
	if op == "change-refused" {
		r.Refused = &effect.Error{Kind: effect.Refused, Message: "no"}
	}
	res, err := l.p.Perform(ctx, r)
	var doubt *effect.InDoubt
	for errors.As(err, &doubt) {
		if r.Refused != nil {
			return errors.New("a change that was refused was in doubt")
		}
		r.Resolution = effect.PerformAgain
		l.world.mu.Lock()
		if l.world.done[id.String()] > 0 {
			r.Resolution = effect.WasDone
		}
		l.world.mu.Unlock()
		res, err = l.p.Perform(ctx, r)
	}
	if err != nil {
		return err
	}
	if r.Class == effect.Change && res.Err == nil {
		res.Value = nil // a change that was done has no value
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.results[id.String()] = res.Describe()
	return nil
}

// live runs a script in a journal, new or resumed, to its end or to the disk's.
func live(ctx context.Context, sc script, w *cosmos, d *journaltest.Disk) (map[string]string, error) {
	s := newStore(d)
	run, err := latest(s, w)
	if err != nil {
		return nil, err
	}
	l := &life{script: sc, world: w, results: map[string]string{}}
	if run != nil && run.State == journal.Done {
		fit, err := run.Fit(journal.Life{})
		if err != nil {
			return nil, err
		}
		l.p = fit
		return l.results, errors.Join(l.run(ctx), fit.Missing())
	}
	var j *journal.Journal
	if run == nil {
		j, err = s.Create(header, sources)
	} else {
		j, err = run.Resume(journal.Life{})
	}
	if err != nil {
		return nil, err
	}
	l.p = j.Performer(w)
	if err := l.run(ctx); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	if err := j.Missing(); err != nil {
		return nil, err
	}
	return l.results, j.End(journal.Outcome{State: journal.Done})
}

// latest opens the run of a store, nil if it had not really begun.
func latest(s *journal.Store, w *cosmos) (*journal.Run, error) {
	infos, err := s.List()
	if err != nil {
		return nil, err
	}
	for _, info := range infos {
		run, err := s.Open(info.ID)
		var damaged *journal.Damaged
		if errors.As(err, &damaged) || errors.Is(err, fs.ErrNotExist) {
			if len(w.done) > 0 {
				return nil, fmt.Errorf("lost a run that changed something: %w", err)
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if _, err := run.Sources(); err == nil {
			return run, nil
		} else if len(w.done) > 0 {
			return nil, fmt.Errorf("lost sources of a run that changed something: %w", err)
		}
	}
	if len(w.done) > 0 {
		return nil, errors.New("lost a run that changed something")
	}
	return nil, nil
}

// Wherever a run is cut off, by the death of its process or of the machine:
// resumed, it ends as if nothing had happened, and no change is performed twice.
func TestCrashEverywhere(t *testing.T) {
	t.Parallel()
	sc := script{steps: []step{
		{op: "read"},
		{op: "change-lost"},
		{op: "read-long"},
		{op: "read-same"},
		{branches: [][]step{{{op: "poll"}, {op: "change"}}, {{op: "change-long"}, {op: "wait"}}, {{op: "change-lost-done"}}}},
		{op: "change-refused"},
		{op: "change-fails"},
		{op: "read-same"},
	}}
	d := newDisk()
	want, err := live(t.Context(), sc, newCosmos(), d)
	if err != nil {
		t.Fatal(err)
	}
	points := 0
	for n := 1; n <= d.Ops(); n++ {
		for seed := range 20 {
			crash(t, sc, want, point{at: n, power: seed > 3, seed: seed, second: (n*7+seed)%40 + 1})
			points++
		}
	}
	t.Logf("crashed at each of %d operations, %d times in all", d.Ops(), points)
}

// The same for any script.
func TestCrashAnyScript(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sc := script{steps: steps(2).Draw(t, "script")}
		d := newDisk()
		want, err := live(t.Context(), sc, newCosmos(), d)
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			crash(t, sc, want, points(d.Ops()).Draw(t, "crash"))
		}
	})
}

// The same with branches at once, where the order differs each time.
func TestCrashInParallel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sc := script{steps: steps(2).Draw(t, "script"), parallel: true}
		d := newDisk()
		want, err := live(t.Context(), sc, newCosmos(), d)
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			crash(t, sc, want, points(d.Ops()).Draw(t, "crash"))
		}
	})
}

// A point is where a run is cut off, and how, and where its next life is.
type point struct {
	at, second int  // operations of the disk
	power      bool // what cuts it off the first time; the second time the seed decides
	seed       int
}

func points(ops int) *rapid.Generator[point] {
	return rapid.Custom(func(t *rapid.T) point {
		return point{
			at: rapid.IntRange(1, ops).Draw(t, "at"), second: rapid.IntRange(1, ops).Draw(t, "second"),
			power: rapid.Bool().Draw(t, "power"), seed: rapid.IntRange(0, 1000).Draw(t, "seed"),
		}
	})
}

// crash stops a run at an operation of the disk, and its next life at another,
// and then lets it end.
func crash(t rapid.TB, sc script, want map[string]string, p point) {
	w, d := newCosmos(), newDisk()
	d.StopAt(p.at, p.seed*7)
	got, err := live(context.Background(), sc, w, d)
	for _, again := range []int{p.second, 0} {
		if !errors.Is(err, journaltest.ErrStopped) {
			break
		}
		if p.power || again == 0 && p.seed%2 == 0 {
			d = d.PowerCut(uint64(p.seed + again))
		} else {
			d = d.Kill()
		}
		d.StopAt(again, p.seed*5)
		got, err = live(context.Background(), sc, w, d)
	}
	if err != nil {
		t.Fatalf("%+v: %v", p, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%+v: ends otherwise (-undisturbed +resumed)\n%s", p, diff)
	}
	for id, n := range w.done {
		if n != 1 {
			t.Fatalf("%+v: change %s was performed %d times", p, id, n)
		}
	}
}
