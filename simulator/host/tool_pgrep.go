package host

import (
	"fmt"
	"slices"
	"strings"
)

var pgrepOptions = optionTable{
	short: "d:lavcfg:inoP:s:u:U:xeF:", bad: 2,
	long: "delimiter=d: list-name=l list-full=a inverse=v count=c full=f pgroup=g: ignore-case=i newest=n oldest=o parent=P: session=s: euid=u: uid=U: exact=x " +
		"echo=e signal=signal: pidfile=F:",
}

// runPgrep is pgrep and pkill.
func runPgrep(c *call) int {
	signal := TERM
	args := c.args
	if c.name == "pkill" {
		for i, arg := range args {
			if s, ok := ParseSignal(strings.TrimPrefix(arg, "-")); ok && len(arg) > 1 && arg[0] == '-' {
				signal, args = s, slices.Delete(slices.Clone(args), i, i+1)
				break
			}
		}
	}
	var err error
	if c.given, c.args, err = pgrepOptions.parse(args); err != nil {
		c.bad = 2
		c.hint = fmt.Sprintf("\nUsage:\n %s [options] <pattern>\n\nFor more details see pgrep(1).", c.name)
		return c.usage("%v", err)
	}
	if text := c.given.last("signal", ""); text != "" {
		var ok bool
		if signal, ok = ParseSignal(text); !ok {
			c.complain("Unknown signal \"%s\".", text)
			return 2
		}
	}
	c.bad = 2
	c.hint = fmt.Sprintf("Try `%s --help' for more information.", c.name)
	switch {
	case len(c.args) > 1:
		return c.usage("only one pattern can be provided")
	case len(c.args) == 0 && !c.given.has("u", "U", "P", "g", "s", "F"):
		return c.usage("no matching criteria specified")
	}
	rows, err := c.matching()
	if err != nil {
		c.complain("%v", err)
		return 2
	}
	if c.name == "pkill" {
		return c.killRows(rows, signal)
	}
	c.listRows(rows)
	if len(rows) == 0 {
		return 1
	}
	return 0
}

// matching gives the processes that the command line selects, but never its own.
func (c *call) matching() ([]psRow, error) {
	var expression *pattern
	if len(c.args) == 1 {
		var err error
		if expression, err = compilePattern(c.args[0], dialect{extended: true, strict: true, fold: c.given.has("i")}); err != nil {
			return nil, err
		}
	}
	pids, err := c.pidFile()
	if err != nil {
		return nil, err
	}
	var rows []psRow
	for _, r := range c.rows() {
		if r.pid == c.PID() {
			continue
		}
		fits := c.fits(r) && (pids == nil || slices.Contains(pids, r.pid)) && (expression == nil || c.named(r, expression))
		if fits != c.given.has("v") {
			rows = append(rows, r)
		}
	}
	switch c.given.which("n", "o") {
	case "n":
		rows = rows[max(0, len(rows)-1):]
	case "o":
		rows = rows[:min(1, len(rows))]
	}
	return rows, nil
}

func (c *call) pidFile() ([]int, error) {
	name := c.given.last("F", "")
	if name == "" {
		return nil, nil
	}
	data, err := c.read(name)
	if err != nil {
		return nil, fmt.Errorf("pidfile not valid")
	}
	pids, err := psNumbers([]int{}, strings.TrimSpace(string(data)))
	if err != nil {
		return nil, fmt.Errorf("pidfile not valid")
	}
	return pids, nil
}

// fits applies what selects by numbers and users.
func (c *call) fits(r psRow) bool {
	for name, values := range map[string][]string{
		"P": {number10(r.ppid)}, "g": {number10(r.pgid)}, "s": {number10(r.sid)}, "u": {r.user, number10(userID(r.user))}, "U": {r.user, number10(userID(r.user))},
	} {
		list := c.given.last(name, "")
		if list != "" && !slices.ContainsFunc(strings.Split(list, ","), func(word string) bool { return slices.Contains(values, word) }) {
			return false
		}
	}
	return true
}

// named applies the expression to the name, or with -f to the command line.
func (c *call) named(r psRow, expression *pattern) bool {
	text := []byte(r.comm())
	if c.given.has("f") {
		text = []byte(strings.Join(r.args, " "))
	}
	if !c.given.has("x") {
		return expression.match(text)
	}
	m := expression.findWithin(text, 0, len(text))
	return m != nil && m[1] == len(text)
}

func (c *call) listRows(rows []psRow) {
	if c.given.has("c") {
		c.printf("%d\n", len(rows))
		return
	}
	delimiter := c.given.last("d", "\n")
	for i, r := range rows {
		if i > 0 {
			c.printf("%s", delimiter)
		}
		c.printf("%d", r.pid)
		switch c.given.which("a", "l") {
		case "a":
			c.printf(" %s", strings.Join(r.args, " "))
		case "l":
			name := r.comm()
			if c.given.has("f") {
				name = strings.Join(r.args, " ")
			}
			c.printf(" %s", name)
		}
	}
	if len(rows) > 0 {
		c.printf("\n")
	}
}

func (c *call) killRows(rows []psRow, signal Signal) int {
	status := 1
	for _, r := range rows {
		if r.user != c.User() && c.User() != "root" {
			c.complain("killing pid %d failed: %s", r.pid, ErrNotPermitted.text)
			continue
		}
		if c.given.has("e") {
			c.printf("%s killed (pid %d)\n", r.comm(), r.pid)
		}
		if c.Machine().Signal(r.pid, signal) {
			status = 0
		}
	}
	if c.given.has("c") {
		c.printf("%d\n", len(rows))
	}
	return status
}
