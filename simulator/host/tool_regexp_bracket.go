package host

import (
	"errors"
	"strings"
)

var (
	errInvalid  = complaint("Invalid regular expression")
	errBracket  = complaint("Unmatched [, [^, [:, [., or [=")
	errRangeEnd = complaint("Invalid range end")
	errClass    = complaint("Invalid character class name")
	errCollate  = complaint("Invalid collation character")
)

// bracket reads a bracket expression.
func (p *regexpParser) bracket() (*regexpNode, error) {
	if err := p.classAlone(); err != nil {
		return nil, err
	}
	p.at++
	n := &regexpNode{kind: 's'}
	inverted := p.at < len(p.text) && p.text[p.at] == '^'
	if inverted {
		p.at++
	}
	for first := true; ; first = false {
		switch {
		case p.at >= len(p.text) && first:
			return nil, errInvalid
		case p.at >= len(p.text):
			return nil, errBracket
		}
		if p.text[p.at] == ']' && !first {
			p.at++
			break
		}
		if err := p.bracketItem(&n.set); err != nil {
			return nil, err
		}
	}
	if p.fold {
		n.set.foldCase()
	}
	if inverted {
		if !p.strict {
			n.set.add('\n')
		}
		n.set.invert()
	}
	return n, nil
}

// classAlone refuses [:space:] for [[:space:]], as grep does.
func (p *regexpParser) classAlone() error {
	rest := p.text[p.at:]
	end := strings.IndexByte(rest, ']')
	if !p.strict && strings.HasPrefix(rest, "[:") && end > 3 && rest[end-1] == ':' {
		return errors.New("character class syntax is [[:space:]], not [:space:]")
	}
	return nil
}

// bracketItem adds one character, range or class to the set.
func (p *regexpParser) bracketItem(set *byteSet) error {
	if strings.HasPrefix(p.text[p.at:], "[:") {
		if end := strings.Index(p.text[p.at+2:], ":]"); end >= 0 {
			in := byteClass(p.text[p.at+2 : p.at+2+end])
			if in == nil {
				return errClass
			}
			set.addWhere(in)
			p.at += end + 4
			return nil
		}
		return errBracket
	}
	low, err := p.bracketChar()
	if err != nil {
		return err
	}
	high := low
	if rest := p.text[p.at:]; len(rest) > 1 && rest[0] == '-' && rest[1] != ']' {
		p.at++
		if high, err = p.bracketChar(); err != nil {
			return err
		}
		if high < low {
			return errRangeEnd
		}
	}
	set.addWhere(func(c byte) bool { return c >= low && c <= high })
	return nil
}

// bracketChar reads one character, which may be written [.x.] or [=x=].
func (p *regexpParser) bracketChar() (byte, error) {
	rest := p.text[p.at:]
	if len(rest) > 1 && rest[0] == '[' && (rest[1] == '.' || rest[1] == '=') {
		end := strings.Index(rest[2:], rest[1:2]+"]")
		switch {
		case end < 0:
			return 0, errBracket
		case end != 1:
			return 0, errCollate
		}
		p.at += 5
		return rest[2], nil
	}
	if p.escapes && len(rest) > 1 && rest[0] == '\\' {
		if i := strings.IndexByte("nt", rest[1]); i >= 0 {
			p.at += 2
			return "\n\t"[i], nil
		}
	}
	p.at++
	return rest[0], nil
}
