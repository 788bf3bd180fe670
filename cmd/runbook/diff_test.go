package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"runbook/effect"
)

// TestAlign: every element of both lists is there once, in its order, beside
// one that is alike or alone; of two lists none of which need be left out,
// none is.
func TestAlign(t *testing.T) {
	t.Parallel()
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		one, two := words.Draw(t, "one"), words.Draw(t, "two")
		same := func(i, k int) int {
			if one[i] == two[k] {
				return mostAlike
			}
			return 0
		}
		pairs := align(len(one), len(two), same)
		var first, second []string
		beside := 0
		for _, p := range pairs {
			if p.one >= 0 {
				first = append(first, one[p.one])
			}
			if p.two >= 0 {
				second = append(second, two[p.two])
			}
			if p.one >= 0 && p.two >= 0 {
				beside++
				if one[p.one] != two[p.two] {
					t.Fatalf("align(%v, %v) = %v: unlike elements beside each other", one, two, pairs)
				}
			}
		}
		if !cmp.Equal(first, one, equateEmpty) || !cmp.Equal(second, two, equateEmpty) {
			t.Fatalf("align(%v, %v) = %v: got %v and %v", one, two, pairs, first, second)
		}
		if want := longestCommon(one, two); beside != want {
			t.Fatalf("align(%v, %v) = %v: got %d beside each other, want %d", one, two, pairs, beside, want)
		}
	})
}

var equateEmpty = cmp.Transformer("words", func(s []string) []string { return append([]string{}, s...) })

// longestCommon is the length of the longest common subsequence, naively.
func longestCommon(one, two []string) int {
	if len(one) == 0 || len(two) == 0 {
		return 0
	}
	if one[0] == two[0] {
		return 1 + longestCommon(one[1:], two[1:])
	}
	return max(longestCommon(one[1:], two), longestCommon(one, two[1:]))
}

func TestNearby(t *testing.T) {
	t.Parallel()
	one, two := []int{1, 2, 3, 4}, []int{1, 9, 3, 4, 5}
	got := nearby(len(one), len(two), func(i, k int) int {
		if one[i] == two[k] {
			return 1
		}
		return 0
	})
	want := []pair{{0, 0}, {1, -1}, {-1, 1}, {2, 2}, {3, 3}, {-1, 4}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(pair{})); diff != "" {
		t.Errorf("nearby (-want +got):\n%s", diff)
	}
}

// TestVolatile: what differs from run to run is replaced, and nothing else.
func TestVolatile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ one, two string }{
		{"runbook 2026-11-22 03:15:02.5 +0000 UTC", "runbook 2024-01-01 00:00:00 +0000 UTC"},
		{"since Sun Nov 22 03:15:02 2026", "since Mon Jan  1 00:00:00 2024"},
		{"  4711 Sun Nov 22 03:15:02 2026 java", " 12 Mon Jan  1 00:00:00 2024 java"},
		{"== pid\n4711\n== processes", "== pid\n12\n== processes"},
		{"killed pid 4711", "killed pid 12"},
		{"20261122 03:15:02 up", "20240101 00:00:00 up"},
		{"uptime 2days,3h,15m,2s", "uptime 0days,0h,0m,2s"},
	} {
		if a, b := plainText(c.one), plainText(c.two); a != b {
			t.Errorf("plainText(%q) = %q, and of %q it is %q, want the same", c.one, a, c.two, b)
		}
	}
	for _, same := range []string{"n0011", "10.0.0.10/cluster1", "node 101", "exa_db1 running", "3.2.0", "exit 137", "8563"} {
		if got := plainText(same); got != same {
			t.Errorf("plainText(%q) = %q, want it unchanged", same, got)
		}
	}
	value := effect.Struct{{Name: "pid", Value: int64(7)}, {Name: "node", Value: int64(101)}, {Name: "at", Value: time.Unix(1, 0).UTC()}}
	want := effect.Struct{{Name: "pid", Value: "<pid>"}, {Name: "node", Value: int64(101)}, {Name: "at", Value: "<time>"}}
	if got := plainValue(value); !effect.Equal(got, want) {
		t.Errorf("plainValue(%s) = %s, want %s", effect.Describe(value), effect.Describe(got), effect.Describe(want))
	}
}

// TestWeave: branches hang in their forks in the order of their items, cleanups
// at the end of theirs.
func TestWeave(t *testing.T) {
	t.Parallel()
	acts := map[effect.ID]*act{}
	for _, id := range []effect.ID{{Number: 1}, {Branch: "2.10", Number: 1}, {Branch: "2.9", Number: 1}, {Branch: "2.9/1.0", Number: 1}, {Branch: "1.cleanup", Number: 1}, {Number: 3}} {
		acts[id] = &act{number: id.Number, id: id, key: id.String()}
	}
	main := weave(acts)
	var got []string
	var walk func(s *strand)
	walk = func(s *strand) {
		for _, t := range s.acts {
			if t.branches == nil {
				got = append(got, t.id.String())
			}
			for _, below := range t.branches {
				walk(below)
			}
		}
	}
	walk(main)
	want := []string{"1", "2.9:1", "2.9/1.0:1", "2.10:1", "3", "1.cleanup:1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("weave (-want +got):\n%s", diff)
	}
	if len(main.keys) != len(acts) {
		t.Errorf("keys: got %d, want %d", len(main.keys), len(acts))
	}
}

// TestUnlike: of answers of many lines the first line is told that differs.
func TestUnlike(t *testing.T) {
	t.Parallel()
	ran := func(stdout string) *act {
		v := effect.Struct{{Name: "code", Value: int64(0)}, {Name: "stdout", Value: stdout}}
		return &act{said: "h1 run: x", result: &effect.Result{Value: v}}
	}
	told := func(v effect.Value) *act { return &act{said: "ask", result: &effect.Result{Value: v}} }
	for want, c := range map[string]struct{ two, one *act }{
		`h1 run: x stdout, line 2 = "up", was "down"`:               {ran("a\nup\nb\n"), ran("a\ndown\nb\n")},
		`h1 run: x stdout, line 3 = "more", was ""`:                 {ran("a\nb\nmore\n"), ran("a\nb\n")},
		`h1 run: x stdout, line 2 = nothing, was "b"`:               {ran("a"), ran("a\nb")},
		`ask = "b", was "a"`:                                        {told("b"), told("a")},
		`ask = error: x: gone, was "a"`:                             {&act{said: "ask", result: &effect.Result{Err: &effect.Error{Message: "gone", Kind: "x"}}}, told("a")},
		`h1 run: x stdout, line 6 = "== ready", was "== ready now"`: {ran("== pid\n7\n== log\nx\n== end\n== ready\n"), ran("== pid\n8\n== log\nx\ny\n== end\n== ready now\n")},
	} {
		if got := c.two.unlike("was", c.one); got != want {
			t.Errorf("unlike = %s, want %s", got, want)
		}
	}
	if !sameAnswer(ran("a   up-time\n----  -----\nx   0days,0h,6m,0s\n"), ran("a   up-time\n----  ------\nx   0days,0h,16m,10s\n")) {
		t.Error("two tables that differ in how long something runs are not the same")
	}
}
