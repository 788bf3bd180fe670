package main

import (
	"context"
	"path"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator"
)

// A look is one request that reached the world of a trial.
type look struct {
	id       string // of its effect
	nth      int    // of the effect's requests to systems and hosts, counted from 1; 0 of another kind
	kind     string
	change   bool
	inner    bool // part of a poll or of a probe
	what     string
	target   string
	method   string // operation of the request
	args     []effect.Value
	position string
	timeout  time.Duration // how long its client waits
	settle   time.Duration // how long it may take effect, since it was made
	at, till time.Duration
	answer   string // "" until it is known
	value    effect.Value
	state    uint64 // of the world when its effect began, if that was asked for
}

// An observer is the layer around a trial's world: it counts what is asked, and
// stops a run that asks without end.
type observer struct {
	next   effect.Performer
	world  *simulator.World
	most   int // requests
	asked  int
	traced bool
	states bool
	looks  []look
	nth    map[string]int
	began  map[string]uint64 // state of the world when an effect began
	where  map[string]string // positions by effect: what a poll asks has none of its own
	// redone are changes that were performed again although they had taken effect.
	redone []effect.Request
	agreed func(question string) // called when the operator has agreed
	end    context.CancelCauseFunc
}

// Perform notes the request.
func (o *observer) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if o.asked++; o.asked > o.most {
		o.end(errEndless)
		return effect.Result{}, errEndless
	}
	took := 0
	if r.Class == effect.Change {
		took = o.world.Took(r)
	}
	i := o.note(&r)
	res, err := o.next.Perform(ctx, r)
	if took > 0 && r.Recovery != effect.Repeat && o.world.Took(r) > took {
		o.redone = append(o.redone, r)
	}
	if r.Kind == effect.KindOperator && r.Operation == effect.OpConfirm && err == nil && res.Err == nil {
		o.agreed(r.Describe())
	}
	if i >= 0 {
		o.looks[i].till = o.world.Elapsed()
		if err == nil {
			o.looks[i].answer, o.looks[i].value = res.Describe(), res.Value
		}
	}
	return res, err
}

// note adds the request to the trace, and returns its place there; -1 if none is kept.
func (o *observer) note(r *effect.Request) int {
	if !o.traced || r.Kind == effect.KindBranch || r.Inner && r.Kind == effect.KindClock {
		return -1
	}
	l := look{
		id: r.ID.String(), kind: r.Kind, change: r.Class == effect.Change, inner: r.Inner, what: r.Describe(),
		target: r.Target, method: r.Operation, args: r.Args, position: r.Position, timeout: timeoutOf(r), at: o.world.Elapsed(),
	}
	if r.Peer != nil {
		l.settle = r.Peer.Settle
	}
	for id, above := r.ID, true; l.position == "" && above; id, above = parentOf(id) {
		l.position = o.where[id.String()]
	}
	o.where[l.id] = l.position
	if r.Kind == effect.KindXMLRPC || r.Kind == effect.KindHost {
		o.nth[l.id]++
		l.nth = o.nth[l.id]
	}
	if o.states && !r.Inner {
		l.state = hashOf(o.world.Describe())
		o.began[l.id] = l.state
	} else if o.states {
		l.state = o.began[l.id] // to describe the world at every look of a poll would take longer than the run
	}
	o.looks = append(o.looks, l)
	return len(o.looks) - 1
}

// parentOf is the effect whose branch an effect is in; false if it is in the main branch.
func parentOf(id effect.ID) (effect.ID, bool) {
	i := strings.LastIndexByte(id.Branch, '/')
	number, _, below := strings.Cut(id.Branch[i+1:], ".")
	n, err := strconv.Atoi(number)
	return effect.ID{Branch: id.Branch[:max(i, 0)], Number: n}, below && err == nil
}

// timeoutOf is how long a request's client waits for its answer.
func timeoutOf(r *effect.Request) time.Duration {
	switch {
	case r.Timeout > 0:
		return r.Timeout
	case r.Peer != nil && r.Peer.Timeout > 0:
		return r.Peer.Timeout
	case r.Kind == effect.KindHost:
		return simulator.DefaultCommandTimeout
	}
	return simulator.DefaultTimeout
}

// hashOf is FNV-1a.
func hashOf(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// sights is how many different answers of one question within one effect are
// places of their own; further ones are like them.
const sights = 4

// places are the looks at which something can go wrong in its own way: every
// request but those of a poll that are answered as the one before was.
func places(looks []look) []look {
	type question struct{ id, what string }
	last, changed := map[question]string{}, map[question]int{}
	var list []look
	for _, l := range looks {
		if l.nth == 0 {
			continue
		}
		if l.inner {
			q := question{l.id, l.what}
			before, asked := last[q]
			last[q] = l.answer
			if asked && (before == l.answer || changed[q] >= sights) {
				continue
			}
			changed[q]++
		}
		list = append(list, l)
	}
	return list
}

// namesIn are the words by which a message may name what it is about: systems,
// addresses, hosts, and the units that are named in calls.
func namesIn(j *job, looks []look) []string {
	seen := map[string]bool{"": true}
	var names []string
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, s := range j.systems() {
		add(s.Name)
	}
	for _, h := range j.hosts() {
		add(h.Name)
	}
	for _, l := range looks {
		add(l.target)
		add(strings.TrimPrefix(path.Base(l.target), "db_"))
	}
	return names
}
