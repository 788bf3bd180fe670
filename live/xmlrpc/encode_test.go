package xmlrpc

import (
	"math"
	"strings"
	"testing"
	"time"

	kolo "github.com/kolo/xmlrpc"
	"pgregory.net/rapid"

	"runbook/effect"
)

// params is what is between <params> and </params>.
func params(t *testing.T, doc []byte, err error) string {
	t.Helper()
	if err != nil {
		return "error: " + err.Error()
	}
	_, rest, _ := strings.Cut(string(doc), "<params>")
	rest, _, ok := strings.Cut(rest, "</params>")
	if !ok {
		t.Fatalf("got %s, want a methodCall with params", doc)
	}
	return rest
}

// TestKolo lists everything that kolo mangles: what it makes of a value, and
// what is sent instead. If kolo's column changes, the encoder may get simpler.
func TestKolo(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("CET", 3600)
	for _, test := range []struct {
		name  string
		kolo  any
		makes string
		value effect.Value
		sent  string
	}{
		{"nil", nil, `<param></param>`, nil, `<param><value><nil/></value></param>`},
		{
			"nil in a list",
			[]any{nil},
			`<param><value><array><data><value/></data></array></value></param>`,
			list{nil},
			`<param><value><array><data><value><nil/></value></data></array></value></param>`,
		},
		{
			"integer of 64 bits", int64(1) << 31, `<param><value><int>2147483648</int></value></param>`,
			int64(1) << 31, `<param><value><i8>2147483648</i8></value></param>`,
		},
		{
			"least integer", int64(math.MinInt64), `<param><value><int>-9223372036854775808</int></value></param>`,
			int64(math.MinInt64), `<param><value><i8>-9223372036854775808</i8></value></param>`,
		},
		{
			"bytes", []byte("hi"), `<param><value><array><data><value><i4>104</i4></value><value><i4>105</i4></value></data></array></value></param>`,
			effect.Bytes("hi"), `<param><value><base64>aGk=</base64></value></param>`,
		},
		{
			"Base64 is not encoded", kolo.Base64("hi"), `<param><value><base64>hi</base64></value></param>`,
			effect.Bytes("\xff<"), `<param><value><base64>/zw=</base64></value></param>`,
		},
		{
			"name of a member",
			map[string]any{"a<b": "c"},
			`<param><value><struct><member><name>a<b</name><value><string>c</string></value></member></struct></value></param>`,
			record("a<b", "c"), `<param><value><struct><member><name>a&lt;b</name><value><string>c</string></value></member></struct></value></param>`,
		},
		{
			"time with a zone", time.Date(2006, 1, 2, 15, 4, 5, 0, berlin), `<param><value><dateTime.iso8601>20060102T15:04:05</dateTime.iso8601></value></param>`,
			time.Date(2006, 1, 2, 15, 4, 5, 0, berlin), `<param><value><dateTime.iso8601>20060102T14:04:05</dateTime.iso8601></value></param>`,
		},
		{
			"year of five digits", time.Date(12006, 1, 2, 15, 4, 5, 0, time.UTC), `<param><value><dateTime.iso8601>120060102T15:04:05</dateTime.iso8601></value></param>`,
			time.Date(12006, 1, 2, 15, 4, 5, 0, time.UTC), `error: argument 1: got a time in the year 12006, want one of four digits`,
		},
		{
			"control character", "a\x1bb", "<param><value><string>a\uFFFDb</string></value></param>",
			"a\x1bb", `error: argument 1: got text with the control character U+001B at byte 1, which XML cannot carry; send it as bytes`,
		},
		{
			"character outside of XML", "a\uFFFE", "<param><value><string>a\uFFFD</string></value></param>",
			"a\uFFFE", `error: argument 1: got text with the control character U+FFFE at byte 1, which XML cannot carry; send it as bytes`,
		},
		{
			"not UTF-8", "a\xff", "<param><value><string>a\uFFFD</string></value></param>",
			list{record("x", "a\xff")},
			`error: argument 1: item 0: member "x": got text that is not UTF-8 at byte 1, want UTF-8 or bytes`,
		},
		{
			"not a number", math.NaN(), `<param><value><double>NaN</double></value></param>`,
			math.NaN(), `error: argument 1: got NaN, want a number that XML-RPC can carry`,
		},
		{
			"infinity", math.Inf(-1), `<param><value><double>-Inf</double></value></param>`,
			math.Inf(-1), `error: argument 1: got -Inf, want a number that XML-RPC can carry`,
		},
	} {
		doc, err := kolo.EncodeMethodCall("m", test.kolo)
		if got := params(t, doc, err); got != test.makes {
			t.Errorf("%s: kolo makes %s, want %s as it used to", test.name, got, test.makes)
		}
		doc, err = encode("m", list{test.value})
		if got := params(t, doc, err); got != test.sent {
			t.Errorf("%s: encode(%v) = %s, want %s", test.name, test.value, got, test.sent)
		}
	}
}

