package serve

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
)

// This file defines how replies are written: byte for byte as Python's xmlrpc
// module lays them out, which is what a Zope application sends. But for the
// carriage return, which Python leaves for the client to read as a line end:
// here it arrives, as it does where the world is asked directly.

const (
	replyHead = "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n"
	replyTail = "</param>\n</params>\n</methodResponse>\n"
	faultHead = "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n"
	faultTail = "</fault>\n</methodResponse>\n"
)

// appendReply writes the methodResponse of a value.
func appendReply(b []byte, v effect.Value) []byte {
	b = append(b, replyHead...)
	b = appendValue(b, v)
	return append(b, replyTail...)
}

// appendFault writes the methodResponse of a fault.
func appendFault(b []byte, code int64, text string) []byte {
	b = append(b, faultHead...)
	b = appendValue(b, effect.Struct{{Name: "faultCode", Value: code}, {Name: "faultString", Value: text}})
	return append(b, faultTail...)
}

func appendValue(b []byte, v effect.Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "<value><nil/></value>"...) // the one without a line end
	case bool:
		return appendScalar(b, "boolean", map[bool]string{false: "0", true: "1"}[v])
	case int64:
		return appendInt(b, v)
	case float64:
		return appendScalar(b, "double", strconv.FormatFloat(v, 'g', -1, 64))
	case string:
		b = append(b, "<value><string>"...)
		b = appendEscaped(b, v)
		return append(b, "</string></value>\n"...)
	case effect.Bytes:
		return appendBase64(b, v)
	case time.Time:
		return appendScalar(b, "dateTime.iso8601", v.Format("20060102T15:04:05"))
	case []effect.Value:
		b = append(b, "<value><array><data>\n"...)
		for _, item := range v {
			b = appendValue(b, item)
		}
		return append(b, "</data></array></value>\n"...)
	case effect.Struct:
		b = append(b, "<value><struct>\n"...)
		for _, f := range v {
			b = append(b, "<member>\n<name>"...)
			b = appendEscaped(b, f.Name)
			b = append(b, "</name>\n"...)
			b = appendValue(b, f.Value)
			b = append(b, "</member>\n"...)
		}
		return append(b, "</struct></value>\n"...)
	}
	// A simulated system's answer that is no value is a bug of the simulator,
	// which a client sees as an empty string.
	return appendScalar(b, "string", "")
}

func appendScalar(b []byte, name, text string) []byte {
	b = append(b, "<value><"...)
	b = append(b, name...)
	b = append(b, '>')
	b = append(b, text...)
	b = append(b, "</"...)
	b = append(b, name...)
	return append(b, "></value>\n"...)
}

func appendInt(b []byte, n int64) []byte {
	name := "int"
	if n != int64(int32(n)) {
		name = "i8"
	}
	return appendScalar(b, name, strconv.FormatInt(n, 10))
}

// appendBase64 writes lines of 76 characters, each with its line end.
func appendBase64(b []byte, v effect.Bytes) []byte {
	b = append(b, "<value><base64>\n"...)
	for rest := []byte(v); len(rest) > 0; {
		n := min(len(rest), 57)
		b = base64.StdEncoding.AppendEncode(b, rest[:n])
		b = append(b, '\n')
		rest = rest[n:]
	}
	return append(b, "</base64></value>\n"...)
}

func appendEscaped(b []byte, s string) []byte {
	for {
		i := strings.IndexAny(s, "&<>\r")
		if i < 0 {
			return append(b, s...)
		}
		b = append(b, s[:i]...)
		switch s[i] {
		case '&':
			b = append(b, "&amp;"...)
		case '<':
			b = append(b, "&lt;"...)
		case '\r':
			b = append(b, "&#13;"...)
		default:
			b = append(b, "&gt;"...)
		}
		s = s[i+1:]
	}
}
