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
)

func ids(names ...string) []effect.ID {
	list := make([]effect.ID, len(names))
	for i, n := range names {
		list[i] = parseID(n)
	}
	return list
}

// failedRun is a run that failed of effect 2.0:1, a change, and of 2.1:1, a
// poll; 2.2:1 was cancelled by it. It had handled a failure of effect 1.
// Branches 2.0 and 2.3 cleaned up, and so did main.
func failedRun(t *testing.T, lost bool) *journal.Store {
	t.Helper()
	s := newStore(newDisk())
	j := create(t, s)
	fault := fails(effect.Error{Kind: effect.Fault, Message: "no"})
	must(t, j.Performer(fault), read("1", "handled"))
	r := change("2.0:1", "startupNode")
	if lost {
		errorAs[*effect.InDoubt](t, j.Performer(fails(effect.Error{Kind: effect.Timeout, Message: "lost", Doubt: true})), r)
		r.Resolution = effect.GiveUp
	}
	must(t, j.Performer(fault), r)
	must(t, j.Performer(answer("x")), read("2.0/3.cleanup:1", "tidy"), change("2.0/3.cleanup/2.5:1", "tidy"))
	must(t, j.Performer(fails(effect.Error{Kind: effect.Timeout, Message: "too late"})), poll("2.1:1", "booted"))
	must(t, j.Performer(fails(effect.Error{Kind: effect.Cancelled, Message: "cancelled"})), read("2.2:1", "look"))
	must(t, j.Performer(answer("x")), change("2.3:1", "startupNode"), change("2.3/2.cleanup:1", "tidy"), change("9.cleanup:1", "tidy up"))
	end(t, j, journal.Outcome{
		State: journal.Failed, Exit: 1, Error: &effect.Error{Kind: effect.Failed, Message: "3 of 4 failed"},
		Failed: ids("2.0:1", "2.1:1", "2.2:1", "7"), // 7 was refused before it was performed
	})
	return s
}

func TestRetry(t *testing.T) {
	t.Parallel()
	s := failedRun(t, false)
	run := openRun(t, s)
	if run.State != journal.Failed || run.Outcome == nil || run.Outcome.Error.Message != "3 of 4 failed" {
		t.Fatalf("got state %s, outcome %+v", run.State, run.Outcome)
	}
	var refused *journal.NotResumable
	if _, err := run.Resume(journal.Life{}); !errors.As(err, &refused) {
		t.Errorf("Resume without Retry: got %v, want it refused", err)
	}
	fit, err := run.Fit(journal.Life{Retry: true})
	if err != nil {
		t.Fatal(err)
	}
	must(t, fit, read("1", "handled"))
	errorAs[*journal.Edge](t, fit, change("2.0:1", "edited"))
	j, err := run.Resume(journal.Life{Retry: true})
	if err != nil {
		t.Fatal(err)
	}
	p := j.Performer(nothing(t))
	if res := must(t, p, read("1", "handled")); res.Err == nil {
		t.Error("a failure that the script handled: got it forgotten, want it replayed")
	}
	must(t, p, change("2.3:1", "startupNode"), change("2.3/2.cleanup:1", "tidy"))
	p = j.Performer(answer("new"))
	fresh := poll("2.1:1", "booted")
	for _, r := range []effect.Request{change("2.0:1", "edited"), fresh, read("2.2:1", "look"), change("2.0/3.cleanup:1", "other"), read("9.cleanup:1", "other")} {
		if res := must(t, p, r); res.Replayed || res.Value != "new" {
			t.Errorf("%s: got %s, want it performed anew", r.ID, res.Describe())
		}
	}
	if err := j.Missing(); err != nil {
		t.Error(err)
	}
	end(t, j, journal.Outcome{State: journal.Stopped})

	want := journal.Resumed{
		Life: 2, Retried: ids("2.0:1", "2.1:1", "2.2:1", "2.0/3.cleanup:1", "2.0/3.cleanup/2.5:1", "9.cleanup:1"),
	}
	sortIDs(want.Retried)
	rec, err := s.Read("2026")
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range rec.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if r.Resumed != nil {
			sortIDs(r.Resumed.Retried)
			if diff := cmp.Diff(&want, r.Resumed); diff != "" {
				t.Errorf("recorded (-want +got)\n%s", diff)
			}
		}
	}

	// The next life has the new outcomes.
	j = resume(t, s, journal.Life{})
	if res := must(t, j.Performer(nothing(t)), read("1", "handled"), change("2.0:1", "edited")); res.Value != "new" {
		t.Errorf("the life after: got %s, want the new outcome", res.Describe())
	}
}

