package simulator

import (
	"time"

	"runbook/simulator/model"
)

// mix draws the n-th number of a seed: neighbouring numbers have nothing in
// common. Drawing by number and not from a stream, one system's chances do not
// depend on how often another one is asked.
func mix(seed, n uint64) uint64 { return model.Mix(seed + n*0x9E3779B97F4A7C15) }

// between is the duration in a span that a drawn number stands for.
func between(s model.Span, drawn uint64) time.Duration {
	if s.Max <= s.Min {
		return max(s.Min, 0)
	}
	return s.Min + time.Duration(drawn%uint64(s.Max-s.Min+1))
}

// chance reports whether something of the given probability happens.
func chance(probability float64, drawn uint64) bool {
	return float64(drawn>>11)/(1<<53) < probability
}
