package builtins

import (
	"strings"
	"testing"
)

// TestStubsRefused: a stub that leaves something out, or tells too much, is no page.
func TestStubsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{"def f(:", "got"},
		{"def f(): pass", "f: no docstring"},
		{"def f():\n  \"\"\"No full stop\"\"\"", `f: got the summary "No full stop", want one line that ends in a full stop`},
		{"def f(a):\n  \"\"\"Does.\"\"\"", "f: parameter a has no line in Args"},
		{"def f():\n  \"\"\"Does.\n\n  Args:\n    a (int): more\n  \"\"\"", `f: Args has ["a"], which is no parameter`},
		{"def f(a):\n  \"\"\"Does.\n\n  Args:\n    a (number): more\n  \"\"\"", `Args: a: got the type "number", want one of argTypes`},
		{"def f(a):\n  \"\"\"Does.\n\n  Args:\n    a more\n  \"\"\"", `Args: got "a more", want "name (type): text"`},
		{"def f():\n  \"\"\"Does.\n\n  Notes:\n    more\n  \"\"\"", "got a section Notes, want none of that name here"},
		{"x = 3\n\"\"\"Is.\"\"\"", "x: want value(…), module(…), type(…) or declaration(…)"},
		{"x = value(a)\n\"\"\"Is.\"\"\"", `x: got Attributes [], want ["a"]`},
		{"x = declaration(3)", "x: no docstring"},
	} {
		pages, err := parseStubs("control", c.src)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("parseStubs(%q) = %v, %v, want %s", c.src, pages, err, c.want)
		}
	}
}
