package xmlrpc

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"
)

// class is what a byte is to text. Those below special stand for themselves;
// a CDATA section takes those up to ampersand as they are.
type class uint8

const (
	plain     class = 0
	beyond    class = 1 // part of a UTF-8 character of several bytes
	special   class = 2 // this one and all above need a look
	less      class = 2
	ampersand class = 3
	carriage  class = 4
	foreign   class = 5 // a character of a single-byte set beyond ASCII
	illegal   class = 6
)

// charset is one of the few character sets that a reply may be in.
type charset struct {
	name    string
	classes *[256]class
	rune    func(byte) rune // of a foreign byte; utf8.RuneError if it has none
}

var (
	utf8Classes   = classes(beyond)
	singleClasses = classes(foreign)
)

// classes is the table of a set whose bytes beyond ASCII are of class high.
func classes(high class) *[256]class {
	var t [256]class
	for i := range t {
		switch {
		case i >= utf8.RuneSelf:
			t[i] = high
		case i < ' ' && i != '\t' && i != '\n':
			t[i] = illegal
		}
	}
	t['<'], t['&'], t['\r'] = less, ampersand, carriage
	return &t
}

// charsetOf knows a character set by its name, in any case.
func charsetOf(label string) (charset, bool) {
	switch strings.ToLower(strings.TrimSpace(label)) {
	case "", "utf-8", "utf8":
		return charset{name: "utf-8", classes: utf8Classes}, true
	case "us-ascii", "ascii":
		return charset{name: "us-ascii", classes: singleClasses, rune: func(byte) rune { return utf8.RuneError }}, true
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1":
		return charset{name: "iso-8859-1", classes: singleClasses, rune: func(c byte) rune { return rune(c) }}, true
	case "windows-1252", "cp1252":
		return charset{name: "windows-1252", classes: singleClasses, rune: windows1252}, true
	}
	return charset{}, false
}

// windows1252 differs from ISO 8859-1 in the bytes 0x80 to 0x9F.
func windows1252(c byte) rune {
	if c < 0x80 || c > 0x9F {
		return rune(c)
	}
	const upper = "€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ"
	n := 0
	for _, r := range upper {
		if n == int(c-0x80) {
			return r
		}
		n++
	}
	return utf8.RuneError
}

// prolog consumes what may stand before the first tag and settles the
// character set. A byte order mark counts first, then the document's own
// declaration, as for every client built on expat; the label, which is the
// one of the HTTP header, counts where the document says nothing.
func (l *lexer) prolog(label string) error {
	if err := l.need(3); err != nil && err != errEnd {
		return err
	}
	marked := false
	switch ahead := l.window[l.pos:l.end]; {
	case bytes.HasPrefix(ahead, []byte("\xEF\xBB\xBF")):
		l.pos += 3
		label, marked = "utf-8", true
	case bytes.HasPrefix(ahead, []byte("\xFE\xFF")), bytes.HasPrefix(ahead, []byte("\xFF\xFE")):
		return l.wrongCharset("utf-16")
	}
	if err := l.space(); err != nil {
		return err
	}
	declared, err := l.declaration()
	if err != nil {
		return err
	}
	if declared != "" && !marked {
		label = declared
	}
	set, ok := charsetOf(label)
	if !ok {
		return l.wrongCharset(label)
	}
	l.charset = set
	return nil
}

func (l *lexer) wrongCharset(label string) error {
	if !isName([]byte(label)) {
		label = "of unknown name"
	}
	return l.errorf("got character set " + label + ", want utf-8, us-ascii, iso-8859-1 or windows-1252")
}

// declaration consumes an XML declaration, if there is one, and returns the
// character set that it names.
func (l *lexer) declaration() (string, error) {
	const begin = "<?xml"
	if err := l.need(len(begin) + 1); err != nil && err != errEnd {
		return "", err
	}
	if ahead := l.window[l.pos:l.end]; !bytes.HasPrefix(ahead, []byte(begin)) || len(ahead) > len(begin) && !isSpace(ahead[len(begin)]) {
		return "", nil
	}
	for i := 0; ; {
		ahead := l.window[l.pos:l.end]
		if n := bytes.Index(ahead[i:], []byte("?>")); n >= 0 {
			l.pos += i + n + 2
			return encodingOf(ahead[len(begin) : i+n]), nil
		}
		i = max(len(ahead)-1, 0)
		if err := l.fill(); err != nil {
			return "", err
		}
	}
}

// encodingOf finds encoding="X" in an XML declaration.
func encodingOf(decl []byte) string {
	_, after, ok := bytes.Cut(decl, []byte("encoding"))
	if !ok {
		return ""
	}
	after = bytes.TrimLeft(after, " \t\r\n=")
	if len(after) == 0 || after[0] != '"' && after[0] != '\'' {
		return ""
	}
	label, _, _ := bytes.Cut(after[1:], after[:1])
	return string(label)
}

// labelOf is the character set that a Content-Type header names, or "".
func labelOf(contentType string) string {
	switch contentType {
	case "", "text/xml", "text/xml;charset=utf-8", "text/xml; charset=utf-8":
		return "" // the usual ones, without ceremony
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return params["charset"]
}
