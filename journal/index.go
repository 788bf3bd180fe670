package journal

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"runbook/effect"
)

// An entry is what a journal has of one effect.
type entry struct {
	number  int32 // within its branch
	tries   int32 // intents recorded
	state   state
	asked   bool // by the script, in this life
	request span // the record with the request
	outcome span // the record with the result, if there is one
}

// A state is how far the record of an effect goes.
type state uint8

const (
	void   state = iota // nothing that counts
	begun               // a wait or a composite without outcome
	open                // a change that was tried, without outcome: in doubt
	closed              // there is an outcome
)

// An index finds the records of effects. It is built by reading a journal
// once, and holds no values: those are read when a script asks for them.
type index struct {
	branches map[string][]entry // by number
	life     int                // of the run, from 1
	end      span               // the record that ended the last life; zero if there is none
	changed  bool               // some change was recorded
	settled  int64              // what records before this offset refer to is durable
	header   Header
	sources  []SourceInfo // of the last life
}

// add takes a record into the index. A record that cannot stand where it does
// is an error.
func (x *index) add(line []byte, at span, load loader) error {
	kind, rest, ok := cutKind(line)
	if !ok {
		return errSyntax
	}
	switch k := Kind(kind); {
	case at.record == 1:
		return x.addHeader(line, load)
	case x.end.record > 0 && k != KindResumed:
		return fmt.Errorf("got %s, want nothing after the end of the run but its resumption", kind)
	case k == KindNote:
		return nil
	case k == KindEnd:
		x.end = at
		return nil
	case k == KindResumed:
		return x.addResumed(line, at, load)
	}
	id, ok := cutID(rest)
	if !ok {
		return errSyntax
	}
	return x.addEffect(Kind(kind), id, at)
}

// cutKind takes `"k":"…"` off a line.
func cutKind(line []byte) (kind, rest []byte, ok bool) {
	i := bytes.IndexByte(line, ',')
	if i < 0 {
		return nil, nil, false
	}
	if rest, ok = bytes.CutPrefix(line[i:], []byte(`,"k":"`)); !ok {
		return nil, nil, false
	}
	return bytes.Cut(rest, []byte{'"'})
}

// cutID takes `,"id":"…"` off what follows the kind; it returns the identity
// as it is printed.
func cutID(rest []byte) (id []byte, ok bool) {
	if rest, ok = bytes.CutPrefix(rest, []byte(`,"id":`)); !ok {
		return nil, false
	}
	n := stringLen(rest)
	if n < 2 {
		return nil, false
	}
	return rest[1 : n-1], true
}

// addEffect takes a record of an effect into the index.
func (x *index) addEffect(k Kind, id []byte, at span) error {
	e, err := x.entry(id)
	if err != nil {
		return err
	}
	fits := false
	switch k {
	case KindIntent:
		fits = e.state == void || e.state == open
		e.state, e.request = open, at
		e.tries++
		x.changed, x.settled = true, at.offset
	case KindBegin:
		fits = e.state == void
		e.state, e.request = begun, at
	case KindOutcome:
		fits = e.state != closed
		switch e.state {
		case open:
			x.settled = at.offset
		case void:
			e.request = at
		}
		e.state, e.outcome = closed, at
	case KindWithdrawn:
		fits = e.state == open
		if e.tries--; e.tries == 0 {
			e.state = void
		}
	default:
		return fmt.Errorf("got %q, want a kind of record of this format", k)
	}
	if !fits {
		return fmt.Errorf("got %s of effect %s, which does not fit what is recorded of it before", k, id)
	}
	return nil
}

// entry finds or makes the entry of an effect. Its pointer is good until the next call.
func (x *index) entry(id []byte) (*entry, error) {
	path, number, err := splitID(id)
	if err != nil {
		return nil, err
	}
	list := x.branches[string(path)]
	n := len(list)
	if n == 0 || list[n-1].number < number {
		list = append(list, entry{number: number})
		x.branches[string(path)] = list
		return &list[n], nil
	}
	i, found := findEntry(list, number)
	if !found {
		list = slices.Insert(list, i, entry{number: number})
		x.branches[string(path)] = list
	}
	return &list[i], nil
}

func findEntry(list []entry, number int32) (int, bool) {
	if n := len(list); n > 0 && list[n-1].number == number {
		return n - 1, true
	}
	return slices.BinarySearchFunc(list, number, func(e entry, n int32) int { return cmp.Compare(e.number, n) })
}

// splitID takes the name of an effect apart, as it stands in a record.
func splitID(id []byte) (path []byte, number int32, err error) {
	if bytes.IndexByte(id, '\\') >= 0 {
		s, err := textOf(slices.Concat([]byte{'"'}, id, []byte{'"'}))
		if err != nil {
			return nil, 0, err
		}
		id = []byte(s)
	}
	i := bytes.LastIndexByte(id, ':')
	if i > 0 {
		path = id[:i]
	}
	digits := id[i+1:]
	for _, c := range digits {
		if c < '0' || c > '9' || len(digits) > 9 {
			return nil, 0, errSyntax
		}
		number = number*10 + int32(c-'0')
	}
	if number == 0 {
		return nil, 0, errSyntax
	}
	return path, number, nil
}

// find returns the entry of an effect, or nil.
func (x *index) find(id effect.ID) *entry {
	list := x.branches[id.Branch]
	i, found := findEntry(list, int32(id.Number))
	if !found || list[i].state == void {
		return nil
	}
	return &list[i]
}

// drop forgets outcomes: retried effects altogether, reopened changes only
// what came of them.
func (x *index) drop(retried, reopened []effect.ID) error {
	for _, id := range retried {
		e := x.find(id)
		if e == nil || e.state == open {
			return fmt.Errorf("got effect %s to try again, which has no outcome", id)
		}
		e.state, e.tries = void, 0
	}
	for _, id := range reopened {
		e := x.find(id)
		if e == nil || e.state != closed {
			return fmt.Errorf("got effect %s in doubt again, which has no outcome", id)
		}
		e.state = open
	}
	return nil
}

// clone is a copy whose entries can be marked and dropped apart.
func (x *index) clone() *index {
	c := *x
	c.branches = make(map[string][]entry, len(x.branches))
	for path, list := range x.branches {
		c.branches[path] = slices.Clone(list)
	}
	return &c
}
