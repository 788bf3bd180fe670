package host

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

var sortOptions = optionTable{
	short: "bdfghinrsucmo:t:k:Vz",
	long: "ignore-leading-blanks=b dictionary-order=d ignore-case=f numeric-sort=n reverse=r stable=s unique=u check=c? merge=m output=o: " +
		"field-separator=t: key=k: version-sort=V human-numeric-sort=h",
	bad: 2,
}

// A sortKey is what of a line is compared, and how.
type sortKey struct {
	from, to         int // fields, from 1; to 0 is the end of the line
	fromChar, toChar int // characters in them, from 1; toChar 0 is the end of the field
	flags            string
	fromBlank, toB   bool // leading blanks of the field are skipped
}

func (k sortKey) has(flag string) bool { return strings.Contains(k.flags, flag) }

// A sorter is one run of sort.
type sorter struct {
	*call
	keys   []sortKey
	tab    int // separator, -1 for the change from non-blank to blank
	flags  string
	stable bool
	unique bool
}

// runSort is sort.
func runSort(c *call) int {
	s := &sorter{call: c, tab: -1, unique: c.given.has("u")}
	s.stable = c.given.has("s") || s.unique
	if err := s.options(); err != nil {
		c.complain("%v", err)
		return 2
	}
	var lines [][]byte
	for _, name := range c.inputs() {
		data, err := c.readAll(name)
		if err != nil {
			verb := "cannot read"
			if isDirectoryError(err) {
				verb = "read failed"
			}
			c.complain("%s: %s: %s", verb, quoteName(name), reason(err))
			return 2
		}
		if len(data) > 0 {
			lines = append(lines, bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))...)
		}
	}
	if c.given.has("c") {
		return s.check(lines)
	}
	slices.SortStableFunc(lines, s.compare)
	if s.unique {
		lines = slices.CompactFunc(lines, func(a, b []byte) bool { return s.compareKeys(a, b) == 0 })
	}
	return s.write(lines)
}

func (s *sorter) write(lines [][]byte) int {
	data := bytes.Join(lines, []byte("\n"))
	if len(lines) > 0 {
		data = append(data, '\n')
	}
	name := s.given.last("o", "")
	if name == "" {
		s.out.Write(data)
		return 0
	}
	if err := s.save(name, data); err != nil {
		s.complain("open failed: %s: %s", quoteName(name), reason(err))
		return 2
	}
	return 0
}

// check says where lines are out of order.
func (s *sorter) check(lines [][]byte) int {
	for i := 1; i < len(lines); i++ {
		order := s.compare(lines[i-1], lines[i])
		if order > 0 || s.unique && order == 0 {
			name := "-"
			if len(s.args) > 0 {
				name = s.args[0]
			}
			return s.fail("%s:%d: disorder: %s", name, i+1, lines[i])
		}
	}
	return 0
}

func (s *sorter) options() error {
	for _, o := range s.given {
		switch o.name {
		case "b", "d", "f", "n", "r", "h", "V":
			s.flags += o.name
		case "g", "i", "z", "m":
			return fmt.Errorf("the option -%s is not modelled on a simulated host", o.name)
		case "t":
			switch {
			case o.value == "":
				return errors.New("empty tab")
			case o.value == `\0`:
				s.tab = 0
			case len(o.value) > 1:
				return fmt.Errorf("multi-character tab '%s'", o.value)
			default:
				s.tab = int(o.value[0])
			}
		}
	}
	for _, text := range s.given.all("k") {
		k, err := parseSortKey(text)
		if err != nil {
			return err
		}
		if k.flags == "" && !k.fromBlank && !k.toB {
			k.flags = s.flags
			k.fromBlank = strings.Contains(s.flags, "b")
			k.toB = k.fromBlank
		}
		s.keys = append(s.keys, k)
	}
	if len(s.keys) == 0 && strings.Trim(s.flags, "r") != "" {
		blank := strings.Contains(s.flags, "b")
		s.keys = []sortKey{{from: 1, fromChar: 1, flags: s.flags, fromBlank: blank, toB: blank}}
	}
	for _, k := range s.keys {
		if err := k.compatible(); err != nil {
			return err
		}
	}
	return nil
}

// compatible refuses orders that exclude each other.
func (k sortKey) compatible() error {
	orders, letters := 0, ""
	for _, flag := range strings.Split("dfhnV", "") {
		if k.has(flag) {
			letters += flag
			if flag != "f" {
				orders++
			}
		}
	}
	if orders > 1 {
		return fmt.Errorf("options '-%s' are incompatible", letters)
	}
	return nil
}

