package effect

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What holds where a request of KindHost says nothing else.
const (
	DefaultLimit  = 1 << 20                // bytes kept of each output
	DefaultSettle = 500 * time.Millisecond // how long a daemon must stay alive for its start to count
)

// A Command is what the arguments of a request of KindHost say.
type Command struct {
	Argv   []string // or
	Line   string   // for the host's own shell
	Input  Value    // nil, string, Bytes or Secret
	Env    []Variable
	Dir    string
	Limit  int64   // bytes of the end of each output that are kept
	OK     []int64 // statuses that are no error; none for every one
	Binary bool
	Log    string // file that the output of a daemon is appended to
	Settle time.Duration
}

// A Variable is one of the environment.
type Variable struct{ Name, Value string }

// ParseCommand reads the arguments of a request of KindHost, whose outputs may
// be kept up to a number of bytes. The error says what nobody can run.
func ParseCommand(r *Request, most int64) (*Command, error) {
	if len(r.Args) != 2 {
		return nil, fmt.Errorf("arguments: got %d, want a command and how it is run", len(r.Args))
	}
	c := &Command{Limit: DefaultLimit, OK: []int64{0}, Settle: DefaultSettle}
	if err := c.command(r.Args[0]); err != nil {
		return nil, err
	}
	how, ok := r.Args[1].(Struct)
	if !ok {
		return nil, fmt.Errorf("how: got %T, want a struct", r.Args[1])
	}
	for _, f := range how {
		if err := c.option(f); err != nil {
			return nil, err
		}
	}
	switch {
	case c.Limit < 0 || c.Limit > most:
		return nil, fmt.Errorf("limit: got %d bytes, want 0 to %d", c.Limit, most)
	case r.Operation == OpStart && c.Log == "":
		return nil, errors.New("log: got none, want the file that the output is appended to")
	}
	return c, c.check()
}

func (c *Command) command(v Value) error {
	switch v := v.(type) {
	case string:
		c.Line = v
		if strings.TrimSpace(v) == "" {
			return errors.New("command: got an empty line, want a command")
		}
		return nil
	case []Value:
		for _, w := range v {
			s, ok := w.(string)
			if !ok {
				return fmt.Errorf("command: got %T among its words, want strings", w)
			}
			c.Argv = append(c.Argv, s)
		}
		if len(v) == 0 || c.Argv[0] == "" {
			return errors.New("command: got no name, want one")
		}
		return nil
	}
	return fmt.Errorf("command: got %T, want a list of words or a line", v)
}

// option reads one field of how the command is run. One that nobody knows is
// refused: leaving it out would be another command.
func (c *Command) option(f Field) error {
	ok := true
	switch f.Name {
	case "input":
		c.Input = f.Value
		switch f.Value.(type) {
		case string, Bytes, Secret:
		default:
			ok = false
		}
	case "env":
		ok = c.environment(f.Value)
	case "cwd":
		c.Dir, ok = f.Value.(string)
	case "limit":
		c.Limit, ok = f.Value.(int64)
	case "ok":
		ok = c.statuses(f.Value)
	case "binary":
		c.Binary, ok = f.Value.(bool)
	case "log":
		c.Log, ok = f.Value.(string)
	case "settle":
		var n int64
		n, ok = f.Value.(int64)
		c.Settle = time.Duration(n)
	default:
		return fmt.Errorf("how: got %q, want input, env, cwd, limit, ok, binary, log or settle", f.Name)
	}
	if !ok {
		return fmt.Errorf("%s: got %T, want another type", f.Name, f.Value)
	}
	return nil
}

func (c *Command) environment(v Value) bool {
	s, ok := v.(Struct)
	for _, f := range s {
		value, isString := f.Value.(string)
		c.Env = append(c.Env, Variable{f.Name, value})
		ok = ok && isString
	}
	return ok
}

func (c *Command) statuses(v Value) bool {
	list, ok := v.([]Value)
	c.OK = nil
	for _, e := range list {
		n, isInt := e.(int64)
		c.OK = append(c.OK, n)
		ok = ok && isInt
	}
	return ok
}

// check refuses what no shell can be told.
func (c *Command) check() error {
	all := append([]string{c.Line, c.Dir, c.Log}, c.Argv...)
	for _, v := range c.Env {
		if !isVariable(v.Name) {
			return fmt.Errorf("env: got the name %q, want letters, digits and underscores", v.Name)
		}
		all = append(all, v.Value)
	}
	if slices.ContainsFunc(all, func(s string) bool { return strings.ContainsRune(s, 0) }) {
		return errors.New("command: got a NUL character, want none")
	}
	return nil
}

// isVariable reports whether s can be the name of a shell's variable.
func isVariable(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
