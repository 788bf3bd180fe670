package journal_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"runbook/effect"
	"runbook/journal"
	"runbook/journal/journaltest"
)

// slowDisk lets a test decide when the sync of a journal ends.
type slowDisk struct {
	*journaltest.Disk
	end chan struct{} // lets a sync end
}

func (d *slowDisk) Lock(name string) (journal.File, error) {
	f, err := d.Disk.Lock(name)
	return &slowFile{f, d}, err
}

type slowFile struct {
	journal.File
	disk *slowDisk
}

func (f *slowFile) Sync() error {
	<-f.disk.end
	return f.File.Sync()
}

// Changes that come while a sync is under way share the next one: 64 at once
// cost two syncs for their intents, and two for their outcomes.
func TestSyncsAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &slowDisk{newDisk(), make(chan struct{})}
		j := create(t, newStore(d))
		const changes = 64
		syncs := 0
		var performing, ended atomic.Int32
		perform := make(chan struct{})
		p := j.Performer(effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) {
			performing.Add(1)
			<-perform
			return effect.Result{}, nil
		}))
		for i := range changes {
			go func() {
				must(t, p, change(fmt.Sprintf("1.%d:1", i), "startupNode"))
				ended.Add(1)
			}()
			synctest.Wait() // each of them waits for a sync now
		}
		until := func(count *atomic.Int32) {
			for synctest.Wait(); count.Load() < changes; synctest.Wait() {
				syncs++
				d.end <- struct{}{}
			}
		}
		until(&performing)
		if syncs > 2 {
			t.Errorf("got %d syncs for %d intents, want at most 2", syncs, changes)
		}
		close(perform)
		until(&ended)
		if syncs > 4 {
			t.Errorf("got %d syncs for %d changes, want at most 4", syncs, changes)
		}
	})
}

func TestLoneChangeCostsTwoSyncs(t *testing.T) {
	t.Parallel()
	d := newDisk()
	j := create(t, newStore(d))
	p := j.Performer(answer(nil))
	must(t, p, change("1", "startupNode")) // it also syncs the sources
	syncs, ops := d.Syncs(), d.Ops()
	must(t, p, change("2", "startupNode"))
	if d.Syncs()-syncs != 2 || d.Ops()-ops != 4 {
		t.Errorf("got %d syncs among %d operations, want 2 among 4: a write and a sync each for intent and outcome", d.Syncs()-syncs, d.Ops()-ops)
	}
}

// A write or a sync that fails ends the journal: nothing is tried again, and
// nothing performed.
func TestFailureEndsTheJournal(t *testing.T) {
	t.Parallel()
	d := newDisk()
	j := create(t, newStore(d))
	p := j.Performer(answer(nil))
	must(t, p, change("1", "startupNode"))
	for at := 1; at <= 4; at++ {
		d := newDisk()
		j := create(t, newStore(d))
		must(t, j.Performer(answer(nil)), change("1", "startupNode"))
		d.FailAt(d.Ops() + at)
		if _, err := j.Performer(answer(nil)).Perform(t.Context(), change("2", "startupNode")); !errors.Is(err, journaltest.ErrFailed) {
			t.Fatalf("operation %d fails: got %v, want %v", at, err, journaltest.ErrFailed)
		}
		ops := d.Ops()
		for _, r := range []effect.Request{change("3", "startupNode"), read("3", "getNodeList"), poll("3", "booted")} {
			world := nothing(t)
			if r.Class == effect.Read && r.Body == nil {
				world = answer(nil) // a read may be performed before it is known that it cannot be recorded
			}
			if _, err := j.Performer(world).Perform(t.Context(), r); !errors.Is(err, journaltest.ErrFailed) {
				t.Errorf("%s after operation %d failed: got %v, want %v", r.Describe(), at, err, journaltest.ErrFailed)
			}
		}
		if err := j.End(journal.Outcome{State: journal.Done}); !errors.Is(err, journaltest.ErrFailed) {
			t.Errorf("End after operation %d failed: got %v, want %v", at, err, journaltest.ErrFailed)
		}
		if d.Ops() != ops {
			t.Errorf("got %d more operations after operation %d failed, want none", d.Ops()-ops, at)
		}
		k := resume(t, newStore(d), journal.Life{}) // it gave the lock back
		must(t, k.Performer(nothing(t)), change("1", "startupNode"))
	}
}

func TestNoSync(t *testing.T) {
	t.Parallel()
	d := newDisk()
	s := newStore(d)
	s.NoSync = true
	j := create(t, s)
	p := j.Performer(answer(nil))
	ops := d.Ops()
	for i := range 50 {
		must(t, p, change(fmt.Sprint(i+1), "startupNode"))
	}
	if d.Ops() != ops {
		t.Errorf("got %d operations for 50 changes, want none before the end", d.Ops()-ops)
	}
	end(t, j, journal.Outcome{State: journal.Done})
	if d.Syncs() != 0 {
		t.Errorf("got %d syncs, want none", d.Syncs())
	}
	if got := lines(t, s); len(got) != 102 {
		t.Errorf("got %d records, want 102", len(got))
	}
}
