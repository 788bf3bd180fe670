package host

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// The shell is read by mvdan.cc/sh and run by what follows: its own interpreter
// uses goroutines and real pipes. Words are expanded here as well, because the
// library's expansion differs from a POSIX shell's in what runbooks use (fields
// between separators that are no blanks, quoted patterns, "$@" within a word);
// braces and $'…' are the library's.
//
// Called as sh, it is dash, in grammar, messages and in what echo does; a
// script that only bash can read is read as bash does. Called as bash it has
// bash's grammar and echo, and dash's messages.

const (
	maxScript    = 256 << 10 // bytes of a script
	maxExpansion = 1 << 20   // bytes that the words of one command expand to
	maxVariables = 8 << 20   // bytes of all variables of a shell
	maxDepth     = 1000      // commands within commands, function calls among them
)

// A shell runs the statements of one process. Subshells are shells of their own.
type shell struct {
	p                   *Process
	bash                bool
	name                string // $0
	params              []string
	vars                map[string]variable
	size                int // bytes of all values of vars
	locals              []map[string]variable
	funcs               map[string]*syntax.Stmt
	opts                map[byte]bool // -e and so on, by letter; 'p' is pipefail
	status              int
	line                uint
	jobs                []*Process // in the background
	last                *Process   // $!
	traps               map[Signal]string
	pending             []Signal  // trapped signals that came
	saved               []savedFD // by redirections around this statement
	jump                jump
	loops               int // around this statement
	calls               int // functions and dot scripts around it
	depth               int
	tested              int      // around this statement, conditions: -e does not count
	alone               bool     // nothing follows this statement: a program may take the process over
	root                *Process // whose pid $$ is; nil for p
	draws               uint64   // from $RANDOM
	nested              int      // parentheses of arithmetic around this operand
	optIndex, optOffset int      // of getopts
	subStatus           int      // of the last command substitution
	subbed              bool     // the words of this command had a command substitution
}

// A jump is why the statements that follow are not run.
type jump struct {
	kind  jumpKind
	count int // loops that a break or continue leaves
}

type jumpKind int

const (
	noJump jumpKind = iota
	breakLoop
	continueLoop
	returnCall
	exitShell
)

// shellTools are the shell and the programs that are its builtins as well.
func shellTools() map[string]Program {
	return map[string]Program{
		"sh": shellProgram(false), "dash": shellProgram(false), "bash": shellProgram(true),
		"true": func(*Process) int { return 0 }, "false": func(*Process) int { return 1 },
		"echo": echoProgram, "printf": printfProgram, "kill": killProgram, "pwd": pwdProgram,
	}
}

// shellProgram is sh [options] [-c line [name] | file] [args]; without either
// it reads stdin.
func shellProgram(bash bool) Program {
	return func(p *Process) int {
		sh := newShell(p, bash)
		command, rest, ok := sh.options(p.args[1:])
		if !ok {
			return 2
		}
		switch {
		case command && len(rest) == 0:
			return sh.complain(2, "-c requires an argument")
		case command:
			if len(rest) > 1 {
				sh.name, sh.params = rest[1], rest[2:]
			}
			return sh.main(rest[0], true)
		case len(rest) > 0:
			sh.name, sh.params = rest[0], rest[1:]
			data, err := p.Files().ReadFile(rest[0])
			if err != nil {
				fmt.Fprintf(p.Stderr, "%s: 0: cannot open %s: %s\n", p.args[0], rest[0], openText(err))
				return 2
			}
			return sh.main(string(data), false)
		}
		data, _ := readAll(p.Stdin, maxScript+1)
		return sh.main(string(data), false)
	}
}

// options reads the shell's own options; command is -c.
func (sh *shell) options(args []string) (command bool, rest []string, ok bool) {
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		if strings.HasPrefix(arg, "--") {
			continue // --login, --norc: nothing to do
		}
		for _, c := range []byte(arg[1:]) {
			switch {
			case c == 'c':
				command = true
			case c == 'o' && len(args) > 0:
				if !sh.setNamed(args[0], arg[0] == '-') {
					return command, nil, false
				}
				args = args[1:]
			case strings.IndexByte("lis", c) >= 0:
			case strings.IndexByte(settable, c) >= 0:
				sh.opts[c] = arg[0] == '-'
			default:
				sh.complain(2, "Illegal option -%c", c)
				return command, nil, false
			}
		}
	}
	return command, args, true
}

func newShell(p *Process, bash bool) *shell {
	sh := &shell{
		p: p, bash: bash, name: p.args[0], vars: map[string]variable{}, opts: map[byte]bool{},
		funcs: map[string]*syntax.Stmt{}, traps: map[Signal]string{},
	}
	for _, name := range sortedKeys(p.env) {
		if syntax.ValidName(name) {
			sh.vars[name] = variable{value: p.env[name], set: true, exported: true}
		}
	}
	delete(sh.vars, "IFS")
	for name, value := range map[string]string{"IFS": " \t\n", "OPTIND": "1", "PS4": "+ "} {
		sh.vars[name] = variable{value: value, set: true}
	}
	sh.vars["PWD"] = variable{value: p.dir, set: true, exported: sh.vars["PWD"].exported}
	p.Trap(sh.signal)
	return sh
}

// main runs a whole script and gives its status.
func (sh *shell) main(script string, line bool) int {
	file, err := sh.parse(script)
	sh.alone = line && err == nil && len(file.Stmts) == 1
	sh.stmts(file.Stmts)
	if err != nil && sh.jump.kind == noJump {
		sh.status = sh.syntaxError(err)
	}
	return sh.leave()
}

func (sh *shell) syntaxError(err error) int {
	text, line := err.Error(), uint(1)
	switch err := err.(type) {
	case syntax.ParseError:
		text, line = err.Text, err.Pos.Line()
	case syntax.LangError:
		_, text, _ = strings.Cut(text, " ")
		line = err.Pos.Line()
	}
	sh.line = line
	return sh.complain(2, "Syntax error: %s", text)
}

// leave runs the EXIT trap and gives the shell's status.
func (sh *shell) leave() int {
	sh.runTraps()
	action, ok := sh.traps[0]
	if !ok || action == "" {
		return sh.status & 0xff
	}
	delete(sh.traps, 0)
	sh.jump, sh.alone = jump{}, false
	status := sh.status
	sh.eval(action)
	if sh.jump.kind == exitShell {
		return sh.status & 0xff
	}
	return status & 0xff
}

// eval runs text as if it stood here.
func (sh *shell) eval(text string) {
	file, err := sh.parse(text)
	line := sh.line
	if len(file.Stmts) == 0 {
		sh.status = 0
	}
	sh.stmts(file.Stmts)
	if err != nil && sh.jump.kind == noJump {
		sh.fail(sh.syntaxError(err))
	}
	sh.line = line
}

// complain writes an error as dash does and gives the status that goes with it.
func (sh *shell) complain(status int, format string, args ...any) int {
	fmt.Fprintf(sh.p.Stderr, "%s: %d: %s\n", sh.name, max(sh.line, 1), fmt.Sprintf(format, args...))
	return status
}

// fail ends the shell with a status.
func (sh *shell) fail(status int) {
	sh.status = status
	sh.jump = jump{kind: exitShell}
}
