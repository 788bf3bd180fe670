package host

import (
	"fmt"
	"slices"
	"strings"
)

// This file reads command lines as GNU's getopt_long does, and complains with
// its words.

// An optionTable is what a tool takes. An option that is not in it is refused:
// a script must not behave differently in the rehearsal without a word.
type optionTable struct {
	short  string // letters; one with an argument is followed by ":", by "::" if it may be left out
	long   string // words "NAME=LETTER", with ":" behind it for an argument and "?" for one that may be left out; LETTER may be any word
	bad    int    // status when the command line is wrong, 1 if zero
	strict bool   // options end at the first operand
	number string // letter that an option like -5 stands for, "" for none
}

// An option is one that was given, under its short name.
type option struct{ name, value string }

// optionList is what was given, in order.
type optionList []option

// has reports whether one of the names was given.
func (l optionList) has(names ...string) bool {
	return slices.ContainsFunc(l, func(o option) bool { return slices.Contains(names, o.name) })
}

// last gives the last value of an option.
func (l optionList) last(name, otherwise string) string {
	for _, o := range slices.Backward(l) {
		if o.name == name {
			return o.value
		}
	}
	return otherwise
}

// all gives every value of an option.
func (l optionList) all(name string) []string {
	var values []string
	for _, o := range l {
		if o.name == name {
			values = append(values, o.value)
		}
	}
	return values
}

// which gives the last of several options that overrule each other, "" for none.
func (l optionList) which(names ...string) string {
	for _, o := range slices.Backward(l) {
		if slices.Contains(names, o.name) {
			return o.name
		}
	}
	return ""
}

// parse splits arguments into options and operands.
func (t optionTable) parse(args []string) (given optionList, operands []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return given, append(operands, args...), nil
		case strings.HasPrefix(arg, "--"):
			given, args, err = t.parseLong(given, arg[2:], args)
		case len(arg) > 1 && arg[0] == '-':
			given, args, err = t.parseShort(given, arg[1:], args)
		case t.strict:
			return given, append(append(operands, arg), args...), nil
		default:
			operands = append(operands, arg)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return given, operands, nil
}

func (t optionTable) parseShort(given optionList, letters string, args []string) (optionList, []string, error) {
	if t.number != "" && letters[0] >= '0' && letters[0] <= '9' {
		n := len(letters) - len(strings.TrimLeft(letters, "0123456789"))
		given = append(given, option{t.number, letters[:n]})
		letters = letters[n:]
	}
	for letters != "" {
		letter := letters[:1]
		letters = letters[1:]
		at := strings.Index(t.short, letter)
		if letter == ":" || at < 0 {
			return nil, nil, fmt.Errorf("invalid option -- '%s'", letter)
		}
		if !strings.HasPrefix(t.short[at+1:], ":") {
			given = append(given, option{letter, ""})
			continue
		}
		if letters == "" && !strings.HasPrefix(t.short[at+1:], "::") {
			if len(args) == 0 {
				return nil, nil, fmt.Errorf("option requires an argument -- '%s'", letter)
			}
			letters, args = args[0], args[1:]
		}
		return append(given, option{letter, letters}), args, nil
	}
	return given, args, nil
}

func (t optionTable) parseLong(given optionList, word string, args []string) (optionList, []string, error) {
	name, value, assigned := strings.Cut(word, "=")
	full, short, err := t.findLong(name)
	if err != nil {
		return nil, nil, err
	}
	letter := strings.TrimRight(short, ":?")
	switch {
	case letter == short && assigned:
		return nil, nil, fmt.Errorf("option '--%s' doesn't allow an argument", full)
	case strings.HasSuffix(short, ":") && !assigned:
		if len(args) == 0 {
			return nil, nil, fmt.Errorf("option '--%s' requires an argument", full)
		}
		value, args = args[0], args[1:]
	}
	return append(given, option{letter, value}), args, nil
}

// findLong gives the long option with this name, or the only one that begins
// with it.
func (t optionTable) findLong(name string) (full, short string, err error) {
	var found []string
	same := true
	for entry := range strings.FieldsSeq(t.long) {
		n, s, _ := strings.Cut(entry, "=")
		if n == name {
			return n, s, nil
		}
		if strings.HasPrefix(n, name) {
			same = same && (short == "" || s == short)
			found, full, short = append(found, n), n, s
		}
	}
	switch {
	case len(found) == 0:
		return "", "", fmt.Errorf("unrecognized option '--%s'", name)
	case same:
		return full, short, nil
	}
	return "", "", fmt.Errorf("option '--%s' is ambiguous; possibilities: '--%s'", name, strings.Join(found, "' '--"))
}
