package journal_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
	"runbook/journal"
	"runbook/journal/journaltest"
)

func TestReplayAnswersWhatWasRecorded(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := newStore(d)
	code := int64(-1)
	fault := effect.Error{
		Kind: effect.Fault, Message: "no such node", Target: "10.0.0.10/cluster1", Operation: "getNodeState", Code: &code,
		Hint: "look", Transient: true, Details: effect.Struct{{Name: "a", Value: effect.Bytes("\x00")}},
	}
	long := strings.Repeat("boot\n", 100)
	value := effect.Struct{{Name: "$log", Value: long}, {Name: "n", Value: []effect.Value{int64(1), 2.0, nil, true}}}
	requests := []effect.Request{
		read("1", "getNodeList"), change("2", "startupNode", "n0011"), read("3", "getNodeState", "n0011", long),
		poll("4", "booted"), read("5.0:1", "getNodeState", "n0011"), change("5.1:1", "startupNode", "n0012"), change("6", "startEXAStorage"),
	}
	j := create(t, s)
	world := map[string]effect.Performer{"getNodeState": fails(fault), "poll": answer(value)}
	live := j.Performer(effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
		if p := world[r.Operation]; p != nil {
			return p.Perform(ctx, r)
		}
		return effect.Result{Value: int64(r.ID.Number)}, nil
	}))
	var want []effect.Result
	for _, r := range requests {
		want = append(want, must(t, live, r))
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}

	j = resume(t, s, journal.Life{Tool: "1.1"})
	if j.Life() != 2 {
		t.Errorf("Life() = %d, want 2", j.Life())
	}
	replay := j.Performer(nothing(t))
	for i, r := range requests {
		if !j.Replaying(r.ID.Branch) {
			t.Errorf("Replaying(%q) before effect %s: got false", r.ID.Branch, r.ID)
		}
		got := must(t, replay, r)
		if !got.Replayed {
			t.Errorf("effect %s: got a result that is not marked as replayed", r.ID)
		}
		got.Replayed = false
		if diff := cmp.Diff(want[i], got); diff != "" {
			t.Errorf("effect %s: replay differs (-live +replay)\n%s", r.ID, diff)
		}
	}
	if j.Replaying("") {
		t.Error("Replaying at the end: got true")
	}
	if err := j.Missing(); err != nil {
		t.Error(err)
	}
	must(t, j.Performer(answer("new")), read("7", "getServiceState"))
	end(t, j, journal.Outcome{State: journal.Done})
}

// A change is performed only once its intent is durable, and answered only once
// its outcome is.
func TestChangeIsDurable(t *testing.T) {
	t.Parallel()
	d := newDisk()
	j := create(t, newStore(d))
	p := j.Performer(effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) {
		for seed := range uint64(20) {
			after := newStore(d.PowerCut(seed))
			k := resume(t, after, journal.Life{})
			errorAs[*effect.InDoubt](t, k.Performer(nothing(t)), change("1", "startupNode"))
		}
		return effect.Result{Value: "started"}, nil
	}))
	must(t, p, change("1", "startupNode"))
	for seed := range uint64(20) {
		k := resume(t, newStore(d.PowerCut(seed)), journal.Life{})
		if res := must(t, k.Performer(nothing(t)), change("1", "startupNode")); res.Value != "started" {
			t.Errorf("after a power cut: got %s, want the recorded value", res.Describe())
		}
	}
}

// A change that a rule refuses is not sent, so it is never in doubt: it has an
// outcome and no intent. What was sent before stays in doubt with it.
func TestRefusedChange(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := newStore(d)
	j := create(t, s)
	p := j.Performer(fails(effect.Error{Kind: effect.Timeout, Message: "no answer", Doubt: true}))
	fresh, again := change("1", "startupNode", "n0011"), change("2", "startupNode", "n0012")
	fresh.Refused = &effect.Error{Kind: effect.Refused, Message: "it burns"}
	if res := must(t, p, fresh); res.Err == nil || res.Err.Kind != effect.Refused || res.Err.Doubt {
		t.Errorf("got %s, want the refusal", res.Describe())
	}
	if d.Syncs() != 0 {
		t.Errorf("got %d syncs for a refusal, want none", d.Syncs())
	}
	errorAs[*effect.InDoubt](t, p, again)
	again.Resolution, again.Refused = effect.PerformAgain, fresh.Refused
	must(t, j.Performer(nothing(t)), again)
	s.FS = d.PowerCut(1)
	want := []string{
		`outcome 1 10.0.0.10/cluster1 startupNode("n0011") = error: refused: it burns`,
		`intent 2 10.0.0.10/cluster1 startupNode("n0012")`,
		`lost 10.0.0.10/cluster1 startupNode("n0012"): no answer`,
		`outcome 2 10.0.0.10/cluster1 startupNode("n0012") = error: refused: it burns`,
	}
	if diff := cmp.Diff(want, lines(t, s)[1:]); diff != "" {
		t.Errorf("recorded (-want +got)\n%s", diff)
	}
	k := resume(t, s, journal.Life{})
	for _, r := range []effect.Request{change("1", "startupNode", "n0011"), change("2", "startupNode", "n0012")} {
		if res := must(t, k.Performer(nothing(t)), r); res.Err == nil || res.Err.Message != "it burns" {
			t.Errorf("resumed: got %s, want the recorded refusal", res.Describe())
		}
	}
}

