package xmlrpc

import "bytes"

// This file defines tags: the elements that XML-RPC has, and reading a tag of
// one of them. Prefixes and attributes are allowed and mean nothing.

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

// readTag consumes a tag.
func (l *lexer) readTag() (tag, error) {
	if t, ok := l.bareTag(); ok {
		return t, nil
	}
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

// bareTag consumes a tag that is whole in the window and nothing but the name
// of an element, as nearly all are.
func (l *lexer) bareTag() (tag, bool) {
	const longest = len("</dateTime.iso8601>")
	b := l.window[l.pos:min(l.end, l.pos+longest)]
	stop := bytes.IndexByte(b, '>')
	if stop < 2 {
		return tag{}, false
	}
	t, name := tag{start: true}, b[1:stop]
	switch {
	case name[0] == '/':
		t, name = tag{end: true}, name[1:]
	case name[len(name)-1] == '/':
		t.end, name = true, name[:len(name)-1]
	}
	if t.element = elementOf(name); t.element == unknownTag {
		return tag{}, false
	}
	l.pos += stop + 1
	return t, true
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
