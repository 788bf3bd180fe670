package xmlrpc

import (
	"slices"
	"strconv"

	"runbook/effect"
)

// This file defines the part of the grammar that is a value.

// open reads a whole value.
func (d *decoder) open(depth int) (effect.Value, error) {
	t, err := d.tag()
	if err != nil {
		return nil, err
	}
	if !t.start || t.element != valueTag {
		return nil, d.errorf("got " + d.show(t) + ", want <value>")
	}
	return d.value(t, depth)
}

// value reads the rest of a value whose start tag is t.
func (d *decoder) value(t tag, depth int) (effect.Value, error) {
	if d.counted++; d.counted > d.limits.Values {
		return nil, d.errorf("got more than " + strconv.Itoa(d.limits.Values) + " values, want at most that")
	}
	if depth > d.limits.Depth {
		return nil, d.errorf("got more than " + strconv.Itoa(d.limits.Depth) + " arrays and structs in one another, want at most that")
	}
	if t.end {
		return "", nil
	}
	text, err := d.text()
	if err != nil {
		return nil, err
	}
	if d.atEndTag() { // no type: a string, with all its space
		s := string(text)
		return s, d.close(valueTag)
	}
	for _, c := range text {
		if !isSpace(c) {
			return nil, d.errorf("got text and a tag in one <value>, want one of them")
		}
	}
	if t, err = d.tag(); err != nil {
		return nil, err
	}
	v, err := d.typed(t, depth)
	if err != nil {
		return nil, err
	}
	return v, d.close(valueTag)
}

// typed reads the rest of a typed value, up to and with the end tag of the type.
func (d *decoder) typed(t tag, depth int) (effect.Value, error) {
	switch t.element {
	case structTag:
		return d.structure(t, depth)
	case arrayTag:
		return d.array(t, depth)
	}
	var text []byte
	if !t.end {
		var err error
		if text, err = d.text(); err != nil {
			return nil, err
		}
	}
	v, err := d.scalar(t, text) // text lasts only until the next tag is read
	if err == nil && !t.end {
		err = d.close(t.element)
	}
	return v, err
}

func (d *decoder) scalar(t tag, text []byte) (v effect.Value, err error) {
	switch t.element {
	case stringTag:
		return string(text), nil
	case intTag, i1Tag, i2Tag, i4Tag, i8Tag:
		v, err = parseInt(text)
	case booleanTag:
		v, err = parseBoolean(text)
	case doubleTag:
		v, err = parseDouble(text)
	case timeTag:
		v, err = parseTime(text)
	case base64Tag:
		v, err = parseBase64(text)
	case nilTag:
		for _, c := range text {
			if !isSpace(c) {
				return nil, d.errorf("got text in <nil>, want nothing")
			}
		}
		return nil, nil
	default:
		return nil, d.errorf("got " + d.show(t) + ", want a type of XML-RPC")
	}
	if err != nil {
		return nil, d.errorf(t.element.String() + ": " + err.Error())
	}
	return v, nil
}

// array = <data> value* </data> </array>, its start tag read.
func (d *decoder) array(t tag, depth int) (effect.Value, error) {
	if t.end {
		return []effect.Value{}, nil
	}
	t, err := d.tag()
	if err != nil {
		return nil, err
	}
	if !t.start && t.element == arrayTag {
		return []effect.Value{}, nil
	}
	if !t.start || t.element != dataTag {
		return nil, d.errorf("got " + d.show(t) + ", want <data>")
	}
	base := len(d.values)
	for !t.end {
		if t, err = d.tag(); err != nil {
			return nil, err
		}
		if !t.start && t.element == dataTag {
			break
		}
		if !t.start || t.element != valueTag {
			return nil, d.errorf("got " + d.show(t) + ", want <value> or </data>")
		}
		v, err := d.value(t, depth+1)
		if err != nil {
			return nil, err
		}
		d.values = append(d.values, v)
		t.end = false
	}
	list := make([]effect.Value, len(d.values)-base)
	copy(list, d.values[base:])
	clear(d.values[base:])
	d.values = d.values[:base]
	return list, d.close(arrayTag)
}

// structure = member* </struct>, its start tag read.
func (d *decoder) structure(t tag, depth int) (effect.Value, error) {
	base := len(d.fields)
	for !t.end {
		var err error
		if t, err = d.tag(); err != nil {
			return nil, err
		}
		if !t.start && t.element == structTag {
			break
		}
		if !t.start || t.end || t.element != memberTag {
			return nil, d.errorf("got " + d.show(t) + ", want <member> or </struct>")
		}
		f, err := d.member(depth)
		if err != nil {
			return nil, err
		}
		d.fields = append(d.fields, f)
	}
	s := make(effect.Struct, len(d.fields)-base)
	copy(s, d.fields[base:])
	clear(d.fields[base:])
	d.fields = d.fields[:base]
	return lastOfEach(s), nil
}

// member = <name> text </name> value </member>, its start tag read.
func (d *decoder) member(depth int) (effect.Field, error) {
	t, err := d.tag()
	if err != nil {
		return effect.Field{}, err
	}
	if !t.start || t.element != nameTag {
		return effect.Field{}, d.errorf("got " + d.show(t) + ", want <name>")
	}
	var f effect.Field
	if !t.end {
		text, err := d.text()
		if err != nil {
			return f, err
		}
		f.Name = d.intern(text)
		if err := d.close(nameTag); err != nil {
			return f, err
		}
	}
	if f.Value, err = d.open(depth + 1); err != nil {
		return f, err
	}
	return f, d.close(memberTag)
}

// intern makes a string of a name, the same one for names that come often.
func (d *decoder) intern(b []byte) string {
	if s, ok := d.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(b) <= 64 && len(d.names) < 256 {
		d.names[s] = s
	}
	return s
}

// lastOfEach leaves one field of each name: the last value, at the first place.
func lastOfEach(s effect.Struct) effect.Struct {
	const few = 16
	if len(s) <= few {
		for i := 1; i < len(s); i++ {
			if j := slices.IndexFunc(s[:i], func(f effect.Field) bool { return f.Name == s[i].Name }); j >= 0 {
				s[j].Value = s[i].Value
				s = slices.Delete(s, i, i+1)
				i--
			}
		}
		return s
	}
	at := make(map[string]int, len(s))
	kept := s[:0]
	for _, f := range s {
		if i, ok := at[f.Name]; ok {
			kept[i].Value = f.Value
			continue
		}
		at[f.Name] = len(kept)
		kept = append(kept, f)
	}
	return slices.Clip(kept)
}
