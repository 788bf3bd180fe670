package serve

import (
	"context"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/ssh"

	"runbook/simulator"
	"runbook/simulator/host"
)

// A command is one command line of a client, from arrival to its end. What it
// runs is a session of its own on the machine.
type command struct {
	*session
	record  record
	trouble simulator.Trouble
	out     *outbox
	feed    *host.Feed    // its stdin
	pid     int           // of its shell, and of the session that it leads
	done    chan struct{} // closed when its shell has ended
	end     end           // how, once done is closed
}

// An end is how a process ended.
type end struct {
	status   int
	killedBy host.Signal // 0: none
	down     bool        // its machine went down
}

// command is a command that has not begun.
func (s *session) command(line string) *command {
	return &command{
		session: s, out: newOutbox(s.conn.face.config.MaxOutput), feed: host.NewFeed(), done: make(chan struct{}),
		record: record{host: s.at.name, line: line, at: s.conn.face.server.now(), began: time.Now()},
	}
}

// exec runs a command line and tells the client how it ended.
func (s *session) exec(ctx context.Context, line string) {
	c := s.command(line)
	if most := s.conn.face.config.MaxLine; len(line) > most {
		c.tell(endedWrong)
		s.fail(fmt.Sprintf("command line: got %d bytes, want at most %d\n", len(line), most), statusNotRun)
		return
	}
	c.execute(ctx, host.Command{Line: line})
}

// execute meets the faults that lie in wait, runs what is to be run, and tells
// the client how it ended.
func (c *command) execute(ctx context.Context, run host.Command) {
	server := c.conn.face.server
	server.Do(func(w *simulator.World) {
		c.record.at = w.Elapsed()
		c.trouble = w.MeetHost(c.record.at, c.at.name, c.record.line)
	})
	if c.trouble.Effect.Prevents() {
		server.pause(ctx, c.trouble.After)
		c.prevented()
		return
	}
	server.pause(context.WithoutCancel(ctx), c.trouble.Before) // what was sent arrives, whoever waits
	if !c.begin(run) {
		c.drop(endedNever)
		return
	}
	c.finish(ctx)
}

// statusNotRun is a shell's for a command that cannot be run.
const statusNotRun = 126

// fail ends the session before anything was run.
func (s *session) fail(message string, status int) {
	_, _ = io.WriteString(s.channel.Stderr(), message)
	s.exit(status)
}

// prevented is what the client sees of a command that does not arrive.
func (c *command) prevented() {
	switch c.trouble.Effect {
	case simulator.Reply:
		c.record.status = int(c.trouble.Code)
		c.tell(endedItself)
		c.fail(c.trouble.Text+"\n", c.record.status)
	case simulator.LostBefore:
		c.drop(endedLost)
	case simulator.Unauthorized:
		c.drop(endedDenied)
	default:
		c.drop(endedNever)
	}
}

// drop ends the whole connection.
func (c *command) drop(how ending) {
	c.tell(how)
	c.conn.conn.reset()
}

// begin starts what is to be run, unless the machine is down.
func (c *command) begin(run host.Command) (begun bool) {
	run.Feed, run.Env = c.feed, c.environment()
	var stdout io.Writer = c.out.stream(false, c.window != nil)
	if said, ok := c.trouble.Value.(string); ok {
		_, _ = io.WriteString(stdout, said)
		stdout = mute{stdout.(*stream)}
	}
	if run.Stdout, run.Stderr = stdout, stdout; c.window == nil {
		run.Stderr = c.out.stream(true, false)
	}
	run.Done = func(p *host.Process) { c.ended(p) }
	c.conn.face.server.use(func(*simulator.World) {
		if p := c.at.machine.Start(run); p != nil {
			c.pid, c.record.taken, begun = p.PID(), true, true
		}
	})
	return begun
}

// ended notes how the shell ended. The world is locked.
func (c *command) ended(p *host.Process) {
	c.end = end{p.Status(), p.KilledBy(), !c.at.machine.Up()}
	close(c.done)
}

// tell writes down how the command ended.
func (c *command) tell(how ending) {
	c.record.outcome = how
	c.conn.face.logCommand(c.record)
}

