package effect

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendJSON appends v to dst as JSON, one way for each value, so that equal
// values are equal bytes. [ParseJSON] reads it back without loss.
//
//	nil, bool, string    null, true, "text"
//	int64                17
//	float64              17.0, 1e+21, {"$float":"NaN"}, {"$float":"-Inf"}
//	Bytes                {"$bytes":"AP8="}
//	time.Time            {"$time":"2026-11-22T03:15:02.5Z"}
//	Secret               {"$secret":{"env":"EXA_PASSWORD"}}: the reference only
//	[]Value              [1,2]
//	Struct               {"name":"n0011","$$odd":1}: in order, a leading $ doubled
//
// A time outside the years 0 to 9999 is {"$time":[seconds,nanoseconds]} since 1970.
// AppendJSON panics if v is not a [Value]; text that is not UTF-8 loses the
// bytes that are not. [Check] tells beforehand.
func AppendJSON(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendFloat(dst, v)
	case string:
		return AppendJSONString(dst, v)
	case Bytes:
		dst = append(dst, `{"$bytes":"`...)
		dst = base64.StdEncoding.AppendEncode(dst, []byte(v))
		return append(dst, `"}`...)
	case time.Time:
		return appendTime(dst, v)
	case Secret:
		return appendSecret(dst, v)
	case []Value:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, e)
		}
		return append(dst, ']')
	case Struct:
		return appendStruct(dst, v)
	}
	panic(fmt.Sprintf("effect: got %T, want an effect.Value", v))
}

func appendStruct(dst []byte, s Struct) []byte {
	dst = append(dst, '{')
	for i, f := range s {
		if i > 0 {
			dst = append(dst, ',')
		}
		name := f.Name
		if name != "" && name[0] == '$' {
			name = "$" + name
		}
		dst = AppendJSONString(dst, name)
		dst = append(dst, ':')
		dst = AppendJSON(dst, f.Value)
	}
	return append(dst, '}')
}

// appendFloat always shows that the number is one with a fraction.
func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		dst = append(dst, `{"$float":"`...)
		dst = strconv.AppendFloat(dst, f, 'g', -1, 64)
		return append(dst, `"}`...)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, 64)
	for _, c := range dst[start:] {
		if c == '.' || c == 'e' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	dst = append(dst, `{"$time":`...)
	if y := t.Year(); y < 0 || y > 9999 {
		dst = append(dst, '[')
		dst = strconv.AppendInt(dst, t.Unix(), 10)
		dst = append(dst, ',')
		dst = strconv.AppendInt(dst, int64(t.Nanosecond()), 10)
		return append(dst, "]}"...)
	}
	dst = append(dst, '"')
	dst = t.AppendFormat(dst, time.RFC3339Nano)
	return append(dst, `"}`...)
}

func appendSecret(dst []byte, s Secret) []byte {
	dst = append(dst, `{"$secret":{`...)
	first := true
	for _, f := range [...]struct{ name, text string }{{"env", s.Env}, {"file", s.File}, {"command", s.Command}} {
		if f.text == "" {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = AppendJSONString(dst, f.name)
		dst = append(dst, ':')
		dst = AppendJSONString(dst, f.text)
	}
	return append(dst, "}}"...)
}

// plain marks the bytes that stand for themselves within a JSON string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// AppendJSONString appends s in quotes. Bytes that are not UTF-8 become U+FFFD.
func AppendJSONString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		dst = append(dst, s[start:i]...)
		switch {
		case c >= utf8.RuneSelf:
			dst = append(dst, "\ufffd"...)
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i += size
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