func TestReadIsWrittenNotSynced(t *testing.T) {
	t.Parallel()
	d := newDisk()
	j := create(t, newStore(d))
	must(t, j.Performer(answer("x")), read("1", "getNodeList"), poll("2", "booted"))
	if d.Syncs() != 0 {
		t.Errorf("got %d syncs for reads, want none", d.Syncs())
	}
	k := resume(t, newStore(d.Kill()), journal.Life{})
	must(t, k.Performer(nothing(t)), read("1", "getNodeList"), poll("2", "booted"))
	end(t, j, journal.Outcome{State: journal.Done})
	if d.Syncs() != 1 {
		t.Errorf("got %d syncs for a run without changes, want the one of its end", d.Syncs())
	}
}

func TestInDoubt(t *testing.T) {
	t.Parallel()
	lost := fails(effect.Error{Kind: effect.Timeout, Message: "no answer", Doubt: true})
	for _, c := range []struct {
		name     string
		resolve  effect.Resolution
		world    effect.Performer // nil: it must not be asked
		value    effect.Value
		kind     effect.Kind
		recorded string
	}{
		{"again", effect.PerformAgain, answer("ok"), "ok", "", `outcome 1 10.0.0.10/cluster1 startupNode("n0011") = "ok"`},
		{"done", effect.WasDone, nil, nil, "", `outcome 1 10.0.0.10/cluster1 startupNode("n0011") = None (was done)`},
		{"give up", effect.GiveUp, nil, nil, effect.Timeout, `outcome 1 10.0.0.10/cluster1 startupNode("n0011") = error: timeout: no answer (given up)`},
	} {
		for _, crash := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				d := newDisk()
				s := newStore(d)
				j := create(t, s)
				r := change("1", "startupNode", "n0011")
				doubt := errorAs[*effect.InDoubt](t, j.Performer(lost), r)
				if doubt.Cause == nil || doubt.Cause.Message != "no answer" || doubt.Since.IsZero() {
					t.Errorf("got doubt of %v since %v, want the lost answer and when", doubt.Cause, doubt.Since)
				}
				want := c
				if crash {
					s = newStore(d.Kill())
					j = resume(t, s, journal.Life{})
					again := errorAs[*effect.InDoubt](t, j.Performer(nothing(t)), r)
					if again.Cause != nil || !again.Since.Equal(doubt.Since) {
						t.Errorf("after a crash: got cause %v since %v, want none since %v", again.Cause, again.Since, doubt.Since)
					}
					if c.kind != "" {
						want.kind = effect.Unreachable
						want.recorded = `outcome 1 10.0.0.10/cluster1 startupNode("n0011") = error: unreachable: the run stopped before its result was recorded, and whether it took effect is not known (given up)`
					}
				}
				r.Resolution = c.resolve
				world := c.world
				if world == nil {
					world = nothing(t)
				}
				res := must(t, j.Performer(world), r)
				check(t, res, want.value, want.kind)
				s.FS = s.FS.(*journaltest.Disk).Kill()
				if got := lines(t, s); got[len(got)-1] != want.recorded {
					t.Errorf("recorded %q, want %q", got[len(got)-1], want.recorded)
				}
				k := resume(t, s, journal.Life{})
				r.Resolution = effect.Unresolved
				check(t, must(t, k.Performer(nothing(t)), r), want.value, want.kind)
			})
		}
	}
}

func check(t *testing.T, res effect.Result, value effect.Value, kind effect.Kind) {
	t.Helper()
	if kind == "" {
		if res.Err != nil || !effect.Equal(res.Value, value) {
			t.Errorf("got %s, want %s", res.Describe(), effect.Describe(value))
		}
		return
	}
	if res.Err == nil || res.Err.Kind != kind || !res.Err.Doubt {
		t.Errorf("got %s, want an error of kind %s that is in doubt", res.Describe(), kind)
	}
}

