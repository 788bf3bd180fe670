package host

import (
	"context"
	"strconv"

	"runbook/effect"
)

// keyed runs the command under its key, or finds out what it did.
func (k *call) keyed(ctx, limited context.Context, dir string) (effect.Value, *effect.Error, error) {
	ask := "run"
	if r := k.request; r.Resolution == effect.PerformAgain && r.Cause != nil && !r.Cause.Transient {
		ask = "again" // it was decided that what left no status had not done its work
	}
	size := -1
	if k.input != nil {
		size = len(k.input)
	}
	t, err := k.converse(limited, k.program(dir, ask, size), k.command.limit, k.input, false)
	switch {
	case t == nil:
		v, e, cause := k.unsent(ctx, err)
		if e != nil && k.request.Resolution == effect.PerformAgain {
			e.Doubt, e.Transient = true, true // an earlier try may have begun it
		}
		return v, e, cause
	case err == nil:
		v, e := k.reply(t)
		return v, e, nil
	case limited.Err() == nil:
		return nil, k.broken(err), nil
	}
	t.p.end()
	if ctx.Err() != nil || k.command.start {
		return k.late(ctx, false) // it goes on, and its key will tell
	}
	within, done := context.WithTimeout(context.Background(), k.client.options.Grace+endTimeout)
	defer done()
	t, err = k.converse(within, k.program(dir, "end", -1), k.command.limit, nil, true)
	if err != nil {
		return k.late(ctx, false)
	}
	v, e := k.reply(t)
	return v, e, nil
}

func (k *call) program(dir, ask string, size int) string {
	return k.command.keyed(k.client.mark, k.shell.interpreter(), dir, ask, size, k.client.options.Grace)
}

// reply reads what the program of a key says.
func (k *call) reply(t *talk) (effect.Value, *effect.Error) {
	words, noise, ok := t.out.head()
	switch {
	case !ok && t.out.hasBegun():
		return nil, k.garbled() // who waited for the command ended, which says nothing of the command
	case !ok || len(words) == 0:
		return nil, k.mute(noise, t)
	}
	switch words[0] {
	case "done":
		return k.finished(t, words[1:])
	case "cwd":
		return nil, k.noDir()
	case "refused":
		return nil, k.noKeys(words[1:])
	case "lost":
		return nil, &effect.Error{
			Kind: effect.Failed, Message: "began and left no status; whether it did its work is not known", Doubt: true,
			Hint: "its host or its runner died under it: look there, then answer",
		}
	case "gone":
		return nil, &effect.Error{
			Kind: effect.Failed, Message: "its directory of keys was removed under it; whether it did its work is not known", Doubt: true,
			Hint: "look on the host, then answer",
		}
	case "ended", "never":
		_, e, _ := k.late(context.Background(), true)
		return nil, e
	case "left":
		_, e, _ := k.late(context.Background(), false)
		return nil, e
	}
	return nil, k.mute(noise, t)
}

// finished reads the answer of a command that ended: its status, how many
// bytes its outputs have, and as many of them as are kept.
func (k *call) finished(t *talk, words []string) (effect.Value, *effect.Error) {
	var n [3]int64
	if len(words) != len(n) {
		return nil, k.garbled()
	}
	for i, w := range words {
		var err error
		if n[i], err = strconv.ParseInt(w, 10, 64); err != nil || n[i] < 0 {
			return nil, k.garbled()
		}
	}
	out, err := t.out.share(), t.err.share()
	if out.total < min(n[1], k.command.limit) || err.total < min(n[2], k.command.limit) {
		return nil, k.garbled() // less than it announced; what still writes can only add
	}
	out.total, err.total = max(n[1], out.total), max(n[2], err.total)
	return k.outcome(status{code: int(n[0]), signal: bySignal(int(n[0]))}, out, err)
}
