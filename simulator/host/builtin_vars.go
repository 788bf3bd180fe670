package host

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// exportBuiltin is export and readonly.
func exportBuiltin(sh *shell, argv []string) int {
	readonly := argv[0] == "readonly"
	args := argv[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if strings.Contains(args[0], "p") {
			sh.listVars(argv[0], func(v variable) bool { return v.exported && !readonly || v.readonly && readonly })
		}
		args = args[1:]
	}
	if len(argv) == 1 {
		sh.listVars(argv[0], func(v variable) bool { return v.exported && !readonly || v.readonly && readonly })
	}
	for _, arg := range args {
		name, value, given := strings.Cut(arg, "=")
		if !syntax.ValidName(name) {
			sh.fail(sh.complain(2, "%s: %s: bad variable name", argv[0], name))
			return 2
		}
		if given && !sh.assign(name, value) {
			return 2
		}
		v := sh.vars[name]
		v.exported = v.exported || !readonly
		v.readonly = v.readonly || readonly
		sh.vars[name] = v
	}
	return 0
}

// listVars writes the variables that a command would set again.
func (sh *shell) listVars(command string, which func(variable) bool) {
	for _, name := range sortedKeys(sh.vars) {
		v := sh.vars[name]
		if !which(v) {
			continue
		}
		text := name
		if v.set {
			text += "=" + singleQuoted(v.value)
		}
		if command != "" {
			text = command + " " + text
		}
		sh.say(text)
	}
}

func singleQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'" }

// localBuiltin is local, and bash's declare.
func localBuiltin(sh *shell, argv []string) int {
	if sh.calls == 0 || len(sh.locals) == 0 {
		if argv[0] == "local" {
			sh.fail(sh.complain(2, "local: not in a function"))
			return 2
		}
	}
	exported, readonly, array := false, false, false
	for _, arg := range argv[1:] {
		if strings.HasPrefix(arg, "-") {
			exported = exported || strings.Contains(arg, "x")
			readonly = readonly || strings.Contains(arg, "r")
			array = array || strings.Contains(arg, "a")
			continue
		}
		name, value, given := strings.Cut(arg, "=")
		if !syntax.ValidName(name) {
			sh.fail(sh.complain(2, "%s: %s: bad variable name", argv[0], name))
			return 2
		}
		if len(sh.locals) > 0 {
			sh.local(name)
		}
		if given && !sh.assign(name, value) {
			return 2
		}
		if !given && sh.bash && len(sh.locals) > 0 {
			sh.vars[name] = variable{array: array}
		}
		v := sh.vars[name]
		v.exported, v.readonly = v.exported || exported, v.readonly || readonly
		sh.vars[name] = v
	}
	return 0
}

// settable are the options of set that are letters.
const settable = "aefnuvxC"

// optionNames are the names of set -o.
var optionNames = map[string]byte{
	"allexport": 'a', "errexit": 'e', "noglob": 'f', "noexec": 'n', "nounset": 'u', "verbose": 'v', "xtrace": 'x', "noclobber": 'C',
	"pipefail": 'p', "monitor": 'm', "posix": 'P',
}

// setNamed is set -o NAME; not ok if there is none.
func (sh *shell) setNamed(name string, on bool) (ok bool) {
	letter, ok := optionNames[name]
	if !ok {
		sh.complain(2, "set: Illegal option -o %s", name)
		return false
	}
	sh.opts[letter] = on
	return true
}

func setBuiltin(sh *shell, argv []string) int {
	args := argv[1:]
	if len(args) == 0 {
		sh.listVars("", func(v variable) bool { return v.set && !v.array })
		return 0
	}
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return sh.setParams(args)
		}
		for _, c := range []byte(arg[1:]) {
			switch {
			case c == 'o' && len(args) > 0:
				if !sh.setNamed(args[0], arg[0] == '-') {
					sh.fail(2)
					return 2
				}
				args = args[1:]
			case c == 'o':
				for _, name := range sortedKeys(optionNames) {
					sh.say(fmt.Sprintf("%-15s %s", name, map[bool]string{true: "on", false: "off"}[sh.opts[optionNames[name]]]))
				}
			case c == 'm' || c == 'b' || c == 'h' || c == 'E' || c == 'T':
			case strings.IndexByte(settable, c) >= 0:
				sh.opts[c] = arg[0] == '-'
			default:
				sh.fail(sh.complain(2, "set: Illegal option -%c", c))
				return 2
			}
		}
		if len(args) == 0 {
			return 0
		}
	}
	return sh.setParams(args)
}

