package host

import (
	"fmt"
	"slices"
)

// signals are the names that SSH has for signals, and a few that it has not,
// with the numbers that they have on Linux.
var signals = []struct {
	name   string
	number int
}{
	{"HUP", 1},
	{"INT", 2},
	{"QUIT", 3},
	{"ILL", 4},
	{"TRAP", 5},
	{"ABRT", 6},
	{"BUS", 7},
	{"FPE", 8},
	{"KILL", 9},
	{"USR1", 10},
	{"SEGV", 11},
	{"USR2", 12},
	{"PIPE", 13},
	{"ALRM", 14},
	{"TERM", 15},
	{"XCPU", 24},
	{"XFSZ", 25},
	{"SYS", 31},
}

// signalName names a signal, if only by its number.
func signalName(n int) string {
	for _, s := range signals {
		if s.number == n {
			return s.name
		}
	}
	return fmt.Sprint(n)
}

// signalled is the status of a command that ended by a named signal, as a shell has it.
func signalled(name string) status {
	i := slices.IndexFunc(signals, func(s struct {
		name   string
		number int
	},
	) bool {
		return s.name == name
	})
	if i < 0 {
		return status{code: 255, signal: name}
	}
	return status{code: 128 + signals[i].number, signal: name}
}

// bySignal is the signal that a shell's status stands for; "" for none.
func bySignal(code int) string {
	for _, s := range signals {
		if s.number+128 == code {
			return s.name
		}
	}
	return ""
}
