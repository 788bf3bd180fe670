package simulator

import (
	"time"

	"runbook/simulator/exaoperation"
)

// mix draws the n-th number of a seed: the finalizer of SplitMix64, by which
// neighbouring numbers have nothing in common. Drawing by number and not from a
// stream, one system's chances do not depend on how often another one is asked.
func mix(seed, n uint64) uint64 {
	x := seed + (n+1)*0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// hash is FNV-1a, for seeds by name.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// between is the duration in a span that a drawn number stands for.
func between(s exaoperation.Span, drawn uint64) time.Duration {
	if s.Max <= s.Min {
		return max(s.Min, 0)
	}
	return s.Min + time.Duration(drawn%uint64(s.Max-s.Min+1))
}

// chance reports whether something of the given probability happens.
func chance(probability float64, drawn uint64) bool {
	return float64(drawn>>11)/(1<<53) < probability
}
