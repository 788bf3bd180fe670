package journal

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
)

// fields are the fields of one record, each as it stands in the line.
type fields struct {
	kind, target, op, args, class, at, step []byte // the request
	value, err, resolution                  []byte // the result
	k, id, t, try, took, name               []byte
}

var errSyntax = errors.New("not a record of this format")

// walk calls see for each field of a line behind its number. It is an error if
// the line is not made of fields to its end, or if see says no.
func walk(line []byte, see func(key, raw []byte) bool) error {
	rest, ok := bytes.CutPrefix(line, []byte(`{"n":`))
	if !ok {
		return errSyntax
	}
	if _, rest, ok = bytes.Cut(rest, []byte{','}); !ok {
		return errSyntax
	}
	for {
		key, raw, after, ok := cutField(rest)
		switch {
		case !ok || !see(key, raw) || len(after) == 0:
			return errSyntax
		case after[0] == ',':
			rest = after[1:]
		case string(after) == "}":
			return nil
		default:
			return errSyntax
		}
	}
}

// parse finds the fields of a line. What it keeps points into the line.
func (f *fields) parse(line []byte) error {
	*f = fields{}
	return walk(line, func(key, raw []byte) bool {
		p := f.field(key)
		if p == nil {
			return true
		}
		first := *p == nil
		*p = raw
		return first
	})
}

func (f *fields) field(key []byte) *[]byte {
	switch string(key) {
	case "k":
		return &f.k
	case "id":
		return &f.id
	case "t":
		return &f.t
	case "kind":
		return &f.kind
	case "target":
		return &f.target
	case "op":
		return &f.op
	case "args":
		return &f.args
	case "class":
		return &f.class
	case "at":
		return &f.at
	case "step":
		return &f.step
	case "value":
		return &f.value
	case "err":
		return &f.err
	case "resolution":
		return &f.resolution
	case "key":
		return &f.name
	case "try":
		return &f.try
	case "took":
		return &f.took
	}
	return nil
}

// cutField splits `"key":value…` behind the value.
func cutField(b []byte) (key, raw, after []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(b[1:], '"') + 1
	if end < 1 || end+1 >= len(b) || b[end+1] != ':' {
		return nil, nil, nil, false
	}
	n := valueLen(b[end+2:])
	if n <= 0 {
		return nil, nil, nil, false
	}
	return b[1:end], b[end+2 : end+2+n], b[end+2+n:], true
}

// valueLen is the length of the JSON value that b begins with, 0 if there is none.
func valueLen(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			n := stringLen(b[i:])
			if n == 0 {
				return 0
			}
			if i += n - 1; depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			} else if depth < 0 {
				return i
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return 0
}

// stringLen is the length of the JSON string that b begins with, 0 if it has no end.
func stringLen(b []byte) int {
	for i := 1; i < len(b); {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return 0
		}
		i += j
		slashes := 0
		for b[i-1-slashes] == '\\' {
			slashes++
		}
		if i++; slashes%2 == 0 {
			return i
		}
	}
	return 0
}

// textOf is the string that raw is; "" if there is none.
func textOf(raw []byte) (string, error) {
	if raw == nil {
		return "", nil
	}
	if len(raw) >= 2 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), nil
	}
	v, err := effect.ParseJSON(raw)
	s, ok := v.(string)
	if err == nil && !ok {
		err = errSyntax
	}
	return s, err
}

func momentOf(raw []byte) (time.Time, error) {
	s, err := textOf(raw)
	if err != nil || s == "" {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t.UTC(), err
}

func integerOf(raw []byte) (int64, error) {
	if raw == nil {
		return 0, nil
	}
	return strconv.ParseInt(string(raw), 10, 64)
}

// parseID reads an identity as effect.ID prints it.
func parseID(s string) (effect.ID, error) {
	branch, number := "", s
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		branch, number = s[:i], s[i+1:]
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n < 1 {
		return effect.ID{}, fmt.Errorf("got %q, want the name of an effect", s)
	}
	return effect.ID{Branch: branch, Number: int(n)}, nil
}

// request reads what was asked.
func (f *fields) request(id effect.ID, load loader) (effect.Request, error) {
	r := effect.Request{ID: id}
	var err [7]error
	r.Kind, err[0] = textOf(f.kind)
	r.Target, err[1] = textOf(f.target)
	r.Operation, err[2] = textOf(f.op)
	r.Position, err[3] = textOf(f.at)
	r.Step, err[4] = textOf(f.step)
	r.Key, err[6] = textOf(f.name)
	switch string(f.class) {
	case "":
	case `"change"`:
		r.Class = effect.Change
	default:
		err[5] = errSyntax
	}
	if err := errors.Join(err[:]...); err != nil || f.args == nil {
		return r, err
	}
	v, e := load.value(f.args)
	args, ok := v.([]effect.Value)
	if e == nil && !ok {
		e = errSyntax
	}
	r.Args = args
	return r, e
}

// result reads what came of the request.
func (f *fields) result(id effect.ID, load loader) (effect.Result, error) {
	if f.err == nil {
		if f.value == nil {
			return effect.Result{}, nil
		}
		v, err := load.value(f.value)
		return effect.Result{Value: v}, err
	}
	v, err := load.value(f.err)
	if err != nil {
		return effect.Result{}, err
	}
	e, err := errorOf(v)
	if err != nil {
		return effect.Result{}, err
	}
	e.ID = id
	return effect.Result{Err: e}, nil
}

// errorOf is the error that [errorFields] made a value of.
func errorOf(v effect.Value) (*effect.Error, error) {
	s, ok := v.(effect.Struct)
	e := &effect.Error{}
	for _, f := range s {
		var fits bool
		switch f.Name {
		case "kind":
			var kind string
			kind, fits = f.Value.(string)
			e.Kind = effect.Kind(kind)
		case "message":
			e.Message, fits = f.Value.(string)
		case "target":
			e.Target, fits = f.Value.(string)
		case "operation":
			e.Operation, fits = f.Value.(string)
		case "hint":
			e.Hint, fits = f.Value.(string)
		case "code":
			var code int64
			code, fits = f.Value.(int64)
			e.Code = &code
		case "doubt":
			e.Doubt, fits = f.Value.(bool)
		case "transient":
			e.Transient, fits = f.Value.(bool)
		case "details":
			e.Details, fits = f.Value.(effect.Struct)
		}
		ok = ok && fits
	}
	if !ok {
		return nil, errSyntax
	}
	return e, nil
}
