package builtins_test

import (
	"testing"

	"go.starlark.net/starlark"

	"runbook/builtins"
	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// valuesOf runs a program whose main takes a site and returns a dict, and
// gives what is in the dict.
func valuesOf(t *testing.T, src string) starlark.StringDict {
	t.Helper()
	sources := interpreter.Bundle{"main.star": []byte(src), "site.star": []byte(`systems = [exaoperation(name = "prod", url = "http://h/c")]`)}
	engine := interpreter.NewEngine(builtins.Predeclared(), sources, interpreter.Limits{})
	program, err := engine.Load("main.star")
	if err != nil {
		t.Fatal(err)
	}
	site, err := builtins.LoadSite(engine, "site.star")
	if err != nil {
		t.Fatal(err)
	}
	main, err := program.Main()
	if err != nil {
		t.Fatal(err)
	}
	w := interpretertest.NewWorld()
	w.Answer("run", interpretertest.Value(effect.Struct{{Name: "code", Value: int64(0)}}))
	v, err := program.Call(t.Context(), &interpreter.Run{
		Performer: effect.Unrecorded(w), Branches: interpretertest.Sequential{},
	}, main, starlark.Tuple{site.Value()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	values := starlark.StringDict{}
	for _, kv := range v.(*starlark.Dict).Items() {
		values[string(kv[0].(starlark.String))] = kv[1]
	}
	return values
}
