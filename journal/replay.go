package journal

import (
	"math"
	"strconv"
	"strings"
	"sync"

	"runbook/effect"
)

// A replay answers a script's requests from the index of a journal, and sees
// whether the script takes the way it took before. It is used by many branches.
//
// Effects are named by branch and number, and branches run in any order, so
// only what one branch implies for another can be checked: before an effect,
// its branch asked for all recorded effects with a smaller number, and all
// branches that were begun before it ended; the branches it lies in had come as
// far as the effect that began them, and no further.
type replay struct {
	memory memory
	end    int // number of the record that ended the run for good; 0 if none did

	mu       sync.Mutex
	branches map[string]*branch
	dropped  map[effect.ID]bool // effects that are performed anew, though what came after them counts
	left     int                // entries not asked for
	total    int
}

// A branch is what a journal has of one line of execution, and how far the
// script has come in it.
type branch struct {
	path    string
	parent  *branch
	up      *fork // in the parent
	entries []entry
	next    int // entries before it were asked for
	forks   []*fork
	passed  int // forks before it have nothing left
}

// A fork is an effect that began branches.
type fork struct {
	number int32 // of the effect; atEnd for cleanups
	left   int   // entries below it that are not asked for
}

// atEnd is where cleanups come: after all other effects of their branch.
const atEnd = math.MaxInt32

// newReplay takes the index over.
func newReplay(x *index, m memory) *replay {
	p := &replay{memory: m, branches: make(map[string]*branch, len(x.branches)), dropped: map[effect.ID]bool{}}
	for path, list := range x.branches {
		counted := list[:0]
		for _, e := range list {
			if e.state == void {
				p.dropped[effect.ID{Branch: path, Number: int(e.number)}] = true
				continue
			}
			counted = append(counted, e)
		}
		if len(counted) > 0 {
			b := p.branch(path)
			b.entries = counted
			b.count(len(counted))
			p.left += len(counted)
		}
	}
	p.total = p.left
	return p
}

// branch finds or makes a branch and those it lies in.
func (p *replay) branch(path string) *branch {
	if b := p.branches[path]; b != nil {
		return b
	}
	b := &branch{path: path}
	p.branches[path] = b
	if above, number, ok := parent(path); ok {
		b.parent = p.branch(above)
		b.up = b.parent.fork(number)
	}
	return b
}

// parent is the branch that path lies in, and the number of the effect that began it.
func parent(path string) (above string, number int32, ok bool) {
	if path == "" {
		return "", 0, false
	}
	last := path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		above, last = path[:i], path[i+1:]
	}
	effect, item, ok := strings.Cut(last, ".")
	n, err := strconv.ParseInt(effect, 10, 32)
	if !ok || err != nil {
		return "", 0, false
	}
	if item == cleanup {
		return above, atEnd, true
	}
	return above, int32(n), true
}

// cleanup is what a cleanup's branch has in the place of an item: it runs when
// the branch it lies in ends.
const cleanup = "cleanup"

// fork finds or makes the fork at an effect.
func (b *branch) fork(number int32) *fork {
	i := len(b.forks)
	for i > 0 && b.forks[i-1].number >= number {
		i--
	}
	if i < len(b.forks) && b.forks[i].number == number {
		return b.forks[i]
	}
	b.forks = append(b.forks, nil)
	copy(b.forks[i+1:], b.forks[i:])
	b.forks[i] = &fork{number: number}
	return b.forks[i]
}

// count adds n to what is left in all forks above.
func (b *branch) count(n int) {
	for ; b.up != nil; b = b.parent {
		b.up.left += n
	}
}

// upcoming is the next entry that is not asked for, or nil.
func (b *branch) upcoming() *entry {
	if b.next == len(b.entries) {
		return nil
	}
	return &b.entries[b.next]
}

// pending is the first fork with something left, or nil.
func (b *branch) pending() *fork {
	for b.passed < len(b.forks) {
		if f := b.forks[b.passed]; f.left > 0 {
			return f
		}
		b.passed++
	}
	return nil
}

// take finds the entry of an effect and marks it as asked for. Neither entry
// nor gap: the effect is beyond what is recorded, or performed anew.
func (p *replay) take(id effect.ID) (*entry, *gap) {
	p.mu.Lock()
	defer p.mu.Unlock()
	own, g := p.meet(id)
	switch {
	case g != nil:
		if g.entry == nil {
			g.branch, g.entry = p.first(g.branch, g.fork)
		}
		return nil, g
	case own == nil:
		return nil, nil
	}
	e := own.upcoming()
	e.asked = true
	own.next++
	own.count(-1)
	p.left--
	return e, nil
}

