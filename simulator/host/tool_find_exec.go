package host

import (
	"errors"
	"fmt"
	"strings"
)

// action reads an action, or a test without a value.
func (f *finder) action(word string) (predicate, error) {
	switch word {
	case "-true", "-false":
		return func(*finding) bool { return word == "-true" }, nil
	case "-depth":
		f.depthFirst = true
		return func(*finding) bool { return true }, nil
	case "-empty":
		return func(x *finding) bool {
			if x.info.IsDir() {
				names, err := f.list(x.name)
				return err == nil && len(names) == 0
			}
			return x.info.Mode().IsRegular() && x.info.Size() == 0
		}, nil
	case "-prune":
		return func(*finding) bool { f.pruned = true; return true }, nil
	case "-ls":
		return nil, errors.New("the action -ls is not modelled on a simulated host")
	}
	f.acts = true
	switch word {
	case "-print":
		return func(x *finding) bool { return f.print(x, "\n") }, nil
	case "-print0":
		return func(x *finding) bool { return f.print(x, "\x00") }, nil
	case "-quit":
		return func(*finding) bool { f.quit = true; return true }, nil
	case "-delete":
		f.depthFirst = true
		return f.delete, nil
	}
	return f.exec()
}

func (f *finder) delete(x *finding) bool {
	if x.name == "." {
		return true
	}
	if err := f.Files().Remove(x.name); err != nil {
		f.status = f.fail("cannot delete '%s': %s", x.name, reason(err))
		return false
	}
	return true
}

// exec reads -exec … ; or -exec … {} +.
func (f *finder) exec() (predicate, error) {
	for i, word := range f.words {
		plus := word == "+" && i > 0 && f.words[i-1] == "{}"
		if word != ";" && !plus {
			continue
		}
		argv := f.words[:i]
		f.words = f.words[i+1:]
		if len(argv) == 0 || plus && len(argv) == 1 {
			return nil, fmt.Errorf("invalid argument `%s' to `-exec'", word)
		}
		if plus {
			b := &batch{argv: argv[:len(argv)-1]}
			f.batches = append(f.batches, b)
			return func(x *finding) bool { b.names = append(b.names, x.name); return true }, nil
		}
		return func(x *finding) bool {
			filled := make([]string, len(argv))
			for i, arg := range argv {
				filled[i] = strings.ReplaceAll(arg, "{}", x.name)
			}
			status, _ := f.runCommand(filled)
			return status == 0
		}, nil
	}
	return nil, errors.New("missing argument to `-exec'")
}

// flush runs the command of a -exec … + with all names.
func (f *finder) flush(b *batch) {
	if len(b.names) == 0 {
		return
	}
	if status, _ := f.runCommand(append(append([]string{}, b.argv...), b.names...)); status != 0 {
		f.status = 1
	}
}

// runCommand runs a command and waits for it. Where it cannot be run, a message
// says so and the error is given.
func (c *call) runCommand(argv []string) (int, *Error) {
	if status, err := c.runnable(argv[0]); err != nil {
		name := argv[0]
		if c.name == "find" {
			name = "'" + name + "'"
		}
		c.complain("%s: %s", name, err.text)
		return status, err
	}
	_ = c.out.Flush()
	child := c.Spawn(Command{Argv: argv})
	return c.Wait(child), nil
}

// globMatch matches a name with a shell pattern; a slash is a character like
// others.
func globMatch(glob, name string) bool {
	expression, err := compilePattern(globExpression(glob), dialect{})
	if err != nil {
		return glob == name
	}
	m := expression.findWithin([]byte(name), 0, len(name))
	return m != nil && m[1] == len(name)
}

// globExpression writes a shell pattern as a basic expression.
func globExpression(glob string) string {
	var b strings.Builder
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; c {
		case '*':
			b.WriteString("\\(.\\|\n\\)*")
		case '?':
			b.WriteString("\\(.\\|\n\\)")
		case '[':
			n := bracketLength(strings.Replace(glob[i:], "[!", "[^", 1))
			if n == 1 {
				b.WriteString("\\[")
				continue
			}
			b.WriteString(strings.Replace(glob[i:i+n], "[!", "[^", 1))
			i += n - 1
		case '\\':
			if i+1 < len(glob) {
				i++
			}
			b.WriteString(literalBRE(glob[i : i+1]))
		default:
			b.WriteString(literalBRE(glob[i : i+1]))
		}
	}
	return b.String()
}
