package effect

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// ParseJSON reads one value as [AppendJSON] writes it; white space and other
// spellings of the same JSON are welcome too. Numbers without point and
// exponent are int64, others float64. It refuses nesting beyond [MaxDepth], two
// fields of one name, an unknown "$name", and whatever follows the value.
func ParseJSON(text []byte) (Value, error) {
	p := parser{text: text}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if c := p.peek(); p.at < len(text) {
		return nil, p.got(fmt.Sprintf("%q", c), "the end")
	}
	return v, nil
}

// A parser reads JSON from text, from at on.
type parser struct {
	text    []byte
	at      int
	special bool // within {"$name":…}, where there is no other
}

// peek skips white space and returns the byte that follows, 0 at the end.
func (p *parser) peek() byte {
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (p *parser) got(what, want string) error {
	return fmt.Errorf("json: byte %d: got %s, want %s", p.at, what, want)
}

// want makes the error for whatever stands at p.at.
func (p *parser) want(what string) error {
	if p.at >= len(p.text) {
		return p.got("the end", what)
	}
	return p.got(fmt.Sprintf("%q", p.text[p.at]), what)
}

// take skips c after white space and reports whether it was there.
func (p *parser) take(c byte) bool {
	if p.peek() != c || p.at >= len(p.text) {
		return false
	}
	p.at++
	return true
}

func (p *parser) value(depth int) (Value, error) {
	if depth > MaxDepth {
		return nil, p.got("deeper nesting", fmt.Sprintf("at most %d levels", MaxDepth))
	}
	switch c := p.peek(); {
	case c == '"':
		return p.str()
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	case p.word("null"):
		return nil, nil
	case p.word("true"):
		return true, nil
	case p.word("false"):
		return false, nil
	}
	return nil, p.want("a value")
}

func (p *parser) word(w string) bool {
	if len(p.text)-p.at < len(w) || string(p.text[p.at:p.at+len(w)]) != w {
		return false
	}
	p.at += len(w)
	return true
}

func (p *parser) array(depth int) (Value, error) {
	p.at++
	list := []Value{}
	if p.take(']') {
		return list, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if p.take(']') {
			return list, nil
		}
		if !p.take(',') {
			return nil, p.want("',' or ']'")
		}
	}
}

// object reads a Struct, or one of the values that are written {"$name":…}.
func (p *parser) object(depth int) (Value, error) {
	p.at++
	fields := Struct{}
	if p.take('}') {
		return fields, nil
	}
	var seen names
	for {
		name, err := p.key()
		if err != nil {
			return nil, err
		}
		if name != "" && name[0] == '$' {
			if len(name) == 1 || name[1] != '$' {
				return p.tagged(name, len(fields))
			}
			name = name[1:]
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if fields = append(fields, Field{name, v}); seen.twice(fields) {
			return nil, p.got(fmt.Sprintf("field %q a second time", name), "each name once")
		}
		if p.take('}') {
			return fields, nil
		}
		if !p.take(',') {
			return nil, p.want("',' or '}'")
		}
	}
}

func (p *parser) key() (string, error) {
	if p.peek() != '"' {
		return "", p.want("a field name")
	}
	name, err := p.str()
	if err != nil {
		return "", err
	}
	if !p.take(':') {
		return "", p.want("':'")
	}
	return name, nil
}

// number reads an integer or, if it has a point or an exponent, a float.
func (p *parser) number() (Value, error) {
	start, float := p.at, false
	if p.text[p.at] == '-' {
		p.at++
	}
	whole := p.at
	if p.digits() == 0 || p.text[whole] == '0' && p.at > whole+1 {
		return nil, p.want("a number without leading zeros")
	}
	if p.at < len(p.text) && p.text[p.at] == '.' {
		p.at++
		if float = true; p.digits() == 0 {
			return nil, p.want("a digit")
		}
	}
	if p.at < len(p.text) && p.text[p.at]|0x20 == 'e' {
		p.at++
		if p.at < len(p.text) && (p.text[p.at] == '+' || p.text[p.at] == '-') {
			p.at++
		}
		if float = true; p.digits() == 0 {
			return nil, p.want("a digit")
		}
	}
	text := string(p.text[start:p.at])
	if float {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, p.got(text, "a number that fits 64 bits")
		}
		return f, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, p.got(text, "an integer that fits 64 bits")
	}
	return n, nil
}

func (p *parser) digits() int {
	start := p.at
	for p.at < len(p.text) && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
		p.at++
	}
	return p.at - start
}

// str reads a string; p.at is at its opening quote.
func (p *parser) str() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.text) && (plain[p.text[p.at]] || p.text[p.at] >= utf8.RuneSelf) {
		p.at++
	}
	if p.at < len(p.text) && p.text[p.at] == '"' {
		b := p.text[start:p.at]
		if !utf8.Valid(b) {
			return "", p.got("bytes that are not UTF-8", "text")
		}
		p.at++
		return string(b), nil
	}
	return p.escaped(start)
}

// escaped reads a string that has escapes; what is before p.at has none.
func (p *parser) escaped(start int) (string, error) {
	b := append([]byte(nil), p.text[start:p.at]...)
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			if !utf8.Valid(b) {
				return "", p.got("bytes that are not UTF-8", "text")
			}
			p.at++
			return string(b), nil
		case c < 0x20:
			return "", p.want("it escaped")
		case c == '\\':
			p.at++
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, r)
		default:
			b = append(b, c)
			p.at++
		}
	}
	return "", p.want("'\"'")
}

// escape reads what follows a backslash.
func (p *parser) escape() (rune, error) {
	if p.at >= len(p.text) {
		return 0, p.want("an escape")
	}
	c := p.text[p.at]
	p.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return p.unicode()
	}
	p.at--
	return 0, p.want("an escape")
}

// unicode reads the digits of a \u escape, and its second half if it is one of a pair.
func (p *parser) unicode() (rune, error) {
	r, err := p.hex()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	if p.word(`\u`) {
		second, err := p.hex()
		if err != nil {
			return 0, err
		}
		if r = utf16.DecodeRune(r, second); r != utf8.RuneError {
			return r, nil
		}
	}
	return 0, p.got("half of a surrogate pair", "both")
}

func (p *parser) hex() (rune, error) {
	var r rune
	for range 4 {
		if p.at >= len(p.text) {
			return 0, p.want("a hexadecimal digit")
		}
		c := p.text[p.at]
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, p.want("a hexadecimal digit")
		}
		p.at++
	}
	return r, nil
}

// names finds a field name that occurs twice, without a map while fields are few.
type names map[string]struct{}

// twice reports whether the last of fields has the name of one before it. It
// is called after each field that is added.
func (n *names) twice(fields Struct) bool {
	const few = 16
	last := len(fields) - 1
	if last < few {
		for i := range last {
			if fields[i].Name == fields[last].Name {
				return true
			}
		}
		return false
	}
	if *n == nil {
		*n = make(names, 2*few)
		for i := range last {
			(*n)[fields[i].Name] = struct{}{}
		}
	}
	_, seen := (*n)[fields[last].Name]
	(*n)[fields[last].Name] = struct{}{}
	return seen
}
