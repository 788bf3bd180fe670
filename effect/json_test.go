package effect_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"runbook/effect"
)

// anyValue draws values of the whole closed set.
func anyValue() *rapid.Generator[effect.Value] {
	leaf := rapid.OneOf(
		rapid.Just(effect.Value(nil)),
		rapid.Map(rapid.Bool(), func(v bool) effect.Value { return v }),
		rapid.Map(rapid.Int64(), func(v int64) effect.Value { return v }),
		rapid.Map(rapid.Float64(), func(v float64) effect.Value { return v }),
		rapid.SampledFrom([]effect.Value{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 1e21, 100000.0}),
		rapid.Map(rapid.String(), func(v string) effect.Value { return v }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(v []byte) effect.Value { return effect.Bytes(v) }),
		rapid.Custom(func(t *rapid.T) effect.Value {
			return time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).UTC()
		}),
		rapid.Custom(func(t *rapid.T) effect.Value {
			name := rapid.String().Draw(t, "secret")
			return rapid.SampledFrom([]effect.Secret{{}, {Env: name}, {File: name}, {Command: name}}).Draw(t, "which")
		}),
	)
	var node func(depth int) *rapid.Generator[effect.Value]
	node = func(depth int) *rapid.Generator[effect.Value] {
		if depth == 0 {
			return leaf
		}
		below := node(depth - 1)
		list := rapid.Map(rapid.SliceOfN(below, 0, 4), func(v []effect.Value) effect.Value { return v })
		names := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"$", "$$", "$bytes", "$time", "a", ""}))
		record := rapid.Custom(func(t *rapid.T) effect.Value {
			s := effect.Struct{}
			for _, name := range rapid.SliceOfNDistinct(names, 0, 20, rapid.ID).Draw(t, "names") {
				s = append(s, effect.Field{Name: name, Value: below.Draw(t, "field")})
			}
			return s
		})
		return rapid.OneOf(leaf, list, record)
	}
	return node(2)
}

func TestJSONLosesNothing(t *testing.T) {
	t.Parallel()
	values := anyValue()
	rapid.Check(t, func(t *rapid.T) {
		v := values.Draw(t, "value")
		if err := effect.Check(v); err != nil {
			t.Fatal(err)
		}
		text := effect.AppendJSON([]byte("x"), v)[1:]
		if !json.Valid(text) {
			t.Fatalf("AppendJSON(%s) = %s, not JSON", effect.DescribeWhole(v), text)
		}
		back, err := effect.ParseJSON(text)
		if err != nil {
			t.Fatalf("ParseJSON(%s): %v", text, err)
		}
		if !effect.Equal(v, back) {
			t.Fatalf("ParseJSON(%s) = %s, want %s", text, effect.DescribeWhole(back), effect.DescribeWhole(v))
		}
		if again := effect.AppendJSON(nil, back); !bytes.Equal(text, again) {
			t.Fatalf("written again: %s, want %s", again, text)
		}
	})
}

func TestAppendJSON(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 11, 22, 3, 15, 2, 500, time.UTC)
	for _, c := range []struct {
		value effect.Value
		want  string
	}{
		{nil, `null`},
		{int64(-1) << 63, `-9223372036854775808`},
		{17.0, `17.0`},
		{1e21, `1e+21`},
		{math.Inf(-1), `{"$float":"-Inf"}`},
		{"a\"\\\n\x00\u2028é\U0001F600", `"a\"\\\n\u0000` + "\u2028é\U0001F600" + `"`},
		{effect.Bytes("\x00\xff"), `{"$bytes":"AP8="}`},
		{when, `{"$time":"2026-11-22T03:15:02.0000005Z"}`},
		{when.In(time.FixedZone("", 3600)), `{"$time":"2026-11-22T03:15:02.0000005Z"}`},
		{time.Unix(1<<40, 5).UTC(), `{"$time":[1099511627776,5]}`},
		{effect.Secret{Env: "PASSWORD"}, `{"$secret":{"env":"PASSWORD"}}`},
		{effect.Secret{}, `{"$secret":{}}`},
		{[]effect.Value{}, `[]`},
		{effect.Struct{{Name: "b", Value: int64(1)}, {Name: "$a", Value: []effect.Value{nil, true}}}, `{"b":1,"$$a":[null,true]}`},
	} {
		if got := string(effect.AppendJSON(nil, c.value)); got != c.want {
			t.Errorf("AppendJSON(%s) = %s, want %s", effect.Describe(c.value), got, c.want)
		}
	}
}

func TestParseJSONRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{``, "got the end, want a value"},
		{`nul`, "got 'n', want a value"},
		{`1 2`, "got '2', want the end"},
		{"1\x00", `got '\x00', want the end`},
		{`01`, "want a number without leading zeros"},
		{`-`, "want a number without leading zeros"},
		{`1.`, "want a digit"},
		{`1e`, "want a digit"},
		{`1e999`, "want a number that fits 64 bits"},
		{`9223372036854775808`, "want an integer that fits 64 bits"},
		{`"abc`, `want '"'`},
		{"\"a\nb\"", "want it escaped"},
		{"\"\xff\"", "not UTF-8"},
		{"\"\\n\xff\"", "not UTF-8"},
		{`"\x"`, "want an escape"},
		{`"\ud800"`, "half of a surrogate pair"},
		{`"\ud800\u0041"`, "half of a surrogate pair"},
		{`"\u00g0"`, "want a hexadecimal digit"},
		{`[1,]`, "got ']', want a value"},
		{`[1 2]`, "want ',' or ']'"},
		{`{"a":1,}`, "want a field name"},
		{`{"a" 1}`, "want ':'"},
		{`{"a":1,"a":2}`, `got field "a" a second time`},
		{`{"$what":1}`, "want a $float, $bytes, $time or $secret"},
		{`{"$time":"yesterday"}`, "want a $float"},
		{`{"$time":[1,1000000000]}`, "want a $float"},
		{`{"$bytes":"*"}`, "want a $float"},
		{`{"$bytes":7}`, "want a $float"},
		{`{"$float":"1"}`, "want a $float"},
		{`{"$secret":{"password":"x"}}`, "want a $float"},
		{`{"$float":"NaN","a":1}`, "want '}'"},
		{`{"a":1,"$float":"NaN"}`, `got "$float" among other fields`},
		{`{"$time":{"$time":"x"}}`, `got "$time" among other fields`},
	} {
		_, err := effect.ParseJSON([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("ParseJSON(%s): got %v, want %s", c.text, err, c.want)
		}
	}
}

func TestJSONNesting(t *testing.T) {
	t.Parallel()
	nest := func(levels int, inner effect.Value) effect.Value {
		for range levels {
			inner = []effect.Value{inner}
		}
		return inner
	}
	for _, leaf := range []effect.Value{int64(1), effect.Bytes("x"), effect.Secret{Env: "X"}, time.Unix(1<<40, 0).UTC()} {
		v := nest(effect.MaxDepth, leaf)
		if err := effect.Check(v); err != nil {
			t.Errorf("Check at the limit: %v", err)
		}
		if back, err := effect.ParseJSON(effect.AppendJSON(nil, v)); err != nil || !effect.Equal(v, back) {
			t.Errorf("ParseJSON at the limit: %v", err)
		}
	}
	deeper := nest(effect.MaxDepth+1, int64(1))
	if err := effect.Check(deeper); err == nil {
		t.Error("Check beyond the limit: got no error")
	}
	if _, err := effect.ParseJSON(effect.AppendJSON(nil, deeper)); err == nil {
		t.Error("ParseJSON beyond the limit: got no error")
	}
	if _, err := effect.ParseJSON(bytes.Repeat([]byte(`{"$a":`), 1<<20)); err == nil {
		t.Error("ParseJSON of a million tags: got no error")
	}
}

func TestCheckNamesThePlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value effect.Value
		want  string
	}{
		{7, "value: got int, want an effect.Value"},
		{[]effect.Value{nil, effect.Struct{{Name: "a", Value: "\xff"}}}, "value[1].a: got a string that is not UTF-8, want text or bytes"},
		{effect.Struct{{Name: "a", Value: time.Now()}}, "value.a: got a time with zone or monotonic clock, want UTC"},
		{effect.Struct{{Name: "a"}, {Name: "a"}}, "value.a: got the field twice, want each name once"},
		{effect.Struct{{Name: "\xff"}}, `value field "\xff": got a string that is not UTF-8, want text or bytes`},
	} {
		if err := effect.Check(c.value); err == nil || err.Error() != c.want {
			t.Errorf("Check: got %v, want %s", err, c.want)
		}
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{
		`null`, `[1,-0,2.5e3]`, `{"a":{"$bytes":"AP8="},"$$b":"\ud83d\ude00\n"}`, `{"$time":"2026-11-22T03:15:02.5Z"}`,
		`{"$secret":{"env":"X"}}`, `{"$float":"NaN"}`, ` [ ] `, `{"$time":[1099511627776,5]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := effect.ParseJSON(text)
		if err != nil {
			return
		}
		if err := effect.Check(v); err != nil {
			t.Fatalf("ParseJSON(%q) is no value: %v", text, err)
		}
		if !utf8.Valid(text) || !json.Valid(text) {
			t.Fatalf("ParseJSON(%q): got no error, but encoding/json has one", text)
		}
		back, err := effect.ParseJSON(effect.AppendJSON(nil, v))
		if err != nil || !effect.Equal(v, back) {
			t.Fatalf("ParseJSON(%q) = %s, written and read again %s, %v", text, effect.Describe(v), effect.Describe(back), err)
		}
	})
}

func BenchmarkJSON(b *testing.B) {
	v := effect.Struct{
		{Name: "node", Value: "n0011"},
		{Name: "flags", Value: []effect.Value{int64(1), true, nil}},
		{Name: "since", Value: time.Date(2026, 11, 22, 3, 15, 2, 500, time.UTC)},
		{Name: "text", Value: strings.Repeat("boot log line\n", 20)},
	}
	text := effect.AppendJSON(nil, v)
	b.Run("append", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		var buf []byte
		for b.Loop() {
			buf = effect.AppendJSON(buf[:0], v)
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := effect.ParseJSON(text); err != nil {
				b.Fatal(err)
			}
		}
	})
}