// meet finds the branch whose upcoming entry an effect is, or the gap before it.
func (p *replay) meet(id effect.ID) (*branch, *gap) {
	if p.left == 0 {
		return nil, nil
	}
	own, anew := p.branches[id.Branch], p.dropped[id]
	found, g := own.meets(int32(id.Number), true, anew)
	for path, number, ok := parent(id.Branch); ok; path, number, ok = parent(path) {
		_, outer := p.branches[path].meets(number, false, found || anew)
		if g == nil || outer != nil && outer.name == Missing {
			g = outer
		}
	}
	if g != nil || !found {
		return nil, g
	}
	return own, nil
}

// isNew reports whether an effect that the script comes to is to be performed:
// nothing is recorded of it, and the script takes the way it took before.
func (p *replay) isNew(id effect.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	own, g := p.meet(id)
	return own == nil && g == nil && p.end == 0
}

// A gap is where script and journal part: what is recorded, and was left out
// or comes where the script asks for something else.
type gap struct {
	name   string
	branch *branch
	entry  *entry
	fork   *fork // if entry is nil: it is the first below this fork
}

// meets compares what is recorded next in a branch with where the script is in
// it: at an effect that it asks for, or at one that began the branch it is in.
// It reports whether the effect is the one recorded; found says that it was,
// below, or is performed anew, so that what comes later is no gap.
func (b *branch) meets(number int32, asked, found bool) (bool, *gap) {
	if b == nil {
		return false, nil
	}
	next := b.from(0)
	switch {
	case next.number == nowhere:
		return false, nil
	case next.number < number, next.number == number && !asked && next.entry != nil:
		return false, next.as(Missing, b)
	case next.number == number && asked && next.entry != nil:
		return true, nil
	case found:
		return false, nil
	case !asked: // what began with it may go on
		if next = b.after(number); next.number == nowhere {
			return false, nil
		}
	}
	return false, next.as(Extra, b)
}

// A left is an entry of a branch, or a fork with entries below it, that the
// script did not ask for.
type left struct {
	entry  *entry
	fork   *fork
	number int32 // of either; nowhere if there is none
}

// nowhere is a number that no effect has.
const nowhere = -1

func (l left) as(name string, in *branch) *gap {
	return &gap{name: name, branch: in, entry: l.entry, fork: l.fork}
}

// after is the first thing left in a branch behind an effect.
func (b *branch) after(number int32) left {
	if number == atEnd {
		return left{number: nowhere}
	}
	return b.from(number + 1)
}

// from is the first thing left in a branch whose number is at least least.
func (b *branch) from(least int32) left {
	e, f := b.upcoming(), b.pending()
	for i := b.passed; f != nil && (f.number < least || f.left == 0); i++ {
		if f = nil; i < len(b.forks) {
			f = b.forks[i]
		}
	}
	if e != nil && e.number < least {
		e = nil
		if i, _ := findEntry(b.entries, least); i < len(b.entries) {
			e = &b.entries[i]
		}
	}
	switch {
	case e != nil && (f == nil || e.number <= f.number):
		return left{entry: e, number: e.number}
	case f != nil:
		return left{fork: f, number: f.number}
	}
	return left{number: nowhere}
}

// first is the entry with the lowest record below a fork that was not asked for.
func (p *replay) first(at *branch, f *fork) (*branch, *entry) {
	var in *branch
	var first *entry
	for _, b := range p.branches {
		e := b.upcoming()
		if e != nil && (first == nil || e.request.record < first.request.record) && b.below(at, f) {
			in, first = b, e
		}
	}
	return in, first
}

// below reports whether b lies below fork f of branch at; below a nil branch everything does.
func (b *branch) below(at *branch, f *fork) bool {
	for ; b.parent != nil; b = b.parent {
		if b.parent == at && b.up == f {
			return true
		}
	}
	return at == nil
}

// missing is the first entry of all that was not asked for, or nil.
func (p *replay) missing() *gap {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == 0 {
		return nil
	}
	b, e := p.first(nil, nil)
	return &gap{name: Missing, branch: b, entry: e}
}

// replaying reports whether the recorded run went on beyond the point where
// the script is in a branch.
func (p *replay) replaying(path string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == 0 {
		return false
	}
	if b := p.branches[path]; b != nil && b.from(0).number != nowhere {
		return true
	}
	for above, number, ok := parent(path); ok; above, number, ok = parent(above) {
		if b := p.branches[above]; b != nil && b.after(number).number != nowhere {
			return true
		}
	}
	return false
}
