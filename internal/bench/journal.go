package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"runbook/effect"
	"runbook/journal"
)

// counting is the disk, and counts the syncs of the journal's file.
type counting struct {
	journal.Disk
	syncs atomic.Int64
}

// Lock opens the journal's file.
func (d *counting) Lock(name string) (journal.File, error) {
	f, err := d.Disk.Lock(name)
	if err != nil {
		return nil, err
	}
	return &countedFile{f, &d.syncs}, nil
}

type countedFile struct {
	journal.File
	syncs *atomic.Int64
}

// Sync counts.
func (f *countedFile) Sync() error {
	f.syncs.Add(1)
	return f.File.Sync()
}

// A recording is a journal with a world above it that answers at once.
type recording struct {
	*journal.Journal
	layer effect.Performer
	syncs *atomic.Int64
	next  int
}

func (b *bench) record(noSync bool) (*recording, error) {
	disk := &counting{}
	store := &journal.Store{Root: filepath.Join(b.dir, "journals"), FS: disk, NoSync: noSync}
	j, err := store.Create(journal.Header{Tool: "bench", Runbook: "bench.star", World: journal.WorldLive}, nil)
	if err != nil {
		return nil, err
	}
	world := effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) {
		return effect.Result{Value: effect.Struct{{Name: "status", Value: "Running"}}}, nil
	})
	r := &recording{Journal: j, layer: j.Performer(world), syncs: &disk.syncs}
	return r, r.perform(effect.Change) // the first change pays for the directory
}

func request(branch string, number int, class effect.Class) effect.Request {
	return effect.Request{
		ID: effect.ID{Branch: branch, Number: number}, Kind: effect.KindXMLRPC, Target: "https://10.0.0.10/cluster1", Operation: "startupNode",
		Args: []effect.Value{"n0011"}, Class: class, Position: "startup.star:12:5", Step: "start nodes",
	}
}

// perform makes the next request of the main branch.
func (r *recording) perform(class effect.Class) error {
	r.next++
	_, err := r.layer.Perform(context.Background(), request("", r.next, class))
	return err
}

// timed is how long each of n calls of f took.
func timed(n int, f func() error) ([]time.Duration, error) {
	list := make([]time.Duration, n)
	for i := range list {
		began := time.Now()
		if err := f(); err != nil {
			return nil, err
		}
		list[i] = time.Since(began)
	}
	return list, nil
}

// journal measures what recording costs, beside plain syncs of the same disk.
func (b *bench) journal() error {
	row, err := b.syncedChanges()
	if err != nil {
		return err
	}
	rows := [][]string{row}
	if row, err = b.changesAtOnce(); err != nil {
		return err
	}
	rows = append(rows, row)
	for _, c := range []struct {
		name   string
		class  effect.Class
		noSync bool
	}{
		{"a read", effect.Read, false},
		{"a change, not synced (a rehearsal's)", effect.Change, true},
		{"a read, not written at once (a rehearsal's)", effect.Read, true},
	} {
		r, err := b.record(c.noSync)
		if err != nil {
			return err
		}
		const many = 20_000
		list, err := timed(many, func() error { return r.perform(c.class) })
		if err != nil {
			return err
		}
		if err := r.Close(); err != nil {
			return err
		}
		var sum time.Duration
		for _, d := range list {
			sum += d
		}
		rows = append(rows, []string{c.name, microseconds(sum/many) + " µs", "", fmt.Sprintf("mean of %d", many)})
	}
	b.table("Journal", []string{"what", "cost", "against", "how"}, rows)
	return nil
}

// syncedChanges compares a change with two appends that are synced, in turns.
func (b *bench) syncedChanges() ([]string, error) {
	r, err := b.record(false)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	bare, err := os.OpenFile(filepath.Join(b.dir, "bare"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer bare.Close()
	line := slices.Repeat([]byte("x"), 230)
	twice := func() error {
		for range 2 {
			if _, err := bare.Write(line); err != nil {
				return err
			}
			if err := bare.Sync(); err != nil {
				return err
			}
		}
		return nil
	}
	const many = 400
	var ours, theirs []time.Duration
	for range many {
		t, err := timed(1, twice)
		if err != nil {
			return nil, err
		}
		o, err := timed(1, func() error { return r.perform(effect.Change) })
		if err != nil {
			return nil, err
		}
		ours, theirs = append(ours, o...), append(theirs, t...)
	}
	return []string{
		"a change alone", microseconds(median(ours)) + " µs",
		fmt.Sprintf("two plain appends with fsync: %s µs, ratio %.2f", microseconds(median(theirs)), float64(median(ours))/float64(median(theirs))),
		fmt.Sprintf("medians of %d in turns", many),
	}, nil
}

// changesAtOnce lets 64 branches make a change at the same moment.
func (b *bench) changesAtOnce() ([]string, error) {
	r, err := b.record(false)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	const branches, many = 64, 200
	var syncs []int64
	var took []time.Duration
	for n := range many {
		before := r.syncs.Load()
		var wg sync.WaitGroup
		errs := make([]error, branches)
		began := time.Now()
		for i := range branches {
			wg.Go(func() {
				_, errs[i] = r.layer.Perform(context.Background(), request(fmt.Sprintf("2.%d", i), n+1, effect.Change))
			})
		}
		wg.Wait()
		took = append(took, time.Since(began))
		syncs = append(syncs, r.syncs.Load()-before)
		for _, err := range errs {
			if err != nil {
				return nil, err
			}
		}
	}
	return []string{
		"64 changes at once", microseconds(median(took)) + " µs",
		"syncs: " + spread(syncs, func(n int64) string { return fmt.Sprint(n) }), fmt.Sprintf("medians of %d", many),
	}, nil
}

// replay measures how fast a recorded run is gone through again.
func (b *bench) replay() error {
	const branches, each = 64, 1500
	store := &journal.Store{Root: filepath.Join(b.dir, "journals"), NoSync: true}
	j, err := store.Create(journal.Header{Tool: "bench", Runbook: "bench.star", World: journal.WorldLive}, nil)
	if err != nil {
		return err
	}
	var requests []effect.Request
	for n := range each {
		for branch := range branches {
			class := effect.Read
			if n%3 == 0 {
				class = effect.Change
			}
			requests = append(requests, request(fmt.Sprintf("1.%d", branch), n+1, class))
		}
	}
	world := effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) {
		return effect.Result{Value: effect.Struct{{Name: "status", Value: "Running"}}}, nil
	})
	if err := performAll(j.Performer(world), requests); err != nil {
		return err
	}
	if err := j.Close(); err != nil {
		return err
	}
	records := float64(len(requests) + branches*each/3)
	var rates []float64
	for range b.rounds {
		began := time.Now()
		run, err := store.Open(j.ID())
		if err != nil {
			return err
		}
		fit, err := run.Fit(journal.Life{})
		if err != nil {
			return err
		}
		if err := performAll(fit, requests); err != nil {
			return err
		}
		rates = append(rates, records/time.Since(began).Seconds())
		if err := run.Close(); err != nil {
			return err
		}
	}
	b.table("Replay", []string{"records", "records a second"}, [][]string{
		{fmt.Sprintf("%.0f", records), spread(rates, func(r float64) string { return fmt.Sprintf("%.0f", r) })},
	})
	return nil
}

func performAll(p effect.Performer, requests []effect.Request) error {
	for _, r := range requests {
		if _, err := p.Perform(context.Background(), r); err != nil {
			return err
		}
	}
	return nil
}
