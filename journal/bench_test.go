package journal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"runbook/effect"
	"runbook/journal"
)

// A countingDisk is the operating system's, and counts the syncs of locked
// files, which are the journals.
type countingDisk struct {
	journal.Disk
	syncs atomic.Int64
}

func (d *countingDisk) Lock(name string) (journal.File, error) {
	f, err := d.Disk.Lock(name)
	return &countingFile{f, &d.syncs}, err
}

type countingFile struct {
	journal.File
	syncs *atomic.Int64
}

func (f *countingFile) Sync() error {
	f.syncs.Add(1)
	return f.File.Sync()
}

func benchJournal(b *testing.B, s *journal.Store) *journal.Journal {
	b.Helper()
	if s.Root == "" {
		s.Root = b.TempDir()
	}
	j := create(b, s)
	b.Cleanup(func() { _ = j.Close() })
	return j
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// BenchmarkChangeAlone compares a change with two appends that are synced, in turns.
func BenchmarkChangeAlone(b *testing.B) {
	j := benchJournal(b, &journal.Store{})
	p := j.Performer(answer(nil))
	must(b, p, change("1", "startupNode", "n0011"))
	bare, err := os.OpenFile(filepath.Join(b.TempDir(), "bare"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	line := make([]byte, 230)
	var ours, theirs []time.Duration
	for n := 2; b.Loop(); n++ {
		t := time.Now()
		for range 2 {
			if _, err := bare.Write(line); err != nil {
				b.Fatal(err)
			}
			if err := bare.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		theirs = append(theirs, time.Since(t))
		t = time.Now()
		if _, err := p.Perform(b.Context(), change(strconv.Itoa(n), "startupNode", "n0011")); err != nil {
			b.Fatal(err)
		}
		ours = append(ours, time.Since(t))
	}
	b.ReportMetric(float64(median(ours).Microseconds()), "µs/change")
	b.ReportMetric(float64(median(theirs).Microseconds()), "µs/two-syncs")
	b.ReportMetric(float64(median(ours))/float64(median(theirs)), "ratio")
	if err := bare.Close(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkChangeWithoutSync(b *testing.B) {
	p := benchJournal(b, &journal.Store{NoSync: true}).Performer(answer(nil))
	b.ReportAllocs()
	for n := 1; b.Loop(); n++ {
		if _, err := p.Perform(b.Context(), change(strconv.Itoa(n), "startupNode", "n0011")); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkChanges64 performs 64 changes at the same moment.
func BenchmarkChanges64(b *testing.B) {
	d := &countingDisk{}
	p := benchJournal(b, &journal.Store{FS: d}).Performer(answer(nil))
	must(b, p, change("1", "startupNode"))
	d.syncs.Store(0)
	most, before, many := int64(0), int64(0), 0
	for n := 1; b.Loop(); n++ {
		var wg sync.WaitGroup
		for branch := range 64 {
			wg.Go(func() {
				_, err := p.Perform(b.Context(), change(fmt.Sprintf("2.%d:%d", branch, n), "startupNode", "n0011"))
				if err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		now := d.syncs.Load()
		if now-before > 4 {
			many++
		}
		most, before = max(most, now-before), now
	}
	b.ReportMetric(float64(before)/float64(b.N), "syncs/op")
	b.ReportMetric(float64(most), "most-syncs")
	b.ReportMetric(100*float64(many)/float64(b.N), "%>4-syncs")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*64), "µs/change")
}

func BenchmarkRead(b *testing.B) {
	for _, c := range []struct {
		name string
		s    journal.Store
	}{{"written", journal.Store{}}, {"rehearsed", journal.Store{NoSync: true}}} {
		b.Run(c.name, func(b *testing.B) {
			p := benchJournal(b, &c.s).Performer(answer("running"))
			b.ReportAllocs()
			for n := 1; b.Loop(); n++ {
				if _, err := p.Perform(b.Context(), read(strconv.Itoa(n), "getNodeState", "n0011")); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReplay opens a run of 100,000 effects in 64 branches, a third of
// them changes, and asks for all of them.
func BenchmarkReplay(b *testing.B) {
	const branches, each = 64, 1500
	s := &journal.Store{Root: b.TempDir(), NoSync: true}
	j := create(b, s)
	value := effect.Struct{{Name: "state", Value: "Running"}, {Name: "flags", Value: []effect.Value{int64(1), true, "x"}}}
	var requests []effect.Request
	for n := range each {
		for branch := range branches {
			id := fmt.Sprintf("1.%d:%d", branch, n+1)
			if n%3 == 0 {
				requests = append(requests, change(id, "startupNode", "n0011"))
			} else {
				requests = append(requests, read(id, "getNodeState", "n0011", int64(n)))
			}
		}
	}
	must(b, j.Performer(answer(value)), requests...)
	records := len(requests) + branches*each/3
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var memory uint64
	for b.Loop() {
		b.StopTimer()
		before := heap()
		b.StartTimer()
		run, err := s.Open(j.ID())
		if err != nil {
			b.Fatal(err)
		}
		fit, err := run.Fit(journal.Life{})
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range requests {
			if _, err := fit.Perform(context.Background(), r); err != nil {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		memory = heap() - before
		runtime.KeepAlive(fit)
		if err := run.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(records*b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(memory)/float64(records), "B/record")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkCreate begins a run and ends it, as one that only looks does.
func BenchmarkCreate(b *testing.B) {
	s := &journal.Store{Root: b.TempDir()}
	for b.Loop() {
		j := create(b, s)
		must(b, j.Performer(answer("x")), read("1", "getNodeList"))
		if err := j.End(journal.Outcome{State: journal.Done}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkList(b *testing.B) {
	s := &journal.Store{Root: b.TempDir(), NoSync: true}
	for range 100 {
		end(b, create(b, s), journal.Outcome{State: journal.Done})
	}
	for b.Loop() {
		if _, err := s.List(); err != nil {
			b.Fatal(err)
		}
	}
}
