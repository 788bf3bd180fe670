package journal

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// A debt is a file or directory that must be synced before the next record
// that is synced: what the record refers to has to be there when it is.
type debt struct {
	name string
	dir  bool
}

// A writer appends records to a journal's file. Many goroutines may use it.
//
// Records that are not synced are written at once, so that they survive the
// process. A change's record waits for a sync: whoever finds nobody syncing
// becomes the leader, lets the others append theirs, and writes and syncs all
// of them; the others wait for the leader.
//
// A debt is paid before the record that needs it is written, not only before it
// is synced: a disk may well keep what nobody synced, and a change's record
// must not be there without what came before it.
type writer struct {
	fsys   FS
	file   File
	noSync bool

	mu      sync.Mutex
	done    sync.Cond // a sync ended
	next    int       // number of the next record
	chain   uint32    // checksum of the last one
	buf     []byte    // appended, not yet written
	held    bool      // buf must not be written before all debts are paid
	debts   []debt
	leading bool
	synced  int   // records up to this one are durable
	err     error // what ended the journal
}

// bufferSize is how much is kept back where nothing is ever synced.
const bufferSize = 64 << 10

func newWriter(fsys FS, file File, next int, chain uint32, noSync bool) *writer {
	w := &writer{fsys: fsys, file: file, noSync: noSync, next: next, chain: chain}
	w.done.L = &w.mu
	return w
}

// add appends a record that is not synced; what it refers to is owed.
func (w *writer) add(b body, owed []debt) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.append(b, owed); err != nil || w.held {
		return err
	}
	return w.spill()
}

// spill writes what was appended, unless nothing is ever synced and there is room to keep it.
func (w *writer) spill() error {
	if w.noSync && len(w.buf) < bufferSize {
		return nil
	}
	return w.flush()
}

// commit appends a record and returns when it and all before it are durable.
func (w *writer) commit(b body, owed []debt) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.append(b, owed); err != nil {
		return err
	}
	if w.noSync {
		return w.spill()
	}
	w.held = true
	return w.await(w.next - 1)
}

// await returns when record n is durable.
func (w *writer) await(n int) error {
	for w.synced < n && w.err == nil {
		if w.leading {
			w.done.Wait()
			continue
		}
		w.leading = true
		w.gather()
		w.sync()
		w.leading = false
		w.done.Broadcast()
	}
	return w.err
}

// append gives a record its number and checksum. w.mu is held.
func (w *writer) append(b body, owed []debt) error {
	if w.err != nil {
		return w.err
	}
	if err := b.check(); err != nil {
		return err
	}
	w.buf, w.chain = appendLine(w.buf, w.next, b, w.chain)
	w.next++
	w.debts = append(w.debts, owed...)
	return nil
}

// gather lets those who are about to append do so, to share the sync.
func (w *writer) gather() {
	const patience = 64
	for try, quiet := 0, 0; try < patience && quiet < 3; try++ {
		before := w.next
		w.mu.Unlock()
		runtime.Gosched()
		w.mu.Lock()
		if quiet++; w.next != before {
			quiet = 0
		}
	}
}

// sync pays all debts and makes everything appended so far durable. w.mu is
// held, but not while the disk works.
func (w *writer) sync() {
	for len(w.debts) > 0 {
		debts := w.debts
		w.debts = nil
		w.mu.Unlock()
		err := w.pay(debts)
		w.mu.Lock()
		if w.fail(err) != nil {
			return
		}
	}
	if w.flush() != nil {
		return
	}
	last := w.next - 1
	w.mu.Unlock()
	err := w.file.Sync()
	w.mu.Lock()
	if w.fail(err) == nil {
		w.synced = last
	}
}

// write writes what was appended, even where nothing is ever synced.
func (w *writer) write() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flush()
}

// flush writes what was appended. w.mu is held.
func (w *writer) flush() error {
	if w.err != nil || len(w.buf) == 0 {
		return w.err
	}
	_, err := w.file.Write(w.buf)
	w.buf, w.held = w.buf[:0], false
	return w.fail(err)
}

// fail ends the journal if err is not nil. Nothing is tried again: after a
// failed write or sync nobody knows what the disk has.
func (w *writer) fail(err error) error {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("journal: %w; the run ends here and can be resumed", err)
	}
	return w.err
}

// finish appends the last record and makes it durable. Debts are paid only if
// the run promised anything: one that changed nothing leaves its sources to
// the system, and a disk that loses them loses a run that nobody needs to resume.
func (w *writer) finish(b body, owed []debt, promised bool) error {
	if promised || w.noSync {
		return w.commit(b, owed)
	}
	if err := w.add(b, owed); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fail(w.file.Sync())
}

// pay syncs files, then directories.
func (w *writer) pay(debts []debt) error {
	seen := make(map[debt]bool, len(debts))
	var files, dirs []debt
	for _, d := range debts {
		switch {
		case seen[d]:
		case d.dir:
			dirs = append(dirs, d)
		default:
			files = append(files, d)
		}
		seen[d] = true
	}
	return errors.Join(w.payAll(files), w.payAll(dirs))
}

// payAll syncs many files at once: a file system makes one commit of several.
func (w *writer) payAll(debts []debt) error {
	const each = 16 // files for one goroutine
	var wg sync.WaitGroup
	errs := make([]error, min(len(debts)/each, each)+1)
	for i := range errs {
		pay := func() {
			for k := i; k < len(debts) && errs[i] == nil; k += len(errs) {
				errs[i] = w.payOne(debts[k])
			}
		}
		if i < len(errs)-1 {
			wg.Go(pay)
		} else {
			pay()
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (w *writer) payOne(d debt) error {
	if d.dir {
		return w.fsys.SyncDir(d.name)
	}
	f, err := w.fsys.Append(d.name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// close writes what was appended, if it still may, and closes the file.
func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.leading {
		w.done.Wait()
	}
	var err error
	if w.err == nil {
		err = w.flush()
		w.err = errClosed
	}
	return errors.Join(err, w.file.Close())
}
