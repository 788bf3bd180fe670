package main

import (
	"fmt"
	"time"

	"runbook/effect"
)

// A comparer finds what the second of two runs did otherwise.
type comparer struct {
	options *diffOptions
	found   []difference
	alike   int
}

// strands compares two branches.
func (d *comparer) strands(one, two *strand) {
	likeness := func(i, k int) int { return likeActs(one.acts[i], two.acts[k]) }
	for _, p := range align(len(one.acts), len(two.acts), likeness) {
		switch {
		case p.two < 0:
			d.only("missing", one.acts[p.one])
		case p.one < 0:
			d.only("extra", two.acts[p.two])
		case one.acts[p.one].branches != nil:
			d.forks(one.acts[p.one], two.acts[p.two])
		default:
			d.acts(one.acts[p.one], two.acts[p.two])
		}
	}
}

// forks compares what began at two forks, item by item.
func (d *comparer) forks(one, two *act) {
	likeness := func(i, k int) int { return likeKeys(one.branches[i].keys, two.branches[k].keys) }
	for _, p := range align(len(one.branches), len(two.branches), likeness) {
		switch {
		case p.two < 0:
			d.onlyIn("missing", one.branches[p.one])
		case p.one < 0:
			d.onlyIn("extra", two.branches[p.two])
		default:
			d.strands(one.branches[p.one], two.branches[p.two])
		}
	}
}

func (d *comparer) onlyIn(kind string, s *strand) {
	for _, t := range s.acts {
		d.only(kind, t)
	}
}

// only tells of what one of the runs did alone.
func (d *comparer) only(kind string, t *act) {
	for _, below := range t.branches {
		d.onlyIn(kind, below)
	}
	if t.branches != nil {
		return
	}
	f := t.difference(kind, t.said)
	if f.First = t.id.String(); kind == "extra" {
		f.First, f.Second = "", t.id.String()
	}
	d.found = append(d.found, f)
}

// difference is one that tells of an act.
func (t *act) difference(kind, text string) difference {
	return difference{
		Kind: kind, Position: t.request.Position, Step: t.request.Step, Class: t.request.Class.String(),
		Effect: t.request.Describe(), text: text,
	}
}

// acts compares two effects that asked the same.
func (d *comparer) acts(one, two *act) {
	before := len(d.found)
	add := func(kind, text string, was, is []byte) {
		f := two.difference(kind, text)
		f.First, f.Second, f.Was, f.Is = one.id.String(), two.id.String(), was, is
		d.found = append(d.found, f)
	}
	if !sameAnswer(one, two) {
		add("answer", two.unlike("was", one), one.answerJSON(), two.answerJSON())
	}
	was, is := one.spent(), two.spent()
	if was > 0 && is-was >= max(time.Duration(d.options.least), 1) && is.Seconds() >= d.options.slower*was.Seconds() {
		text := fmt.Sprintf("%s: took %s, was %s, %.1f times as long", two.said, effect.FormatDuration(is), effect.FormatDuration(was), is.Seconds()/was.Seconds())
		add("slower", text, effect.AppendJSON(nil, was.Seconds()), effect.AppendJSON(nil, is.Seconds()))
	}
	if len(d.found) == before {
		d.alike++
	}
}

// spent is how long an effect took; 0 where that tells nothing.
func (t *act) spent() time.Duration {
	switch {
	case t.result == nil, t.request.Kind == effect.KindClock, t.request.Kind == effect.KindOperator:
		return 0
	case t.request.Kind == effect.KindPoll && t.result.Err == nil:
		took, _ := pollField(t.result.Value, "took").(int64)
		return time.Duration(took)
	}
	return t.took
}

// pollField is a part of what a poll came to.
func pollField(v effect.Value, name string) effect.Value {
	s, _ := v.(effect.Struct)
	field, _ := s.Get(name)
	return field
}

// answerValue is the answer that is compared: of a poll its final value.
func (t *act) answerValue() effect.Value {
	if t.request.Kind == effect.KindPoll {
		return pollField(t.result.Value, "value")
	}
	return t.result.Value
}

// sameAnswer reports whether two effects that asked the same were told the same.
func sameAnswer(one, two *act) bool {
	a, b := one.result, two.result
	switch {
	case a == nil || b == nil:
		return a == nil && b == nil
	case a.Err != nil || b.Err != nil:
		return a.Err != nil && b.Err != nil && a.Err.Kind == b.Err.Kind && plainText(a.Err.Message) == plainText(b.Err.Message)
	}
	return effect.Equal(plainValue(one.answerValue()), plainValue(two.answerValue()))
}

// answer is what an effect was told, for people.
func (t *act) answer() string {
	switch {
	case t.result == nil:
		return "no result"
	case t.result.Err != nil:
		return t.result.Describe()
	}
	return effect.Describe(t.answerValue())
}

