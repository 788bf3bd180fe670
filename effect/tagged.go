package effect

import (
	"encoding/base64"
	"fmt"
	"math"
	"time"
)

// tagged reads what follows {"$name": and its closing brace.
func (p *parser) tagged(name string, before int) (Value, error) {
	if before > 0 || p.special {
		return nil, p.got(fmt.Sprintf("%q among other fields", name), "it alone")
	}
	start := p.at
	p.special = true
	inner, err := p.value(MaxDepth - 2) // what AppendJSON writes has at most two levels
	if err != nil {
		return nil, err
	}
	p.special = false
	v, ok := special(name, inner)
	if !ok {
		p.at = start
		return nil, p.got(fmt.Sprintf("%s %s", name, Describe(inner)), "a $float, $bytes, $time or $secret")
	}
	if !p.take('}') {
		return nil, p.want("'}'")
	}
	return v, nil
}

// special is the value that is written {name:inner}.
func special(name string, inner Value) (Value, bool) {
	text, isText := inner.(string)
	switch name {
	case "$float":
		switch text {
		case "NaN":
			return math.NaN(), true
		case "+Inf":
			return math.Inf(1), true
		case "-Inf":
			return math.Inf(-1), true
		}
	case "$bytes":
		b, err := base64.StdEncoding.DecodeString(text)
		return Bytes(b), isText && err == nil
	case "$time":
		if list, ok := inner.([]Value); ok {
			return farTime(list)
		}
		t, err := time.Parse(time.RFC3339Nano, text)
		return t.UTC(), err == nil
	case "$secret":
		return secretOf(inner)
	}
	return nil, false
}

// farTime is a time outside the years 0 to 9999.
func farTime(list []Value) (Value, bool) {
	if len(list) != 2 {
		return nil, false
	}
	seconds, ok := list[0].(int64)
	nanos, ok2 := list[1].(int64)
	if !ok || !ok2 || nanos < 0 || nanos >= 1e9 {
		return nil, false
	}
	return time.Unix(seconds, nanos).UTC(), true
}

func secretOf(inner Value) (Value, bool) {
	fields, ok := inner.(Struct)
	if !ok {
		return nil, false
	}
	var s Secret
	for _, f := range fields {
		text, ok := f.Value.(string)
		if !ok {
			return nil, false
		}
		switch f.Name {
		case "env":
			s.Env = text
		case "file":
			s.File = text
		case "command":
			s.Command = text
		default:
			return nil, false
		}
	}
	return s, true
}
