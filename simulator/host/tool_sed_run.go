package host

import (
	"bytes"
	"fmt"
)

// cycle runs the script over the pattern space; true if it is to run again
// without a new line.
func (s *sed) cycle() (again bool) {
	for at := 0; at < len(s.commands); {
		c := s.commands[at]
		at++
		if s.selects(c) == c.not {
			if c.name == '{' {
				at = c.jump
			}
			continue
		}
		if s.quit {
			return false
		}
		switch c.name {
		case 'b', 't', 'T':
			s.step() // a loop that never ends is killed
			if c.name == 'b' || s.replaced == (c.name == 't') {
				at = c.jump
			}
			if c.name != 'b' {
				s.replaced = false
			}
		case 'D':
			_, rest, found := bytes.Cut(s.line, []byte("\n"))
			if found {
				s.step()
				s.line = rest
			}
			return found
		default:
			if done := s.do(c); done {
				return false
			}
		}
		if len(s.line) > maxSpace || len(s.hold) > maxSpace {
			s.complain("couldn't allocate memory")
			s.status, s.quit = 4, true
			return false
		}
	}
	if !s.quiet {
		s.emitLine(s.line)
	}
	return false
}

// do carries out a command that does not branch; true if the cycle is over.
func (s *sed) do(c *sedCommand) (done bool) {
	switch c.name {
	case 's':
		s.substitute(c)
	case 'y':
		for i, x := range s.line {
			s.line[i] = c.table[x]
		}
	case 'p':
		s.emitLine(s.line)
	case 'P':
		first, _, found := bytes.Cut(s.line, []byte("\n"))
		if !found {
			s.emitLine(first)
			break
		}
		s.emit(append(bytes.Clone(first), '\n'))
	case '=':
		s.emit(fmt.Appendf(nil, "%d\n", s.number))
	case 'a':
		s.appended = append(s.appended, sedAppend{text: c.text})
	case 'r':
		s.appended = append(s.appended, sedAppend{file: c.text})
	case 'i':
		s.emit([]byte(c.text))
	case 'c':
		if c.to == nil || c.end == -1 || c.not {
			s.emit([]byte(c.text))
		}
		return true
	case 'd':
		return true
	case 'q', 'Q':
		s.quit, s.status = true, c.status
		if c.name == 'q' && !s.quiet {
			s.emitLine(s.line)
		}
		if c.name == 'q' {
			s.emit(nil) // a newline that is owed is paid here
		}
		return true
	case 'n', 'N':
		return s.nextLine(c.name == 'N')
	default:
		s.holding(c.name)
	}
	return s.quit
}

func (s *sed) substitute(c *sedCommand) {
	re := s.expression(c.re)
	if re == nil {
		return
	}
	line, ok := c.apply(re, s.line)
	if !ok {
		return
	}
	s.line, s.replaced = line, true
	if c.print {
		s.emitLine(s.line)
	}
}

// nextLine is n and N; true if there is no next line.
func (s *sed) nextLine(appends bool) bool {
	if !s.peekMore() {
		s.quit = true
		if !s.quiet {
			s.emitLine(s.line)
		}
		return true
	}
	if !appends && !s.quiet {
		s.emitLine(s.line)
	}
	before := s.line
	s.flushAppended()
	s.advance()
	if appends {
		s.line = append(append(before, '\n'), s.line...)
	}
	return false
}

func (s *sed) holding(name byte) {
	switch name {
	case 'h':
		s.hold, s.holdEnded = bytes.Clone(s.line), s.ended
	case 'H':
		s.hold = append(append(s.hold, '\n'), s.line...)
		s.holdEnded = s.holdEnded || s.ended
	case 'g':
		s.line, s.ended = bytes.Clone(s.hold), s.holdEnded
	case 'G':
		s.line = append(append(s.line, '\n'), s.hold...)
		s.ended = s.ended || s.holdEnded
	case 'x':
		s.line, s.hold = s.hold, s.line
		s.ended, s.holdEnded = s.holdEnded, s.ended
	}
}