// setParams sets $1 and so on; getopts begins anew.
func (sh *shell) setParams(params []string) int {
	sh.params, sh.optOffset = params, 0
	sh.assign("OPTIND", "1")
	return 0
}

func shiftBuiltin(sh *shell, argv []string) int {
	n := 1
	if len(argv) > 1 {
		given, err := strconv.Atoi(argv[1])
		if err != nil || given < 0 {
			sh.fail(sh.complain(2, "shift: Illegal number: %s", argv[1]))
			return 2
		}
		n = given
	}
	if n > len(sh.params) {
		sh.fail(sh.complain(2, "shift: can't shift that many"))
		return 2
	}
	sh.params = sh.params[n:]
	return 0
}

func unsetBuiltin(sh *shell, argv []string) int {
	functions := false
	for _, name := range argv[1:] {
		switch {
		case name == "-f":
			functions = true
		case name == "-v":
			functions = false
		case functions:
			delete(sh.funcs, name)
		case !syntax.ValidName(name):
			sh.fail(sh.complain(2, "unset: %s: bad variable name", name))
			return 2
		case !sh.unset(name):
			sh.fail(2)
			return 2
		}
	}
	return 0
}

// cdBuiltin changes the directory, as the user wrote it: links are kept in $PWD.
func cdBuiltin(sh *shell, argv []string) int {
	args := argv[1:]
	for len(args) > 0 && (args[0] == "-L" || args[0] == "-P" || args[0] == "--") {
		args = args[1:]
	}
	dir := sh.vars["HOME"].value
	if len(args) > 0 {
		dir = args[0]
	}
	tell := dir == "-"
	if tell {
		dir = sh.vars["OLDPWD"].orUnset(sh.p.dir)
	}
	if dir == "" {
		return 0
	}
	at := sh.p.abs(dir)
	info, err := sh.p.Files().Stat(at)
	if err != nil || !info.IsDir() || !sh.p.Files().Access(at, 'x') || len(at) > maxPath {
		return sh.complain(2, "cd: can't cd to %s", dir)
	}
	if !sh.assign("OLDPWD", sh.p.dir) || !sh.assign("PWD", at) {
		return 2
	}
	sh.p.dir = at
	if tell {
		return sh.say(at)
	}
	return 0
}

func pwdBuiltin(sh *shell, argv []string) int {
	if len(argv) > 1 && argv[1] == "-P" {
		return sh.say(sh.p.realDir())
	}
	return sh.say(sh.p.dir)
}

// pwdProgram is /usr/bin/pwd.
func pwdProgram(p *Process) int {
	if _, err := fmt.Fprintln(p.Stdout, p.realDir()); err != nil {
		p.Errorf("write error: %s", Text(err))
		return 1
	}
	return 0
}

// realDir is the process's directory without symbolic links.
func (p *Process) realDir() string {
	real, err := p.Files().Real(".")
	if err != nil {
		return path.Clean(p.dir)
	}
	return real
}

func umaskBuiltin(sh *shell, argv []string) int {
	if len(argv) < 2 || argv[1] == "-S" {
		return sh.say(fmt.Sprintf("%04o", sh.p.umask))
	}
	mask, err := strconv.ParseUint(argv[1], 8, 12)
	if err != nil {
		sh.fail(sh.complain(2, "umask: Illegal mode: %s", argv[1]))
		return 2
	}
	sh.p.umask = uint32(mask) & 0o777
	return 0
}