func TestMethodName(t *testing.T) {
	t.Parallel()
	const head = `<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>`
	doc, err := kolo.EncodeMethodCall("a<b&c")
	if got, want := string(doc), head+"a<b&c</methodName></methodCall>"; err != nil || got != want {
		t.Errorf("kolo makes %s, %v, want %s as it used to", got, err, want)
	}
	for _, test := range []struct {
		method string
		args   list
		want   string
	}{
		{"db_a-b.getState", nil, head + "db_a-b.getState</methodName><params></params></methodCall>"},
		{"a<b&c", nil, head + "a&lt;b&amp;c</methodName><params></params></methodCall>"},
		{"a<b&c", list{nil}, head + "a&lt;b&amp;c</methodName><params><param><value><nil/></value></param></params></methodCall>"},
		{"", nil, "method: got no name, want one"},
		{"a\x00", nil, "method: got text with the control character U+0000 at byte 1, which XML cannot carry; send it as bytes"},
	} {
		doc, err := encode(test.method, test.args)
		got := string(doc)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("encode(%q, %v) = %s, want %s", test.method, test.args, got, test.want)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]effect.Value{
		"argument 2: got effect.Secret, want a value of XML-RPC":                                                                       effect.Secret{Env: "X"},
		"argument 2: got int, want a value of XML-RPC":                                                                                 7,
		"argument 2: item 1: got []uint8, want a value of XML-RPC":                                                                     list{"", []byte("x")},
		"argument 2: name of a member: got text with the control character U+0001 at byte 0, which XML cannot carry; send it as bytes": record("\x01", ""),
	} {
		if doc, err := encode("m", list{"", v}); err == nil || err.Error() != want {
			t.Errorf("encode(%v) = %s, %v, want error %s", v, doc, err, want)
		}
	}
}

// drawValue draws any value that can be sent. Times have whole seconds: more is
// cut off.
func drawValue(depth int) *rapid.Generator[effect.Value] {
	kinds := []*rapid.Generator[effect.Value]{
		rapid.Just[effect.Value](nil),
		rapid.Custom(func(t *rapid.T) effect.Value { return rapid.Bool().Draw(t, "bool") }),
		rapid.Custom(func(t *rapid.T) effect.Value { return rapid.Int64().Draw(t, "int") }),
		rapid.Custom(func(t *rapid.T) effect.Value { return int64(rapid.Int32().Draw(t, "int32")) }),
		rapid.Custom(func(t *rapid.T) effect.Value { return rapid.Float64().Draw(t, "double") }),
		rapid.Custom(func(t *rapid.T) effect.Value { return drawText().Draw(t, "text") }),
		rapid.Custom(func(t *rapid.T) effect.Value {
			return effect.Bytes(rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "bytes"))
		}),
		rapid.Custom(func(t *rapid.T) effect.Value {
			return time.Unix(rapid.Int64Range(-62167219200, 253402300799).Draw(t, "time"), 0).UTC()
		}),
	}
	if depth > 0 {
		kinds = append(kinds, rapid.Custom(func(t *rapid.T) effect.Value {
			return rapid.SliceOfN(drawValue(depth-1), 0, 4).Draw(t, "list")
		}), rapid.Custom(func(t *rapid.T) effect.Value {
			s := effect.Struct{}
			for _, name := range rapid.SliceOfNDistinct(drawText(), 0, 4, rapid.ID).Draw(t, "names") {
				s = append(s, effect.Field{Name: name, Value: drawValue(depth-1).Draw(t, "member")})
			}
			return s
		}))
	}
	return rapid.OneOf(kinds...)
}

// drawText draws text that XML can carry.
func drawText() *rapid.Generator[string] {
	return rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("<>&\"' \t\r\n]é€"))).Filter(isChar))
}

// TestRoundTrip reads back what is written.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		method := drawText().Filter(func(s string) bool { return s != "" }).Draw(t, "method")
		args := rapid.SliceOfN(drawValue(3), 0, 4).Draw(t, "args")
		doc, err := encode(method, args)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		gotMethod, gotArgs, err := decodeCall(doc)
		if err != nil || gotMethod != method || !effect.EqualLists(gotArgs, args) {
			t.Fatalf("decoded %q, %s, %v from %s", gotMethod, effect.DescribeWhole(gotArgs), err, doc)
		}
	})
}

// TestSameForm holds what is written here against what kolo writes, for the
// values that kolo writes right.
func TestSameForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(2).Filter(koloWritesRight).Draw(t, "value")
		doc, err := encode("m", list{v})
		if own := write("m", list{v}); err != nil || string(own) != string(doc) {
			t.Fatalf("kolo writes %s, %v, want %s", doc, err, own)
		}
	})
}

// decodeCall reads a methodCall with the decoder of replies.
func decodeCall(doc []byte) (string, []effect.Value, error) {
	d := &decoder{lexer: lexer{window: make([]byte, windowSize)}, names: map[string]string{}}
	d.reset(strings.NewReader(string(doc)), Limits{}.orDefaults())
	if err := d.prolog(""); err != nil {
		return "", nil, err
	}
	for _, want := range []element{callTag, methodTag} {
		if t, err := d.tag(); err != nil || t.element != want || !t.start {
			return "", nil, d.errorf("got " + d.show(t) + ", want " + want.String())
		}
	}
	text, err := d.text()
	if err != nil {
		return "", nil, err
	}
	method := string(text)
	if err := d.close(methodTag); err != nil {
		return "", nil, err
	}
	if t, err := d.tag(); err != nil || t.element != paramsTag {
		return "", nil, d.errorf("got no <params>")
	}
	args := []effect.Value{}
	for {
		t, err := d.tag()
		if err != nil {
			return "", nil, err
		}
		if !t.start {
			break
		}
		v, err := d.param()
		if err != nil {
			return "", nil, err
		}
		args = append(args, v)
	}
	if err := d.close(callTag); err != nil {
		return "", nil, err
	}
	return method, args, d.epilog()
}
