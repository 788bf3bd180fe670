package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"runbook/effect"
)

// A Store is a directory that runs are kept in, one directory each, and the
// locks of the systems they work on. The zero value of each field but Root is
// its default. Its methods may be called from many goroutines.
type Store struct {
	Root   string           // made when a run is created
	FS     FS               // nil for Disk
	Now    func() time.Time // nil for time.Now; the clock of the run's world
	Random io.Reader        // makes run ids differ; nil for crypto/rand
	NoSync bool             // never wait for the disk: for rehearsals, which are not resumed after a crash
	Inline int              // largest value kept in the journal itself, in encoded bytes; 0 for DefaultInline
}

const (
	runsDir  = "runs"
	locksDir = "locks"
)

func (s *Store) fs() FS {
	if s.FS == nil {
		return Disk{}
	}
	return s.FS
}

func (s *Store) now() time.Time {
	if s.Now == nil {
		return time.Now().UTC()
	}
	return s.Now().UTC()
}

// Create begins a run with a new directory below the store's root.
func (s *Store) Create(h Header, sources []Source) (*Journal, error) {
	runs := filepath.Join(s.Root, runsDir)
	owed, err := mkdirs(s.fs(), runs)
	if err != nil {
		return nil, err
	}
	h.Start = s.start(h)
	if h.Run != "" {
		return s.create(filepath.Join(runs, h.Run), h, sources, owed)
	}
	const tries = 20
	for range tries {
		if h.Run, err = s.NewID(h.Start); err != nil {
			return nil, err
		}
		var j *Journal
		if j, err = s.create(filepath.Join(runs, h.Run), h, sources, owed); !errors.Is(err, fs.ErrExist) {
			return j, err
		}
	}
	return nil, err
}

// CreateAt begins a run in a directory of the caller's, which must not exist yet.
func (s *Store) CreateAt(dir string, h Header, sources []Source) (*Journal, error) {
	owed, err := mkdirs(s.fs(), filepath.Dir(dir))
	if err != nil {
		return nil, err
	}
	h.Start = s.start(h)
	if h.Run == "" {
		if h.Run, err = s.NewID(h.Start); err != nil {
			return nil, err
		}
	}
	return s.create(dir, h, sources, owed)
}

func (s *Store) start(h Header) time.Time {
	if h.Start.IsZero() {
		return s.now()
	}
	return h.Start.UTC()
}

// NewID makes the id of a run: when it began, and four letters and digits that
// are not mistaken for each other. Two of them are the fraction of the second,
// so that ids sort by age, and two are random.
func (s *Store) NewID(start time.Time) (string, error) {
	const alphabet = "023456789abcdefghjkmnpqrstuvwxyz" // 32, sorted
	random := s.Random
	if random == nil {
		random = rand.Reader
	}
	var b [4]byte
	if _, err := io.ReadFull(random, b[2:]); err != nil {
		return "", fmt.Errorf("run id: %w", err)
	}
	fraction := start.Nanosecond() * 1024 / int(time.Second)
	b[0], b[1] = byte(fraction/32), byte(fraction%32)
	for i := range b {
		b[i] = alphabet[b[i]%32]
	}
	return start.Format("20060102-150405-") + string(b[:]), nil
}

// create makes the directory and what is in it from the beginning.
func (s *Store) create(dir string, h Header, sources []Source, owed []debt) (*Journal, error) {
	fsys := s.fs()
	if err := effect.Check(h.Params); err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	if err := fsys.Mkdir(dir); err != nil {
		return nil, err
	}
	infos, more, err := keepSources(fsys, dir, 1, sources)
	if err != nil {
		return nil, err
	}
	h.Format, h.Sources = Format, infos
	f, err := fsys.Lock(filepath.Join(dir, fileName))
	if err != nil {
		return nil, err
	}
	owed = append(append(owed, more...), s.above(dir)...)
	j := s.journal(dir, f, 1, 0)
	j.header, j.life = h, 1
	j.past = newReplay(&index{}, memory{})
	if err := errors.Join(j.writer.add(h.body(), owed), j.writer.write()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return j, nil
}

// above is the directories whose names must last for the run in dir to last: up
// to the one that the store is in, since whoever made it may have died before
// it was synced.
func (s *Store) above(dir string) []debt {
	owed := []debt{{name: dir, dir: true}, {name: filepath.Dir(dir), dir: true}}
	if filepath.Dir(dir) == filepath.Join(s.Root, runsDir) {
		root := filepath.Clean(s.Root)
		owed = append(owed, debt{name: root, dir: true}, debt{name: filepath.Dir(root), dir: true})
	}
	return owed
}

// journal makes a Journal that appends to f from record next on.
func (s *Store) journal(dir string, f File, next int, chain uint32) *Journal {
	inline := s.Inline
	if inline <= 0 {
		inline = DefaultInline
	}
	return &Journal{
		fsys: s.fs(), dir: dir, now: s.now, file: f,
		writer: newWriter(s.fs(), f, next, chain, s.NoSync),
		vault:  &vault{fsys: s.fs(), dir: dir, inline: inline},
	}
}

// mkdirs makes a directory and those it is in, and returns what is to be
// synced so that they last.
func mkdirs(fsys FS, dir string) ([]debt, error) {
	err := fsys.Mkdir(dir)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, nil
	case errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir:
		owed, err := mkdirs(fsys, filepath.Dir(dir))
		if err != nil {
			return nil, err
		}
		err = fsys.Mkdir(dir)
		if errors.Is(err, fs.ErrExist) {
			err = nil
		}
		return append(owed, debt{name: filepath.Dir(dir), dir: true}), err
	case err != nil:
		return nil, err
	}
	return []debt{{name: filepath.Dir(dir), dir: true}}, nil
}