func sortIDs(list []effect.ID) {
	for i := range list {
		for k := i; k > 0 && strings.Compare(list[k].String(), list[k-1].String()) < 0; k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
}

// A poll that is tried again gets a new deadline.
func TestRetriedPollBeginsAnew(t *testing.T) {
	t.Parallel()
	j := resume(t, failedRun(t, false), journal.Life{Retry: true})
	must(t, j.Performer(answer("x")), read("1", "handled"))
	p := j.Performer(effect.PerformerFunc(func(_ context.Context, r effect.Request) (effect.Result, error) {
		if !r.Begun.IsZero() {
			t.Errorf("got begun %v, want zero", r.Begun)
		}
		return effect.Result{}, nil
	}))
	must(t, p, poll("2.1:1", "booted"))
}

// A change that was given up in doubt is in doubt again.
func TestRetryOfALostChange(t *testing.T) {
	t.Parallel()
	s := failedRun(t, true)
	for range 2 { // as often as it is resumed
		j := resume(t, s, journal.Life{Retry: true})
		p := j.Performer(nothing(t))
		must(t, p, read("1", "handled"))
		r := change("2.0:1", "startupNode")
		doubt := errorAs[*effect.InDoubt](t, p, r)
		if doubt.Since.Before(start) || doubt.Since.After(start.Add(time.Second)) {
			t.Errorf("got doubt since %v, want when it was made", doubt.Since)
		}
		r.Resolution = effect.GiveUp
		must(t, p, r)
		end(t, j, journal.Outcome{State: journal.Failed, Failed: ids("2.0:1")})
	}
}

func TestEditedKeepsFailures(t *testing.T) {
	t.Parallel()
	j := resume(t, failedRun(t, false), journal.Life{Edited: true, Sources: sources})
	p := j.Performer(nothing(t))
	if res := must(t, p, read("1", "handled"), change("2.0:1", "startupNode")); res.Err == nil {
		t.Errorf("got %s, want the failure, which the edited script may handle", res.Describe())
	}
	must(t, j.Performer(answer("x")), read("2.0:2", "goes on"), read("2.0/3.cleanup:1", "tidies otherwise"))
}

func TestScriptsOwnFailure(t *testing.T) {
	t.Parallel()
	s := newStore(newDisk())
	j := create(t, s)
	must(t, j.Performer(answer("x")), read("1", "a"), read("1.cleanup:1", "tidy"))
	end(t, j, journal.Outcome{State: journal.Failed, Exit: 1, Error: &effect.Error{Kind: effect.Failed, Message: "not enough nodes"}})
	run := openRun(t, s)
	var refused *journal.NotResumable
	if _, err := run.Resume(journal.Life{Retry: true}); !errors.As(err, &refused) || !strings.Contains(refused.Hint, "--edited") {
		t.Fatalf("got %v, want it refused with the way out", err)
	}
	j, err := run.Resume(journal.Life{Retry: true, Edited: true, Sources: []journal.Source{{Name: "site.star", Text: []byte("exa = 2\n")}}})
	if err != nil {
		t.Fatal(err)
	}
	must(t, j.Performer(nothing(t)), read("1", "a"))
	must(t, j.Performer(answer("x")), read("2", "b"))
	end(t, j, journal.Outcome{State: journal.Stopped})

	run = openRun(t, s)
	got, err := run.Sources()
	if err != nil || len(got) != 1 || string(got[0].Text) != "exa = 2\n" {
		t.Errorf("Sources() = %q, %v, want those of the edited life", got, err)
	}
	rec, err := s.Read("2026")
	if err == nil {
		got, err = rec.Sources(1)
	}
	if diff := cmp.Diff(sources, got); err != nil || diff != "" {
		t.Errorf("Sources(1): %v (-want +got)\n%s", err, diff)
	}
}

func TestAbandon(t *testing.T) {
	t.Parallel()
	for _, s := range []*journal.Store{failedRun(t, false), func() *journal.Store {
		d := newDisk()
		create(t, newStore(d))
		return newStore(d.Kill())
	}()} {
		if err := openRun(t, s).Abandon(); err != nil {
			t.Fatal(err)
		}
		run := openRun(t, s)
		var refused *journal.NotResumable
		if _, err := run.Resume(journal.Life{Retry: true, Edited: true}); !errors.As(err, &refused) || run.State != journal.Abandoned {
			t.Errorf("Resume of a run that is %s: got %v, want it refused", run.State, err)
		}
		if err := run.Abandon(); !errors.As(err, &refused) {
			t.Errorf("Abandon again: got %v, want it refused", err)
		}
	}
}

// What a script did about a failure that it ended in later is tried again with
// it; but once it changed something, only what failed is.
func TestRetryOfAHandledFailure(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		more    []effect.Request
		retried []string
	}{
		"it only looked":        {nil, []string{"2", "3", "4", "4.0:1"}},
		"it went on to change":  {[]effect.Request{change("5", "startDatabase")}, []string{"2", "3"}},
		"a branch of it did so": {[]effect.Request{change("5.1:1", "startDatabase")}, []string{"2", "3"}},
	} {
		s := newStore(newDisk())
		j := create(t, s)
		must(t, j.Performer(answer("x")), read("1", "look"))
		must(t, j.Performer(fails(effect.Error{Kind: effect.Fault, Message: "no"})), change("2", "startEXAStorage"))
		must(t, j.Performer(fails(effect.Error{Kind: effect.Timeout, Message: "too late"})), poll("3", "OK"))
		must(t, j.Performer(answer("x")), read("4", "look"), read("4.0:1", "look"))
		must(t, j.Performer(answer("x")), tt.more...)
		end(t, j, journal.Outcome{State: journal.Failed, Exit: 1, Error: &effect.Error{Kind: effect.Fault, Message: "no"}, Failed: ids("2")})
		resume(t, s, journal.Life{Retry: true})
		rec, err := s.Read("2026")
		if err != nil {
			t.Fatal(err)
		}
		for r, err := range rec.Records() {
			if err != nil {
				t.Fatal(err)
			}
			if r.Resumed == nil {
				continue
			}
			if diff := cmp.Diff(ids(tt.retried...), r.Resumed.Retried); diff != "" {
				t.Errorf("%s: retried (-want +got)\n%s", name, diff)
			}
		}
	}
}

