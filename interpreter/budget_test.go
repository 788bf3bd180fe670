package interpreter_test

import (
	"strings"
	"testing"

	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// TestBudget: a script that does not end by itself is ended, and the line it
// was at is named.
func TestBudget(t *testing.T) {
	t.Parallel()
	few := interpreter.Limits{Steps: 100_000}
	small := interpreter.Limits{Memory: 64 << 20}
	const (
		steps  = "the run used up its budget of 100000 steps"
		memory = "the run used up its budget of 64 MiB of memory"
	)
	for _, c := range []struct {
		name   string
		limits interpreter.Limits
		src    string
		want   string
	}{
		{"steps", few, "def main():\n    for i in range(1 << 40):\n        i + 1\n", steps},
		{"steps of the top level", few, "x = [i\n  for i in range(1 << 40)]\ndef main(): pass", steps},
		{"steps in a branch", few, "def main():\n    each(lambda n: [i\n        for i in range(1 << 40)], [1])", steps},
		{"steps of many branches", few, "def f(n):\n    for i in range(5000): i + 1\ndef main():\n    each(f, range(1000))", steps},
		{"steps in a poll", few, "def main():\n    look(lambda: [i\n        for i in range(1 << 40)])", steps},
		{"steps, handled", few, "def main():\n    attempt(lambda: [i\n        for i in range(1 << 40)])", steps},
		{"memory, line by line", small, "def main():\n    l = []\n    for i in range(1 << 40):\n        l.append([i])\n", memory},
		{"memory, in a few steps", small, "def main():\n    s, l = \"x\" * (1 << 22), []\n    for i in range(1000):\n        l.append(s + str(i))\n", memory},
		{"memory in branches", small, "def f(n):\n    s, l = \"x\" * (1 << 22), []\n    for i in range(1000):\n        l.append(s + str(i))\ndef main():\n    each(f, range(4))", memory},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := load(t, c.limits, "main.star", c.src)
			if err == nil {
				_, err = interpretertest.NewWorld().Run(t.Context(), p, interpretertest.Options{Branches: goroutines{}})
			}
			if err == nil {
				t.Fatal("got no error")
			}
			x := interpreter.Explain(err, p.Files())
			if x.Message != c.want || !strings.HasPrefix(x.Position, "main.star:") || x.Line == "" {
				t.Errorf("got %q at %s, want %q and its line", x.Message, x.Position, c.want)
			}
		})
	}
}

// TestBudgetSuffices: a script that stays within its budget never notices it,
// and one run does not use up that of another.
func TestBudgetSuffices(t *testing.T) {
	t.Parallel()
	p, err := load(t, interpreter.Limits{Steps: 200_000}, "main.star", "def main():\n    for i in range(10000): i + 1\n")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := interpretertest.NewWorld().Run(t.Context(), p, interpretertest.Options{}); err != nil {
			t.Fatal(err)
		}
	}
}
