package host

import "cmp"

// cut gives the part of a line that a key compares.
func (s *sorter) cut(line []byte, k sortKey) []byte {
	start := s.fieldStart(line, k.from)
	if k.fromBlank {
		start = skipBlanks(line, start)
	}
	start = min(len(line), start+k.fromChar-1)
	end := len(line)
	switch {
	case k.to > 0 && k.toChar == 0:
		end = s.fieldEnd(line, k.to)
	case k.to > 0:
		end = s.fieldStart(line, k.to)
		if k.toB {
			end = skipBlanks(line, end)
		}
		end = min(len(line), end+k.toChar)
	}
	return line[start:max(start, end)]
}

func skipBlanks(line []byte, at int) int {
	for at < len(line) && (line[at] == ' ' || line[at] == '\t') {
		at++
	}
	return at
}

// fieldStart gives where the nth field begins: behind a separator, or with the
// blanks before it.
func (s *sorter) fieldStart(line []byte, n int) int {
	at := 0
	for ; n > 1 && at < len(line); n-- {
		at = s.fieldStop(line, at)
		if s.tab >= 0 && at < len(line) {
			at++
		}
	}
	return at
}

func (s *sorter) fieldEnd(line []byte, n int) int {
	return s.fieldStop(line, s.fieldStart(line, n))
}

// fieldStop gives where the field ends that begins at a place.
func (s *sorter) fieldStop(line []byte, at int) int {
	if s.tab >= 0 {
		for at < len(line) && line[at] != byte(s.tab) {
			at++
		}
		return at
	}
	at = skipBlanks(line, at)
	for at < len(line) && line[at] != ' ' && line[at] != '\t' {
		at++
	}
	return at
}

// compareVersions compares texts in which numbers count by their value.
func compareVersions(a, b []byte) int {
	for len(a) > 0 || len(b) > 0 {
		var order int
		if order, a, b = compareRuns(a, b, func(c byte) bool { return !isDigit(c) }, compareWords); order != 0 {
			return order
		}
		if order, a, b = compareRuns(a, b, isDigit, compareNumbers); order != 0 {
			return order
		}
	}
	return 0
}

// compareRuns compares what a and b begin with of one sort, and gives the rest.
func compareRuns(a, b []byte, in func(byte) bool, compare func(a, b []byte) int) (order int, restA, restB []byte) {
	run := func(t []byte) int {
		n := 0
		for n < len(t) && in(t[n]) {
			n++
		}
		return n
	}
	x, y := run(a), run(b)
	return compare(a[:x], b[:y]), a[x:], b[y:]
}

// compareWords compares as Debian versions do: ~ before the end, letters before
// the rest.
func compareWords(a, b []byte) int {
	weight := func(t []byte, i int) int {
		switch {
		case i >= len(t):
			return 0
		case t[i] == '~':
			return -1
		case isAlpha(t[i]):
			return int(t[i])
		}
		return int(t[i]) + 256
	}
	for i := range max(len(a), len(b)) {
		if order := cmp.Compare(weight(a, i), weight(b, i)); order != 0 {
			return order
		}
	}
	return 0
}
