// Package builtins is what scripts can say. The literal below lists all of it,
// a family per folder; each family's doc.star describes it for the writers of
// runbooks.
//
// Every builtin is exactly one of: pure, constructor, effect. Only effects
// reach the world, and only through interpreter.Do.
package builtins

import (
	"strings"

	"go.starlark.net/lib/json"
	"go.starlark.net/lib/math"
	"go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"runbook/builtins/control"
	"runbook/builtins/host"
	"runbook/builtins/interlock"
	"runbook/builtins/rehearsal"
	"runbook/builtins/rhino"
	"runbook/builtins/xmlrpc"
)

// Kind says what a builtin may do.
type Kind string

// Kinds of builtins.
const (
	Pure        Kind = "pure"        // computes
	Constructor Kind = "constructor" // makes a value that stands for something outside; sends nothing
	Effect      Kind = "effect"      // asks or changes the world, or speaks to people
)

// A Builtin is one name that scripts can use.
type Builtin struct {
	Name string // with its module: "xmlrpc.server"
	Kind Kind
	Fn   func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)
}

// All lists every builtin.
var All = []Builtin{
	{"step", Effect, control.Step},
	{"parallel", Effect, control.Parallel},
	{"attempt", Effect, control.Attempt},
	{"poll", Effect, control.Poll},
	{"wait", Effect, control.Wait},
	{"now", Effect, control.Now},
	{"confirm", Effect, control.Confirm},
	{"cleanup", Effect, control.Cleanup},
	{"log", Effect, control.Log},
	{"warn", Effect, control.Warn},
	{"fail", Pure, control.Fail},
	{"secret", Constructor, control.Secret},
	{"struct", Pure, starlarkstruct.Make},

	{"xmlrpc.server", Constructor, xmlrpc.Server},
	{"exaoperation", Constructor, xmlrpc.EXAoperation},

	{"host", Constructor, host.New},
	{"ssh", Constructor, host.SSH},
	{"local", Constructor, host.Local},

	{"rhino.cluster", Constructor, rhino.New},
	{"rhino.node", Constructor, rhino.NewNode},
	{"rhino.conventions", Constructor, rhino.NewConventions},
}

// Docs are the stubs of the families, by the name of the family.
var Docs = map[string]string{
	"control":   control.Doc,
	"host":      host.Doc,
	"interlock": interlock.Doc,
	"rehearsal": rehearsal.Doc,
	"rhino":     rhino.Doc,
	"xmlrpc":    xmlrpc.Doc,
}

// Predeclared are the names that runbooks and site files see beside Starlark's
// own. Each call makes a new set.
func Predeclared() starlark.StringDict {
	env := starlark.StringDict{"json": json.Module, "math": math.Module, "time": timeModule()}
	for _, b := range All {
		fn := starlark.NewBuiltin(b.Name, b.Fn)
		module, name, ok := strings.Cut(b.Name, ".")
		if !ok {
			env[b.Name] = fn
			continue
		}
		m, _ := env[module].(*starlarkstruct.Module)
		if m == nil {
			m = &starlarkstruct.Module{Name: module, Members: starlark.StringDict{}}
			env[module] = m
		}
		m.Members[name] = fn
	}
	return env
}

// timeModule is Starlark's own without its clock: the only clock is now().
func timeModule() *starlarkstruct.Module {
	members := starlark.StringDict{}
	for name, v := range time.Module.Members {
		if name != "now" {
			members[name] = v
		}
	}
	return &starlarkstruct.Module{Name: "time", Members: members}
}
