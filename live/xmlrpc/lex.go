package xmlrpc

import (
	"bytes"
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

// element is a tag's name without its prefix.
type element uint8

const (
	unknownTag element = iota
	responseTag
	callTag
	methodTag
	paramsTag
	paramTag
	faultTag
	valueTag
	arrayTag
	dataTag
	structTag
	memberTag
	nameTag
	intTag
	i1Tag
	i2Tag
	i4Tag
	i8Tag
	stringTag
	doubleTag
	booleanTag
	timeTag
	base64Tag
	nilTag
)

// elementOf knows a name by its bytes, without making a string of them.
func elementOf(b []byte) element {
	switch string(b) {
	case "value":
		return valueTag
	case "string":
		return stringTag
	case "name":
		return nameTag
	case "member":
		return memberTag
	case "struct":
		return structTag
	case "array":
		return arrayTag
	case "data":
		return dataTag
	case "int":
		return intTag
	case "i4":
		return i4Tag
	case "i8":
		return i8Tag
	case "i1":
		return i1Tag
	case "i2":
		return i2Tag
	case "boolean":
		return booleanTag
	case "double":
		return doubleTag
	case "dateTime.iso8601":
		return timeTag
	case "base64":
		return base64Tag
	case "nil":
		return nilTag
	case "param":
		return paramTag
	case "params":
		return paramsTag
	case "fault":
		return faultTag
	case "methodResponse":
		return responseTag
	case "methodCall":
		return callTag
	case "methodName":
		return methodTag
	}
	return unknownTag
}

// String is the element as messages show it.
func (e element) String() string {
	return [...]string{
		"an unknown tag", "<methodResponse>", "<methodCall>", "<methodName>", "<params>", "<param>", "<fault>", "<value>", "<array>", "<data>",
		"<struct>", "<member>", "<name>", "<int>", "<i1>", "<i2>", "<i4>", "<i8>", "<string>", "<double>", "<boolean>", "<dateTime.iso8601>", "<base64>", "<nil>",
	}[e]
}

// tag is a start tag, an end tag, or both in one.
type tag struct {
	element element
	start   bool
	end     bool
}

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

// special consumes one thing in text that does not stand for itself.
func (l *lexer) special() error {
	if err := l.need(1); err != nil {
		return err
	}
	switch c := l.window[l.pos]; l.charset.classes[c] {
	case less:
		if err := l.need(2); err != nil || l.atTag() {
			return err
		}
		return l.markup(true)
	case ampersand:
		return l.reference()
	case carriage:
		l.pos++
		if err := l.need(1); err != nil || l.window[l.pos] == '\n' {
			return err
		}
		return l.join([]byte{'\n'})
	case foreign:
		l.pos++
		r := l.charset.rune(c)
		if r == utf8.RuneError {
			return l.errorf("got a byte that is not " + l.charset.name + ", want the character set that the reply declares")
		}
		return l.joinRune(r)
	case illegal:
		return l.errorf("got the control character " + strconv.QuoteRune(rune(c)) + ", which XML cannot carry")
	}
	return nil
}

// reference consumes &name; or &#number;.
func (l *lexer) reference() error {
	const longest = len("&#x10FFFF;")
	if err := l.need(longest); err != nil && err != errEnd {
		return err
	}
	ahead := l.window[l.pos:min(l.pos+longest, l.end)]
	end := bytes.IndexByte(ahead, ';')
	if end < 0 {
		return l.errorf("got & alone, want a reference such as &amp;")
	}
	r, ok := resolve(ahead[1:end])
	if !ok {
		return l.errorf("got an unknown reference, want &lt; &gt; &amp; &quot; &apos; or a character's number")
	}
	l.pos += end + 1
	return l.joinRune(r)
}

// resolve is the character that a reference stands for.
func resolve(ref []byte) (rune, bool) {
	switch string(ref) {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(ref) < 2 || ref[0] != '#' {
		return 0, false
	}
	digits, base := ref[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(string(digits), base, 32)
	return rune(n), err == nil && n <= utf8.MaxRune && isChar(rune(n))
}

// isChar reports whether XML 1.0 can carry r.
func isChar(r rune) bool {
	return r >= 0x20 && r <= 0xD7FF || r == '\t' || r == '\n' || r == '\r' ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// markup consumes a comment, a processing instruction or, inside text, a CDATA section.
func (l *lexer) markup(inText bool) error {
	const longest = len("<![CDATA[")
	if err := l.need(longest); err != nil && err != errEnd {
		return err
	}
	ahead := l.window[l.pos:l.end]
	switch {
	case bytes.HasPrefix(ahead, []byte("<!--")):
		l.pos += len("<!--")
		return l.skip("-->")
	case bytes.HasPrefix(ahead, []byte("<?")):
		l.pos += len("<?")
		return l.skip("?>")
	case bytes.HasPrefix(ahead, []byte("<![CDATA[")) && inText:
		l.pos += longest
		return l.cdata()
	case bytes.HasPrefix(ahead, []byte("<!DOCTYPE")), bytes.HasPrefix(ahead, []byte("<!doctype")):
		return &replyError{at: l.before + int64(l.pos), text: "got a document type declaration, want an XML-RPC reply", foreign: true}
	}
	return l.errorf("got <! where no declaration may be, want a tag")
}

// skip consumes everything up to and with the delimiter.
func (l *lexer) skip(delimiter string) error {
	for {
		if i := bytes.Index(l.window[l.pos:l.end], []byte(delimiter)); i >= 0 {
			l.pos += i + len(delimiter)
			return nil
		}
		l.pos = max(l.pos, l.end-len(delimiter)+1)
		if err := l.fill(); err != nil {
			return err
		}
	}
}

// cdata consumes the rest of a CDATA section as text.
func (l *lexer) cdata() error {
	for {
		if i := bytes.Index(l.window[l.pos:l.end], []byte("]]>")); i >= 0 {
			stop := l.pos + i
			err := l.raw(stop)
			l.pos = stop + len("]]>")
			return err
		}
		stop := max(l.pos, l.end-len("]]>")+1) // a delimiter cut in two stays for the next look
		if err := l.raw(stop); err != nil {
			return err
		}
		if err := l.fill(); err != nil {
			return err
		}
	}
}

// raw consumes window[pos:stop] as text without references and tags.
func (l *lexer) raw(stop int) error {
	for l.pos < stop {
		start := l.pos
		for l.pos < stop && l.charset.classes[l.window[l.pos]] <= ampersand {
			l.beyond = l.beyond || l.window[l.pos] >= utf8.RuneSelf
			l.pos++
		}
		if err := l.join(l.window[start:l.pos]); err != nil {
			return err
		}
		if l.pos < stop {
			if err := l.special(); err != nil {
				return err
			}
		}
	}
	return nil
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

// readTag consumes a tag.
func (l *lexer) readTag() (tag, error) {
	length, err := l.tagLength()
	if err != nil {
		return tag{}, err
	}
	b := l.window[l.pos+1 : l.pos+length-1]
	t := tag{start: true}
	if b[0] == '/' {
		t, b = tag{end: true}, b[1:]
	} else if b[len(b)-1] == '/' {
		t.end, b = true, b[:len(b)-1]
	}
	stop := 0
	for stop < len(b) && !isSpace(b[stop]) {
		stop++
	}
	if stop == 0 || !t.start && len(bytes.TrimSpace(b[stop:])) > 0 || t.start && !validAttributes(b[stop:]) {
		return tag{}, l.errorf("got < and no tag behind it, want a tag")
	}
	local := b[:stop]
	if i := bytes.LastIndexByte(local, ':'); i >= 0 {
		local = local[i+1:]
	}
	if t.element = elementOf(local); t.element == unknownTag {
		l.strange = "a tag of unknown name"
		if isName(local) {
			l.strange = "<" + string(local) + ">"
		}
	}
	l.pos += length
	return t, nil
}

// tagLength is how long the tag at pos is; all of it is in the window then.
func (l *lexer) tagLength() (int, error) {
	var quote byte
	for i := 1; ; i++ {
		if err := l.need(i + 1); err != nil {
			return 0, err
		}
		switch c := l.window[l.pos+i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"', c == '\'':
			quote = c
		case c == '>' && i > 1:
			return i + 1, nil
		case c == '<', c == '>', c == 0:
			return 0, l.errorf("got < and no tag behind it, want a tag")
		}
	}
}

// validAttributes reports whether b is name="text" any number of times. They
// mean nothing here.
func validAttributes(b []byte) bool {
	for {
		trimmed := bytes.TrimLeft(b, " \t\r\n")
		if len(trimmed) == 0 {
			return true
		}
		if len(trimmed) == len(b) {
			return false
		}
		eq := bytes.IndexByte(trimmed, '=')
		if eq < 1 || bytes.ContainsAny(bytes.TrimRight(trimmed[:eq], " \t\r\n"), " \t\r\n\"'<&/") {
			return false
		}
		rest := bytes.TrimLeft(trimmed[eq+1:], " \t\r\n")
		if len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
			return false
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 || bytes.IndexByte(rest[1:1+end], '<') >= 0 {
			return false
		}
		b = rest[end+2:]
	}
}

// isName reports whether b is short and has only what names have, so that a
// message may show it.
func isName(b []byte) bool {
	const most = 40
	for _, c := range b {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return len(b) > 0 && len(b) <= most
}

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
