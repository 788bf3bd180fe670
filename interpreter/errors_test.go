package interpreter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// show is an explanation as text.
func show(x *interpreter.Explanation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s [%s] hint=%q at %s\n", x.Message, x.Kind, x.Hint, x.Position)
	for _, f := range x.Frames {
		b.WriteString("  " + f + "\n")
	}
	if x.Line != "" {
		fmt.Fprintf(&b, "  |%s\n  |%s^\n", x.Line, strings.Repeat(" ", x.Column-1))
	}
	for _, more := range x.More {
		b.WriteString("+ " + strings.ReplaceAll(strings.TrimSpace(show(more)), "\n", "\n  ") + "\n")
	}
	return b.String()
}

func TestExplain(t *testing.T) {
	t.Parallel()
	fault := interpretertest.Answer{Err: &effect.Error{Kind: effect.Fault, Message: "no such node", Hint: "look at the list"}}
	for _, c := range []struct{ name, src, want string }{
		{
			"an effect's error", `
def start(n):
	read("f")

def main():
    start("n11")
`, `f: no such node [fault] hint="look at the list" at main.star:3:6
  main.star:6:10: in main
  main.star:3:6: in start
  |	read("f")
  |     ^
`,
		},
		{
			"a mistake", "def main():\n    return [1, 2][3]\n", `list index 3 out of range [-2:1] [] hint="" at main.star:2:18
  main.star:2:18: in main
  |    return [1, 2][3]
  |                 ^
`,
		},
		{
			"through builtins", "def main():\n    enter(\"s\", lambda: sorted([1], key = lambda x: read(\"f\")))\n", `f: no such node [fault] hint="look at the list" at main.star:2:56
  main.star:2:10: in main
  main.star:2:30: in lambda
  main.star:2:56: in lambda
  |    enter("s", lambda: sorted([1], key = lambda x: read("f")))
  |                                                       ^
`,
		},
		{
			"a poll", "def main():\n    look(lambda: read(\"f\"))\n", `f: no such node [fault] hint="look at the list" at main.star:2:22
  main.star:2:9: in main
  main.star:2:22: in lambda
  |    look(lambda: read("f"))
  |                     ^
`,
		},
		{
			"branches", "def item(n):\n    if n > 1:\n        read(\"f\")\n\ndef main():\n    each(item, [1, 2, 3])\n", `2 failed [failed] hint="look at them" at main.star:3:13
  main.star:6:9: in main
  |        read("f")
  |            ^
+ 2: f: no such node [fault] hint="look at the list" at main.star:3:13
    main.star:3:13: in item
    |        read("f")
    |            ^
+ 3: f: no such node [fault] hint="look at the list" at main.star:3:13
    main.star:3:13: in item
    |        read("f")
    |            ^
`,
		},
		{
			"a mistake in branches", "def main():\n    each(lambda n: 1 // n, [1, 0])\n", `floored division by zero [] hint="" at main.star:2:22
  main.star:2:22: in lambda
  |    each(lambda n: 1 // n, [1, 0])
  |                     ^
`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := interpretertest.NewWorld()
			w.Answer("f", fault)
			p := program(t, c.src)
			_, err := w.Run(t.Context(), p, interpretertest.Options{})
			if diff := cmp.Diff(c.want, show(interpreter.Explain(err, p.Files()))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestExplainCancelled: of the items of a parallel that was stopped, the one
// that failed is shown, not one that was cancelled for it.
func TestExplainCancelled(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer("f(2)", interpretertest.Error(effect.Fault, "no"))
	p := program(t, "def main():\n    each(lambda n: read(\"f\", n), [1, 2], stop = True)\n")
	_, err := w.Run(t.Context(), p, interpretertest.Options{Branches: interpretertest.Sequential{Backwards: true}})
	x := interpreter.Explain(err, p.Files())
	if x.Position != "main.star:2:24" || len(x.More) != 2 || x.More[1].Kind != effect.Cancelled {
		t.Errorf("got\n%s\nwant the place of item 2", show(x))
	}
}

// TestExplainNested: of a parallel in a parallel, every failed item has the
// failed items of its own below it.
func TestExplainNested(t *testing.T) {
	t.Parallel()
	w := interpretertest.NewWorld()
	w.Answer("f", interpretertest.Error(effect.Fault, "no"))
	p := program(t, "def main():\n    each(lambda n: each(lambda m: read(\"f\"), [1, 2]), [1])\n")
	_, err := w.Run(t.Context(), p, interpretertest.Options{})
	x := interpreter.Explain(err, p.Files())
	if len(x.More) != 1 || x.More[0].Message != "1: 2 failed" || len(x.More[0].More) != 2 || x.More[0].More[1].Message != "2: f: no" {
		t.Errorf("got\n%s\nwant 1 item with 2 below it", show(x))
	}
}

// TestExplainPlaced: errors that are found without running have their place.
func TestExplainPlaced(t *testing.T) {
	t.Parallel()
	p := program(t, "def main(a, b = {}):\n    pass\n")
	_, err := p.Params()
	want := `parameter b: got the default {}, want a string, int, float, bool, list of strings or None [] hint="" at main.star:1:13
  |def main(a, b = {}):
  |            ^
`
	if diff := cmp.Diff(want, show(interpreter.Explain(err, p.Files()))); diff != "" {
		t.Error(diff)
	}
}

// TestFailedEffects: what a resumed run performs anew is what the error came from.
func TestFailedEffects(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src  string
		want []string
	}{
		{`def main(): [read("ok"), read("f")]`, []string{"2"}},
		{`def main(): each(lambda n: read("f") if n != 1 else read("ok"), [0, 1, 2])`, []string{"1.0:1", "1.2:1"}},
		{`def main(): each(lambda n: each(lambda m: read("f"), [0]), [0])`, []string{"1.0/1.0:1"}},
		{`def main(): [read("ok"), look(lambda: read("f"))]`, []string{"2"}},
		{`def main(): [read("ok"), look(lambda: each(lambda n: read("f"), [0, 1]))]`, []string{"2"}},
		{`def main(): each(lambda n: look(lambda: each(lambda n: read("f"), [0])), [0])`, []string{"1.0:1"}},
		{`def main(): [attempt(lambda: read("f")), 1 // 0]`, nil},
	} {
		w := interpretertest.NewWorld()
		w.Answer("f", interpretertest.Error(effect.Fault, "no"))
		w.Answer("ok", interpretertest.Value(nil))
		_, err := run(t, w, c.src)
		var got []string
		for _, id := range interpreter.FailedEffects(err) {
			got = append(got, id.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.src, diff)
		}
	}
}
