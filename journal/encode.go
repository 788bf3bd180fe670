package journal

import (
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// tailSize is the length of what ends every line but for its newline: ,"crc":"0123abcd"}
const tailSize = len(`,"crc":"0123abcd"}`)

// appendLine appends the record n, whose fields are body, as a line, and
// returns its checksum, which continues that of the record before.
func appendLine(dst []byte, n int, body []byte, chain uint32) ([]byte, uint32) {
	start := len(dst)
	dst = append(dst, `{"n":`...)
	dst = strconv.AppendInt(dst, int64(n), 10)
	dst = append(dst, body...)
	chain = crc32.Update(chain, castagnoli, dst[start:])
	dst = append(dst, `,"crc":"`...)
	dst = appendHex(dst, chain)
	return append(dst, "\"}\n"...), chain
}

func appendHex(dst []byte, x uint32) []byte {
	const digits = "0123456789abcdef"
	for shift := 28; shift >= 0; shift -= 4 {
		dst = append(dst, digits[x>>shift&15])
	}
	return dst
}

// A body is the fields of a record, from "k" on. What is empty is left out.
type body []byte

// newBody begins a record's fields in the memory of into.
func newBody(k Kind, into []byte) body {
	return append(append(append(into[:0], `,"k":"`...), k...), '"')
}

func (b body) key(name string) body {
	return append(append(append(b, ',', '"'), name...), '"', ':')
}

func (b body) text(name, s string) body {
	if s == "" {
		return b
	}
	return effect.AppendJSONString(b.key(name), s)
}

func (b body) integer(name string, n int64) body {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(b.key(name), n, 10)
}

func (b body) flag(name string, v bool) body {
	if !v {
		return b
	}
	return append(b.key(name), "true"...)
}

func (b body) time(name string, t time.Time) body {
	b = append(b.key(name), '"')
	b = t.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

func (b body) value(name string, v effect.Value) body {
	return effect.AppendJSON(b.key(name), v)
}

// head begins the record of an effect in the memory of into.
func head(k Kind, id effect.ID, now time.Time, into []byte) body {
	b := newBody(k, into)
	b = b.key("id")
	if id.Branch == "" {
		b = append(b, '"')
		b = strconv.AppendInt(b, int64(id.Number), 10)
		b = append(b, '"')
	} else {
		b = effect.AppendJSONString(b, id.String())
	}
	return b.time("t", now)
}

// request appends what is asked. Arguments that are large go elsewhere by way of keep.
func (b body) request(r *effect.Request, keep keeper) (body, error) {
	b = b.text("kind", r.Kind)
	b = b.text("target", r.Target)
	b = b.text("op", r.Operation)
	var err error
	if len(r.Args) > 0 {
		if b, err = b.large("args", r.Args, keep); err != nil {
			return nil, err
		}
	}
	if r.Class == effect.Change {
		b = b.text("class", "change")
	}
	return b.text("key", r.Key).text("at", r.Position).text("step", r.Step), nil
}

// result appends what came of a request.
func (b body) result(res effect.Result, keep keeper) (body, error) {
	if res.Err != nil {
		return b.large("err", errorFields(res.Err), keep)
	}
	if res.Value == nil {
		return b, nil
	}
	return b.large("value", res.Value, keep)
}

// A keeper puts a large value into a file of its own and returns what stands for it.
type keeper func(text []byte) ([]byte, error)

// large appends a value that may have to go elsewhere.
func (b body) large(name string, v effect.Value, keep keeper) (body, error) {
	b = b.key(name)
	start := len(b)
	b = effect.AppendJSON(b, v)
	ref, err := keep(b[start:])
	if err != nil || ref == nil {
		return b, err
	}
	return append(b[:start], ref...), nil
}

// maxLine is the longest line that is written or read.
const maxLine = 1 << 20

// check refuses a record that could not be read again.
func (b body) check() error {
	if len(b) > maxLine-64 {
		return fmt.Errorf("journal: got a record of %d bytes, want at most %d", len(b), maxLine-64)
	}
	return nil
}

// errorFields is an error as a value.
func errorFields(e *effect.Error) effect.Struct {
	s := effect.Struct{{Name: "kind", Value: string(e.Kind)}, {Name: "message", Value: e.Message}}
	add := func(name string, v effect.Value, empty bool) {
		if !empty {
			s = append(s, effect.Field{Name: name, Value: v})
		}
	}
	add("target", e.Target, e.Target == "")
	add("operation", e.Operation, e.Operation == "")
	if e.Code != nil {
		add("code", *e.Code, false)
	}
	add("hint", e.Hint, e.Hint == "")
	add("doubt", true, !e.Doubt)
	add("transient", true, !e.Transient)
	add("details", e.Details, len(e.Details) == 0)
	return s
}

// clean is e with texts that can be recorded, and the effect it belongs to.
func clean(e *effect.Error, id effect.ID) *effect.Error {
	c := *e
	c.ID = id
	c.Kind = effect.Kind(strings.ToValidUTF8(string(c.Kind), "\ufffd"))
	for _, s := range []*string{&c.Message, &c.Target, &c.Operation, &c.Hint} {
		*s = strings.ToValidUTF8(*s, "\ufffd")
	}
	return &c
}
