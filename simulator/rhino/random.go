package rhino

import "time"

// mix is the finaliser of SplitMix64: every bit of x decides half of the result's.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// A purpose is what a duration is drawn for.
type purpose uint8

const (
	forStep purpose = iota // and the seven after it
	forSLEE         = purpose(16) + iota
	forEnd
	forDetection
	forConsole
	forDatabase
)

// draw is a duration within s, in whole milliseconds. It depends on the seed,
// the node's id, the purpose and the turn only, never on what else was drawn: a
// node boots as fast whatever happens to the others.
func (c *Cluster) draw(s Span, why purpose, id int, turn uint32) time.Duration {
	least, most := max(s.Min, 0), max(s.Max, 0)
	if most <= least {
		return least
	}
	key := uint64(why)<<56 | uint64(uint32(id))<<24 ^ uint64(turn)
	steps := uint64((most-least)/time.Millisecond) + 1
	return least + time.Duration(mix(c.seed^mix(key))%steps)*time.Millisecond
}

// hash is FNV-1a, for chances by name.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
