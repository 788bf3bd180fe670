package builtins_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"runbook/builtins"
	"runbook/builtins/interlock"
	"runbook/builtins/rehearsal"
	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// documented are the pages of what can be called, each with what a script calls.
func documented(t *testing.T) map[*builtins.Page]starlark.Callable {
	t.Helper()
	all := map[*builtins.Page]starlark.Callable{}
	env := rehearsal.Predeclared(nil, new(interlock.Collector).Predeclared(builtins.Predeclared()))
	values := valuesOf(t, valueScript)
	for _, p := range builtins.Pages() {
		if p.Kind == builtins.Declaration || p.Kind == builtins.ArgType || !strings.Contains(p.Signature, "(") {
			continue
		}
		from := env
		if p.Kind == builtins.Method { // of a value, which may have a builtin's name
			from = values
		}
		v, err := starlark.EvalOptions(interpreter.Dialect, &starlark.Thread{}, p.Name, p.Name, from)
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		all[p] = v.(starlark.Callable)
	}
	if len(all) < 15 {
		t.Fatalf("got %d pages of what can be called, want all", len(all))
	}
	return all
}

// try calls fn on a thread that belongs to no run.
func try(fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple) error {
	_, err := starlark.Call(&starlark.Thread{Print: func(*starlark.Thread, string) {}}, fn, args, kwargs)
	return err
}

// odd is a value that no parameter expects.
type odd struct{ starlark.NoneType }

func (odd) Type() string { return "odd" }

func keyword(name string, v starlark.Value) starlark.Tuple {
	return starlark.Tuple{starlark.String(name), v}
}

// TestStubsTellTheTruth: what a stub names is accepted as it says, and nothing
// else is.
func TestStubsTellTheTruth(t *testing.T) {
	t.Parallel()
	for p, fn := range documented(t) {
		takesAny, places := false, 0
		for _, a := range p.Args {
			takesAny = takesAny || a.Stars == "**"
			if !a.Keyword && a.Stars == "" {
				places++
			}
		}
		for _, a := range p.Args {
			if a.Stars != "" || a.Placed {
				continue
			}
			err := try(fn, nil, []starlark.Tuple{keyword(a.Name, odd{})})
			if err != nil && strings.Contains(err.Error(), "unexpected keyword argument") {
				t.Errorf("%s does not take %s=, as its stub says: %v", p.Name, a.Name, err)
			}
		}
		if p.Name != "print" && !takesAny {
			var args starlark.Tuple
			for _, a := range p.Args[:min(1, len(p.Args))] {
				if !a.Keyword && a.Stars == "" {
					args = append(args, eval(t, sampleOf(a)))
				}
			}
			err := try(fn, args, []starlark.Tuple{keyword("no_such_parameter", odd{})})
			if err == nil || !strings.Contains(err.Error(), "unexpected keyword argument") {
				t.Errorf("%s with no_such_parameter=: got %v, want it refused", p.Name, err)
			}
		}
		tooMany(t, p, fn, places)
	}
}

// tooMany gives a builtin one positional argument more than its stub has.
func tooMany(t *testing.T, p *builtins.Page, fn starlark.Callable, places int) {
	t.Helper()
	for _, a := range p.Args {
		if a.Stars == "*" {
			return
		}
	}
	args := make(starlark.Tuple, places+1)
	for i := range args {
		args[i] = odd{}
	}
	err := try(fn, args, nil)
	if err == nil || !strings.Contains(err.Error(), "argument") || strings.Contains(err.Error(), "for parameter") {
		t.Errorf("%s with %d arguments: got %v, want it refused", p.Name, len(args), err)
	}
}

