package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"runbook/effect"
)

// A memory reads single records of a journal that was proved when it was indexed.
type memory struct {
	path string
	file io.ReaderAt
	load loader
	pool *sync.Pool // of *pages
}

// pages hold the lines that a recall works on.
type pages struct{ outcome, request, asked []byte }

func newMemory(path string, file io.ReaderAt, load loader) memory {
	return memory{path: path, file: file, load: load, pool: &sync.Pool{New: func() any { return new(pages) }}}
}

// line reads one record into buf.
func (m memory) line(buf []byte, at span) ([]byte, error) {
	if cap(buf) < int(at.length) {
		buf = make([]byte, at.length+at.length/4)
	}
	buf = buf[:at.length]
	if _, err := m.file.ReadAt(buf, at.offset); err != nil {
		return buf, fmt.Errorf("%s: record %d: %w", m.path, at.record, err)
	}
	return buf, nil
}

func (m memory) damaged(at span, err error) error {
	return &Damaged{Path: m.path, Record: int(at.record), Offset: at.offset, Problem: err.Error()}
}

// A match is what a journal has of a request that a script asks for.
type match struct {
	state  state         // void if nothing
	result effect.Result // of a closed one
	since  time.Time     // when a begun or an open one was made
	tries  int           // of an open one
	key    string        // of an open one
}

// ask answers a request from what is recorded, or tells what is known of it.
// The error is a [Divergence] if something else is recorded.
func (p *replay) ask(r *effect.Request) (match, error) {
	if err := checkRequest(r); err != nil {
		return match{}, err
	}
	e, g := p.take(r.ID)
	switch {
	case g != nil:
		return match{}, p.part(g, r)
	case e == nil && p.end > 0:
		return match{}, &Divergence{Name: Extra, ID: r.ID, Record: p.end, Asked: r}
	case e == nil:
		return match{}, nil
	}
	pages := p.memory.pool.Get().(*pages)
	defer p.memory.pool.Put(pages)
	return p.memory.recall(r, e, pages)
}

// checkRequest refuses what could not be recorded.
func checkRequest(r *effect.Request) error {
	for i, a := range r.Args {
		if err := effect.Check(a); err != nil {
			return fmt.Errorf("%s: argument %d: %w", r.Operation, i+1, err)
		}
	}
	return nil
}

// recall compares the request with the recorded one and reads what came of it.
func (m memory) recall(r *effect.Request, e *entry, pages *pages) (match, error) {
	var asked, came fields
	var err error
	if pages.request, err = m.line(pages.request, e.request); err != nil {
		return match{}, err
	}
	if err := asked.parse(pages.request); err != nil {
		return match{}, m.damaged(e.request, err)
	}
	if in, err := pages.differs(r, &asked, m.load); err != nil {
		return match{}, m.damaged(e.request, err)
	} else if in != "" {
		return match{}, m.differs(r, e, &asked, in)
	}
	found := match{state: e.state, tries: int(e.tries)}
	if e.state != closed {
		var noKey error
		found.since, err = momentOf(asked.t)
		found.key, noKey = textOf(asked.name)
		if err = errors.Join(err, noKey); err != nil {
			err = m.damaged(e.request, err)
		}
		return found, err
	}
	if came = asked; e.outcome != e.request {
		if pages.outcome, err = m.line(pages.outcome, e.outcome); err != nil {
			return match{}, err
		}
		if err := came.parse(pages.outcome); err != nil {
			return match{}, m.damaged(e.outcome, err)
		}
	}
	if found.result, err = came.result(r.ID, m.load); err != nil {
		return match{}, m.damaged(e.outcome, err)
	}
	found.result.Replayed = true
	return found, nil
}

// differs compares a request with a recorded one and names the first
// difference. Equal values are equal bytes, so nothing is decoded.
func (p *pages) differs(r *effect.Request, f *fields, load loader) (string, error) {
	class := f.class == nil
	switch {
	case !p.same(f.kind, r.Kind):
		return "kind", nil
	case !p.same(f.target, r.Target):
		return "target", nil
	case !p.same(f.op, r.Operation):
		return "operation", nil
	case class != (r.Class == effect.Read):
		return "class", nil
	case len(r.Args) == 0 && f.args == nil:
		return "", nil
	}
	p.asked = effect.AppendJSON(p.asked[:0], r.Args)
	if bytes.Equal(p.asked, f.args) {
		return "", nil
	}
	if bytes.HasPrefix(f.args, []byte(fileTag)) {
		name, _, err := fileRef(f.args)
		if sum := sha256.Sum256(p.asked); err != nil || hex.EncodeToString(sum[:]) == name {
			return "", err
		}
	}
	return differingArgument(r, f, load)
}

// same reports whether raw is s as a JSON string; what is empty is left out.
func (p *pages) same(raw []byte, s string) bool {
	if s == "" {
		return raw == nil
	}
	p.asked = effect.AppendJSONString(p.asked[:0], s)
	return bytes.Equal(p.asked, raw)
}

// differingArgument names the first argument that differs. How long a poll may
// take is no difference, so that an edited runbook may wait longer.
func differingArgument(r *effect.Request, f *fields, load loader) (string, error) {
	recorded, err := f.request(r.ID, load)
	if err != nil {
		return "", err
	}
	was, is := recorded.Args, r.Args
	if r.Kind == effect.KindPoll && len(was) > 1 && len(is) > 1 {
		was, is = was[:1], is[:1]
	}
	for i := range min(len(was), len(is)) {
		if !effect.Equal(was[i], is[i]) {
			return "argument " + strconv.Itoa(i+1), nil
		}
	}
	if len(was) != len(is) {
		return "number of arguments", nil
	}
	return "", nil
}

func (m memory) differs(r *effect.Request, e *entry, f *fields, in string) error {
	recorded, err := f.request(r.ID, m.load)
	if err != nil {
		return m.damaged(e.request, err)
	}
	return &Divergence{Name: Differs, ID: r.ID, Record: int(e.request.record), In: in, Recorded: &recorded, Asked: r}
}

// part makes the error of a gap. asked is nil if the script asks for nothing.
func (p *replay) part(g *gap, asked *effect.Request) error {
	e := *g.entry
	line, err := p.memory.line(nil, e.request)
	if err != nil {
		return err
	}
	var f fields
	if err := f.parse(line); err != nil {
		return p.memory.damaged(e.request, err)
	}
	id := effect.ID{Branch: g.branch.path, Number: int(e.number)}
	recorded, err := f.request(id, p.memory.load)
	if err != nil {
		return p.memory.damaged(e.request, err)
	}
	d := &Divergence{Name: g.name, ID: id, Record: int(e.request.record), Recorded: &recorded, Asked: asked}
	if g.name == Extra {
		d.ID = asked.ID
	}
	return d
}

func (p *replay) unasked() error {
	if g := p.missing(); g != nil {
		return p.part(g, nil)
	}
	return nil
}

func (p *replay) progress() (asked, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.total - p.left, p.total
}
