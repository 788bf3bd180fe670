package serve

import (
	"math"
	"time"
)

// A Clock is the virtual time of a served world, for who does not want it to
// run with the real one. It is used by many goroutines at once.
type Clock interface {
	Now() time.Duration    // since the world's beginning; never less than before
	Sleep(d time.Duration) // returns once a virtual time has passed
}

// scaled is real time, so many times as fast.
type scaled struct {
	began  time.Time
	origin time.Duration // virtual time when it began
	scale  float64
}

var _ Clock = (*scaled)(nil)

func (c *scaled) Now() time.Duration {
	return c.origin + time.Duration(float64(time.Since(c.began))*c.scale)
}

func (c *scaled) Sleep(d time.Duration) { time.Sleep(c.lasts(d)) }

// lasts is how much real time a virtual one takes, never less.
func (c *scaled) lasts(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(float64(max(d, 0)) / c.scale))
}
