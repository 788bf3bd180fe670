package host

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// This file reads POSIX regular expressions, basic and extended, as the GNU
// tools do in the C locale: a character is a byte. Back-references are refused,
// for what is matched here is matched in time linear in the text.

// A dialect says how a tool reads its expressions.
type dialect struct {
	extended bool // ERE, otherwise BRE
	strict   bool // sed: operators without operand and bad intervals are errors, otherwise taken as grep does
	escapes  bool // sed: \n and \t are newline and tab
	fold     bool // upper and lower case are one
}

// A byteSet is a set of bytes.
type byteSet [4]uint64

func (s *byteSet) add(c byte)      { s[c>>6] |= 1 << (c & 63) }
func (s *byteSet) has(c byte) bool { return s[c>>6]&(1<<(c&63)) != 0 }

func (s *byteSet) addWhere(in func(byte) bool) {
	for c := range 256 {
		if in(byte(c)) {
			s.add(byte(c))
		}
	}
}

func (s *byteSet) invert() {
	for i := range s {
		s[i] = ^s[i]
	}
}

// foldCase adds the other case of each letter.
func (s *byteSet) foldCase() {
	for c := byte('a'); c <= 'z'; c++ {
		if s.has(c) || s.has(c-32) {
			s.add(c)
			s.add(c - 32)
		}
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isAlpha(c byte) bool { return isLower(c) || isUpper(c) }
func isAlnum(c byte) bool { return isAlpha(c) || isDigit(c) }
func isWord(c byte) bool  { return isAlnum(c) || c == '_' }
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
func isGraph(c byte) bool { return c > ' ' && c < 0x7f }

// byteClass gives the characters of a POSIX class, nil for an unknown name.
func byteClass(name string) func(byte) bool {
	switch name {
	case "alpha":
		return isAlpha
	case "digit":
		return isDigit
	case "alnum":
		return isAlnum
	case "upper":
		return isUpper
	case "lower":
		return isLower
	case "space":
		return isSpace
	case "blank":
		return func(c byte) bool { return c == ' ' || c == '\t' }
	case "punct":
		return func(c byte) bool { return isGraph(c) && !isAlnum(c) }
	case "print":
		return func(c byte) bool { return c == ' ' || isGraph(c) }
	case "graph":
		return isGraph
	case "cntrl":
		return func(c byte) bool { return c < ' ' || c == 0x7f }
	case "xdigit":
		return func(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }
	}
	return nil
}

// A regexpNode is a part of an expression.
type regexpNode struct {
	kind     byte          // s a set, = a place, ( a group, & a sequence, | a choice, * a repetition
	set      byteSet       // of s
	place    byte          // of =: ^ $ < > b B ` '
	group    int           // of (
	parts    []*regexpNode // of (, &, |, *
	min, max int           // of *; max -1 without end
}

type regexpParser struct {
	dialect
	text   string
	at     int
	groups int
	depth  int
	open   int

	warnings []string // of operators that grep overlooks
}

const maxRepeat = 32767 // RE_DUP_MAX of glibc

var (
	errTooBig    = complaint("Regular expression too big")
	errPreceding = complaint("Invalid preceding regular expression")
	errInterval  = complaint("Invalid content of \\{\\}")

	errDecreasing = fmt.Errorf("%w", errInterval)
)

// is reports whether the operator comes next, spelled as the dialect does.
func (p *regexpParser) is(operator string) bool {
	if !p.extended {
		operator = "\\" + operator
	}
	return strings.HasPrefix(p.text[p.at:], operator)
}

// take skips the operator if it comes next.
func (p *regexpParser) take(operator string) bool {
	if !p.is(operator) {
		return false
	}
	p.at += len(operator)
	if !p.extended {
		p.at++
	}
	return true
}

func (p *regexpParser) choice() (*regexpNode, error) {
	if p.depth++; p.depth > 200 {
		return nil, errTooBig
	}
	defer func() { p.depth-- }()
	choice := &regexpNode{kind: '|'}
	for {
		branch, err := p.sequence()
		if err != nil {
			return nil, err
		}
		choice.parts = append(choice.parts, branch)
		if !p.take("|") && !p.takeNewline() {
			break
		}
	}
	if len(choice.parts) == 1 {
		return choice.parts[0], nil
	}
	return choice, nil
}

// takeNewline skips a newline between alternatives, which grep allows.
func (p *regexpParser) takeNewline() bool {
	if !p.strict && strings.HasPrefix(p.text[p.at:], "\n") {
		p.at++
		return true
	}
	return false
}

func (p *regexpParser) atEnd() bool {
	return p.at == len(p.text) || p.is("|") || p.is(")") && (p.open > 0 || !p.extended || p.strict) || !p.strict && p.text[p.at] == '\n'
}

func (p *regexpParser) sequence() (*regexpNode, error) {
	sequence := &regexpNode{kind: '&'}
	for !p.atEnd() {
		atom, err := p.atom(sequence.parts)
		if err != nil {
			return nil, err
		}
		if atom == nil {
			continue
		}
		if atom, err = p.repeated(atom); err != nil {
			return nil, err
		}
		sequence.parts = append(sequence.parts, atom)
	}
	return sequence, nil
}

// repeated reads the repetition operators behind an atom.
func (p *regexpParser) repeated(atom *regexpNode) (*regexpNode, error) {
	for p.at < len(p.text) && atom.kind != '=' {
		least, most := 0, -1
		switch {
		case p.text[p.at] == '*':
			p.at++
		case p.take("+"):
			least = 1
		case p.take("?"):
			most = 1
		case p.is("{"):
			from := p.at
			p.take("{")
			var err error
			if least, most, err = p.interval(); err != nil {
				if p.extended && !p.strict && !errors.Is(err, errTooBig) && err != errDecreasing {
					p.at = from
					return atom, nil
				}
				return nil, err
			}
		default:
			return atom, nil
		}
		atom = &regexpNode{kind: '*', parts: []*regexpNode{atom}, min: least, max: most}
	}
	return atom, nil
}

// interval reads the numbers and the closing brace of an interval.
func (p *regexpParser) interval() (least, most int, err error) {
	least, some := p.number()
	most = least
	if p.at < len(p.text) && p.text[p.at] == ',' {
		p.at++
		var bounded bool
		if most, bounded = p.number(); !bounded {
			most = -1
		}
		some = true
	}
	switch {
	case p.at == len(p.text):
		return 0, 0, complaint("Unmatched \\{")
	case !some || !p.take("}"):
		return 0, 0, errInterval
	case most >= 0 && most < least:
		return 0, 0, errDecreasing
	case least > maxRepeat || most > maxRepeat:
		return 0, 0, errTooBig
	}
	return least, most, nil
}

func (p *regexpParser) number() (int, bool) {
	from := p.at
	for p.at < len(p.text) && isDigit(p.text[p.at]) {
		p.at++
	}
	if from == p.at {
		return 0, false
	}
	n, err := strconv.Atoi(p.text[from:p.at])
	if err != nil {
		n = maxRepeat + 1
	}
	return n, true
}

// atom reads one atom, behind others of its sequence; nil for an operator that
// grep overlooks because nothing stands before it that could be repeated.
func (p *regexpParser) atom(before []*regexpNode) (*regexpNode, error) {
	c := p.text[p.at]
	first := len(before) == 0 || before[len(before)-1].kind == '='
	switch {
	case p.take("("):
		return p.groupNode()
	case p.is(")"):
		if p.extended && !p.strict {
			break
		}
		return nil, complaint("Unmatched ) or \\)")
	case first && (p.extended && (c == '*' || c == '+' || c == '?' || c == '{') || !p.extended && p.is("{")):
		return p.lonelyOperator(c, before)
	case c == '[':
		return p.bracket()
	case c == '.':
		p.at++
		n := &regexpNode{kind: 's'}
		n.set.addWhere(func(c byte) bool { return p.strict || c != '\n' })
		return n, nil
	case c == '^' && (p.extended || len(before) == 0), c == '$' && (p.extended || p.dollarEnds()):
		p.at++
		return &regexpNode{kind: '=', place: c}, nil
	case c == '\\':
		return p.escape()
	}
	p.at++
	return p.literal(c), nil
}

func (p *regexpParser) lonelyOperator(c byte, before []*regexpNode) (*regexpNode, error) {
	switch {
	case p.strict:
		return nil, errPreceding
	case !p.extended:
		p.at += 2
		return p.literal('{'), nil
	case c == '{':
		from := p.at
		p.at++
		if _, _, err := p.interval(); err != nil {
			p.at = from + 1
			return p.literal('{'), nil
		}
		p.overlook("{...}", before)
		return nil, nil
	}
	p.at++
	p.overlook(string(rune(c)), before)
	return nil, nil
}

// overlook keeps grep's warning of an operator at the start.
func (p *regexpParser) overlook(operator string, before []*regexpNode) {
	for _, n := range before {
		if n.kind != '=' {
			return
		}
	}
	p.warnings = append(p.warnings, operator+" at start of expression")
}

func (p *regexpParser) dollarEnds() bool {
	rest := p.text[p.at+1:]
	return rest == "" || strings.HasPrefix(rest, "\\)") || strings.HasPrefix(rest, "\\|") || !p.strict && rest[0] == '\n'
}

func (p *regexpParser) literal(c byte) *regexpNode {
	n := &regexpNode{kind: 's'}
	n.set.add(c)
	if p.fold {
		n.set.foldCase()
	}
	return n
}

func (p *regexpParser) groupNode() (*regexpNode, error) {
	p.groups++
	n := &regexpNode{kind: '(', group: p.groups}
	p.open++
	inner, err := p.choice()
	p.open--
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, complaint("Unmatched ( or \\(")
	}
	n.parts = []*regexpNode{inner}
	return n, nil
}

func (p *regexpParser) escape() (*regexpNode, error) {
	if p.at+1 == len(p.text) {
		return nil, complaint("Trailing backslash")
	}
	c := p.text[p.at+1]
	p.at += 2
	n := &regexpNode{kind: 's'}
	switch c {
	case 'w', 'W':
		n.set.addWhere(isWord)
	case 's', 'S':
		n.set.addWhere(isSpace)
	case '<', '>', 'b', 'B', '`', '\'':
		return &regexpNode{kind: '=', place: c}, nil
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if int(c-'0') > p.groups {
			return nil, complaint("Invalid back reference")
		}
		return nil, fmt.Errorf("the back-reference \\%c is not modelled on a simulated host", c)
	default:
		if i := strings.IndexByte("nt", c); p.escapes && i >= 0 {
			c = "\n\t"[i]
		}
		return p.literal(c), nil
	}
	if isUpper(c) {
		n.set.invert()
	}
	return n, nil
}
