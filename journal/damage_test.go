package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"runbook/effect"
	"runbook/journal"
	"runbook/journal/journaltest"
)

// example makes a journal that has every kind of record, and gives its disk.
func example(t testing.TB) *journaltest.Disk {
	t.Helper()
	d := newDisk()
	s := newStore(d)
	named := header
	named.Run = "20261122-031502-bcde"
	j, err := s.Create(named, sources)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Note(journal.Note{Kind: "step", Text: "start", Step: "start"}); err != nil {
		t.Fatal(err)
	}
	must(t, j.Performer(answer([]effect.Value{"n0011", "n0012"})), read("1", "getNodeList"))
	r := change("2.0:1", "startupNode", "n0011")
	errorAs[*effect.InDoubt](t, j.Performer(fails(effect.Error{Kind: effect.Timeout, Message: "no answer", Doubt: true})), r)
	r.Resolution = effect.WasDone
	must(t, j.Performer(nothing(t)), r)
	must(t, j.Performer(answer("ok")), change("2.1:1", "startupNode", "n0012"), poll("3", "all are up"))
	gate := effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) {
		return effect.Result{}, &effect.NotPerformed{Err: effect.ErrStopped}
	})
	_, _ = j.Performer(gate).Perform(t.Context(), change("4", "startEXAStorage"))
	must(t, j.Performer(fails(effect.Error{Kind: effect.Fault, Message: "no"})), change("4", "startEXAStorage"))
	end(t, j, journal.Outcome{State: journal.Failed, Exit: 1, Failed: ids("4"), Error: &effect.Error{Kind: effect.Fault, Message: "no"}})
	j = resume(t, s, journal.Life{Tool: "1.1", Retry: true})
	p := j.Performer(answer("ok"))
	must(t, p, read("1", "getNodeList"), change("2.0:1", "startupNode", "n0011"), change("2.1:1", "startupNode", "n0012"), poll("3", "all are up"))
	must(t, p, change("4", "startEXAStorage"), read("5", "getServiceState", strings.Repeat("x", 300)))
	end(t, j, journal.Outcome{State: journal.Done})
	return d
}

// records reads the journal of a disk; the records before an error stay.
func records(d *journaltest.Disk) (list []journal.Record, notice string, err error) {
	r, err := newStore(d).Read("2026")
	if err != nil {
		return nil, "", err
	}
	for rec, err := range r.Records() {
		if err != nil {
			return nil, "", err
		}
		list = append(list, rec)
	}
	return list, r.Notice, nil
}

var ignoreFuncs = cmpopts.IgnoreFields(effect.Request{}, "Body")

