package host

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// This file has the tools that run other commands, or wait.

// runnable looks a command up as execvp does. Where it cannot be run, it gives
// the status and the error of the system call.
func (c *call) runnable(name string) (status int, err *Error) {
	if _, bad := c.lookUp(name); bad == nil {
		return 0, nil
	} else if bad.status == statusNotRun {
		return statusNotRun, ErrPermission
	}
	return statusNotFound, ErrNotExist
}

// become gives the process to another command.
func (c *call) become(argv []string) int {
	if err := c.out.Flush(); err != nil {
		return c.lost(err, 1)
	}
	program, bad := c.lookUp(argv[0])
	if bad != nil {
		return c.Exec(argv)
	}
	c.Trap(nil)
	c.SetArgs(argv)
	return program(c.Process)
}

// lookUp finds a program as execvp does, which has a path of its own where the
// environment has none.
func (c *call) lookUp(name string) (Program, *notRun) {
	if _, set := c.LookupEnv("PATH"); !set && !strings.Contains(name, "/") {
		if file, ok := c.lookPath(name, "/bin:/usr/bin"); ok {
			return c.load(file)
		}
	}
	return c.find(name)
}

// duration reads a number of seconds, or of minutes, hours or days.
func duration(text string) (time.Duration, bool) {
	unit := time.Second
	if text != "" {
		if u, ok := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[text[len(text)-1]]; ok {
			unit, text = u, text[:len(text)-1]
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || math.IsNaN(n) || strings.Contains(text, "_") {
		return 0, false
	}
	d := n * float64(unit)
	if d > float64(math.MaxInt64/4) {
		d = float64(math.MaxInt64 / 4)
	}
	return time.Duration(math.Ceil(d)), true
}

// runSleep is sleep.
func runSleep(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing operand")
	}
	var sum time.Duration
	wrong := false
	for _, text := range c.args {
		d, ok := duration(text)
		if !ok {
			c.complain("invalid time interval '%s'", text)
			wrong = true
		}
		sum += d
	}
	if wrong {
		return c.tryHelp()
	}
	c.Sleep(sum)
	return 0
}

var nohupOptions = optionTable{bad: 125, strict: true}

// runNohup is nohup. There is no terminal, so output goes where it went.
func runNohup(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing operand")
	}
	c.Ignore(HUP, true)
	if status, err := c.runnable(c.args[0]); err != nil {
		c.complain("failed to run command '%s': %s", c.args[0], err.text)
		return status
	}
	return c.become(c.args)
}

var setsidOptions = optionTable{short: "cfw", long: "ctty=c fork=f wait=w", strict: true}

// runSetsid is setsid. A process that leads its group cannot become the leader
// of a session: a child does then, as if -f were given.
func runSetsid(c *call) int {
	if len(c.args) == 0 {
		return c.usage("no command specified")
	}
	if !c.given.has("f") && c.Group() != c.PID() {
		c.lead()
		return c.execOrSay(c.args)
	}
	argv := c.args
	child := c.Spawn(Command{Argv: argv, NewSession: true, Run: func(p *Process) int {
		return newCall(p).inner(c.name).execOrSay(argv)
	}})
	if c.given.has("w") {
		return c.Wait(child)
	}
	return 0
}

// inner is a call whose messages have another tool's name, and which runs all
// of its command line.
func (c *call) inner(name string) *call {
	c.name = name
	return c
}

func (c *call) execOrSay(argv []string) int {
	if status, err := c.runnable(argv[0]); err != nil {
		c.complain("failed to execute %s: %s", argv[0], err.text)
		return status
	}
	return c.become(argv)
}

var timeoutOptions = optionTable{
	short: "k:s:v", long: "kill-after=k: signal=s: preserve-status=preserve foreground=foreground verbose=v", bad: 125, strict: true,
}

// runTimeout is timeout.
func runTimeout(c *call) int {
	if len(c.args) < 2 {
		return c.tryHelp()
	}
	signal, ok := ParseSignal(c.given.last("s", "TERM"))
	if !ok {
		return c.usage("'%s': invalid signal", c.given.last("s", ""))
	}
	limit, ok := duration(c.args[0])
	if !ok {
		return c.usage("invalid time interval '%s'", c.args[0])
	}
	grace, ok := duration(c.given.last("k", "0"))
	if !ok {
		return c.usage("invalid time interval '%s'", c.given.last("k", ""))
	}
	argv := c.args[1:]
	if status, err := c.runnable(argv[0]); err != nil {
		c.complain("failed to run command '%s': %s", argv[0], err.text)
		return status
	}
	if !c.given.has("foreground") {
		c.leadGroup()
	}
	child := c.Spawn(Command{Argv: argv})
	c.Trap(func(s Signal) bool {
		if s == CHLD || s == CONT || child.Ended() {
			return false
		}
		c.pass(child, s)
		return true
	})
	return c.supervise(child, signal, limit, grace)
}

