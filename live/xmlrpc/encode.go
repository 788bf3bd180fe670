package xmlrpc

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	kolo "github.com/kolo/xmlrpc"

	"runbook/effect"
)

// This file defines the encoder, and is the one that knows kolo/xmlrpc.
//
// kolo's codec writes the calls that it writes right: strings, booleans,
// integers of 32 bits, doubles, times and bytes, alone and in lists. The rest
// is written here, in the same form, because kolo would mangle it:
//
//	method name           not escaped                       escaped before
//	nil                   <param></param>, or <value/>,      <nil/>
//	                      which is the empty string
//	integer of 64 bits    <int>                              <i8>
//	struct                no ordered form but a Go type;     member by member
//	                      of a map in random order
//	member name           not escaped                        escaped
//	[]byte                a list of integers                 Base64, encoded before
//	time with a zone      the zone dropped                   UTC
//	character that XML    U+FFFD in its place                refused
//	cannot carry
//	invalid UTF-8         U+FFFD in its place                refused
//	NaN, infinity         a <double> that none can read      refused
//	year beyond 9999      too many digits                    refused
//
// Each of these is a row of TestKolo, which says both what kolo does and what
// is sent instead, so that a kolo that does better is noticed.

// encode makes the document of one call. The error says which argument cannot
// be sent.
func encode(method string, args []effect.Value) ([]byte, error) {
	if method == "" {
		return nil, fmt.Errorf("method: got no name, want one")
	}
	if err := checkText(method); err != nil {
		return nil, fmt.Errorf("method: %w", err)
	}
	plain := true
	for i, a := range args {
		if err := checkValue(a); err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		plain = plain && koloWritesRight(a)
	}
	if !plain {
		return write(method, args), nil
	}
	list := make([]any, len(args))
	for i, a := range args {
		list[i] = forKolo(a)
	}
	return kolo.EncodeMethodCall(string(appendEscaped(nil, method)), list...)
}

// checkValue refuses what XML-RPC has no form for.
func checkValue(v effect.Value) error {
	switch v := v.(type) {
	case nil, bool, int64, effect.Bytes:
		return nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("got %v, want a number that XML-RPC can carry", v)
		}
		return nil
	case string:
		return checkText(v)
	case time.Time:
		if y := v.UTC().Year(); y < 0 || y > 9999 {
			return fmt.Errorf("got a time in the year %d, want one of four digits", y)
		}
		return nil
	case []effect.Value:
		for i, e := range v {
			if err := checkValue(e); err != nil {
				return fmt.Errorf("item %d: %w", i, err)
			}
		}
		return nil
	case effect.Struct:
		for _, f := range v {
			if err := checkText(f.Name); err != nil {
				return fmt.Errorf("name of a member: %w", err)
			}
			if err := checkValue(f.Value); err != nil {
				return fmt.Errorf("member %q: %w", f.Name, err)
			}
		}
		return nil
	}
	return fmt.Errorf("got %T, want a value of XML-RPC", v)
}

// checkText refuses text that XML cannot carry. The text itself is not in the
// message: it may be a secret.
func checkText(s string) error {
	for i := 0; i < len(s); i++ {
		if s[i] >= ' ' && s[i] < utf8.RuneSelf {
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			return fmt.Errorf("got text that is not UTF-8 at byte %d, want UTF-8 or bytes", i)
		}
		if !isChar(r) {
			return fmt.Errorf("got text with the control character %U at byte %d, which XML cannot carry; send it as bytes", r, i)
		}
		i += size - 1
	}
	return nil
}

// koloWritesRight reports whether kolo writes v as it should be.
func koloWritesRight(v effect.Value) bool {
	switch v := v.(type) {
	case int64:
		return v == int64(int32(v))
	case []effect.Value:
		for _, e := range v {
			if !koloWritesRight(e) {
				return false
			}
		}
		return true
	case nil, effect.Struct:
		return false
	}
	return true
}

// forKolo is v as kolo takes it.
func forKolo(v effect.Value) any {
	switch v := v.(type) {
	case effect.Bytes:
		return kolo.Base64(base64.StdEncoding.EncodeToString([]byte(v)))
	case time.Time:
		return v.UTC()
	case []effect.Value:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = forKolo(e)
		}
		return list
	}
	return v
}

// write makes the document of one call without kolo, in kolo's form.
func write(method string, args []effect.Value) []byte {
	b := append(make([]byte, 0, 512), `<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>`...)
	b = appendEscaped(b, method)
	b = append(b, "</methodName><params>"...)
	for _, a := range args {
		b = append(b, "<param>"...)
		b = appendValue(b, a)
		b = append(b, "</param>"...)
	}
	return append(b, "</params></methodCall>"...)
}

func appendValue(b []byte, v effect.Value) []byte {
	b = append(b, "<value>"...)
	switch v := v.(type) {
	case nil:
		b = append(b, "<nil/>"...)
	case bool:
		digit := "0"
		if v {
			digit = "1"
		}
		b = append(append(append(b, "<boolean>"...), digit...), "</boolean>"...)
	case int64:
		b = appendInt(b, v)
	case float64:
		b = append(b, "<double>"...)
		b = strconv.AppendFloat(b, v, 'f', -1, 64)
		b = append(b, "</double>"...)
	case string:
		b = append(b, "<string>"...)
		b = appendEscaped(b, v)
		b = append(b, "</string>"...)
	case effect.Bytes:
		b = append(b, "<base64>"...)
		b = base64.StdEncoding.AppendEncode(b, []byte(v))
		b = append(b, "</base64>"...)
	case time.Time:
		b = append(b, "<dateTime.iso8601>"...)
		b = v.UTC().AppendFormat(b, "20060102T15:04:05")
		b = append(b, "</dateTime.iso8601>"...)
	case []effect.Value:
		b = append(b, "<array><data>"...)
		for _, e := range v {
			b = appendValue(b, e)
		}
		b = append(b, "</data></array>"...)
	case effect.Struct:
		b = appendStruct(b, v)
	}
	return append(b, "</value>"...)
}

func appendInt(b []byte, n int64) []byte {
	if n != int64(int32(n)) {
		b = append(b, "<i8>"...)
		b = strconv.AppendInt(b, n, 10)
		return append(b, "</i8>"...)
	}
	b = append(b, "<int>"...)
	b = strconv.AppendInt(b, n, 10)
	return append(b, "</int>"...)
}

func appendStruct(b []byte, s effect.Struct) []byte {
	b = append(b, "<struct>"...)
	for _, f := range s {
		b = append(b, "<member><name>"...)
		b = appendEscaped(b, f.Name)
		b = append(b, "</name>"...)
		b = appendValue(b, f.Value)
		b = append(b, "</member>"...)
	}
	return append(b, "</struct>"...)
}

var escapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;",
)

func appendEscaped(b []byte, s string) []byte { return append(b, escapes.Replace(s)...) }
