package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// table prints a Markdown table under a heading.
func (b *bench) table(heading string, head []string, rows [][]string) {
	fmt.Fprintf(b.out, "\n### %s\n\n| %s |\n|%s\n", heading, strings.Join(head, " | "), strings.Repeat("---|", len(head)))
	for _, row := range rows {
		fmt.Fprintf(b.out, "| %s |\n", strings.Join(row, " | "))
	}
}

// median of a list, which is not changed; 0 for none.
func median[T int64 | float64 | time.Duration](list []T) T {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	if n := len(sorted); n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[len(sorted)/2]
}

// spread is median, least and most of a list.
func spread[T int64 | float64 | time.Duration](list []T, text func(T) string) string {
	return fmt.Sprintf("%s (%s–%s)", text(median(list)), text(slices.Min(list)), text(slices.Max(list)))
}

// each is what get says of every figure.
func each[T any](figures []figure, get func(figure) T) []T {
	var list []T
	for _, f := range figures {
		list = append(list, get(f))
	}
	return list
}

// ratio is the median of the ratios round by round.
func ratio(ours, theirs []figure, get func(figure) time.Duration) string {
	var list []float64
	for i := range min(len(ours), len(theirs)) {
		if d := get(theirs[i]); d > 0 {
			list = append(list, float64(get(ours[i]))/float64(d))
		}
	}
	return fmt.Sprintf("%.2f", median(list))
}

func wall(f figure) time.Duration { return f.Wall }
func used(f figure) time.Duration { return f.CPU }

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
}

func microseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Microsecond))
}
func mebibytes(n int64) string { return fmt.Sprintf("%.1f", float64(n)/(1<<20)) }