// A change that is lost again and again stays one change in doubt.
func TestInDoubtAgain(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := newStore(d)
	j := create(t, s)
	lost := j.Performer(fails(effect.Error{Kind: effect.Timeout, Message: "no answer", Doubt: true}))
	r := change("1", "startupNode")
	first := errorAs[*effect.InDoubt](t, lost, r)
	r.Resolution = effect.PerformAgain
	second := errorAs[*effect.InDoubt](t, lost, r)
	if !second.Since.After(first.Since) {
		t.Errorf("got doubt since %v, want since the second try, after %v", second.Since, first.Since)
	}
	rec, err := s.Read("2026")
	if err != nil {
		t.Fatal(err)
	}
	var tries []int
	for r, err := range rec.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if r.Kind == journal.KindIntent {
			tries = append(tries, r.Try)
		}
	}
	if !cmp.Equal(tries, []int{1, 2}) {
		t.Errorf("got tries %v, want 1 and 2", tries)
	}
	k := resume(t, newStore(d.Kill()), journal.Life{})
	if again := errorAs[*effect.InDoubt](t, k.Performer(nothing(t)), change("1", "startupNode")); !again.Since.Equal(second.Since) {
		t.Errorf("after a crash: got doubt since %v, want %v", again.Since, second.Since)
	}
}

func TestCompositeKeepsItsBeginning(t *testing.T) {
	t.Parallel()
	stopped := errors.New("killed")
	var seen []time.Time
	dies := effect.PerformerFunc(func(_ context.Context, r effect.Request) (effect.Result, error) {
		seen = append(seen, r.Begun)
		return effect.Result{}, stopped
	})
	wait := effect.Request{ID: parseID("2"), Kind: effect.KindClock, Operation: effect.OpWait, Args: []effect.Value{int64(time.Hour), "cooling"}}
	now := effect.Request{ID: parseID("2"), Kind: effect.KindClock, Operation: effect.OpNow}
	for _, c := range []struct {
		r    effect.Request
		kept bool
	}{{poll("2", "booted"), true}, {wait, true}, {now, false}} {
		seen = nil
		d := newDisk()
		j := create(t, newStore(d))
		must(t, j.Performer(answer(nil)), read("1", "getNodeList"))
		for life := 1; life <= 3; life++ {
			if life > 1 {
				d = d.Kill()
				j = resume(t, newStore(d), journal.Life{})
				must(t, j.Performer(nothing(t)), read("1", "getNodeList"))
			}
			if _, err := j.Performer(dies).Perform(t.Context(), c.r); !errors.Is(err, stopped) {
				t.Fatalf("%s: got %v, want %v", c.r.Describe(), err, stopped)
			}
		}
		if !seen[0].IsZero() || seen[1].IsZero() == c.kept || !seen[1].Equal(seen[2]) {
			t.Errorf("%s: got begun %v, want zero, then the same moment twice: %v", c.r.Describe(), seen, c.kept)
		}
	}
}

func TestInnerPassesThrough(t *testing.T) {
	t.Parallel()
	s := newStore(newDisk())
	j := create(t, s)
	r := change("1", "look")
	r.Inner = true
	looked := errors.New("looked")
	world := effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) { return effect.Result{}, looked })
	if _, err := j.Performer(world).Perform(t.Context(), r); !errors.Is(err, looked) {
		t.Errorf("got %v, want the world's own answer", err)
	}
	if got := lines(t, s); len(got) != 1 {
		t.Errorf("recorded %q, want the header alone", got)
	}
}

