package value

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/interpreter"
)

// Command is what a host is to run: the words of a command, which reach it
// unchanged, or a line for its shell, given as it is.
type Command struct {
	Argv []string // nil if it is a line
	Line string
}

// Unpack accepts a list or tuple of strings, or a string.
func (c *Command) Unpack(v starlark.Value) error {
	if s, ok := starlark.AsString(v); ok {
		*c = Command{Line: s}
		return c.Check()
	}
	it, ok := v.(starlark.Iterable)
	if _, dict := v.(starlark.IterableMapping); !ok || dict {
		return fmt.Errorf("got %s, want the words of a command in a list, or a line for the host's shell", v.Type())
	}
	words := []string{}
	for e := range starlark.Elements(it) {
		s, ok := starlark.AsString(e)
		if !ok {
			return fmt.Errorf("[%d]: got %s, want string", len(words), e.Type())
		}
		words = append(words, s)
	}
	*c = Command{Argv: words}
	return c.Check()
}

// Check reports what no host can run: no command, or text that cannot be passed on.
func (c *Command) Check() error {
	if c.Argv == nil {
		if strings.TrimSpace(c.Line) == "" {
			return fmt.Errorf("got the line %q, want a command", c.Line)
		}
		return CheckText(c.Line)
	}
	if len(c.Argv) == 0 {
		return errors.New("got no words, want a command")
	}
	if c.Argv[0] == "" {
		return errors.New(`[0]: got "", want the name of a program`)
	}
	for i, w := range c.Argv {
		if err := CheckText(w); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

// CheckText refuses what cannot be a word or a variable of a process, or is no text.
func CheckText(s string) error {
	switch {
	case strings.IndexByte(s, 0) >= 0:
		return fmt.Errorf("got %q, want text without the character NUL", s)
	case !utf8.ValidString(s):
		return fmt.Errorf("got %q, want text that is UTF-8", s)
	}
	return nil
}

// Env are variables for a command's environment, in the order of the dict.
type Env []effect.Field

// Unpack accepts a dict of names of variables to strings.
func (e *Env) Unpack(v starlark.Value) error {
	m, ok := v.(starlark.IterableMapping)
	if !ok {
		return fmt.Errorf("got %s, want a dict of names and strings", v.Type())
	}
	env := Env{}
	for _, kv := range m.Items() {
		name, ok := starlark.AsString(kv[0])
		if !ok || !isVariable(name) {
			return fmt.Errorf("got the name %s, want letters, digits and _", kv[0])
		}
		s, ok := starlark.AsString(kv[1])
		if !ok {
			return fmt.Errorf("[%q]: got %s, want string", name, kv[1].Type())
		}
		if err := CheckText(s); err != nil {
			return fmt.Errorf("[%q]: %w", name, err)
		}
		env = append(env, effect.Field{Name: name, Value: s})
	}
	*e = env
	return nil
}

// isVariable reports whether a POSIX shell can have a variable of that name.
func isVariable(name string) bool {
	for i, c := range []byte(name) {
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// Statuses are the exit statuses of a command that are no error. Nil is the
// default, 0 alone; an empty list is every status.
type Statuses []int

// Unpack accepts a status, a list of statuses, or None for every status.
func (s *Statuses) Unpack(v starlark.Value) error {
	const want = "a status from 0 to 255, a list of those, or None for every status"
	list := Statuses{}
	switch v := v.(type) {
	case starlark.NoneType:
		*s = list
		return nil
	case starlark.Int:
		n, err := status(v)
		*s = Statuses{n}
		return err
	case starlark.IterableMapping:
		return fmt.Errorf("got %s, want %s", v.Type(), want)
	case starlark.Iterable:
		for e := range starlark.Elements(v) {
			n, err := status(e)
			if err != nil {
				return fmt.Errorf("[%d]: %w", len(list), err)
			}
			list = append(list, n)
		}
	default:
		return fmt.Errorf("got %s, want %s", v.Type(), want)
	}
	if len(list) == 0 {
		return fmt.Errorf("got no status, want %s", want)
	}
	*s = list
	return nil
}

func status(v starlark.Value) (int, error) {
	i, ok := v.(starlark.Int)
	if !ok {
		return 0, fmt.Errorf("got %s, want a status from 0 to 255", v.Type())
	}
	n, ok := i.Int64()
	if !ok || n < 0 || n > 255 {
		return 0, fmt.Errorf("got %s, want a status from 0 to 255", i)
	}
	return int(n), nil
}

// Path is the absolute path of a file or a directory on a host, without
// anything in it that stands for another place.
type Path string

// Unpack accepts a string.
func (p *Path) Unpack(v starlark.Value) error {
	s, ok := starlark.AsString(v)
	if !ok {
		return fmt.Errorf("got %s, want an absolute path such as \"/opt/rhino\"", v.Type())
	}
	if !path.IsAbs(s) {
		return fmt.Errorf("got %q, want an absolute path such as \"/opt/rhino\"", s)
	}
	if err := CheckText(s); err != nil {
		return err
	}
	*p = Path(path.Clean(s))
	return nil
}

// Input is what a command reads: text or bytes. Nil is nothing.
type Input struct{ Value effect.Value }

// Unpack accepts a string, bytes or a secret. Text that is not UTF-8 is bytes.
func (i *Input) Unpack(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.String:
		if i.Value = effect.Value(string(v)); !utf8.ValidString(string(v)) {
			i.Value = effect.Bytes(v)
		}
	case starlark.Bytes:
		i.Value = effect.Bytes(v)
	case interpreter.Secret:
		i.Value = v.Secret
	default:
		return fmt.Errorf("got %s, want string, bytes or a secret", v.Type())
	}
	return nil
}

// Period is a Duration that is more than 0: how long something may take.
type Period struct{ Duration }

// Unpack accepts what a Duration does, but for 0.
func (p *Period) Unpack(v starlark.Value) error {
	err := p.Duration.Unpack(v)
	if err == nil && p.Duration == 0 {
		err = fmt.Errorf("got %s, want a duration that is more than 0", v)
	}
	return err
}
