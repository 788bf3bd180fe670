package journal_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
	"runbook/journal"
	"runbook/journal/journaltest"
)

// Both file systems do what [journal.FS] says.
func TestFileSystems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fsys journal.FS
		root string
	}{"disk": {journal.Disk{}, t.TempDir()}, "memory": {journaltest.NewDisk(), "/"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check := func(what string, got, want error) {
				t.Helper()
				if !errors.Is(got, want) {
					t.Errorf("%s: got %v, want %v", what, got, want)
				}
			}
			dir := filepath.Join(c.root, "dir")
			file := filepath.Join(dir, "file")
			_, err := c.fsys.Create(file)
			check("Create in no directory", err, fs.ErrNotExist)
			check("Mkdir", c.fsys.Mkdir(dir), nil)
			check("Mkdir again", c.fsys.Mkdir(dir), fs.ErrExist)
			_, err = c.fsys.Open(file)
			check("Open of nothing", err, fs.ErrNotExist)
			_, err = c.fsys.List(file)
			check("List of nothing", err, fs.ErrNotExist)
			f, err := c.fsys.Create(file)
			check("Create", err, nil)
			_, err = c.fsys.Create(file)
			check("Create again", err, fs.ErrExist)
			_, err = f.Write([]byte("hello "))
			check("Write", err, nil)
			g, err := c.fsys.Append(file)
			check("Append", err, nil)
			_, err = g.Write([]byte("world"))
			check("Write", err, nil)
			b := make([]byte, 20)
			if n, err := f.ReadAt(b, 3); string(b[:n]) != "lo world" || err == nil {
				t.Errorf("ReadAt(3) = %q, %v, want the rest and io.EOF", b[:n], err)
			}
			check("Truncate", f.Truncate(2), nil)
			_, err = g.Write([]byte("y"))
			check("Write", err, nil)
			if n, err := g.Size(); n != 3 || err != nil {
				t.Errorf("Size() = %d, %v, want 3", n, err)
			}
			check("Sync", f.Sync(), nil)
			check("SyncDir", c.fsys.SyncDir(dir), nil)
			check("Close", errors.Join(f.Close(), g.Close()), nil)
			l, err := c.fsys.Lock(file)
			check("Lock", err, nil)
			_, err = c.fsys.Lock(file)
			check("Lock again", err, journal.ErrLocked)
			check("Close", l.Close(), nil)
			l, err = c.fsys.Lock(filepath.Join(dir, "new"))
			check("Lock of a new file", err, nil)
			check("Close", l.Close(), nil)
			names, err := c.fsys.List(dir)
			check("List", err, nil)
			if !cmp.Equal(names, []string{"file", "new"}) {
				t.Errorf("List() = %q", names)
			}
		})
	}
}

func TestOnDisk(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "a", "b")
	s := &journal.Store{Root: root, Now: newClock()}
	j := create(t, s)
	must(t, j.Performer(answer(strings.Repeat("x", 20_000))), read("1", "getNodeList"), change("2", "startupNode"))
	if _, err := s.Open(j.ID()); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("Open of a run that goes on: got %v, want it refused", err)
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	k := resume(t, s, journal.Life{})
	must(t, k.Performer(nothing(t)), read("1", "getNodeList"), change("2", "startupNode"))
	end(t, k, journal.Outcome{State: journal.Done})
}

