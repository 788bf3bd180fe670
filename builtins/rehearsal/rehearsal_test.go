package rehearsal_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"

	"runbook/builtins/rehearsal"
	"runbook/effect"
	"runbook/interpreter"
)

// load loads a test file that rehearses with fn.
func load(t *testing.T, src string, fn rehearsal.Rehearser) []rehearsal.Test {
	t.Helper()
	env := rehearsal.Predeclared(fn, starlark.StringDict{"other": starlark.String("of elsewhere"), "minute": startime.Duration(time.Minute)})
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
	r := tests[0].Run(t.Context())
	said := r.Said
	if r.Err != nil {
		t.Fatal(interpreter.Explain(r.Err, nil).Message)
	}
	if r.Duration != 90*time.Second || r.Last == nil || r.Last.Exit != 6 {
		t.Errorf("got %s and the outcome %v, want those of the rehearsal", r.Duration, r.Last)
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
		{`expect(["` + strings.Repeat("x", 100) + `", "y"], contains = "z")`, "got these, want what contains \"z\"\n  \"" + strings.Repeat("x", 100) + "\"\n  \"y\""},
		{`expect("abc", contains = 1)`, "expect: for parameter contains: got int, want string"},
		{`expect(1, contains = 1)`, "expect: for parameter value: got int, want a string or list, which may contain something"},
		{`expect(1, equals = 1, contains = 1)`, "expect: got equals and contains, want one of them"},
		{`expect(1, lacks = 1, at_most = 1)`, "expect: got lacks and at_most, want one of them"},
		{`expect(other)`, ""},
		{`expect(other, equals = "x")`, `other: got "of elsewhere", want "x"`},
		{`expect([0, other][1][3], equals = "x")`, `[0, other][1][3]: got "e", want "x"`},
		{`expect((other.upper()), equals = "x", what = "name")`, `name: got "OF ELSEWHERE", want "x"`},
		{`expect((other.upper()), equals = "x")`, `other.upper(): got "OF ELSEWHERE", want "x"`},
		{`expect(other.upper(
        ), equals = "x")`, `got "OF ELSEWHERE", want "x"`},
		{`expect("abc", lacks = "x")`, ""},
		{`expect("abc", lacks = "b")`, `got "abc", want what lacks "b"`},
		{`expect(["abc", 1], lacks = "b")`, `got ["abc", 1], want what lacks "b"`},
		{`expect(1, lacks = "b")`, "expect: for parameter value: got int, want a string or list, which may contain something"},
		{`expect("abc", begins = "ab")`, ""},
		{`expect("abc", begins = "b")`, `got "abc", want what begins with "b"`},
		{`expect("abc", begins = 1)`, "expect: for parameter begins: got int, want string"},
		{`expect(["a", 1, 2], begins = ["a", 1])`, ""},
		{`expect((1, 2), begins = [])`, ""},
		{`expect(["a", 1, 2], begins = ["a", 2])`, "got another beginning than was wanted (- wanted, + got)\n    \"a\"\n  - 2\n  + 1\n  … and 1 more"},
		{`expect(["a"], begins = ["a", 2])`, "got another beginning than was wanted (- wanted, + got)\n    \"a\"\n  - 2"},
		{`expect(1, begins = [1])`, "expect: for parameter value: got int, want a list"},
		{`expect([1], begins = 1)`, "expect: for parameter begins: got int, want a list"},
		{`expect(["abc", 1, "def", 1], in_order = ["b", "f", 1])`, ""},
		{`expect([1], in_order = [])`, ""},
		{`expect(["abc", "def"], in_order = ["f", "b"])`, "got no \"b\" after \"f\", want [\"f\", \"b\"], in this order, in\n  \"abc\"\n  \"def\""},
		{`expect(["abc"], in_order = ["b", "c"])`, "got no \"c\" after \"b\", want [\"b\", \"c\"], in this order, in\n  \"abc\""},
		{`expect([1], in_order = [2])`, "got no 2, want [2], in this order, in\n  1"},
		{`expect("abc", in_order = ["b"])`, "expect: for parameter value: got string, want a list"},
		{`expect(3, at_least = 3, at_most = 3)`, ""},
		{`expect(3, at_least = 3.5)`, "got 3, want at least 3.5"},
		{`expect(3, at_least = 1, at_most = 2)`, "got 3, want at most 2"},
		{`expect(minute, at_most = "60s", at_least = minute)`, ""},
		{`expect(minute, at_most = "59s")`, "minute: got 1m, want at most 59s"},
		{`expect(minute, at_least = "2h")`, "minute: got 1m, want at least 2h"},
		{`expect(minute, at_least = "2 hours")`, "expect: for parameter at_least: got \"2 hours\", want a duration such as \"90s\" or \"1h30m\""},
		{`expect(3, at_least = "2h")`, "expect: for parameter at_least: got string, want what can be compared with int"},
		{`expect([1, 2], equals = [1, 3])`, "got what differs from what was wanted (- wanted, + got)\n    1\n  - 3\n  + 2"},
		{`expect([1, 2], equals = [])`, "got what differs from what was wanted (- wanted, + got)\n  + 1\n  + 2"},
		{`expect([1, 2], equals = "ab")`, "got [1, 2], want \"ab\""},
		{`expect("a\nb", equals = "a")`, "got what differs from what was wanted (- wanted, + got)\n    a\n  + b"},
		{`expect([1, 2], equals = None)`, "got [1, 2], want None"},
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
			err := tests[0].Run(t.Context()).Err
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
	if err := tests[0].Run(ctx).Err; err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("got %v, want the end of the context", err)
	}
}

// TestSaid: what a test prints is told with it.
func TestSaid(t *testing.T) {
	t.Parallel()
	tests := load(t, "def test_it():\n    print([other])\n    expect(other, contains = \"else\")\n", nil)
	r := tests[0].Run(t.Context())
	if diff := cmp.Diff([]string{`["of elsewhere"]`}, r.Said); diff != "" || r.Err != nil {
		t.Errorf("got %v, %v: %s", r.Said, r.Err, diff)
	}
}