// An effect that is tried again is performed, and what was recorded after it is
// answered, in its branch and in those around it.
func TestRetryBeforeWhatCounts(t *testing.T) {
	t.Parallel()
	s := newStore(newDisk())
	j := create(t, s)
	fault := fails(effect.Error{Kind: effect.Fault, Message: "no"})
	must(t, j.Performer(answer("old")), read("1", "look"))
	must(t, j.Performer(fault), change("2.0:1", "startupNode"))
	must(t, j.Performer(answer("old")), change("2.0:2", "log"), change("3", "startDatabase"))
	end(t, j, journal.Outcome{State: journal.Failed, Exit: 1, Error: &effect.Error{Kind: effect.Fault, Message: "no"}, Failed: ids("2.0:1")})
	j = resume(t, s, journal.Life{Retry: true})
	must(t, j.Performer(nothing(t)), read("1", "look"))
	for name, want := range map[string]bool{"2.0:1": true, "2.0:2": false, "3": false, "4": false} {
		if got := j.IsNew(parseID(name)); got != want {
			t.Errorf("effect %s is new: got %v, want %v", name, got, want)
		}
	}
	if res := must(t, j.Performer(answer("new")), change("2.0:1", "startupNode")); res.Value != "new" {
		t.Errorf("got %s, want it performed anew", res.Describe())
	}
	must(t, j.Performer(nothing(t)), change("2.0:2", "log"), change("3", "startDatabase"))
	if !j.IsNew(parseID("4")) {
		t.Error("beyond what is recorded: got an effect that is not new")
	}
	if err := j.Missing(); err != nil {
		t.Error(err)
	}
}

// A change that was sent and then refused stays in doubt when it is tried again:
// nobody knows whether it took effect.
func TestRetryOfARefusalInDoubt(t *testing.T) {
	t.Parallel()
	s := newStore(newDisk())
	j := create(t, s)
	r := change("1", "startupNode")
	errorAs[*effect.InDoubt](t, j.Performer(fails(effect.Error{Kind: effect.Timeout, Message: "lost", Doubt: true})), r)
	r.Resolution, r.Refused = effect.PerformAgain, &effect.Error{Kind: effect.Refused, Message: "it burns"}
	must(t, j.Performer(nothing(t)), r)
	end(t, j, journal.Outcome{State: journal.Failed, Exit: 5, Error: r.Refused, Failed: ids("1")})
	j = resume(t, s, journal.Life{Retry: true})
	errorAs[*effect.InDoubt](t, j.Performer(nothing(t)), change("1", "startupNode"))
}