// parseSortKey reads F[.C][OPTS][,F[.C][OPTS]].
func parseSortKey(text string) (k sortKey, err error) {
	start, end, both := strings.Cut(text, ",")
	var flags string
	if k.from, k.fromChar, flags, err = sortPosition(start, text, 1); err != nil {
		return k, err
	}
	k.fromBlank = strings.Contains(flags, "b")
	k.flags = strings.ReplaceAll(flags, "b", "")
	if both {
		if k.to, k.toChar, flags, err = sortPosition(end, text, 0); err != nil {
			return k, err
		}
		k.toB = strings.Contains(flags, "b")
		k.flags += strings.ReplaceAll(flags, "b", "")
	}
	return k, nil
}

func sortPosition(text, whole string, char int) (field, at int, flags string, err error) {
	digits := func() (int, bool) {
		rest := strings.TrimLeft(text, "0123456789")
		n, err := strconv.Atoi(text[:len(text)-len(rest)])
		text = rest
		return n, err == nil
	}
	field, ok := digits()
	if !ok {
		return 0, 0, "", fmt.Errorf("invalid number at field start: invalid count at start of '%s'", text)
	}
	if field == 0 {
		return 0, 0, "", fmt.Errorf("field number is zero: invalid field specification '%s'", whole)
	}
	at = char
	if strings.HasPrefix(text, ".") {
		text = text[1:]
		rest := text
		if at, ok = digits(); !ok {
			return 0, 0, "", fmt.Errorf("invalid number after '.': invalid count at start of '%s'", rest)
		}
		if at == 0 && char == 1 {
			return 0, 0, "", fmt.Errorf("character offset is zero: invalid field specification '%s'", whole)
		}
	}
	if strings.Trim(text, "bdfhnrV") != "" {
		return 0, 0, "", fmt.Errorf("stray character in field spec: invalid field specification '%s'", whole)
	}
	return field, at, text, nil
}

func (s *sorter) compare(a, b []byte) int {
	if order := s.compareKeys(a, b); order != 0 || s.stable {
		return order
	}
	if len(s.keys) == 0 {
		return 0
	}
	return s.reversed(s.flags, bytes.Compare(a, b))
}

func (s *sorter) reversed(flags string, order int) int {
	if strings.Contains(flags, "r") {
		return -order
	}
	return order
}

func (s *sorter) compareKeys(a, b []byte) int {
	if len(s.keys) == 0 {
		return s.reversed(s.flags, bytes.Compare(a, b))
	}
	for _, k := range s.keys {
		if order := k.compare(s.cut(a, k), s.cut(b, k)); order != 0 {
			return s.reversed(k.flags, order)
		}
	}
	return 0
}

func (k sortKey) compare(a, b []byte) int {
	switch {
	case k.has("h"):
		return cmp.Or(cmp.Compare(humanOrder(a), humanOrder(b)), compareNumbers(a, b))
	case k.has("n"):
		return compareNumbers(a, b)
	case k.has("V"):
		return compareVersions(a, b)
	}
	return bytes.Compare(k.prepared(a), k.prepared(b))
}

// prepared leaves out and changes what is not compared.
func (k sortKey) prepared(text []byte) []byte {
	if k.has("d") {
		var kept []byte
		for _, c := range text {
			if isAlnum(c) || c == ' ' || c == '\t' {
				kept = append(kept, c)
			}
		}
		text = kept
	}
	if k.has("f") {
		text = upperASCII(text)
	}
	return text
}

func upperASCII(text []byte) []byte {
	up := bytes.Clone(text)
	for i, c := range up {
		if isLower(c) {
			up[i] = c - 32
		}
	}
	return up
}

// compareNumbers compares the decimal numbers that texts begin with.
func compareNumbers(a, b []byte) int {
	x, _ := new(big.Rat).SetString(leadingNumber(a))
	y, _ := new(big.Rat).SetString(leadingNumber(b))
	return x.Cmp(y)
}

func leadingNumber(text []byte) string {
	text = bytes.TrimLeft(text, " \t")
	at := 0
	if at < len(text) && text[at] == '-' {
		at++
	}
	from := at
	for at < len(text) && isDigit(text[at]) {
		at++
	}
	whole := at
	if at < len(text) && text[at] == '.' {
		for at++; at < len(text) && isDigit(text[at]); at++ {
		}
	}
	if at-from == 0 || at-from == 1 && whole == from {
		return "0"
	}
	number := strings.TrimSuffix(string(text[:at]), ".")
	if whole == from {
		number = strings.Replace(number, ".", "0.", 1)
	}
	return number
}

// humanOrder gives the sign and unit of a number like 2K.
func humanOrder(text []byte) int {
	n := leadingNumber(text)
	rest := bytes.TrimLeft(text, " \t-.0123456789")
	order := 0
	if len(rest) > 0 {
		order = strings.IndexByte("KMGTPEZY", rest[0]&^32) + 1
	}
	switch {
	case strings.Trim(n, "-0.") == "":
		return 0
	case n[0] == '-':
		return -1 - order
	}
	return 1 + order
}
