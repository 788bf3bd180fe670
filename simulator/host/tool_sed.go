package host

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
)

var sedOptions = optionTable{
	short: "nEre:f:si::u",
	long:  "quiet=n silent=n regexp-extended=E expression=e: file=f: separate=s in-place=i? unbuffered=u",
}

const sedHint = "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]..."

const maxSpace = 16 << 20 // bytes of a pattern or hold space; a script that makes more is in a loop

// A sed is one run of sed.
type sed struct {
	*call
	commands  []*sedCommand
	quiet     bool
	names     []string
	reader    *bufio.Reader
	line      []byte // pattern space
	ended     bool   // the line in it had a newline
	holdEnded bool
	unended   bool // a newline is owed to what was written last
	hold      []byte
	number    int
	appended  []sedAppend
	last      *pattern
	replaced  bool
	status    int
	quit      bool
	to        *bytes.Buffer
	next      []byte
	nextKnown bool
	suffix    string
	rewrites  bool
}

type sedAppend struct{ text, file string }

// sedPanic is an error after which sed gives status 4.
type sedPanic string

func (e sedPanic) Error() string { return string(e) }

// runSed is sed.
func runSed(c *call) int {
	s := &sed{call: c, holdEnded: true, quiet: c.given.has("n"), rewrites: c.given.has("i"), suffix: c.given.last("i", "")}
	script, names, err := c.sedScript()
	switch {
	case errors.Is(err, errGrepUsage):
		return c.tryHelp()
	case err == nil:
		s.commands, err = parseSed(script, c.extended())
	}
	if err != nil {
		c.complain("%v", err)
		if errors.As(err, new(sedPanic)) {
			return 4
		}
		return 1
	}
	if len(names) == 0 {
		names = []string{"-"}
	}
	if !s.rewrites && !c.given.has("s") {
		s.names = names
		s.run()
		return s.status
	}
	for _, name := range names {
		s.names, s.quit = []string{name}, false
		if s.rewrites {
			s.rewrite(name)
		} else {
			s.run()
		}
		if s.quit {
			break
		}
	}
	return s.status
}

// extended reports whether -E holds for the script: it does only for what comes
// behind it.
func (c *call) extended() bool {
	for _, o := range c.given {
		switch o.name {
		case "E", "r":
			return true
		case "e", "f":
			return false
		}
	}
	return false
}

// sedScript gives the script and the files.
func (c *call) sedScript() (script string, names []string, err error) {
	var parts []string
	for _, o := range c.given {
		switch o.name {
		case "e":
			parts = append(parts, o.value)
		case "f":
			data, err := c.readAll(o.value)
			if err != nil {
				return "", nil, sedPanic("couldn't open file " + o.value + ": " + reason(err))
			}
			parts = append(parts, strings.TrimSuffix(string(data), "\n"))
		}
	}
	if parts != nil {
		return strings.Join(parts, "\n"), c.args, nil
	}
	if len(c.args) == 0 {
		return "", nil, errGrepUsage
	}
	return c.args[0], c.args[1:], nil
}

// rewrite runs the script over one file and puts the result in its place.
func (s *sed) rewrite(name string) {
	s.number = 0
	s.to, s.unended = &bytes.Buffer{}, false
	data, err := s.read(name)
	if isDirectoryError(err) {
		s.complain("couldn't edit %s: not a regular file", name)
		s.status = 4
		return
	}
	if err != nil {
		s.complain("can't read %s: %s", name, reason(err))
		s.status = max(s.status, 2)
		return
	}
	if s.suffix != "" {
		backup := name + s.suffix
		if strings.Contains(s.suffix, "*") {
			backup = strings.ReplaceAll(s.suffix, "*", name)
		}
		if err := s.save(backup, data); err != nil {
			s.complain("cannot rename %s: %s", name, reason(err))
			s.status = 4
			return
		}
	}
	s.run()
	if s.quit && s.reader != nil { // what was not read stays
		if s.nextKnown {
			s.to.Write(s.next)
		}
		_, _ = s.reader.WriteTo(s.to)
	}
	if err := s.save(name, s.to.Bytes()); err != nil {
		s.complain("couldn't open temporary file: %s", reason(err))
		s.status = 4
	}
}