// TestStubsRequire: exactly the parameters without a default must be given.
func TestStubsRequire(t *testing.T) {
	t.Parallel()
	for p, fn := range documented(t) {
		for _, left := range p.Args {
			if !left.Required || left.Stars != "" {
				continue
			}
			var args starlark.Tuple
			var kwargs []starlark.Tuple
			for _, a := range p.Args {
				switch v := eval(t, sampleOf(a)); {
				case !a.Required || a.Stars != "" || a.Name == left.Name:
				case a.Placed:
					args = append(args, v)
				default:
					kwargs = append(kwargs, keyword(a.Name, v))
				}
			}
			err := try(fn, args, kwargs)
			if err == nil || !strings.Contains(err.Error(), "missing argument for "+left.Name) && !left.Placed {
				t.Errorf("%s without %s: got %v, want that it is missing", p.Name, left.Name, err)
			}
		}
	}
}

// samples are arguments of each type that will do.
var samples = map[string]string{
	"any": `"x"`, "string": `"x"`, "int": "1", "bool": "True", "function": "lambda *args: 1", "list": "[]",
	"duration": `"90s"`, "strings": `["a"]`, "kinds": `["timeout"]`, "patterns": `["get*"]`, "policy": `"repeat"`,
	"secret": `secret(env = "P")`, "command": `["x"]`, "env": "{}", "statuses": "[0]", "path": `"/x"`, "text": `"x"`, "keys": `".k"`,
	"transport": "ssh()", "host": `host("h")`,
	"node": "101", "nodes": "[101]", "members": `[rhino.node(101, host("h"))]`, "conventions": "rhino.conventions()", "changes": "change()",
}

func sampleOf(a builtins.Arg) string {
	if a.Name == "url" {
		return `"http://h/c"`
	}
	first, _, _ := strings.Cut(a.Type, " or ")
	return cmp.Or(samples[a.Type], first)
}

func eval(t *testing.T, src string) starlark.Value {
	t.Helper()
	v, err := starlark.EvalOptions(interpreter.Dialect, &starlark.Thread{}, "value", src, new(interlock.Collector).Predeclared(builtins.Predeclared()))
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return v
}

// TestStubTypes: of each type that a stub names, a sample is accepted, and what
// the check of files refuses the builtin refuses too, in the same words.
func TestStubTypes(t *testing.T) {
	t.Parallel()
	literals := []string{
		`"x"`, `"90s"`, `"http://h/c"`, `"timeout"`, `"get*"`, `"get[*"`, `"ask"`, `"finish"`, "7", "1.5", "True", `["x"]`, `["timeout"]`, "[7]", "{}",
		"lambda *args: 1", `secret(env = "P")`, `b"x"`, "()", "None", "False", "-1", "300", "[300]", "[[]]", `["x", 7]`, `[""]`, `""`, `"a b"`, `"a@b"`,
		`"a:1"`, `"/x"`, `"x\x00"`, `["x\x00"]`, `ssh()`, `host("h")`, `[host("h"), "x"]`,
	}
	before := "f = lambda: "
	for _, of := range slices.Backward(receivers) {
		before = of.name + " = " + of.src + "\n" + before
	}
	for p := range documented(t) {
		for _, a := range p.Args {
			if a.Stars != "" || a.Placed || p.Kind == builtins.Language || p.Kind == builtins.Test || p.Kind == builtins.Interlock {
				continue
			}
			for _, src := range append(literals, sampleOf(a)) {
				call := callWith(p, a, src)
				real := problem(run(t, before+call), a.Name)
				static := ""
				for _, err := range builtins.CheckSource("main.star", []byte(before+call)) {
					static = cmp.Or(static, problem(err, a.Name))
				}
				if src == sampleOf(a) && real != "" && !beyondTypes(real) {
					t.Errorf("%s: got %s, want the sample of its type accepted", call, real)
				}
				if static != real && !beyondTypes(real) {
					t.Errorf("%s: checked %q, called %q", call, static, real)
				}
			}
		}
	}
}