func (t *act) answerJSON() []byte {
	if t.result == nil || t.result.Err != nil {
		return effect.AppendJSONString(nil, t.answer())
	}
	return effect.AppendJSON(nil, t.answerValue())
}

// likeActs is how much two acts are the same; 0 if they are not.
func likeActs(one, two *act) int {
	switch {
	case (one.branches == nil) != (two.branches == nil):
		return 0
	case one.branches != nil:
		return likeKeys(one.below(), two.below())
	case one.key == two.key && one.request.Position == two.request.Position:
		return mostAlike
	case one.key == two.key:
		return mostAlike - 1
	}
	return 0
}

// below is what is in all branches of a fork, how often.
func (t *act) below() map[string]int {
	keys := map[string]int{}
	for _, s := range t.branches {
		for key, n := range s.keys {
			keys[key] += n
		}
	}
	return keys
}

// mostAlike is the likeness of what is the same.
const mostAlike = 100

// likeKeys is how much of what is in either is in both.
func likeKeys(one, two map[string]int) int {
	both, all := 0, 0
	for key, n := range one {
		both += min(n, two[key])
		all += max(n, two[key])
	}
	for key, n := range two {
		if one[key] == 0 {
			all += n
		}
	}
	if all == 0 || both == 0 {
		return 0
	}
	return max(mostAlike*both/all, 1)
}

// A pair is an element of one list beside one of the other; -1 is none.
type pair struct{ one, two int }

// mostCells bounds what comparing every element with every other may take.
const mostCells = 4_000_000

// align lays two lists side by side, in their orders, so that what stands
// beside each other is as alike as can be. Where the lists are too long for
// that, an element goes with the next that is alike at all.
func align(n, m int, likeness func(i, k int) int) []pair {
	head, tail := 0, 0
	for head < min(n, m) && likeness(head, head) == mostAlike {
		head++
	}
	for tail < min(n, m)-head && likeness(n-1-tail, m-1-tail) == mostAlike {
		tail++
	}
	var pairs []pair
	for i := range head {
		pairs = append(pairs, pair{i, i})
	}
	rows, columns := n-head-tail, m-head-tail
	shifted := func(i, k int) int { return likeness(head+i, head+k) }
	between := nearby(rows, columns, shifted)
	if rows*columns <= mostCells {
		between = best(rows, columns, shifted)
	}
	for _, p := range between {
		if p.one >= 0 {
			p.one += head
		}
		if p.two >= 0 {
			p.two += head
		}
		pairs = append(pairs, p)
	}
	for i := range tail {
		pairs = append(pairs, pair{n - tail + i, m - tail + i})
	}
	return pairs
}

// best maximises the sum of likenesses.
func best(n, m int, likeness func(i, k int) int) []pair {
	like, sum := make([]int, n*m), make([]int, (n+1)*(m+1))
	at := func(i, k int) int { return i*(m+1) + k }
	for i := n - 1; i >= 0; i-- {
		for k := m - 1; k >= 0; k-- {
			l := likeness(i, k)
			like[i*m+k] = l
			sum[at(i, k)] = max(sum[at(i+1, k)], sum[at(i, k+1)])
			if l > 0 {
				sum[at(i, k)] = max(sum[at(i, k)], sum[at(i+1, k+1)]+l)
			}
		}
	}
	var pairs []pair
	i, k := 0, 0
	for i < n && k < m {
		switch here := sum[at(i, k)]; {
		case like[i*m+k] > 0 && here == sum[at(i+1, k+1)]+like[i*m+k]:
			pairs = append(pairs, pair{i, k})
			i, k = i+1, k+1
		case here == sum[at(i+1, k)]:
			pairs = append(pairs, pair{i, -1})
			i++
		default:
			pairs = append(pairs, pair{-1, k})
			k++
		}
	}
	return append(pairs, rest(i, n, k, m)...)
}

// reach is how far ahead nearby looks.
const reach = 200

// nearby pairs each element with the next that is alike.
func nearby(n, m int, likeness func(i, k int) int) []pair {
	var pairs []pair
	k := 0
	for i := range n {
		found := -1
		for c := k; c < min(m, k+reach) && found < 0; c++ {
			if likeness(i, c) > 0 {
				found = c
			}
		}
		if found < 0 {
			pairs = append(pairs, pair{i, -1})
			continue
		}
		for ; k < found; k++ {
			pairs = append(pairs, pair{-1, k})
		}
		pairs = append(pairs, pair{i, found})
		k = found + 1
	}
	return append(pairs, rest(n, n, k, m)...)
}

// rest are elements that stand alone.
func rest(i, n, k, m int) []pair {
	var pairs []pair
	for ; i < n; i++ {
		pairs = append(pairs, pair{i, -1})
	}
	for ; k < m; k++ {
		pairs = append(pairs, pair{-1, k})
	}
	return pairs
}
