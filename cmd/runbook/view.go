package main

import (
	"fmt"
	"io"
	"sort"
	"sync"
	"time"

	"runbook/effect"
)

// A view is the last line of a terminal: what the run waits for, for how long
// it has, and how long it still will. It is drawn anew every second.
type view struct {
	w     io.Writer
	width func() int
	now   func() time.Time

	mu    sync.Mutex
	waits map[string]waiting // by branch
	shown bool
	stop  chan struct{}
}

// waiting is one poll under way.
type waiting struct {
	text         string
	since, until time.Time
}

func newView(a *App) *view {
	v := &view{w: a.stderr, width: a.width, now: a.now, waits: map[string]waiting{}, stop: make(chan struct{})}
	go v.tick()
	return v
}

func (v *view) tick() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			v.mu.Lock()
			v.draw()
			v.mu.Unlock()
		case <-v.stop:
			return
		}
	}
}

// wait shows what a branch waits for.
func (v *view) wait(branch, text string, now time.Time, left time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	w, ok := v.waits[branch]
	if !ok {
		w.since = now
	}
	w.text, w.until = text, now.Add(left)
	v.waits[branch] = w
	v.draw()
}

// ended forgets what a branch waited for.
func (v *view) ended(branch string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.waits, branch)
	v.draw()
}

// hide clears the line while something else is written, and returns what
// shows it again.
func (v *view) hide() func() {
	v.mu.Lock()
	v.clear()
	return func() {
		v.draw()
		v.mu.Unlock()
	}
}

// close ends the view.
func (v *view) close() {
	close(v.stop)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.clear()
	v.waits = nil
}

func (v *view) clear() {
	if v.shown {
		fmt.Fprint(v.w, "\r\x1b[K")
		v.shown = false
	}
}

func (v *view) draw() {
	v.clear()
	if len(v.waits) == 0 {
		return
	}
	branches := make([]string, 0, len(v.waits))
	for b := range v.waits {
		branches = append(branches, b)
	}
	sort.Strings(branches)
	w, now := v.waits[branches[0]], v.now()
	tail := fmt.Sprintf("  %s, %s left", spell(now.Sub(w.since)), spell(w.until.Sub(now)))
	if n := len(branches) - 1; n > 0 {
		tail += fmt.Sprintf("  (and %d more)", n)
	}
	text := []rune(w.text)
	if room := max(v.width()-len([]rune(tail))-1, 10); len(text) > room {
		text = append(text[:room-1], '…')
	}
	fmt.Fprintf(v.w, "%s%s", string(text), tail)
	v.shown = true
}

func spell(d time.Duration) string {
	return effect.FormatDuration(max(d, 0).Truncate(time.Second))
}
