package xmlrpc

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"time"

	kolo "github.com/kolo/xmlrpc"
	"pgregory.net/rapid"

	"runbook/effect"
)

// fuzzLimits are small, so that a fuzzer meets them.
var fuzzLimits = Limits{Bytes: 1 << 16, String: 1 << 12, Values: 1 << 10, Depth: 20}

func FuzzDecode(f *testing.F) {
	for _, test := range values {
		f.Add([]byte(answer(test.value)), "")
	}
	f.Add([]byte(`<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>-1</int></value></member><member><name>faultString</name><value>no</value></member></struct></value></fault></methodResponse>`), "utf-8")
	f.Add([]byte("<?xml version='1.0' encoding='iso-8859-1'?><methodResponse><params><param><value>\xF6</value></param></params></methodResponse>"), "latin1")
	f.Fuzz(func(t *testing.T, doc []byte, label string) {
		v, fault, err := decode(bytes.NewReader(doc), label, fuzzLimits)
		again, _, errAgain := decode(&slow{doc}, label, fuzzLimits)
		if (err == nil) != (errAgain == nil) || err == nil && !effect.Equal(v, again) {
			t.Fatalf("in one piece %v, %v, byte by byte %v, %v", v, err, again, errAgain)
		}
		if err != nil {
			if v != nil || fault != nil {
				t.Fatalf("got %v, %v beside %v, want nothing", v, fault, err)
			}
			return
		}
		if err := effect.Check(v); err != nil {
			t.Fatal(err)
		}
		if measure(v) > fuzzLimits.Values {
			t.Fatalf("got %d values, want at most %d", measure(v), fuzzLimits.Values)
		}
		if fault == nil {
			compareWithKolo(t, doc, v)
		}
	})
}

// slow gives one byte at a time.
type slow struct{ rest []byte }

func (s *slow) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		return bytes.NewReader(nil).Read(p)
	}
	n := copy(p, s.rest[:1])
	s.rest = s.rest[n:]
	return n, nil
}

// measure counts values.
func measure(v effect.Value) int {
	n := 1
	switch v := v.(type) {
	case []effect.Value:
		for _, e := range v {
			n += measure(e)
		}
	case effect.Struct:
		for _, f := range v {
			n += measure(f.Value)
		}
	}
	return n
}

// compareWithKolo holds a value against the one that kolo decodes from the same
// document. kolo is an oracle only where it is known to be right. It
//
//   - cuts text at CDATA sections, comments and processing instructions;
//   - does not know a <value> without a type and mistakes what follows it;
//   - takes an empty string for nil;
//   - leaves base64 encoded;
//   - reads i1, i2 and a prefixed nil not at all, no integer with space or
//     sign before it, no boolean with space around it, and more spellings of true;
//   - knows fewer spellings of times;
//   - knows one character set.
//
// So documents with the first two and with declared character sets are left
// out, what it refuses is not compared, and same allows for the rest.
func compareWithKolo(t *testing.T, doc []byte, v effect.Value) {
	if untyped.Match(doc) {
		return
	}
	if bytes.Contains(doc, []byte("<!")) || bytes.Contains(doc, []byte("<?")) && !bytes.HasPrefix(doc, []byte("<?xml version='1.0'?>")) || bytes.Count(doc, []byte("<?")) > 1 {
		return
	}
	var theirs any
	if err := kolo.Response(doc).Unmarshal(&theirs); err != nil {
		return
	}
	if !same(v, theirs) {
		t.Fatalf("decode %q = %s, kolo says %#v", doc, effect.DescribeWhole(v), theirs)
	}
}

// untyped finds a <value> without a type, and some others.
var untyped = regexp.MustCompile(`value\s*/>|value\s*>\s*(</|[^<\s])|value\s+[^>/]`)

// same reports whether kolo's value is ours, but for its known faults.
func same(ours effect.Value, theirs any) bool {
	switch ours := ours.(type) {
	case nil:
		return theirs == nil
	case string:
		if theirs == nil {
			return strings.TrimSpace(ours) == ""
		}
		s, ok := theirs.(string)
		return ok && (s == ours || s == strings.TrimSpace(ours))
	case effect.Bytes:
		if theirs == nil {
			return ours == ""
		}
		s, ok := theirs.(string)
		clean := strings.TrimRight(strings.Join(strings.Fields(s), ""), "=")
		return ok && clean == strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(ours)), "=")
	case float64:
		f, ok := theirs.(float64)
		return ok && effect.Equal(ours, f)
	case time.Time:
		d, ok := theirs.(time.Time)
		return ok && ours.Equal(d)
	case []effect.Value:
		l, ok := theirs.([]any)
		if theirs == nil {
			return len(ours) == 0
		}
		if !ok || len(l) != len(ours) {
			return false
		}
		for i := range l {
			if !same(ours[i], l[i]) {
				return false
			}
		}
		return true
	case effect.Struct:
		m, ok := theirs.(map[string]any)
		if theirs == nil {
			return len(ours) == 0
		}
		if !ok || len(m) != len(ours) {
			return false
		}
		for _, f := range ours {
			their, ok := m[f.Name]
			if !ok || !same(f.Value, their) {
				return false
			}
		}
		return true
	}
	return ours == theirs
}

// TestSameAsKolo decodes values that are written in full with both decoders.
func TestSameAsKolo(t *testing.T) {
	t.Parallel()
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(3).Draw(t, "value")
		doc := answer(string(appendValue(nil, v)))
		ours, _, err := decode(strings.NewReader(doc), "", Limits{}.orDefaults())
		if err != nil || !effect.Equal(ours, v) {
			t.Fatalf("decode %s = %s, %v, want %s", doc, effect.DescribeWhole(ours), err, effect.DescribeWhole(v))
		}
		var theirs any
		if kolo.Response(doc).Unmarshal(&theirs) == nil { // it does not read an empty name, among others
			compared++
			if !same(v, theirs) {
				t.Fatalf("decode %s = %s, kolo says %#v", doc, effect.DescribeWhole(v), theirs)
			}
		}
	})
	if compared < 50 {
		t.Errorf("kolo read %d documents of 100, want most", compared)
	}
}

// FuzzEncode reads back what is written of values that are made from bytes.
func FuzzEncode(f *testing.F) {
	f.Add("startDatabase", "a<b", int64(1)<<40, 1.5, []byte{0, 1}, int64(0))
	f.Add("db_x.m", "\x00", int64(-1), 0.1, []byte(nil), int64(1e9))
	f.Fuzz(func(t *testing.T, method, text string, n int64, d float64, raw []byte, unix int64) {
		args := list{text, n, d, effect.Bytes(raw), time.Unix(unix, 0).UTC(), nil, true, list{text, n}, record(text, record("b", d))}
		doc, err := encode(method, args)
		if err != nil {
			return
		}
		gotMethod, gotArgs, err := decodeCall(doc)
		if err != nil || gotMethod != method || !effect.EqualLists(gotArgs, args) {
			t.Fatalf("decoded %q, %s, %v from %s", gotMethod, effect.DescribeWhole(gotArgs), err, doc)
		}
		for _, a := range args {
			if koloWritesRight(a) {
				doc, err := encode(method, list{a})
				if own := write(method, list{a}); err != nil || !bytes.Equal(own, doc) {
					t.Fatalf("kolo writes %s, %v, want %s", doc, err, own)
				}
			}
		}
	})
}
