package serve

import (
	"context"
	"time"

	"runbook/simulator/host"
)

// shellName is what a login shell is called.
const shellName = "-sh"

// shell runs a login shell, which reads command lines as they are typed. Faults
// on the way meet the login, not the single lines.
func (s *session) shell(ctx context.Context) {
	c := s.command("")
	run := host.Interactive(host.Dialogue{Prompt: s.window != nil, Ran: func(line string, status int) { c.typed(line, status) }})
	c.execute(ctx, host.Command{Argv: []string{shellName}, Run: run})
}

// typed logs a line that the shell has run. The world is locked.
func (c *command) typed(line string, status int) {
	c.conn.face.logCommand(record{
		host: c.at.name, line: line, outcome: endedItself, status: status, taken: true, at: c.at.machine.Fleet().Now(), began: time.Now(),
	})
}

// keyboard gives the command the lines that are typed on a terminal, and the
// signals.
func (c *command) keyboard() *terminal {
	return &terminal{limit: c.conn.face.config.MaxLine, echo: func(text string) { c.out.put(false, []byte(text)) }}
}

// press works through keys. The world is locked.
func (c *command) press(t *terminal, keys []byte) {
	t.take(keys, func(k keystroke, line string) {
		switch k {
		case lineTyped:
			_, _ = c.feed.Write([]byte(line)) // nobody need read it
		case endTyped:
			c.feed.End()
		case interrupted:
			c.at.machine.SignalGroup(c.pid, host.INT)
		case quitted:
			c.at.machine.SignalGroup(c.pid, host.QUIT)
		}
		c.conn.face.server.world.Advance(c.conn.face.server.now())
	})
}
