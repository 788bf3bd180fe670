package journal_test

import (
	"errors"
	"strings"
	"testing"

	"runbook/effect"
	"runbook/journal"
)

// recorded makes a run that performed the requests and was then killed, and
// opens it again.
func recorded(t *testing.T, requests ...effect.Request) *journal.Run {
	t.Helper()
	d := newDisk()
	j := create(t, newStore(d))
	must(t, j.Performer(answer("x")), requests...)
	return openRun(t, newStore(d.Kill()))
}

func TestDivergence(t *testing.T) {
	t.Parallel()
	// The main branch forks at 2 and 4; branch 2.1 cleans up, and so does main.
	run := []effect.Request{
		change("1", "stop", "db"),
		read("2.0:1", "state", int64(0)), read("2.1:1", "state", int64(1)), change("2.1:2", "kill"), read("2.1/1.cleanup:1", "tidy"),
		read("3", "list"),
		read("4.0:1", "state"), read("4.0/2.0:1", "deep"),
		read("1.cleanup:1", "tidy up"),
	}
	for _, c := range []struct {
		name  string
		asked string // numbers of run that are replayed first
		r     effect.Request
		want  string // what the divergence says; "" for none
	}{
		{"another operation", "", change("1", "start", "db"), `effect 1 differs from the journal in its operation: record 2 has 10.0.0.10/cluster1 stop("db") (a change), startup.star:12:5; the script asks for 10.0.0.10/cluster1 start("db") (a change), startup.star:12:5`},
		{"another argument", "", change("1", "stop", "db2"), `differs from the journal in its argument 1`},
		{"more arguments", "", change("1", "stop", "db", nil), `differs from the journal in its number of arguments`},
		{"fewer arguments", "", change("1", "stop"), `differs from the journal in its number of arguments`},
		{"another class", "", read("1", "stop", "db"), `differs from the journal in its class`},
		{"another target", "", effect.Request{ID: parseID("1"), Kind: effect.KindXMLRPC, Operation: "stop"}, `differs from the journal in its target`},
		{"another kind", "", effect.Request{ID: parseID("1"), Kind: effect.KindClock}, `differs from the journal in its kind`},
		{"skipped in its branch", "", read("2", "list"), `effect 1 missing: record 2 has 10.0.0.10/cluster1 stop("db") (a change), startup.star:12:5; the script asks for 10.0.0.10/cluster1 list(), startup.star:12:5`},
		{"skipped above", "", read("2.0:1", "state", int64(0)), `effect 1 missing`},
		{"skipped far above", "", read("2.0/3.0:1", "state"), `effect 1 missing`},
		{"a branch left out", "012", read("3", "list"), `effect 2.1:2 missing`},
		{"a cleanup left out", "0123", read("3", "list"), `effect 2.1/1.cleanup:1 missing`},
		{"an effect where branches were", "0", read("2", "list"), `effect 2 extra: record 4 goes on with effect 2.0:1`},
		{"branches where an effect was", "01234", read("3.0:1", "state"), `effect 3 missing`},
		{"more in a branch that had ended", "01", read("2.0:2", "state"), `effect 2.0:2 extra: record 9 goes on with effect 3`},
		{"more below a branch that had ended", "01", read("2.0/2.0:1", "state"), `effect 2.0/2.0:1 extra: record 9 goes on with effect 3`},
		{"a branch that was not there", "0", read("2.2:1", "state", int64(2)), `effect 2.2:1 extra: record 9 goes on with effect 3`},
		{"more before a cleanup", "012345", read("4", "list"), `effect 4 extra: record 10 goes on with effect 4.0:1`},
		{"more in a branch before its cleanup", "012 3", read("2.1:3", "list"), `effect 2.1:3 extra: record 8 goes on with effect 2.1/1.cleanup:1`},
		{"more in main before its cleanup", "01234567", read("5", "list"), `effect 5 extra: record 12 goes on with effect 1.cleanup:1`},
		{"a cleanup too early", "012345", read("1.cleanup:1", "tidy up"), `effect 4.0:1 missing`},
		{"an inner cleanup too early", "012", read("2.1/1.cleanup:1", "tidy"), `effect 2.1:2 missing`},
		{"more at the end", "012345678", read("1.cleanup:2", "tidy up"), ""},
		{"branches in another order", "0234 1 5678", read("5", "list"), ""},
		{"branches of a cleanup", "01234567", read("1.cleanup/2.0:1", "x"), `effect 1.cleanup:1 missing`},
		{"deep before its sibling", "012345 67 8", read("4.1:1", "x"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j, err := recorded(t, run...).Resume(journal.Life{})
			if err != nil {
				t.Fatal(err)
			}
			replay := j.Performer(nothing(t))
			for _, i := range strings.ReplaceAll(c.asked, " ", "") {
				must(t, replay, run[i-'0'])
			}
			if c.want == "" {
				must(t, j.Performer(answer("new")), c.r)
				return
			}
			if got := errorAs[*journal.Divergence](t, replay, c.r); !strings.Contains(got.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", got, c.want)
			}
			// Nothing is performed from now on, wherever.
			if res, err := replay.Perform(t.Context(), read("4.9:1", "anything")); err == nil {
				t.Errorf("after a divergence: got %s, want an error", res.Describe())
			}
		})
	}
}

