package host

import (
	"fmt"
	"maps"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// call runs a simple command: words, then redirections, then assignments, then
// a special builtin, a function, a builtin or a program, in this order.
func (sh *shell) call(cmd *syntax.CallExpr, redirs []*syntax.Redirect) {
	alone := sh.alone
	sh.alone, sh.subbed = false, false
	argv, err := sh.fields(cmd.Args)
	if err != nil {
		sh.expansionError(err)
		return
	}
	if len(argv) == 0 {
		sh.assignOnly(cmd.Assigns, redirs)
		return
	}
	special := isSpecial(argv[0])
	base := len(sh.saved)
	restore, ok := sh.redirect(redirs)
	if argv[0] == "exec" && ok {
		for len(sh.saved) > base {
			sh.saved[len(sh.saved)-1].close()
			sh.saved = sh.saved[:len(sh.saved)-1]
		}
	}
	defer restore()
	switch {
	case !ok && special:
		sh.fail(2)
		return
	case !ok:
		sh.status = 2
		return
	}
	sh.trace(cmd.Assigns, argv)
	if special {
		for _, a := range cmd.Assigns {
			if !sh.assignment(a) {
				return
			}
		}
		sh.status = builtinOf(argv[0])(sh, argv)
		return
	}
	sh.alone = alone
	sh.withAssigns(cmd.Assigns, func() { sh.invokeAny(argv) })
}

// assignOnly is a command without words: its status is that of the last
// command substitution in it.
func (sh *shell) assignOnly(assigns []*syntax.Assign, redirs []*syntax.Redirect) {
	restore, ok := sh.redirect(redirs)
	defer restore()
	if !ok {
		sh.status = 2
		return
	}
	sh.trace(assigns, nil)
	for _, a := range assigns {
		if !sh.assignment(a) {
			return
		}
	}
	sh.status = 0
	if sh.subbed {
		sh.status = sh.subStatus
	}
}

// withAssigns does something while variables have other values, which are
// exported.
func (sh *shell) withAssigns(assigns []*syntax.Assign, do func()) {
	if len(assigns) == 0 {
		do()
		return
	}
	sh.locals = append(sh.locals, map[string]variable{})
	for _, a := range assigns {
		sh.local(a.Name.Value)
		if !sh.assignment(a) {
			sh.popLocals()
			return
		}
		v := sh.vars[a.Name.Value]
		v.exported = true
		sh.vars[a.Name.Value] = v
	}
	do()
	sh.popLocals()
}

// invokeAny runs what a command's first word names.
func (sh *shell) invokeAny(argv []string) {
	if body, ok := sh.funcs[argv[0]]; ok {
		sh.invoke(body, argv[1:])
		return
	}
	sh.invokeBuiltin(argv)
}

// invokeBuiltin runs a builtin or a program.
func (sh *shell) invokeBuiltin(argv []string) {
	if b := builtinOf(argv[0]); b != nil {
		sh.status = b(sh, argv)
		return
	}
	if inProcess[argv[0]] {
		if program := tools()[argv[0]]; program != nil {
			args := sh.p.args
			sh.p.args = argv
			sh.status = program(sh.p)
			sh.p.args = args
			return
		}
	}
	sh.external(argv)
}

// inProcess are the tools that a shell has built in.
var inProcess = map[string]bool{"[": true, "test": true}

// external runs a program and waits for it.
func (sh *shell) external(argv []string) {
	program, env, ok := sh.look(argv)
	if !ok {
		return
	}
	if sh.alone && len(sh.traps) == 0 {
		sh.become(program, argv, env)
	}
	child := sh.p.fork()
	if child == nil {
		sh.status = sh.complain(2, "Cannot fork")
		return
	}
	child.args, child.env, child.program = argv, env, program
	child.begin()
	sh.await(child)
}

// look finds a program; not ok if it cannot be run, when the status says so.
func (sh *shell) look(argv []string) (program Program, env map[string]string, ok bool) {
	env = sh.exports()
	size := 0
	for _, text := range argv {
		size += len(text)
	}
	sh.p.env = env
	search := sh.vars["PATH"].value
	path := env["PATH"]
	env["PATH"] = search
	program, err := sh.p.find(argv[0])
	if env["PATH"] = path; path == "" {
		delete(env, "PATH")
	}
	if err != nil {
		sh.status = sh.complain(err.status, "%s", err.text)
		return nil, nil, false
	}
	return program, maps.Clone(env), true
}

// become replaces the shell by a program. It does not return.
func (sh *shell) become(program Program, argv []string, env map[string]string) {
	p := sh.p
	sh.forget()
	p.args, p.env, p.trap = argv, env, nil
	p.Exit(program(p) & 0xff)
}

// trace writes a command for -x.
func (sh *shell) trace(assigns []*syntax.Assign, argv []string) {
	if !sh.opts['x'] {
		return
	}
	words := make([]string, 0, len(argv)+len(assigns))
	for _, a := range assigns {
		if a.Array == nil && a.Value != nil {
			value, _ := syntax.Quote(a.Value.Lit(), syntax.LangPOSIX)
			words = append(words, a.Name.Value+"="+value)
		}
	}
	fmt.Fprintf(sh.p.Stderr, "%s%s\n", sh.vars["PS4"].value, strings.Join(append(words, argv...), " "))
}

// declare is bash's grammar of export, local and the like: its arguments are
// assignments, which are not split.
func (sh *shell) declare(cmd *syntax.DeclClause) {
	argv := []string{cmd.Variant.Value}
	var arrays []*syntax.Assign
	for _, a := range cmd.Args {
		switch {
		case a.Naked && a.Value != nil:
			fields, err := sh.fields([]*syntax.Word{a.Value})
			if err != nil {
				sh.expansionError(err)
				return
			}
			argv = append(argv, fields...)
		case a.Naked || a.Array != nil || a.Index != nil:
			argv = append(argv, a.Name.Value)
			if !a.Naked {
				arrays = append(arrays, a)
			}
		default:
			value, err := sh.assigned(a.Value)
			if err != nil {
				sh.expansionError(err)
				return
			}
			argv = append(argv, a.Name.Value+"="+value)
		}
	}
	sh.trace(nil, argv)
	b := builtinOf(argv[0])
	if b == nil {
		sh.fail(sh.complain(2, "%s: this shell has no such command", argv[0]))
		return
	}
	if sh.status = b(sh, argv); sh.jump.kind != noJump {
		return
	}
	for _, a := range arrays {
		if !sh.assignment(a) {
			return
		}
	}
}
