package host

import (
	"io"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// echoBuiltin is echo: sh's knows -n and always escapes, bash's knows -n and -e.
func echoBuiltin(sh *shell, argv []string) int {
	text := echo(argv[1:], !sh.bash, sh.bash)
	return sh.write(text)
}

// echoProgram is /usr/bin/echo, which is like bash's.
func echoProgram(p *Process) int {
	if _, err := io.WriteString(p.Stdout, echo(p.args[1:], false, true)); err != nil {
		p.Errorf("write error: %s", Text(err))
		return 1
	}
	return 0
}

// write writes text and gives the status of having done so.
func (sh *shell) write(text string) int {
	if text == "" {
		return 0
	}
	if _, err := io.WriteString(sh.p.Stdout, text); err != nil {
		return sh.complain(1, "I/O error: %s", Text(err))
	}
	return 0
}

func echo(args []string, escapes, options bool) string {
	end := "\n"
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		letters := args[0][1:]
		if !options && letters != "n" || strings.Trim(letters, "neE") != "" {
			break
		}
		for _, c := range letters {
			switch c {
			case 'n':
				end = ""
			case 'e':
				escapes = true
			case 'E':
				escapes = false
			}
		}
		args = args[1:]
		if !options {
			break
		}
	}
	text := strings.Join(args, " ")
	if escapes {
		var stop bool
		if text, stop = unbackslash(text, true); stop {
			end = ""
		}
	}
	return text + end
}

