package xmlrpc

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"time"

	"runbook/effect"
)

// parseInt reads an integer of any of the integer types. The types' own ranges
// are not enforced: servers send what fits their own integers.
func parseInt(b []byte) (int64, error) {
	digits := bytes.TrimSpace(b)
	negative := false
	if len(digits) > 0 && (digits[0] == '-' || digits[0] == '+') {
		negative, digits = digits[0] == '-', digits[1:]
	}
	var n uint64
	for _, c := range digits {
		if c < '0' || c > '9' {
			digits = nil
			break
		}
		if n > (math.MaxUint64-9)/10 {
			return 0, errors.New("got " + countOf(b) + ", want an integer of 64 bits")
		}
		n = n*10 + uint64(c-'0')
	}
	switch {
	case len(digits) == 0:
		return 0, errors.New("got " + countOf(b) + ", want an integer")
	case negative && n <= -math.MinInt64:
		return -int64(n), nil
	case !negative && n <= math.MaxInt64:
		return int64(n), nil
	}
	return 0, errors.New("got " + countOf(b) + ", want an integer of 64 bits")
}

// parseDouble reads a number with or without exponent. NaN and the infinities
// have no spelling in XML-RPC; the ones that Python and Java write are taken.
func parseDouble(b []byte) (float64, error) {
	text := bytes.TrimSpace(b)
	switch string(text) {
	case "nan", "NaN":
		return math.NaN(), nil
	case "inf", "Infinity", "+inf":
		return math.Inf(1), nil
	case "-inf", "-Infinity":
		return math.Inf(-1), nil
	}
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, errors.New("got " + countOf(b) + ", want a number")
		}
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, errors.New("got " + countOf(b) + ", want a number of 64 bits")
	}
	if err != nil {
		return 0, errors.New("got " + countOf(b) + ", want a number")
	}
	return f, nil
}

func parseBoolean(b []byte) (bool, error) {
	switch string(bytes.TrimSpace(b)) {
	case "0":
		return false, nil
	case "1":
		return true, nil
	}
	return false, errors.New("got " + countOf(b) + ", want 0 or 1")
}

// parseBase64 reads base64 with any white space in it, padded or not. It
// changes b.
func parseBase64(b []byte) (effect.Bytes, error) {
	kept := b[:0]
	for _, c := range b {
		if !isSpace(c) {
			kept = append(kept, c)
		}
	}
	kept = bytes.TrimRight(kept, "=")
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(kept)))
	n, err := base64.RawStdEncoding.Decode(out, kept)
	if err != nil {
		return "", errors.New("got " + countOf(kept) + ", want base64")
	}
	return effect.Bytes(out[:n]), nil
}

// parseTime reads the usual spellings of a dateTime.iso8601: the date with or
// without dashes, the time with or without colons and fraction, and Z, an
// offset or nothing, which is taken for UTC.
func parseTime(b []byte) (time.Time, error) {
	s := timeScanner{rest: bytes.TrimSpace(b), ok: true}
	year := s.number(4)
	dashed := s.skip('-')
	month := s.number(2)
	if dashed {
		s.must('-')
	}
	day := s.number(2)
	if !s.skip('T') && !s.skip('t') {
		s.must(' ')
	}
	hour := s.number(2)
	colons := s.skip(':')
	minute := s.number(2)
	if colons {
		s.must(':')
	}
	second := s.number(2)
	nanos := s.fraction()
	offset := s.zone()
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	// Date carries 31 February over to March: such a date is none.
	real := t.Month() == time.Month(month) && t.Day() == day && hour < 24 && minute < 60 && second < 60
	if !s.ok || len(s.rest) > 0 || !real {
		return time.Time{}, errors.New("got " + countOf(b) + ", want a time such as 20060102T15:04:05")
	}
	return t.Add(-offset), nil
}

// timeScanner takes a time apart. Once something is missing it is not ok any more.
type timeScanner struct {
	rest []byte
	ok   bool
}

func (s *timeScanner) number(digits int) int {
	if len(s.rest) < digits {
		s.ok = false
		return 0
	}
	n := 0
	for _, c := range s.rest[:digits] {
		s.ok = s.ok && c >= '0' && c <= '9'
		n = n*10 + int(c-'0')
	}
	s.rest = s.rest[digits:]
	return n
}

func (s *timeScanner) skip(c byte) bool {
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *timeScanner) must(c byte) { s.ok = s.skip(c) && s.ok }

// fraction is what follows a point or comma, in nanoseconds.
func (s *timeScanner) fraction() int {
	if !s.skip('.') && !s.skip(',') {
		return 0
	}
	n, unit, digits := 0, int(time.Second), 0
	for len(s.rest) > 0 && s.rest[0] >= '0' && s.rest[0] <= '9' {
		unit /= 10
		n += int(s.rest[0]-'0') * unit
		s.rest = s.rest[1:]
		digits++
	}
	s.ok = s.ok && digits > 0
	return n
}

// zone is the offset east of UTC.
func (s *timeScanner) zone() time.Duration {
	sign := time.Duration(1)
	switch {
	case s.skip('Z'), s.skip('z'):
		return 0
	case s.skip('-'):
		sign = -1
	case !s.skip('+'):
		return 0
	}
	hours, minutes := s.number(2), 0
	if s.skip(':') || len(s.rest) > 0 {
		minutes = s.number(2)
	}
	s.ok = s.ok && hours < 24 && minutes < 60
	return sign * (time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute)
}
