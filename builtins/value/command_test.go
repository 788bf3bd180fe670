package value_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.starlark.net/starlark"
	"pgregory.net/rapid"

	"runbook/builtins/value"
	"runbook/effect"
	"runbook/interpreter"
)

func dict(pairs ...starlark.Value) *starlark.Dict {
	d := starlark.NewDict(len(pairs) / 2)
	for i := 0; i < len(pairs); i += 2 {
		_ = d.SetKey(pairs[i], pairs[i+1])
	}
	return d
}

func TestCommand(t *testing.T) {
	t.Parallel()
	const want = ", want the words of a command in a list, or a line for the host's shell"
	unpacks[value.Command](t, []unpackCase{
		{strs("ls", "-l", "a b"), "{Argv:[ls -l a b] Line:}", ""},
		{starlark.Tuple{str("ls"), str("")}, "{Argv:[ls ] Line:}", ""},
		{str("ls | wc"), "{Argv:[] Line:ls | wc}", ""},
		{strs(), "", "got no words, want a command"},
		{strs("", "a"), "", `[0]: got "", want the name of a program`},
		{strs("a", "b\x00"), "", `[1]: got "b\x00", want text without the character NUL`},
		{strs("a", "\xff"), "", `[1]: got "\xff", want text that is UTF-8`},
		{starlark.Tuple{str("a"), one}, "", "[1]: got int, want string"},
		{str(""), "", `got the line "", want a command`},
		{str("\t\n"), "", `got the line "\t\n", want a command`},
		{str("a\x00"), "", `got "a\x00", want text without the character NUL`},
		{dict(str("a"), str("b")), "", "got dict" + want},
		{one, "", "got int" + want},
		{starlark.None, "", "got NoneType" + want},
		{starlark.Bytes("ls"), "", "got bytes" + want},
	})
}

func TestEnv(t *testing.T) {
	t.Parallel()
	unpacks[value.Env](t, []unpackCase{
		{dict(), "[]", ""},
		{dict(str("B"), str("2"), str("_a1"), str("")), "[{Name:B Value:2} {Name:_a1 Value:}]", ""},
		{dict(str(""), str("x")), "", `got the name "", want letters, digits and _`},
		{dict(str("1a"), str("x")), "", `got the name "1a", want letters, digits and _`},
		{dict(str("A=B"), str("x")), "", `got the name "A=B", want letters, digits and _`},
		{dict(str("Ä"), str("x")), "", `got the name "Ä", want letters, digits and _`},
		{dict(one, str("x")), "", `got the name 1, want letters, digits and _`},
		{dict(str("A"), one), "", `["A"]: got int, want string`},
		{dict(str("A"), str("\x00")), "", `["A"]: got "\x00", want text without the character NUL`},
		{strs("A=b"), "", "got list, want a dict of names and strings"},
		{starlark.None, "", "got NoneType, want a dict of names and strings"},
	})
}

// TestEnvNames: a name is one for a shell exactly if it is an identifier.
func TestEnvNames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_]*`).Draw(t, "name")
		var e value.Env
		if err := e.Unpack(dict(str(name), str("x"))); err != nil || len(e) != 1 || e[0].Name != name {
			t.Fatalf("Unpack(%q) = %v, %v, want it", name, e, err)
		}
		odd := name + rapid.StringMatching(`[^A-Za-z0-9_]`).Draw(t, "odd")
		if err := e.Unpack(dict(str(odd), str("x"))); err == nil {
			t.Fatalf("Unpack(%q): got no error, want one", odd)
		}
	})
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	const want = ", want a status from 0 to 255, a list of those, or None for every status"
	unpacks[value.Statuses](t, []unpackCase{
		{one, "[1]", ""},
		{starlark.Tuple{starlark.MakeInt(0), starlark.MakeInt(255)}, "[0 255]", ""},
		{starlark.None, "[]", ""},
		{strs(), "", "got no status" + want},
		{starlark.MakeInt(-1), "", "got -1, want a status from 0 to 255"},
		{starlark.MakeInt(256), "", "got 256, want a status from 0 to 255"},
		{starlark.MakeInt(1).Lsh(80), "", "got 1208925819614629174706176, want a status from 0 to 255"},
		{starlark.Tuple{one, starlark.True}, "", "[1]: got bool, want a status from 0 to 255"},
		{str("any"), "", "got string" + want},
		{dict(), "", "got dict" + want},
	})
	var every, usual value.Statuses
	if err := every.Unpack(starlark.None); err != nil || every == nil || usual != nil {
		t.Errorf("Unpack(None) = %#v, %v, want an empty list, which is not the default", every, err)
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	const want = `, want an absolute path such as "/opt/rhino"`
	unpacks[value.Path](t, []unpackCase{
		{str("/"), "/", ""},
		{str("/opt//rhino/./x/../"), "/opt/rhino", ""},
		{str("/../.."), "/", ""},
		{str("opt"), "", `got "opt"` + want},
		{str("~/x"), "", `got "~/x"` + want},
		{str(""), "", `got ""` + want},
		{str("/a\x00"), "", `got "/a\x00", want text without the character NUL`},
		{one, "", "got int" + want},
	})
}

func TestInput(t *testing.T) {
	t.Parallel()
	password := effect.Secret{Env: "PW"}
	var i value.Input
	if err := i.Unpack(interpreter.Secret{Secret: password}); err != nil || i.Value != effect.Value(password) {
		t.Errorf("Unpack of a secret = %#v, %v, want the secret", i.Value, err)
	}
	for v, want := range map[starlark.Value]effect.Value{
		str("a\x00"): "a\x00", str(""): "", starlark.Bytes("a"): effect.Bytes("a"), str("\xff"): effect.Bytes("\xff"),
	} {
		var i value.Input
		if err := i.Unpack(v); err != nil || i.Value != want {
			t.Errorf("Unpack(%s) = %#v, %v, want %#v", v, i.Value, err, want)
		}
		if err := effect.Check(i.Value); err != nil {
			t.Errorf("Unpack(%s): %v", v, err)
		}
	}
	unpacks[value.Input](t, []unpackCase{
		{one, "", "got int, want string, bytes or a secret"},
		{starlark.None, "", "got NoneType, want string, bytes or a secret"},
	})
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	var p value.Period
	if err := p.Unpack(str("90s")); err != nil || p.Duration.Duration() != 90*time.Second {
		t.Errorf("Unpack = %v, %v, want 90s", p, err)
	}
	unpacks[value.Period](t, []unpackCase{
		{str("0s"), "", `got "0s", want a duration that is more than 0`},
		{span(0), "", `got 0s, want a duration that is more than 0`},
		{str("-1s"), "", `got "-1s", want a duration that is not negative`},
		{one, "", "got int" + tail},
	})
}

// TestCommandWords: words that a process can have stay as they are.
func TestCommandWords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := append([]string{"x"}, rapid.SliceOf(rapid.String().Filter(func(s string) bool { return !strings.Contains(s, "\x00") })).Draw(t, "words")...)
		var c value.Command
		if err := c.Unpack(strs(words...)); err != nil || !slices.Equal(c.Argv, words) {
			t.Fatalf("Unpack(%q) = %q, %v, want them unchanged", words, c.Argv, err)
		}
	})
}
