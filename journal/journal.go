// Package journal records what a run does, so that a run that was cut off goes
// on where it stopped and never repeats a change blindly.
//
// Four nouns. A [Store] is the directory that runs are kept in. A [Journal] is
// one life of a run, from its process's beginning to its end: a layer around
// the performers of effects ([Journal.Performer]) that answers from the record
// what earlier lives did, and records what this one does. A [Run] is a recorded
// run before it is resumed, and a [Recording] one that is read by people.
//
//	j, err := store.Create(header, sources)      // or run.Resume(life)
//	layer := j.Performer(world)
//	…                                            // the script performs its requests
//	err = j.Missing()                            // did it ask for all that is recorded?
//	err = j.End(journal.Outcome{State: journal.Done})
//
// # The life of an effect
//
// A read is performed, and its outcome recorded. A change is recorded before and
// after: its intent is durable before anyone sees the request, its outcome before
// the script sees the result. A wait or a poll is recorded when it begins, so
// that it keeps its deadline when it is interrupted. An intent without outcome,
// whether the process died or the answer was lost, is a change in doubt:
// [effect.InDoubt]. Whoever asked settles it and performs the same request with
// a resolution.
//
// Next time the script is run from its beginning, and each effect is found by
// its name, branch and number. If it is not the recorded one, or comes where the
// record has none, script and journal have parted ([Divergence]), and nothing is
// performed from then on.
//
// # A run's directory
//
//	runs/20261122-031502-k3f9/
//	  journal                              the records
//	  sources                              what was loaded, byte for byte, one file after the other
//	  sources-3                            what an edited third life loaded
//	  values/2380ab88…                     values too large for a line, named by their SHA-256
//	locks/10.0.0.10_cluster1-2b6c6e83      held, and describing the holder, while a run works on the system
//
// # The format
//
// A journal is lines of JSON. Each begins with its number n and kind k, and ends
// with a checksum: CRC32C of the line up to it, continued from the checksum of
// the line before. What is empty is left out; "class" is there for a change.
//
//	{"n":1,"k":"header","format":1,"run":"20261122-031502-k3f9","start":"2026-11-22T03:15:02Z","tool":"1.0","runbook":"startup.star","params":{"boot_timeout":"30m"},"systems":["10.0.0.10/cluster1"],"world":"live","sources":[{"name":"site.star","file":"sources","offset":16,"size":8,"sha256":"84c7…"}],"crc":"6d30aab1"}
//	{"n":2,"k":"note","t":"…","what":"step","text":"start","step":"start","crc":"8bf04d03"}
//	{"n":3,"k":"outcome","id":"1","t":"…","kind":"xmlrpc","target":"10.0.0.10/cluster1","op":"getNodeList","at":"startup.star:12:5","value":["n0011"],"took":1000000,"crc":"…"}
//	{"n":4,"k":"intent","id":"2.0:1","t":"…","kind":"xmlrpc","target":"10.0.0.10/cluster1","op":"startupNode","args":["n0011"],"class":"change","crc":"…"}
//	{"n":5,"k":"outcome","id":"2.0:1","t":"…","took":1000000,"crc":"…"}
//	{"n":6,"k":"begin","id":"3","t":"…","kind":"poll","op":"poll","args":["all are up",60000000000],"crc":"…"}
//	{"n":7,"k":"outcome","id":"3","t":"…","err":{"kind":"timeout","message":"…"},"took":60000000000,"crc":"…"}
//	{"n":8,"k":"intent","id":"4","t":"…",…,"crc":"…"}
//	{"n":9,"k":"withdrawn","id":"4","t":"…","crc":"…"}
//	{"n":10,"k":"end","t":"…","state":"failed","exit":6,"err":{"kind":"timeout","message":"…"},"failed":["3"],"crc":"…"}
//	{"n":11,"k":"resumed","t":"…","life":2,"tool":"1.0","retried":["3"],"crc":"…"}
//
// The outcome of an effect that has an intent or a beginning does not repeat the
// request. One that settles a change in doubt without performing it has a
// "resolution"; a second intent of the same change has a "try"; one that is
// performed under a key has that "key", of the first intent and its life. A value of more
// than [DefaultInline] bytes is written {"$file":"2380ab88…","size":20002}.
//
// # What a crash leaves
//
// A process that is killed loses nothing that was written. A machine that loses
// power may lose what was not synced; what remains is a beginning of the journal,
// perhaps with zeros behind it. So a last line that is cut short, or has zeros in
// it, is dropped. Any other bad line, the last one too, was changed later and is
// refused ([Damaged]), because it may be the only trace of a change.
//
// What a record refers to, files and the names of directories, is synced before
// a change's record is written behind it; see [FS] for what that rests on.
// A run that changed nothing promised nothing, and saves those syncs.
package journal

// Preallocating the file and syncing only its data was measured: on ext4 a
// change costs a quarter less. It is not done, because then every journal that
// was cut off would end in zeros, and what is torn could not be told from what
// is merely unused.

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
	key   string // it was performed under; empty if none
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

// IsNew reports whether an effect that the script comes to is to be performed,
// not answered from the record, nor settled because it is in doubt.
func (j *Journal) IsNew(id effect.ID) bool {
	j.mu.Lock()
	known := j.doubts[id] != nil || j.diverged != nil
	j.mu.Unlock()
	return !known && j.past.isNew(id)
}

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
	return j.note(n)
}

func (j *Journal) note(n Note) error {
	d := j.draft()
	b := newBody(KindNote, d.memory).time("t", j.now()).text("what", n.Kind).text("branch", n.Branch).text("item", n.Item)
	b, err := b.large("text", validText(n.Text), d.keep)
	if err != nil {
		return err
	}
	return d.add(b.text("at", n.Position).text("step", n.Step))
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

// A draft is a record in the making: its memory, and what it refers to.
type draft struct {
	j      *Journal
	memory []byte
	owed   []debt
}

var drafts = sync.Pool{New: func() any { return &draft{memory: make([]byte, 0, 512)} }}

// maxDraft is the largest memory that is kept for the next record.
const maxDraft = 64 << 10

// draft begins a record. It ends with add or commit, or is left to the collector.
func (j *Journal) draft() *draft {
	d := drafts.Get().(*draft)
	d.j = j
	return d
}

// keep is a [keeper].
func (d *draft) keep(text []byte) ([]byte, error) {
	ref, owed, err := d.j.vault.keep(text)
	d.owed = append(d.owed, owed...)
	return ref, err
}

func (d *draft) add(b body) error { return d.end(b, d.j.writer.add(b, d.owed)) }

func (d *draft) commit(b body) error { return d.end(b, d.j.writer.commit(b, d.owed)) }

// end gives the draft's memory back: the writer has copied it.
func (d *draft) end(b body, err error) error {
	if cap(b) <= maxDraft {
		d.memory = b[:0]
	}
	d.j, d.owed = nil, d.owed[:0]
	drafts.Put(d)
	return err
}
