package value_test

import (
	"fmt"
	"testing"
	"time"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"

	"runbook/builtins/value"
	"runbook/effect"
	"runbook/interpreter"
)

// unpacks holds an Unpacker against arguments, what they come to, and what is
// wrong with them.
func unpacks[T any, P interface {
	*T
	starlark.Unpacker
}](t *testing.T, cases []unpackCase) {
	t.Helper()
	for _, c := range cases {
		var v T
		err := P(&v).Unpack(c.arg)
		if c.wrong != "" {
			if err == nil || err.Error() != c.wrong {
				t.Errorf("%T.Unpack(%s): got %v, want %s", v, c.arg, err, c.wrong)
			}
			continue
		}
		if got := fmt.Sprintf("%+v", v); err != nil || got != c.want {
			t.Errorf("%T.Unpack(%s) = %s, %v, want %s", v, c.arg, got, err, c.want)
		}
	}
}

type unpackCase struct {
	arg         starlark.Value
	want, wrong string
}

func str(s string) starlark.Value { return starlark.String(s) }

func strs(list ...string) *starlark.List {
	l := starlark.NewList(nil)
	for _, s := range list {
		_ = l.Append(starlark.String(s))
	}
	return l
}

func span(d time.Duration) starlark.Value { return startime.Duration(d) }

var (
	one  = starlark.MakeInt(1)
	fn   = starlark.Universe["len"]
	tail = ", want a duration such as \"90s\" or \"1h30m\""
)

func TestDuration(t *testing.T) {
	t.Parallel()
	unpacks[value.Duration](t, []unpackCase{
		{str("90s"), fmt.Sprint(int64(90 * time.Second)), ""},
		{str("1h30m"), fmt.Sprint(int64(90 * time.Minute)), ""},
		{str("2d"), fmt.Sprint(int64(48 * time.Hour)), ""},
		{str("1d12h"), fmt.Sprint(int64(36 * time.Hour)), ""},
		{str("250ms"), fmt.Sprint(int64(250 * time.Millisecond)), ""},
		{str("0s"), "0", ""},
		{span(time.Minute), fmt.Sprint(int64(time.Minute)), ""},
		{span(-time.Minute), "", "got -1m0s, want a duration that is not negative"},
		{str("-1s"), "", `got "-1s", want a duration that is not negative`},
		{str("90"), "", `got "90"` + tail},
		{str(""), "", `got ""` + tail},
		{str("1 h"), "", `got "1 h"` + tail},
		{str("-1d"), "", `got "-1d"` + tail},
		{str("1d-1h"), "", `got "1d-1h"` + tail},
		{str("36500d2560000h"), "", `got "36500d2560000h"` + tail},
		{one, "", "got int" + tail},
		{starlark.None, "", "got NoneType" + tail},
	})
	if d := value.Duration(time.Minute).Duration(); d != time.Minute {
		t.Errorf("Duration = %s, want 1m", d)
	}
}

func TestStrings(t *testing.T) {
	t.Parallel()
	unpacks[value.Strings](t, []unpackCase{
		{str("a"), "[a]", ""},
		{strs(), "[]", ""},
		{strs("a", "b"), "[a b]", ""},
		{starlark.Tuple{str("a")}, "[a]", ""},
		{starlark.Tuple{str("a"), one}, "", "[1]: got int, want string"},
		{one, "", "got int, want a string or a list of strings"},
		{starlark.None, "", "got NoneType, want a string or a list of strings"},
	})
}

func TestKinds(t *testing.T) {
	t.Parallel()
	unpacks[value.Kinds](t, []unpackCase{
		{str("timeout"), "[timeout]", ""},
		{strs("unreachable", "fault"), "[unreachable fault]", ""},
		{strs(), "[]", ""},
		{strs("timeout", "Timeout"), "", `got "Timeout", want one of unreachable, unauthorized, fault, exit, timeout, refused, declined, cancelled, failed, protocol`},
		{one, "", "got int, want a string or a list of strings"},
	})
	if k := (value.Kinds{effect.Fault}); !k.Has(effect.Fault) || k.Has(effect.Timeout) {
		t.Error("Has: want fault and not timeout")
	}
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	unpacks[value.Patterns](t, []unpackCase{
		{str("get*"), "[get*]", ""},
		{strs("get*", "is?", "log[EF]*"), "[get* is? log[EF]*]", ""},
		{str("[a"), "", `got "[a", want a pattern such as "get*"`},
		{starlark.True, "", "got bool, want a string or a list of strings"},
	})
	p := value.Patterns{"get*", "serviceIsOnline"}
	for name, want := range map[string]bool{
		"getNodeList": true, "get": true, "serviceIsOnline": true, "storage.getVolumeList": true, "a.b.getX": true,
		"Get": false, "target": false, "get.off": false, "storage.serviceIsOnlineNow": false, "": false,
	} {
		if got := p.Match(name); got != want {
			t.Errorf("Match(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestRecover(t *testing.T) {
	t.Parallel()
	var ask, repeat, probe value.Recover
	for r, v := range map[*value.Recover]starlark.Value{&ask: str("ask"), &repeat: str("repeat"), &probe: fn} {
		if err := r.Unpack(v); err != nil {
			t.Errorf("Unpack(%s): %v", v, err)
		}
	}
	if ask.Recovery != effect.Ask || repeat.Recovery != effect.Repeat || probe.Recovery != effect.Probe || probe.Probe != fn {
		t.Errorf("got %v, %v, %v, want ask, repeat, probe", ask, repeat, probe)
	}
	const want = `, want "ask", "repeat" or a function that answers "done" or "not done"`
	unpacks[value.Recover](t, []unpackCase{
		{str("again"), "", `got "again"` + want},
		{starlark.None, "", "got None" + want},
	})
}

// TestRecoverAnew: what a call says goes before what its server said, whole.
func TestRecoverAnew(t *testing.T) {
	t.Parallel()
	r := value.Recover{Policy: interpreter.Policy{Recovery: effect.Probe, Probe: fn.(starlark.Callable)}}
	if err := r.Unpack(str("repeat")); err != nil || r.Recovery != effect.Repeat || r.Probe != nil {
		t.Errorf("Unpack = %+v, %v, want repeat and no probe", r, err)
	}
}

func TestSecret(t *testing.T) {
	t.Parallel()
	unpacks[value.Secret](t, []unpackCase{
		{interpreter.Secret{Secret: effect.Secret{Env: "P"}}, "<secret>", ""},
		{str("hunter2"), "", `got string, want a secret such as secret(env="NAME") or secret(file="PATH")`},
	})
	s := value.Secret{Secret: effect.Secret{Env: "P"}}
	if err := s.Unpack(starlark.None); err != nil || !s.IsZero() {
		t.Errorf("Unpack(None): got %#v, %v, want none", s.Secret, err)
	}
}
