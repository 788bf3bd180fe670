package host

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"
)

var grepOptions = optionTable{
	short: "EFGPie:f:vwxcm:bHhlLnoqsraA:B:C:yRIU",
	long: "extended-regexp=E fixed-strings=F basic-regexp=G ignore-case=i no-ignore-case=noi regexp=e: file=f: invert-match=v word-regexp=w line-regexp=x " +
		"count=c max-count=m: byte-offset=b with-filename=H no-filename=h files-with-matches=l files-without-match=L line-number=n only-matching=o quiet=q " +
		"silent=q no-messages=s recursive=r dereference-recursive=R text=a after-context=A: before-context=B: context=C: include=include: exclude=exclude: " +
		"color=color? colour=color? label=label: line-buffered=buffered",
	bad:    2,
	number: "C",
}

const grepHint = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information."

// A grep is one run of grep: what it looks for, how it shows it, and what it
// has found.
type grep struct {
	*call
	patterns      []*pattern
	word, line    bool
	invert        bool
	everything    bool // the one expression is empty
	names         bool // shows file names
	only          bool
	max           int64
	before, after int
	status        int // 2 after trouble
	found         bool
	apart         bool // a group has been shown: the next one needs a separator
}

// runGrep is grep, and egrep and fgrep.
func runGrep(c *call) int {
	g := &grep{call: c, max: math.MaxInt64}
	if err := g.options(); err != nil {
		if errors.Is(err, errGrepUsage) {
			return c.tryHelp()
		}
		c.complain("%v", err)
		return 2
	}
	recursive := c.given.has("r", "R")
	names := c.args
	if len(names) == 0 {
		names = []string{"-"}
		if recursive {
			names = []string{""}
		}
	}
	g.names = c.given.which("H", "h") == "H" || c.given.which("H", "h") == "" && (len(names) > 1 || recursive && (names[0] == "" || g.isDir(names[0])))
	if hopeless := g.max == 0 || g.everything && g.invert && !g.word && !g.line; hopeless && !g.given.has("L") {
		return 1
	}
	for _, name := range names {
		if g.visit(name, recursive); g.found && c.given.has("q") {
			return 0
		}
	}
	switch {
	case g.status != 0:
		return g.status
	case g.found:
		return 0
	}
	return 1
}

var errGrepUsage = errors.New("no pattern")

// options reads the command line but for its files.
func (g *grep) options() error {
	kind := g.given.which("E", "F", "G", "P")
	if kind == "" {
		kind = map[string]string{"egrep": "E", "fgrep": "F"}[g.name]
	}
	if kind == "P" {
		return complaint("Perl expressions (-P) are not modelled on a simulated host; use -E")
	}
	if color := g.given.last("color", "never"); color == "always" {
		return errors.New("colours are not modelled on a simulated host")
	}
	if err := g.numbers(); err != nil {
		return err
	}
	texts, err := g.texts()
	if err != nil {
		return err
	}
	g.everything = len(texts) == 1 && texts[0] == ""
	g.word, g.line = g.given.has("w"), g.given.has("x")
	g.invert, g.only = g.given.has("v"), g.given.has("o")
	fold := g.given.which("i", "y", "noi")
	d := dialect{extended: kind == "E", fold: fold == "i" || fold == "y"}
	for _, text := range texts {
		if kind == "F" {
			text = literalBRE(text)
		}
		p, err := compilePattern(text, d)
		if err != nil {
			return err
		}
		g.patterns = append(g.patterns, p)
		for _, warning := range p.warnings {
			g.complain("warning: %s", warning)
		}
	}
	return nil
}

// texts gives the expressions, one a line.
func (g *grep) texts() ([]string, error) {
	var texts []string
	given := false
	for _, o := range g.given {
		switch o.name {
		case "e":
			texts = append(texts, strings.Split(o.value, "\n")...)
			given = true
		case "f":
			data, err := g.readAll(o.value)
			if err != nil {
				return nil, errors.New(o.value + ": " + reason(err))
			}
			if len(data) > 0 {
				texts = append(texts, strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")...)
			}
			given = true
		}
	}
	if given {
		return texts, nil
	}
	if len(g.args) == 0 {
		return nil, errGrepUsage
	}
	texts = strings.Split(g.args[0], "\n")
	g.args = g.args[1:]
	return texts, nil
}

func (g *grep) numbers() error {
	for _, o := range g.given {
		switch o.name {
		case "m":
			n, err := strconv.ParseInt(o.value, 10, 64)
			if err != nil {
				return errors.New("invalid max count")
			}
			if g.max = n; n < 0 {
				g.max = math.MaxInt64
			}
		case "A", "B", "C":
			n, err := strconv.Atoi(o.value)
			if err != nil || n < 0 {
				return errors.New(o.value + ": invalid context length argument")
			}
			if o.name == "A" || o.name == "C" && !g.given.has("A") {
				g.after = n
			}
			if o.name == "B" || o.name == "C" && !g.given.has("B") {
				g.before = n
			}
		}
	}
	return nil
}

// literalBRE writes a text as the basic expression that matches just it.
func literalBRE(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if strings.IndexByte(`\.[]*^$`, text[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// first gives where the first match in line is that begins at from or later.
func (g *grep) first(line []byte, from int) (start, end int, ok bool) {
	for _, p := range g.patterns {
		s, e, found := g.firstOf(p, line, from)
		if found && (!ok || s < start || s == start && e > end) {
			start, end, ok = s, e, true
		}
	}
	return start, end, ok
}

func (g *grep) firstOf(p *pattern, line []byte, from int) (start, end int, ok bool) {
	if g.line {
		if from > 0 {
			return 0, 0, false
		}
		m := p.findWithin(line, 0, len(line))
		return 0, len(line), m != nil && m[1] == len(line)
	}
	for from <= len(line) {
		m := p.find(line, from)
		if m == nil {
			return 0, 0, false
		}
		if !g.word {
			return m[0], m[1], true
		}
		for end := m[1]; ; {
			if g.isolated(line, m[0], end) {
				return m[0], end, true
			}
			shorter := []int(nil)
			if end > m[0] {
				shorter = p.findWithin(line, m[0], end-1)
			}
			if shorter == nil {
				break
			}
			end = shorter[1]
		}
		from = m[0] + 1
	}
	return 0, 0, false
}

// isolated reports whether no word character touches a match.
func (g *grep) isolated(line []byte, start, end int) bool {
	return (start == 0 || !isWord(line[start-1])) && (end == len(line) || !isWord(line[end]))
}

func (g *grep) selects(line []byte) bool {
	_, _, ok := g.first(line, 0)
	return ok != g.invert
}

// trouble complains about a file, if that is wanted.
func (g *grep) trouble(name string, err error) {
	g.status = 2
	if !g.given.has("s") {
		g.complain("%s: %s", name, reason(err))
	}
}

func hasNUL(data []byte) bool { return bytes.IndexByte(data, 0) >= 0 }
