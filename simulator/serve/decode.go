package serve

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
)

// This file defines how a request's body is read. The reader shares nothing
// with the client's codec in live/xmlrpc, so that each proves the other.

// maxValueDepth is how deep values may be nested in arrays and structs.
const maxValueDepth = 64

// A methodCall is a request as it came over the wire.
type methodCall struct {
	Method string // may be dotted
	Args   []effect.Value
}

// decodeCall reads a methodCall. Time and memory are linear in the size of the body.
func decodeCall(body []byte) (methodCall, error) {
	s, err := newScanner(body)
	if err != nil {
		return methodCall{}, err
	}
	d := decoder{s}
	var call methodCall
	if err := d.start("methodCall"); err != nil {
		return call, err
	}
	if err := d.start("methodName"); err != nil {
		return call, err
	}
	if call.Method, err = d.textUntilEnd(); err != nil {
		return call, err
	}
	if call.Method == "" {
		return call, s.errorf("got an empty methodName")
	}
	if call.Args, err = d.params(); err != nil {
		return call, err
	}
	t, err := d.tag()
	if err == nil && t.kind != tokenEOF {
		err = s.errorf("got %v, want the end", t)
	}
	return call, err
}

type decoder struct{ *scanner }

// tag is the next start or end tag. Only white space may be before it.
func (d decoder) tag() (token, error) {
	for {
		t, err := d.next()
		if err != nil || t.kind != tokenText {
			return t, err
		}
		if len(bytes.TrimSpace(t.text)) > 0 {
			return t, d.errorf("got %v, want an element", t)
		}
	}
}

func (d decoder) start(name string) error {
	t, err := d.tag()
	if err == nil && (t.kind != tokenStart || string(t.name) != name) {
		err = d.errorf("got %v, want <%s>", t, name)
	}
	return err
}

// end reads the end tag of the innermost open element; which one it is the
// scanner has checked.
func (d decoder) end() error {
	of := d.open[len(d.open)-1]
	t, err := d.tag()
	if err == nil && t.kind != tokenEnd {
		err = d.errorf("got %v, want </%s>", t, short(of))
	}
	return err
}

// another reports whether the next tag is <name>; if not, it is the end tag
// of what encloses it.
func (d decoder) another(name string) (bool, error) {
	t, err := d.tag()
	switch {
	case err != nil:
		return false, err
	case t.kind == tokenEnd:
		return false, nil
	case t.kind == tokenStart && string(t.name) == name:
		return true, nil
	}
	return false, d.errorf("got %v, want <%s>", t, name)
}

// textUntilEnd is all text up to the end tag of the innermost open element.
func (d decoder) textUntilEnd() (string, error) {
	var text pieces
	for {
		t, err := d.next()
		switch {
		case err != nil:
			return "", err
		case t.kind == tokenText:
			text.add(t.text)
		case t.kind == tokenEnd:
			return text.String(), nil
		default:
			return "", d.errorf("got %v, want text", t)
		}
	}
}

// pieces is text that comes in one piece nearly always, and then is not copied
// until it is made a string.
type pieces struct {
	bytes  []byte
	copied bool
}

func (p *pieces) add(b []byte) {
	if p.bytes != nil && !p.copied {
		p.bytes, p.copied = slices.Clone(p.bytes), true
	}
	if p.bytes == nil {
		p.bytes = b
		return
	}
	p.bytes = append(p.bytes, b...)
}

func (p *pieces) String() string { return string(p.bytes) }

// params reads an optional <params> and the end of the methodCall.
func (d decoder) params() ([]effect.Value, error) {
	some, err := d.another("params")
	if err != nil || !some {
		return nil, err
	}
	var args []effect.Value
	for {
		more, err := d.another("param")
		if err != nil {
			return nil, err
		}
		if !more {
			return args, d.end()
		}
		v, err := d.value(0)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
		if err := d.end(); err != nil {
			return nil, err
		}
	}
}

// value reads a whole <value> element.
func (d decoder) value(depth int) (effect.Value, error) {
	if err := d.start("value"); err != nil {
		return nil, err
	}
	return d.content(depth)
}

