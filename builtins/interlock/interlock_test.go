package interlock_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"runbook/builtins/interlock"
	"runbook/effect"
	"runbook/interpreter"
)

// inTurn runs branches one after the other.
type inTurn struct{}

func (inTurn) Run(ctx context.Context, n, _ int, body func(ctx context.Context, item int)) {
	for i := range n {
		body(ctx, i)
	}
}

// reader is a builtin that reads, as those of other families do.
func reader(class effect.Class) *starlark.Builtin {
	return starlark.NewBuiltin("read", func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var what string
		if err := starlark.UnpackArgs(b.Name(), args, kwargs, "what", &what); err != nil {
			return nil, err
		}
		v, err := interpreter.Do(t, b, effect.Request{Kind: effect.KindXMLRPC, Target: "s", Operation: what, Class: class}, interpreter.Policy{})
		if err != nil {
			return nil, err
		}
		return interpreter.ToStarlark(v), nil
	})
}

// judge loads rules and has a change judged in a world that knows three answers.
func judge(t *testing.T, src string, lift ...string) (refused *effect.Error, asked []string) {
	t.Helper()
	c := &interlock.Collector{}
	env := c.Predeclared(starlark.StringDict{"read": reader(effect.Read), "write": reader(effect.Change)})
	set, err := interlock.Load(c, interpreter.NewEngine(env, interpreter.Bundle{"a.star": []byte(src)}, interpreter.Limits{}), []string{"a.star"})
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Lift(lift); err != nil {
		t.Fatal(err)
	}
	world := effect.PerformerFunc(func(_ context.Context, r effect.Request) (effect.Result, error) {
		if !r.Inner {
			t.Errorf("%s: got a read that is recorded, want an inner one", r.Describe())
		}
		asked = append(asked, r.Operation)
		if r.Operation == "silent" {
			return effect.Fail(&effect.Error{Kind: effect.Unreachable, Target: r.Target, Operation: r.Operation, Message: "nobody is there"}), nil
		}
		return effect.Result{Value: r.Operation, Err: nil}, nil
	})
	court := &interlock.Court{World: world, Branches: inTurn{}, Site: starlark.None}
	change := &effect.Request{Kind: effect.KindXMLRPC, Target: "https://s/c", Operation: "x.stopIt", Args: []effect.Value{"n1"}, Class: effect.Change}
	refused, err = set.Judge(t.Context(), court, change)
	if err != nil {
		t.Fatal(err)
	}
	return refused, asked
}

// TestJudge: what a rule's function gives, and what becomes of the change.
func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, require, refused string }{
		{`change()`, `lambda r, s: True`, ""},
		{`change()`, `lambda r, s: None`, ""},
		{`change()`, `lambda r, s: False`, "it does not hold"},
		{`change()`, `lambda r, s: "a fire"`, "saw: a fire"},
		{`change()`, `lambda r, s: ""`, "it cannot tell: got \"\""},
		{`change()`, `lambda r, s: 7`, "it cannot tell: got 7"},
		{`change()`, `lambda r, s: read("silent")`, "cannot read what it needs: s: silent: nobody is there"},
		{`change()`, `lambda r, s: [][1]`, "it cannot tell: index 1 out of range"},
		{`change()`, `lambda r, s: write("x")`, "may only read"},
		{`change()`, `lambda r, s: r.operation + r.object + r.args[0]`, "saw: stopItn1"},
		{`change(kind = "host")`, `lambda r, s: False`, ""},
		{`change(kind = "xmlrpc", operation = "stop*", target = "https://*/c")`, `lambda r, s: False`, "it does not hold"},
		{`change(operation = ["start*", "st?pIt"])`, `lambda r, s: False`, "it does not hold"},
		{`change(target = "https://s")`, `lambda r, s: False`, ""},
		{`change(command = "*")`, `lambda r, s: False`, ""},
		{`change(args = lambda a: a == ["n1"])`, `lambda r, s: False`, "it does not hold"},
		{`change(args = lambda a: a == ["n2"])`, `lambda r, s: False`, ""},
		{`[change(operation = "other"), change()]`, `lambda r, s: False`, "it does not hold"},
	} {
		refused, _ := judge(t, `interlock(name = "rule", before = `+c.before+`, require = `+c.require+`, reason = "why")`)
		switch {
		case refused == nil && c.refused != "":
			t.Errorf("%s, %s: let through, want it refused: %s", c.before, c.require, c.refused)
		case refused != nil && (c.refused == "" || refused.Kind != effect.Refused || !strings.Contains(refused.Message, `"rule": why; `) || !strings.Contains(refused.Message, c.refused)):
			t.Errorf("%s, %s: got %v, want %q", c.before, c.require, refused, c.refused)
		}
	}
}

