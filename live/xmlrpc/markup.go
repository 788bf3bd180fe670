package xmlrpc

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// This file defines what is in text and is not text: references, line ends,
// comments, processing instructions, CDATA sections.

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
