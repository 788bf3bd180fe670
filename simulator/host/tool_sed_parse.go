package host

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// This file reads the scripts of sed. What GNU sed has beyond them (e, F, l, v,
// w, W, z and reading with R) is refused.

// A sedAddress is one address of a command.
type sedAddress struct {
	kind byte     // n a line, $ the last, / an expression, ~ first and step, + lines behind, * up to a multiple
	n    int      // of n, ~ (first), +, *
	step int      // of ~
	re   *pattern // of /; nil for the last expression used
}

// A sedCommand is one command.
type sedCommand struct {
	from, to *sedAddress
	not      bool
	name     byte
	text     string // of a, i, c; label of b, t, T and :; file of r
	jump     int    // of {, b, t and T: the command to go on with
	status   int    // of q, Q
	re       *pattern
	replace  []sedPart
	global   bool
	print    bool
	nth      int
	table    [256]byte // of y
	end      int       // last line of the range that the command is in; -1 before one, -2 until an expression says so
}

// A sedPart is a piece of a replacement.
type sedPart struct {
	text  string
	group int  // -1 for text
	fold  byte // U L u l E, or 0
}

type sedParser struct {
	text     string
	at       int
	extended bool
	commands []*sedCommand
	blocks   []int
}

// parseSed reads a script.
func parseSed(script string, extended bool) ([]*sedCommand, error) {
	p := &sedParser{text: script, extended: extended}
	for {
		p.skip(" \t\n;")
		if p.at == len(p.text) {
			break
		}
		if p.text[p.at] == '#' {
			p.line()
			continue
		}
		if err := p.command(); err != nil {
			return nil, fmt.Errorf("-e expression #1, char %d: %w", p.at, err)
		}
	}
	if len(p.blocks) > 0 {
		return nil, errors.New("-e expression #1, char 0: unmatched `{'")
	}
	return p.commands, p.labels()
}

// labels finds where branches go.
func (p *sedParser) labels() error {
	places := map[string]int{"": len(p.commands)}
	for i, c := range p.commands {
		if c.name == ':' {
			places[c.text] = i
		}
	}
	for _, c := range p.commands {
		if strings.IndexByte("btT", c.name) >= 0 {
			at, ok := places[c.text]
			if !ok {
				return sedPanic("can't find label for jump to `" + c.text + "'")
			}
			c.jump = at
		}
	}
	return nil
}

func (p *sedParser) skip(set string) {
	for p.at < len(p.text) && strings.IndexByte(set, p.text[p.at]) >= 0 {
		p.at++
	}
}