// unbackslash replaces escapes, those of printf's format or, with octal numbers
// as \0nnn, those of echo and %b. stop is \c: nothing follows.
func unbackslash(text string, zero bool) (out string, stop bool) {
	if !strings.Contains(text, `\`) {
		return text, false
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		if at := strings.IndexByte(`abefnrtv\`, text[i]); at >= 0 {
			b.WriteByte("\a\b\x1b\f\n\r\t\v\\"[at])
			continue
		}
		switch c := text[i]; {
		case c == 'c' && zero:
			return b.String(), true
		case c >= '0' && c <= '7':
			from, size := i, 3
			if zero && c == '0' {
				from, size = i+1, 3
			}
			to := from
			for to < len(text) && to < from+size && text[to] >= '0' && text[to] <= '7' {
				to++
			}
			n, _ := strconv.ParseUint("0"+text[from:to], 8, 16)
			b.WriteByte(byte(n))
			i = to - 1
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String(), false
}

// readBuiltin is read [-r] [-p prompt] NAME…: one line of stdin, not a byte more.
func readBuiltin(sh *shell, argv []string) int {
	names := argv[1:]
	raw := false
	for len(names) > 0 && len(names[0]) > 1 && names[0][0] == '-' {
		option := names[0]
		names = names[1:]
		if strings.Contains(option, "r") {
			raw = true
		}
		if strings.HasSuffix(option, "p") && len(names) > 0 {
			names = names[1:] // a prompt is for terminals
		}
	}
	if len(names) == 0 {
		if !sh.bash {
			return sh.complain(2, "read: arg count")
		}
		names = []string{"REPLY"}
	}
	for _, name := range names {
		if !syntax.ValidName(name) {
			return sh.complain(2, "read: %s: bad variable name", name)
		}
	}
	line, complete := sh.readLine(raw)
	values := readFields(line, sh.vars["IFS"].orUnset(" \t\n"), len(names))
	for i, name := range names {
		value := ""
		if i < len(values) {
			value = values[i]
		}
		if !sh.assign(name, value) {
			return 2
		}
	}
	return truth(complete)
}

// readLine reads a line of pieces: what a backslash quoted does not separate.
func (sh *shell) readLine(raw bool) (line []piece, complete bool) {
	d := sh.p.fds[0]
	sh.p.step()
	one := make([]byte, 1)
	for size := 0; d != nil && size < maxExpansion; size++ {
		n, err := d.stream.read(sh.p, one)
		if n == 0 || err != nil {
			return line, false
		}
		if size%64 == 63 {
			sh.p.step()
		}
		c := one[0]
		if c == '\n' {
			return line, true
		}
		if c == 0 {
			continue
		}
		quoted := false
		if c == '\\' && !raw {
			if n, err = d.stream.read(sh.p, one); n == 0 || err != nil {
				return line, false
			}
			if one[0] == '\n' {
				continue
			}
			quoted = true
		}
		if last := len(line) - 1; last >= 0 && line[last].quoted == quoted {
			line[last].text += string(one)
		} else {
			line = append(line, piece{string(one), quoted})
		}
	}
	return line, false
}

// readFields splits a line to at most n fields; the last is all the rest.
func readFields(line []piece, ifs string, n int) []string {
	var chars []byte
	var quoted []bool
	for _, p := range line {
		for _, c := range []byte(p.text) {
			chars, quoted = append(chars, c), append(quoted, p.quoted)
		}
	}
	blank := func(i int) bool {
		return !quoted[i] && strings.IndexByte(" \t\n", chars[i]) >= 0 && strings.IndexByte(ifs, chars[i]) >= 0
	}
	separates := func(i int) bool { return !quoted[i] && strings.IndexByte(ifs, chars[i]) >= 0 }
	end := len(chars)
	for end > 0 && blank(end-1) {
		end--
	}
	var fields []string
	i := 0
	for i < end && blank(i) {
		i++
	}
	for i < end {
		start := i
		for i < end && !separates(i) {
			i++
		}
		field := string(chars[start:i])
		next := i
		for next < end && blank(next) {
			next++
		}
		if next < end && separates(next) && !blank(next) {
			next++
			for next < end && blank(next) {
				next++
			}
		}
		if len(fields) == n-1 && next < end {
			return append(fields, string(chars[start:end]))
		}
		fields = append(fields, field)
		i = next
	}
	return fields
}

// getoptsBuiltin is getopts OPTIONS NAME [args].
func getoptsBuiltin(sh *shell, argv []string) int {
	if len(argv) < 3 {
		return sh.complain(2, "getopts: Usage: getopts optstring var [arg...]")
	}
	options, name, args := argv[1], argv[2], argv[3:]
	if len(args) == 0 {
		args = sh.params
	}
	silent := strings.HasPrefix(options, ":")
	index, err := strconv.Atoi(sh.vars["OPTIND"].value)
	if err != nil || index < 1 {
		index = 1
	}
	if index != sh.optIndex {
		sh.optIndex, sh.optOffset = index, 0
	}
	end := index > len(args) || len(args[index-1]) < 2 || args[index-1][0] != '-'
	if !end && sh.optOffset == 0 && args[index-1] == "--" {
		end, index = true, index+1
	}
	if end {
		sh.setOption(name, "?", "", index)
		return 1
	}
	arg := args[index-1]
	letter := arg[1+sh.optOffset : 2+sh.optOffset]
	sh.optOffset++
	rest := arg[1+sh.optOffset:]
	if rest == "" {
		index, sh.optOffset = index+1, 0
	}
	at := strings.Index(strings.TrimPrefix(options, ":"), letter)
	spec := strings.TrimPrefix(options, ":")
	switch {
	case letter == ":" || at < 0:
		if !silent {
			sh.complain(1, "Illegal option -%s", letter)
			letter = ""
		}
		sh.setOption(name, "?", letter, index)
	case at+1 < len(spec) && spec[at+1] == ':':
		sh.optOffset = 0
		switch {
		case rest != "":
			sh.setOption(name, letter, rest, index+1)
		case index <= len(args):
			sh.setOption(name, letter, args[index-1], index+1)
		case silent:
			sh.setOption(name, ":", letter, index)
		default:
			sh.complain(1, "No arg for -%s option", letter)
			sh.setOption(name, "?", "", index)
		}
	default:
		sh.setOption(name, letter, "", index)
	}
	return 0
}

func (sh *shell) setOption(name, letter, argument string, index int) {
	sh.optIndex = index
	if sh.assign(name, letter) && sh.assign("OPTIND", strconv.Itoa(index)) {
		if argument == "" {
			sh.unset("OPTARG")
			return
		}
		sh.assign("OPTARG", argument)
	}
}
