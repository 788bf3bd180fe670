package rhino

import (
	"fmt"
	"strings"

	"runbook/simulator/host"
)

// stamp is the beginning of a line in rhino.log [doc].
const stamp = "2006-01-02 15:04:05.000 "

// log writes a line to the node's rhino.log and to its console.
func (n *node) log(text string) {
	if text == "" {
		return
	}
	line := n.c.fleet.Date().Format(stamp) + put(text, "id", n.name)
	_ = n.files().AppendFile(n.journal, []byte(line+"\n"))
	n.output = append(n.output, line)
	n.poke()
}

// print writes a line to the node's console only.
func (n *node) print(text string) {
	n.output = append(n.output, put(text, "id", n.name))
}

// flush writes to the JVM's standard output what the console has to show.
func (n *node) flush(p *host.Process) {
	for len(n.output) > 0 {
		lines := strings.Join(n.output, "\n") + "\n"
		n.output = nil
		_, _ = p.Stdout.Write([]byte(lines)) // a reader that is gone is no matter
	}
}

// files are those of the node's machine as its JVM's user sees them.
func (n *node) files() *host.Files {
	if n.jvm != nil {
		return n.jvm.Files()
	}
	return n.machine.Files()
}

// write writes a file of the node's directory, as the user who runs it.
func (n *node) write(relative, text string) {
	_ = n.files().WriteFile(n.path(relative), []byte(text))
}

// halt leaves the halt file, because of which -k does not start the node again.
func (n *node) halt() { n.write(n.c.Conventions.HaltFile, "") }

// halted reports whether there is a halt file.
func (n *node) halted() bool {
	return n.machine.Files().Exists(n.path(n.c.Conventions.HaltFile))
}

// remembersPrimary reports whether the node has a primary component configuration.
func (n *node) remembersPrimary() bool {
	return n.machine.Files().Exists(n.primary)
}

// describeNow is a node in a few words, for people.
func (n *node) describeNow() string {
	kind := "event-router"
	if n.alive() && n.flags.quorum || !n.alive() && n.spec.Quorum {
		kind = "quorum"
	}
	s := fmt.Sprintf("node %s %s on %s: %s", n.name, kind, n.machine.Name(), stepNames[n.step])
	if n.step == down {
		if n.script != nil && !n.script.Ended() {
			s += ", to be started again"
		}
		if n.halted() {
			s += ", halt file"
		}
		switch m, there, problem := n.marker(); {
		case problem != "":
			s += ", its primary component configuration cannot be read"
		case there && m.fresh():
			s += ", will create the primary component"
		case there:
			s += ", remembers the primary component"
		}
	}
	if n.step == ready && !n.flags.quorum {
		s += ", SLEE " + string(n.slee.state)
		if d := n.desired(); d != n.slee.state {
			s += " (to be " + string(d) + ")"
		}
	}
	return s
}
