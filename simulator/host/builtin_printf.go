package host

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

func printfBuiltin(sh *shell, argv []string) int {
	if len(argv) > 1 && argv[1] == "--" {
		argv = argv[1:]
	}
	if len(argv) < 2 {
		return sh.complain(2, "printf: usage: printf format [arg ...]")
	}
	text, errs := formatAll(argv[1], argv[2:])
	status := sh.write(text)
	for _, err := range errs {
		status = sh.complain(1, "printf: %v", err)
	}
	return status
}

// printfProgram is /usr/bin/printf.
func printfProgram(p *Process) int {
	if len(p.args) < 2 {
		p.Errorf("missing operand")
		return 1
	}
	text, errs := formatAll(p.args[1], p.args[2:])
	if _, err := io.WriteString(p.Stdout, text); err != nil {
		p.Errorf("write error: %s", Text(err))
		return 1
	}
	for _, err := range errs {
		p.Errorf("%v", err)
	}
	return truth(len(errs) == 0)
}

// A printer is one printf.
type printer struct {
	out  strings.Builder
	args []string
	errs []error
	stop bool // \c or a mistake in the format
}

// formatAll uses the format again as long as there are arguments.
func formatAll(format string, args []string) (string, []error) {
	p := &printer{args: args}
	for {
		before := len(p.args)
		p.format(format)
		if p.stop || len(p.args) == 0 || len(p.args) == before {
			return p.out.String(), p.errs
		}
		if p.out.Len() > maxExpansion {
			p.errs = append(p.errs, errTooLong)
			return p.out.String(), p.errs
		}
	}
}

func (p *printer) format(format string) {
	for format != "" && !p.stop {
		i := strings.IndexByte(format, '%')
		if i < 0 {
			i = len(format)
		}
		text, _ := unbackslash(format[:i], false)
		p.out.WriteString(text)
		if format = format[i:]; format == "" {
			return
		}
		format = p.directive(format[1:])
	}
}

// next is the next argument; none left is empty.
func (p *printer) next() (arg string, ok bool) {
	if len(p.args) == 0 {
		return "", false
	}
	arg, p.args = p.args[0], p.args[1:]
	return arg, true
}

// directive does one %… and gives what follows it.
func (p *printer) directive(format string) string {
	if strings.HasPrefix(format, "%") {
		p.out.WriteByte('%')
		return format[1:]
	}
	i := 0
	for i < len(format) && strings.IndexByte("-+ #0", format[i]) >= 0 {
		i++
	}
	flags := format[:i]
	width, rest := p.size(format[i:])
	precision := -1
	if after, ok := strings.CutPrefix(rest, "."); ok {
		precision, rest = p.size(after)
	}
	if width < 0 {
		flags, width = flags+"-", -width
	}
	rest = strings.TrimLeft(rest, "hlLjzt")
	if rest == "" {
		p.errs = append(p.errs, errors.New("missing format character"))
		p.stop = true
		return ""
	}
	if width > maxExpansion || precision > maxExpansion {
		p.errs = append(p.errs, errTooLong)
		p.stop = true
		return ""
	}
	p.convert(rest[0], flags, width, precision)
	return rest[1:]
}

// size reads a width or precision, which may be an argument.
func (p *printer) size(format string) (n int, rest string) {
	if after, ok := strings.CutPrefix(format, "*"); ok {
		arg, _ := p.next()
		n, _ = strconv.Atoi(arg)
		return n, after
	}
	i := 0
	for i < len(format) && format[i] >= '0' && format[i] <= '9' {
		i++
	}
	n, err := strconv.Atoi("0" + format[:i])
	if err != nil {
		n = maxExpansion + 1
	}
	return n, format[i:]
}

func (p *printer) convert(verb byte, flags string, width, precision int) {
	spec := "%" + flags + strconv.Itoa(width)
	if width == 0 {
		spec = "%" + flags
	}
	if precision >= 0 && verb != 'c' {
		spec += "." + strconv.Itoa(precision)
	}
	arg, given := p.next()
	switch verb {
	case 's', 'b':
		if verb == 'b' {
			arg, p.stop = unbackslash(arg, true)
		}
		p.text(arg, flags, width, precision)
	case 'c':
		p.text(arg[:min(1, len(arg))], flags, width, -1)
	case 'd', 'i':
		fmt.Fprintf(&p.out, spec+"d", p.integer(arg, given))
	case 'u':
		fmt.Fprintf(&p.out, spec+"d", uint64(p.integer(arg, given)))
	case 'o', 'x', 'X':
		fmt.Fprintf(&p.out, spec+string(verb), uint64(p.integer(arg, given)))
	case 'e', 'E', 'f', 'F', 'g', 'G':
		value, err := strconv.ParseFloat(arg, 64)
		if err != nil && given {
			p.errs = append(p.errs, fmt.Errorf("%s: expected numeric value", arg))
		}
		if precision < 0 && verb != 'g' && verb != 'G' {
			spec += ".6"
		}
		fmt.Fprintf(&p.out, spec+string(verb), value)
	default:
		p.errs = append(p.errs, fmt.Errorf("%%%c: invalid directive", verb))
		p.stop = true
	}
}

// text is %s; width and precision count bytes.
func (p *printer) text(s, flags string, width, precision int) {
	if precision >= 0 && precision < len(s) {
		s = s[:precision]
		for len(s) > 0 && !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	pad := strings.Repeat(" ", max(0, width-len(s)))
	if strings.Contains(flags, "-") {
		p.out.WriteString(s + pad)
		return
	}
	p.out.WriteString(pad + s)
}

// integer reads a number as C writes it, or 'c, the code of a character.
func (p *printer) integer(arg string, given bool) int64 {
	if !given || arg == "" {
		return 0
	}
	if arg[0] == '\'' || arg[0] == '"' {
		r, _ := utf8.DecodeRuneInString(arg[1:])
		return int64(r)
	}
	n, err := parseInt(strings.TrimLeft(arg, " \t"))
	if err == nil {
		return n
	}
	end := len(arg)
	for end > 0 && err != nil {
		end--
		n, err = parseInt(strings.TrimLeft(arg[:end], " \t"))
	}
	if end == 0 {
		p.errs = append(p.errs, fmt.Errorf("%s: expected numeric value", arg))
		return 0
	}
	p.errs = append(p.errs, fmt.Errorf("%s: not completely converted", arg))
	return n
}
