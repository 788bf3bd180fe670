package serve

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// This file defines the scanner of XML, as much of XML as XML-RPC needs: no
// namespaces, no document type, attributes skipped. It works on a whole
// document, whose size its caller has bounded, and copies nothing but text
// that has entities in it.

// maxDepth is how deep elements may be nested in a request. An XML-RPC value in
// n arrays is 3n + 5 deep.
const maxDepth = 256

type tokenKind uint8

const (
	tokenEOF   tokenKind = iota
	tokenStart           // <name …>, also of <name …/>
	tokenEnd             // </name>, also of <name …/>
	tokenText
)

// A token is one piece of a document. Its bytes belong to the document.
type token struct {
	kind tokenKind
	name []byte // of an element
	text []byte
}

func (t token) String() string {
	switch t.kind {
	case tokenStart:
		return "<" + short(t.name) + ">"
	case tokenEnd:
		return "</" + short(t.name) + ">"
	case tokenText:
		return strconv.Quote(short(t.text))
	}
	return "the end"
}

// short is b as messages show it: what a client sent may be long.
func short(b []byte) string {
	if len(b) > 40 {
		return strings.ToValidUTF8(string(b[:40]), "") + "…"
	}
	return string(b)
}

type scanner struct {
	doc  []byte
	at   int
	open [][]byte // names of the open elements
	// closes is set between the two tokens of <name/>.
	closes bool
	rooted bool // the root element has begun
}

// newScanner checks the document's encoding and gives a scanner of it in UTF-8.
func newScanner(doc []byte) (*scanner, error) {
	doc = bytes.TrimPrefix(doc, []byte("\xef\xbb\xbf"))
	switch encoding := declaredEncoding(doc); encoding {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		if !utf8.Valid(doc) {
			return nil, fmt.Errorf("request: got bytes that are not UTF-8")
		}
	case "iso-8859-1", "latin-1", "latin1":
		doc = latin1(doc)
	default:
		return nil, fmt.Errorf("request: got the encoding %q, want utf-8", short([]byte(encoding)))
	}
	for i, c := range doc {
		if c < 0x20 && notXML(rune(c)) {
			return nil, fmt.Errorf("request: at byte %d: got a character that XML does not allow", i)
		}
	}
	return &scanner{doc: doc}, nil
}

func notXML(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r'
}

// declaredEncoding is the encoding that the XML declaration names, in lower case.
func declaredEncoding(doc []byte) string {
	if !bytes.HasPrefix(doc, []byte("<?xml")) {
		return ""
	}
	end := bytes.Index(doc, []byte("?>"))
	_, after, ok := bytes.Cut(doc[:max(end, 0)], []byte("encoding"))
	if !ok {
		return ""
	}
	after = bytes.TrimLeft(after, " \t\r\n=")
	if len(after) < 2 || after[0] != '"' && after[0] != '\'' {
		return "?"
	}
	name, _, _ := bytes.Cut(after[1:], after[:1])
	return strings.ToLower(string(name))
}

func latin1(doc []byte) []byte {
	out := make([]byte, 0, len(doc)+len(doc)/8)
	for _, c := range doc {
		out = utf8.AppendRune(out, rune(c))
	}
	return out
}

func (s *scanner) errorf(format string, args ...any) error {
	return fmt.Errorf("request: at byte %d: %s", s.at, fmt.Sprintf(format, args...))
}

// next is the next token. Comments and processing instructions are passed over,
// and so is white space outside the root element.
func (s *scanner) next() (token, error) {
	if s.closes {
		s.closes = false
		return s.closed(s.open[len(s.open)-1])
	}
	for {
		rest := s.doc[s.at:]
		switch {
		case len(rest) == 0:
			return s.end()
		case rest[0] != '<':
			t, err := s.text(rest)
			if err != nil || len(s.open) > 0 {
				return t, err
			}
			if len(bytes.TrimSpace(t.text)) > 0 {
				return t, s.errorf("got text outside the root element")
			}
		case bytes.HasPrefix(rest, []byte("<!--")):
			if err := s.skip("<!--", "-->"); err != nil {
				return token{}, err
			}
		case bytes.HasPrefix(rest, []byte("<?")):
			if err := s.skip("<?", "?>"); err != nil {
				return token{}, err
			}
		case bytes.HasPrefix(rest, []byte("<![CDATA[")) && len(s.open) > 0:
			begin := s.at + len("<![CDATA[")
			if err := s.skip("<![CDATA[", "]]>"); err != nil {
				return token{}, err
			}
			return token{kind: tokenText, text: s.doc[begin : s.at-len("]]>")]}, nil
		case bytes.HasPrefix(rest, []byte("<!")):
			return token{}, s.errorf("got a document type or other declaration, want none")
		case bytes.HasPrefix(rest, []byte("</")):
			return s.endTag(rest)
		default:
			return s.startTag(rest)
		}
	}
}

