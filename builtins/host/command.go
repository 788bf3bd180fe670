package host

import (
	"fmt"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"runbook/builtins/value"
	"runbook/effect"
	"runbook/interpreter"
)

// DefaultLimit is how many bytes of each stream of a command are kept.
const DefaultLimit = effect.DefaultLimit

// DefaultSettle is how long a daemon must stay alive for its start to count.
const DefaultSettle = effect.DefaultSettle

// A Command is what [Host.Run] runs. Its zero value but for Argv or Line is a
// change with the host's own deadline.
type Command struct {
	Argv    []string       // the words, which reach the host unchanged
	Line    string         // or a line for the host's own shell
	Read    bool           // it only reads: it may be repeated, and be in a poll
	Input   effect.Value   // what it reads: nil, string or effect.Bytes
	Env     value.Env      // added to the environment
	Dir     string         // where it runs; "" for the user's home
	Limit   int            // bytes kept of the end of each stream; 0 for DefaultLimit
	OK      value.Statuses // those that are no error; nil for 0 alone, empty for every status
	Binary  bool           // output is bytes, also where it is text
	Timeout time.Duration  // longest life; 0 for the host's
	Policy  interpreter.Policy
}

// An Output is what came of a command.
type Output struct {
	Code           int // its status; -1 if that is not known, see Known
	Stdout, Stderr string
	Cut            int // bytes that are missing from the beginning of both
	// Known is false of a change that was in doubt and of which the probe or
	// the operator said that it was done: nothing else is known of it.
	Known bool

	stdout, stderr effect.Value
}

// Run performs a command for a builtin and returns its output; a status that
// is not OK is an *effect.Error of the kind exit.
func (h *Host) Run(t *starlark.Thread, b *starlark.Builtin, c Command) (Output, error) {
	command, err := commandOf(c.Argv, c.Line)
	if err != nil {
		return Output{}, fmt.Errorf("%s: for parameter command: %w", b.Name(), err)
	}
	r := h.request(effect.OpRun, command, c.how(), c.Timeout)
	policy := h.policy(c.Policy)
	if c.Read {
		r.Class, policy = effect.Read, interpreter.Policy{}
	}
	v, err := interpreter.Do(t, b, r, policy)
	if err != nil {
		return Output{}, err
	}
	return outputOf(v), nil
}

// how says how a command is run, as far as that is not the default.
func (c *Command) how() effect.Struct {
	s := effect.Struct{}
	add(&s, "input", c.Input, c.Input != nil && c.Input != "" && c.Input != effect.Bytes(""))
	add(&s, "env", effect.Struct(c.Env), len(c.Env) > 0)
	add(&s, "cwd", c.Dir, c.Dir != "")
	add(&s, "limit", int64(c.Limit), c.Limit != 0 && c.Limit != DefaultLimit)
	add(&s, "ok", numbers(c.OK), c.OK != nil && !(len(c.OK) == 1 && c.OK[0] == 0))
	add(&s, "binary", true, c.Binary)
	return s
}

// A Daemon is what [Host.Start] starts: it outlives the connection and the run.
type Daemon struct {
	Argv    []string      // the words, which reach the host unchanged
	Line    string        // or a line for the host's own shell
	Log     string        // file that its output is appended to
	Env     value.Env     // added to the environment
	Dir     string        // where it runs; "" for the user's home
	Settle  time.Duration // how long it must stay alive; 0 for DefaultSettle, less for not at all
	Timeout time.Duration // longest life of the request; 0 for the host's
	Policy  interpreter.Policy
}

// Start starts a daemon for a builtin and returns its process id: 0 if the
// start was in doubt and was settled, so that nothing more is known of it.
func (h *Host) Start(t *starlark.Thread, b *starlark.Builtin, d Daemon) (pid int, err error) {
	command, err := commandOf(d.Argv, d.Line)
	if err != nil {
		return 0, fmt.Errorf("%s: for parameter command: %w", b.Name(), err)
	}
	v, err := interpreter.Do(t, b, h.request(effect.OpStart, command, d.how(), d.Timeout), h.policy(d.Policy))
	if err != nil {
		return 0, err
	}
	return int(number(v, "pid", 0)), nil
}

func (d *Daemon) how() effect.Struct {
	s := effect.Struct{}
	add(&s, "env", effect.Struct(d.Env), len(d.Env) > 0)
	add(&s, "cwd", d.Dir, d.Dir != "")
	add(&s, "log", d.Log, true)
	add(&s, "settle", int64(max(d.Settle, 0)), d.Settle != 0 && d.Settle != DefaultSettle)
	return s
}

func (h *Host) request(operation string, command effect.Value, how effect.Struct, timeout time.Duration) effect.Request {
	return effect.Request{
		Kind: effect.KindHost, Target: h.name, Operation: operation, Class: effect.Change,
		Args: []effect.Value{command, how}, Timeout: timeout, Peer: h.peer,
	}
}

// policy is how a change on this host is settled when it is in doubt. Where
// the host keeps keys, they go first: the change is performed again under its
// key, and finds out. A probe, or else the operator, is for what a key cannot
// tell, such as a host that died under the command. What is harmless twice is
// performed again in any case, under its key too: so it is begun anew only where
// the key cannot tell, and nobody is asked.
func (h *Host) policy(p interpreter.Policy) interpreter.Policy {
	if h.keyed && p.Recovery != effect.Repeat {
		p.Recovery = effect.Keyed
	}
	return p
}

// commandOf is a command as a value, if it can be run.
func commandOf(argv []string, line string) (effect.Value, error) {
	c := value.Command{Argv: argv, Line: line}
	if err := c.Check(); err != nil {
		return nil, err
	}
	if argv == nil {
		return line, nil
	}
	return words(argv), nil
}

func numbers(list []int) []effect.Value {
	values := make([]effect.Value, len(list))
	for i, n := range list {
		values[i] = int64(n)
	}
	return values
}

// outputOf reads the value of a run. It is nil where the change was settled.
func outputOf(v effect.Value) Output {
	s, ok := v.(effect.Struct)
	o := Output{Code: int(number(s, "code", -1)), Cut: int(number(s, "cut", 0)), Known: ok, stdout: "", stderr: ""}
	if v, ok := s.Get("stdout"); ok {
		o.stdout, o.Stdout = v, text(v)
	}
	if v, ok := s.Get("stderr"); ok {
		o.stderr, o.Stderr = v, text(v)
	}
	return o
}

// Value is what a script gets: struct(code, stdout, stderr, cut).
func (o Output) Value() starlark.Value {
	code := starlark.Value(starlark.None)
	if o.Known {
		code = starlark.MakeInt(o.Code)
	}
	return starlarkstruct.FromStringDict(starlark.String("output"), starlark.StringDict{
		"code": code, "stdout": interpreter.ToStarlark(o.stdout), "stderr": interpreter.ToStarlark(o.stderr), "cut": starlark.MakeInt(o.Cut),
	})
}

func number(v effect.Value, field string, otherwise int64) int64 {
	s, _ := v.(effect.Struct)
	if v, ok := s.Get(field); ok {
		if n, ok := v.(int64); ok {
			return n
		}
	}
	return otherwise
}

func text(v effect.Value) string {
	switch v := v.(type) {
	case string:
		return v
	case effect.Bytes:
		return string(v)
	}
	return ""
}
