package rhino

import "time"

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

// draw is a duration within s, by the seed, the node's id, the purpose and the turn.
func (c *Cluster) draw(s Span, why purpose, id int, turn uint32) time.Duration {
	return s.Draw(c.seed, uint8(why), uint32(id), turn)
}
