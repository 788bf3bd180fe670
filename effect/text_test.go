package effect_test

import (
	"testing"

	"runbook/effect"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                      "",
		"a\tb\nc":               "a\tb\nc",
		"\x1b[31mred\x00\x7f\r": " [31mred   ",
		"\u0085ä\u009b":         " ä ",
		"a\xffb":                "a\uFFFDb",
	} {
		if got := effect.Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		in   string
		most int
		want string
	}{{"", 0, ""}, {"abc", 3, "abc"}, {"abc", 2, "ab…"}, {"äöü", 2, "äö…"}, {"a", 0, "…"}} {
		if got := effect.Shorten(row.in, row.most); got != row.want {
			t.Errorf("Shorten(%q, %d) = %q, want %q", row.in, row.most, got, row.want)
		}
	}
}