func TestContexts(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(effect.ErrCancelled)
	stopped, stop := context.WithCancelCause(t.Context())
	stop(effect.ErrStopped)

	d := newDisk()
	s := newStore(d)
	j := create(t, s)
	p := j.Performer(nothing(t))
	for _, r := range []effect.Request{read("1", "getNodeList"), change("2", "startupNode"), poll("3", "booted")} {
		if _, err := p.Perform(stopped, r); !errors.Is(err, effect.ErrStopped) {
			t.Errorf("%s in a run that is stopped: got %v, want %v", r.Describe(), err, effect.ErrStopped)
		}
	}
	if got := lines(t, s); len(got) != 1 {
		t.Errorf("recorded %q, want the header alone", got)
	}
	for _, r := range []effect.Request{read("1", "getNodeList"), change("2", "startupNode"), poll("3", "booted")} {
		res, err := p.Perform(cancelled, r)
		if err != nil || res.Err == nil || res.Err.Kind != effect.Cancelled || res.Err.ID != r.ID {
			t.Errorf("%s in a branch that is cancelled: got %s, %v, want an error of kind cancelled", r.Describe(), res.Describe(), err)
		}
	}
	if d.Syncs() != 0 {
		t.Errorf("got %d syncs, want none", d.Syncs())
	}
	must(t, j.Performer(answer("x")), read("4", "getNodeList"))

	j = resume(t, newStore(d.Kill()), journal.Life{})
	p = j.Performer(nothing(t))
	if res, err := p.Perform(t.Context(), change("1", "getNodeList")); err == nil {
		t.Errorf("got %s, want a divergence: a cancelled read is still compared", res.Describe())
	}
	j = resume(t, newStore(d.Kill()), journal.Life{})
	p = j.Performer(nothing(t))
	for i, r := range []effect.Request{read("1", "getNodeList"), change("2", "startupNode"), poll("3", "booted"), read("4", "getNodeList")} {
		ctx := []context.Context{stopped, cancelled}[i%2]
		res, err := p.Perform(ctx, r)
		if err != nil || !res.Replayed {
			t.Errorf("%s replayed in a context that has ended: got %s, %v, want what is recorded", r.Describe(), res.Describe(), err)
		}
	}
}

// A change in doubt whose branch is cancelled before it is tried again may
// have taken effect, and says so.
func TestCancelledInDoubt(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(effect.ErrCancelled)
	d := newDisk()
	s := newStore(d)
	j := create(t, s)
	r := change("1", "startupNode")
	errorAs[*effect.InDoubt](t, j.Performer(fails(effect.Error{Kind: effect.Timeout, Doubt: true})), r)
	if _, err := j.Performer(nothing(t)).Perform(cancelled, r); !errors.As(err, new(*effect.InDoubt)) {
		t.Errorf("unresolved: got %v, want it in doubt", err)
	}
	r.Resolution = effect.PerformAgain
	res, err := j.Performer(nothing(t)).Perform(cancelled, r)
	if err != nil || res.Err == nil || res.Err.Kind != effect.Cancelled || !res.Err.Doubt {
		t.Errorf("got %s, %v, want it cancelled and in doubt", res.Describe(), err)
	}
	end(t, j, journal.Outcome{State: journal.Failed, Failed: ids("1")})
	j = resume(t, s, journal.Life{Retry: true})
	errorAs[*effect.InDoubt](t, j.Performer(nothing(t)), change("1", "startupNode"))
}

// The context ends while the intent is synced: the change is not performed.
func TestContextEndsDuringSync(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{effect.ErrCancelled, effect.ErrStopped} {
		ctx, cancel := context.WithCancelCause(t.Context())
		d := &endingDisk{Disk: newDisk()}
		j := create(t, newStore(d))
		d.end = func() { cancel(cause) }
		res, err := j.Performer(nothing(t)).Perform(ctx, change("1", "startupNode"))
		if cause == effect.ErrStopped && !errors.Is(err, cause) {
			t.Errorf("stopped: got %s, %v, want the cause", res.Describe(), err)
		}
		if cause == effect.ErrCancelled && (err != nil || res.Err == nil || res.Err.Kind != effect.Cancelled || res.Err.Doubt) {
			t.Errorf("cancelled: got %s, %v, want it as an outcome", res.Describe(), err)
		}
		k := resume(t, newStore(d.Kill()), journal.Life{})
		res = must(t, k.Performer(answer("performed")), change("1", "startupNode"))
		if want := cause == effect.ErrStopped; (res.Value == "performed") != want {
			t.Errorf("resumed after %v: got %s, want it performed: %v", cause, res.Describe(), want)
		}
	}
}

// An endingDisk does something when a journal is synced.
type endingDisk struct {
	*journaltest.Disk
	end func()
}

func (d *endingDisk) Lock(name string) (journal.File, error) {
	f, err := d.Disk.Lock(name)
	return &endingFile{f, d}, err
}

type endingFile struct {
	journal.File
	disk *endingDisk
}

func (f *endingFile) Sync() error {
	f.disk.end()
	return f.File.Sync()
}

