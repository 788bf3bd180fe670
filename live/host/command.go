package host

import (
	"slices"
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
	// maxProgram is how long a program may be: Linux takes no longer word of a
	// command line than 128 KiB.
	maxProgram = 120 << 10
)

// newCommand reads a request's arguments.
func newCommand(r *effect.Request, most int64) (*command, error) {
	p, err := effect.ParseCommand(r, most)
	if err != nil {
		return nil, err
	}
	c := &command{
		argv: p.Argv, line: p.Line, input: p.Input, dir: p.Dir, limit: p.Limit, ok: p.OK,
		binary: p.Binary, log: p.Log, settle: p.Settle, start: r.Operation == effect.OpStart,
	}
	for _, v := range p.Env {
		c.env = append(c.env, variable{v.Name, v.Value})
	}
	return c, nil
}

// good reports whether a status is no error.
func (c *command) good(status int) bool {
	return len(c.ok) == 0 || slices.Contains(c.ok, int64(status))
}
