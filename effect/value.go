package effect

import (
	"fmt"
	"math"
	"time"
	"unicode/utf8"
)

// A Value is one of a small closed set, the same live, recorded and replayed:
//
//	nil
//	bool
//	int64
//	float64
//	string     valid UTF-8
//	Bytes      any bytes
//	time.Time  UTC, no monotonic clock
//	Secret     a reference, never the secret itself
//	[]Value
//	Struct     fields in the order they came
//
// Values are immutable once they are in a Request or Result.
type Value any

// Bytes is a string of bytes that need not be text.
type Bytes string

// Struct is a record whose fields keep their order. Names need not be
// identifiers; no two are the same.
type Struct []Field

// A Field is one member of a Struct.
type Field struct {
	Name  string
	Value Value
}

// Get returns the value of the named field.
func (s Struct) Get(name string) (Value, bool) {
	for _, f := range s {
		if f.Name == name {
			return f.Value, true
		}
	}
	return nil, false
}

// A Secret says where a secret is, not what it is. It prints as <secret>, and
// only a live performer resolves it. Exactly one field is set; the zero Secret
// is none.
type Secret struct {
	Env     string // name of an environment variable
	File    string // path of a file; a trailing newline is cut
	Command string // a shell command line whose output it is; a trailing newline is cut
}

func (s Secret) String() string { return "<secret>" }

// GoString keeps %#v from telling more than String.
func (s Secret) GoString() string { return "<secret>" }

// IsZero reports whether s refers to nothing.
func (s Secret) IsZero() bool { return s == Secret{} }

// Equal reports whether two values are the same to a replay. NaN equals NaN.
func Equal(a, b Value) bool {
	switch a := a.(type) {
	case []Value:
		b, ok := b.([]Value)
		return ok && EqualLists(a, b)
	case Struct:
		b, ok := b.(Struct)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if a[i].Name != b[i].Name || !Equal(a[i].Value, b[i].Value) {
				return false
			}
		}
		return true
	case time.Time:
		b, ok := b.(time.Time)
		return ok && a.Equal(b)
	case float64:
		b, ok := b.(float64)
		return ok && (a == b && math.Signbit(a) == math.Signbit(b) || math.IsNaN(a) && math.IsNaN(b))
	}
	if _, ok := b.([]Value); ok {
		return false
	}
	if _, ok := b.(Struct); ok {
		return false
	}
	return a == b
}

// EqualLists is Equal, element by element.
func EqualLists(a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// MaxDepth is how many levels of lists and structs a Value may nest.
const MaxDepth = 1000

// Check reports why v is not a Value, as an error that names the place.
func Check(v Value) error {
	if place, problem := check(v, 0); problem != "" {
		return fmt.Errorf("value%s: %s", place, problem)
	}
	return nil
}

// check returns what is wrong and where within v; the place is put together
// only if something is.
func check(v Value, depth int) (place, problem string) {
	if depth > MaxDepth {
		return "", fmt.Sprintf("got deeper nesting, want at most %d levels", MaxDepth)
	}
	switch v := v.(type) {
	case nil, bool, int64, float64, Bytes:
		return "", ""
	case string:
		return "", checkText(v)
	case Secret:
		return "", checkText(v.Env + v.File + v.Command)
	case time.Time:
		if v.Location() != time.UTC || v != v.Round(0) {
			return "", "got a time with zone or monotonic clock, want UTC"
		}
		return "", ""
	case []Value:
		for i, e := range v {
			if place, problem = check(e, depth+1); problem != "" {
				return fmt.Sprintf("[%d]%s", i, place), problem
			}
		}
		return "", ""
	case Struct:
		return checkStruct(v, depth)
	}
	return "", fmt.Sprintf("got %T, want an effect.Value", v)
}

func checkStruct(s Struct, depth int) (place, problem string) {
	var seen names
	for i, f := range s {
		if problem = checkText(f.Name); problem != "" {
			return fmt.Sprintf(" field %q", f.Name), problem
		}
		if seen.twice(s[:i+1]) {
			return "." + f.Name, "got the field twice, want each name once"
		}
		if place, problem = check(f.Value, depth+1); problem != "" {
			return "." + f.Name + place, problem
		}
	}
	return "", ""
}

func checkText(s string) string {
	if !utf8.ValidString(s) {
		return "got a string that is not UTF-8, want text or bytes"
	}
	return ""
}
