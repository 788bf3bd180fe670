package interpreter

import (
	"fmt"
	"sort"
)

// nearest suggests the parameter that was probably meant.
func nearest(params []Param, name string) string {
	names := make([]string, len(params))
	for i, q := range params {
		names[i] = q.Name
	}
	if s := Nearest(names, name); s != "" {
		return fmt.Sprintf(" (did you mean %s?)", s)
	}
	return ""
}

// Nearest returns the name closest to what was typed, or "" if none is close.
func Nearest(names []string, typed string) string {
	type candidate struct {
		name     string
		distance int
	}
	var best []candidate
	for _, n := range names {
		if d := distance(n, typed); d <= max(2, len(typed)/3) && d < len(n) {
			best = append(best, candidate{n, d})
		}
	}
	if best == nil {
		return ""
	}
	sort.SliceStable(best, func(i, j int) bool { return best[i].distance < best[j].distance })
	return best[0].name
}

// distance is the Levenshtein distance of two names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost = 1 + min(diagonal, row[j], row[j-1])
			}
			diagonal, row[j] = row[j], cost
		}
	}
	return row[len(b)]
}
