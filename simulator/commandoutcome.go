package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator/host"
)

// This file defines what a client sees of what became of its command. The
// texts are those that the live world's client has for the same on a real host.

// answer is what the machine told of the job.
func (c *command) answer() effect.Result {
	j := c.job
	switch {
	case j.stopped:
		return c.fail(c.late(true))
	case j.lost():
		return c.fail(&effect.Error{
			Kind: effect.Failed, Message: "began and left no status; whether it did its work is not known", Doubt: true,
			Hint: "its host or its runner died under it: look there, then answer",
		})
	case j.noLog != nil:
		return c.fail(c.unwritable(j.noLog))
	case j.settled(c.world.schedule.now):
		return effect.Result{Value: effect.Struct{{Name: "pid", Value: int64(j.process.PID())}}}
	case j.daemon:
		return c.fail(c.died(j.process.Status(), j.said()))
	}
	signal := ""
	if by := j.process.KilledBy(); by != 0 {
		signal = signalName(int(by))
	}
	out := j.out
	if said, ok := c.trouble.Value.(string); ok {
		out = tail{kept: []byte(said), total: int64(len(said))}
	}
	return c.ended(j.process.Status(), signal, out, j.err)
}

// ended is the result of a command that ended with a status.
func (c *command) ended(status int, signal string, out, err tail) effect.Result {
	if c.keyed() && signal == "" && status > statusBySignal {
		signal = signalName(status - statusBySignal) // its shell keeps no more than the status
	}
	if !c.how.isOK(status) {
		return c.fail(c.exit(status, signal, out, err))
	}
	v := effect.Struct{
		{Name: "code", Value: int64(status)},
		{Name: "stdout", Value: out.value(c.how.kept, c.how.binary)},
		{Name: "stderr", Value: err.value(c.how.kept, c.how.binary)},
	}
	if cut := out.cut(c.how) + err.cut(c.how); cut > 0 {
		v = append(v, effect.Field{Name: "cut", Value: cut})
	}
	return effect.Result{Value: v}
}

// maxDetail is how much of each output an error carries.
const maxDetail = 8 << 10

// exit is the error of a status that is not OK.
func (c *command) exit(status int, signal string, out, err tail) *effect.Error {
	text := fmt.Sprintf("exit status %d", status)
	if signal != "" {
		text += " (signal " + signal + ")"
	}
	if line := cmp.Or(lastLine(err.end(c.how.kept)), lastLine(out.end(c.how.kept))); line != "" {
		text += ": " + line
	}
	code, most := int64(status), min(maxDetail, c.how.kept)
	return &effect.Error{
		Kind: effect.Exit, Message: text, Code: &code, Hint: c.exitHint(status),
		Details: effect.Struct{
			{Name: "code", Value: code},
			{Name: "stdout", Value: out.value(most, c.how.binary)},
			{Name: "stderr", Value: err.value(most, c.how.binary)},
		},
	}
}

func (c *command) exitHint(status int) string {
	name := "the line's command"
	if c.how.argv != nil {
		name = c.how.argv[0]
	}
	switch status {
	case 126:
		return name + " was found and could not be run: check its permissions"
	case 127:
		return name + " was not found on the host: give its whole path, or a PATH in env="
	}
	return ""
}

// died is the error of a daemon that did not live long enough.
func (c *command) died(status int, said []byte) *effect.Error {
	code := int64(status)
	e := &effect.Error{Kind: effect.Exit, Message: fmt.Sprintf("ended at once with status %d", code), Code: &code, Hint: c.exitHint(status)}
	if line := lastLine(said); line != "" {
		e.Message += ": " + line
	}
	return e
}

// unwritable is the error of a daemon's log.
func (c *command) unwritable(why error) *effect.Error {
	text := host.Text(why)
	if errors.Is(why, host.ErrNotExist) {
		text = "Directory nonexistent" // as a shell has it, which would make the file
	}
	return &effect.Error{
		Kind:    effect.Refused,
		Message: fmt.Sprintf("log: %q cannot be written: sh: 1: cannot create %s: %s", c.how.log, c.how.log, text),
		Hint:    "check that its directory is there and may be written to",
	}
}

// lastLine is the last line of an output that says something, for a message.
func lastLine(b []byte) string {
	b = b[max(0, len(b)-maxDetail):]
	text := strings.TrimSpace(effect.Printable(strings.ReplaceAll(string(b), "\r", "\n")))
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		text = text[i+1:]
	}
	return effect.Shorten(strings.TrimSpace(text), 300)
}

// statusBySignal is what a shell adds to the number of the signal that ended a command.
const statusBySignal = 128

// signalName names a signal that has a name where statuses are told; else "".
func signalName(n int) string {
	names := map[int]string{
		1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 10: "USR1",
		11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM", 24: "XCPU", 25: "XFSZ", 31: "SYS",
	}
	return names[n]
}