// callWith is the source of a call with all that is required, and an argument.
func callWith(p *builtins.Page, arg builtins.Arg, src string) string {
	var words []string
	for _, a := range p.Args {
		switch {
		case a.Name == arg.Name:
			words = append(words, a.Name+" = "+src)
		case a.Placed:
			words = append(words, sampleOf(a))
		case a.Required && a.Stars == "":
			words = append(words, a.Name+" = "+sampleOf(a))
		}
	}
	name := p.Name
	if of, method, ok := strings.Cut(name, "."); ok && p.Kind == builtins.Method {
		name = "a_" + of + "." + method
	}
	return name + "(" + strings.Join(words, ", ") + ")"
}

// receivers are what methods are called on.
var receivers = []struct{ name, src string }{
	{"a_proxy", `xmlrpc.server("http://h/c")`},
	{"a_host", `host("h")`},
	{"a_cluster", `rhino.cluster(name = "c", home = "/x", nodes = [rhino.node(101, host("h")), rhino.node(102, host("i"), quorum = True)])`},
	{"a_node", "a_cluster.node(101)"},
}

// run calls f of a program outside a run.
func run(t *testing.T, src string) error {
	t.Helper()
	globals, err := starlark.ExecFileOptions(interpreter.Dialect, &starlark.Thread{}, "main.star", src, builtins.Predeclared())
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return try(globals["f"].(starlark.Callable), nil, nil)
}

// beyondTypes reports whether a builtin refused an argument for more than its type.
func beyondTypes(problem string) bool {
	for _, s := range []string{
		"http://HOST", "names of objects joined", "without a user=", "got no name", "want the name of a", "want 1 to 65535", "several joined by commas",
		"want a file", "more than 0", "a number that is not negative", "one or the other",
		"want a node of", "want at least one, or None", "want other nodes", "want another node", "want a host of", "got it without nodes=", "want 1 to 1000", "want one of 2.5", "one that begins with {base}",
	} {
		if strings.Contains(problem, s) {
			return true
		}
	}
	return false
}

// problem is what an error says about a parameter, "" if it is about something else.
func problem(err error, param string) string {
	if err == nil {
		return ""
	}
	for _, name := range []string{fmt.Sprintf("for parameter %q: ", param), "for parameter " + param + ": "} {
		if _, text, ok := strings.Cut(err.Error(), name); ok {
			return text
		}
	}
	return ""
}

