package host

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var trOptions = optionTable{short: "cCdst", long: "complement=c delete=d squeeze-repeats=s truncate-set1=t", strict: true}

// A trSet is a list of bytes as tr reads it. One byte may be repeated to fill
// the place that is left.
type trSet struct {
	bytes []byte
	fill  int // where in bytes the repeated one stands, -1 for none
}

// runTr is tr.
func runTr(c *call) int {
	deletes, squeezes := c.given.has("d"), c.given.has("s")
	want := 2
	if deletes != squeezes {
		want = 1
	}
	switch {
	case len(c.args) == 0:
		return c.usage("missing operand")
	case len(c.args) < want && deletes:
		return c.usage("missing operand after '%s'\nTwo strings must be given when both deleting and squeezing repeats.", c.args[0])
	case len(c.args) < want:
		return c.usage("missing operand after '%s'\nTwo strings must be given when translating.", c.args[0])
	case len(c.args) > 2:
		return c.usage("extra operand '%s'", c.args[2])
	case len(c.args) > 1 && deletes && !squeezes:
		return c.usage("extra operand '%s'\nOnly one string may be given when deleting without squeezing repeats.", c.args[1])
	}
	var sets [2]trSet
	for i, text := range c.args {
		var err error
		if sets[i], err = parseTrSet(text); err != nil {
			return c.fail("%v", err)
		}
	}
	if sets[0].fill >= 0 {
		return c.fail("the [c*] repeat construct may not appear in string1")
	}
	first := sets[0].bytes
	if c.given.has("c", "C") {
		first = complementOf(first)
	}
	return c.translate(first, sets, len(c.args) == 2, deletes, squeezes)
}

func (c *call) translate(first []byte, sets [2]trSet, two, deletes, squeezes bool) int {
	var in, squeeze byteSet
	for _, x := range first {
		in.add(x)
	}
	var table [256]byte
	for i := range table {
		table[i] = byte(i)
	}
	last := first
	if two {
		second := sets[1].filled(len(first))
		if !deletes {
			if len(second) == 0 && !c.given.has("t") {
				return c.fail("when not truncating set1, string2 must be non-empty")
			}
			for i, x := range first {
				if i >= len(second) && c.given.has("t") {
					break
				}
				table[x] = second[min(i, len(second)-1)]
			}
		}
		last = second
	}
	for _, x := range last {
		squeeze.add(x)
	}
	buffer := make([]byte, 4096)
	previous := -1
	for {
		n, err := c.input().Read(buffer)
		for _, x := range buffer[:n] {
			if deletes && in.has(x) {
				continue
			}
			x = table[x]
			if squeezes && int(x) == previous && squeeze.has(x) {
				continue
			}
			previous = int(x)
			if err := c.out.WriteByte(x); err != nil {
				return 1
			}
		}
		if err != nil {
			return 0
		}
	}
}

// filled gives the set as long as n, if something in it may be repeated.
func (s trSet) filled(n int) []byte {
	if s.fill < 0 {
		return s.bytes
	}
	var b []byte
	b = append(b, s.bytes[:s.fill]...)
	for range max(0, n-(len(s.bytes)-1)) {
		b = append(b, s.bytes[s.fill])
	}
	return append(b, s.bytes[s.fill+1:]...)
}

func complementOf(set []byte) []byte {
	var in byteSet
	for _, x := range set {
		in.add(x)
	}
	var rest []byte
	for i := range 256 {
		if !in.has(byte(i)) {
			rest = append(rest, byte(i))
		}
	}
	return rest
}

func parseTrSet(text string) (trSet, error) {
	s := trSet{fill: -1}
	for text != "" {
		if rest, ok, err := s.special(text); err != nil {
			return s, err
		} else if ok {
			text = rest
			continue
		}
		var low, high byte
		low, text = trChar(text)
		if len(text) > 1 && text[0] == '-' {
			high, text = trChar(text[1:])
			if high < low {
				return s, fmt.Errorf("range-endpoints of '%c-%c' are in reverse collating sequence order", low, high)
			}
			for x := int(low); x <= int(high); x++ {
				s.bytes = append(s.bytes, byte(x))
			}
			continue
		}
		s.bytes = append(s.bytes, low)
	}
	return s, nil
}

// special reads [:class:], [=c=] and [c*n].
func (s *trSet) special(text string) (rest string, ok bool, err error) {
	switch {
	case strings.HasPrefix(text, "[:"):
		name, rest, found := strings.Cut(text[2:], ":]")
		if !found {
			return text, false, nil
		}
		in := byteClass(name)
		if in == nil {
			return "", false, fmt.Errorf("invalid character class '%s'", name)
		}
		for x := range 256 {
			if in(byte(x)) {
				s.bytes = append(s.bytes, byte(x))
			}
		}
		return rest, true, nil
	case strings.HasPrefix(text, "[=") && len(text) > 4 && text[3:5] == "=]":
		s.bytes = append(s.bytes, text[2])
		return text[5:], true, nil
	case strings.HasPrefix(text, "[") && len(text) > 1:
		x, after := trChar(text[1:])
		if !strings.HasPrefix(after, "*") {
			return text, false, nil
		}
		count, rest, found := strings.Cut(after[1:], "]")
		if !found || strings.Trim(count, "0123456789") != "" {
			return text, false, nil
		}
		n, err := s.repeat(x, count)
		return rest, n, err
	}
	return text, false, nil
}

func (s *trSet) repeat(x byte, count string) (bool, error) {
	base := 10
	if strings.HasPrefix(count, "0") {
		base = 8
	}
	n := uint64(0)
	if count != "" {
		var err error
		if n, err = strconv.ParseUint(count, base, 16); err != nil {
			return false, fmt.Errorf("invalid repeat count '%s' in [c*n] construct", count)
		}
	}
	if n == 0 {
		if s.fill >= 0 {
			return false, errors.New("only one [c*] repeat construct may appear in string2")
		}
		s.fill = len(s.bytes)
		n = 1
	}
	for range n {
		s.bytes = append(s.bytes, x)
	}
	return true, nil
}

// trChar reads one character, which may be escaped.
func trChar(text string) (byte, string) {
	if text[0] != '\\' || len(text) == 1 {
		return text[0], text[1:]
	}
	if n := octalDigits(text[1:]); n > 0 {
		x, _ := strconv.ParseUint(text[1:1+n], 8, 16)
		if x > 255 {
			n--
			x, _ = strconv.ParseUint(text[1:1+n], 8, 16)
		}
		return byte(x), text[1+n:]
	}
	if i := strings.IndexByte("abfnrtv", text[1]); i >= 0 {
		return "\a\b\f\n\r\t\v"[i], text[2:]
	}
	return text[1], text[2:]
}

func octalDigits(text string) int {
	n := 0
	for n < len(text) && n < 3 && text[n] >= '0' && text[n] <= '7' {
		n++
	}
	return n
}