// finish serves the client until the command has ended, and tells it how.
func (c *command) finish(ctx context.Context) {
	c.reading.Go(c.takeInput)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		if c.out.send(c.channel, c.channel.Stderr()) != nil {
			c.out.close() // nobody reads any more
		}
	}()
	if !c.await(ctx) {
		c.out.close()
		<-sent
		return
	}
	switch c.record.status = c.end.status; {
	case c.end.down || c.trouble.Effect == simulator.LostAfter:
		c.drop(endedLost)
		return
	case c.end.killedBy != 0:
		c.tell(endedSignal)
	default:
		c.tell(endedItself)
	}
	select {
	case <-sent: // the last who could print something has ended
	case <-ctx.Done():
		c.out.close()
		<-sent
		return
	}
	switch {
	case c.out.full():
		c.fail(fmt.Sprintf("\nsimulated host %s: more than %d bytes of output waited to be taken; the rest is lost\n", c.at.name, c.out.limit), statusNotRun)
	case c.end.killedBy != 0:
		c.died(c.end.killedBy)
	default:
		c.exit(c.end.status)
	}
}

// await reports whether the command ended while the client waited for it. The
// signals that the client sends are given meanwhile.
func (c *command) await(ctx context.Context) bool {
	server := c.conn.face.server
	bell := c.lostMidway(ctx)
	for {
		select {
		case <-c.done:
			server.pause(ctx, c.trouble.After)
			return true
		case <-bell:
			c.drop(endedLost)
			return false
		case signal := <-c.signals:
			server.use(func(*simulator.World) { c.at.machine.SignalGroup(c.pid, signal) })
		case <-ctx.Done():
			c.hangUp()
			return false
		}
	}
}

// lostMidway rings when a fault ends the connection while the command still runs.
func (c *command) lostMidway(ctx context.Context) <-chan struct{} {
	if c.trouble.Effect != simulator.LostAfter || c.trouble.Lost <= 0 {
		return nil
	}
	bell := make(chan struct{})
	go func() {
		c.conn.face.server.pause(ctx, c.trouble.Lost)
		close(bell)
	}()
	return bell
}

// hangUp is what the end of the connection, or of the session, does to the
// command: what has not left its session gets HUP.
func (c *command) hangUp() {
	how := endedClosed
	c.conn.face.server.use(func(*simulator.World) {
		_ = c.feed.Close()
		if !c.at.machine.Up() {
			how = endedLost
		}
		if c.window != nil || !c.conn.face.config.Linger {
			c.at.machine.SignalSession(c.pid, host.HUP)
		}
	})
	c.tell(how)
}

// takeInput gives the command what the client sends, until one of them has
// enough.
func (c *command) takeInput() {
	server, left := c.conn.face.server, c.conn.face.config.MaxInput
	var keys *terminal
	if c.window != nil {
		keys = c.keyboard()
	}
	b := make([]byte, pieceBytes)
	for over := false; !over; {
		n, err := c.channel.Read(b)
		if left -= n; left < 0 {
			fmt.Fprintf(c.channel.Stderr(), "simulated host %s: stdin: got more than %d bytes\n", c.at.name, c.conn.face.config.MaxInput)
			n = 0
		}
		over = err != nil || left < 0
		server.use(func(*simulator.World) {
			if n > 0 && keys != nil {
				c.press(keys, b[:n])
			} else if n > 0 {
				_, wrong := c.feed.Write(b[:n])
				over = over || wrong != nil
			}
			if over {
				_ = c.feed.Close()
			}
		})
	}
	_, _ = io.Copy(io.Discard, c.channel) // so that the client is not held up
}

// exit tells the client the status, and that nothing more comes.
func (s *session) exit(status int) {
	s.leave()
	_ = s.channel.CloseWrite() // a client that is gone needs no answer
	_, _ = s.channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(status)}))
}

// died tells the client that a signal ended the command.
func (s *session) died(signal host.Signal) {
	s.leave()
	_ = s.channel.CloseWrite() // a client that is gone needs no answer
	_, _ = s.channel.SendRequest("exit-signal", false, ssh.Marshal(struct {
		Name    string
		Dumped  bool
		Message string
		Tag     string
	}{Name: signal.String()}))
}