// TestStubDefaults: a default, given, is the same as nothing given.
func TestStubDefaults(t *testing.T) {
	t.Parallel()
	const before = `
server = xmlrpc.server("http://h/c", reads = ["get*"])
db = host("db")
prod = rhino.cluster(name = "a", home = "/o", nodes = [rhino.node(101, db), rhino.node(102, host("h"))])

def main(site):
    return {"value": `
	calls := map[string]string{
		"parallel": "parallel(lambda n: server.getState(), [1, 2]%s)", "poll": `poll(lambda: now() - T > time.minute, timeout = "5m"%s)`,
		"wait": `wait("5s"%s)`, "confirm": `confirm("go?"%s)`, "fail": `attempt(lambda: fail("x"%s)).error.hint`, "secret": `secret(env = "P"%s)`,
		"xmlrpc.server": `xmlrpc.server("http://h/c"%s).f()`, "exaoperation": `exaoperation(name = "p", url = "http://h/c"%s).server.getX()`,
		"host": `host("h"%s).run("x").code`, "ssh": `host("h", ssh(%s)).run("x").code`, "local": `host("h", local(%s)).run("x").code`,
		"rhino.node":    `rhino.node(1, host("h")%s).quorum`,
		"rhino.cluster": `rhino.cluster(name = "a", home = "/o", nodes = [rhino.node(1, host("h"))]%s).version`,
		"host.run":      `db.run("x"%s).code`, "host.start": `db.start("x", "/l"%s).pid`,
		"proxy.METHOD": `server.f(1%s)`, "proxy.call": `server.call("f", 1%s)`, "print": "print(1, 2%s)",
		"rhino.conventions": `rhino.conventions(%s).log`,
	}
	methods := map[string]string{} // of Rhino, which ask a host
	for of, calls := range map[string][]string{
		"cluster": {
			"state(", "slee_state(", "desired_state(", "default_desired_state(", "is_converged(", `list_services("Active"`, "alarms(", "start_slee(", "stop_slee(",
			"shutdown(", "kill_nodes([101]", "copy_desired_state(101, 102", "remove_desired_state(", `console("getclusterstate"`, `rhino_sh("start", prod.hosts[0]`,
		},
		"node": {"start(", "status(", "stop(", "kill(", "make_primary("},
	} {
		receiver := map[string]string{"cluster": "prod", "node": "prod.node(101)"}[of]
		for _, call := range calls {
			name, _, _ := strings.Cut(call, "(")
			methods[of+"."+name] = receiver + "." + call + "%s)"
		}
	}
	for _, p := range builtins.Pages() {
		if p.Family == "rhino" && p.Kind == builtins.Method && p.Name != "cluster.node" && methods[p.Name] == "" {
			t.Errorf("%s: got no call of it here, want one", p.Name)
		}
	}
	maps.Copy(calls, methods)
	for name, c := range calls {
		p := builtins.Lookup(name)
		if p == nil {
			t.Errorf("%s has no page", name)
			continue
		}
		var given strings.Builder
		for _, a := range p.Args {
			if a.Default != "" && !(name == "secret" && a.Name == "env") {
				given.WriteString(", " + a.Name + " = " + a.Default)
			}
		}
		if given.Len() == 0 {
			t.Errorf("%s has no defaults", name)
		}
		c = strings.Replace(c, "T", "time.from_timestamp(1795316400)", 1)
		plain, full := traceOf(t, before+fmt.Sprintf(c, "")+"}"), traceOf(t, before+strings.Replace(fmt.Sprintf(c, given.String()), "(, ", "(", 1)+"}")
		if diff := gocmp.Diff(plain, full); diff != "" {
			t.Errorf("%s with its defaults given: %s", name, diff)
		}
		if methods[name] != "" && len(plain) < 2 {
			t.Errorf("%s: got %q, want requests", c, plain)
		}
	}
	for _, p := range builtins.Pages() {
		for _, a := range p.Args {
			if a.Default != "" {
				eval(t, a.Default)
			}
		}
	}
}

// traceOf is what a program did to its world, and what it told people.
func traceOf(t *testing.T, src string) []string {
	t.Helper()
	engine := interpreter.NewEngine(builtins.Predeclared(), interpreter.Bundle{"main.star": []byte(src)}, interpreter.Limits{})
	p, err := engine.Load("main.star")
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	w := interpretertest.NewWorld()
	w.Answer("run", interpretertest.Value(effect.Struct{{Name: "code", Value: int64(0)}, {Name: "stdout", Value: ""}, {Name: "stderr", Value: ""}}))
	w.Answer("start", interpretertest.Value(effect.Struct{{Name: "pid", Value: int64(7)}}))
	for _, name := range []string{"f", "getX", "getState"} {
		w.Answer(name, interpretertest.Value("answer"))
	}
	main, err := p.Main()
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Call(t.Context(), &interpreter.Run{Performer: effect.Unrecorded(w), Branches: interpretertest.Sequential{}, Observe: w.Observe}, main, starlark.Tuple{starlark.None}, nil)
	trace := []string{fmt.Sprint(v, err, w.Elapsed())}
	for _, r := range w.Requests() {
		line := fmt.Sprintf("%s %s %s %s %s", r.ID, r.Describe(), r.Class, r.Recovery, r.Timeout)
		if r.Peer != nil {
			line += fmt.Sprintf(" %+v", *r.Peer)
		}
		trace = append(trace, line)
	}
	for _, n := range w.Notes() {
		trace = append(trace, fmt.Sprintf("%s %s", n.Kind, n.Text))
	}
	return trace
}