const two = `
interlock(name = "one", before = change(), require = lambda r, s: read("a") + read("b"), reason = "x")
interlock(name = "two", before = change(), require = lambda r, s: read("b") + read("c"), reason = "y")
`

// TestShared: what one rule has read for a change another does not read again;
// all that say no are told, and those that are lifted are not asked.
func TestShared(t *testing.T) {
	t.Parallel()
	refused, asked := judge(t, two)
	if diff := cmp.Diff([]string{"a", "b", "c"}, asked); diff != "" {
		t.Error(diff)
	}
	if want := `--lift "one" --lift "two"`; !strings.Contains(refused.Hint, want) {
		t.Errorf("got the hint %q, want %s in it", refused.Hint, want)
	}
	refused, asked = judge(t, two, "one")
	if diff := cmp.Diff([]string{"b", "c"}, asked); diff != "" || strings.Contains(refused.Message, `"one"`) {
		t.Errorf("got %v, want two alone\n%s", refused, diff)
	}
	if refused, _ = judge(t, two, "one", "two"); refused != nil {
		t.Errorf("got %v, want it let through", refused)
	}
}

// TestDeclarations: what is wrong with rules is said where they are.
func TestDeclarations(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		`interlock(name = "", before = change(), require = len, reason = "x")`:                   `for parameter "name": got "", want a line of text`,
		`interlock(name = "a", before = [], require = len, reason = "x")`:                        `got no changes, want change(…)`,
		`interlock(name = "a", before = "stop", require = len, reason = "x")`:                    `want change(…)`,
		`interlock(name = "a", before = change(), require = lambda r: True, reason = "x")`:       `for parameter require: got lambda, which takes 1 value, want one that takes the change and the site`,
		`interlock(name = "a", before = change(), require = lambda a, b, c: True, reason = "x")`: `got lambda, which takes 3 values`,
		`interlock(name = "a", before = change(), require = lambda *, a, b: True, reason = "x")`: `got lambda, which takes 0 values`,
		`change(kind = "clock")`:                 `got "clock", want "xmlrpc" or "host"`,
		`change(kind = "xmlrpc", command = "x")`: `only hosts have command lines`,
		`[interlock(name = "a", before = change(), require = len, reason = "x") for _ in "ab".elems()]`: `got a second rule named "a"`,
	} {
		c := &interlock.Collector{}
		engine := interpreter.NewEngine(c.Predeclared(), interpreter.Bundle{"a.star": []byte(src)}, interpreter.Limits{})
		if _, err := interlock.Load(c, engine, []string{"a.star"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", src, err, want)
		}
	}
}

// TestHeard: what a rule waits for is told, as a note about the rule.
func TestHeard(t *testing.T) {
	t.Parallel()
	c := &interlock.Collector{}
	src := "interlock(name = \"rule\", before = change(), require = lambda r, s: read(\"a\") and print(\"seen\"), reason = \"x\")"
	engine := interpreter.NewEngine(c.Predeclared(starlark.StringDict{"read": reader(effect.Read)}), interpreter.Bundle{"a.star": []byte(src)}, interpreter.Limits{})
	set, err := interlock.Load(c, engine, []string{"a.star"})
	if err != nil {
		t.Fatal(err)
	}
	var notes []interpreter.Note
	world := effect.PerformerFunc(func(context.Context, effect.Request) (effect.Result, error) { return effect.Result{Value: true}, nil })
	court := &interlock.Court{World: world, Branches: inTurn{}, Site: starlark.None, Observe: func(n interpreter.Note) { notes = append(notes, n) }}
	asked := &effect.Request{ID: effect.ID{Branch: "main/2"}, Kind: effect.KindXMLRPC, Target: "s", Operation: "x", Class: effect.Change, Step: "a > b"}
	if _, err := set.Judge(t.Context(), court, asked); err != nil {
		t.Fatal(err)
	}
	want := []interpreter.Note{{Kind: interpreter.NoteLog, Branch: "main/2", Step: "a > b", Item: `interlock "rule"`, Text: "seen", Position: "a.star:1:87"}}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Error(diff)
	}
}

// What a rule's function holds on to is frozen as its file is: nothing passes
// from one change, or from one run, to another.
func TestRulesRememberNothing(t *testing.T) {
	t.Parallel()
	const src = `
def _counting():
    seen = []
    def count(*args):
        seen.append(len(seen))
        return True
    return count

interlock(name = "n", before = change(%s), require = %s, reason = "r")
`
	for name, of := range map[string][2]any{
		"require": {"", "_counting()"},
		"args":    {"args = _counting()", "lambda request, site: None"},
	} {
		if refused, _ := judge(t, fmt.Sprintf(src, of[0], of[1])); refused == nil || !strings.Contains(refused.Message, "frozen list") {
			t.Errorf("%s: got %v, want it refused for a frozen list", name, refused)
		}
	}
}