func (s *sed) emit(text []byte) {
	if s.unended {
		text = append([]byte("\n"), text...)
		s.unended = false
	}
	if s.to != nil {
		s.to.Write(text)
		return
	}
	s.out.Write(text)
}

// emitLine writes the pattern space. Where the input ended without a newline, it
// comes only before what is written next.
func (s *sed) emitLine(text []byte) {
	s.emit(text)
	if s.unended = !s.ended; s.ended {
		s.emit([]byte("\n"))
	}
}

// fetch gives the next line with its end, nil at the end of all files.
func (s *sed) fetch() []byte {
	if s.nextKnown {
		s.nextKnown = false
		return s.next
	}
	for {
		if s.reader == nil {
			if len(s.names) == 0 {
				return nil
			}
			name := s.names[0]
			s.names = s.names[1:]
			r, err := s.open(name)
			if err != nil {
				if isDirectoryError(err) {
					s.complain("read error on %s: %s", name, reason(err))
					s.status, s.quit = 4, true
					return nil
				}
				s.complain("can't read %s: %s", name, reason(err))
				s.status = max(s.status, 2)
				continue
			}
			s.reader = r
		}
		line, err := s.reader.ReadBytes('\n')
		if err != nil {
			s.reader = nil
		}
		if len(line) > 0 {
			return line
		}
	}
}

// peekMore reports whether there is another line.
func (s *sed) peekMore() bool {
	if !s.nextKnown {
		s.next, s.nextKnown = s.fetch(), true
	}
	return s.next != nil
}

// advance puts the next line into the pattern space.
func (s *sed) advance() bool {
	line := s.fetch()
	if line == nil {
		return false
	}
	s.number++
	s.ended = line[len(line)-1] == '\n'
	s.line = append([]byte(nil), bytes.TrimSuffix(line, []byte("\n"))...)
	return true
}

func (s *sed) run() {
	s.nextKnown, s.reader = false, nil
	restart := false
	for !s.quit && (restart || s.advance()) {
		s.replaced = false
		restart = s.cycle()
		s.flushAppended()
	}
}

func (s *sed) flushAppended() {
	for _, a := range s.appended {
		text := []byte(a.text)
		if a.file != "" {
			text, _ = s.read(a.file) // what is not there is not said
		}
		if len(text) > 0 {
			s.emit(text)
		}
	}
	s.appended = nil
}

// selects reports whether a command's addresses hold.
func (s *sed) selects(c *sedCommand) bool {
	if c.from == nil {
		return true
	}
	if c.to == nil {
		return s.matches(c.from)
	}
	if c.end == -1 {
		if !s.matches(c.from) {
			return false
		}
		switch c.to.kind {
		case 'n':
			c.end = c.to.n
		case '+':
			c.end = s.number + c.to.n
		case '*':
			c.end = s.number
			if c.to.n > 0 {
				c.end = (s.number + c.to.n - 1) / c.to.n * c.to.n
			}
		default:
			c.end = -2
			if c.to.kind == '$' && !s.peekMore() {
				c.end = -1
			}
			return true
		}
		if c.end <= s.number {
			c.end = -1
		}
		return true
	}
	return s.inRange(c)
}

// inRange goes on with a range that has begun.
func (s *sed) inRange(c *sedCommand) bool {
	if c.end == -2 {
		if s.matches(c.to) {
			c.end = -1
		}
		return true
	}
	inside := s.number <= c.end
	if s.number >= c.end {
		c.end = -1
	}
	return inside || s.matches(c.from)
}

func (s *sed) matches(a *sedAddress) bool {
	switch a.kind {
	case 'n':
		return s.number == a.n
	case '~':
		return a.step <= 0 && s.number == a.n || a.step > 0 && s.number >= a.n && (s.number-a.n)%a.step == 0
	case '$':
		return !s.peekMore()
	}
	re := s.expression(a.re)
	return re != nil && re.match(s.line)
}

// expression gives the expression, or the one used last.
func (s *sed) expression(re *pattern) *pattern {
	if re == nil {
		re = s.last
	}
	if re == nil {
		s.complain("-e expression #1, char 0: no previous regular expression")
		s.status, s.quit = 1, true
	}
	s.last = re
	return re
}