func (s *scanner) end() (token, error) {
	if len(s.open) > 0 {
		return token{}, s.errorf("got the end, want </%s>", short(s.open[len(s.open)-1]))
	}
	return token{}, nil
}

func (s *scanner) skip(begin, end string) error {
	i := bytes.Index(s.doc[s.at+len(begin):], []byte(end))
	if i < 0 {
		return s.errorf("got %s without %s", begin, end)
	}
	s.at += len(begin) + i + len(end)
	return nil
}

func (s *scanner) text(rest []byte) (token, error) {
	end := bytes.IndexByte(rest, '<')
	if end < 0 {
		end = len(rest)
	}
	text, err := plain(rest[:end])
	if err != nil {
		return token{}, s.errorf("%v", err)
	}
	s.at += end
	return token{kind: tokenText, text: text}, nil
}

func (s *scanner) endTag(rest []byte) (token, error) {
	end := bytes.IndexByte(rest, '>')
	if end < 0 {
		return token{}, s.errorf("got </ without >")
	}
	name := bytes.TrimRight(rest[2:end], " \t\r\n")
	if len(s.open) == 0 || !bytes.Equal(name, s.open[len(s.open)-1]) {
		return token{}, s.errorf("got </%s>, want the end of what is open", short(name))
	}
	s.at += end + 1
	return s.closed(name)
}

func (s *scanner) closed(name []byte) (token, error) {
	s.open = s.open[:len(s.open)-1]
	return token{kind: tokenEnd, name: name}, nil
}

func (s *scanner) startTag(rest []byte) (token, error) {
	name := rest[1 : 1+nameLength(rest[1:])]
	end := tagEnd(rest)
	switch {
	case len(name) == 0 || end < 0:
		return token{}, s.errorf("got < without an element")
	case len(s.open) == maxDepth:
		return token{}, s.errorf("got more than %d elements inside each other", maxDepth)
	case len(s.open) == 0 && s.rooted:
		return token{}, s.errorf("got a second root element <%s>", short(name))
	}
	s.rooted = true
	s.open = append(s.open, name)
	s.closes = rest[end-1] == '/'
	s.at += end + 1
	return token{kind: tokenStart, name: name}, nil
}

func nameLength(b []byte) int {
	for i, c := range b {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c == ':', c >= 0x80:
		case i > 0 && ('0' <= c && c <= '9' || c == '.' || c == '-'):
		default:
			return i
		}
	}
	return len(b)
}

// tagEnd is the index of the > that ends the tag that b begins with, or -1. A >
// in the quotes of an attribute does not.
func tagEnd(b []byte) int {
	var quote byte
	for i, c := range b[1:] {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		case c == '<':
			return -1
		}
	}
	return -1
}

// plain is text with its entities resolved and its line ends made \n.
func plain(raw []byte) ([]byte, error) {
	if bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '\r') < 0 {
		return raw, nil
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '\r':
			out = append(out, '\n')
			if i+1 < len(raw) && raw[i+1] == '\n' {
				i++
			}
		case '&':
			end := bytes.IndexByte(raw[i:min(len(raw), i+12)], ';')
			if end < 0 {
				return nil, fmt.Errorf("got & without an entity")
			}
			r, ok := entity(string(raw[i+1 : i+end]))
			if !ok {
				return nil, fmt.Errorf("got the entity %q, want one that XML has", raw[i:i+end+1])
			}
			out = utf8.AppendRune(out, r)
			i += end
		default:
			out = append(out, raw[i])
		}
	}
	return out, nil
}

func entity(name string) (rune, bool) {
	switch name {
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
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	r := rune(n)
	return r, err == nil && n <= utf8.MaxRune && utf8.ValidRune(r) && !notXML(r)
}
