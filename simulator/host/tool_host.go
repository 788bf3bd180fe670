package host

import (
	"fmt"
	"strings"
	"time"
)

// This file has the tools that tell of the machine and its user, and of other
// machines.

// runID is id. The user's group has his name and number.
func runID(c *call) int {
	user := c.User()
	if len(c.args) > 0 {
		if user = c.args[0]; user != "root" && user != c.Machine().User() {
			return c.fail("'%s': no such user", user)
		}
	}
	id := userID(user)
	switch {
	case c.given.has("u", "g", "G") && c.given.has("n"):
		c.printf("%s\n", user)
	case c.given.has("u", "g", "G"):
		c.printf("%d\n", id)
	case c.given.has("n", "r"):
		return c.fail("cannot print only names or real IDs in default format")
	default:
		c.printf("uid=%d(%s) gid=%d(%s) groups=%d(%s)\n", id, user, id, user, id, user)
	}
	return 0
}

// runWhoami is whoami.
func runWhoami(c *call) int {
	if len(c.args) > 0 {
		return c.usage("extra operand '%s'", c.args[0])
	}
	c.printf("%s\n", c.User())
	return 0
}

// runHostname is hostname. The machine's name may have a domain.
func runHostname(c *call) int {
	name := c.Machine().Name()
	short, domain, _ := strings.Cut(name, ".")
	switch {
	case len(c.args) > 0:
		return c.fail("you must be root to change the host name")
	case c.given.has("s"):
		name = short
	case c.given.has("d"):
		name = domain
	case c.given.has("i", "I"):
		name = c.address(c.Machine())
	}
	c.printf("%s\n", name)
	return 0
}

// runUname is uname.
func runUname(c *call) int {
	fields := []struct{ option, value string }{
		{"s", "Linux"}, {"n", c.Machine().Name()}, {"r", "6.1.0-18-amd64"}, {"v", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)"}, {"m", "x86_64"}, {"o", "GNU/Linux"},
	}
	if len(c.args) > 0 {
		return c.usage("extra operand '%s'", c.args[0])
	}
	var values []string
	for i, f := range fields {
		if c.given.has(f.option, "a") || len(c.given) == 0 && i == 0 {
			values = append(values, f.value)
		}
	}
	c.printf("%s\n", strings.Join(values, " "))
	return 0
}

// runUptime is uptime.
func runUptime(c *call) int {
	up := c.Machine().Uptime()
	now := c.fleet().Date().UTC()
	days, hours, minutes := int(up/(24*time.Hour)), int(up/time.Hour)%24, int(up/time.Minute)%60
	switch {
	case c.given.has("s"):
		c.printf("%s\n", now.Add(-up).Format("2006-01-02 15:04:05"))
		return 0
	case c.given.has("p"):
		c.printf("up %s\n", pretty(days, hours, minutes))
		return 0
	}
	text := ""
	switch {
	case days == 1:
		text = "1 day, "
	case days > 1:
		text = fmt.Sprintf("%d days, ", days)
	}
	if hours > 0 {
		text += fmt.Sprintf("%2d:%02d, ", hours, minutes)
	} else {
		text += fmt.Sprintf("%d min, ", minutes)
	}
	c.printf(" %s up %s 0 users,  load average: 0.00, 0.00, 0.00\n", now.Format("15:04:05"), text)
	return 0
}

func pretty(days, hours, minutes int) string {
	var parts []string
	for _, part := range []struct {
		n    int
		unit string
	}{{days / 7, "week"}, {days % 7, "day"}, {hours, "hour"}, {minutes, "minute"}} {
		switch {
		case part.n == 1:
			parts = append(parts, "1 "+part.unit)
		case part.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", part.n, part.unit))
		}
	}
	if parts == nil {
		return "0 minutes"
	}
	return strings.Join(parts, ", ")
}

// runFree is free. Memory is not modelled: the numbers are those of an idle
// machine of 8 GiB.
func runFree(c *call) int {
	mem := []int64{8 << 20, 1 << 20, 6 << 20, 1 << 10, 1 << 20, 7 << 20}
	swap := []int64{0, 0, 0}
	show := func(n int64) string { return fmt.Sprint(n) }
	switch c.given.which("b", "k", "m", "g", "h") {
	case "b":
		show = func(n int64) string { return fmt.Sprint(n * 1024) }
	case "m":
		show = func(n int64) string { return fmt.Sprint(n >> 10) }
	case "g":
		show = func(n int64) string { return fmt.Sprint(n >> 20) }
	case "h":
		show = func(n int64) string {
			return strings.Replace(human(n*1024, 1024), ".0", ".0", 1) + map[bool]string{true: "i", false: "B"}[n > 0]
		}
	}
	c.printf("               total        used        free      shared  buff/cache   available\n")
	for _, row := range []struct {
		title string
		cells []int64
	}{{"Mem:", mem}, {"Swap:", swap}} {
		c.printf("%-8s", row.title)
		for _, n := range row.cells {
			c.printf("%12s", show(n))
		}
		c.printf("\n")
	}
	return 0
}

