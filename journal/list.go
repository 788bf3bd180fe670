package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Info is what can be said of a run without reading all of it.
type Info struct {
	ID      string
	Dir     string
	Header  Header
	State   State
	Outcome *Outcome  // how its last life ended; nil if it did not say
	Last    time.Time // when the last record was written
	Records int
	Live    bool  // a process is working on it
	Problem error // why it cannot be read; the rest may be missing
}

// List describes all runs of the store, newest first. It reads the first and
// the last record of each.
func (s *Store) List() ([]Info, error) {
	ids, err := s.ids()
	if err != nil {
		return nil, err
	}
	infos := make([]Info, len(ids))
	for i, id := range ids {
		infos[i] = s.info(id)
	}
	return infos, nil
}

// Unfinished describes the live runs that worked on a system, were neither
// finished nor abandoned, and are in no process's hands, newest first.
func (s *Store) Unfinished(system string) ([]Info, error) {
	infos, err := s.List()
	return slices.DeleteFunc(infos, func(i Info) bool {
		return !i.resumable() || i.Header.World == WorldSimulated || !slices.Contains(i.Header.Systems, system)
	}), err
}

// resumable reports whether the run ended before its runbook did.
func (i Info) resumable() bool {
	return i.Problem == nil && !i.Live && (i.State == Unfinished || i.State == Stopped)
}

// ids are the names of all runs, newest first.
func (s *Store) ids() ([]string, error) {
	ids, err := s.fs().List(filepath.Join(s.Root, runsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	slices.Reverse(ids)
	return ids, err
}

// find turns a name for a run into its id.
func (s *Store) find(which string) (string, error) {
	if which == "" {
		return s.newestUnfinished()
	}
	ids, err := s.ids()
	if err != nil {
		return "", err
	}
	var found []string
	for _, id := range ids {
		if id == which {
			return id, nil
		}
		if strings.HasPrefix(id, which) || strings.HasSuffix(id, which) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return "", &NoSuchRun{Which: which, Runs: found}
	}
	return found[0], nil
}

// newestUnfinished is the newest run that is resumable, or the newest of all if it failed.
func (s *Store) newestUnfinished() (string, error) {
	ids, err := s.ids()
	if err != nil {
		return "", err
	}
	for i, id := range ids {
		info := s.info(id)
		if info.resumable() || i == 0 && info.State == Failed {
			return id, nil
		}
	}
	return "", &NoSuchRun{}
}

// info describes one run.
func (s *Store) info(id string) Info {
	i := Info{ID: id, Dir: s.dir(id), State: Unfinished}
	path := filepath.Join(i.Dir, fileName)
	f, err := s.fs().Open(path)
	if err != nil {
		i.Problem = err
		return i
	}
	size, err := f.Size()
	if err == nil {
		err = i.read(path, f, size, s.loader(i.Dir))
	}
	if i.Problem = errors.Join(err, f.Close()); i.Problem == nil && i.Outcome == nil {
		i.Live = s.isLocked(path)
	}
	return i
}

// isLocked reports whether a process holds the lock of a file.
func (s *Store) isLocked(path string) bool {
	f, err := s.fs().Lock(path)
	if err == nil {
		err = f.Close()
	}
	return errors.Is(err, ErrLocked)
}

func (i *Info) read(path string, f File, size int64, load loader) error {
	first := newScanner(path, f, size)
	line, err := first.next()
	if err != nil {
		return err
	}
	if i.Header, err = parseHeader(line, load); err != nil {
		return &Damaged{Path: path, Record: 1, Problem: err.Error()}
	}
	last, number, err := lastLine(path, f, size)
	if err == nil && last == nil { // torn, or bad: only reading all of it tells
		last, number, err = surveyLast(path, f, load)
	}
	if err != nil {
		return err
	}
	return i.readLast(path, last, number, load)
}

func (i *Info) readLast(path string, last []byte, number int, load loader) error {
	var f fields
	err := f.parse(last)
	if err == nil {
		i.Last, err = momentOf(f.t)
	}
	if i.Records = number; number == 1 {
		i.Last = i.Header.Start
	}
	if err == nil && string(f.k) == strconv.Quote(string(KindEnd)) {
		if i.Outcome, _, err = parseEnd(last, load); err == nil {
			i.State = i.Outcome.State
		}
	}
	if err != nil {
		return &Damaged{Path: path, Record: number, Problem: err.Error()}
	}
	return nil
}

// lastLine returns the last record and its number, proved against the one
// before, or nothing if the journal does not end in a good record.
func lastLine(path string, f File, size int64) ([]byte, int, error) {
	for window := int64(8 << 10); ; window *= 4 {
		from := max(size-window, 0)
		tail := make([]byte, size-from)
		if _, err := f.ReadAt(tail, from); err != nil && err != io.EOF {
			return nil, 0, fmt.Errorf("%s: %w", path, err)
		}
		if len(tail) == 0 || tail[len(tail)-1] != '\n' || window > 4*maxLine {
			return nil, 0, nil
		}
		start := bytes.LastIndexByte(tail[:len(tail)-1], '\n') + 1
		if from > 0 && start <= tailSize {
			continue
		}
		var chain uint64
		if start > tailSize {
			hex := tail[start-len(`01234567"}`)-1 : start-len(`"}`)-1]
			chain, _ = strconv.ParseUint(string(hex), 16, 32) // a bad one proves nothing
		}
		line := tail[start : len(tail)-1]
		number, _ := cutNumber(line)
		if _, problem := prove(line, number, uint32(chain)); problem != "" {
			return nil, 0, nil
		}
		return line, number, nil
	}
}

// surveyLast finds the last good record by reading all of the journal.
func surveyLast(path string, f File, load loader) ([]byte, int, error) {
	v, err := surveyFile(path, f, load)
	if err != nil {
		return nil, 0, err
	}
	line := make([]byte, v.last.length)
	_, err = f.ReadAt(line, v.last.offset)
	return line, v.number, err
}
