package journal

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
)

// A span is where a record stands in the file.
type span struct {
	offset int64
	length int32 // without the newline
	record int32 // its number
}

// A scanner reads a journal line by line and proves every line: its number, its
// checksum, the chain to the line before.
type scanner struct {
	path string
	file io.ReaderAt

	buf        []byte
	start, end int   // of what is read and not yet scanned, in buf
	offset     int64 // of buf[start] in the file
	limit      int64 // where to stop reading
	eof        bool

	number int    // of the last good record
	chain  uint32 // its checksum
	at     span   // where it is
	notice string // what was dropped at the end
}

// scanWindow is how much of a journal is read at once.
const scanWindow int64 = 64 << 10

func newScanner(path string, file io.ReaderAt, limit int64) *scanner {
	return &scanner{path: path, file: file, limit: limit, buf: make([]byte, min(scanWindow, limit+1))}
}

// next returns the next record's line, valid until the next call; nil at the end.
func (s *scanner) next() ([]byte, error) {
	line, whole, err := s.line()
	if err == nil && s.number == 0 {
		err = s.checkFormat(line, whole)
	}
	if err != nil || line == nil {
		return nil, err
	}
	if !whole {
		return nil, s.torn(line)
	}
	chain, problem := prove(line, s.number+1, s.chain)
	if problem != "" {
		if last, err := s.isLast(len(line) + 1); err != nil || !last {
			return nil, errors.Join(err, s.damaged(problem))
		}
		if bytes.IndexByte(line, 0) < 0 {
			return nil, s.damaged(problem)
		}
		return nil, s.torn(line)
	}
	s.number++
	s.chain = chain
	s.at = span{offset: s.offset, length: int32(len(line)), record: int32(s.number)}
	s.skip(len(line) + 1)
	return line, nil
}

// checkFormat looks at the first line before anything is proved by the rules
// of a version that it may not be of.
func (s *scanner) checkFormat(line []byte, whole bool) error {
	if len(line) == 0 {
		return &Damaged{Path: s.path, Problem: "got an empty file, want a header: the run was cut off before it began"}
	}
	rest, ok := bytes.CutPrefix(line, []byte(`{"n":1,"k":"header","format":`))
	digits, _, ok2 := bytes.Cut(rest, []byte{','})
	version, err := integerOf(digits)
	switch {
	case ok && ok2 && err == nil && version != Format:
		return &UnknownFormat{Path: s.path, Got: version}
	case !whole:
		return &Damaged{Path: s.path, Problem: "got no whole header: the run was cut off before it began"}
	case !ok || !ok2 || err != nil:
		return &Damaged{Path: s.path, Problem: "got something else than the header of a journal"}
	}
	return nil
}

// torn judges a bad last line. One that was cut short, or has zeros where the
// disk never got its blocks, was being written when the power went: it is
// dropped. One that holds a whole record and more was not torn but changed.
func (s *scanner) torn(line []byte) error {
	rest := bytes.TrimRight(line, "\x00")
	const tag = `,"crc":"`
	for i := 0; ; {
		j := bytes.Index(rest[i:], []byte(tag))
		if j < 0 {
			break
		}
		i += j + tailSize
		if i >= len(rest) {
			break
		}
		if _, problem := prove(rest[:i], s.number+1, s.chain); problem == "" {
			return s.damaged(fmt.Sprintf("got %q behind the record, want a newline", rest[i]))
		}
		i -= tailSize - len(tag)
	}
	if s.number == 0 {
		return &Damaged{Path: s.path, Problem: "got no whole header: the run was cut off before it began"}
	}
	s.notice = fmt.Sprintf("record %d at byte %d was torn when the run was cut off, and is dropped", s.number+1, s.offset)
	return nil
}

func (s *scanner) damaged(problem string) error {
	return &Damaged{Path: s.path, Record: s.number + 1, Offset: s.offset, Problem: problem}
}

// prove checks a line and returns its checksum, or what is wrong with it.
func prove(line []byte, number int, chain uint32) (uint32, string) {
	n := len(line) - tailSize
	if n < 1 || string(line[n:n+8]) != `,"crc":"` || string(line[len(line)-2:]) != `"}` {
		return 0, "got a line without checksum"
	}
	sum := crc32.Update(chain, castagnoli, line[:n])
	var hex [8]byte
	if want := appendHex(hex[:0], sum); string(want) != string(line[n+8:n+16]) {
		return 0, fmt.Sprintf("got checksum %q, want %q: the record, or one before it, was changed or lost", line[n+8:n+16], want)
	}
	if got, ok := cutNumber(line); !ok || got != number {
		return 0, fmt.Sprintf("got record number %d, want %d", got, number)
	}
	return sum, ""
}

// cutNumber is the number that a line says it has.
func cutNumber(line []byte) (int, bool) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"n":`))
	if !ok {
		return 0, false
	}
	digits, _, ok := bytes.Cut(rest[:min(len(rest), 20)], []byte{','})
	n, err := strconv.Atoi(string(digits))
	return n, ok && err == nil
}

// line returns what is up to the next newline, and whether there is one; nil at the end.
func (s *scanner) line() (line []byte, whole bool, err error) {
	searched := 0
	for {
		data := s.buf[s.start:s.end]
		if i := bytes.IndexByte(data[searched:], '\n'); i >= 0 {
			return data[:searched+i], true, nil
		}
		searched = len(data)
		if searched > maxLine {
			return nil, false, s.damaged(fmt.Sprintf("got a line of more than %d bytes", maxLine))
		}
		if s.eof {
			if len(data) == 0 {
				data = nil
			}
			return data, false, nil
		}
		if err := s.fill(); err != nil {
			return nil, false, err
		}
	}
}

// isLast reports whether nothing follows the first n bytes that are left.
func (s *scanner) isLast(n int) (bool, error) {
	for s.end-s.start == n && !s.eof {
		if err := s.fill(); err != nil {
			return false, err
		}
	}
	return s.end-s.start == n, nil
}

func (s *scanner) skip(n int) {
	s.start += n
	s.offset += int64(n)
}

// fill reads more of the file behind what is left.
func (s *scanner) fill() error {
	if s.start > 0 {
		s.end = copy(s.buf, s.buf[s.start:s.end])
		s.start = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	room := s.buf[s.end:]
	pos := s.offset + int64(s.end)
	if left := s.limit - pos; int64(len(room)) > left {
		room = room[:left]
	}
	n, err := s.file.ReadAt(room, pos)
	s.end += n
	if err == io.EOF || n == len(room) && pos+int64(n) == s.limit {
		s.eof, err = true, nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	return nil
}