// pass sends a signal to the child, and unless in the foreground to the other
// processes of the group.
func (c *call) pass(child *Process, s Signal) {
	if c.given.has("v") {
		c.complain("sending signal %s to command '%s'", s, child.Args()[0])
	}
	child.Signal(s)
	if c.given.has("foreground") {
		return
	}
	for _, p := range c.Machine().Processes() {
		if p != c.Process && p.Group() == c.Group() {
			p.Signal(s)
		}
	}
}

func (c *call) supervise(child *Process, signal Signal, limit, grace time.Duration) int {
	const timedOut = 124
	if limit == 0 || c.waitFor(child, limit) {
		status := c.Wait(child)
		return status
	}
	c.pass(child, signal)
	killed := signal == KILL
	if grace > 0 && !c.waitFor(child, grace) {
		c.pass(child, KILL)
		killed = true
	}
	status := c.Wait(child)
	switch {
	case killed:
		return 128 + int(KILL)
	case c.given.has("preserve"):
		return status
	}
	return timedOut
}

// waitFor waits for a child, but not longer than the limit; it reports whether
// the child has ended.
func (c *call) waitFor(child *Process, limit time.Duration) bool {
	end := c.fleet().Now() + c.Machine().takes(limit)
	stop := c.fleet().At(end, c.Wake)
	defer stop()
	for !child.Ended() && c.fleet().Now() < end {
		c.Pause()
	}
	return child.Ended()
}

var envOptions = optionTable{
	short: "iu:C:0", long: "ignore-environment=i unset=u: chdir=C: null=0", bad: 125, strict: true,
}

// runEnv is env.
func runEnv(c *call) int {
	args := c.args
	clear := c.given.has("i")
	if len(args) > 0 && args[0] == "-" {
		clear, args = true, args[1:]
	}
	if clear {
		c.Clearenv()
	}
	for _, name := range c.given.all("u") {
		c.Unsetenv(name)
	}
	for len(args) > 0 && strings.Contains(args[0], "=") {
		name, value, _ := strings.Cut(args[0], "=")
		c.Setenv(name, value)
		args = args[1:]
	}
	if dir := c.given.last("C", ""); dir != "" {
		if len(args) == 0 {
			return c.usage("must specify command with --chdir (-C)")
		}
		if !c.isDir(dir) {
			c.complain("cannot change directory to '%s': %s", dir, ErrNotExist.text)
			return 125
		}
		c.dir = c.abs(dir)
	}
	if len(args) == 0 {
		end := "\n"
		if c.given.has("0") {
			end = "\x00"
		}
		for _, pair := range c.Environ() {
			c.printf("%s%s", pair, end)
		}
		return 0
	}
	if status, err := c.runnable(args[0]); err != nil {
		c.complain("'%s': %s", args[0], err.text)
		return status
	}
	return c.become(args)
}

// runPrintenv is printenv.
func runPrintenv(c *call) int {
	if len(c.args) == 0 {
		return runEnv(c)
	}
	status := 0
	for _, name := range c.args {
		value, ok := c.LookupEnv(name)
		if !ok {
			status = 1
			continue
		}
		c.printf("%s\n", value)
	}
	return status
}

var sudoOptions = optionTable{short: "nEHSku:", long: "non-interactive=n preserve-env=E set-home=H stdin=S user=u:", strict: true}

// runSudo is sudo, which is allowed everything and asks for nothing. The
// machine has one user beside root, and the command runs as the same.
func runSudo(c *call) int {
	args := c.args
	for len(args) > 0 && strings.Contains(args[0], "=") {
		name, value, _ := strings.Cut(args[0], "=")
		c.Setenv(name, value)
		args = args[1:]
	}
	if len(args) == 0 {
		return c.fail("no command given; a shell for people is not modelled on a simulated host")
	}
	if _, err := c.runnable(args[0]); err != nil {
		return c.fail("%s: command not found", args[0])
	}
	return c.become(args)
}
