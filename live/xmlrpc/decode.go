package xmlrpc

import (
	"bytes"
	"cmp"
	"io"
	"sync"

	"runbook/effect"
)

// This file defines the decoder: the grammar of a reply over the lexer's tags
// and text. It reads each byte once, allocates what becomes part of the value
// and little else, and stops at the first limit that is passed.
//
// What it takes beyond the letter of the specification, because servers send
// it: nil with and without a prefix, i1, i2 and i8, integers of 64 bits under
// any of the integer tags, doubles with exponents, times with dashes, zones
// and fractions, an empty <params/> (nil), <array/> without data. Of the
// members of a struct that have the same name the last counts, at the place of
// the first, as in Python.

// Limits bound what one reply may cost. Zero fields stand for the defaults.
type Limits struct {
	Bytes  int64 // of the reply, as sent and after decompression; default 32 MiB
	String int   // bytes of one string or base64 text; default 16 MiB
	Values int   // scalars, arrays and structs in all; default 524,288
	Depth  int   // arrays and structs in one another; default 100
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Bytes:  cmp.Or(l.Bytes, 32<<20),
		String: cmp.Or(l.String, 16<<20),
		Values: cmp.Or(l.Values, 1<<19),
		Depth:  cmp.Or(l.Depth, 100),
	}
}

// A faultReply is the server's answer that it will not or cannot.
type faultReply struct {
	code *int64 // nil if it has none
	text string
}

// A decoder reads one reply after another.
type decoder struct {
	lexer
	values  []effect.Value    // elements of the arrays that are open
	fields  []effect.Field    // members of the structs that are open
	names   map[string]string // member names seen, so that each is kept once
	counted int
}

var decoders = sync.Pool{New: func() any {
	return &decoder{lexer: lexer{window: make([]byte, windowSize)}, names: map[string]string{}}
}}

// decode reads the reply of a call from r to its end. The label is the
// character set that the header names, or "".
func decode(r io.Reader, label string, limits Limits) (effect.Value, *faultReply, error) {
	d := decoders.Get().(*decoder)
	d.reset(r, limits)
	v, f, err := d.reply(label)
	if err == errEnd {
		err = d.errorf("got the end of the reply, want the rest of it")
	}
	if e, ok := err.(*replyError); ok && e.foreign && d.before == 0 {
		e.head = bytes.Clone(d.window[:d.end])
	}
	d.release()
	if err != nil {
		return nil, nil, err
	}
	return v, f, nil
}

func (d *decoder) reset(r io.Reader, limits Limits) {
	d.src, d.limits = r, limits
	d.pos, d.end, d.before, d.counted = 0, 0, 0, 0
	d.charset, _ = charsetOf("")
}

// release gives the decoder back, without what it has grown to and without
// references to values.
func (d *decoder) release() {
	const most = 64 << 10
	d.src = nil
	clear(d.values)
	clear(d.fields)
	d.values, d.fields = d.values[:0], d.fields[:0]
	if cap(d.joined) <= most && cap(d.values) <= most/16 && cap(d.fields) <= most/32 {
		decoders.Put(d)
	}
}

// reply = prolog <methodResponse> ( params | fault ) </methodResponse>
func (d *decoder) reply(label string) (v effect.Value, f *faultReply, err error) {
	if err := d.prolog(label); err != nil {
		return nil, nil, err
	}
	if err := d.space(); err != nil {
		return nil, nil, err
	}
	if d.window[d.pos] != '<' {
		return nil, nil, d.foreignf("got text, want an XML-RPC reply")
	}
	t, err := d.tag()
	if err != nil {
		return nil, nil, err
	}
	if t.element != responseTag || !t.start {
		return nil, nil, d.foreignf("got " + d.show(t) + ", want <methodResponse>")
	}
	if t.end {
		return nil, nil, d.errorf("got an empty <methodResponse>, want <params> or <fault>")
	}
	if t, err = d.tag(); err != nil {
		return nil, nil, err
	}
	switch {
	case t.start && t.element == paramsTag:
		v, err = d.result(t)
	case t.start && t.element == faultTag && !t.end:
		f, err = d.fault()
	default:
		err = d.errorf("got " + d.show(t) + ", want <params> or <fault>")
	}
	if err != nil {
		return nil, nil, err
	}
	if err := d.close(responseTag); err != nil {
		return nil, nil, err
	}
	return v, f, d.epilog()
}

// result reads the one parameter of a reply. None at all is nil.
func (d *decoder) result(params tag) (effect.Value, error) {
	if params.end {
		return nil, nil
	}
	t, err := d.tag()
	if err != nil {
		return nil, err
	}
	if !t.start && t.element == paramsTag {
		return nil, nil
	}
	if !t.start || t.end || t.element != paramTag {
		return nil, d.errorf("got " + d.show(t) + ", want <param>")
	}
	v, err := d.param()
	if err != nil {
		return nil, err
	}
	if t, err = d.tag(); err != nil {
		return nil, err
	}
	if t.start && t.element == paramTag {
		return nil, d.errorf("got a second <param>, want one")
	}
	if t.start || t.element != paramsTag {
		return nil, d.errorf("got " + d.show(t) + ", want </params>")
	}
	return v, nil
}

// param = <value> </param>, its start tag read.
func (d *decoder) param() (effect.Value, error) {
	v, err := d.open(0)
	if err != nil {
		return nil, err
	}
	return v, d.close(paramTag)
}

// fault reads a struct that should have faultCode and faultString; what is
// missing of them is left out.
func (d *decoder) fault() (*faultReply, error) {
	v, err := d.open(0)
	if err != nil {
		return nil, err
	}
	s, ok := v.(effect.Struct)
	if !ok {
		return nil, d.errorf("got a fault that is no struct, want faultCode and faultString")
	}
	f := &faultReply{}
	if code, ok := s.Get("faultCode"); ok {
		if n, ok := code.(int64); ok {
			f.code = &n
		}
	}
	switch text, _ := s.Get("faultString"); text := text.(type) {
	case nil:
	case string:
		f.text = text
	default:
		f.text = effect.Describe(text)
	}
	return f, d.close(faultTag)
}

// close reads the end tag of an element.
func (d *decoder) close(e element) error {
	t, err := d.tag()
	if err != nil {
		return err
	}
	if t.start || t.element != e {
		return d.errorf("got " + d.show(t) + ", want the end of " + e.String())
	}
	return nil
}

// epilog reads to the end of the reply, where only comments and space may be.
func (d *decoder) epilog() error {
	for {
		if err := d.space(); err != nil {
			if err == errEnd {
				return nil
			}
			return err
		}
		if err := d.need(2); err != nil && err != errEnd {
			return err
		}
		if d.window[d.pos] != '<' || d.atTag() {
			return d.errorf("got more behind the reply, want its end")
		}
		if err := d.markup(false); err != nil {
			return err
		}
	}
}

// show is a tag as messages show it.
func (d *decoder) show(t tag) string {
	s := t.element.String()
	switch {
	case t.element == unknownTag:
		return d.strange
	case t.start && t.end:
		return s[:len(s)-1] + "/>"
	case t.end:
		return "</" + s[1:]
	}
	return s
}

// foreignf is the error of a document that is no XML-RPC reply.
func (d *decoder) foreignf(text string) error {
	return &replyError{at: d.before + int64(d.pos), text: text, foreign: true}
}
