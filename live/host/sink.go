package host

import (
	"bytes"
	"strings"
	"sync"
	"unicode/utf8"
)

// maxNoise is how much a login shell may say before a program begins.
const maxNoise = 64 << 10

// A sink takes one output of a program: what comes before the mark, the line
// of the mark, and the end of what follows.
type sink struct {
	mark  string
	limit int64
	begun chan struct{} // closed when the mark has come

	mu     sync.Mutex
	noise  []byte // what has come while the mark has not
	marked bool
	early  bool // the mark has come with the word begun alone: another follows, later
	lost   bool // too much came without a mark; the rest is dropped
	words  []string
	ring   []byte // the end of what followed; it begins at from once it is full
	from   int
	total  int64 // bytes that followed
	moves  int64 // grows with everything that comes
}

func newSink(mark string, limit int64) *sink {
	return &sink{mark: mark, limit: limit, begun: make(chan struct{})}
}

// Write never fails: what is too much is forgotten.
func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moves++
	switch {
	case s.marked:
		s.keep(p)
	case !s.lost:
		s.noise = append(s.noise, p...)
		s.search()
	}
	return len(p), nil
}

// search looks for the line of the mark in what has come.
func (s *sink) search() {
	before, rest, found := bytes.Cut(s.noise, []byte(s.mark))
	line, after, whole := bytes.Cut(rest, []byte("\n"))
	if !found || !whole {
		if len(s.noise) > maxNoise {
			s.lost = true
		}
		return
	}
	words := strings.Fields(string(line))
	if len(words) == 1 && words[0] == "begun" {
		s.noise, s.early = append([]byte(nil), after...), true
		s.search()
		return
	}
	s.noise, s.marked, s.words = before, true, words
	s.keep(after)
	close(s.begun)
}

// keep adds to the end that is kept.
func (s *sink) keep(p []byte) {
	s.total += int64(len(p))
	if int64(len(p)) >= s.limit {
		s.ring, s.from = append(s.ring[:0], p[int64(len(p))-s.limit:]...), 0
		return
	}
	if room := int(s.limit) - len(s.ring); room > 0 {
		n := min(room, len(p))
		s.ring = append(s.ring, p[:n]...)
		p = p[n:]
	}
	for len(p) > 0 {
		n := copy(s.ring[s.from:], p)
		p = p[n:]
		s.from = (s.from + n) % len(s.ring)
	}
}

// A share is what is kept of one output.
type share struct {
	text  []byte
	total int64 // bytes that there were
}

// share takes what has come so far.
func (s *sink) share() share {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := make([]byte, 0, len(s.ring))
	text = append(append(text, s.ring[s.from:]...), s.ring[:s.from]...)
	return share{text, s.total}
}

// head is the line of the mark, and what came before it.
func (s *sink) head() (words []string, noise string, marked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.words, string(s.noise), s.marked
}

// hasBegun reports whether the program has said that it began.
func (s *sink) hasBegun() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.early
}

func (s *sink) moved() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.moves
}

// whole drops the rest of a character that was cut at the beginning, if the
// text is one without it.
func (s *share) whole() {
	if int64(len(s.text)) == s.total {
		return
	}
	for n := range min(utf8.UTFMax, len(s.text)) {
		if utf8.RuneStart(s.text[n]) {
			if utf8.Valid(s.text[n:]) {
				s.text = s.text[n:]
			}
			return
		}
	}
}

func (s *share) cut() int64 { return max(0, s.total-int64(len(s.text))) }
