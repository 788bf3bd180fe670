package interpreter_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"runbook/interpreter"
)

func TestFunctions(t *testing.T) {
	t.Parallel()
	sources := interpreter.Bundle{
		"lib.star": []byte(`
load("other.star", "loaded")

def plain(a, b = 1):
    """Does it,
    plainly.

    More.
    """

def rest(a, *args, b = "x", **kwargs):
    pass

def only(*, b):
    pass

def main():
    pass

def _own():
    pass

alias = plain
again = loaded
`),
		"other.star": []byte("def loaded():\n    pass\n"),
	}
	p, err := interpreter.NewEngine(nil, sources, interpreter.Limits{}).Load("lib.star")
	if err != nil {
		t.Fatal(err)
	}
	want := []interpreter.Function{
		{Name: "plain", Signature: "plain(a, b = 1)", Doc: "Does it, plainly.", Position: "lib.star:4:1"},
		{Name: "rest", Signature: `rest(a, *args, b = "x", **kwargs)`, Position: "lib.star:11:1"},
		{Name: "only", Signature: "only(*, b)", Position: "lib.star:14:1"},
	}
	if diff := cmp.Diff(want, p.Functions()); diff != "" {
		t.Error(diff)
	}
}