// peek gives the next byte, 0 at the end.
func (p *sedParser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// line takes the rest of the line.
func (p *sedParser) line() string {
	rest, _, found := strings.Cut(p.text[p.at:], "\n")
	p.at += len(rest)
	if found {
		p.at++
	}
	return rest
}

func (p *sedParser) number() (int, bool) {
	from := p.at
	p.skip("0123456789")
	n, err := strconv.Atoi(p.text[from:p.at])
	return n, err == nil
}

func (p *sedParser) command() error {
	c := &sedCommand{end: -1}
	if err := p.addresses(c); err != nil {
		return err
	}
	p.skip(" \t")
	for p.peek() == '!' {
		p.at++
		if p.skip(" \t"); p.peek() == '!' {
			p.at++
			return errors.New("multiple `!'s")
		}
		c.not = true
	}
	if p.at == len(p.text) {
		return errors.New("missing command")
	}
	c.name = p.text[p.at]
	p.at++
	if err := p.rest(c); err != nil {
		return err
	}
	if c.name != '}' {
		p.commands = append(p.commands, c)
	}
	return nil
}

func (p *sedParser) addresses(c *sedCommand) error {
	var err error
	if c.from, err = p.address(false); err != nil || c.from == nil {
		return err
	}
	p.skip(" \t")
	if p.peek() != ',' {
		if c.from.kind == 'n' && c.from.n == 0 {
			return errors.New("invalid usage of line address 0")
		}
		return nil
	}
	p.at++
	p.skip(" \t")
	if c.to, err = p.address(true); err != nil {
		return err
	}
	if c.to == nil {
		p.at++
		return errors.New("unexpected `,'")
	}
	if c.from.kind == 'n' && c.from.n == 0 {
		if c.to.kind != '/' {
			return errors.New("invalid usage of line address 0")
		}
		c.end = -2
	}
	return nil
}

func (p *sedParser) address(second bool) (*sedAddress, error) {
	switch b := p.peek(); {
	case b == '$':
		p.at++
		return &sedAddress{kind: '$'}, nil
	case isDigit(b):
		a := &sedAddress{kind: 'n'}
		a.n, _ = p.number()
		if p.peek() == '~' {
			p.at++
			a.kind = '~'
			a.step, _ = p.number()
		}
		return a, nil
	case second && (b == '+' || b == '~'):
		p.at++
		a := &sedAddress{kind: map[byte]byte{'+': '+', '~': '*'}[b]}
		var ok bool
		if a.n, ok = p.number(); !ok {
			return nil, errors.New("expected number")
		}
		return a, nil
	case b == '/' || b == '\\':
		if p.at++; b == '\\' {
			if p.at == len(p.text) {
				return nil, errors.New("unexpected end of address")
			}
			p.at++
		}
		text, ok := p.delimited(p.text[p.at-1], true)
		if !ok {
			return nil, errors.New("unterminated address regex")
		}
		fold, lines := false, false
		for p.peek() == 'I' || p.peek() == 'M' {
			fold, lines = fold || p.peek() == 'I', lines || p.peek() == 'M'
			p.at++
		}
		re, err := p.compile(text, fold, lines)
		return &sedAddress{kind: '/', re: re}, err
	}
	return nil, nil
}

func (p *sedParser) compile(text string, fold, lines bool) (*pattern, error) {
	if text == "" {
		return nil, nil
	}
	re, err := compilePattern(text, dialect{extended: p.extended, strict: true, escapes: true, fold: fold})
	if err == nil {
		re.lines = lines
	}
	return re, err
}

// delimited takes what is up to a delimiter. In an expression a bracket hides
// it.
func (p *sedParser) delimited(end byte, expression bool) (string, bool) {
	var b strings.Builder
	for ; p.at < len(p.text); p.at++ {
		x := p.text[p.at]
		switch {
		case x == end:
			p.at++
			return b.String(), true
		case x == '\n' && expression:
			return "", false
		case x == '\\' && p.at+1 < len(p.text):
			p.at++
			if next := p.text[p.at]; next != end || !expression && end == '&' {
				b.WriteByte('\\')
			} else if expression && strings.IndexByte(`.*[]^$+?(){}|`, end) >= 0 {
				b.WriteString("[" + string(rune(end)) + "]")
				continue
			}
			b.WriteByte(p.text[p.at])
		case x == '[' && expression:
			n := bracketLength(p.text[p.at:])
			b.WriteString(p.text[p.at : p.at+n])
			p.at += n - 1
		default:
			b.WriteByte(x)
		}
	}
	return "", false
}

// bracketLength gives the length of the bracket expression that a text begins
// with, 1 if it has no end.
func bracketLength(text string) int {
	at := 1
	if strings.HasPrefix(text[at:], "^") {
		at++
	}
	if strings.HasPrefix(text[at:], "]") {
		at++
	}
	for at < len(text) && text[at] != ']' && text[at] != '\n' {
		if rest := text[at:]; len(rest) > 1 && rest[0] == '[' && strings.IndexByte(":.=", rest[1]) >= 0 {
			if end := strings.Index(rest[2:], rest[1:2]+"]"); end >= 0 {
				at += end + 4
				continue
			}
		}
		at++
	}
	if at >= len(text) || text[at] != ']' {
		return 1
	}
	return at + 1
}

// rest reads what follows the name of a command.
func (p *sedParser) rest(c *sedCommand) error {
	switch c.name {
	case '{':
		p.blocks = append(p.blocks, len(p.commands))
		return nil
	case '}':
		return p.closeBlock(c)
	case 's':
		return p.substitute(c)
	case 'y':
		return p.transliterate(c)
	case 'a', 'i', 'c':
		return p.textOf(c)
	case ':':
		p.skip(" \t")
		if c.text = p.word("; \t\n"); c.text == "" {
			return errors.New("\":\" lacks a label")
		}
		if c.from != nil {
			return errors.New(": doesn't want any addresses")
		}
		return nil
	case 'b', 't', 'T':
		p.skip(" \t")
		c.text = p.word("; \t\n}")
	case 'r':
		p.skip(" \t")
		if c.text = p.line(); c.text == "" {
			return errors.New("missing filename in r/R/w/W commands")
		}
		return nil
	case 'q', 'Q':
		if c.to != nil {
			return errors.New("command only uses one address")
		}
		p.skip(" \t")
		c.status, _ = p.number()
	case '=', 'd', 'D', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x':
	case 'e', 'F', 'l', 'v', 'w', 'W', 'z', 'R':
		return fmt.Errorf("the command `%c' is not modelled on a simulated host", c.name)
	default:
		return fmt.Errorf("unknown command: `%c'", c.name)
	}
	return p.ended()
}

func (p *sedParser) word(end string) string {
	from := p.at
	for p.at < len(p.text) && strings.IndexByte(end, p.text[p.at]) < 0 {
		p.at++
	}
	return p.text[from:p.at]
}

// ended sees to it that nothing but another command follows.
func (p *sedParser) ended() error {
	p.skip(" \t")
	switch p.peek() {
	case 0, '\n', ';', '}', '#':
		if p.at < len(p.text) && (p.text[p.at] == ';' || p.text[p.at] == '\n') {
			p.at++
		}
		return nil
	}
	p.at++
	return errors.New("extra characters after command")
}

func (p *sedParser) closeBlock(c *sedCommand) error {
	last := len(p.blocks) - 1
	switch {
	case last < 0:
		return errors.New("unexpected `}'")
	case c.from != nil:
		return errors.New("} doesn't want any addresses")
	}
	p.commands[p.blocks[last]].jump = len(p.commands)
	p.blocks = p.blocks[:last]
	return p.ended()
}

// textOf reads the text of a, i and c: in one line, or behind a backslash.
func (p *sedParser) textOf(c *sedCommand) error {
	p.skip(" \t")
	if p.at == len(p.text) {
		return errors.New("expected \\ after `a', `c' or `i'")
	}
	if p.peek() == '\\' {
		p.at++
		p.skip(" \t")
		if p.peek() == '\n' {
			p.at++
		}
	}
	var b strings.Builder
	for ; p.at < len(p.text) && p.text[p.at] != '\n'; p.at++ {
		if p.text[p.at] == '\\' && p.at+1 < len(p.text) {
			p.at++
		}
		b.WriteByte(p.text[p.at])
	}
	c.text = b.String() + "\n"
	return nil
}