// prevented is what comes of a command that a fault on the way kept from running.
func (c *command) prevented() effect.Result {
	switch c.trouble.Effect {
	case Refused:
		return c.fail(c.unasked(c.refused()))
	case Unauthorized:
		return c.fail(c.unasked(c.unauthorized()))
	case Reply:
		said := []byte(c.trouble.Text + "\n")
		if c.request.Operation == effect.OpStart {
			return c.fail(c.died(int(c.trouble.Code), said))
		}
		return c.ended(int(c.trouble.Code), "", tail{}, tail{kept: said, total: int64(len(said))})
	}
	return c.fail(connectionBroken("the host closed it"))
}

// interrupted is what comes of a command that was sent and not waited for to
// its end. What only reads ends with its client's interest in it.
func (c *command) interrupted(cause error) (effect.Result, error) {
	switch {
	case errors.Is(cause, errBroken):
		return c.fail(connectionBroken("the host closed it")), nil
	case errors.Is(cause, errSilent):
		return c.fail(connectionBroken("no answer to a keep-alive within " + effect.FormatDuration(c.keepAlive()))), nil
	case c.request.Class == effect.Read && c.job != nil:
		c.job.end()
	}
	if !errors.Is(cause, effect.ErrCancelled) {
		return effect.Result{}, cause
	}
	return c.fail(&effect.Error{Kind: effect.Cancelled, Message: effect.ErrCancelled.Error(), Doubt: true, Transient: true}), nil
}

func (c *command) fail(e *effect.Error) effect.Result { return c.world.fail(*c.request, e) }

func connectionBroken(why string) *effect.Error {
	return &effect.Error{Kind: effect.Unreachable, Message: "the connection was lost while the command ran: " + why, Doubt: true, Transient: true}
}

// late is the error of a command whose time is over.
func (c *command) late(gone bool) *effect.Error {
	e := &effect.Error{Kind: effect.Timeout, Message: "no end within " + effect.FormatDuration(c.timeout)}
	if gone {
		e.Message += "; the command was ended"
		return e
	}
	e.Message += "; whether the command still runs is not known"
	e.Doubt, e.Transient = true, true
	return e
}

// noDir is the error of a command whose directory is not there.
func (c *command) noDir() *effect.Error {
	return &effect.Error{
		Kind: effect.Refused, Message: fmt.Sprintf("cwd: got %q, want a directory of the host", c.how.dir),
		Hint: "nothing was run; create it first, or check its name",
	}
}

// noKey is the error of a change whose key the machine has no room for.
func (c *command) noKey() *effect.Error {
	keys := defaultKeys
	if c.request.Peer != nil {
		if v, ok := c.request.Peer.Options.Get("keys"); ok {
			keys, _ = v.(string)
		}
	}
	if !path.IsAbs(keys) {
		keys = path.Join(c.station.Home(), keys)
	}
	return &effect.Error{
		Kind: effect.Refused,
		Message: "the directory of keys cannot be written, so nothing was run: mkdir: cannot create directory " +
			strconv.Quote(keys) + ": " + host.Text(host.ErrNoSpace),
		Hint: "make room for it, choose another place with keys=\"/PATH\", or give keys=False to run changes without a trace",
	}
}

// defaultKeys is the directory for keys, below the user's home.
const defaultKeys = ".runbook"

func (c *command) noConnection(patience time.Duration) *effect.Error {
	return &effect.Error{
		Kind: effect.Unreachable, Message: "no connection within " + effect.FormatDuration(patience),
		Hint: "is it up, and is there no firewall on the way?",
	}
}

func (c *command) noTime() *effect.Error {
	return &effect.Error{Kind: effect.Timeout, Message: "no connection and no session free within " + effect.FormatDuration(c.timeout)}
}

func (c *command) refused() *effect.Error {
	port := "22"
	if p := c.request.Peer; p != nil {
		if i := strings.LastIndexByte(p.System, ':'); i >= 0 && !strings.HasSuffix(p.System, "]") {
			port = p.System[i+1:]
		}
	}
	return &effect.Error{Kind: effect.Unreachable, Message: "connection refused", Hint: "is it up? no SSH server listens on port " + port}
}

func (c *command) unauthorized() *effect.Error {
	user := c.station.User()
	if p := c.request.Peer; p != nil && p.User != "" {
		user = p.User
	}
	return &effect.Error{
		Kind: effect.Unauthorized, Message: fmt.Sprintf("user %q was refused", user),
		Hint: "check the user, and that one of the identities is in the account's authorized_keys; name others with identity=, or give them to the agent",
	}
}

// noHost is the error of a target that no machine of the world has.
func (w *World) noHost(target string) *effect.Error {
	e := &effect.Error{Kind: effect.Refused, Message: "no such host in the simulated world, which has none"}
	if known := w.knownHosts(); len(known) > 0 {
		e.Message = "no such host in the simulated world, which has " + someOf(known)
	}
	e.Hint = fmt.Sprintf("add simulate.host(name=%q) to the scenario's hosts", target)
	return e
}

// knownHosts are the names of the world's machines, as the scenario has them.
func (w *World) knownHosts() []string {
	names := make([]string, len(w.stations))
	for i, s := range w.stations {
		names[i] = s.Name()
	}
	return names
}

// someOf lists names, the first dozen of many.
func someOf(names []string) string {
	const most = 12
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
