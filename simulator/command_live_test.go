package simulator

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
)

// The rows of these tables are those that live hosts are held to, on this
// machine and over SSH: what comes of a command is the same here.

func fields(pairs ...any) effect.Struct {
	s := effect.Struct{}
	for i := 0; i < len(pairs); i += 2 {
		s = append(s, effect.Field{Name: pairs[i].(string), Value: pairs[i+1]})
	}
	return s
}

func output(code int64, stdout, stderr effect.Value, more ...any) effect.Struct {
	return append(fields("code", code, "stdout", stdout, "stderr", stderr), fields(more...)...)
}

func TestCommandsRunAsLiveOnesDo(t *testing.T) {
	t.Parallel()
	w := hosts(t, "")
	for _, c := range []struct {
		name    string
		command effect.Value
		how     effect.Struct
		want    effect.Struct
	}{
		{"argv", argv("printf", "%s|", "a b", "'", `"\`, "$HOME", "*", "", "!x", "a\nb", "-n"), nil, output(0, "a b|'|\"\\|$HOME|*||!x|a\nb|-n|", "")},
		{"line", line("for i in 1 2\ndo echo $i; done; echo 'it''s' >&2"), nil, output(0, "1\n2\n", "its\n")},
		{"input", argv("cat"), fields("input", "x\ny"), output(0, "x\ny", "")},
		{"binary input", argv("cat"), fields("input", effect.Bytes("\xff\x00\r\n")), output(0, effect.Bytes("\xff\x00\r\n"), "")},
		{"binary", argv("echo", "x"), fields("binary", true), output(0, effect.Bytes("x\n"), effect.Bytes(""))},
		{"no input", argv("cat"), nil, output(0, "", "")},
		{"input that is not read", argv("true"), fields("input", strings.Repeat("x", 1<<20)), output(0, "", "")},
		{"environment", argv("sh", "-c", `echo "$A|$B_2"`), fields("env", fields("A", "it's\n$X", "B_2", "")), output(0, "it's\n$X|\n", "")},
		{"directory", argv("pwd"), fields("cwd", "/home/rhino"), output(0, "/home/rhino\n", "")},
		{"every status", argv("sh", "-c", "exit 7"), fields("ok", []effect.Value{}), output(7, "", "")},
		{"a status", argv("sh", "-c", "exit 7"), fields("ok", []effect.Value{int64(7)}), output(7, "", "")},
		{"a signal", argv("sh", "-c", "kill -KILL $$"), fields("ok", []effect.Value{int64(137)}), output(137, "", "")},
		{"tail", argv("sh", "-c", "printf 0123456789; printf 01234 >&2"), fields("limit", int64(4)), output(0, "6789", "1234", "cut", int64(7))},
		{"tail in a character", argv("printf", "aäöü"), fields("limit", int64(5)), output(0, "öü", "", "cut", int64(3))},
		{"no limit of it", argv("printf", "abc"), fields("limit", int64(3)), output(0, "abc", "")},
		{"nothing kept", argv("printf", "abc"), fields("limit", int64(0)), output(0, "", "", "cut", int64(3))},
		{"closed output", argv("sh", "-c", "echo a; exec >&- 2>&-; exit 0"), nil, output(0, "a\n", "")},
	} {
		for _, key := range []string{"", "1@" + c.name} {
			r := request("a", c.command, c.how...)
			if key != "" {
				r = keyed(r, key)
			}
			res, err := w.Perform(t.Context(), r)
			if diff := cmp.Diff(effect.Result{Value: c.want}, res); diff != "" || err != nil {
				t.Errorf("%s, key %q: %v, (-want +got)\n%s", c.name, key, err, diff)
			}
		}
	}
}

func TestCommandsFailAsLiveOnesDo(t *testing.T) {
	t.Parallel()
	w := hosts(t, "")
	for _, c := range []struct {
		name    string
		command effect.Value
		how     effect.Struct
		kind    effect.Kind
		message string
	}{
		{"status", argv("sh", "-c", "echo out; echo; echo 'last line' >&2; echo >&2; exit 3"), nil, effect.Exit, "exit status 3: last line"},
		{"status and output alone", argv("sh", "-c", "echo out; exit 3"), nil, effect.Exit, "exit status 3: out"},
		{"silent", argv("false"), nil, effect.Exit, "exit status 1"},
		{"none is right", argv("true"), fields("ok", []effect.Value{int64(1)}), effect.Exit, "exit status 0"},
		{"signal", argv("sh", "-c", "kill -TERM $$"), nil, effect.Exit, "exit status 143 (signal TERM)"},
		{"no directory", argv("true"), fields("cwd", "/no/such place"), effect.Refused, `cwd: got "/no/such place", want a directory of the host`},
		{"bad name", argv("true"), fields("env", fields("A-B", "x")), effect.Refused, `env: got the name "A-B", want letters, digits and underscores`},
		{"too long", argv("echo", strings.Repeat("x", mostCommand)), nil, effect.Refused, "command: got "},
		{"nothing", argv(), nil, effect.Refused, "command: got no name, want one"},
		{"NUL", argv("a\x00"), nil, effect.Refused, "command: got a NUL character, want none"},
		{"an odd option", argv("true"), fields("colour", "red"), effect.Refused, `how: got "colour", want input`},
		{"too much", argv("true"), fields("limit", int64(mostKept+1)), effect.Refused, "limit: got 67108865 bytes, want 0 to 67108864"},
		{"no text", argv("true"), fields("cwd", int64(1)), effect.Refused, "cwd: got int64, want another type"},
	} {
		for _, key := range []string{"", "1@" + c.name} {
			r := request("a", c.command, c.how...)
			if key != "" {
				r = keyed(r, key)
			}
			res, err := w.Perform(t.Context(), r)
			if e := res.Err; err != nil || e == nil || e.Kind != c.kind || !strings.HasPrefix(e.Message, c.message) || e.Doubt || e.Target != "a" || e.Operation != effect.OpRun {
				t.Errorf("%s, key %q: Perform = %+v, %v, want %s %q", c.name, key, e, err, c.kind, c.message)
			}
		}
	}
	res, _ := w.Perform(t.Context(), request("a", argv("sh", "-c", "yes x | head -c 20000; exit 2")))
	if out, _ := res.Err.Details.Get("stdout"); len(out.(string)) != maxDetail {
		t.Errorf("stdout in the error's details has %d bytes, want %d", len(out.(string)), maxDetail)
	}
	res, _ = w.Perform(t.Context(), request("a", argv("no-such-program")))
	if e := res.Err; e.Code == nil || *e.Code != 127 || !strings.Contains(e.Hint, "was not found") {
		t.Errorf("Perform = %+v, want status 127 with its hint", e)
	}
}