// content reads what is in a <value>, and its end. Text alone is a string.
func (d decoder) content(depth int) (effect.Value, error) {
	if depth > maxValueDepth {
		return nil, d.errorf("got a value more than %d deep", maxValueDepth)
	}
	var text pieces
	for {
		t, err := d.next()
		switch {
		case err != nil:
			return nil, err
		case t.kind == tokenText:
			text.add(t.text)
		case t.kind == tokenEnd:
			return text.String(), nil
		case len(bytes.TrimSpace(text.bytes)) > 0:
			return nil, d.errorf("got %v after text", t)
		default:
			v, err := d.typed(string(t.name), depth)
			if err != nil {
				return nil, err
			}
			return v, d.end()
		}
	}
}

// typed reads the content and the end of an element that names a type.
func (d decoder) typed(name string, depth int) (effect.Value, error) {
	switch name {
	case "array":
		return d.array(depth)
	case "struct":
		return d.structure(depth)
	}
	text, err := d.textUntilEnd()
	if err != nil {
		return nil, err
	}
	v, err := scalar(name, text)
	if err != nil {
		return nil, d.errorf("%v", err)
	}
	return v, nil
}

func (d decoder) array(depth int) (effect.Value, error) {
	if err := d.start("data"); err != nil {
		return nil, err
	}
	items := []effect.Value{}
	for {
		more, err := d.another("value")
		if err != nil {
			return nil, err
		}
		if !more {
			return items, d.end()
		}
		v, err := d.content(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
}

// structure reads members; of two with the same name the later one counts, as
// in the dictionaries of the server imitated.
func (d decoder) structure(depth int) (effect.Value, error) {
	fields := effect.Struct{}
	index := map[string]int{}
	for {
		more, err := d.another("member")
		if err != nil {
			return nil, err
		}
		if !more {
			return slices.Clip(fields), nil
		}
		f, err := d.member(depth)
		if err != nil {
			return nil, err
		}
		if i, twice := index[f.Name]; twice {
			fields[i] = f
			continue
		}
		index[f.Name] = len(fields)
		fields = append(fields, f)
	}
}

func (d decoder) member(depth int) (f effect.Field, err error) {
	if err = d.start("name"); err != nil {
		return f, err
	}
	if f.Name, err = d.textUntilEnd(); err != nil {
		return f, err
	}
	if f.Value, err = d.value(depth + 1); err != nil {
		return f, err
	}
	return f, d.end()
}

var (
	errType     = errors.New("got a value of an unknown type")
	errNil      = errors.New("got text in a nil")
	errBoolean  = errors.New("got a boolean that is neither 0 nor 1")
	errNumber   = errors.New("got a number that cannot be read")
	errBase64   = errors.New("got base64 that cannot be read")
	errDateTime = errors.New("got a dateTime.iso8601 that cannot be read")
)

// scalar is the value that text is of the type that an element names.
func scalar(name, text string) (effect.Value, error) {
	switch name {
	case "string":
		return text, nil
	case "i1", "i2", "i4", "i8", "int":
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		return n, or(errNumber, err)
	case "double":
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			err = errNumber
		}
		return f, or(errNumber, err)
	case "boolean":
		switch strings.TrimSpace(text) {
		case "0":
			return false, nil
		case "1":
			return true, nil
		}
		return nil, errBoolean
	case "base64":
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		return effect.Bytes(b), or(errBase64, err)
	case "dateTime.iso8601":
		return dateTime(strings.TrimSpace(text))
	case "nil", "ex:nil":
		if strings.TrimSpace(text) != "" {
			return nil, errNil
		}
		return nil, nil
	}
	return nil, errType
}

func or(text, err error) error {
	if err != nil {
		return text
	}
	return nil
}

func dateTime(text string) (effect.Value, error) {
	for _, layout := range []string{"20060102T15:04:05", "2006-01-02T15:04:05", "20060102T15:04:05Z", "2006-01-02T15:04:05Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return nil, errDateTime
}