// address is a machine's address: a number of the fleet's own network, by the
// order in which machines were added.
func (c *call) address(m *Machine) string {
	for i, other := range c.fleet().machines {
		if other == m {
			return fmt.Sprintf("10.0.%d.%d", (i+1)/250, (i+1)%250)
		}
	}
	return "127.0.0.1"
}

// resolve finds a machine by its name, its short name or its address.
func (c *call) resolve(name string) *Machine {
	if name == "localhost" || name == "127.0.0.1" {
		return c.Machine()
	}
	for _, m := range c.fleet().machines {
		short, _, _ := strings.Cut(m.Name(), ".")
		if name == m.Name() || name == short || name == c.address(m) {
			return m
		}
	}
	return nil
}

// runPing is ping: it asks the fleet whether packets get there.
func runPing(c *call) int {
	if len(c.args) == 0 {
		return c.usageOf("usage error: Destination address required", 1)
	}
	name := c.args[0]
	to := c.resolve(name)
	if to == nil {
		c.complain("%s: Name or service not known", name)
		return 2
	}
	count := 0
	if text := c.given.last("c", ""); text != "" {
		if _, err := fmt.Sscan(text, &count); err != nil || count < 1 {
			return c.fail("invalid argument: '%s'", text)
		}
	}
	wait, okWait := duration(c.given.last("W", "10"))
	every, okEvery := duration(c.given.last("i", "1"))
	if !okWait || !okEvery {
		return c.fail("invalid argument: '%s'", c.given.last("W", c.given.last("i", "")))
	}
	return c.ping(name, to, count, wait, every)
}

func (c *call) usageOf(text string, status int) int {
	c.complain("%s", text)
	return status
}

func (c *call) ping(name string, to *Machine, count int, wait, every time.Duration) int {
	quiet := c.given.has("q")
	address := c.address(to)
	c.printf("PING %s (%s) 56(84) bytes of data.\n", name, address)
	began := c.fleet().Now()
	received := 0
	for n := 1; count == 0 || n <= count; n++ {
		last := n == count
		switch {
		case c.fleet().Linked(c.Machine(), to):
			received++
			if !quiet {
				c.printf("64 bytes from %s (%s): icmp_seq=%d ttl=64 time=0.200 ms\n", name, address, n)
			}
			c.Sleep(200 * time.Microsecond)
			if !last {
				_ = c.out.Flush()
				c.Sleep(every)
			}
		case last:
			c.Sleep(wait)
		default:
			c.Sleep(every)
		}
	}
	took := (c.fleet().Now() - began).Milliseconds()
	c.printf("\n--- %s ping statistics ---\n%d packets transmitted, %d received, %d%% packet loss, time %dms\n", name, count, received, (count-received)*100/count, took)
	if received == 0 {
		c.printf("\n")
		return 1
	}
	c.printf("rtt min/avg/max/mdev = 0.200/0.200/0.200/0.000 ms\n")
	return 0
}

// runGetent is getent for hosts and passwd.
func runGetent(c *call) int {
	if len(c.args) == 0 {
		c.bad, c.hint = 1, "Try `getent --help' or `getent --usage' for more information."
		return c.usage("wrong number of arguments")
	}
	switch c.args[0] {
	case "hosts", "ahosts", "passwd":
	default:
		c.hint = "Try `getent --help' or `getent --usage' for more information."
		c.raw("Unknown database: %s\n", 1, c.args[0])
		return c.tryHelp()
	}
	status := 0
	for _, key := range c.args[1:] {
		if c.args[0] == "passwd" {
			if key != "root" && key != c.Machine().User() {
				status = 2
				continue
			}
			home := map[bool]string{true: "/root", false: c.Machine().Home()}[key == "root"]
			c.printf("%s:x:%d:%d::%s:/bin/sh\n", key, userID(key), userID(key), home)
			continue
		}
		if to := c.resolve(key); to != nil {
			c.printf("%-15s %s\n", c.address(to), to.Name())
		} else {
			status = 2
		}
	}
	return status
}

// runLogger is logger: lines go to /var/log/syslog if it can be written to.
func runLogger(c *call) int {
	text := strings.Join(c.args, " ")
	if len(c.args) == 0 {
		data, _ := c.readAll("-")
		text = strings.TrimSuffix(string(data), "\n")
	}
	tag := c.given.last("t", c.User())
	for line := range strings.SplitSeq(text, "\n") {
		stamp := c.fleet().Date().UTC().Format("Jan _2 15:04:05")
		entry := fmt.Sprintf("%s %s %s: %s\n", stamp, c.Machine().Name(), tag, line)
		_ = c.Machine().Files().AppendFile("/var/log/syslog", []byte(entry)) // syslogd's trouble is not logger's
		if c.given.has("s") {
			c.raw("<13>%s %s: %s\n", 0, stamp, tag, line)
		}
	}
	return 0
}
