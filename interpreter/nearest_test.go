package interpreter

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"timeout", "timeout", 0},
		{"timout", "timeout", 1},
		{"limti", "limit", 2},
		{"kitten", "sitting", 3},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// TestDistanceIsOne holds the laws of a distance, on words short enough for them to meet.
func TestDistanceIsOne(t *testing.T) {
	t.Parallel()
	word := rapid.StringMatching("[ab]{0,4}")
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		if distance(a, b) != distance(b, a) || (distance(a, b) == 0) != (a == b) || distance(a, c) > distance(a, b)+distance(b, c) {
			t.Fatalf("distance of %q, %q, %q: %d, %d, %d", a, b, c, distance(a, b), distance(b, c), distance(a, c))
		}
	})
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"timeout", "limit", "id", "boot_timeout"}
	for typed, want := range map[string]string{
		"timout": "timeout", "Limit": "limit", "boottimeout": "boot_timeout", "xyz": "", "": "", "if": "id", "ab": "",
	} {
		if got := Nearest(names, typed); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestArgDocs(t *testing.T) {
	t.Parallel()
	docs := argDocs("Start.\n\n    Args:\n        a: one\n          and more\n        b:two\n\n    c: no\n    Args:\n      d: again")
	for name, want := range map[string]string{"a": "one and more", "b": "two", "c": "", "d": "again"} {
		if docs[name] != want {
			t.Errorf("argDocs: %s = %q, want %q", name, docs[name], want)
		}
	}
	if docs := argDocs("Args:\n  no colon here\n  a: not read any more"); len(docs) != 0 {
		t.Errorf("argDocs of text = %v, want none", docs)
	}
}
