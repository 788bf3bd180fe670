package host

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func trueBuiltin(*shell, []string) int  { return 0 }
func falseBuiltin(*shell, []string) int { return 1 }

// loopBuiltin is break and continue.
func loopBuiltin(sh *shell, argv []string) int {
	count := 1
	if len(argv) > 1 {
		n, err := strconv.Atoi(argv[1])
		if err != nil || n < 1 {
			sh.fail(sh.complain(2, "%s: Illegal number: %s", argv[0], argv[1]))
			return 2
		}
		count = n
	}
	if sh.loops == 0 {
		return 0
	}
	kind := breakLoop
	if argv[0] == "continue" {
		kind = continueLoop
	}
	sh.jump = jump{kind: kind, count: min(count, sh.loops)}
	return 0
}

// exitBuiltin is exit and return.
func exitBuiltin(sh *shell, argv []string) int {
	status := sh.status
	if len(argv) > 1 {
		n, err := strconv.Atoi(argv[1])
		if err != nil || n < 0 {
			sh.fail(sh.complain(2, "%s: Illegal number: %s", argv[0], argv[1]))
			return 2
		}
		status = n
		if argv[0] == "exit" || sh.calls == 0 {
			status &= 0xff
		}
	}
	sh.jump = jump{kind: exitShell}
	if argv[0] == "return" && sh.calls > 0 {
		sh.jump.kind = returnCall
	}
	return status
}

func evalBuiltin(sh *shell, argv []string) int {
	sh.eval(strings.Join(argv[1:], " "))
	return sh.status
}

// dotBuiltin runs a file in this shell.
func dotBuiltin(sh *shell, argv []string) int {
	if len(argv) < 2 {
		return 0
	}
	name := argv[1]
	if !strings.Contains(name, "/") {
		for dir := range strings.SplitSeq(sh.vars["PATH"].value, ":") {
			if at := dir + "/" + name; dir != "" && sh.p.Files().Exists(at) {
				name = at
				break
			}
		}
	}
	data, err := sh.p.Files().ReadFile(name)
	if err != nil {
		sh.fail(sh.complain(2, ".: cannot open %s: %s", argv[1], openText(err)))
		return 2
	}
	params := sh.params
	if sh.bash && len(argv) > 2 {
		sh.params = argv[2:]
	}
	sh.calls++
	sh.eval(string(data))
	sh.calls--
	sh.params = params
	if sh.jump.kind == returnCall {
		sh.jump = jump{}
	}
	return sh.status
}

// execBuiltin replaces the shell; its redirections stay in any case.
func execBuiltin(sh *shell, argv []string) int {
	argv = argv[1:]
	if len(argv) > 0 && argv[0] == "--" {
		argv = argv[1:]
	}
	if len(argv) == 0 {
		return 0
	}
	program, env, ok := sh.look(argv)
	if !ok {
		sh.fail(sh.status)
		return sh.status
	}
	sh.become(program, argv, env)
	return 0
}

// commandBuiltin is command [-v|-V] NAME args.
func commandBuiltin(sh *shell, argv []string) int {
	argv = argv[1:]
	option := ""
	for len(argv) > 0 && (argv[0] == "-v" || argv[0] == "-V" || argv[0] == "-p" || argv[0] == "--") {
		if argv[0] != "-p" && argv[0] != "--" {
			option = argv[0]
		}
		argv = argv[1:]
	}
	switch {
	case len(argv) == 0:
		return 0
	case option == "-v":
		if text, _, ok := sh.describe(argv[0]); ok {
			return sh.say(text)
		}
		return statusNotFound
	case option == "-V":
		return typeBuiltin(sh, []string{"type", argv[0]})
	}
	sh.invokeBuiltin(argv)
	return sh.status
}

// describe tells what a command's name stands for, as command -v and as type do.
func (sh *shell) describe(name string) (short, long string, ok bool) {
	switch {
	case syntax.IsKeyword(name) && name != "[[" || sh.bash && name == "[[":
		return name, "a shell keyword", true
	case isSpecial(name):
		return name, "a special shell builtin", true
	case sh.funcs[name] != nil:
		return name, "a shell function", true
	case builtinOf(name) != nil, inProcess[name]:
		return name, "a shell builtin", true
	}
	file, ok := sh.p.lookPath(name, sh.vars["PATH"].value)
	return file, file, ok
}

func typeBuiltin(sh *shell, argv []string) int {
	status := 0
	for _, name := range argv[1:] {
		_, long, ok := sh.describe(name)
		if !ok {
			long = "not found"
			status = statusNotFound
			fmt.Fprintf(sh.p.Stderr, "%s: %s\n", name, long)
			continue
		}
		fmt.Fprintf(sh.p.Stdout, "%s is %s\n", name, long)
	}
	return status
}

// say writes a line and gives the status of having done so.
func (sh *shell) say(text string) int {
	if _, err := fmt.Fprintln(sh.p.Stdout, text); err != nil {
		return sh.complain(1, "I/O error: %s", Text(err))
	}
	return 0
}

func timesBuiltin(sh *shell, _ []string) int { return sh.say("0m0.000s 0m0.000s\n0m0.000s 0m0.000s") }

// trapBuiltin is trap [action] [signal…].
func trapBuiltin(sh *shell, argv []string) int {
	argv = argv[1:]
	if len(argv) > 0 && argv[0] == "--" {
		argv = argv[1:]
	}
	if len(argv) == 0 {
		for _, s := range sortedKeys(sh.traps) {
			quoted, _ := syntax.Quote(sh.traps[s], syntax.LangPOSIX)
			sh.say(fmt.Sprintf("trap -- %s %s", quoted, trapName(s)))
		}
		return 0
	}
	action, names := argv[0], argv[1:]
	if len(names) == 0 || isDigits(action) {
		action, names = "-", argv
	}
	for _, name := range names {
		s, ok := ParseSignal(name)
		if name == "EXIT" {
			s, ok = 0, true
		}
		if !ok {
			return sh.complain(1, "trap: %s: bad trap", name)
		}
		sh.setTrap(s, action)
	}
	return 0
}

func trapName(s Signal) string {
	if s == 0 {
		return "EXIT"
	}
	return s.String()
}

func (sh *shell) setTrap(s Signal, action string) {
	sh.p.Ignore(s, action == "" && s != 0)
	if action == "-" {
		delete(sh.traps, s)
		return
	}
	sh.traps[s] = action
}

// signal is told of signals; those with a trap are kept until the next command.
func (sh *shell) signal(s Signal) bool {
	action, ok := sh.traps[s]
	if !ok || action == "" {
		return ok
	}
	if !slices.Contains(sh.pending, s) {
		sh.pending = append(sh.pending, s)
	}
	sh.p.wake()
	return true
}

// runTraps runs the actions of signals that came.
func (sh *shell) runTraps() {
	for len(sh.pending) > 0 && sh.jump.kind != exitShell {
		s := sh.pending[0]
		sh.pending = sh.pending[1:]
		status, before := sh.status, sh.jump
		sh.jump = jump{}
		sh.eval(sh.traps[s])
		if sh.jump.kind == noJump {
			sh.status, sh.jump = status, before
		}
	}
}
