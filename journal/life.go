package journal

import (
	"fmt"
	"time"

	"runbook/effect"
)

// body is the header as a record.
func (h *Header) body() body {
	systems := make([]effect.Value, len(h.Systems))
	for i, s := range h.Systems {
		systems[i] = s
	}
	b := newBody(KindHeader, nil)
	b = b.integer("format", int64(h.Format))
	b = b.text("run", h.Run).time("start", h.Start).text("tool", h.Tool).text("runbook", h.Runbook).text("path", h.Path)
	b = b.value("params", h.Params)
	b = b.text("site", h.Site).text("site_path", h.SitePath).value("systems", systems)
	b = b.text("world", h.World).integer("seed", h.Seed)
	return b.value("sources", sourceList(h.Sources))
}

// body is the end of a life as a record.
func (o *Outcome) body(now time.Time, keep keeper) (body, error) {
	b := newBody(KindEnd, nil).time("t", now).text("state", string(o.State)).integer("exit", int64(o.Exit))
	var err error
	if o.Error != nil {
		e := clean(o.Error, o.Error.ID)
		if effect.Check(e.Details) != nil {
			e.Details = nil // the end must be recorded, whatever it was
		}
		if b, err = b.large("err", errorFields(e), keep); err != nil {
			return nil, err
		}
	}
	if len(o.Failed) > 0 {
		return b.large("failed", idList(o.Failed), keep)
	}
	return b, nil
}

// body is the beginning of another life as a record.
func (r *Resumed) body(now time.Time, keep keeper) (body, error) {
	b := newBody(KindResumed, nil).time("t", now).integer("life", int64(r.Life)).text("tool", r.Tool).flag("edited", r.Edited)
	if r.Edited {
		b = b.value("sources", sourceList(r.Sources))
	}
	var err error
	for _, list := range []struct {
		name string
		ids  []effect.ID
	}{{"retried", r.Retried}, {"reopened", r.Reopened}} {
		if len(list.ids) > 0 {
			if b, err = b.large(list.name, idList(list.ids), keep); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

func idList(ids []effect.ID) []effect.Value {
	list := make([]effect.Value, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	return list
}

func sourceList(sources []SourceInfo) []effect.Value {
	list := make([]effect.Value, len(sources))
	for i, s := range sources {
		list[i] = effect.Struct{
			{Name: "name", Value: s.Name},
			{Name: "file", Value: s.File},
			{Name: "offset", Value: s.Offset},
			{Name: "size", Value: s.Size},
			{Name: "sha256", Value: s.SHA256},
		}
	}
	return list
}

// A members reads the fields of a record that is not of an effect.
type members struct {
	fields map[string][]byte
	load   loader
	err    error
}

func newMembers(line []byte, load loader) *members {
	m := &members{fields: map[string][]byte{}, load: load}
	m.err = walk(line, func(key, raw []byte) bool {
		_, twice := m.fields[string(key)]
		m.fields[string(key)] = raw
		return !twice
	})
	return m
}

// member is the named field, the zero T if there is none.
func member[T effect.Value](m *members, name string) T {
	var zero T
	raw, ok := m.fields[name]
	if !ok || m.err != nil {
		return zero
	}
	v, err := m.load.value(raw)
	if t, ok := v.(T); ok && err == nil {
		return t
	}
	if m.err = err; err == nil {
		m.err = fmt.Errorf("got %s %s, want another type", name, effect.Describe(v))
	}
	return zero
}

func (m *members) time(name string) time.Time {
	t, err := momentOf(m.fields[name])
	if m.err == nil {
		m.err = err
	}
	return t
}

func (m *members) ids(name string) []effect.ID {
	var ids []effect.ID
	for _, v := range member[[]effect.Value](m, name) {
		s, _ := v.(string)
		id, err := parseID(s)
		if m.err == nil {
			m.err = err
		}
		ids = append(ids, id)
	}
	return ids
}

func (m *members) sources() []SourceInfo {
	var list []SourceInfo
	for _, v := range member[[]effect.Value](m, "sources") {
		s, ok := v.(effect.Struct)
		info := SourceInfo{}
		for _, f := range s {
			var fits bool
			switch f.Name {
			case "name":
				info.Name, fits = f.Value.(string)
			case "file":
				info.File, fits = f.Value.(string)
			case "offset":
				info.Offset, fits = f.Value.(int64)
			case "size":
				info.Size, fits = f.Value.(int64)
			case "sha256":
				info.SHA256, fits = f.Value.(string)
			}
			ok = ok && fits
		}
		if !ok && m.err == nil {
			m.err = errSyntax
		}
		list = append(list, info)
	}
	return list
}

func parseHeader(line []byte, load loader) (Header, error) {
	m := newMembers(line, load)
	h := Header{
		Format: int(member[int64](m, "format")), Run: member[string](m, "run"), Start: m.time("start"), Tool: member[string](m, "tool"),
		Runbook: member[string](m, "runbook"), Path: member[string](m, "path"), Params: member[effect.Struct](m, "params"),
		Site: member[string](m, "site"), SitePath: member[string](m, "site_path"),
		World: member[string](m, "world"), Seed: member[int64](m, "seed"), Sources: m.sources(),
	}
	for _, v := range member[[]effect.Value](m, "systems") {
		s, ok := v.(string)
		if !ok {
			return h, errSyntax
		}
		h.Systems = append(h.Systems, s)
	}
	return h, m.err
}

func parseEnd(line []byte, load loader) (*Outcome, time.Time, error) {
	m := newMembers(line, load)
	o := &Outcome{State: State(member[string](m, "state")), Exit: int(member[int64](m, "exit")), Failed: m.ids("failed")}
	if e := member[effect.Struct](m, "err"); e != nil && m.err == nil {
		o.Error, m.err = errorOf(e)
	}
	t := m.time("t")
	return o, t, m.err
}

func parseResumed(line []byte, load loader) (*Resumed, time.Time, error) {
	m := newMembers(line, load)
	r := &Resumed{
		Life: int(member[int64](m, "life")), Tool: member[string](m, "tool"), Edited: member[bool](m, "edited"), Sources: m.sources(),
		Retried: m.ids("retried"), Reopened: m.ids("reopened"),
	}
	t := m.time("t")
	return r, t, m.err
}

func parseNote(line []byte, load loader) (*Note, time.Time, error) {
	m := newMembers(line, load)
	n := &Note{
		Kind: member[string](m, "what"), Branch: member[string](m, "branch"), Step: member[string](m, "step"), Item: member[string](m, "item"),
		Text: member[string](m, "text"), Position: member[string](m, "at"),
	}
	t := m.time("t")
	return n, t, m.err
}

func (x *index) addHeader(line []byte, load loader) (err error) {
	x.header, err = parseHeader(line, load)
	x.sources, x.life = x.header.Sources, 1
	return err
}

func (x *index) addResumed(line []byte, at span, load loader) error {
	r, _, err := parseResumed(line, load)
	if err != nil {
		return err
	}
	if x.life++; r.Life != x.life {
		return fmt.Errorf("got life %d of the run, want %d", r.Life, x.life)
	}
	if r.Edited {
		x.sources = r.Sources
	}
	x.end, x.settled = span{}, at.offset
	return x.drop(r.Retried, r.Reopened)
}
