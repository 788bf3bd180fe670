package interpreter_test

import (
	"math"
	"strings"
	"testing"
	"time"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"pgregory.net/rapid"

	"runbook/effect"
	"runbook/interpreter"
)

// anyValue draws values of the whole closed set.
func anyValue() *rapid.Generator[effect.Value] {
	leaf := rapid.OneOf(
		rapid.Just(effect.Value(nil)),
		rapid.Map(rapid.Bool(), func(v bool) effect.Value { return v }),
		rapid.Map(rapid.Int64(), func(v int64) effect.Value { return v }),
		rapid.Map(rapid.Float64(), func(v float64) effect.Value { return v }),
		rapid.SampledFrom([]effect.Value{math.NaN(), math.Inf(1), math.Copysign(0, -1), int64(math.MinInt64)}),
		rapid.Map(rapid.String(), func(v string) effect.Value { return v }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(v []byte) effect.Value { return effect.Bytes(v) }),
		rapid.Map(rapid.Int64Range(-1<<40, 1<<40), func(v int64) effect.Value { return time.Unix(v, v&0xffff).UTC() }),
		rapid.Map(rapid.String(), func(v string) effect.Value { return effect.Secret{Env: v} }),
	)
	var node func(depth int) *rapid.Generator[effect.Value]
	node = func(depth int) *rapid.Generator[effect.Value] {
		if depth == 0 {
			return leaf
		}
		below := node(depth - 1)
		list := rapid.Map(rapid.SliceOfN(below, 0, 4), func(v []effect.Value) effect.Value { return v })
		record := rapid.Custom(func(t *rapid.T) effect.Value {
			s := effect.Struct{}
			for _, name := range rapid.SliceOfNDistinct(rapid.String(), 0, 4, rapid.ID).Draw(t, "names") {
				s = append(s, effect.Field{Name: name, Value: below.Draw(t, "field")})
			}
			return s
		})
		return rapid.OneOf(leaf, list, record)
	}
	return node(3)
}

// TestThereAndBack: a value is the same after it went through a script.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	values := anyValue()
	rapid.Check(t, func(t *rapid.T) {
		v := values.Draw(t, "value")
		back, err := interpreter.FromStarlark(interpreter.ToStarlark(v))
		if err != nil {
			t.Fatal(err)
		}
		if !effect.Equal(v, back) {
			t.Fatalf("got %s, want %s", effect.DescribeWhole(back), effect.DescribeWhole(v))
		}
		if err := effect.Check(back); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFromStarlark(t *testing.T) {
	t.Parallel()
	set := starlark.NewSet(1)
	if err := set.Insert(starlark.MakeInt(1)); err != nil {
		t.Fatal(err)
	}
	dict := func(k, v starlark.Value) *starlark.Dict {
		d := starlark.NewDict(1)
		if err := d.SetKey(k, v); err != nil {
			t.Fatal(err)
		}
		return d
	}
	zone := time.FixedZone("there", 3600)
	deep := starlark.Value(starlark.None)
	for range 200 {
		deep = starlark.NewList([]starlark.Value{deep})
	}
	for _, c := range []struct {
		v           starlark.Value
		want, wrong string
	}{
		{starlark.Tuple{starlark.MakeInt(1), starlark.None}, "[1, None]", ""},
		{set, "[1]", ""},
		{startime.Time(time.Date(2026, 1, 2, 3, 4, 5, 6, zone)), "2026-01-02T02:04:05.000000006Z", ""},
		{dict(starlark.String("a"), starlark.Bytes("\xff")), `{"a": b"\xff"}`, ""},
		{starlark.MakeInt(1).Lsh(63), "", "got an integer beyond 64 bits, 9223372036854775808"},
		{starlark.String("\xff"), "", "got a string that is not UTF-8, want text or bytes"},
		{dict(starlark.String("\xff"), starlark.None), "", `key "\xff": got a string that is not UTF-8, want text or bytes`},
		{dict(starlark.MakeInt(1), starlark.None), "", "got a dict with key 1, want strings"},
		{starlark.Tuple{dict(starlark.String("k"), starlark.Universe["len"])}, "", `[0]: ["k"]: got builtin_function_or_method, want None, bool, int, float, string, bytes, time, list or dict`},
		{starlarkstruct.FromStringDict(starlarkstruct.Default, nil), "", "got struct, want None, bool, int, float, string, bytes, time, list or dict"},
		{deep, "", "got a value nested more than 100 deep"},
	} {
		v, err := interpreter.FromStarlark(c.v)
		if c.wrong != "" {
			if err == nil || !strings.HasSuffix(err.Error(), c.wrong) {
				t.Errorf("FromStarlark(%s): got %v, want %s", c.v.Type(), err, c.wrong)
			}
			continue
		}
		if err != nil || effect.DescribeWhole(v) != c.want {
			t.Errorf("FromStarlark(%s) = %s, %v, want %s", c.v, effect.DescribeWhole(v), err, c.want)
		}
	}
}

// TestSecret: nothing that a script or a printer can do shows one.
func TestSecret(t *testing.T) {
	t.Parallel()
	s := interpreter.Secret{Secret: effect.Secret{Command: "cat /etc/hidden"}}
	list := starlark.NewList([]starlark.Value{s})
	for _, text := range []string{s.String(), list.String(), starlark.Tuple{s}.String()} {
		if strings.Contains(text, "hidden") || !strings.Contains(text, "<secret>") {
			t.Errorf("got %s, want <secret>", text)
		}
	}
	if _, err := s.Hash(); err == nil {
		t.Error("got a hash of a secret, want none: it tells two apart")
	}
}
