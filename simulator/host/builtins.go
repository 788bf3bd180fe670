package host

import "slices"

// A builtin is a command that the shell runs itself; it gives the status.
type builtin func(sh *shell, argv []string) int

// special are the builtins that come before functions, whose assignments last
// and whose mistakes end a shell.
var special = []string{".", ":", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "trap", "unset", "times"}

func isSpecial(name string) bool { return slices.Contains(special, name) }

// builtinOf is the builtin of that name; nil if there is none. It is no table,
// because builtins run commands, and those look them up.
func builtinOf(name string) builtin {
	switch name {
	case ":", "true", "ulimit", "hash", "shopt", "alias", "unalias":
		return trueBuiltin
	case "false":
		return falseBuiltin
	case ".", "source":
		return dotBuiltin
	case "break", "continue":
		return loopBuiltin
	case "exit", "return":
		return exitBuiltin
	case "export", "readonly":
		return exportBuiltin
	case "local", "declare", "typeset":
		return localBuiltin
	case "command", "builtin":
		return commandBuiltin
	}
	return builtinAlone(name)
}

// builtinAlone is the builtin of a name that has one for itself.
func builtinAlone(name string) builtin {
	switch name {
	case "cd":
		return cdBuiltin
	case "echo":
		return echoBuiltin
	case "eval":
		return evalBuiltin
	case "exec":
		return execBuiltin
	case "getopts":
		return getoptsBuiltin
	case "jobs":
		return jobsBuiltin
	case "kill":
		return killBuiltin
	case "printf":
		return printfBuiltin
	case "pwd":
		return pwdBuiltin
	case "read":
		return readBuiltin
	case "set":
		return setBuiltin
	case "shift":
		return shiftBuiltin
	case "times":
		return timesBuiltin
	case "trap":
		return trapBuiltin
	case "type":
		return typeBuiltin
	case "umask":
		return umaskBuiltin
	case "unset":
		return unsetBuiltin
	case "wait":
		return waitBuiltin
	}
	return nil
}
