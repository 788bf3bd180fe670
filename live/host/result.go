package host

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"runbook/effect"
)

// maxDetail is how much of each output an error carries.
const maxDetail = 8 << 10

// answer makes a value or an error of what a direct program said.
func (k *call) answer(t *talk) (effect.Value, *effect.Error) {
	words, noise, ok := t.out.head()
	switch {
	case ok && len(words) == 1 && words[0] == "cwd":
		return nil, k.noDir()
	case !ok || len(words) != 2 || words[0] != "started":
		return nil, k.mute(noise, t)
	}
	return k.outcome(t.p.status, t.out.share(), t.err.share())
}

// outcome is what came of a command that ended.
func (k *call) outcome(s status, out, err share) (effect.Value, *effect.Error) {
	if k.command.start {
		return k.daemon(out, err)
	}
	if !k.command.good(s.code) {
		return nil, k.exit(s, out, err)
	}
	if !k.command.binary {
		out.whole()
		err.whole()
	}
	v := effect.Struct{
		{Name: "code", Value: int64(s.code)},
		{Name: "stdout", Value: k.text(out.text)},
		{Name: "stderr", Value: k.text(err.text)},
	}
	if cut := out.cut() + err.cut(); cut > 0 {
		v = append(v, effect.Field{Name: "cut", Value: cut})
	}
	return v, nil
}

// text is an output as a value: a string if it is one, else bytes.
func (k *call) text(b []byte) effect.Value {
	s := k.hide(string(b))
	if k.command.binary || !utf8.ValidString(s) {
		return effect.Bytes(s)
	}
	return s
}

// exit is the error of a status that is not among those that are none.
func (k *call) exit(s status, out, err share) *effect.Error {
	text := fmt.Sprintf("exit status %d", s.code)
	if s.signal != "" {
		text += " (signal " + s.signal + ")"
	}
	line := lastLine(err.text)
	if line == "" {
		line = lastLine(out.text)
	}
	if line != "" {
		text += ": " + line
	}
	code := int64(s.code)
	return &effect.Error{
		Kind: effect.Exit, Message: text, Code: &code, Hint: exitHint(s.code, k.command),
		Details: effect.Struct{
			{Name: "code", Value: code},
			{Name: "stdout", Value: k.text(tail(out))},
			{Name: "stderr", Value: k.text(tail(err))},
		},
	}
}

func exitHint(code int, c *command) string {
	name := "the line's command"
	if c.argv != nil {
		name = c.argv[0]
	}
	switch code {
	case 126:
		return name + " was found and could not be run: check its permissions"
	case 127:
		return name + " was not found on the host: give its whole path, or a PATH in env="
	}
	return ""
}

// tail is the end of an output that fits an error.
func tail(s share) []byte {
	if n := len(s.text) - maxDetail; n > 0 {
		s.text = s.text[n:]
	}
	s.whole()
	return s.text
}

// lastLine is the last line of an output that says something, for a message.
func lastLine(b []byte) string {
	if n := len(b) - maxDetail; n > 0 {
		b = b[n:]
	}
	text := strings.TrimSpace(effect.Printable(strings.ReplaceAll(string(b), "\r", "\n")))
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		text = text[i+1:]
	}
	return effect.Shorten(strings.TrimSpace(text), 300)
}

// daemon is what the program that starts a daemon said.
func (k *call) daemon(out, err share) (effect.Value, *effect.Error) {
	first, rest, _ := strings.Cut(string(out.text), "\n")
	what, number, _ := strings.Cut(first, " ")
	n, bad := strconv.ParseInt(number, 10, 64)
	switch {
	case what == "log":
		e := &effect.Error{Kind: effect.Refused, Message: "log: " + strconv.Quote(k.command.log) + " cannot be written", Hint: "check that its directory is there and may be written to"}
		if line := lastLine(err.text); line != "" {
			e.Message += ": " + line
		}
		return nil, e
	case what == "pid" && bad == nil:
		return effect.Struct{{Name: "pid", Value: n}}, nil
	case what == "ended" && bad == nil:
		e := &effect.Error{Kind: effect.Exit, Message: fmt.Sprintf("ended at once with status %d", n), Code: &n, Hint: exitHint(int(n), k.command)}
		if line := lastLine([]byte(rest)); line != "" {
			e.Message += ": " + line
		}
		return nil, e
	}
	return nil, k.garbled()
}
