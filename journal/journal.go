package journal

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"runbook/effect"
)

// A Journal records one life of a run and replays those before. Its methods
// may be called from many goroutines.
type Journal struct {
	fsys   FS
	dir    string
	header Header
	life   int
	now    func() time.Time
	file   File // locked
	writer *writer
	vault  *vault
	past   *replay

	changed atomic.Bool // a change was recorded, in whatever life

	mu       sync.Mutex
	doubts   map[effect.ID]*doubt // changes that the script knows are in doubt
	diverged error                // what ended the replay
	ended    bool
}

// A doubt is a change that was made and of which no result is known.
type doubt struct {
	since time.Time
	cause *effect.Error // nil if an earlier life ended
	tries int
}

const fileName = "journal"

// errClosed is why nothing is recorded after the end.
var errClosed = errors.New("journal: closed")

// ID is the run's id.
func (j *Journal) ID() string { return j.header.Run }

// Dir is the run's directory.
func (j *Journal) Dir() string { return j.dir }

// Header is the first record.
func (j *Journal) Header() Header { return j.header }

// Life is which life of the run this is, 1 for the first.
func (j *Journal) Life() int { return j.life }

// Replaying reports whether the recorded run went on beyond the point where
// the script is in a branch, so that what it says there was said before.
func (j *Journal) Replaying(branch string) bool { return j.past.replaying(branch) }

// Missing is the [Divergence] of a script that ended without asking for all
// that is recorded; nil if it asked for all. Call it when main has returned.
func (j *Journal) Missing() error { return j.past.unasked() }

// Replay counts the recorded effects of earlier lives, and those of them that
// the script asked for so far.
func (j *Journal) Replay() (asked, total int) { return j.past.progress() }

// Note records what is said to people, unless an earlier life said it.
func (j *Journal) Note(n Note) error {
	if j.Replaying(n.Branch) {
		return nil
	}
	d := j.draft()
	b := newBody(KindNote).time("t", j.now()).text("what", n.Kind).text("branch", n.Branch).text("item", n.Item)
	b, err := b.large("text", validText(n.Text), d.keep)
	if err != nil {
		return err
	}
	return j.writer.add(b.text("at", n.Position).text("step", n.Step), d.owed)
}

// End records how this life ended, makes the whole journal durable and closes it.
func (j *Journal) End(o Outcome) error {
	j.mu.Lock()
	closed := j.ended
	j.ended = true
	j.mu.Unlock()
	if closed {
		return errClosed
	}
	d := j.draft()
	b, err := o.body(j.now(), d.keep)
	if err == nil {
		err = j.writer.finish(b, d.owed, j.changed.Load())
	}
	return errors.Join(err, j.writer.close())
}

// Close gives the run back without saying how this life ended, as if the
// process had died. After End it does nothing.
func (j *Journal) Close() error {
	j.mu.Lock()
	closed := j.ended
	j.ended = true
	j.mu.Unlock()
	if closed {
		return nil
	}
	return j.writer.close()
}

// A draft collects what a record in the making refers to.
type draft struct {
	vault *vault
	owed  []debt
}

func (j *Journal) draft() *draft { return &draft{vault: j.vault} }

func (d *draft) keep(text []byte) ([]byte, error) {
	ref, owed, err := d.vault.keep(text)
	d.owed = append(d.owed, owed...)
	return ref, err
}
