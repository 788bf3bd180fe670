package simulator

import (
	"unicode/utf8"

	"runbook/effect"
)

// A tail keeps the end of what is written to it. The zero tail keeps nothing.
type tail struct {
	most  int // bytes that it keeps
	kept  []byte
	total int64 // bytes that were written
}

// Write is io.Writer's; it has no error.
func (t *tail) Write(b []byte) (int, error) {
	t.total += int64(len(b))
	t.kept = append(t.kept, b...)
	if len(t.kept) > 2*t.most {
		t.kept = append(t.kept[:0], t.end(t.most)...)
	}
	return len(b), nil
}

// end is the end of what was written, at most so many bytes of it.
func (t *tail) end(most int) []byte { return t.kept[max(0, len(t.kept)-most):] }

// text is the end without the rest of a character that was cut at its
// beginning, if it is text without it.
func (t *tail) text(most int) []byte {
	b := t.end(most)
	if int64(len(b)) == t.total {
		return b
	}
	for n := range min(utf8.UTFMax, len(b)) {
		if utf8.RuneStart(b[n]) {
			if utf8.Valid(b[n:]) {
				return b[n:]
			}
			break
		}
	}
	return b
}

// value is the end as a value: a string if it is text and not to be binary.
func (t *tail) value(most int, binary bool) effect.Value {
	if binary {
		return effect.Bytes(t.end(most))
	}
	if b := t.text(most); !utf8.Valid(b) {
		return effect.Bytes(b)
	}
	return string(t.text(most))
}

// cut is how many bytes are missing before the value.
func (t *tail) cut(h how) int64 {
	b := t.end(h.kept)
	if !h.binary {
		b = t.text(h.kept)
	}
	return t.total - int64(len(b))
}
