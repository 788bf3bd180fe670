package rehearsal

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ want, got, diff string }{
		{"a b", "a b", "… 2 the same"},
		{"", "a", "+ a"},
		{"a", "", "- a"},
		{"a b c", "a x c", "  a|- b|+ x|  c"},
		{"a b c", "b c a", "- a|  b|  c|+ a"},
		{"a b c d e f g h i", "a b c d x e f g h i", "… 1 the same|  b|  c|  d|+ x|  e|  f|  g|… 2 the same"},
	} {
		var lines []string
		for line := range strings.SplitSeq(diff(strings.Fields(c.want), strings.Fields(c.got)), "\n") {
			line = strings.TrimPrefix(line, "  ")
			if strings.Contains(line, "…") {
				line = strings.TrimSpace(line)
			}
			lines = append(lines, line)
		}
		if got := strings.Join(lines, "|"); got != c.diff {
			t.Errorf("diff(%q, %q) = %q, want %q", c.want, c.got, got, c.diff)
		}
	}
}

// TestDiffIsTrue: what a diff removes from one list and adds to it makes the other.
func TestDiffIsTrue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 6)
		want, got := words.Draw(t, "want"), words.Draw(t, "got")
		if slices.Equal(want, got) {
			return
		}
		var before, after []string
		for line := range strings.SplitSeq(diff(want, got), "\n") {
			if strings.Contains(line, "…") {
				t.Skip("folded")
			}
			mark, word := line[2], line[4:]
			if mark != '+' {
				before = append(before, word)
			}
			if mark != '-' {
				after = append(after, word)
			}
		}
		if !slices.Equal(before, want) || !slices.Equal(after, got) {
			t.Fatalf("got %v and %v, want %v and %v", before, after, want, got)
		}
	})
}
