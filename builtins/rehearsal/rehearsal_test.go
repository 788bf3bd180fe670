package rehearsal_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"runbook/builtins/rehearsal"
	"runbook/effect"
	"runbook/interpreter"
)

// load loads a test file that rehearses with fn.
func load(t *testing.T, src string, fn rehearsal.Rehearser) []rehearsal.Test {
	t.Helper()
	env := rehearsal.Predeclared(fn, starlark.StringDict{"other": starlark.String("of elsewhere")})
	sources := interpreter.Bundle{"lib/a_test.star": []byte(src), "lib/b.star": []byte("def test_of_b():\n    pass\n")}
	p, err := interpreter.NewEngine(env, sources, interpreter.Limits{}).Load("lib/a_test.star")
	if err != nil {
		t.Fatal(err)
	}
	return rehearsal.Tests(p)
}

func TestTests(t *testing.T) {
	t.Parallel()
	tests := load(t, `
load("b.star", "test_of_b")
def test_second():
    pass
def helper():
    pass
def test_first():
    pass
test_alias = test_of_b
test_value = 1
`, nil)
	var got []string
	for _, test := range tests {
		got = append(got, test.Name+" "+test.Position)
	}
	if diff := cmp.Diff([]string{"test_second lib/a_test.star:3:1", "test_first lib/a_test.star:7:1"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestRehearse: what a test orders arrives, and what comes of it is told.
func TestRehearse(t *testing.T) {
	t.Parallel()
	var got rehearsal.Order
	tests := load(t, `
def test_it():
    o = rehearse("x.star", scenario = {"faults": [1], "seed": 2}, site = "s.star", seed = 7,
        set = {"s": "text", "n": 3, "f": 1.5, "b": True, "l": ["a", "b"]})
    expect(o.ok, equals = False)
    expect(o.exit, equals = 6)
    expect([o.error, o.kind, o.hint], equals = ["too late", "timeout", "wait"])
    expect(o.result, equals = {"a": 1})
    expect(str(o.duration), equals = "1m30s")
    expect([o.changes, o.hazards, o.log, o.printed, o.state], equals = [["c"], ["h"], ["l"], ["p"], ["s"]])
`, func(_ context.Context, o rehearsal.Order) (*rehearsal.Outcome, error) {
		got = o
		return &rehearsal.Outcome{
			Exit: 6, Error: "too late", Kind: effect.Timeout, Hint: "wait", Duration: 90 * time.Second,
			Result:  effect.Struct{{Name: "a", Value: int64(1)}},
			Changes: []string{"c"}, Hazards: []string{"h"}, Log: []string{"l"}, Printed: []string{"p"}, State: []string{"s"},
		}, nil
	})
	said, err := tests[0].Run(t.Context())
	if err != nil {
		t.Fatal(interpreter.Explain(err, nil).Message)
	}
	if want := "rehearsed x.star: exit 6 after simulated 1m30s, 1 change; timeout: too late\nhazard: h"; strings.Join(said, "\n") != want {
		t.Errorf("got %q, want %q", said, want)
	}
	want := rehearsal.Order{
		From: "lib/a_test.star", Runbook: "x.star", Site: "s.star", Position: "lib/a_test.star:3:17", Seed: 7,
		Settings: []string{"b=True", "f=1.5", "l=a,b", "n=3", "s=text"},
	}
	parts := got.Parts
	got.Parts = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if parts["faults"].String() != "[1]" || parts["seed"].String() != "2" || len(parts) != 2 {
		t.Errorf("got the parts %v, want faults and seed", parts)
	}
}

// keyword is how starlark.UnpackArgs names a parameter that was given by name.
var keyword = regexp.MustCompile(`for parameter "(\w+)":`)

// TestFailures: a test fails where it should, and says why.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ call, want string }{
		{`expect(1)`, ""},
		{`expect([1], contains = 1)`, ""},
		{`expect(["abc"], contains = "b")`, ""},
		{`expect({"a": 1}, contains = "a")`, ""},
		{`expect("abc", contains = "b")`, ""},
		{`expect((1, [2]), equals = (1, [2]))`, ""},
		{`expect(None, equals = None)`, ""},
		{`expect(other, equals = "of elsewhere")`, ""},
		{`expect([])`, "got [], want what is true"},
		{`expect(0, what = "how many")`, "how many: got 0, want what is true"},
		{`expect(1, equals = 2)`, "got 1, want 2"},
		{`expect("abc", contains = "x")`, `got "abc", want what contains "x"`},
		{`expect(["abc", 1], contains = "x")`, `got ["abc", 1], want what contains "x"`},
		{`expect([1], contains = 2)`, "got [1], want what contains 2"},
		{`expect(["` + strings.Repeat("x", 100) + `", "y"], contains = "z")`, "got \n  \"" + strings.Repeat("x", 100) + "\"\n  \"y\"\n , want what contains \"z\""},
		{`expect("abc", contains = 1)`, "expect: for parameter contains: got int, want string"},
		{`expect(1, contains = 1)`, "expect: for parameter value: got int, want a string or list, which may contain something"},
		{`expect(1, equals = 1, contains = 1)`, "expect: got equals and contains, want one of them"},
		{`rehearse("x.star")`, "rehearse x.star: no world"},
		{`rehearse("x.star", scenario = 1)`, "rehearse: for parameter scenario: got int, want a file's name, or a dict of what such a file assigns"},
		{`rehearse("x.star", scenario = {1: 2})`, `rehearse: for parameter scenario: got the key 1, want a name such as "faults"`},
		{`rehearse("x.star", set = ["a"])`, "rehearse: for parameter set: got list, want a dict of parameters"},
		{`rehearse("x.star", set = {"a": {}})`, `rehearse: for parameter set: ["a"]: got dict, want a string, int, float, bool or list of strings`},
		{`rehearse("x.star", set = {"a": ["b,c"]})`, `rehearse: for parameter set: ["a"]: got a list with "b,c", want strings without a comma`},
	} {
		t.Run(c.call, func(t *testing.T) {
			t.Parallel()
			tests := load(t, "def test_it():\n    "+c.call+"\n", func(context.Context, rehearsal.Order) (*rehearsal.Outcome, error) {
				return nil, errors.New("no world")
			})
			_, err := tests[0].Run(t.Context())
			got := ""
			if err != nil {
				x := interpreter.Explain(err, nil)
				got = keyword.ReplaceAllString(x.Message, "for parameter $1:")
				if !strings.HasPrefix(x.Position, "lib/a_test.star:2:") {
					t.Errorf("got the place %q, want line 2", x.Position)
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestRunEnds: a rehearsal gets the context that its test is run with.
func TestRunEnds(t *testing.T) {
	t.Parallel()
	tests := load(t, "def test_it():\n    rehearse(\"x.star\")\n", func(ctx context.Context, _ rehearsal.Order) (*rehearsal.Outcome, error) {
		return &rehearsal.Outcome{}, context.Cause(ctx)
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tests[0].Run(ctx); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("got %v, want the end of the context", err)
	}
}

// TestSaid: what a test prints is told with it.
func TestSaid(t *testing.T) {
	t.Parallel()
	tests := load(t, "def test_it():\n    print([other])\n    expect(other, contains = \"else\")\n", nil)
	said, err := tests[0].Run(t.Context())
	if diff := cmp.Diff([]string{`["of elsewhere"]`}, said); diff != "" || err != nil {
		t.Errorf("got %v, %v: %s", said, err, diff)
	}
}
