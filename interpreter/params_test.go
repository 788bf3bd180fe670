package interpreter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

func field(name string, v effect.Value) effect.Struct {
	return effect.Struct{{Name: name, Value: v}}
}

const parameters = `
def main(site, node, only = [], timeout = "45m", limit = 64, factor = 1.5, force = False, group = None, *, last = ()):
    """Does it.

    Not a parameter: this.

    Args:
      node: name of the node,
        as in the list
      only: names; all if empty
      timeout: longest time: "45m"
      force:   even if it hurts

    Returns:
      limit: nothing of the kind
    """
    return [site, node, only, timeout, limit, factor, force, group, last]
`

func TestParams(t *testing.T) {
	t.Parallel()
	params, err := program(t, parameters).Params()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, q := range params {
		lines = append(lines, q.Position+" "+q.String()+": "+q.Doc)
	}
	want := []string{
		"main.star:2:16 node (string, must be given): name of the node, as in the list",
		"main.star:2:22 only (list, default []): names; all if empty",
		`main.star:2:33 timeout (string, default "45m"): longest time: "45m"`,
		"main.star:2:50 limit (int, default 64): ",
		"main.star:2:62 factor (float, default 1.5): ",
		"main.star:2:76 force (bool, default False): even if it hurts",
		"main.star:2:91 group (string, default None): ",
		"main.star:2:108 last (list, default ()): ",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func TestParamsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{"def main(*args): pass", "main.star:1:1: main takes *args or **kwargs, want named parameters"},
		{"def main(a, **kwargs): pass", "main.star:1:1: main takes *args or **kwargs, want named parameters"},
		{"def main(a, b = {}): pass", "main.star:1:13: parameter b: got the default {}, want a string, int, float, bool, list of strings or None"},
		{"def main(b = [\"x\", 1]): pass", `main.star:1:10: parameter b: got the default ["x", 1], want a string, int, float, bool, list of strings or None`},
		{"def main(b = len): pass", "main.star:1:10: parameter b: got the default <built-in function len>, want a string, int, float, bool, list of strings or None"},
	} {
		_, err := program(t, c.src).Params()
		if err == nil || err.Error() != c.want {
			t.Errorf("Params of %s: got %v, want %s", c.src, err, c.want)
		}
	}
}

func TestBind(t *testing.T) {
	t.Parallel()
	p := program(t, parameters)
	w := interpretertest.NewWorld()
	settings := []string{
		"node=n11", "only=a, b,,c", "limit=-3", "factor=2", "force=YES", "group=x=y", "last=z", "timeout=",
	}
	v, err := w.Run(t.Context(), p, interpretertest.Options{Settings: settings, Site: starlark.String("the site")})
	if err != nil {
		t.Fatal(err)
	}
	want := []effect.Value{"the site", "n11", []effect.Value{"a", "b", "c"}, "", int64(-3), 2.0, true, "x=y", []effect.Value{"z"}}
	if diff := cmp.Diff(want, v); diff != "" {
		t.Error(diff)
	}
}

func TestBindRecord(t *testing.T) {
	t.Parallel()
	p := program(t, parameters)
	args, err := p.Bind([]string{"node=n11", "force=true"}, starlark.None)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`node = "n11"`, "force = True"}, args.Given); diff != "" {
		t.Errorf("given: %s", diff)
	}
	got := effect.DescribeWhole(args.Record)
	want := `{"node": "n11", "only": [], "timeout": "45m", "limit": 64, "factor": 1.5, "force": True, "group": None, "last": []}`
	if got != want {
		t.Errorf("recorded %s, want %s", got, want)
	}
	again, err := p.Rebind(args.Record, starlark.None)
	if err != nil {
		t.Fatal(err)
	}
	if !effect.Equal(again.Record, args.Record) {
		t.Errorf("bound again: %s, want %s", effect.DescribeWhole(again.Record), want)
	}
	newer := program(t, "def main(node, added = 7): return [node, added]")
	if _, err := newer.Rebind(args.Record, nil); err == nil || err.Error() != "the recorded parameter only is no parameter of main.star" {
		t.Errorf("Rebind of a parameter that is gone: got %v", err)
	}
	again, err = newer.Rebind(field("node", "n11"), nil)
	if err != nil || effect.Describe(again.Record) != `{"node": "n11", "added": 7}` {
		t.Errorf("Rebind with a parameter more = %v, %v, want its default", again, err)
	}
}

