package host

import (
	"strconv"
	"strings"
)

var xargsOptions = optionTable{
	short: "n:rI:0d:L:P:tx", strict: true,
	long: "max-args=n: no-run-if-empty=r replace=I: null=0 delimiter=d: max-lines=L: max-procs=P: verbose=t exit=x",
}

// runXargs is xargs. One command runs at a time.
func runXargs(c *call) int {
	if c.given.has("L") || c.given.has("P") && c.given.last("P", "") != "1" {
		return c.usage("the options -L and -P are not modelled on a simulated host")
	}
	argv := c.args
	if len(argv) == 0 {
		argv = []string{"echo"}
	}
	data, _ := c.readAll("-")
	words, err := c.xargsWords(string(data))
	if err != "" {
		return c.fail("%s", err)
	}
	most := len(words)
	if text := c.given.last("n", ""); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return c.usage("invalid number \"%s\" for -n option", text)
		}
		if n < 1 {
			return c.fail("value %s for -n option should be >= 1", text)
		}
		most = n
	}
	if c.given.which("I", "n") == "I" {
		return c.xargsEach(argv, c.given.last("I", ""), words)
	}
	if len(words) == 0 && !c.given.has("r") {
		return c.xargsRun(argv, 0)
	}
	status := 0
	for len(words) > 0 {
		n := min(most, len(words))
		if status = c.xargsRun(append(append([]string{}, argv...), words[:n]...), status); status > 123 {
			return status
		}
		words = words[n:]
	}
	return status
}

func (c *call) xargsEach(argv []string, mark string, words []string) int {
	status := 0
	for _, word := range words {
		filled := make([]string, len(argv))
		for i, arg := range argv {
			if filled[i] = arg; i > 0 {
				filled[i] = strings.ReplaceAll(arg, mark, word)
			}
		}
		if status = c.xargsRun(filled, status); status > 123 {
			return status
		}
	}
	return status
}

// xargsRun runs one command and gives the status of xargs so far.
func (c *call) xargsRun(argv []string, before int) int {
	if c.given.has("t") {
		_, _ = c.Stderr.Write([]byte(strings.Join(argv, " ") + "\n"))
	}

	if status, err := c.runnable(argv[0]); err != nil {
		c.complain("%s: %s", argv[0], err.text)
		return status
	}
	_ = c.out.Flush()
	child := c.Spawn(Command{Argv: argv, Input: []byte{}})
	status := c.Wait(child)
	switch {
	case child.KilledBy() != 0:
		c.complain("%s: terminated by signal %d", argv[0], int(child.KilledBy()))
		return 125
	case status == 255:
		c.complain("%s: exited with status 255; aborting", argv[0])
		return 124
	case status != 0:
		return 123
	}
	return before
}

// xargsWords splits the input; err is what is wrong with it.
func (c *call) xargsWords(data string) (words []string, err string) {
	if c.given.has("0") || c.given.has("d") {
		end := "\x00"
		if c.given.which("0", "d") == "d" {
			end = escapes(c.given.last("d", ""))
		}
		if len(end) != 1 {
			return nil, "Invalid input delimiter specification " + end + ": the delimiter must be either a single character or an escape sequence starting with \\."
		}
		if data == "" {
			return nil, ""
		}
		return strings.Split(strings.TrimSuffix(data, end), end), ""
	}
	blanks := " \t\n"
	if c.given.which("I", "n") == "I" {
		blanks = "\n"
	}
	for {
		data = strings.TrimLeft(data, " \t\n")
		if data == "" {
			return words, ""
		}
		var word strings.Builder
		for data != "" && strings.IndexByte(blanks, data[0]) < 0 {
			x := data[0]
			data = data[1:]
			switch {
			case x == '\\' && data != "":
				word.WriteByte(data[0])
				data = data[1:]
			case x == '\'' || x == '"':
				inside, rest, ok := strings.Cut(data, string(rune(x)))
				if !ok || strings.Contains(inside, "\n") {
					kind := map[byte]string{'\'': "single", '"': "double"}[x]
					return nil, "unmatched " + kind + " quote; by default quotes are special to xargs unless you use the -0 option"
				}
				word.WriteString(inside)
				data = rest
			default:
				word.WriteByte(x)
			}
		}
		words = append(words, word.String())
	}
}

var flockOptions = optionTable{
	short: "nsxeuw:oE:c:F", long: "nonblock=n nb=n shared=s exclusive=x unlock=u timeout=w: wait=w: close=o conflict-exit-code=E: command=c: no-fork=F", bad: 64, strict: true,
}

// runFlock is flock with a file and a command. The lock is the machine's own
// and not seen in the file.
func runFlock(c *call) int {
	if c.given.has("s", "u", "F") {
		return c.usage("the options -s, -u and -F are not modelled on a simulated host")
	}
	if len(c.args) == 0 || len(c.args) == 1 && !c.given.has("c") {
		if len(c.args) == 1 && strings.Trim(c.args[0], "0123456789") == "" {
			return c.usage("locking a file descriptor is not modelled on a simulated host; use flock FILE COMMAND")
		}
		if len(c.args) == 1 {
			c.complain("bad file descriptor: '%s'", c.args[0])
			return c.bad
		}
		return c.usage("not enough arguments")
	}
	name, argv := c.args[0], c.args[1:]
	if len(argv) > 1 && (argv[0] == "-c" || argv[0] == "--command") {
		argv = []string{"/bin/sh", "-c", argv[1]}
	}
	if line := c.given.last("c", ""); line != "" {
		argv = []string{"/bin/sh", "-c", line}
	}
	busy, limit := 1, c.given.last("w", "")
	if text := c.given.last("E", ""); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 255 {
			return c.usage("exit code out of range (expected 0 to 255)")
		}
		busy = n
	}
	wait, ok := duration(limit)
	if limit != "" && !ok {
		return c.usage("invalid timeout value: '%s'", limit)
	}
	if err := c.touch(name, c.fleet().Date()); err != nil && !c.isDir(name) {
		c.complain("cannot open lock file %s: %s", name, reason(err))
		return 66
	}
	key := c.resolved(name)
	until := c.fleet().Now() + wait
	for c.lockHolder(key) {
		if c.given.has("n") || limit != "" && c.fleet().Now() >= until {
			return busy
		}
		c.Sleep(lockPoll)
	}
	status, err := c.runnable(argv[0])
	if err != nil {
		c.complain("failed to execute %s: %s", argv[0], err.text)
		return status
	}
	c.hold(key)
	return c.Wait(c.Spawn(Command{Argv: argv}))
}
