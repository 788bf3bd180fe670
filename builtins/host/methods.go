package host

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"runbook/builtins/value"
)

// run runs a command and returns its output.
func run(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var command value.Command
	var input value.Input
	var dir value.Path
	var timeout value.Period
	var recovery policy
	c := Command{Limit: DefaultLimit}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"command", &command, "reads?", &c.Read, "timeout??", &timeout, "input??", &input, "env?", &c.Env, "cwd??", &dir,
		"limit?", &c.Limit, "ok?", &c.OK, "binary?", &c.Binary, "recover??", &recovery); err != nil {
		return nil, err
	}
	switch {
	case c.Limit <= 0:
		return nil, fmt.Errorf("%s: for parameter limit: got %d, want a number of bytes that is more than 0", b.Name(), c.Limit)
	case c.Read && recovery.given:
		return nil, fmt.Errorf("%s: for parameter recover: got a policy for a command that only reads, want one or the other", b.Name())
	}
	c.Argv, c.Line, c.Input, c.Dir = command.Argv, command.Line, input.Value, string(dir)
	c.Timeout, c.Policy = timeout.Duration.Duration(), recovery.Policy
	out, err := b.Receiver().(*Host).Run(t, b, c)
	if err != nil {
		return nil, err
	}
	return out.Value(), nil
}

// start starts a daemon and returns its process id.
func start(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var command value.Command
	var log, dir value.Path
	var timeout value.Period
	var recovery policy
	var d Daemon
	settle := value.Duration(DefaultSettle)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"command", &command, "log", &log, "env?", &d.Env, "cwd??", &dir, "settle?", &settle, "timeout??", &timeout,
		"recover??", &recovery); err != nil {
		return nil, err
	}
	if d.Settle = settle.Duration(); settle == 0 {
		d.Settle = -1
	}
	d.Argv, d.Line, d.Log, d.Dir = command.Argv, command.Line, string(log), string(dir)
	d.Timeout, d.Policy = timeout.Duration.Duration(), recovery.Policy
	pid, err := b.Receiver().(*Host).Start(t, b, d)
	if err != nil {
		return nil, err
	}
	known := starlark.Value(starlark.None)
	if pid != 0 {
		known = starlark.MakeInt(pid)
	}
	return starlarkstruct.FromStringDict(starlarkstruct.Default, starlark.StringDict{"pid": known}), nil
}

// policy is a value.Recover that knows whether it was given.
type policy struct {
	value.Recover
	given bool
}

// Unpack accepts what a value.Recover does.
func (p *policy) Unpack(v starlark.Value) error {
	p.given = true
	return p.Recover.Unpack(v)
}
