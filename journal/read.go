package journal

import (
	"errors"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"runbook/effect"
)

// A Recording is a run to be read by people. It is read without a lock, also
// while the run is going on.
type Recording struct {
	Header  Header
	Dir     string
	State   State
	Outcome *Outcome // how its last life ended; nil if it did not say
	Lives   int
	Live    bool   // a process is working on it
	Notice  string // what is torn off its end; "" if nothing is
	Count   int    // of records

	store *Store
	size  int64
}

// Read proves the journal of a run, named as for [Store.Open].
func (s *Store) Read(which string) (*Recording, error) {
	id, err := s.find(which)
	if err != nil {
		return nil, err
	}
	return s.ReadAt(s.dir(id))
}

// ReadAt proves the journal in a directory.
func (s *Store) ReadAt(dir string) (*Recording, error) {
	path := filepath.Join(dir, fileName)
	f, err := s.fs().Open(path)
	if err != nil {
		return nil, err
	}
	v, err := surveyFile(path, f, s.loader(dir))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	r := &Recording{
		Header: v.index.header, Dir: dir, State: Unfinished, Outcome: v.ended, Lives: v.index.life, Notice: v.notice, Count: v.number,
		store: s, size: v.size,
	}
	if v.ended != nil {
		r.State = v.ended.State
	} else {
		r.Live = s.isLocked(path)
	}
	if r.Live {
		r.Notice = "" // what is torn is being written
	}
	return r, nil
}

// Sources are the files of a life of the run, byte for byte; life 1 is the first.
func (r *Recording) Sources(life int) ([]Source, error) {
	infos := r.Header.Sources
	for rec, err := range r.Records() {
		if err != nil {
			return nil, err
		}
		if n := rec.Resumed; n != nil && n.Edited && n.Life <= life {
			infos = n.Sources
		}
	}
	return readSources(r.store.fs(), r.Dir, infos)
}

// Records gives all records in their order. The last pair may have an error
// and no record.
func (r *Recording) Records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		path := filepath.Join(r.Dir, fileName)
		f, err := r.store.fs().Open(path)
		if err != nil {
			yield(Record{}, err)
			return
		}
		d := decoder{load: r.store.loader(r.Dir), open: map[effect.ID]effect.Request{}}
		sc := newScanner(path, f, r.size)
		for {
			line, err := sc.next()
			var rec Record
			if err == nil && line != nil {
				if rec, err = d.record(line, sc.at); err != nil {
					err = &Damaged{Path: path, Record: int(sc.at.record), Offset: sc.at.offset, Problem: err.Error()}
				}
			}
			if err != nil {
				err = errors.Join(err, f.Close())
				yield(Record{}, err)
				return
			}
			if line == nil {
				break
			}
			if !yield(rec, nil) {
				_ = f.Close() // nobody is left to hear of it
				return
			}
		}
		if err := f.Close(); err != nil {
			yield(Record{}, err)
		}
	}
}

// A decoder makes records of lines. It remembers the requests that are open,
// which their outcomes do not repeat.
type decoder struct {
	load loader
	open map[effect.ID]effect.Request
}

func (d *decoder) record(line []byte, at span) (Record, error) {
	var f fields
	if err := f.parse(line); err != nil {
		return Record{}, err
	}
	k, err := textOf(f.k)
	rec := Record{Number: int(at.record), Offset: at.offset, Kind: Kind(k)}
	if err != nil {
		return rec, err
	}
	switch rec.Kind {
	case KindHeader:
		h, err := parseHeader(line, d.load)
		rec.Header, rec.Time = &h, h.Start
		return rec, err
	case KindNote:
		rec.Note, rec.Time, err = parseNote(line, d.load)
		return rec, err
	case KindEnd:
		rec.Outcome, rec.Time, err = parseEnd(line, d.load)
		return rec, err
	case KindResumed:
		rec.Resumed, rec.Time, err = parseResumed(line, d.load)
		return rec, err
	}
	err = d.effect(&rec, &f)
	return rec, err
}

// effect fills in the record of an effect.
func (d *decoder) effect(rec *Record, f *fields) error {
	name, err := textOf(f.id)
	if err != nil {
		return err
	}
	if rec.ID, err = parseID(name); err != nil {
		return err
	}
	if rec.Time, err = momentOf(f.t); err != nil {
		return err
	}
	if f.kind == nil {
		rec.Request = d.open[rec.ID]
		rec.Request.ID = rec.ID
	} else if rec.Request, err = f.request(rec.ID, d.load); err != nil {
		return err
	}
	switch rec.Kind {
	case KindIntent, KindBegin:
		d.open[rec.ID] = rec.Request
		try, err := integerOf(f.try)
		if rec.Try = int(try); rec.Kind == KindIntent {
			rec.Try = max(rec.Try, 1)
		}
		return err
	case KindOutcome:
		delete(d.open, rec.ID)
		return d.outcome(rec, f)
	}
	return nil
}

func (d *decoder) outcome(rec *Record, f *fields) error {
	took, err := integerOf(f.took)
	if err != nil {
		return err
	}
	rec.Took = time.Duration(took)
	how, err := textOf(f.resolution)
	if err != nil {
		return err
	}
	for _, r := range []effect.Resolution{effect.WasDone, effect.GiveUp} {
		if how == r.String() {
			rec.Resolution = r
		}
	}
	rec.Result, err = f.result(rec.ID, d.load)
	return err
}

// Describe is the record in one line, without number and time.
func (r *Record) Describe() string {
	switch {
	case r.Header != nil:
		return "run " + r.Header.Run + " of " + r.Header.Runbook + ", " + r.Header.World
	case r.Note != nil:
		return r.Note.Kind + " " + r.Note.Text
	case r.Outcome != nil:
		return r.Outcome.describe()
	case r.Resumed != nil:
		return r.Resumed.describe()
	}
	s := string(r.Kind) + " " + r.ID.String() + " " + r.Request.Describe()
	if r.Kind == KindOutcome {
		s += " = " + r.Result.Describe()
	}
	if r.Resolution != effect.Unresolved {
		s += " (" + r.Resolution.String() + ")"
	}
	return s
}

func (o *Outcome) describe() string {
	if o.Error == nil {
		return string(o.State)
	}
	return string(o.State) + ": " + o.Error.Error()
}

func (r *Resumed) describe() string {
	s := "resumed"
	if r.Edited {
		s += " with edited sources"
	}
	var ids []string
	for _, id := range append(append([]effect.ID{}, r.Retried...), r.Reopened...) {
		ids = append(ids, id.String())
	}
	if len(ids) > 0 {
		s += ", trying again " + strings.Join(ids, ", ")
	}
	return s
}
