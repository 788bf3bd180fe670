package host

// shellTools are the shell and the programs that are its builtins as well.
func shellTools() map[string]Program {
	return map[string]Program{}
}