func TestSources(t *testing.T) {
	t.Parallel()
	odd := []journal.Source{
		{Name: "site.star", Text: []byte("\x00\xff\r\n")},
		{Name: "@runbook//lib/a.star", Text: []byte("same")},
		{Name: "@site//lib/a.star", Text: []byte("same")},
		{Name: "b/a.star", Text: []byte("other")},
		{Name: "../../../etc/passwd", Text: nil},
		{Name: "@x//", Text: []byte("1")},
		{Name: "ü b\n.star", Text: []byte("2")},
		{Name: strings.Repeat("n", 300), Text: []byte("3")},
	}
	for name, c := range map[string]struct {
		fsys journal.FS
		root string
	}{"disk": {journal.Disk{}, t.TempDir()}, "memory": {newDisk(), "/state"}} {
		s := &journal.Store{Root: c.root, FS: c.fsys, Now: newClock()}
		j, err := s.Create(header, odd)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		run := openRun(t, s)
		got, err := run.Sources()
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range odd {
			if got[i].Name != want.Name || !bytes.Equal(got[i].Text, want.Text) {
				t.Errorf("%s: got source %q with %q, want %q with %q", name, got[i].Name, got[i].Text, want.Name, want.Text)
			}
		}
	}
	if _, err := newStore(newDisk()).Create(header, append(odd, odd[0])); err == nil {
		t.Error("a source twice: got no error")
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	s := newStore(newDisk())
	h := journal.Header{
		Tool: "1.0", Runbook: "startup.star", Path: "/srv/startup.star", Site: "@site//site.star", SitePath: "/srv/site.star",
		Params: effect.Struct{{Name: "boot_timeout", Value: "30m"}, {Name: "password", Value: effect.Secret{Env: "PW"}}, {Name: "nodes", Value: []effect.Value{int64(1)}}},
		World:  journal.WorldSimulated, Seed: -7, Systems: []string{"a", "b"},
	}
	j, err := s.Create(h, sources)
	if err != nil {
		t.Fatal(err)
	}
	want := j.Header()
	if want.Run != "20261122-031502-0023" || want.Format != journal.Format || !want.Start.Equal(start) || len(want.Sources) != 2 {
		t.Errorf("got header %+v", want)
	}
	end(t, j, journal.Outcome{State: journal.Done})
	if diff := cmp.Diff(want, openRun(t, s).Header); diff != "" {
		t.Errorf("read back (-want +got)\n%s", diff)
	}
}

// Runs that begin in the same second get ids of their own; with the same
// clock and chance, the same bytes.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	_, first := content(t, example(t))
	_, second := content(t, example(t))
	if !bytes.Equal(first, second) {
		t.Errorf("got two journals\n%s\n%s", first, second)
	}
	s := newStore(newDisk())
	s.Now = func() time.Time { return start }
	s.Random = bytes.NewReader([]byte{1, 1, 1, 1, 2, 2})
	a, b := create(t, s), create(t, s)
	if a.ID() != "20261122-031502-0022" || b.ID() != "20261122-031502-0033" {
		t.Errorf("got ids %s and %s", a.ID(), b.ID())
	}
}

