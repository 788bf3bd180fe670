package host

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// substitute reads s/…/…/flags.
func (p *sedParser) substitute(c *sedCommand) error {
	unterminated := errors.New("unterminated `s' command")
	if p.at == len(p.text) || p.text[p.at] == '\n' || p.text[p.at] == '\\' {
		return unterminated
	}
	end := p.text[p.at]
	p.at++
	expression, ok := p.delimited(end, true)
	if !ok {
		p.at = len(p.text)
		return unterminated
	}
	replacement, ok := p.delimited(end, false)
	if !ok {
		p.at = len(p.text)
		return unterminated
	}
	fold, lines, err := p.flags(c)
	if err != nil {
		return err
	}
	if c.re, err = p.compile(expression, fold, lines); err != nil {
		return err
	}
	most := 0
	c.replace, most = parseReplacement(replacement)
	if c.re != nil && most > c.re.marks/2-1 {
		return fmt.Errorf("invalid reference \\%d on `s' command's RHS", most)
	}
	return p.ended()
}

func (p *sedParser) flags(c *sedCommand) (fold, lines bool, err error) {
	for ; ; p.at++ {
		switch b := p.peek(); {
		case b == 'g':
			if c.global {
				p.at++
				return false, false, errors.New("multiple `g' options to `s' command")
			}
			c.global = true
		case b == 'p':
			if c.print {
				p.at++
				return false, false, errors.New("multiple `p' options to `s' command")
			}
			c.print = true
		case b == 'i' || b == 'I':
			fold = true
		case b == 'm' || b == 'M':
			lines = true
		case isDigit(b):
			if c.nth, _ = p.number(); c.nth == 0 {
				return false, false, errors.New("number option to `s' command may not be zero")
			}
			p.at--
		case b == 'w' && p.at+1 == len(p.text):
			p.at++
			return false, false, errors.New("missing filename in r/R/w/W commands")
		case b == 'w' || b == 'e':
			return false, false, fmt.Errorf("the flag `%c' of `s' is not modelled on a simulated host", b)
		case b == 0 || strings.IndexByte("; \t\n}#", b) >= 0:
			return fold, lines, nil
		default:
			p.at++
			return false, false, errors.New("unknown option to `s'")
		}
	}
}

// parseReplacement reads the right side of s, and gives the highest group in it.
func parseReplacement(text string) (parts []sedPart, most int) {
	var b strings.Builder
	add := func(part sedPart) {
		if b.Len() > 0 {
			parts = append(parts, sedPart{text: b.String(), group: -1})
			b.Reset()
		}
		parts = append(parts, part)
	}
	for i := 0; i < len(text); i++ {
		x := text[i]
		switch {
		case x == '&':
			add(sedPart{group: 0})
			continue
		case x != '\\' || i+1 == len(text):
			b.WriteByte(x)
			continue
		}
		i++
		switch x = text[i]; {
		case isDigit(x):
			add(sedPart{group: int(x - '0')})
			most = max(most, int(x-'0'))
		case x == 'n':
			b.WriteByte('\n')
		case x == 't':
			b.WriteByte('\t')
		case strings.IndexByte("ULulE", x) >= 0:
			add(sedPart{group: -1, fold: x})
		default:
			b.WriteByte(x)
		}
	}
	if b.Len() > 0 {
		parts = append(parts, sedPart{text: b.String(), group: -1})
	}
	return parts, most
}

func (p *sedParser) transliterate(c *sedCommand) error {
	unterminated := errors.New("unterminated `y' command")
	if p.at == len(p.text) {
		return unterminated
	}
	end := p.text[p.at]
	p.at++
	from, ok := p.delimited(end, false)
	to, also := p.delimited(end, false)
	if !ok || !also {
		return unterminated
	}
	from, to = unescapeY(from), unescapeY(to)
	if len(from) != len(to) {
		return errors.New("strings for `y' command are different lengths")
	}
	for i := range c.table {
		c.table[i] = byte(i)
	}
	for i := range len(from) {
		c.table[from[i]] = to[i]
	}
	return p.ended()
}

func unescapeY(text string) string {
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t").Replace(text)
}

// apply substitutes in a line; ok if something was found.
func (c *sedCommand) apply(re *pattern, line []byte) (result []byte, ok bool) {
	var b bytes.Buffer
	from, count := 0, 0
	copied := 0
	for from <= len(line) {
		m := re.find(line, from)
		if m == nil {
			break
		}
		if m[1] == m[0] && count > 0 && m[0] == copied && m[0] > 0 && from == copied {
			from = m[1] + 1 // nothing right behind a match does not count
			continue
		}
		count++
		if count >= max(1, c.nth) {
			b.Write(line[copied:m[0]])
			c.expand(&b, line, m)
			copied, ok = m[1], true
			if !c.global {
				break
			}
		}
		if from = m[1]; m[1] == m[0] {
			from++
		}
	}
	b.Write(line[copied:])
	return b.Bytes(), ok
}

// expand writes the replacement of one match.
func (c *sedCommand) expand(b *bytes.Buffer, line []byte, m []int) {
	var mode, once byte
	for _, part := range c.replace {
		switch part.fold {
		case 'U', 'L', 'E':
			mode, once = part.fold, 0
			continue
		case 'u', 'l':
			once = part.fold
			continue
		}
		text := []byte(part.text)
		if part.group >= 0 && m[2*part.group] >= 0 {
			text = bytes.Clone(line[m[2*part.group]:m[2*part.group+1]])
		}
		switch mode {
		case 'U':
			text = bytes.ToUpper(text)
		case 'L':
			text = bytes.ToLower(text)
		}
		if once != 0 && len(text) > 0 {
			if once == 'u' {
				copy(text, bytes.ToUpper(text[:1]))
			} else {
				copy(text, bytes.ToLower(text[:1]))
			}
			once = 0
		}
		b.Write(text)
	}
}
