package rhino

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// A command is what is known of a command of the console.
type command struct {
	read    bool
	since   string // the version it came with; "" for all
	instead string // what to use before that
	value   func(*answer) (starlark.Value, error)
}

// commands are those whose output the documents quote.
var commands = map[string]command{
	"getclusterstate":                 {read: true, value: membersValue},
	"state":                           {read: true, value: statesValue},
	"getsleeactualstate":              {read: true, since: "3.0", instead: "getclusterstate", value: statesValue},
	"getsleedesiredstate":             {read: true, since: "3.0", instead: "getclusterstate", value: desiredValue},
	"getraentitystate":                {read: true, value: statesValue},
	"getraentityactualstate":          {read: true, since: "3.0", instead: "getraentitystate", value: statesValue},
	"getraentitydesiredstate":         {read: true, since: "3.0", instead: "getraentitystate", value: statesValue},
	"isconverged":                     {read: true, since: "3.0", value: convergedValue},
	"waittilconverged":                {read: true, since: "3.0", value: reachedValue},
	"listservicesbystate":             {read: true, value: servicesValue},
	"start":                           {value: reportValue},
	"stop":                            {value: reportValue},
	"shutdown":                        {value: reportValue},
	"activateservice":                 {value: reportValue},
	"deactivateservice":               {value: reportValue},
	"copypernodedesiredstate":         {since: "3.0", value: reportValue},
	"removepernodedesiredstate":       {since: "3.0", value: reportValue},
	"setsleedesiredstate":             {since: "3.0", value: textValue},
	"getnodeswithpernodedesiredstate": {read: true, since: "3.0", value: textValue},
}

// commandOf is what is known of a command. One that is not listed gives its
// text, and reads if its name says so.
func (c *Cluster) commandOf(name string) command {
	if name == c.Conventions.AlarmsCommand || name == "-listActiveAlarms" { // as old versions have it
		return command{read: true, value: c.alarmsValue}
	}
	if k, ok := commands[name]; ok {
		return k
	}
	reads := slices.ContainsFunc([]string{"get", "list", "is", "waittil"}, func(p string) bool { return strings.HasPrefix(name, p) })
	return command{read: reads, value: textValue}
}

// console gives any command to the console.
func console(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	words, err := consoleWords(b, args)
	if err != nil {
		return nil, err
	}
	c := b.Receiver().(*Cluster)
	known := c.commandOf(words[0])
	k := &call{words: words, read: known.read}
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, append([]any{"reads??", &k.read}, k.pairs(true)...)...); err != nil {
		return nil, err
	}
	if k.read && k.how.settled {
		return nil, fmt.Errorf("%s: for parameter recover: got a policy for a command that only reads, want one or the other", b.Name())
	}
	if err := c.since(b.Name()+": "+words[0], known.since, known.instead); err != nil {
		return nil, err
	}
	return c.perform(t, b, k)
}

// consoleWords are the words of a command. An int stands for its digits.
func consoleWords(b *starlark.Builtin, args starlark.Tuple) ([]string, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("%s: missing argument for command", b.Name())
	}
	words := make([]string, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case starlark.String:
			words[i] = string(a)
		case starlark.Int:
			words[i] = a.String()
		default:
			return nil, fmt.Errorf("%s: argument %d: got %s, want string or int", b.Name(), i+1, a.Type())
		}
	}
	if strings.TrimSpace(words[0]) == "" {
		return nil, fmt.Errorf("%s: for parameter command: got %q, want the name of a command", b.Name(), words[0])
	}
	return words, nil
}

// perform gives a command to the console and reads what it prints.
func (c *Cluster) perform(t *starlark.Thread, b *starlark.Builtin, k *call) (starlark.Value, error) {
	a, err := c.ask(t, b, k)
	if err != nil {
		return nil, err
	}
	v, err := c.commandOf(k.words[0]).value(a)
	if err != nil {
		return nil, a.protocol(t, b, err)
	}
	return v, nil
}