// A journal cut at any byte is read up to its last whole record, or refused if
// nothing whole is left.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	d := example(t)
	name, whole := content(t, d)
	want, _, err := records(d)
	if err != nil {
		t.Fatal(err)
	}
	for size := range len(whole) {
		d.SetContent(name, whole[:size])
		left := bytes.Count(whole[:size], []byte{'\n'})
		got, notice, err := records(d)
		if left == 0 {
			var damaged *journal.Damaged
			if !errors.As(err, &damaged) {
				t.Fatalf("cut at %d, within the header: got %v, want it refused", size, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		if !reflect.DeepEqual(want[:left], got) {
			t.Fatalf("cut at %d (-want +got)\n%s", size, cmp.Diff(want[:left], got, ignoreFuncs))
		}
		if torn := whole[size-1] != '\n'; torn != (notice != "") {
			t.Fatalf("cut at %d: got notice %q, want one: %v", size, notice, torn)
		}
		run := openRun(t, newStore(d))
		if run.State == journal.Done {
			t.Fatalf("cut at %d: got a run that is done", size)
		}
		j, err := run.Resume(journal.Life{Retry: true})
		if err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		if _, err := j.Performer(answer("ok")).Perform(t.Context(), read("1", "getNodeList")); err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		end(t, j, journal.Outcome{State: journal.Stopped})
		if after, _, err := records(d); err != nil || len(after) < left+2 {
			t.Fatalf("cut at %d and resumed: got %d records, %v, want more than %d", size, len(after), err, left+1)
		}
	}
}

// A journal with any byte changed is refused, except that its last record may
// be dropped. What is read is what was written.
func TestFlipAnywhere(t *testing.T) {
	t.Parallel()
	d := example(t)
	name, whole := content(t, d)
	want, _, err := records(d)
	if err != nil {
		t.Fatal(err)
	}
	last := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for i, b := range whole {
		for _, flipped := range []byte{b ^ 1, b ^ 0x20, b ^ 0xff, 0, '\n'} {
			if flipped == b {
				continue
			}
			bad := bytes.Clone(whole)
			bad[i] = flipped
			d.SetContent(name, bad)
			got, _, err := records(d)
			switch {
			case err == nil && i < last:
				t.Fatalf("byte %d changed from %q to %q: got no error", i, b, flipped)
			case err == nil:
				if !reflect.DeepEqual(want[:len(want)-1], got) {
					t.Fatalf("byte %d changed from %q to %q (-want +got)\n%s", i, b, flipped, cmp.Diff(want, got, ignoreFuncs))
				}
			case !isTyped(err):
				t.Fatalf("byte %d changed from %q to %q: got %v, want a typed error", i, b, flipped, err)
			}
			if info := list(t, d); i >= last && (info.Problem == nil) != (err == nil) || info.Problem == nil && i >= last && info.State != journal.Unfinished {
				t.Fatalf("byte %d changed from %q to %q: listed as %s, %v, and read with %v", i, b, flipped, info.State, info.Problem, err)
			}
		}
	}
}

func isTyped(err error) bool {
	var d *journal.Damaged
	var f *journal.UnknownFormat
	return errors.As(err, &d) || errors.As(err, &f)
}

func list(t testing.TB, d *journaltest.Disk) journal.Info {
	t.Helper()
	infos, err := newStore(d).List()
	if err != nil || len(infos) != 1 {
		t.Fatalf("List() = %v, %v, want one run", infos, err)
	}
	return infos[0]
}

// Lines that are removed, repeated, swapped or taken from another run are found.
func TestEditedLines(t *testing.T) {
	t.Parallel()
	d := example(t)
	name, whole := content(t, d)
	lines := strings.SplitAfter(strings.TrimSuffix(string(whole), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	for i := range len(lines) - 1 {
		removed := strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")
		doubled := strings.Join(lines[:i+1], "") + strings.Join(lines[i:], "")
		swapped := strings.Join(lines[:i], "") + lines[i+1] + lines[i] + strings.Join(lines[i+2:], "")
		empty := strings.Join(lines[:i], "") + "\n" + strings.Join(lines[i:], "")
		for what, text := range map[string]string{"removed": removed, "doubled": doubled, "swapped": swapped, "an empty line put before": empty} {
			d.SetContent(name, []byte(text))
			_, _, err := records(d)
			var damaged *journal.Damaged
			if !errors.As(err, &damaged) {
				t.Errorf("record %d %s: got %v, want it refused", i+1, what, err)
				continue
			}
			if i > 0 && damaged.Offset < int64(len(strings.Join(lines[:i], ""))) {
				t.Errorf("record %d %s: got damage at byte %d, too early", i+1, what, damaged.Offset)
			}
		}
	}
}

func TestOddFiles(t *testing.T) {
	t.Parallel()
	d := example(t)
	name, whole := content(t, d)
	first, _, _ := strings.Cut(string(whole), "\n")
	for _, c := range []struct {
		what, text, want string
	}{
		{"empty", "", "got an empty file, want a header"},
		{"one newline", "\n", "got an empty file"},
		{"zeros", strings.Repeat("\x00", 1000), "got no whole header"},
		{"many zeros", strings.Repeat("\x00", 3<<20), "got a line of more than 1048576 bytes"},
		{"something else", "PK\x03\x04\n", "got something else than the header of a journal"},
		{"a newer version", `{"n":1,"k":"header","format":7,"what":"ever"}` + "\n", "got format version 7, want 1 to 1"},
		{"no version", `{"n":1,"k":"header","format":"x"}` + "\n", "got something else"},
		{"a header of zeros", first[:200] + strings.Repeat("\x00", 100) + "\n", "got no whole header"},
		{"a huge line", string(whole) + strings.Repeat("x", 3<<20) + "\n", "got a line of more than 1048576 bytes"},
		{"a huge tail", string(whole) + strings.Repeat("x", 3<<20), "got a line of more than 1048576 bytes"},
		{"zeros behind", string(whole) + strings.Repeat("\x00", 5000), ""},
		{"zeros in the middle", string(whole[:len(whole)/2]) + "\x00\x00" + string(whole[len(whole)/2+2:]), "checksum"},
	} {
		d.SetContent(name, []byte(c.text))
		_, notice, err := records(d)
		if c.want == "" {
			if err != nil || notice == "" {
				t.Errorf("%s: got %v, notice %q, want it dropped with a notice", c.what, err, notice)
			}
			continue
		}
		if err == nil || !isTyped(err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.what, err, c.want)
		}
	}
	d.SetContent(name, append(whole, "x\n"...))
	if _, _, err := records(d); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("at byte %d", len(whole))) {
		t.Errorf("a bad line at the end: got %v, want its byte", err)
	}
}

// Records that are whole but cannot stand where they do are refused.
func TestRecordsThatDoNotFit(t *testing.T) {
	t.Parallel()
	const (
		head    = `"k":"header","format":1,"run":"x","start":"2026-11-22T03:15:02Z","params":{},"systems":[],"world":"live","sources":[]`
		intent  = `"k":"intent","id":"1","t":"2026-11-22T03:15:02Z","kind":"xmlrpc","op":"start","class":"change"`
		begin   = `"k":"begin","id":"1","t":"2026-11-22T03:15:02Z","kind":"clock","op":"wait"`
		outcome = `"k":"outcome","id":"1","t":"2026-11-22T03:15:02Z","kind":"xmlrpc","op":"start"`
		drawn   = `"k":"withdrawn","id":"1","t":"2026-11-22T03:15:02Z"`
		end     = `"k":"end","t":"2026-11-22T03:15:02Z","state":"stopped"`
		resumed = `"k":"resumed","t":"2026-11-22T03:15:02Z","life":2`
	)
	for _, c := range []struct {
		want    string // "" if they fit
		records []string
	}{
		{"", []string{head, intent, outcome, end, resumed, end}},
		{"", []string{head, intent, intent, drawn, drawn, intent, outcome}},
		{"", []string{head, begin, outcome}},
		{"", []string{head, outcome, end, resumed + `,"retried":["1"]`, outcome}},
		{"", []string{head, intent, outcome, resumed + `,"reopened":["1"]`, outcome}},
		{"got outcome of effect 1", []string{head, outcome, outcome}},
		{"got intent of effect 1", []string{head, outcome, intent}},
		{"got begin of effect 1", []string{head, intent, begin}},
		{"got begin of effect 1", []string{head, begin, begin}},
		{"got withdrawn of effect 1", []string{head, drawn}},
		{"got withdrawn of effect 1", []string{head, outcome, drawn}},
		{"got outcome, want nothing after the end", []string{head, end, outcome}},
		{"got end, want nothing after the end", []string{head, end, end}},
		{"got life 2 of the run, want 3", []string{head, resumed, resumed}},
		{"got effect 1 to try again", []string{head, resumed + `,"retried":["1"]`}},
		{"got effect 1 to try again", []string{head, intent, resumed + `,"retried":["1"]`}},
		{"got effect 1 in doubt again", []string{head, begin, resumed + `,"reopened":["1"]`}},
		{`got "dance", want a kind of record`, []string{head, strings.Replace(outcome, "outcome", "dance", 1)}},
		{"not a record of this format", []string{head, strings.Replace(outcome, `"1"`, `"x"`, 1)}},
		{"not a record of this format", []string{head, strings.Replace(outcome, `"1"`, `"0"`, 1)}},
		{"not a record of this format", []string{head, strings.Replace(outcome, `"1"`, `"99999999999"`, 1)}},
		{"not a record of this format", []string{head + `,"seed":"x"}`}},
		{"got seed", []string{head + `,"seed":"x"`}},
	} {
		d := example(t)
		name, _ := content(t, d)
		var b strings.Builder
		for i, r := range c.records {
			fmt.Fprintf(&b, `{"n":%d,%s,"crc":"00000000"}`+"\n", i+1, r)
		}
		d.SetContent(name, journaltest.Seal([]byte(b.String())))
		_, _, err := records(d)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !isTyped(err)) {
			t.Errorf("%s\ngot %v, want %q", b.String(), err, c.want)
		}
	}
}

// A value's file that is lost is damage, unless a power cut may have lost it.
func TestLostValues(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("boot\n", 100)
	for _, next := range []string{"", "done", "lost"} {
		synced := next != ""
		d := newDisk()
		j := create(t, newStore(d))
		must(t, j.Performer(answer(long)), read("1", "getNodeList"), read("2", "log"))
		switch next {
		case "done":
			must(t, j.Performer(answer(nil)), change("3", "startupNode"))
		case "lost":
			errorAs[*effect.InDoubt](t, j.Performer(fails(effect.Error{Doubt: true})), change("3", "startupNode"))
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		runs, _ := d.List("/state/runs")
		values := "/state/runs/" + runs[0] + "/values/"
		files, err := d.List(values)
		if err != nil || len(files) != 1 {
			t.Fatalf("got files %v, %v, want one for both values", files, err)
		}
		for _, lose := range []func(){
			func() { d.SetContent(values+files[0], []byte(long[:100])) },
			func() { d.SetContent(values+files[0], []byte("other")) },
			func() { d.Remove(values + files[0]) },
		} {
			lose()
			run := openRun(t, newStore(d))
			if !synced {
				if !strings.Contains(run.Notice, "lost when the power went") || run.Header.Run == "" {
					t.Errorf("got notice %q, want what was lost", run.Notice)
				}
				j, err := run.Resume(journal.Life{})
				if err != nil {
					t.Fatal(err)
				}
				must(t, j.Performer(answer(long)), read("1", "getNodeList"))
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
				continue
			}
			j, err := run.Resume(journal.Life{})
			if err != nil {
				t.Fatal(err)
			}
			damaged := errorAs[*journal.Damaged](t, j.Performer(nothing(t)), read("1", "getNodeList"))
			if damaged.Record != 2 {
				t.Errorf("got %v, want record 2", damaged)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A journal written while each source still had a file of its own.
func TestSourcesInTheirOwnFiles(t *testing.T) {
	t.Parallel()
	s := &journal.Store{}
	r, err := s.ReadAt("testdata/v1-sources")
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Sources(1)
	if diff := cmp.Diff(sources, got); err != nil || diff != "" {
		t.Errorf("Sources(1): %v (-want +got)\n%s", err, diff)
	}
}

// Many large values at once are all durable before the change behind them.
func TestManyLargeValues(t *testing.T) {
	t.Parallel()
	d := newDisk()
	j := create(t, newStore(d))
	const many = 200
	for i := range many {
		must(t, j.Performer(answer(strings.Repeat(fmt.Sprint(i, " "), 100))), read(fmt.Sprint(i+1), "log"))
	}
	must(t, j.Performer(answer(nil)), change(fmt.Sprint(many+1), "startupNode"))
	k := resume(t, newStore(d.PowerCut(1)), journal.Life{})
	for i := range many {
		if res := must(t, k.Performer(nothing(t)), read(fmt.Sprint(i+1), "log")); res.Value != strings.Repeat(fmt.Sprint(i, " "), 100) {
			t.Errorf("value %d: got %s", i, res.Describe())
		}
	}
}

func TestLostSources(t *testing.T) {
	t.Parallel()
	d := newDisk()
	j := create(t, newStore(d))
	file := j.Dir() + "/" + j.Header().Sources[0].File
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	run := openRun(t, newStore(d))
	for _, edited := range []string{"", "edited", strings.Replace(string(d.Content(file)), "exa = 1", "exa = 2", 1)} {
		d.SetContent(file, []byte(edited))
		var damaged *journal.Damaged
		if _, err := run.Sources(); !errors.As(err, &damaged) || !strings.Contains(err.Error(), "site.star") {
			t.Errorf("edited to %q: got %v, want it refused", edited, err)
		}
	}
	d.Remove(file)
	if _, err := run.Sources(); err == nil || !strings.Contains(err.Error(), "site.star") {
		t.Errorf("a lost source: got %v, want it named", err)
	}
}

// FuzzReader: whatever bytes a journal has, reading it ends, and what it gives
// can be read again.
func FuzzReader(f *testing.F) {
	d := example(f)
	name, whole := content(f, d)
	f.Add(whole)
	for _, n := range []int{1, 2, 3, 5, 9} {
		f.Add(whole[:len(whole)*n/10])
		f.Add(bytes.Replace(whole, []byte(`"k":"outcome"`), []byte(`"k":"intent"`), n))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d.SetContent(name, journaltest.Seal(text))
		got, _, err := records(d)
		info := list(t, d)
		if err != nil {
			if !isTyped(err) {
				t.Fatalf("got %v, want a typed error", err)
			}
			return
		}
		if len(got) == 0 {
			t.Fatal("got no records and no error")
		}
		if info.Problem == nil && info.Header.Run != got[0].Header.Run {
			t.Fatalf("listed as run %q, read as %q", info.Header.Run, got[0].Header.Run)
		}
		run, err := newStore(d).Open("2026")
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		fit, err := run.Fit(journal.Life{Retry: true})
		if err != nil {
			return
		}
		for _, rec := range got {
			if rec.Kind == journal.KindOutcome {
				_, _ = fit.Perform(t.Context(), rec.Request)
			}
		}
	})
}