// The order of ids is that of the runs, also within a second.
func TestIDsSortByAge(t *testing.T) {
	t.Parallel()
	s, last := newStore(newDisk()), ""
	for ms := range 1000 {
		s.Random = bytes.NewReader([]byte{byte(31 - ms), byte(-ms)})
		id, err := s.NewID(start.Truncate(time.Second).Add(time.Duration(ms) * time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		if id <= last {
			t.Fatalf("%d ms: got id %s after %s, want a later one", ms, id, last)
		}
		last = id
	}
}

func TestCreateAt(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := newStore(d)
	j, err := s.CreateAt("/somewhere/else/run", header, sources)
	if err != nil {
		t.Fatal(err)
	}
	must(t, j.Performer(answer("x")), change("1", "a"))
	if _, err := s.CreateAt("/somewhere/else/run", header, sources); !errors.Is(err, fs.ErrExist) {
		t.Errorf("in a directory that is there: got %v, want %v", err, fs.ErrExist)
	}
	s = newStore(d.PowerCut(1))
	run, err := s.OpenAt("/somewhere/else/run")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenAt("/nowhere"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenAt of nothing: got %v, want %v", err, fs.ErrNotExist)
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReadAt("/somewhere/else/run"); err != nil {
		t.Error(err)
	}
}

// runs makes five runs: done, failed, stopped, killed, going on.
func runs(t *testing.T) (*journal.Store, []string) {
	t.Helper()
	s := newStore(newDisk())
	now := start
	s.Now = func() time.Time { return now }
	var ids []string
	begin := func(h journal.Header) *journal.Journal {
		now = now.Add(time.Hour)
		j, err := s.Create(h, sources)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, j.ID())
		must(t, j.Performer(answer("x")), read("1", "a"))
		now = now.Add(time.Minute)
		return j
	}
	end(t, begin(header), journal.Outcome{State: journal.Done})
	end(t, begin(header), journal.Outcome{State: journal.Failed, Exit: 4, Error: &effect.Error{Kind: effect.Unreachable, Message: strings.Repeat("far ", 5000)}})
	end(t, begin(header), journal.Outcome{State: journal.Stopped, Exit: 130})
	if err := begin(header).Close(); err != nil {
		t.Fatal(err)
	}
	simulated := header
	simulated.World = journal.WorldSimulated
	if err := begin(simulated).Close(); err != nil {
		t.Fatal(err)
	}
	begin(header)
	return s, ids
}

func TestList(t *testing.T) {
	t.Parallel()
	s, ids := runs(t)
	infos, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range infos {
		if i.Problem != nil || i.Header.Runbook != "startup.star" || i.Last.Before(i.Header.Start) {
			t.Errorf("got %+v", i)
		}
		got = append(got, i.ID+" "+string(i.State)+map[bool]string{true: " live"}[i.Live])
	}
	want := []string{ids[5] + " unfinished live", ids[4] + " unfinished", ids[3] + " unfinished", ids[2] + " stopped", ids[1] + " failed", ids[0] + " done"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("newest first (-want +got)\n%s", diff)
	}
	if o := infos[4].Outcome; o == nil || o.Exit != 4 || len(o.Error.Message) != 20_000 || infos[4].Records != 3 {
		t.Errorf("got outcome %+v of %d records", o, infos[4].Records)
	}
	unfinished, err := s.Unfinished("10.0.0.10/cluster1")
	if err != nil || len(unfinished) != 2 || unfinished[0].ID != ids[3] || unfinished[1].ID != ids[2] {
		t.Errorf("Unfinished() = %+v, %v, want the killed and the stopped run that were live", unfinished, err)
	}
	if other, err := s.Unfinished("10.0.0.11/cluster1"); err != nil || len(other) != 0 {
		t.Errorf("Unfinished of another system = %+v, %v, want none", other, err)
	}
	if empty, err := newStore(newDisk()).List(); err != nil || len(empty) != 0 {
		t.Errorf("List() of a store that is not there = %v, %v, want none", empty, err)
	}
}

func TestOpenByName(t *testing.T) {
	t.Parallel()
	s, ids := runs(t)
	for _, c := range []struct{ which, want, problem string }{
		{"", ids[4], ""},
		{ids[0], ids[0], ""},
		{ids[1][:13], ids[1], ""},
		{ids[2][16:], ids[2], ""},
		{"20261122", "", "got the beginning or end of " + ids[5]},
		{"nothing", "", "got no run of that name"},
	} {
		run, err := s.Open(c.which)
		if c.problem != "" {
			var none *journal.NoSuchRun
			if !errors.As(err, &none) || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("Open(%q): got %v, want %s", c.which, err, c.problem)
			}
			continue
		}
		if err != nil {
			t.Errorf("Open(%q): %v", c.which, err)
			continue
		}
		if run.Header.Run != c.want {
			t.Errorf("Open(%q): got run %s, want %s", c.which, run.Header.Run, c.want)
		}
		if err := run.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := newStore(newDisk()).Open(""); err == nil || err.Error() != "no run is unfinished" {
		t.Errorf("Open of nothing: got %v", err)
	}
	if _, err := s.Open(ids[5]); !errors.Is(err, journal.ErrLocked) || !strings.Contains(err.Error(), "still going on") {
		t.Errorf("Open of a run that goes on: got %v", err)
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	for _, s := range []*journal.Store{newStore(newDisk()), {Root: filepath.Join(t.TempDir(), "state")}} {
		me := journal.Holder{Run: "20261122-031502-k3f9", Runbook: "startup.star", PID: 4711, Host: "admin1", Since: start}
		l, err := s.Lock("10.0.0.10/cluster1", me)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Lock("10.0.0.10/cluster1", journal.Holder{})
		var locked *journal.Locked
		if !errors.As(err, &locked) || !errors.Is(err, journal.ErrLocked) {
			t.Fatalf("a second lock: got %v, want it refused", err)
		}
		want := "10.0.0.10/cluster1: locked by run 20261122-031502-k3f9 of startup.star, process 4711 on admin1, since 2026-11-22T03:15:02Z"
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
		other, err := s.Lock("10.0.0.10_cluster1", me)
		if err != nil {
			t.Errorf("another system: %v", err)
		}
		if err := errors.Join(l.Release(), other.Release()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Lock("10.0.0.10/cluster1", me); err != nil {
			t.Errorf("after its release: %v", err)
		}
	}
}

// A lock dies with its process, and a reader of a run needs none.
func TestReadOfAForeignDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := &journal.Store{Root: dir, Now: newClock()}
	j := create(t, s)
	must(t, j.Performer(answer("x")), read("1", "a"))
	rec, err := s.Read(j.ID())
	if err != nil || !rec.Live || rec.State != journal.Unfinished || rec.Count != 2 {
		t.Errorf("a run that goes on: got %+v, %v", rec, err)
	}
	f, err := os.OpenFile(filepath.Join(j.Dir(), "journal"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"n":3,"k":"outc`); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	if rec, err = s.Read(j.ID()); err != nil || rec.Live || rec.Notice == "" {
		t.Errorf("torn: got %+v, %v", rec, err)
	}
}
