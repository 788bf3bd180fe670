package host

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"runbook/effect"
)

// A command is what a request asks for.
type command struct {
	argv   []string // or
	line   string
	input  effect.Value // nil, string, Bytes or Secret
	env    []variable
	dir    string
	limit  int64
	ok     []int64 // statuses that are no error; none for every one
	binary bool
	log    string
	settle time.Duration
	start  bool
}

// A variable is one of the environment.
type variable struct{ name, value string }

const (
	defaultLimit  = 1 << 20                // bytes kept of each output
	defaultSettle = 500 * time.Millisecond // how long a daemon must stay alive

	// maxProgram is how long a program may be: Linux takes no longer word of a
	// command line than 128 KiB.
	maxProgram = 120 << 10
)

// newCommand reads a request's arguments.
func newCommand(r *effect.Request, most int64) (*command, error) {
	if len(r.Args) != 2 {
		return nil, fmt.Errorf("arguments: got %d, want a command and how it is run", len(r.Args))
	}
	c := &command{limit: defaultLimit, ok: []int64{0}, settle: defaultSettle, start: r.Operation == effect.OpStart}
	if err := c.command(r.Args[0]); err != nil {
		return nil, err
	}
	how, ok := r.Args[1].(effect.Struct)
	if !ok {
		return nil, fmt.Errorf("how: got %T, want a struct", r.Args[1])
	}
	for _, f := range how {
		if err := c.option(f); err != nil {
			return nil, err
		}
	}
	switch {
	case c.limit < 0 || c.limit > most:
		return nil, fmt.Errorf("limit: got %d bytes, want 0 to %d", c.limit, most)
	case c.start && c.log == "":
		return nil, errors.New("log: got none, want the file that the output is appended to")
	}
	return c, c.check()
}

func (c *command) command(v effect.Value) error {
	switch v := v.(type) {
	case string:
		c.line = v
		if strings.TrimSpace(v) == "" {
			return errors.New("command: got an empty line, want a command")
		}
		return nil
	case []effect.Value:
		for _, w := range v {
			s, ok := w.(string)
			if !ok {
				return fmt.Errorf("command: got %T among its words, want strings", w)
			}
			c.argv = append(c.argv, s)
		}
		if len(v) == 0 || c.argv[0] == "" {
			return errors.New("command: got no name, want one")
		}
		return nil
	}
	return fmt.Errorf("command: got %T, want a list of words or a line", v)
}

// option reads one field of how.
func (c *command) option(f effect.Field) error {
	ok := true
	switch f.Name {
	case "input":
		c.input = f.Value
		switch f.Value.(type) {
		case string, effect.Bytes, effect.Secret:
		default:
			ok = false
		}
	case "env":
		ok = c.environment(f.Value)
	case "cwd":
		c.dir, ok = f.Value.(string)
	case "limit":
		c.limit, ok = f.Value.(int64)
	case "ok":
		ok = c.statuses(f.Value)
	case "binary":
		c.binary, ok = f.Value.(bool)
	case "log":
		c.log, ok = f.Value.(string)
	case "settle":
		var n int64
		n, ok = f.Value.(int64)
		c.settle = time.Duration(n)
	default:
		return fmt.Errorf("how: got %q, want input, env, cwd, limit, ok, binary, log or settle", f.Name)
	}
	if !ok {
		return fmt.Errorf("%s: got %T, want another type", f.Name, f.Value)
	}
	return nil
}

func (c *command) environment(v effect.Value) bool {
	s, ok := v.(effect.Struct)
	for _, f := range s {
		value, isString := f.Value.(string)
		c.env = append(c.env, variable{f.Name, value})
		ok = ok && isString
	}
	return ok
}

func (c *command) statuses(v effect.Value) bool {
	list, ok := v.([]effect.Value)
	c.ok = nil
	for _, e := range list {
		n, isInt := e.(int64)
		c.ok = append(c.ok, n)
		ok = ok && isInt
	}
	return ok
}

// check refuses what no shell can be told.
func (c *command) check() error {
	all := append([]string{c.line, c.dir, c.log}, c.argv...)
	for _, v := range c.env {
		if !isName(v.name) {
			return fmt.Errorf("env: got the name %q, want letters, digits and underscores", v.name)
		}
		all = append(all, v.value)
	}
	if slices.ContainsFunc(all, func(s string) bool { return strings.ContainsRune(s, 0) }) {
		return errors.New("command: got a NUL character, want none")
	}
	return nil
}

// isName reports whether s can be the name of a shell's variable.
func isName(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// good reports whether a status is no error.
func (c *command) good(status int) bool {
	return len(c.ok) == 0 || slices.Contains(c.ok, int64(status))
}
