package interpreter_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	p, err := load(t, interpreter.Limits{},
		"exasol/main.star", `"""Does things."""
load("../lib/a.star", "a")
load("@runbook//lib/b.star", "b")
READ_ONLY = True
REHEARSE_FROM = "running"
def main(): return [a, b]`,
		"lib/a.star", `load("c.star", "c")
a = c + 1`,
		"lib/c.star", "c = 1",
		"@runbook//lib/b.star", `load("c.star", "c")
b = c + 2`,
		"@runbook//lib/c.star", "c = 40")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"@runbook//lib/b.star", "@runbook//lib/c.star", "exasol/main.star", "lib/a.star", "lib/c.star"}
	if diff := cmp.Diff(want, p.FileNames()); diff != "" {
		t.Errorf("files: %s", diff)
	}
	if p.Name != "exasol/main.star" || p.Doc != "Does things." {
		t.Errorf("got %q with doc %q, want the docstring of exasol/main.star", p.Name, p.Doc)
	}
	if !p.Declares("READ_ONLY") || p.Declares("WRITE_ONLY") || p.Text("REHEARSE_FROM") != "running" || p.Text("READ_ONLY") != "" {
		t.Error("got other declarations than READ_ONLY and REHEARSE_FROM")
	}
	v, err := interpretertest.NewWorld().Run(t.Context(), p, interpretertest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]effect.Value{int64(2), int64(42)}, v); diff != "" {
		t.Errorf("value: %s", diff)
	}
}

// TestLoadFails holds each error against its text, its place and the line of source.
func TestLoadFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		files []string
		want  string // position: message, of each
	}{
		{"missing", []string{"a.star", `load("b.star", "b")`}, `a.star:1:1: cannot load b.star: b.star: not among the recorded sources | load("b.star", "b")`},
		{"missing deeper", []string{"a.star", `load("b.star", "b")`, "b.star", "\nload(\"c.star\", \"c\")\nb = 1"}, `b.star:2:1: cannot load c.star: c.star: not among the recorded sources | load("c.star", "c")`},
		{"leaving", []string{"a.star", `load("../b.star", "b")`}, `a.star:1:1: cannot load ../b.star: load: "../b.star" leaves the folder of a.star | load("../b.star", "b")`},
		{"itself", []string{"a.star", `load("a.star", "a")`}, `a.star:1:1: cannot load a.star: load: a.star loads itself | load("a.star", "a")`},
		{"cycle", []string{"a.star", "load(\"b.star\", \"b\")\na = 1", "b.star", "load(\"a.star\", \"a\")\nb = 1"}, `b.star:1:1: cannot load a.star: load: a.star loads itself | load("a.star", "a")`},
		{"name", []string{"a.star", `load("b.star", "bee")`, "b.star", "beer = 1"}, `a.star:1:1: load: name bee not found in module b.star (did you mean beer?) | load("b.star", "bee")`},
		{"syntax", []string{"a.star", "x = 1\ny = = 2"}, "a.star:2:5: got '=', want primary expression | y = = 2"},
		{"syntax of a loaded file", []string{"a.star", `load("b.star", "b")`, "b.star", "b = 1\ndef f(:"}, "b.star:2:8: got ':', want ')' | def f(:"},
		{"names", []string{"a.star", "def f():\n  return x + y\nz = w"}, "a.star:2:10: undefined: x |   return x + y\na.star:2:14: undefined: y |   return x + y\na.star:3:5: undefined: w | z = w"},
		{"names of a loaded file", []string{"a.star", `load("b.star", "b")`, "b.star", "b = x\nc = y"}, "b.star:1:5: undefined: x | b = x\nb.star:2:5: undefined: y | c = y"},
		{"value", []string{"a.star", "x = 1\ny = x + \"\""}, `a.star:2:7: unknown binary op: int + string | y = x + ""`},
		{"value of a loaded file", []string{"a.star", `load("b.star", "b")`, "b.star", "b = [][0]"}, `b.star:1:7: index 0 out of range: empty list | b = [][0]`},
		{"effect", []string{"a.star", `read("getNodeList")`}, `a.star:1:5: read: the top level of a file can have no effects; call it in a function | read("getNodeList")`},
		{"effect in a function", []string{"a.star", "def f():\n  read(\"x\")\nf()"}, `a.star:2:7: read: the top level of a file can have no effects; call it in a function |   read("x")`},
		{"no main", []string{"a.star", "x = 1"}, "a.star: no function main, so this file is not a runbook"},
		{"main is no function", []string{"a.star", "main = 1"}, "a.star: no function main, so this file is not a runbook"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := load(t, interpreter.Limits{}, c.files...)
			if err == nil {
				_, err = p.Bind(nil, nil)
			}
			var lines []string
			for _, x := range interpretertest.Errors(err, p.Files()) {
				line := x.Message
				if x.Position != "" {
					line = x.Position + ": " + x.Message + " | " + x.Line
				}
				lines = append(lines, line)
			}
			if got := strings.Join(lines, "\n"); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestLoadOnce: a file that two others load is executed once, and is the same for both.
func TestLoadOnce(t *testing.T) {
	t.Parallel()
	_, err := load(t, interpreter.Limits{},
		"a.star", "load(\"b.star\", \"x\")\nload(\"c.star\", \"y\")\nx == y or fail(\"got two values\")",
		"b.star", "load(\"d.star\", \"v\")\nx = v", "c.star", "load(\"d.star\", \"v\")\ny = v", "d.star", "def v(): pass")
	if err != nil {
		t.Error(err)
	}
}

// TestLoadFreezes: neither what is predeclared nor what a file defines can be
// changed by a run.
func TestLoadFreezes(t *testing.T) {
	t.Parallel()
	shared := starlark.NewList(nil)
	engine := interpreter.NewEngine(starlark.StringDict{"shared": shared}, interpreter.Bundle{
		"a.star": []byte("own = []\ndef main(which):\n  (own if which == \"own\" else shared).append(1)"),
	}, interpreter.Limits{})
	p, err := engine.Load("a.star")
	if err != nil {
		t.Fatal(err)
	}
	for _, which := range []string{"own", "shared"} {
		_, err := interpretertest.NewWorld().Run(t.Context(), p, interpretertest.Options{Settings: []string{"which=" + which}})
		if err == nil || !strings.Contains(err.Error(), "cannot append to frozen list") {
			t.Errorf("appending to %s: got %v, want that it is frozen", which, err)
		}
	}
}

// TestReturn: main's value goes out if it can, and None in its place if not.
func TestReturn(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]any{
		"def main(): return {\"a\": (1, 2.5)}": field("a", []effect.Value{int64(1), 2.5}),
		"def main(): return main":              nil,
		"def main(): pass":                     nil,
	} {
		v, err := run(t, interpretertest.NewWorld(), src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		}
		if diff := cmp.Diff(want, v); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
}
