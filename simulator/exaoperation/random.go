package exaoperation

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
	forBoot purpose = iota
	forShutdown
	forServices
	forInterface
	forStorage
	forDatabase
	forConnection
	forOperation
	forCleanup
)

// draw is a duration within s, in whole milliseconds. It depends on the seed,
// the unit, the purpose and the turn only, never on what else was drawn: a
// node boots as fast whatever happens to the others.
func (c *Cluster) draw(s Span, why purpose, unit int32, turn uint32) time.Duration {
	least, most := max(s.Min, 0), max(s.Max, 0)
	if most <= least {
		return least
	}
	key := uint64(why)<<56 | uint64(uint32(unit))<<24 ^ uint64(turn)
	steps := uint64((most-least)/time.Millisecond) + 1
	return least + time.Duration(mix(c.seed^mix(key))%steps)*time.Millisecond
}
