package journal

import (
	"errors"
	"path/filepath"
)

// A Run is a recorded run, opened to be resumed or compared. It holds the run's
// lock until it is resumed, abandoned or closed; opening changes nothing.
type Run struct {
	Header Header
	Dir    string
	State  State
	// Outcome is how the last life ended; nil if it did not say.
	Outcome *Outcome
	Lives   int
	// Notice says what was torn off the end when the run was cut off; "" if nothing was.
	Notice string

	store  *Store
	file   File
	survey *survey
}

// Open opens a run of the store by its id, by a beginning or the end of it
// that no other run has, or, with "", the newest that is unfinished: also one
// that failed, if no other was begun since.
func (s *Store) Open(which string) (*Run, error) {
	id, err := s.find(which)
	if err != nil {
		return nil, err
	}
	return s.OpenAt(s.dir(id))
}

// OpenAt opens the run in a directory. The error is a [*Locked] if the run is
// going on, a [*Damaged] or [*UnknownFormat] if it cannot be read.
func (s *Store) OpenAt(dir string) (*Run, error) {
	path := filepath.Join(dir, fileName)
	probe, err := s.fs().Open(path) // Lock would make the file
	if err != nil {
		return nil, err
	}
	if err := probe.Close(); err != nil {
		return nil, err
	}
	f, err := s.fs().Lock(path)
	if errors.Is(err, ErrLocked) {
		return nil, &Locked{Holder: Holder{Run: filepath.Base(dir)}}
	}
	if err != nil {
		return nil, err
	}
	v, err := surveyFile(path, f, s.loader(dir))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r := &Run{
		Header: v.index.header, Dir: dir, State: Unfinished, Outcome: v.ended, Lives: v.index.life, Notice: v.notice,
		store: s, file: f, survey: v,
	}
	if v.ended != nil {
		r.State = v.ended.State
	}
	return r, nil
}

func (s *Store) loader(dir string) loader { return loader{fsys: s.fs(), dir: dir} }

func (s *Store) dir(id string) string { return filepath.Join(s.Root, runsDir, id) }

// Sources are the files of the run's last life, byte for byte.
func (r *Run) Sources() ([]Source, error) {
	return readSources(r.store.fs(), r.Dir, r.survey.index.sources)
}

// Close gives the run back as it was.
func (r *Run) Close() error {
	if r.file == nil {
		return nil
	}
	f := r.file
	r.file = nil
	return f.Close()
}

// Resume begins another life of the run. The Run is the journal's from then on.
// The error is a [*NotResumable] if there is nothing to resume.
func (r *Run) Resume(l Life) (*Journal, error) {
	x := r.survey.index
	resumed, err := r.plan(x, l)
	if err != nil {
		return nil, err
	}
	j, owed, err := r.begin()
	if err != nil {
		return nil, err
	}
	if l.Edited {
		var more []debt
		if resumed.Sources, more, err = keepSources(j.fsys, r.Dir, resumed.Life, l.Sources); err != nil {
			return nil, err
		}
		owed = append(owed, more...)
	}
	if err := x.drop(resumed.Retried, resumed.Reopened); err != nil {
		return nil, err
	}
	x.life++
	j.life = x.life
	j.changed.Store(x.changed)
	j.past = newReplay(x, r.memory())
	d := j.draft()
	b, err := resumed.body(j.now(), d.keep)
	if err != nil {
		return nil, err
	}
	if err := j.writer.commit(b, append(owed, d.owed...)); err != nil {
		return nil, err
	}
	r.file = nil
	return j, nil
}

// Abandon marks the run as one that will not be resumed, and closes it.
func (r *Run) Abandon() error {
	if r.State == Done || r.State == Abandoned {
		return &NotResumable{Run: r.Header.Run, State: r.State, Why: "there is nothing to abandon"}
	}
	j, owed, err := r.begin()
	if err != nil {
		return err
	}
	if r.Outcome != nil {
		x := r.survey.index
		again := &Resumed{Life: x.life + 1, Tool: r.Header.Tool}
		b, err := again.body(j.now(), nil)
		if err == nil {
			err = j.writer.add(b, nil)
		}
		if err != nil {
			return err
		}
	}
	b, err := (&Outcome{State: Abandoned}).body(j.now(), nil)
	if err != nil {
		return err
	}
	if err := j.writer.commit(b, owed); err != nil {
		return err
	}
	return r.Close()
}

// begin makes a journal that goes on where the last good record ends.
func (r *Run) begin() (*Journal, []debt, error) {
	if r.file == nil {
		return nil, nil, errClosed
	}
	size, err := r.file.Size()
	if err == nil && size != r.survey.size {
		err = r.file.Truncate(r.survey.size)
	}
	if err != nil {
		return nil, nil, err
	}
	j := r.store.journal(r.Dir, r.file, r.survey.number+1, r.survey.chain)
	j.header = r.Header
	owed := append(r.store.above(r.Dir), sourceFiles(r.Dir, r.survey.index.sources)...)
	return j, append(owed, r.survey.owed...), nil
}

func (r *Run) memory() memory {
	return newMemory(filepath.Join(r.Dir, fileName), r.file, r.store.loader(r.Dir))
}
