package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"runbook/effect"
)

// A call is one request under way.
type call struct {
	request *effect.Request
	client  *Client
	peer    *peer
	command *command
	shell   shell
	input   []byte
	secrets []string // that were among the input

	until time.Time
}

// run performs the call. At most one of the error and the cause is set.
func (k *call) run(ctx context.Context) (effect.Value, *effect.Error, error) {
	if ctx.Err() != nil {
		e, cause := ended(ctx, false)
		return nil, e, cause
	}
	if e := k.prepare(ctx); e != nil {
		if ctx.Err() != nil {
			e, cause := ended(ctx, false)
			return nil, e, cause
		}
		return nil, e, nil
	}
	limited, done := context.WithTimeout(ctx, k.timeout())
	defer done()
	k.until, _ = limited.Deadline()
	if dir := k.key(); dir != "" {
		return k.keyed(ctx, limited, dir)
	}
	v, e, cause := k.direct(ctx, limited)
	if e != nil && k.request.Class == effect.Read && e.Kind == effect.Unreachable && e.Doubt && ctx.Err() == nil {
		return k.direct(ctx, limited) // once more, on a new connection
	}
	return v, e, cause
}

// prepare finds out all that the request needs, without sending anything.
func (k *call) prepare(ctx context.Context) *effect.Error {
	var err error
	if k.command, err = newCommand(k.request, k.client.options.MaxOutput); err != nil {
		return refused(err)
	}
	switch v := k.command.input.(type) {
	case string:
		k.input = []byte(v)
	case effect.Bytes:
		k.input = []byte(v)
	case effect.Secret:
		s, err := k.client.options.Resolve(ctx, v)
		if err != nil {
			return &effect.Error{Kind: effect.Unauthorized, Message: "input: " + err.Error()}
		}
		k.input, k.secrets = []byte(s), []string{s}
	}
	if k.peer, err = k.client.peer(k.request.Peer); err != nil {
		return refused(err)
	}
	k.shell = k.peer.shell
	return nil
}

func (k *call) timeout() time.Duration {
	return cmp.Or(k.request.Timeout, k.request.Peer.Timeout, k.client.options.Timeout)
}

// key is the directory of the request's key; "" if it has none.
func (k *call) key() string {
	root := k.shell.where()
	if k.request.Key == "" || k.request.Class != effect.Change || root == "" || k.client.options.Run == "" {
		return ""
	}
	return root + "/" + safeName(k.client.options.Run) + "/" + safeName(k.request.Key)
}

// converse runs a program to its end. What it gives beside an error of ctx is
// still under way.
func (k *call) converse(ctx context.Context, program string, limit int64, input []byte, urgent bool) (*talk, error) {
	if n := len(login(program)); n > maxProgram {
		return nil, &effect.Error{
			Kind: effect.Refused, Message: fmt.Sprintf("command: got %d bytes with all that is around it, want at most %d", n, maxProgram),
			Hint: "pass what is long as input=",
		}
	}
	p, err := k.shell.start(ctx, program, urgent)
	if err != nil {
		return nil, err
	}
	t := speak(p, k.client.mark, limit, input, k.client.options.Linger)
	return t, t.wait(ctx)
}

// direct runs the command and leaves nothing of it.
func (k *call) direct(ctx, limited context.Context) (effect.Value, *effect.Error, error) {
	program := k.command.direct(k.client.mark, k.shell.interpreter(), k.input != nil)
	t, err := k.converse(limited, program, k.command.limit, k.input, false)
	switch {
	case t == nil:
		return k.unsent(ctx, err)
	case err == nil:
		v, e := k.answer(t)
		return v, e, nil
	case limited.Err() == nil:
		return nil, k.broken(err), nil
	}
	defer t.p.end()
	if k.command.start || ctx.Err() != nil && k.request.Class == effect.Change {
		return k.late(ctx, false) // it goes on
	}
	return k.late(ctx, k.end(t))
}

// late is what becomes of a request whose time, or context, is over.
func (k *call) late(ctx context.Context, gone bool) (effect.Value, *effect.Error, error) {
	if ctx.Err() != nil {
		e, cause := ended(ctx, true)
		return nil, e, cause
	}
	e := &effect.Error{Kind: effect.Timeout, Message: "no end within " + effect.FormatDuration(k.timeout())}
	if gone {
		e.Message += "; the command was ended"
	} else {
		e.Message += "; whether the command still runs is not known"
		e.Doubt, e.Transient = true, true
	}
	return nil, e, nil
}

// unsent is what becomes of a request of which nothing began.
func (k *call) unsent(ctx context.Context, err error) (effect.Value, *effect.Error, error) {
	if ctx.Err() != nil {
		e, cause := ended(ctx, false)
		return nil, e, cause
	}
	if e, ok := errors.AsType[*effect.Error](err); ok {
		told := *e
		return nil, &told, nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, &effect.Error{Kind: effect.Timeout, Message: "no connection and no session free within " + effect.FormatDuration(k.timeout())}, nil
	}
	return nil, k.broken(err), nil
}

// endTimeout is how long the ending of a command may take beyond the grace.
const endTimeout = 10 * time.Second

// end ends the command of a talk and reports whether it is known to be gone.
func (k *call) end(t *talk) bool {
	ctx, done := context.WithTimeout(context.Background(), k.client.options.Grace+beginTimeout+endTimeout)
	defer done()
	if !t.began(ctx, beginTimeout) {
		return false
	}
	words, _, _ := t.out.head()
	if len(words) != 2 || words[0] != "started" {
		return false
	}
	pid, err := strconv.Atoi(words[1])
	if err != nil || pid <= 1 {
		return false
	}
	ending, err := k.converse(ctx, ending(k.client.mark, pid, k.client.options.Grace), effect.DefaultLimit, nil, true)
	if err != nil {
		return false
	}
	said, _, _ := ending.out.head()
	return len(said) == 1 && said[0] == "gone"
}

// began waits, not for long, until the program has said its process id.
func (t *talk) began(ctx context.Context, most time.Duration) bool {
	late := time.NewTimer(most)
	defer late.Stop()
	select {
	case <-t.out.begun:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}
