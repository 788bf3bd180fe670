package builtins

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"runbook/builtins/host"
	"runbook/builtins/interlock"
	"runbook/builtins/rhino"
	"runbook/builtins/value"
)

// argTypes are the types that stubs give to arguments and attributes. Each
// checks a value as the builtins themselves do; nil where anything will do or
// nothing can be known from a text.
var argTypes = map[string]func(starlark.Value) error{
	"any":       anything,
	"string":    unpack[string],
	"int":       unpack[int],
	"bool":      unpack[bool],
	"function":  unpack[starlark.Callable],
	"list":      unpack[starlark.Iterable],
	"duration":  unpack[value.Duration],
	"strings":   unpack[value.Strings],
	"kinds":     unpack[value.Kinds],
	"patterns":  unpack[value.Patterns],
	"policy":    unpack[value.Recover],
	"secret":    unpack[value.Secret],
	"command":   unpack[value.Command],
	"env":       unpack[value.Env],
	"statuses":  unpack[value.Statuses],
	"path":      unpack[value.Path],
	"text":      unpack[value.Input],
	"keys":      unpack[host.Keys],
	"transport": unpack[*host.Transport],
	"host":      unpack[host.Ref],
	"node":      unpack[rhino.NodeID],
	"nodes":     unpack[rhino.NodeIDs],
	"members":   unpack[rhino.Members],
	"changes":   unpack[interlock.Selectors],
	"site":      anything,
	"error":     anything,
	"proxy":     anything,
	"system":    anything,
	"cluster":   anything,
	"output":    anything,

	"conventions": unpack[*rhino.Conventions],
}

func anything(starlark.Value) error { return nil }

func unpack[T any](v starlark.Value) error {
	var x T
	return starlark.UnpackArg(v, &x)
}

var choices = regexp.MustCompile(`^"[^"]+"( or "[^"]+")+$`)

// isChoice reports whether a type is a list of texts: "finish" or "stop".
func isChoice(typ string) bool { return choices.MatchString(typ) }

// isType reports whether a stub may give that type.
func isType(typ string) bool {
	element, list := strings.CutPrefix(typ, listOf)
	return argTypes[typ] != nil || list && argTypes[element] != nil || isChoice(typ)
}

// checkType reports what is wrong with an argument of a type, as the builtin would.
func checkType(typ string, v starlark.Value) error {
	if strings.HasPrefix(typ, listOf) {
		typ = "list"
	}
	if check := argTypes[typ]; check != nil {
		return check(v)
	}
	s, ok := starlark.AsString(v)
	if !ok {
		return fmt.Errorf("got %s, want string", v.Type())
	}
	if !slices.Contains(strings.Split(typ, " or "), fmt.Sprintf("%q", s)) {
		return fmt.Errorf("got %q, want %s", s, typ)
	}
	return nil
}
