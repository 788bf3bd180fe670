package model

import (
	"time"

	"runbook/effect"
)

// A Span is a duration drawn between Min and Max. The zero Span is the
// default of its field; [None] is no time at all. A Max below Min counts as Min.
type Span struct{ Min, Max time.Duration }

// None is the Span of what happens at once.
var None = Span{-1, -1}

// Fixed is the Span of what always takes d.
func Fixed(d time.Duration) Span {
	if d <= 0 {
		return None
	}
	return Span{d, d}
}

// Seconds is the Span between two numbers of seconds.
func Seconds(least, most float64) Span {
	return Span{time.Duration(least * float64(time.Second)), time.Duration(most * float64(time.Second))}
}

// String is the span as a scenario writes it: "15m" or "15m to 25m".
func (s Span) String() string {
	if s.Max <= s.Min {
		return effect.FormatDuration(max(s.Min, 0))
	}
	return effect.FormatDuration(max(s.Min, 0)) + " to " + effect.FormatDuration(s.Max)
}
