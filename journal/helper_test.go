package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"runbook/effect"
	"runbook/journal"
	"runbook/journal/journaltest"
)

var start = time.Date(2026, 11, 22, 3, 15, 2, 0, time.UTC)

// newClock is a clock that is a millisecond later each time it is asked.
func newClock() func() time.Time {
	var mu sync.Mutex
	now := start.Add(-time.Millisecond)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Millisecond)
		return now
	}
}

// newStore is a store whose bytes are the same each time.
func newStore(fsys journal.FS) *journal.Store {
	random := make([]byte, 1000)
	for i := range random {
		random[i] = byte(i + 1)
	}
	return &journal.Store{Root: "/state", FS: fsys, Now: newClock(), Inline: 200, Random: bytes.NewReader(random)}
}

var (
	header  = journal.Header{Tool: "1.0", Runbook: "startup.star", World: journal.WorldLive, Systems: []string{"10.0.0.10/cluster1"}}
	sources = []journal.Source{
		{Name: "site.star", Text: []byte("exa = 1\n")},
		{Name: "@runbook//lib/exaoperation.star", Text: []byte("def startup():\n  pass")},
	}
)

func create(t testing.TB, s *journal.Store) *journal.Journal {
	t.Helper()
	j, err := s.Create(header, sources)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func resume(t testing.TB, s *journal.Store, l journal.Life) *journal.Journal {
	t.Helper()
	j, err := openRun(t, s).Resume(l)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// openRun opens the only run of a store.
func openRun(t testing.TB, s *journal.Store) *journal.Run {
	t.Helper()
	r, err := s.Open("2026")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(id, op string, args ...effect.Value) effect.Request {
	return effect.Request{
		ID: parseID(id), Kind: effect.KindXMLRPC, Target: "10.0.0.10/cluster1", Operation: op, Args: args,
		Position: "startup.star:12:5", Step: "start",
	}
}

func change(id, op string, args ...effect.Value) effect.Request {
	r := read(id, op, args...)
	r.Class = effect.Change
	return r
}

// poll is a composite request that the world carries out by calling its body.
func poll(id, what string) effect.Request {
	return effect.Request{
		ID: parseID(id), Kind: effect.KindPoll, Operation: effect.OpPoll, Args: []effect.Value{what, int64(time.Minute)},
		Position: "startup.star:20:9",
		Body: func(_ context.Context, begun time.Time) (effect.Result, error) {
			return effect.Result{Value: effect.Struct{{Name: "begun", Value: begun}}}, nil
		},
	}
}

func parseID(s string) effect.ID {
	branch, number := "", s
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		branch, number = s[:i], s[i+1:]
	}
	id := effect.ID{Branch: branch}
	if _, err := fmt.Sscan(number, &id.Number); err != nil {
		panic(err)
	}
	return id
}

// answer is a world that gives every request the same result.
func answer(v effect.Value) effect.Performer {
	return effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) {
		return effect.Result{Value: v}, nil
	})
}

// fails is a world in which every request ends in the same error.
func fails(e effect.Error) effect.Performer {
	return effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) { return effect.Fail(&e), nil })
}

// nothing is a world that must not be asked.
func nothing(t testing.TB) effect.Performer {
	return effect.PerformerFunc(func(_ context.Context, r effect.Request) (effect.Result, error) {
		t.Errorf("performed %s %s, want nothing performed", r.ID, r.Describe())
		return effect.Result{}, errors.New("performed")
	})
}

// must performs requests that go well and returns the last result.
func must(t testing.TB, p effect.Performer, requests ...effect.Request) effect.Result {
	t.Helper()
	var res effect.Result
	for _, r := range requests {
		var err error
		if res, err = p.Perform(t.Context(), r); err != nil {
			t.Fatalf("%s %s: %v", r.ID, r.Describe(), err)
		}
	}
	return res
}

// errorAs performs a request that ends in an error of type E.
func errorAs[E error](t testing.TB, p effect.Performer, r effect.Request) E {
	t.Helper()
	res, err := p.Perform(t.Context(), r)
	var e E
	if !errors.As(err, &e) {
		t.Fatalf("%s %s: got %s, %v, want an error %T", r.ID, r.Describe(), res.Describe(), err, e)
	}
	return e
}

func end(t testing.TB, j *journal.Journal, o journal.Outcome) {
	t.Helper()
	if err := j.End(o); err != nil {
		t.Fatal(err)
	}
}

// lines are the records of the only run, as people read them.
func lines(t testing.TB, s *journal.Store) []string {
	t.Helper()
	r, err := s.Read("2026")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for rec, err := range r.Records() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rec.Describe())
	}
	return list
}

func newDisk() *journaltest.Disk { return journaltest.NewDisk() }

// content is the journal of the only run, and its name.
func content(t testing.TB, d *journaltest.Disk) (string, []byte) {
	t.Helper()
	runs, err := d.List("/state/runs")
	if err != nil || len(runs) != 1 {
		t.Fatalf("got runs %v, %v, want one", runs, err)
	}
	name := "/state/runs/" + runs[0] + "/journal"
	return name, d.Content(name)
}
