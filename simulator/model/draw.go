package model

import "time"

// Mix is the finaliser of SplitMix64: every bit of x decides half of the result's.
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Hash is FNV-1a, for seeds and chances by name.
func Hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// Draw is a duration within s, in whole milliseconds. It depends on the seed,
// the unit, the purpose and the turn only, never on what else was drawn: a
// node boots as fast whatever happens to the others.
func (s Span) Draw(seed uint64, purpose uint8, unit, turn uint32) time.Duration {
	least, most := max(s.Min, 0), max(s.Max, 0)
	if most <= least {
		return least
	}
	key := uint64(purpose)<<56 | uint64(unit)<<24 ^ uint64(turn)
	steps := uint64((most-least)/time.Millisecond) + 1
	return least + time.Duration(Mix(seed^Mix(key))%steps)*time.Millisecond
}