// TestRebindTypes: a resumed run has arguments of the very types, and as frozen
// as, the run had at first.
func TestRebindTypes(t *testing.T) {
	t.Parallel()
	p := program(t, `
def main(a = (), b = ("x",), c = [], d = None, e = 1.0):
    return " ".join([repr(v) for v in (a, b, c, d, e)])
`)
	for _, settings := range [][]string{nil, {"a=1,2", "b=y", "c=z", "e=3"}} {
		first, err := p.Bind(settings, nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := p.Rebind(first.Record, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.Given, again.Given); diff != "" {
			t.Errorf("given at first and again: %s", diff)
		}
		w := interpretertest.NewWorld()
		run := func(args *interpreter.Arguments) effect.Value {
			v, err := p.Run(t.Context(), &interpreter.Run{Performer: w, Branches: interpretertest.Sequential{}}, args)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if want, got := run(first), run(again); got != want {
			t.Errorf("bound again: got %s, want %s", got, want)
		}
	}
	grows := program(t, "def main(only = []): only.append(1)")
	for _, settings := range [][]string{nil, {"only=a"}} {
		args, err := grows.Bind(settings, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = grows.Rebind(args.Record, nil); err != nil {
			t.Fatal(err)
		}
		run := &interpreter.Run{Performer: interpretertest.NewWorld(), Branches: interpretertest.Sequential{}}
		if _, err := grows.Run(t.Context(), run, args); err == nil {
			t.Errorf("with %v: got a list that grows, want a frozen one", settings)
		}
	}
}

func TestBindRefused(t *testing.T) {
	t.Parallel()
	p := program(t, parameters)
	_, err := p.Bind([]string{"timout=1h", "limit", "limit=many", "factor=x", "force=perhaps", "site=x", "group=\xff", "=1"}, nil)
	var list *interpreter.ParamsError
	if !errors.As(err, &list) || len(list.Params) != 8 {
		t.Fatalf("Bind: got %v, want a ParamsError with the 8 parameters", err)
	}
	want := `--set timout=1h: the runbook has no parameter "timout" (did you mean timeout?)
--set limit: got no value, want name=value
--set limit: got "many", want an integer
--set factor: got "x", want a number
--set force: got "perhaps", want true or false
--set site=x: the runbook has no parameter "site"
--set group: got a string that is not UTF-8, want text or bytes
--set =1: the runbook has no parameter ""
parameter node must be given: --set node=…
parameters of main.star:
  node (string, must be given)
  only (list, default [])
  timeout (string, default "45m")
  limit (int, default 64)
  factor (float, default 1.5)
  force (bool, default False)
  group (string, default None)
  last (list, default ())`
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	_, err = program(t, "def main(): pass").Bind([]string{"a=1"}, nil)
	if err == nil || !strings.HasSuffix(err.Error(), "no parameter \"a\"\nmain.star has no parameters") {
		t.Errorf("Bind without parameters: got %v", err)
	}
}

// TestSite: main gets the site if it has the parameter, and only then.
func TestSite(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"def main(site): return site", "def main(): return \"prod\""} {
		p := program(t, src)
		v, err := interpretertest.NewWorld().Run(t.Context(), p, interpretertest.Options{Site: starlark.String("prod")})
		if err != nil || v != "prod" {
			t.Errorf("%s = %v, %v, want prod", src, v, err)
		}
		if got, want := p.WantsSite(), strings.Contains(src, "(site)"); got != want {
			t.Errorf("WantsSite of %s = %v, want %v", src, got, want)
		}
	}
}
