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

// Check reports why v is not a Value, as an error that names the place.
func Check(v Value) error { return check(v, "value") }

func check(v Value, at string) error {
	switch v := v.(type) {
	case nil, bool, int64, float64, Bytes, Secret:
		return nil
	case string:
		if !utf8.ValidString(v) {
			return fmt.Errorf("%s: got a string that is not UTF-8, want text or bytes", at)
		}
		return nil
	case time.Time:
		if v.Location() != time.UTC || v != v.Round(0) {
			return fmt.Errorf("%s: got a time with zone or monotonic clock, want UTC", at)
		}
		return nil
	case []Value:
		for i, e := range v {
			if err := check(e, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
		return nil
	case Struct:
		for _, f := range v {
			if err := check(f.Value, at+"."+f.Name); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%s: got %T, want an effect.Value", at, v)
}
