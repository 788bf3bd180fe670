package host

import (
	"bytes"
)

// This file matches: the expression becomes a small program, all of whose
// threads walk the text together. What is found is the leftmost match and of
// those the longest, as POSIX wants it.

const maxProgram = 50_000 // instructions; a longer expression is refused

// An instruction of a compiled expression.
type instruction struct {
	op    byte     // s a byte of a set, = a place, ( a mark, / a fork, ! a match
	set   *byteSet // of s
	place byte     // of =
	mark  int      // of (
	x, y  int      // next; y of / is the second choice
}

// A pattern is a compiled expression. It is not for two callers at a time.
type pattern struct {
	code     []instruction
	marks    int      // two for each group, and two for the whole
	literal  []byte   // a text that every match has in it, nil if none is known
	warnings []string // what grep says of it
	lines    bool     // ^ and $ stand at every line, not only at the ends of the text
	now, new threads
}

// compilePattern reads an expression in a dialect.
func compilePattern(text string, d dialect) (*pattern, error) {
	kept, err := keptPatterns.get(patternKey{text, d}, text, func() (*pattern, error) { return newPattern(text, d) })
	if err != nil {
		return nil, err
	}
	p := *kept // of what is kept nobody uses the threads
	return &p, nil
}

// keptPatterns are those that were read before.
var keptPatterns compiled[patternKey, *pattern]

type patternKey struct {
	text string
	dialect
}

func newPattern(text string, d dialect) (*pattern, error) {
	p := &regexpParser{dialect: d, text: text}
	root, err := p.choice()
	if err != nil {
		return nil, err
	}
	if p.at < len(p.text) {
		return nil, complaint("Unmatched ) or \\)")
	}
	c := &pattern{marks: 2*p.groups + 2, warnings: p.warnings}
	if !d.fold {
		c.literal = longestLiteral(root)
	}
	if !c.compile(root) {
		return nil, errTooBig
	}
	c.emit(instruction{op: '!'})
	return c, nil
}

func (c *pattern) emit(i instruction) int {
	if i.x == 0 {
		i.x = len(c.code) + 1
	}
	c.code = append(c.code, i)
	return len(c.code) - 1
}

// compile appends a node's program; false if it becomes too long.
func (c *pattern) compile(n *regexpNode) bool {
	if len(c.code) > maxProgram {
		return false
	}
	switch n.kind {
	case 's':
		c.emit(instruction{op: 's', set: &n.set})
	case '=':
		c.emit(instruction{op: '=', place: n.place})
	case '(':
		c.emit(instruction{op: '(', mark: 2 * n.group})
		if !c.compile(n.parts[0]) {
			return false
		}
		c.emit(instruction{op: '(', mark: 2*n.group + 1})
	case '&':
		for _, part := range n.parts {
			if !c.compile(part) {
				return false
			}
		}
	case '|':
		return c.compileChoice(n)
	case '*':
		return c.compileRepeat(n)
	}
	return true
}

func (c *pattern) compileChoice(n *regexpNode) bool {
	var ends []int
	for i, part := range n.parts {
		fork := -1
		if i < len(n.parts)-1 {
			fork = c.emit(instruction{op: '/'})
		}
		if !c.compile(part) {
			return false
		}
		if fork >= 0 {
			ends = append(ends, c.emit(instruction{op: '/'}))
			c.code[fork].y = len(c.code)
		}
	}
	for _, end := range ends {
		c.code[end].x, c.code[end].y = len(c.code), len(c.code)
	}
	return true
}

func (c *pattern) compileRepeat(n *regexpNode) bool {
	part := n.parts[0]
	for range n.min {
		if !c.compile(part) {
			return false
		}
	}
	if n.max < 0 {
		fork := c.emit(instruction{op: '/'})
		if !c.compile(part) {
			return false
		}
		c.emit(instruction{op: '/', x: fork, y: fork})
		if fork == 0 { // 0 means "next" to emit
			c.code[len(c.code)-1].x = 0
		}
		c.code[fork].y = len(c.code)
		return true
	}
	var forks []int
	for range n.max - n.min {
		forks = append(forks, c.emit(instruction{op: '/'}))
		if !c.compile(part) {
			return false
		}
	}
	for _, fork := range forks {
		c.code[fork].y = len(c.code)
	}
	return true
}

