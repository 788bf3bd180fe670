package builtins_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"runbook/builtins"
	"runbook/builtins/interlock"
	"runbook/effect"
)

var update = flag.Bool("update", false, "rewrite docs/reference/builtins.md")

// TestReferenceBuiltins holds the generated reference current.
func TestReferenceBuiltins(t *testing.T) {
	t.Parallel()
	const file = "../docs/reference/builtins.md"
	want := builtins.Markdown()
	if *update {
		if err := os.MkdirAll("../docs/reference", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(got), "\n"), strings.Split(want, "\n")); diff != "" {
		t.Errorf("%s is not what builtins/*/doc.star say; run: make doc\n%s", file, diff)
	}
}

// TestPagesAndBuiltins: every builtin has a page, and every page of a builtin
// a builtin.
func TestPagesAndBuiltins(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, b := range builtins.All {
		want = append(want, string(b.Kind)+" "+b.Name)
	}
	for _, p := range builtins.Pages() {
		switch p.Kind {
		case builtins.Pure, builtins.Constructor, builtins.Effect:
			got = append(got, string(p.Kind)+" "+p.Name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("builtins and their pages: %s", diff)
	}
	names := builtins.Names()
	slices.Sort(names)
	if n := len(slices.Compact(slices.Clone(names))); n != len(names) {
		t.Errorf("got two pages of one name among %q", names)
	}
	if builtins.Lookup("xmlrpc.server") == nil || builtins.Lookup("xmlrpc") != nil {
		t.Error("Lookup: want a page of xmlrpc.server and none of xmlrpc")
	}
}

// TestPagesOfOthers lists the pages that are no builtin's: each is there for a reason.
func TestPagesOfOthers(t *testing.T) {
	t.Parallel()
	var got []string
	for _, p := range builtins.Pages() {
		switch p.Kind {
		case builtins.Pure, builtins.Constructor, builtins.Effect:
		default:
			got = append(got, string(p.Kind)+" "+p.Name)
		}
	}
	want := []string{
		"declaration main", "declaration READ_ONLY", "declaration REHEARSE_FROM", "declaration systems", "declaration hosts", "value site",
		"value result", "value error", "language print", "type duration", "type kinds", "type strings",
		"module json", "module math", "module time",
		"method host.run", "method host.start", "value output", "type command", "type env", "type statuses", "type path", "type text", "type keys",
		"interlock interlock", "interlock change", "type changes", "value request",
		"test rehearse", "test expect",
		"value cluster", "value conventions", "method cluster.node", "method cluster.state", "method cluster.slee_state",
		"method cluster.desired_state", "method cluster.default_desired_state", "method cluster.is_converged",
		"method cluster.list_services", "method cluster.alarms", "method cluster.start_slee", "method cluster.stop_slee",
		"method cluster.shutdown", "method cluster.kill_nodes", "method cluster.copy_desired_state",
		"method cluster.remove_desired_state", "method cluster.console", "method cluster.rhino_sh",
		"value node", "method node.start", "method node.status", "method node.stop", "method node.kill", "method node.make_primary",
		"type members", "type nodes",
		"value proxy", "method proxy.METHOD", "method proxy.at", "method proxy.call", "value system", "type patterns", "type policy",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestModulePages: the modules have exactly the members of their pages.
func TestModulePages(t *testing.T) {
	t.Parallel()
	for name, v := range builtins.Predeclared() {
		m, ok := v.(*starlarkstruct.Module)
		if !ok {
			continue
		}
		p := builtins.Lookup(name)
		if p == nil { // of our own: each member has a page
			for member := range m.Members {
				if builtins.Lookup(name+"."+member) == nil {
					t.Errorf("%s.%s has no page", name, member)
				}
			}
			continue
		}
		var got []string
		for _, a := range p.Args {
			got = append(got, a.Name)
		}
		slices.Sort(got)
		if diff := cmp.Diff(m.AttrNames(), got); diff != "" {
			t.Errorf("members of %s: %s", name, diff)
		}
	}
}

// valueScript makes one of each value that has a page, in a place where the
// test can reach them.
const valueScript = `
server = xmlrpc.server("http://h/c")
prod = exaoperation(name = "prod", url = "http://h/c")
db = host("db", local())
cluster = rhino.cluster(name = "c", home = "/x", nodes = [rhino.node(101, db)])

def main(site):
    r = attempt(fail, "no")
    return {
        "result": r, "error": r.error, "proxy": server, "system": prod, "site": site, "host": db, "output": db.run("x"),
        "cluster": cluster, "node": cluster.nodes[0], "conventions": cluster.conventions,
    }
`

// TestValuePages: values have exactly the attributes of their pages.
func TestValuePages(t *testing.T) {
	t.Parallel()
	values := valuesOf(t, valueScript)
	values["request"] = (&interlock.Court{}).RequestValue(&effect.Request{})
	for _, p := range builtins.Pages() {
		attributes := p.Attrs
		if p.Kind == builtins.Value {
			attributes = p.Args
		}
		if attributes == nil {
			continue
		}
		v, ok := values[p.Name].(starlark.HasAttrs)
		if !ok {
			t.Errorf("got no %s with attributes to look at", p.Name)
			continue
		}
		var documented []string
		for _, a := range attributes {
			documented = append(documented, a.Name)
		}
		for _, q := range builtins.Pages() {
			if name, ok := strings.CutPrefix(q.Name, p.Name+"."); ok && name != "METHOD" {
				documented = append(documented, name)
			}
		}
		slices.Sort(documented)
		if diff := cmp.Diff(v.AttrNames(), documented); diff != "" {
			t.Errorf("attributes of %s: %s", p.Name, diff)
		}
	}
}

// TestExamplesParse: each example is a program, and uses what it documents.
func TestExamplesParse(t *testing.T) {
	t.Parallel()
	for _, p := range builtins.Pages() {
		if len(p.Args) > 0 && p.Kind != builtins.Value && p.Kind != builtins.Module && p.Example == "" {
			t.Errorf("%s has no example", p.Name)
		}
		if p.Example == "" {
			continue
		}
		name := p.Name
		if p.Kind == builtins.Method {
			_, name, _ = strings.Cut(strings.TrimSuffix(name, "METHOD"), ".")
		}
		if !strings.Contains(p.Example, name) {
			t.Errorf("the example of %s does not use it:\n%s", p.Name, p.Example)
		}
		for _, err := range builtins.CheckSource("example", []byte("def f():\n    pass\n    "+strings.ReplaceAll(p.Example, "\n", "\n    "))) {
			if !strings.Contains(err.Error(), "undefined: ") {
				t.Errorf("the example of %s: %v\n%s", p.Name, err, p.Example)
			}
		}
	}
}

func TestPageText(t *testing.T) {
	t.Parallel()
	for _, p := range builtins.Pages() {
		for line := range strings.SplitSeq(p.Text(80), "\n") {
			if len([]rune(line)) > 80 && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%s: got a line of %d characters, want at most 80: %s", p.Name, len([]rune(line)), line)
			}
		}
	}
	want := `wait: Lets time pass. Where something can be looked at, use poll.

  wait(duration, why = "")

A run that is resumed waits only for what is left. In a rehearsal no
real time passes.

Arguments
  duration (duration, must be given): how long
  why (string, default ""): for people

Example
  wait("30s", why = "the card to come up")

A builtin of the family control: it may be used in functions, not at
the top level of a file.
`
	if diff := cmp.Diff(want, builtins.Lookup("wait").Text(70)); diff != "" {
		t.Error(diff)
	}
}

// TestLinks: every link of the reference leads to a heading.
func TestLinks(t *testing.T) {
	t.Parallel()
	text := builtins.Markdown()
	headings := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^## (.+)$`).FindAllStringSubmatch(text, -1) {
		headings[strings.ToLower(strings.ReplaceAll(m[1], ".", ""))] = true
	}
	links := regexp.MustCompile(`\(#([^)]+)\)`).FindAllStringSubmatch(text, -1)
	if len(links) < len(headings) {
		t.Errorf("got %d links to %d headings, want one each at least", len(links), len(headings))
	}
	for _, m := range links {
		if !headings[m[1]] {
			t.Errorf("got a link to #%s, which is no heading", m[1])
		}
	}
}
