package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"runbook/effect"
	"runbook/journal"
	"runbook/simulator"
)

// errKilled is why a life of a rehearsed run ended that its scenario kills.
var errKilled = errors.New("the tool was killed")

// lives are those of a rehearsed run. There is one, and no journal, unless the
// scenario kills the tool: then the run has a journal in memory, of which a
// kill leaves what the death of a process leaves on a disk, and is resumed from
// it in the same world.
type lives struct {
	job     *job
	world   *simulator.World
	kills   []simulator.Kill // still to come
	disk    *memoryDisk
	journal *journal.Journal // of this life; nil if nobody kills
	cancel  context.CancelCauseFunc
	died    *simulator.Kill      // what ended this life
	once    bool                 // the first life is the last
	told    func(simulator.Kill) // nil for nobody
}

func newLives(j *job, w *simulator.World) *lives {
	l := &lives{job: j, world: w, kills: slices.Clone(w.Kills())}
	if len(l.kills) > 0 {
		l.disk = newMemoryDisk()
	}
	return l
}

// main runs life after life until one is not killed, and returns its error.
func (l *lives) main(ctx context.Context, life func(ctx context.Context) error) error {
	for {
		if err := l.open(); err != nil {
			return err
		}
		var ended error
		err := l.world.Main(ctx, func(ctx context.Context) error {
			ctx, l.cancel = context.WithCancelCause(ctx)
			defer l.cancel(nil)
			defer l.watch()()
			ended = life(ctx)
			return ended
		})
		if l.died == nil || l.once {
			if err != nil && ended == nil {
				return err
			}
			return ended
		}
		if l.told != nil {
			l.told(*l.died)
		}
		l.world.Advance(l.world.Elapsed() + l.died.After)
	}
}

// open begins the journal, or goes on with it.
func (l *lives) open() error {
	if l.disk == nil {
		return nil
	}
	store := &journal.Store{Root: "/", FS: l.disk, Now: l.world.Now}
	var err error
	if l.died == nil {
		l.journal, err = store.CreateAt("/run", l.job.journalHeader("rehearsal"), nil)
		return err
	}
	l.died = nil
	l.disk.revive()
	r, err := store.OpenAt("/run")
	if err == nil {
		l.journal, err = r.Resume(journal.Life{Tool: version})
	}
	return err
}

// watch lets the kills at a time come, until it is told to stop.
func (l *lives) watch() (stop func()) {
	var stops []func()
	for _, k := range l.kills {
		if k.ID == "" && k.At >= l.world.Elapsed() {
			stops = append(stops, l.world.Alarm(k.At, func() { l.strike(k) }))
		}
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// stack is the layer that a run performs its requests through.
func (l *lives) stack(next effect.Performer) effect.Performer {
	if l.journal == nil {
		return effect.Unrecorded(l.keyed(next))
	}
	return l.layer(simulator.KillBefore, simulator.KillRecorded, l.journal.Performer(
		l.layer(simulator.KillRequested, simulator.KillPerformed, next)))
}

// keyed is the layer that keeps the keys of the runs in one world apart: a host
// does what a key names once, and effects of every run have the same ids.
func (l *lives) keyed(next effect.Performer) effect.Performer {
	run := l.world.Runs()
	if run == 0 {
		return next
	}
	return effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
		if r.Key != "" {
			r.Key = fmt.Sprintf("%d-%s", run, r.Key)
		}
		return next.Perform(ctx, r)
	})
}

// layer kills before and after what the next one does.
func (l *lives) layer(before, after string, next effect.Performer) effect.Performer {
	return effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
		if l.dies(&r, before) {
			return effect.Result{}, errKilled
		}
		res, err := next.Perform(ctx, r)
		if err == nil && l.dies(&r, after) {
			return effect.Result{}, errKilled
		}
		return res, err
	})
}

// dies reports whether the tool is dead, and kills it if its moment has come.
func (l *lives) dies(r *effect.Request, when string) bool {
	if l.died != nil || r.Inner {
		return l.died != nil
	}
	for _, k := range l.kills {
		if k.ID != "" && k.When == when && k.ID == r.ID.String() {
			l.strike(k)
			return true
		}
	}
	return false
}

// strike kills the tool: nothing that it does from now on comes about.
func (l *lives) strike(k simulator.Kill) {
	if l.died != nil {
		return
	}
	i := slices.Index(l.kills, k)
	l.kills = slices.Delete(l.kills, i, i+1)
	l.died = &k
	l.disk.die()
	l.cancel(errKilled)
}

// replaying is what tells a run that it repeats itself.
func (l *lives) replaying() func(branch string) bool {
	if l.journal == nil {
		return nil
	}
	return l.journal.Replaying
}

// isNew is what tells interlocks which effects are to be performed.
func (l *lives) isNew() func(effect.ID) bool {
	if l.journal == nil {
		return nil
	}
	return l.journal.IsNew
}

// missing is what the journal has and the script did not ask for.
func (l *lives) missing() error {
	if l.journal == nil {
		return nil
	}
	return l.journal.Missing()
}

// killedWords says of a kill when it came, and how long nobody ran the run.
func killedWords(k simulator.Kill) string {
	when := "at effect " + k.ID + ", "
	switch {
	case k.ID == "":
		when = "at " + effect.FormatDuration(k.At)
	case k.When == simulator.KillBefore:
		when += "before its request is recorded"
	case k.When == simulator.KillRequested:
		when += "once its request is recorded"
	case k.When == simulator.KillPerformed:
		when += "before its result is recorded"
	default:
		when += "once its result is recorded"
	}
	resumed := "at once"
	if k.After > 0 {
		resumed = "after " + effect.FormatDuration(k.After)
	}
	return "the tool is killed " + when + ", and the run resumed " + resumed
}
