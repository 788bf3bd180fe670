package host

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// options reads the command line of ps: UNIX options with a dash, BSD ones
// without, and a few long ones.
func (p *ps) options(args []string) error {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		var err error
		switch {
		case strings.HasPrefix(arg, "--"):
			args, err = p.long(arg[2:], args)
		case len(arg) > 1 && arg[0] == '-' && arg == "-aux":
			err = p.bsd("aux")
		case len(arg) > 1 && arg[0] == '-':
			args, err = p.unix(arg[1:], args)
		case arg != "" && isDigit(arg[0]):
			p.selecting = true
			p.pids, err = psNumbers(p.pids, arg)
		default:
			var rest []string
			rest, err = p.bsdWithOperand(arg, args)
			args = rest
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *ps) long(word string, args []string) ([]string, error) {
	name, value, assigned := strings.Cut(word, "=")
	letter, ok := map[string]string{"pid": "p", "ppid": "P", "format": "o", "user": "u", "no-headers": "H", "no-heading": "H", "noheaders": "H", "headers": "h"}[name]
	switch {
	case !ok || letter == "h":
		return nil, errors.New("unknown gnu long option")
	case letter == "H":
		p.bare = true
		return args, nil
	case !assigned:
		if len(args) == 0 {
			return nil, errors.New("unknown gnu long option")
		}
		value, args = args[0], args[1:]
	}
	return args, p.listOption(letter, value)
}

// unix reads letters behind a dash.
func (p *ps) unix(letters string, args []string) ([]string, error) {
	for letters != "" {
		letter := letters[:1]
		letters = letters[1:]
		switch letter {
		case "e", "A":
			p.all = true
		case "f":
			p.columns = psLayout("user:-8=UID pid:7 ppid:7 pcpu:2=C stime:5 tname:-8 time:8 cmd")
			p.columns[3].value = func(*call, psRow) string { return "0" }
		case "w":
		case "p", "q", "o", "O", "C", "u", "U", "t", "g", "G", "s":
			if letters == "" {
				if len(args) == 0 {
					return nil, psMissing(letter)
				}
				letters, args = args[0], args[1:]
			}
			return args, p.listOption(letter, letters)
		default:
			return nil, psUnsupported("-" + letter)
		}
	}
	return args, nil
}

func psUnsupported(option string) error {
	return fmt.Errorf("the option %s is not modelled on a simulated host", option)
}

func psMissing(letter string) error {
	switch letter {
	case "p", "q":
		return complaintf("List of process IDs must follow -%s.", letter)
	case "o", "O":
		return complaintf("Format specification must follow -%s.", letter)
	case "C":
		return complaint("List of command names must follow -C.")
	}
	return complaintf("List of users must follow -%s.", letter)
}

// listOption reads an option with a list.
func (p *ps) listOption(letter, list string) (err error) {
	switch letter {
	case "o":
		return p.format(list)
	case "p", "q":
		p.pids, err = psNumbers(p.pids, list)
	case "P":
		p.ppids, err = psNumbers(p.ppids, list)
	case "C":
		p.names = append(p.names, psWords(list)...)
	case "u", "U":
		p.users = append(p.users, psWords(list)...)
	default:
		return psUnsupported("-" + letter)
	}
	p.selecting = true
	return err
}

func psWords(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

func psNumbers(numbers []int, list string) ([]int, error) {
	for _, word := range psWords(list) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return nil, errors.New("process ID list syntax error")
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// format reads the columns of -o: names, with :WIDTH and =HEADER.
func (p *ps) format(list string) error {
	for _, word := range psWords(list) {
		if err := p.column(word); err != nil {
			return err
		}
	}
	return nil
}

func (p *ps) column(word string) error {
	name, header, renamed := strings.Cut(word, "=")
	name, width, _ := strings.Cut(name, ":")
	col, ok := psColumns[name]
	if !ok {
		return fmt.Errorf("unknown user-defined format specifier \"%s\"", name)
	}
	if n, err := strconv.Atoi(width); err == nil && n > 0 {
		if n = min(n, 200); col.width < 0 {
			n = -n
		}
		col.width = n
	}
	if renamed {
		col.header = header
	}
	p.columns = append(p.columns, col)
	return nil
}

func (p *ps) bsdWithOperand(letters string, args []string) ([]string, error) {
	last := letters[len(letters)-1:]
	if last == "o" || last == "p" || last == "U" {
		if len(args) == 0 {
			return nil, psMissing(last)
		}
		if err := p.bsd(letters[:len(letters)-1]); err != nil {
			return nil, err
		}
		return args[1:], p.listOption(last, args[0])
	}
	return args, p.bsd(letters)
}

// bsd reads letters without a dash.
func (p *ps) bsd(letters string) error {
	every := strings.Contains(letters, "a")
	for _, letter := range strings.Split(letters, "") {
		switch letter {
		case "a", "w", "":
		case "x":
			p.all = p.all || every
			if p.columns == nil {
				p.columns = psLayout("pid:7 tname:-8 stat:-4 time:6 command")
				p.columns[3].value = func(*call, psRow) string { return "0:00" }
			}
		case "u":
			p.columns = psLayout("user:-8 pid:7 pcpu:4 pmem:4 vsz:6 rss:5 tname:-8 stat:-4 stime:5=START time:6 command")
			p.columns[9].value = func(*call, psRow) string { return "0:00" }
		case "h":
			p.bare = true
		default:
			return psUnsupported(letter)
		}
	}
	return nil
}
