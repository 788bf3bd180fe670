package interpreter_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/interpreter"
)

// cover runs main of main.star, counted, and gives what was reached: a line for
// each place.
func cover(t *testing.T, sources interpreter.Bundle) []string {
	t.Helper()
	c := interpreter.NewCoverage()
	runCovered(t, c, sources)
	return reached(c)
}

func runCovered(t *testing.T, c *interpreter.Coverage, sources interpreter.Bundle) {
	t.Helper()
	engine := interpreter.NewEngine(starlark.StringDict{}, sources, interpreter.Limits{})
	if c != nil {
		engine = engine.Covered(c, func(file string) string { return strings.TrimPrefix(file, "skip.star") })
	}
	p, err := engine.Load("main.star")
	if err != nil {
		t.Fatal(err)
	}
	fn, err := p.Main()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Call(t.Context(), &interpreter.Run{Performer: effect.PerformerFunc(nobody)}, fn, nil, nil); err != nil {
		t.Fatal(err)
	}
}

func nobody(context.Context, effect.Request) (effect.Result, error) { return effect.Result{}, nil }

func reached(c *interpreter.Coverage) []string {
	var lines []string
	for _, f := range c.Files() {
		for _, p := range f.Places() {
			lines = append(lines, fmt.Sprintf("%s:%d:%d-%d %s %v", f.Name, p.Line, p.Column, p.End, p.Kind, p.Hits))
		}
	}
	return lines
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		want       string
	}{
		{"statements", "x = 1\nx += 2\nf = [x,\n  x]\nreturn f", "2 statement 1 0, 3 statement 1 0, 4 statement 1 0, 6 statement 1 0"},
		{"after return", "return\npass", "2 statement 1 0, 3 statement 0 0"},
		{"docstring", "\"\"\"Does nothing.\"\"\"\npass", "3 statement 1 0"},
		{"if", "if 1 > 2:\n  pass", "2 statement 1 0, 2 if 0 1, 3 statement 0 0"},
		{"elif", "for x in [1, 2, 3]:\n  if x == 1:\n    pass\n  elif x == 2:\n    pass\n  else:\n    continue", "2 statement 1 0, 3 statement 3 0, 3 if 1 2, 4 statement 1 0, 5 statement 2 0, 5 if 1 1, 6 statement 1 0, 8 statement 1 0"},
		{"for", "for x in list():\n  pass\nfor x in range(3):\n  if x == 1:\n    break", "2 statement 1 0, 2 for 0 1, 3 statement 0 0, 4 statement 1 0, 5 statement 2 0, 5 if 1 1, 6 statement 1 0"},
		{"range", "for x in range(0):\n  pass\nfor x in range(1, 3):\n  pass", "2 statement 1 0, 2 for 0 1, 3 statement 0 0, 4 statement 1 0, 4 for 1 0, 5 statement 2 0"},
		{"conditional", "x = 1 if len(\"a\") else 2", "2 statement 1 0, 2 conditional 1 0"},
		{"and or", "x = 1 and 0 or 3\nreturn not (x and x)", "2 statement 1 0, 2 and 1 0, 2 or 0 1, 3 statement 1 0, 3 and 1 0"},
		{"comprehension", "x = [a for a in range(5) if a > 3]\ny = {a: 1 for a in x if a}", "2 statement 1 0, 2 filter 1 4, 3 statement 1 0, 3 filter 1 0"},
		{"lambda", "f = lambda a: a and 1\ng = lambda: 1\nreturn f(0)", "2 statement 1 0, 2 statement 1 0, 2 and 0 1, 3 statement 1 0, 3 statement 0 0, 4 statement 1 0"},
		{"inner def", "def g(a, b = 1 if True else 2):\n  return a\nreturn g(1, b = 2)", "2 conditional 1 0, 3 statement 1 0, 4 statement 1 0"},
		{"parts", "d = {1: [2, (3 or 4)]}\nreturn d[1 and 1][0:0 or 1:], -d[1][0], \"\".join([]).strip()", "2 statement 1 0, 2 or 1 0, 3 statement 1 0, 3 and 1 0, 3 or 0 1"},
		{"targets", "d = {}\nd[0 or 1] = 2\n[a, b] = 1, 2", "2 statement 1 0, 3 statement 1 0, 3 or 0 1, 4 statement 1 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := "def main():\n  " + strings.ReplaceAll(c.body, "\n", "\n  ") + "\n"
			var got []string
			for _, line := range cover(t, interpreter.Bundle{"main.star": []byte(src)}) {
				var n, column, end, a, b int
				var kind string
				if _, err := fmt.Sscanf(line, "main.star:%d:%d-%d %s [%d %d]", &n, &column, &end, &kind, &a, &b); err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%d %s %d %d", n, kind, a, b))
			}
			if diff := cmp.Diff(strings.Split(c.want, ", "), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCoverageFiles: what is loaded is counted too, but not what has no name,
// and what nobody loads is there.
func TestCoverageFiles(t *testing.T) {
	t.Parallel()
	c := interpreter.NewCoverage()
	for range 2 {
		runCovered(t, c, interpreter.Bundle{
			"main.star": []byte("load(\"lib.star\", \"f\")\nload(\"skip.star\", \"g\")\ndef main():\n  return f(\n    g(1))\n"),
			"lib.star":  []byte("\"\"\"Lib.\"\"\"\nONE = 1\ndef f(x):\n  if x:\n    return 2\n"),
			"skip.star": []byte("def g(x):\n  return x\n"),
		})
	}
	if err := c.Add("other.star", []byte("def main():\n  pass\n")); err != nil {
		t.Fatal(err)
	}
	constants := "SOME = (\"a\", \"b\")\nNONE = []\ndef f():\n  for x in SOME:\n    pass\n  for x in NONE:\n    pass\n"
	if err := c.Add("constants.star", []byte(constants)); err != nil {
		t.Fatal(err)
	}
	if err := c.Add("wrong.star", []byte("def")); err == nil {
		t.Error("got no error of a file that cannot be parsed")
	}
	want := []string{
		"constants.star:1:1-1 statement [0 0]", "constants.star:2:1-2 statement [0 0]",
		"constants.star:4:3-4 statement [0 0]", "constants.star:5:5-5 statement [0 0]",
		"constants.star:6:3-6 statement [0 0]", "constants.star:6:3-6 for [0 0]", "constants.star:7:5-7 statement [0 0]",
		"lib.star:2:1-2 statement [2 0]", "lib.star:4:3-4 statement [2 0]", "lib.star:4:3-4 if [2 0]", "lib.star:5:5-5 statement [2 0]",
		"main.star:4:3-5 statement [2 0]", "other.star:2:3-2 statement [0 0]",
	}
	if diff := cmp.Diff(want, reached(c)); diff != "" {
		t.Error(diff)
	}
}

// TestCoverageCalled: a line belongs to its function, if that was called.
func TestCoverageCalled(t *testing.T) {
	t.Parallel()
	c := interpreter.NewCoverage()
	runCovered(t, c, interpreter.Bundle{"main.star": []byte("ONE = 1\ndef f():\n  pass\n\ndef main():\n  if ONE:\n    return 2\n  return 3\n")})
	called := c.Files()[0].Called()
	for line, want := range map[int]bool{1: true, 2: false, 3: false, 5: true, 6: true, 8: true} {
		if called(line) != want {
			t.Errorf("line %d: got %v, want %v", line, called(line), want)
		}
	}
}

// TestCoverageErrors: an error is the same, with its places, whether it is
// counted or not.
func TestCoverageErrors(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"fail(\"no\")", "return 1 if [].x else 2", "for x in 3:\n    pass", "x = [1,\n    2][3]", "return 1 and\\\n    {}[1]",
		"return [y for y in 3]", "return [y for y in [1] if y.z]", "f = lambda a: a + \"\"\n  return f(1)", "if 1 // 0:\n    pass",
		"return x\n  x = 1", "for a, b in [1]:\n    pass", "def g():\n    return [][0]\n  return 1 or 2 if g() else 3",
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			sources := interpreter.Bundle{"main.star": []byte("def main():\n  " + body + "\n")}
			var said [2]string
			for i, c := range []*interpreter.Coverage{nil, interpreter.NewCoverage()} {
				engine := interpreter.NewEngine(starlark.StringDict{}, sources, interpreter.Limits{})
				if c != nil {
					engine = engine.Covered(c, func(file string) string { return file })
				}
				p, err := engine.Load("main.star")
				if err != nil {
					t.Fatal(err)
				}
				fn, _ := p.Main()
				_, err = p.Call(t.Context(), &interpreter.Run{}, fn, nil, nil)
				if err == nil {
					t.Fatal("got no error")
				}
				x := interpreter.Explain(err, p.Files())
				said[i] = fmt.Sprint(x.Message, x.Frames, x.Position, x.Line)
			}
			if said[0] != said[1] {
				t.Errorf("got %s, want %s", said[1], said[0])
			}
		})
	}
}

// TestCoverageAtOnce: many runs count at once, and nothing is lost.
func TestCoverageAtOnce(t *testing.T) {
	t.Parallel()
	c := interpreter.NewCoverage()
	sources := interpreter.Bundle{"main.star": []byte("def main():\n  for x in range(100):\n    x += 1\n")}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { runCovered(t, c, maps.Clone(sources)) })
	}
	wg.Wait()
	want := []string{"main.star:2:3-2 statement [8 0]", "main.star:3:5-3 statement [800 0]"}
	if got := reached(c); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
