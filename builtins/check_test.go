package builtins_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"runbook/builtins"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

func TestCheckSource(t *testing.T) {
	t.Parallel()
	for _, chunk := range interpretertest.Chunks(t, "testdata/check.star") {
		t.Run(fmt.Sprint(chunk.Line), func(t *testing.T) {
			t.Parallel()
			files := map[string][]byte{chunk.Name: []byte(chunk.Source)}
			var got []*interpreter.Explanation
			errs := builtins.CheckSource(chunk.Name, []byte(chunk.Source))
			for _, err := range errs {
				var placed *interpreter.PlacedError
				if !errors.As(err, &placed) {
					t.Errorf("got %v, want a PlacedError", err)
				}
				got = append(got, interpreter.Explain(err, files))
			}
			chunk.Check(t, got)
			for i := 1; i < len(errs); i++ {
				p, q := interpreter.PlaceOf(errs[i-1]), interpreter.PlaceOf(errs[i])
				if p.Line > q.Line || p.Line == q.Line && p.Col > q.Col {
					t.Errorf("got %v before %v, want them by position", errs[i-1], errs[i])
				}
			}
		})
	}
}

// TestCheckPositions: an error is at the very argument, a missing one at the call.
func TestCheckPositions(t *testing.T) {
	t.Parallel()
	src := `def f(fn):
    poll(fn, timeout = 30)
    x = [wait("1s", wy = 2)]
    step("s", poll, fn)
    time.now()
    wait("1s", "b", "c", "d")

def main(site, *, a = 1, b = {}):
    pass
`
	var got []string
	for _, err := range builtins.CheckSource("a.star", []byte(src)) {
		got = append(got, err.Error())
	}
	want := []string{
		`a.star:2:24: poll: for parameter timeout: got int, want a duration such as "90s" or "1h30m"`,
		`a.star:3:21: wait: unexpected keyword argument "wy" (did you mean why?)`,
		`a.star:4:5: poll: missing argument for timeout`,
		`a.star:5:10: module time has no .now`,
		`a.star:6:21: wait: got 4 positional arguments, want at most 2`,
		`a.star:8:26: parameter b: got a default of type dict, want a string, int, float, bool, list of strings or None`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestCheck goes through files that load each other.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		role  builtins.Role
		files []string // the first is checked
		want  string   // position: message, a line each
	}{
		{"all is well", builtins.Runbook, []string{
			"main.star", "load(\"lib/a.star\", \"a\")\ndef main(site, x = a): pass", "lib/a.star", "load(\"b.star\", c = \"b\")\na = c", "lib/b.star", "b = \"x\"",
		}, ""},
		{"a library", builtins.Library, []string{"a.star", "x = 1"}, ""},
		{"no main", builtins.Runbook, []string{"a.star", "x = 1"}, ": a.star: no function main, so this file is not a runbook"},
		{"no file", builtins.Runbook, []string{}, ": main.star: not among the recorded sources"},
		{"defaults that are computed", builtins.Runbook, []string{"a.star", "D = dict(a = 1)\ndef main(b = D, c = \"\"): pass"}, `a.star:2:10: parameter b: got the default {"a": 1}, want a string, int, float, bool, list of strings or None`},
		{"defaults told once", builtins.Runbook, []string{"a.star", "def main(b = [1]): pass"}, `a.star:1:10: parameter b: got the default [1], want a string, int, float, bool, list of strings or None`},
		{
			"everything at once", builtins.Runbook,
			[]string{
				"a.star", "load(\"b.star\", \"bee\", \"x\")\nload(\"gone.star\", \"y\")\nload(\"../out.star\", \"z\")\ndef main():\n  pol(x)\n  wait(3)",
				"b.star", "x = = 1",
			},
			`a.star:2:6: cannot load gone.star: gone.star: not among the recorded sources
a.star:3:6: load: "../out.star" leaves the folder of a.star
a.star:5:3: undefined: pol
a.star:6:8: wait: for parameter duration: got int, want a duration such as "90s" or "1h30m"
b.star:1:5: got '=', want primary expression`,
		},
		{
			"names that a file does not have", builtins.Library,
			[]string{"a.star", "load(\"b.star\", \"bee\", n = \"nothing\", beer = \"beer\")", "b.star", "beer = 1\ndef other(): pass"},
			"a.star:1:17: load: name bee not found in b.star (did you mean beer?)\na.star:1:28: load: name nothing not found in b.star",
		},
		{
			"a circle", builtins.Library,
			[]string{"a.star", "load(\"b.star\", \"b\")\na = 1", "b.star", "load(\"a.star\", \"a\")\nb = 1"},
			"b.star:1:6: cannot load a.star: a.star loads itself",
		},
		{
			"code that fails, in each file", builtins.Library,
			[]string{
				"a.star", "load(\"b.star\", \"b\")\nload(\"c.star\", \"c\")", "b.star", "b = 1 // 0", "c.star", "c = [][0]\nlog(\"x\")",
			},
			"b.star:1:7: floored division by zero\nc.star:1:7: index 0 out of range: empty list",
		},
		{
			"code that fails, behind names", builtins.Library,
			[]string{"a.star", "load(\"b.star\", \"b\")\nx = nothing", "b.star", "b = 1 // 0"},
			"a.star:2:5: undefined: nothing\nb.star:1:7: floored division by zero",
		},
		{
			"a wrong call that the load meets is told once", builtins.SiteFile,
			[]string{"site.star", "systems = [\n  exaoperation(name = \"p\", url = \"http://h/c\", user = 3, pasword = 4),\n]"},
			"site.star:2:55: exaoperation: for parameter user: got int, want string\nsite.star:2:58: exaoperation: unexpected keyword argument \"pasword\" (did you mean password?)",
		},
		{
			"an effect at the top level", builtins.Library,
			[]string{"a.star", "now()"},
			"a.star:1:4: now: the top level of a file can have no effects; call it in a function",
		},
		{"a site", builtins.SiteFile, []string{"site.star", "systems = [exaoperation(name = \"p\", url = \"http://h/c\")]"}, ""},
		{"no systems", builtins.SiteFile, []string{"site.star", "system = 1"}, ": site.star: got no list of systems, want systems = [exaoperation(…), rhino.cluster(…), …]"},
		{"twins", builtins.SiteFile, []string{"site.star", "a = exaoperation(name = \"p\", url = \"http://h/c\")\nsystems = [a, a]"}, `: site.star: systems[1]: got a second system named "p", want a name of its own`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bundle, name := interpreter.Bundle{}, "main.star"
			for i := 0; i < len(c.files); i += 2 {
				bundle[c.files[i]] = []byte(c.files[i+1])
				if i == 0 {
					name = c.files[0]
				}
			}
			var got []string
			for _, x := range builtins.Check(engineOf(bundle), name, c.role) {
				got = append(got, x.Position+": "+x.Message)
				if x.Position != "" && x.Line == "" {
					t.Errorf("%s: got no line", x.Position)
				}
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCheckShipped: nothing is found where nothing is wrong.
func TestCheckShipped(t *testing.T) {
	t.Parallel()
	shipped := os.DirFS("../runbooks")
	sources := interpreter.SourcesFunc(func(name string) ([]byte, error) {
		_, file := interpreter.Split(name)
		return fs.ReadFile(shipped, file)
	})
	files := 0
	err := fs.WalkDir(shipped, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".star" || strings.Contains(file, "scenario") || strings.HasSuffix(file, "_test.star") {
			return err
		}
		files++
		role, engine := builtins.Runbook, engineOf(sources)
		switch {
		case strings.HasPrefix(file, "interlocks/"):
			role = builtins.Library
			_, engine = builtins.InterlockEngine(sources)
		case strings.HasPrefix(file, "lib/"):
			role = builtins.Library
		case path.Base(file) == "site.star":
			role = builtins.SiteFile
		}
		for _, x := range builtins.Check(engine, interpreter.Shipped+file, role) {
			t.Errorf("%s: %s\n%s", x.Position, x.Message, x.Line)
		}
		return nil
	})
	if err != nil || files < 10 {
		t.Errorf("checked %d files, %v, want all that are shipped", files, err)
	}
}

func engineOf(sources interpreter.Sources) *interpreter.Engine {
	return interpreter.NewEngine(builtins.Predeclared(), sources, interpreter.Limits{})
}

// TestCheckOtherNames: files are checked with the names that they are to see,
// and a name that is another's is not taken for a builtin.
func TestCheckOtherNames(t *testing.T) {
	t.Parallel()
	env := builtins.Predeclared()
	env["rehearse"] = starlark.NewBuiltin("rehearse", nil)
	env["wait"] = starlark.NewBuiltin("other.wait", nil)
	src := interpreter.Bundle{"a_test.star": []byte("def test_it():\n    rehearse(\"a.star\")\n    wait(3)\n    poll(len)\n")}
	got := builtins.Check(interpreter.NewEngine(env, src, interpreter.Limits{}), "a_test.star", builtins.Library)
	if len(got) != 1 || got[0].Message != "poll: missing argument for timeout" {
		t.Errorf("got %d errors, want the poll's alone", len(got))
	}
}

// FuzzCheckSource: whatever a file is, checking it ends, and every error has a place in it.
func FuzzCheckSource(f *testing.F) {
	for _, chunk := range interpretertest.Chunks(f, "testdata/check.star") {
		f.Add(strings.TrimLeft(chunk.Source, "\n"))
	}
	f.Fuzz(func(t *testing.T, src string) {
		lines := int32(strings.Count(src, "\n") + strings.Count(src, "\r") + 1)
		for _, err := range builtins.CheckSource("a.star", []byte(src)) {
			if pos := interpreter.PlaceOf(err); pos.Line < 1 || pos.Line > lines || pos.Col < 1 {
				t.Errorf("got %v, want it within the %d lines", err, lines)
			}
		}
	})
}
