package effect_test

import (
	"strings"
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

func TestDescribeCommand(t *testing.T) {
	t.Parallel()
	words := func(w ...effect.Value) []effect.Value { return w }
	for _, c := range []struct {
		command effect.Value
		want    string
	}{
		{words("/opt/rhino/node-101/start-rhino.sh", "-p", "-s"), "h1 run: /opt/rhino/node-101/start-rhino.sh -p -s"},
		{words("echo", "it's", "", "$HOME"), `h1 run: echo 'it'\''s' '' '$HOME'`},
		{"cat a |\n\tgrep b\x1b[31m", "h1 run: cat a |  grep b [31m"},
		{words("sh", "-c", "# status of node 101\ntest -d x"), "h1 run: status of node 101"},
		{"# look\nls", "h1 run: look"},
		{"# look", "h1 run: # look"},
		{words(strings.Repeat("x", 200)), "h1 run: " + strings.Repeat("x", 160) + "…"},
	} {
		r := effect.Request{Kind: effect.KindHost, Target: "h1", Operation: effect.OpRun, Args: []effect.Value{c.command, effect.Struct{}}}
		if got := r.Describe(); got != c.want {
			t.Errorf("Describe() = %q, want %q", got, c.want)
		}
	}
}