// Once one branch has diverged, no branch performs anything.
func TestDivergenceStopsAllBranches(t *testing.T) {
	t.Parallel()
	j, err := recorded(t, read("1.0:1", "a"), read("1.1:1", "b")).Resume(journal.Life{})
	if err != nil {
		t.Fatal(err)
	}
	replay := j.Performer(nothing(t))
	errorAs[*journal.Divergence](t, replay, read("1.0:1", "edited"))
	must(t, replay, read("1.1:1", "b"))
	for _, r := range []effect.Request{read("1.1:2", "c"), change("1.1:2", "d"), poll("1.2:1", "e")} {
		errorAs[*journal.Divergence](t, replay, r)
	}
}

func TestPollMayWaitLonger(t *testing.T) {
	t.Parallel()
	run := recorded(t, poll("1", "booted"))
	j, err := run.Resume(journal.Life{})
	if err != nil {
		t.Fatal(err)
	}
	longer := poll("1", "booted")
	longer.Args = []effect.Value{"booted", int64(17)}
	must(t, j.Performer(nothing(t)), longer)
}

func TestMissingAtTheEnd(t *testing.T) {
	t.Parallel()
	requests := []effect.Request{read("1", "a"), read("2.0:1", "b"), read("2.1:1", "c"), read("3", "d")}
	for n := range len(requests) + 1 {
		j, err := recorded(t, requests...).Resume(journal.Life{})
		if err != nil {
			t.Fatal(err)
		}
		must(t, j.Performer(nothing(t)), requests[:n]...)
		var d *journal.Divergence
		missing := errors.As(j.Missing(), &d)
		if missing != (n < len(requests)) {
			t.Errorf("asked for %d of %d: got missing %v", n, len(requests), j.Missing())
		}
		if missing && (d.Name != journal.Missing || d.ID != requests[n].ID || d.Asked != nil) {
			t.Errorf("asked for %d: got %v, want effect %s missing", n, d, requests[n].ID)
		}
		if asked, total := j.Replay(); asked != n || total != len(requests) {
			t.Errorf("Replay() = %d, %d, want %d, %d", asked, total, n, len(requests))
		}
	}
}

func TestReplaying(t *testing.T) {
	t.Parallel()
	requests := []effect.Request{read("1", "a"), read("2.0:1", "b"), read("2.1:1", "c"), read("2.1:2", "d"), read("3", "e"), read("4.0:1", "f")}
	j, err := recorded(t, requests...).Resume(journal.Life{})
	if err != nil {
		t.Fatal(err)
	}
	p := j.Performer(nothing(t))
	for i, want := range []string{
		"main 2.0 2.1 2.7", // before the first effect, wherever
		"main 2.0 2.1 2.7",
		"main 2.0 2.1 2.7", // 2.0 has no effect left, but main had gone on
		"main 2.0 2.1 2.7",
		"main 2.0 2.1 2.7",
		"main", // 4.0 is still to come
		"",
	} {
		if i > 0 {
			must(t, p, requests[i-1])
		}
		var got []string
		for _, branch := range []string{"", "2.0", "2.1", "2.7"} {
			if j.Replaying(branch) {
				got = append(got, map[string]string{"": "main"}[branch]+branch)
			}
		}
		if i == 5 {
			got = got[:1] // the branches of 2 have ended: nobody asks
		}
		if strings.Join(got, " ") != want {
			t.Errorf("after %d effects: replaying %q, want %q", i, got, want)
		}
	}
}