// longestLiteral gives the longest text that is in everything the node matches.
func longestLiteral(n *regexpNode) []byte {
	var best, run []byte
	end := func() {
		if len(run) > len(best) {
			best = run
		}
		run = nil
	}
	if n.kind != '&' {
		n = &regexpNode{kind: '&', parts: []*regexpNode{n}}
	}
	for _, part := range n.parts {
		if c, one := onlyByte(part); one {
			run = append(run, c)
			continue
		}
		end()
		if part.kind == '(' || part.kind == '*' && part.min > 0 {
			run = longestLiteral(part.parts[0])
			end()
		}
	}
	end()
	return best
}

func onlyByte(n *regexpNode) (c byte, one bool) {
	if n.kind != 's' {
		return 0, false
	}
	count := 0
	for i := range 256 {
		if n.set.has(byte(i)) {
			c = byte(i)
			count++
		}
	}
	return c, count == 1
}

// threads is a list of places in the program with their marks, each place once.
type threads struct {
	list []thread
	seen []int // by place: the generation that holds it
	gen  int
}

type thread struct {
	at    int
	marks []int
}

func (t *threads) clear(size int) {
	if len(t.seen) < size {
		t.seen = make([]int, size)
	}
	t.gen++
	t.list = t.list[:0]
}

// find gives the marks of the leftmost longest match that begins at from or
// later, nil if there is none: marks[0] and [1] are its ends, -1 is a group
// that took no part.
func (c *pattern) find(text []byte, from int) []int { return c.run(text, from, len(text), false) }

// findWithin gives a match that begins at from and ends at most at end.
func (c *pattern) findWithin(text []byte, from, end int) []int { return c.run(text, from, end, true) }

func (c *pattern) match(text []byte) bool { return c.find(text, 0) != nil }

func (c *pattern) run(text []byte, from, end int, anchored bool) []int {
	if c.literal != nil && !bytes.Contains(text[from:end], c.literal) {
		return nil
	}
	var best []int
	c.now.clear(len(c.code))
	for at := from; at <= end; at++ {
		if best == nil && (at == from || !anchored) {
			marks := make([]int, c.marks)
			for i := range marks {
				marks[i] = -1
			}
			marks[0] = at
			c.follow(&c.now, text, 0, at, marks)
		}
		if len(c.now.list) == 0 && (best != nil || anchored) {
			break
		}
		c.new.clear(len(c.code))
		for _, t := range c.now.list {
			switch i := &c.code[t.at]; {
			case best != nil && t.marks[0] > best[0]:
			case i.op == '!':
				if best == nil || t.marks[0] < best[0] || at > best[1] {
					best = append([]int(nil), t.marks...)
					best[1] = at
				}
			case at < end && i.set.has(text[at]):
				c.follow(&c.new, text, i.x, at+1, t.marks)
			}
		}
		c.now, c.new = c.new, c.now
	}
	return best
}

// follow adds the threads that a place leads to without reading a byte.
func (c *pattern) follow(t *threads, text []byte, at, pos int, marks []int) {
	for t.seen[at] != t.gen {
		t.seen[at] = t.gen
		switch i := &c.code[at]; i.op {
		case '(':
			marks = append([]int(nil), marks...)
			marks[i.mark] = pos
			at = i.x
		case '=':
			if !c.stands(i.place, text, pos) {
				return
			}
			at = i.x
		case '/':
			c.follow(t, text, i.x, pos, marks)
			at = i.y
		default:
			t.list = append(t.list, thread{at, marks})
			return
		}
	}
}

// stands reports whether a position is the place.
func (c *pattern) stands(place byte, text []byte, pos int) bool {
	before := pos > 0 && isWord(text[pos-1])
	after := pos < len(text) && isWord(text[pos])
	switch place {
	case '^':
		return pos == 0 || c.lines && text[pos-1] == '\n'
	case '$':
		return pos == len(text) || c.lines && text[pos] == '\n'
	case '`':
		return pos == 0
	case '\'':
		return pos == len(text)
	case '<':
		return !before && after
	case '>':
		return before && !after
	case 'b':
		return before != after
	}
	return before == after
}
