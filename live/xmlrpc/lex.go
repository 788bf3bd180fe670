package xmlrpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// This file defines the lexer: the part of XML that an XML-RPC reply may use,
// read through a window of fixed size. It resolves CDATA, references,
// comments, processing instructions and line ends, and hands out text and tags.
// It keeps nothing but the window and the text it is joining, so a reply of
// any size costs the same until a limit ends it.

// windowSize is the most of a reply that is looked at at once. A tag must fit.
const windowSize = 4 << 10

// lexer reads tags and text. What its methods return is valid until the next call.
type lexer struct {
	src     io.Reader
	limits  Limits
	charset charset

	window   []byte
	pos, end int   // window[pos:end] is read and not yet consumed
	before   int64 // bytes consumed before window[0]

	joined  []byte // text that does not lie in the window in one piece
	beyond  bool   // the text has bytes beyond ASCII
	strange string // the last tag of an unknown element, for messages
}

// replyError is what is wrong with a reply, and where. Its text quotes nothing
// of the reply but names: the rest may hold a part of the password, which
// could not be recognised as one.
type replyError struct {
	at      int64  // offset in bytes, after decompression
	text    string // subject: got X, want Y
	foreign bool   // it is no XML-RPC reply at all
	head    []byte // how such a reply begins
}

func (e *replyError) Error() string {
	return "reply, byte " + strconv.FormatInt(e.at, 10) + ": " + e.text
}

func (l *lexer) errorf(text string) error {
	return &replyError{at: l.before + int64(l.pos), text: text}
}

var errEnd = errors.New("the reply ends too early")

// fill reads more into the window behind what is not consumed.
func (l *lexer) fill() error {
	switch {
	case l.pos == l.end:
		l.before += int64(l.pos)
		l.pos, l.end = 0, 0
	case l.end == len(l.window) && l.pos > 0:
		l.before += int64(l.pos)
		l.end = copy(l.window, l.window[l.pos:l.end])
		l.pos = 0
	case l.end == len(l.window):
		return l.errorf("got a tag longer than " + formatSize(windowSize) + ", want shorter ones")
	}
	for range 100 {
		n, err := l.src.Read(l.window[l.end:])
		l.end += n
		if l.before+int64(l.end) > l.limits.Bytes {
			return l.errorf("got more than " + formatSize(l.limits.Bytes) + ", want at most that")
		}
		if n > 0 {
			return nil
		}
		if err == io.EOF {
			return errEnd
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// need has n bytes in the window, or reports why not.
func (l *lexer) need(n int) error {
	for l.end-l.pos < n {
		if err := l.fill(); err != nil {
			return err
		}
	}
	return nil
}

// text reads character data up to the next tag.
func (l *lexer) text() ([]byte, error) {
	l.joined, l.beyond = l.joined[:0], false
	for {
		run := l.run()
		if l.atTag() && len(l.joined) == 0 {
			return run, l.check(run)
		}
		if err := l.join(run); err != nil {
			return nil, err
		}
		if l.atTag() {
			return l.joined, l.check(l.joined)
		}
		if err := l.special(); err != nil {
			return nil, err
		}
	}
}

// run consumes the bytes of the window that stand for themselves.
func (l *lexer) run() []byte {
	classes, start, i := l.charset.classes, l.pos, l.pos
	var seen class
	for ; i < l.end; i++ {
		for i+8 <= l.end && allPlain(binary.LittleEndian.Uint64(l.window[i:])) {
			i += 8
		}
		if i == l.end {
			break
		}
		c := classes[l.window[i]]
		if c >= special {
			break
		}
		seen |= c
	}
	l.beyond = l.beyond || seen == beyond
	l.pos = i
	return l.window[start:i]
}

// allPlain reports whether eight bytes are printable ASCII without < and &,
// which stands for itself in every character set. It may deny it of bytes that
// are, because of a carry between them, and never says it of bytes that are not.
func allPlain(b uint64) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	below := b - ' '*each
	less, ampersand := b^'<'*each, b^'&'*each
	return (b|below|(less-each)&^less|(ampersand-each)&^ampersand)&high == 0
}

// atTag reports whether the window shows that a tag is next, and not a comment
// or its like.
func (l *lexer) atTag() bool {
	return l.pos+1 < l.end && l.window[l.pos] == '<' && l.window[l.pos+1] != '!' && l.window[l.pos+1] != '?'
}

// atEndTag reports, after text, whether the next tag is an end tag.
func (l *lexer) atEndTag() bool { return l.window[l.pos+1] == '/' }

// check refuses text that is not what its character set says.
func (l *lexer) check(text []byte) error {
	if len(text) > l.limits.String {
		return l.errorf("got a string longer than " + formatSize(int64(l.limits.String)) + ", want at most that")
	}
	if l.beyond && !validText(text) {
		return l.errorf("got bytes that are not " + l.charset.name + ", want the character set that the reply declares")
	}
	return nil
}

// validText reports whether text is UTF-8 and has no U+FFFE and U+FFFF, the
// only characters that are well encoded and not allowed.
func validText(text []byte) bool {
	return utf8.Valid(text) && !bytes.Contains(text, []byte("\uFFFE")) && !bytes.Contains(text, []byte("\uFFFF"))
}

// join adds to the text.
func (l *lexer) join(run []byte) error {
	if len(l.joined)+len(run) > l.limits.String {
		return l.errorf("got a string longer than " + formatSize(int64(l.limits.String)) + ", want at most that")
	}
	l.joined = append(l.joined, run...)
	return nil
}

func (l *lexer) joinRune(r rune) error {
	var b [utf8.UTFMax]byte
	return l.join(b[:utf8.EncodeRune(b[:], r)])
}

// tag reads the next tag. Nothing but space, comments and processing
// instructions may be before it.
func (l *lexer) tag() (tag, error) {
	for {
		if err := l.space(); err != nil {
			return tag{}, err
		}
		if l.window[l.pos] != '<' {
			return tag{}, l.errorf("got text between tags, want a tag")
		}
		if err := l.need(2); err != nil {
			return tag{}, err
		}
		if l.atTag() {
			return l.readTag()
		}
		if err := l.markup(false); err != nil {
			return tag{}, err
		}
	}
}

// space consumes white space and has at least one byte behind it.
func (l *lexer) space() error {
	for {
		for l.pos < l.end {
			if !isSpace(l.window[l.pos]) {
				return nil
			}
			l.pos++
		}
		if err := l.fill(); err != nil {
			return err
		}
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// countOf says how long a text is, for messages that must not quote it.
func countOf(b []byte) string {
	if len(b) == 1 {
		return "1 character"
	}
	return strconv.Itoa(len(b)) + " characters"
}

// formatSize is a number of bytes as messages show it.
func formatSize(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + " KiB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