func TestNotesAreNotRepeated(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := newStore(d)
	j := create(t, s)
	say := func(j *journal.Journal, text string) {
		t.Helper()
		if err := j.Note(journal.Note{Kind: "log", Text: text, Step: "start", Position: "startup.star:3:1"}); err != nil {
			t.Fatal(err)
		}
	}
	say(j, "one")
	must(t, j.Performer(answer("x")), read("1", "a"))
	say(j, "two")
	s = newStore(d.Kill())
	j = resume(t, s, journal.Life{})
	say(j, "one")
	must(t, j.Performer(nothing(t)), read("1", "a"))
	say(j, "three "+strings.Repeat("long ", 100))
	end(t, j, journal.Outcome{State: journal.Done})
	want := []string{
		"run 20261122-031502-0023 of startup.star, live", "log one", `outcome 1 10.0.0.10/cluster1 a() = "x"`, "log two", "resumed",
		"log three " + strings.Repeat("long ", 100), "done",
	}
	if got := lines(t, s); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	requests := []effect.Request{read("1", "a"), read("2.0:1", "b"), read("2.1:1", "c"), read("3", "d")}
	run := recorded(t, requests...)
	fit := func() *journal.Fit {
		t.Helper()
		f, err := run.Fit(journal.Life{Edited: true})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := fit()
	must(t, f, requests...)
	edge := errorAs[*journal.Edge](t, f, change("4", "e"))
	if want := "the journal ends before 10.0.0.10/cluster1 e() (a change), startup.star:12:5"; edge.Error() != want {
		t.Errorf("got %v, want %s", edge, want)
	}
	if fitted, total := f.Fitted(); fitted != 4 || total != 4 || f.First() != nil {
		t.Errorf("Fitted() = %d, %d, First() = %v, want all 4 and no mismatch", fitted, total, f.First())
	}

	f = fit() // as often as one likes
	must(t, f, requests[0])
	errorAs[*journal.Divergence](t, f, read("2.1:1", "edited"))
	errorAs[*journal.Divergence](t, f, read("2.0:1", "edited"))
	if fitted, _ := f.Fitted(); fitted != 1 || f.First() == nil || f.First().ID != parseID("2.0:1") {
		t.Errorf("Fitted() = %d, First() = %v, want 1 and the mismatch at 2.0:1, which is first in the journal", fitted, f.First())
	}
	if err := f.Missing(); err == nil {
		t.Error("Missing() of a fit that did not ask for all: got none")
	}
	j, err := run.Resume(journal.Life{})
	if err != nil {
		t.Fatal(err)
	}
	must(t, j.Performer(nothing(t)), requests...)
}

// A run that is done can be replayed to prove that its runbook still does the same.
func TestFitOfADoneRun(t *testing.T) {
	t.Parallel()
	s := newStore(newDisk())
	j := create(t, s)
	must(t, j.Performer(answer("x")), read("1", "a"))
	end(t, j, journal.Outcome{State: journal.Done})
	run := openRun(t, s)
	f, err := run.Fit(journal.Life{})
	if err != nil {
		t.Fatal(err)
	}
	must(t, f, read("1", "a"))
	extra := errorAs[*journal.Divergence](t, f, change("2", "b"))
	if want := "effect 2 extra: record 3 is the end of the run; the script asks for 10.0.0.10/cluster1 b() (a change), startup.star:12:5"; extra.Error() != want {
		t.Errorf("got %v, want %s", extra, want)
	}
	if err := f.Missing(); err != nil {
		t.Error(err)
	}
	var refused *journal.NotResumable
	if _, err := run.Resume(journal.Life{Retry: true, Edited: true}); !errors.As(err, &refused) {
		t.Errorf("Resume of a done run: got %v, want it refused", err)
	}
}
