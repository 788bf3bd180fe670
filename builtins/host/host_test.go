package host_test

import (
	"testing"

	"go.starlark.net/starlark"

	"runbook/builtins/builtinstest"
	"runbook/builtins/host"
	"runbook/interpreter"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	builtinstest.RunFiles(t, "testdata/*.star")
}

// made makes the host of an expression.
func made(t *testing.T, src string) *host.Host {
	t.Helper()
	env := starlark.StringDict{
		"host": starlark.NewBuiltin("host", host.New), "ssh": starlark.NewBuiltin("ssh", host.SSH), "local": starlark.NewBuiltin("local", host.Local),
	}
	v, err := starlark.EvalOptions(interpreter.Dialect, &starlark.Thread{}, "host", src, env)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	var h host.Ref
	if err := h.Unpack(v); err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return h.Host
}

// TestSame: hosts are one if nothing about them differs.
func TestSame(t *testing.T) {
	t.Parallel()
	sources := []string{
		`host("a")`, `host("b", ssh("a"))`, `host("a", ssh("b"))`, `host("a", local())`, `host("a", local(timeout = "2m"))`, `host("a", ssh(port = 23))`,
		`host("a", ssh(user = "u"))`, `host("a", ssh(jump = "j"))`, `host("a", ssh(keys = False))`, `host("a", ssh(keys = "k"))`,
		`host("a", ssh(identity = ["i"]))`, `host("a", ssh(identity = ["i", "j"]))`, `host("a", ssh(timeout = "2m"))`,
	}
	for i, one := range sources {
		for j, other := range sources {
			a, b := made(t, one), made(t, other)
			if got := a.Same(b); got != (i == j) {
				t.Errorf("Same(%s, %s) = %v, want %v", one, other, got, i == j)
			}
		}
	}
	if h := made(t, sources[0]); !h.Same(h) {
		t.Error("a host and itself: want them the same")
	}
	if a, b := made(t, `host("a", ssh("a", port = None))`), made(t, `host("a", ssh(keys = ".runbook"))`); !a.Same(b) {
		t.Error("a host with its defaults given: want it the same")
	}
}

func TestRef(t *testing.T) {
	t.Parallel()
	for v, want := range map[starlark.Value]string{
		starlark.String("h1"): `got the string "h1", want host(…)`, starlark.None: "got NoneType, want host(…)",
	} {
		var h host.Ref
		if err := h.Unpack(v); err == nil || err.Error() != want {
			t.Errorf("Unpack(%s): got %v, want %s", v, err, want)
		}
	}
}
