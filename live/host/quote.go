package host

import (
	"path"
	"strings"
)

// This file writes words for shells.

// newline defines the variable that word uses. It is no environment variable.
const newline = `runbook_nl=$(printf '\012.'); runbook_nl=${runbook_nl%.}; `

// word quotes s as one word of a POSIX shell's program: without a newline,
// which is a variable's value instead, see define. s has no NUL.
func word(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./") == "" {
		return s
	}
	s = "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	return strings.ReplaceAll(s, "\n", `'"$runbook_nl"'`)
}

// words quotes each, with a space between.
func words(list []string) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word(s))
	}
	return b.String()
}

// define puts before a program the definition of what its words use, if they do.
func define(program string) string {
	if strings.Contains(program, "$runbook_nl") {
		return newline + program
	}
	return program
}

// foreign makes of a program a command line that every usual login shell reads
// the same way: in csh an exclamation mark is special even in quotes, in fish a
// backslash is, and csh takes no newline there, so the program has none.
var foreign = strings.NewReplacer("'", `'\''`, `\`, `'\\'`, "!", `'\!'`)

// login is the command line for a login shell that runs a program in sh. A bash
// that a command or a line becomes would read the account's startup files once
// more, for it finds itself below sshd, had it not a level of shells above it.
func login(program string) string {
	return "exec sh -c '" + foreign.Replace("SHLVL=1; export SHLVL; "+program) + "'"
}

// folder is a directory as a word for cd: neither an option nor one that is
// searched for in CDPATH, and as it is otherwise.
func folder(dir string) string {
	if !path.IsAbs(dir) {
		dir = "./" + dir
	}
	return word(dir)
}

// flat makes one line of a program that is written with a semicolon behind
// every command, without its comments.
func flat(program string) string {
	var lines []string
	for line := range strings.Lines(program) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ") + " "
}
