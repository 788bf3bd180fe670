package exaoperation

import "time"

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

// draw is a duration within s, by the seed, the unit, the purpose and the turn.
func (c *Cluster) draw(s Span, why purpose, unit int32, turn uint32) time.Duration {
	return s.Draw(c.seed, uint8(why), uint32(unit), turn)
}
