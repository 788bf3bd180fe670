package host

import (
	"fmt"
	"strings"
)

var systemctlOptions = optionTable{
	short: "qnl", long: "quiet=q no-pager=pager full=l no-block=block lines=n: system=system no-ask-password=ask",
}

// runSystemctl is systemctl: start, stop, restart, status, is-active, is-failed
// and is-enabled of the machine's units.
func runSystemctl(c *call) int {
	if len(c.args) == 0 {
		return c.fail("listing units is not modelled on a simulated host")
	}
	verb, names := c.args[0], c.args[1:]
	switch verb {
	case "daemon-reload":
		return 0
	case "start", "stop", "restart", "status", "is-active", "is-failed", "is-enabled":
	default:
		return c.fail("Unknown command verb %s.", verb)
	}
	if len(names) == 0 {
		return c.fail("Too few arguments.")
	}
	status := 0
	for _, name := range names {
		if !strings.Contains(name, ".") {
			name += ".service"
		}
		status = max(status, c.systemctl(verb, name))
	}
	return status
}

func (c *call) systemctl(verb, name string) int {
	u := c.Machine().tools.units[name]
	switch verb {
	case "is-active", "is-failed":
		state := "inactive"
		if u != nil {
			state = u.state()
		}
		if !c.given.has("q") {
			c.printf("%s\n", state)
		}
		switch {
		case verb == "is-active" && state == "active" || verb == "is-failed" && state == "failed":
			return 0
		case verb == "is-failed":
			return 1
		}
		return 3
	case "is-enabled":
		if u == nil {
			return c.raw("Failed to get unit file state for %s: No such file or directory\n", 1, name)
		}
		c.printf("enabled\n")
		return 0
	case "status":
		if u == nil {
			return c.raw("Unit %s could not be found.\n", 4, name)
		}
		return c.unitStatus(name, u)
	}
	switch {
	case u == nil && verb == "stop":
		return c.raw("Failed to stop %s: Unit %s not loaded.\n", 5, name, name)
	case u == nil:
		return c.raw("Failed to %s %s: Unit %s not found.\n", 5, verb, name, name)
	}
	if verb != "start" {
		c.stopUnit(u)
	}
	if verb != "stop" && !u.active() {
		u.asked = false
		u.main = c.Machine().Start(Command{Argv: u.Start, Detached: true})
	}
	return 0
}

// raw writes a message that does not begin with the tool's name.
func (c *call) raw(format string, status int, args ...any) int {
	_ = c.out.Flush()
	_, _ = c.Stderr.Write([]byte(fmt.Sprintf(format, args...)))
	return status
}

func (c *call) stopUnit(u *unit) {
	if !u.active() {
		return
	}
	u.asked = true
	if len(u.Stop) > 0 {
		c.Wait(c.Machine().Start(Command{Argv: u.Stop}))
	}
	if u.active() {
		u.main.Signal(TERM)
	}
	if u.active() && !c.waitFor(u.main, unitStopLimit) {
		u.main.Signal(KILL)
	}
}

func (c *call) unitStatus(name string, u *unit) int {
	mark := map[string]string{"active": "●", "inactive": "○", "failed": "×"}[u.state()]
	c.printf("%s %s - %s\n     Loaded: loaded (/etc/systemd/system/%s; enabled; preset: enabled)\n", mark, name, u.Description, name)
	switch u.state() {
	case "active":
		at := formatDate(c.fleet().start.Add(u.main.Started()).UTC(), "%a %Y-%m-%d %H:%M:%S %Z")
		c.printf("     Active: active (running) since %s\n   Main PID: %d\n", at, u.main.PID())
		return 0
	case "failed":
		c.printf("     Active: failed (Result: exit-code)\n   Main PID: %d (code=exited, status=%d)\n", u.main.PID(), u.main.Status())
	default:
		c.printf("     Active: inactive (dead)\n")
	}
	return 3
}
