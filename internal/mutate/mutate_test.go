package mutate_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
	"pgregory.net/rapid"

	"runbook/internal/mutate"
)

var dialect = &syntax.FileOptions{Set: true}

// TestOf is every kind, at its place.
func TestOf(t *testing.T) {
	t.Parallel()
	const src = `SILENCE = ["unreachable", "timeout"]

def main(site, n):
    if n < 1:
        fail("few")
    first = step("a", start, n)
    step(
        "b",
        stop,
    )
    poll(
        lambda: not up(n),
        until = [],
        tolerate = SILENCE,
        fail_if = lost,
    )
    change(n, recover = lambda: seen(n) == "up")
    for x in [x for x in n if x]:
        x.go(recover = "repeat")
    if not n:
        log("done: %s" % [x for x in n if x])
`
	mutants, err := mutate.Of(dialect, "x.star", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range mutants {
		got = append(got, string(m.Kind)+": "+m.Was+" → "+m.Is)
	}
	want := []string{
		`tolerates less: SILENCE = ["unreachable", "timeout"] → SILENCE = [ "timeout"]`,
		`tolerates less: SILENCE = ["unreachable", "timeout"] → SILENCE = ["unreachable", ]`,
		`guard dropped: if n < 1: → if False:`,
		`condition always true: if n < 1: → if True:`,
		`boundary shifted: if n < 1: → if n <= 1:`,
		`error swallowed: fail("few") → pass`,
		`steps swapped: first = step("a", start, n) → step(`,
		`step left out: step( → pass`,
		`error swallowed: step( → attempt(step,`,
		`steps swapped: step( → poll(`,
		`wait left out: poll( → pass`,
		`error swallowed: poll( → attempt(poll,`,
		`steps swapped: poll( → change(n, recover = lambda: seen(n) == "up")`,
		`not dropped: lambda: not up(n), → lambda: up(n),`,
		`wait ends at once: until = [], → until = lambda _: True,`,
		`tolerates less: tolerate = SILENCE, → `,
		`fail_if dropped: fail_if = lost, → `,
		`step left out: change(n, recover = lambda: seen(n) == "up") → pass`,
		`error swallowed: change(n, recover = lambda: seen(n) == "up") → attempt(change, n, recover = lambda: seen(n) == "up")`,
		`recovery policy dropped: change(n, recover = lambda: seen(n) == "up") → change(n, )`,
		`recovery policy repeats: change(n, recover = lambda: seen(n) == "up") → change(n, recover = "repeat")`,
		`comparison turned: change(n, recover = lambda: seen(n) == "up") → change(n, recover = lambda: seen(n) != "up")`,
		`last one left out: for x in [x for x in n if x]: → for x in list([x for x in n if x])[:-1]:`,
		`filter dropped: for x in [x for x in n if x]: → for x in [x for x in n if True]:`,
		`step left out: x.go(recover = "repeat") → pass`,
		`error swallowed: x.go(recover = "repeat") → attempt(x.go, recover = "repeat")`,
		`recovery policy dropped: x.go(recover = "repeat") → x.go()`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mutants (- want, + got)\n%s", diff)
	}
}

// TestShipped: each mutant of each shipped file keeps what a mutant promises.
func TestShipped(t *testing.T) {
	t.Parallel()
	all := 0
	for _, pattern := range []string{"*.star", "*/*.star"} {
		files, err := filepath.Glob("../../runbooks/" + pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("got no files: %v", err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all += promised(t, file, src)
		}
	}
	if all < 500 {
		t.Errorf("got %d mutants of all shipped files, want 500 or more", all)
	}
}

// promised checks the mutants of a file and returns how many there are.
func promised(t interface {
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}, file string, src []byte,
) int {
	mutants, err := mutate.Of(dialect, file, src)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	lines := bytes.Split(src, []byte("\n"))
	for _, m := range mutants {
		name := string(m.Kind) + " in\n" + string(m.Source)
		f, err := dialect.Parse(file, m.Source, 0)
		if err == nil {
			known := func(string) bool { return true }
			err = resolve.File(f, known, known)
		}
		if err != nil {
			t.Errorf("%s:%d:%d: %v in: %s", file, m.Line, m.Column, err, name)
		}
		its := bytes.Split(m.Source, []byte("\n"))
		if len(its) != len(lines) || bytes.Equal(m.Source, src) {
			t.Errorf("%s:%d:%d: got %d lines, want %d and a difference: %s", file, m.Line, m.Column, len(its), len(lines), name)
			continue
		}
		if !slices.EqualFunc(lines[:m.Line-1], its[:m.Line-1], bytes.Equal) {
			t.Errorf("%s:%d:%d: the file differs before that: %s", file, m.Line, m.Column, name)
		}
		if !slices.Contains(mutate.Kinds, m.Kind) {
			t.Errorf("%s: no kind %q", file, m.Kind)
		}
	}
	return len(mutants)
}

// TestDrawn: files of statements in any order, nested, over several lines and
// with letters of several bytes keep the promises too.
func TestDrawn(t *testing.T) {
	t.Parallel()
	statements := []string{
		"poll(\n%[1]s    f, # a wait\n%[1]s    until = (1, 2)[0],\n%[1]s)", "x = step(\"ä\", f, x[1:2])", "a.b.c()", "y = not x", "return (1,\n%[1]s  2)",
		"parallel(f, (1, 2), limit = 3)", "change(f, recover = lambda: z not in [1,\n%[1]s 2])", "fail(\"ö\" % x[0])", "poll(f, tolerate = [\"a\", \"b\"], until = x[0])",
		"if x and (\n%[1]s  y):\n%[1]s    continue", "if x[0]:\n%[1]s    pass\n%[1]selif y <= 3:\n%[1]s    g(\"\"\"a\n\nb\"\"\")", "for i in x[1:]:\n%[1]s    wait(\"1s\")",
	}
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("def f(x, y, z, g, a, step, poll):\n    for _ in x:\n")
		for range rapid.IntRange(1, 8).Draw(t, "statements") {
			const in = "        "
			b.WriteString(in + strings.ReplaceAll(rapid.SampledFrom(statements).Draw(t, "statement"), "%[1]s", in) + "\n")
		}
		promised(t, "drawn.star", []byte(b.String()))
	})
}
