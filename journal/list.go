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

func (s *Store) newestUnfinished() (string, error) {
	ids, err := s.ids()
	if err != nil {
		return "", err
	}
	for _, id := range ids {
		if s.info(id).resumable() {
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
	if err != nil {
		return err
	}
	var fields fields
	if err := fields.parse(last); err != nil {
		return &Damaged{Path: path, Record: number, Problem: err.Error()}
	}
	i.Records = number
	i.Last, err = momentOf(fields.t)
	if number == 1 {
		i.Last = i.Header.Start
	}
	if string(fields.k) == strconv.Quote(string(KindEnd)) && err == nil {
		if i.Outcome, _, err = parseEnd(last, load); err == nil {
			i.State = i.Outcome.State
		}
	}
	return err
}

// lastLine returns the last whole record and its number, proved against the one before.
func lastLine(path string, f File, size int64) ([]byte, int, error) {
	for window := int64(8 << 10); ; window *= 4 {
		from := max(size-window, 0)
		tail := make([]byte, size-from)
		if _, err := f.ReadAt(tail, from); err != nil && err != io.EOF {
			return nil, 0, fmt.Errorf("%s: %w", path, err)
		}
		tail = tail[:bytes.LastIndexByte(tail, '\n')+1]
		start := bytes.LastIndexByte(tail[:max(len(tail)-1, 0)], '\n') + 1
		if before := start - 1; from == 0 || before >= tailSize {
			return proveLast(path, tail, start, from)
		}
		if window > 2*maxLine {
			return nil, 0, &Damaged{Path: path, Problem: fmt.Sprintf("got no record in the last %d bytes", window)}
		}
	}
}

// proveLast checks the last line of tail, which begins at start.
func proveLast(path string, tail []byte, start int, from int64) ([]byte, int, error) {
	if len(tail) == 0 {
		return nil, 0, &Damaged{Path: path, Problem: "got no whole record"}
	}
	var chain uint64
	if start > 0 {
		end := max(start-len("\"}\n"), 8)
		chain, _ = strconv.ParseUint(string(tail[end-8:end]), 16, 32)
	}
	line := tail[start : len(tail)-1]
	number, _ := cutNumber(line)
	if _, problem := prove(line, number, uint32(chain)); problem != "" {
		return nil, 0, &Damaged{Path: path, Record: number, Offset: from + int64(start), Problem: problem}
	}
	return line, number, nil
}
