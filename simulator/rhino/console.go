package rhino

import (
	"bufio"
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"runbook/simulator/host"
	"runbook/simulator/model"
)

// A session is a console that is connected to a node.
type session struct {
	c       *Cluster
	p       *host.Process
	node    *node
	command string
	options options
}

// console is the program rhino-console.
func (c *Cluster) console(p *host.Process) int {
	args := p.Args()[1:]
	for len(args) > 0 && args[0] == "-D" {
		args = args[1:]
	}
	failed, _ := strconv.Atoi(c.Texts.ConsoleFailed)
	slow, refused := c.consoleFault(p.Machine())
	name := p.Machine().Name()
	c.consoles[name]++
	p.Sleep(c.draw(c.Timings.Console, forConsole, int(c.consoles[name]), uint32(model.Hash(name))) + slow)
	n, reasons := c.connect(p, refused)
	if n == nil {
		fmt.Fprintf(p.Stderr, "%s\n%s\n%s\n", put(c.Texts.CannotConnect, "text", c.Conventions.NotConnected), strings.Join(reasons, "\n"), c.Texts.DebugHint)
		return failed
	}
	s := &session{c: c, p: p, node: n}
	if len(args) == 0 {
		return s.interact()
	}
	if !s.perform(args) {
		return failed
	}
	return 0
}

// connect finds the node that the console's client.properties lead to. Without
// one, there are lines that say why.
func (c *Cluster) connect(p *host.Process, refused bool) (n *node, reasons []string) {
	data, _ := p.Files().ReadFile(c.shared("client/etc/client.properties"))
	client := properties(string(data))
	list := client["rhino.remote.serverlist"]
	if list == "" {
		list = cmp.Or(client["rhino.remote.host"], "localhost") + ":" + cmp.Or(client["rhino.remote.port"], "1199")
	}
	right := client["rhino.remote.username"] == c.Username && client["rhino.remote.password"] == c.Password
	for server := range strings.SplitSeq(list, ",") {
		found, text, hint := c.reach(p.Machine(), strings.TrimSpace(server))
		if found != nil && (refused || !right) {
			return nil, []string{"  [" + server + "] " + put(c.Texts.LoginFailed, "text", c.Conventions.LoginFailed), ""}
		}
		if found != nil {
			return found, nil
		}
		reasons = append(reasons, "  ["+server+"] "+text)
		if hint != "" {
			reasons = append(reasons, "    -> "+hint)
		}
	}
	return nil, append(reasons, "")
}

// reach is the node that listens at an address as seen from a machine, or why
// there is none.
func (c *Cluster) reach(from *host.Machine, server string) (n *node, text, hint string) {
	t := &c.Texts
	name, port, _ := strings.Cut(server, ":")
	m := from
	if name != "localhost" && name != "127.0.0.1" {
		m = c.fleet.Machine(name)
	}
	if m == nil || !c.fleet.Linked(from, m) {
		return nil, t.NoRoute, t.NoRouteHint
	}
	for _, n := range c.on(m) {
		if strconv.Itoa(n.spec.Port) != port || !n.serves() {
			continue
		}
		if m != from && c.Behaviour.RemoteConsole == "refused" {
			return nil, t.NoStub, t.NoStubHint
		}
		return n, "", ""
	}
	return nil, t.Refused, t.RefusedHint
}

// interact is the shell of a console without arguments.
func (s *session) interact() int {
	in := bufio.NewScanner(s.p.Stdin)
	for n := 0; ; n++ {
		fmt.Fprint(s.p.Stdout, put(s.c.Texts.Prompt, "host", s.node.machine.Name(), "n", strconv.Itoa(n)))
		if !in.Scan() {
			break
		}
		words := fields(in.Text())
		if len(words) == 0 {
			continue
		}
		if words[0] == "exit" || words[0] == "quit" {
			return 0
		}
		if !s.node.serves() {
			s.fail(s.c.Texts.Lost)
			failed, _ := strconv.Atoi(s.c.Texts.ConsoleFailed)
			return failed
		}
		s.perform(words)
	}
	fmt.Fprintln(s.p.Stdout)
	return 0
}

// fields are the words of a line; "quotes" hold one together.
func fields(line string) []string {
	var all []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			all = append(all, part)
			continue
		}
		all = append(all, strings.Fields(part)...)
	}
	return all
}

// perform carries one command out, and reports whether it went well.
func (s *session) perform(words []string) bool {
	c := s.c
	s.command = strings.ToLower(strings.TrimPrefix(words[0], "-"))
	if words[0] == c.Conventions.AlarmsCommand {
		s.command = "listactivealarms"
	}
	known := commandNamed(s.command)
	switch {
	case known == nil:
		return s.fail(c.Texts.CommandUnknown, "text", c.Conventions.UnknownCommand, "command", words[0])
	case known.since == 3 && c.strict:
		return s.fail(c.Texts.OnlyNew, "text", c.Conventions.UnknownCommand, "command", words[0])
	case known.since == 2 && !c.strict:
		return s.fail(c.Texts.OnlyOld, "text", c.Conventions.UnknownCommand, "command", words[0])
	}
	options, ok := known.parse(words[1:])
	if !ok {
		return s.fail(c.Texts.Usage, "text", strings.TrimSpace(known.name+" "+known.usage))
	}
	s.options = options
	s.p.Sleep(c.draw(c.Timings.ConsoleCommand, forConsole, s.node.spec.ID, c.consoles[s.p.Machine().Name()]))
	if !s.connected() {
		return s.fail(c.Texts.Lost)
	}
	return known.do(s)
}

// connected reports whether the node that the console talks to is still there.
func (s *session) connected() bool { return s.node.serves() }

// say writes a line of the answer; an empty text is none.
func (s *session) say(text string, pairs ...string) {
	if text != "" {
		fmt.Fprintln(s.p.Stdout, put(text, pairs...))
	}
}

// fail writes why the command failed.
func (s *session) fail(text string, pairs ...string) bool {
	fmt.Fprintln(s.p.Stderr, put(text, pairs...))
	return false
}

// component is what the node of the session is in.
func (s *session) component() *component { return s.node.comp }