// A change that is stopped at a gate, or while its intent is synced, was not
// performed and is not in doubt.
func TestNotPerformed(t *testing.T) {
	t.Parallel()
	gate := effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) {
		return effect.Result{}, &effect.NotPerformed{Err: effect.ErrStopped}
	})
	d := newDisk()
	s := newStore(d)
	j := create(t, s)
	r := change("1", "startupNode")
	for range 2 {
		if _, err := j.Performer(gate).Perform(t.Context(), r); !errors.Is(err, effect.ErrStopped) {
			t.Fatalf("got %v, want %v", err, effect.ErrStopped)
		}
	}
	end(t, j, journal.Outcome{State: journal.Stopped})
	j = resume(t, s, journal.Life{})
	if res := must(t, j.Performer(answer("started")), r); res.Value != "started" {
		t.Errorf("got %s, want it performed", res.Describe())
	}

	// One that was in doubt before still is.
	errorAs[*effect.InDoubt](t, j.Performer(fails(effect.Error{Kind: effect.Timeout, Doubt: true})), change("2", "startDatabase"))
	again := change("2", "startDatabase")
	again.Resolution = effect.PerformAgain
	if _, err := j.Performer(gate).Perform(t.Context(), again); !errors.Is(err, effect.ErrStopped) {
		t.Fatalf("got %v, want %v", err, effect.ErrStopped)
	}
	errorAs[*effect.InDoubt](t, j.Performer(nothing(t)), change("2", "startDatabase"))
	end(t, j, journal.Outcome{State: journal.Stopped})
	j = resume(t, s, journal.Life{})
	must(t, j.Performer(nothing(t)), r)
	errorAs[*effect.InDoubt](t, j.Performer(nothing(t)), change("2", "startDatabase"))
}

// What cannot be replayed as it is must not be recorded.
func TestRefusesWhatIsNoValue(t *testing.T) {
	t.Parallel()
	j := create(t, newStore(newDisk()))
	if _, err := j.Performer(nothing(t)).Perform(t.Context(), read("1", "getNodeState", 7)); err == nil || !strings.Contains(err.Error(), "argument 1: value: got int") {
		t.Errorf("got %v, want the argument refused", err)
	}
	if _, err := j.Performer(answer("\xff")).Perform(t.Context(), read("1", "getNodeState")); err == nil || !strings.Contains(err.Error(), "not UTF-8") {
		t.Errorf("got %v, want the value refused", err)
	}
	res := must(t, j.Performer(fails(effect.Error{Kind: effect.Fault, Message: "a\xffb"})), read("1", "getNodeState"))
	if res.Err.Message != "a\ufffdb" {
		t.Errorf("got message %q, want it as it will be replayed", res.Err.Message)
	}
	huge := read("2", strings.Repeat("x", 2<<20))
	huge.Class = effect.Change
	if _, err := j.Performer(nothing(t)).Perform(t.Context(), huge); err == nil {
		t.Error("got no error for a record too long to be read again")
	}
	must(t, j.Performer(answer(nil)), read("2", "getNodeState"))
}

func TestAfterTheEnd(t *testing.T) {
	t.Parallel()
	j := create(t, newStore(newDisk()))
	end(t, j, journal.Outcome{State: journal.Done})
	if _, err := j.Performer(nothing(t)).Perform(t.Context(), change("1", "startupNode")); err == nil {
		t.Error("a change after the end: got no error")
	}
	if err := j.End(journal.Outcome{State: journal.Done}); err == nil {
		t.Error("a second end: got no error")
	}
	if err := j.Close(); err != nil {
		t.Errorf("Close after End: %v", err)
	}
}

// TestKey: a change that is performed again because it is in doubt has the key
// it had, in a later life too, and one that is begun anew has another.
func TestKey(t *testing.T) {
	t.Parallel()
	s := newStore(newDisk())
	j := create(t, s)
	r := change("2.0:1", "start-rhino.sh")
	r.Recovery = effect.Keyed
	var keys []string
	world := func(res effect.Result) effect.Performer {
		return effect.PerformerFunc(func(_ context.Context, r effect.Request) (effect.Result, error) {
			keys = append(keys, r.Key)
			return res, nil
		})
	}
	lost := effect.Fail(&effect.Error{Kind: effect.Unreachable, Message: "lost", Doubt: true, Transient: true})
	errorAs[*effect.InDoubt](t, j.Performer(world(lost)), r)
	again := r
	again.Resolution = effect.PerformAgain
	errorAs[*effect.InDoubt](t, j.Performer(world(lost)), again)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}

	j = resume(t, s, journal.Life{Tool: "1"})
	errorAs[*effect.InDoubt](t, j.Performer(nothing(t)), r)
	must(t, j.Performer(world(effect.Fail(&effect.Error{Kind: effect.Exit, Message: "exit status 1"}))), again)
	end(t, j, journal.Outcome{State: journal.Failed, Exit: 1, Failed: ids("2.0:1")})

	j = resume(t, s, journal.Life{Tool: "1", Retry: true})
	must(t, j.Performer(world(effect.Result{})), r)
	if diff := cmp.Diff([]string{"2.0:1@1", "2.0:1@1", "2.0:1@1", "2.0:1@3"}, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}
