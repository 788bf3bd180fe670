package interpreter_test

import (
	"testing"

	"runbook/interpreter"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, operand, want, wrong string }{
		{"startup.star", "lib/node.star", "lib/node.star", ""},
		{"exasol/startup.star", "../lib/node.star", "lib/node.star", ""},
		{"exasol/startup.star", "other.star", "exasol/other.star", ""},
		{"exasol/startup.star", "./x/../y.star", "exasol/y.star", ""},
		{"lib/a.star", "b//c.star", "lib/b/c.star", ""},
		{"a.star", "@runbook//lib/node.star", "@runbook//lib/node.star", ""},
		{"a.star", "@runbook//lib/../startup.star", "@runbook//startup.star", ""},
		{"a.star", "@runbook//../../etc/passwd", "@runbook//etc/passwd", ""},
		{"@runbook//exasol/startup.star", "../lib/node.star", "@runbook//lib/node.star", ""},
		{"@runbook//startup.star", "@runbook//lib/node.star", "@runbook//lib/node.star", ""},
		{"@runbook//startup.star", "../secret.star", "", `load: "../secret.star" leaves the folder of @runbook//startup.star`},
		{"a.star", "../b.star", "", `load: "../b.star" leaves the folder of a.star`},
		{"lib/a.star", "../../b.star", "", `load: "../../b.star" leaves the folder of lib/a.star`},
		{"lib/a.star", "../..", "", `load: "../.." leaves the folder of lib/a.star`},
		{"a.star", "/etc/passwd", "", `load: got "/etc/passwd", want a path relative to this file, with forward slashes`},
		{"a.star", `lib\b.star`, "", `load: got "lib\\b.star", want a path relative to this file, with forward slashes`},
		{"a.star", "@other//b.star", "", `load: got "@other//b.star", want "@runbook//" and a shipped file, or a path relative to this file`},
		{"a.star", "@runbook/b.star", "", `load: got "@runbook/b.star", want "@runbook//" and a shipped file, or a path relative to this file`},
		{"a.star", "", "", "load: got an empty path, want a file"},
	} {
		got, err := interpreter.Resolve(c.from, c.operand)
		if got != c.want || (err != nil || c.wrong != "") && (err == nil || err.Error() != c.wrong) {
			t.Errorf("Resolve(%q, %q) = %q, %v, want %q, %s", c.from, c.operand, got, err, c.want, c.wrong)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, root, file string }{
		{"lib/a.star", "", "lib/a.star"},
		{"@runbook//lib/a.star", "@runbook//", "lib/a.star"},
		{"@odd", "", "@odd"},
		{"a//b", "", "a//b"},
	} {
		if root, file := interpreter.Split(c.name); root != c.root || file != c.file {
			t.Errorf("Split(%q) = %q, %q, want %q, %q", c.name, root, file, c.root, c.file)
		}
	}
}

func TestBundle(t *testing.T) {
	t.Parallel()
	b := interpreter.Bundle{"a.star": []byte("x = 1")}
	if src, err := b.Read("a.star"); err != nil || string(src) != "x = 1" {
		t.Errorf("Read(a.star) = %q, %v, want x = 1", src, err)
	}
	if _, err := b.Read("b.star"); err == nil || err.Error() != "b.star: not among the recorded sources" {
		t.Errorf("Read(b.star): got %v, want that it is not there", err)
	}
}
