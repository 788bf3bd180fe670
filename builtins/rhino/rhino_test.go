package rhino_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"runbook/builtins"
	"runbook/builtins/builtinstest"
	"runbook/builtins/rhino"
	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	builtinstest.RunFiles(t, "testdata/*.star")
}

// TestConventionsAreDocumented: the page of rhino.conventions has the defaults
// and the marks of the one literal.
func TestConventionsAreDocumented(t *testing.T) {
	t.Parallel()
	_, page, _ := strings.Cut(rhino.Doc, "def rhino__conventions(")
	page, _, _ = strings.Cut(page, "Returns:")
	marked := regexp.MustCompile(`(?m)^      (\w+) \(string\): ((?:.|\n        )*)`)
	marks := map[string]string{}
	for _, m := range marked.FindAllStringSubmatch(page, -1) {
		marks[m[1]] = m[2]
	}
	for _, l := range rhino.Listed {
		if want := fmt.Sprintf("\n        %s = %q", l.Name, l.Value); !strings.Contains(page, want) {
			t.Errorf("the page of rhino.conventions has no %q", want)
		}
		if !regexp.MustCompile(`[( ]` + string(l.Mark) + `\b[^(]*\)`).MatchString(marks[l.Name]) {
			t.Errorf("%s is described as %q, want its mark %s", l.Name, marks[l.Name], l.Mark)
		}
		if l.About == "" {
			t.Errorf("%s: got no description", l.Name)
		}
	}
	if len(marks) != len(rhino.Listed) {
		t.Errorf("got %d conventions documented, want %d", len(marks), len(rhino.Listed))
	}
}

// TestConventionsGet: the conventions of a cluster by the names that a site uses.
func TestConventionsGet(t *testing.T) {
	t.Parallel()
	c := cluster(t, `rhino.conventions(halt_file = "/halted")`)
	if got := c.Conventions.Get("halt_file") + c.Conventions.Get("pid_file") + c.Conventions.Get("other"); got != "/halted{home}/work/rhino.pid" {
		t.Errorf("got %q", got)
	}
}

// cluster is what a site file has made.
func cluster(t *testing.T, conventions string) *rhino.Cluster {
	t.Helper()
	site := `systems = [rhino.cluster(name = "p", home = "/r", nodes = [rhino.node(101, host("a"))], conventions = ` + conventions + `)]`
	engine := interpreter.NewEngine(builtins.Predeclared(), interpreter.Bundle{"site.star": []byte(site)}, interpreter.Limits{})
	s, err := builtins.LoadSite(engine, "site.star")
	if err != nil {
		t.Fatal(err)
	}
	return s.Rhino()[0]
}

// TestWhatFailed: an error that is made of what a command printed names that
// command's effect, so that a resumed run performs it anew.
func TestWhatFailed(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{
		"p.state()":                                       "1",
		"p.node(101).status()":                            "1",
		"poll(p.state, timeout = \"1s\")":                 "1",
		"[now(), p.state()]":                              "2",
		"parallel(lambda n: p.state(), [1])":              "1.0:1",
		"p.console(\"dump\")":                             "1",
		"[p.console(\"dump\", reads = True), p.alarms()]": "1",
	} {
		src := "p = rhino.cluster(name = \"p\", home = \"/r\", nodes = [rhino.node(101, host(\"a\"))])\ndef main():\n    " + call
		program, err := interpreter.NewEngine(builtins.Predeclared(), interpreter.Bundle{"main.star": []byte(src)}, interpreter.Limits{}).Load("main.star")
		if err != nil {
			t.Fatal(err)
		}
		w := interpretertest.NewWorld()
		w.Answer("run", interpretertest.Value(effect.Struct{{Name: "code", Value: int64(0)}, {Name: "stdout", Value: "javax.slee.InvalidStateException: no\n"}}))
		_, err = w.Run(t.Context(), program, interpretertest.Options{})
		var e *effect.Error
		ids := interpreter.FailedEffects(err)
		if !errors.As(err, &e) || len(ids) != 1 || ids[0].String() != want {
			t.Errorf("%s: got %v of %v, want an error of effect %s", call, err, ids, want)
		}
	}
}
