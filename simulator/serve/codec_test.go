package serve

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"runbook/effect"
)

func TestDecodeCall(t *testing.T) {
	t.Parallel()
	const head = "<methodCall><methodName>m</methodName>"
	param := func(value string) string {
		return head + "<params><param>" + value + "</param></params></methodCall>"
	}
	for _, c := range []struct {
		body string
		want any // []effect.Value, or the error's text
	}{
		{head + "</methodCall>", []effect.Value(nil)},
		{head + "<params/></methodCall>", []effect.Value(nil)},
		{"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n<!-- x --><methodCall>\n<methodName>m</methodName>\n<params>\n</params>\n</methodCall>\n<!-- y -->\n", []effect.Value(nil)},
		{param("<value>a &amp;&lt;&gt;&quot;&apos;&#65;&#x20AC; b</value>"), []effect.Value{`a &<>"'A€ b`}},
		{param("<value> kept </value>"), []effect.Value{" kept "}},
		{param("<value/>"), []effect.Value{""}},
		{param("<value><string/></value>"), []effect.Value{""}},
		{param("<value>\n <string>x</string>\n</value>"), []effect.Value{"x"}},
		{param("<value><string>a\r\nb\rc</string></value>"), []effect.Value{"a\nb\nc"}},
		{param("<value><string>a<![CDATA[<&>]]>b<!-- no -->c</string></value>"), []effect.Value{"a<&>bc"}},
		{param("<value><int> -7 </int></value>"), []effect.Value{int64(-7)}},
		{param("<value><i4 a='>'>7</i4></value>"), []effect.Value{int64(7)}},
		{param("<value><i8>9223372036854775807</i8></value>"), []effect.Value{int64(math.MaxInt64)}},
		{param("<value><double>-1.5e3</double></value>"), []effect.Value{-1500.0}},
		{param("<value><boolean>1</boolean></value>"), []effect.Value{true}},
		{param("<value><nil/></value>"), []effect.Value{nil}},
		{param("<value><ex:nil></ex:nil></value>"), []effect.Value{nil}},
		{param("<value><base64>AP \n8B</base64></value>"), []effect.Value{effect.Bytes("\x00\xff\x01")}},
		{param("<value><dateTime.iso8601>20170101T01:02:03</dateTime.iso8601></value>"), []effect.Value{time.Date(2017, 1, 1, 1, 2, 3, 0, time.UTC)}},
		{param("<value><array><data></data></array></value>"), []effect.Value{[]effect.Value{}}},
		{param("<value><array><data/></array></value>"), []effect.Value{[]effect.Value{}}},
		{
			param("<value><array><data><value>a</value> <value><int>1</int></value></data></array></value>"),
			[]effect.Value{[]effect.Value{"a", int64(1)}},
		},
		{
			param("<value><struct><member><name>b</name><value>1</value></member><member><name>a</name><value/></member><member><name>b</name><value>2</value></member></struct></value>"),
			[]effect.Value{effect.Struct{{Name: "b", Value: "2"}, {Name: "a", Value: ""}}},
		},
		{"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + param("<value>\xe9</value>"), []effect.Value{"é"}},

		{"", "got the end, want <methodCall>"},
		{"x", "got text outside the root element"},
		{"<html/>", "got <html>, want <methodCall>"},
		{"<methodCall><methodName></methodName></methodCall>", "got an empty methodName"},
		{"<methodCall><params/></methodCall>", "got <params>, want <methodName>"},
		{"<methodCall><methodName><b/></methodName></methodCall>", "got <b>, want text"},
		{head, "got the end, want </methodCall>"},
		{head + "</methodcall>", "got </methodcall>, want the end of what is open"},
		{head + "</methodCall><methodCall/>", "got a second root element <methodCall>"},
		{head + "<params></params><params></params></methodCall>", "got <params>, want </methodCall>"},
		{head + "<fault/></methodCall>", "got <fault>, want <params>"},
		{"<!DOCTYPE x [<!ENTITY a \"b\">]>" + head + "</methodCall>", "got a document type or other declaration, want none"},
		{param("<value>&lol;</value>"), `got the entity "&lol;", want one that XML has`},
		{param("<value>&#0;</value>"), `got the entity "&#0;"`},
		{param("<value>&#xD800;</value>"), `got the entity "&#xD800;"`},
		{param("<value>&amp</value>"), "got & without an entity"},
		{param("<value>\x01</value>"), "got a character that XML does not allow"},
		{param("<value>\xff</value>"), "got bytes that are not UTF-8"},
		{"<?xml version='1.0' encoding='utf-16'?>" + head + "</methodCall>", `got the encoding "utf-16", want utf-8`},
		{param("<value>a<int>1</int></value>"), "got <int> after text"},
		{param("<value><int>1</int>a</value>"), `got "a", want an element`},
		{param("<value><int>1</int><int>1</int></value>"), "got <int>, want </value>"},
		{param("<value><int>99999999999999999999</int></value>"), "got a number that cannot be read"},
		{param("<value><double>NaN</double></value>"), "got a number that cannot be read"},
		{param("<value><boolean>true</boolean></value>"), "got a boolean that is neither 0 nor 1"},
		{param("<value><base64>!</base64></value>"), "got base64 that cannot be read"},
		{param("<value><dateTime.iso8601>now</dateTime.iso8601></value>"), "got a dateTime.iso8601 that cannot be read"},
		{param("<value><nil>x</nil></value>"), "got text in a nil"},
		{param("<value><float>1</float></value>"), "got a value of an unknown type"},
		{param("<value><array><value/></array></value>"), "got <value>, want <data>"},
		{param("<value><struct><member><value/></member></struct></value>"), "got <value>, want <name>"},
		{param("<value><![CDATA[x</value>"), "got <![CDATA[ without ]]>"},
		{param("<value <int>1</int></value>"), "got < without an element"},
		{param(strings.Repeat("<value><array><data>", 70) + strings.Repeat("</data></array></value>", 70)), "got a value more than 64 deep"},
		{strings.Repeat("<a>", 300), "got <a>, want <methodCall>"},
	} {
		got, err := decodeCall([]byte(c.body))
		if text, wantError := c.want.(string); wantError {
			if err == nil || !strings.Contains(err.Error(), text) || !strings.HasPrefix(err.Error(), "request: ") {
				t.Errorf("%s\ngot  %v\nwant %s", c.body, err, text)
			}
			continue
		}
		if err != nil || got.Method != "m" {
			t.Errorf("%s: got %q, %v", c.body, got.Method, err)
		}
		if diff := cmp.Diff(c.want, any(got.Args)); diff != "" {
			t.Errorf("%s: %s", c.body, diff)
		}
	}
}

// The wanted texts are what Python 3's xmlrpc.client.dumps(…, methodresponse=True,
// allow_none=True) gives, with "double" as Python prints it.
func TestRepliesAreThoseOfPython(t *testing.T) {
	t.Parallel()
	value := effect.Struct{{Name: "a<", Value: []effect.Value{
		int64(1), true, 2.5, "x<&>", nil, effect.Bytes(strings.Repeat("abc", 40)), time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC), []effect.Value{}, effect.Struct{}, int64(1) << 40,
	}}}
	want := `<?xml version='1.0'?>
<methodResponse>
<params>
<param>
<value><struct>
<member>
<name>a&lt;</name>
<value><array><data>
<value><int>1</int></value>
<value><boolean>1</boolean></value>
<value><double>2.5</double></value>
<value><string>x&lt;&amp;&gt;</string></value>
<value><nil/></value><value><base64>
YWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJj
YWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJjYWJj
YWJjYWJj
</base64></value>
<value><dateTime.iso8601>20170101T00:00:00</dateTime.iso8601></value>
<value><array><data>
</data></array></value>
<value><struct>
</struct></value>
<value><i8>1099511627776</i8></value>
</data></array></value>
</member>
</struct></value>
</param>
</params>
</methodResponse>
`
	if diff := cmp.Diff(want, string(appendReply(nil, value))); diff != "" {
		t.Error(diff)
	}
	fault := `<?xml version='1.0'?>
<methodResponse>
<fault>
<value><struct>
<member>
<name>faultCode</name>
<value><int>-1</int></value>
</member>
<member>
<name>faultString</name>
<value><string>no &lt;n&gt;</string></value>
</member>
</struct></value>
</fault>
</methodResponse>
`
	if diff := cmp.Diff(fault, string(appendFault(nil, -1, "no <n>"))); diff != "" {
		t.Error(diff)
	}
}

func drawValue(t *rapid.T, depth int) effect.Value {
	kinds := 7
	if depth > 0 {
		kinds = 9
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return rapid.Int64().Draw(t, "int")
	case 3:
		return rapid.Float64Range(-1e300, 1e300).Draw(t, "float")
	case 4:
		return text(t)
	case 5:
		return effect.Bytes(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	case 6:
		return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "time"), 0).UTC()
	case 7:
		list := make([]effect.Value, rapid.IntRange(0, 4).Draw(t, "items"))
		for i := range list {
			list[i] = drawValue(t, depth-1)
		}
		return list
	}
	fields := effect.Struct{}
	for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z ]{0,5}`), 0, 4, rapid.ID).Draw(t, "names") {
		fields = append(fields, effect.Field{Name: name, Value: drawValue(t, depth-1)})
	}
	return fields
}

// text draws what XML can carry; \r cannot come back.
func text(t *rapid.T) string {
	return strings.Map(func(r rune) rune {
		if notXML(r) || r == '\r' || r == 0xFFFE || r == 0xFFFF || r == utf8.RuneError {
			return ' '
		}
		return r
	}, rapid.String().Draw(t, "text"))
}

// What is written can be read again as the same, values of a reply having the
// same form as those of a call.
func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawValue(t, 3)
		body := "<methodCall><methodName>m</methodName><params><param>" + string(appendValue(nil, want)) + "</param></params></methodCall>"
		got, err := decodeCall([]byte(body))
		if err != nil || len(got.Args) != 1 || !effect.Equal(got.Args[0], want) {
			t.Fatalf("%s\ngot  %s, %v\nwant %s", body, effect.DescribeWhole(got.Args), err, effect.DescribeWhole(want))
		}
		if err := effect.Check(got.Args[0]); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzDecodeCall(f *testing.F) {
	f.Add([]byte("<methodCall><methodName>m</methodName></methodCall>"))
	f.Add([]byte("<?xml version='1.0' encoding='latin1'?><methodCall><methodName>a.b</methodName><params><param><value><struct><member><name>n</name><value><nil/></value></member></struct></value></param></params></methodCall>"))
	f.Add([]byte("<methodCall><methodName>m</methodName><params><param><value><array><data><value>&#65;<![CDATA[x]]></value></data></array></value></param></params></methodCall>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		call, err := decodeCall(body)
		if err != nil {
			return
		}
		if err := effect.Check(call.Args); err != nil {
			t.Errorf("an argument is no value: %v", err)
		}
		written := []byte("<methodCall><methodName>" + string(appendEscaped(nil, call.Method)) + "</methodName><params>")
		for _, a := range call.Args {
			written = append(append(append(written, "<param>"...), appendValue(nil, a)...), "</param>"...)
		}
		written = append(written, "</params></methodCall>"...)
		again, err := decodeCall(written)
		if strings.ContainsRune(string(written), '\r') || hasEarlyTime(call.Args) {
			return // cannot be written so that it comes back
		}
		if err != nil || again.Method != call.Method || !effect.EqualLists(again.Args, call.Args) {
			t.Errorf("%q came back as %q, %v", written, again.Method, err)
		}
	})
}

// hasEarlyTime finds years that do not fit four digits.
func hasEarlyTime(v effect.Value) bool {
	switch v := v.(type) {
	case time.Time:
		return v.Year() < 0 || v.Year() > 9999 || v.Nanosecond() != 0
	case []effect.Value:
		for _, e := range v {
			if hasEarlyTime(e) {
				return true
			}
		}
	case effect.Struct:
		for _, f := range v {
			if hasEarlyTime(f.Value) {
				return true
			}
		}
	}
	return false
}

func BenchmarkDecodeCall(b *testing.B) {
	body := []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodCall><methodName>startupNode</methodName><params><param><value><string>n0011</string></value></param></params></methodCall>")
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := decodeCall(body); err != nil {
			b.Fatal(err)
		}
	}
}

// Time and memory stay linear, whatever is sent.
func BenchmarkDecodeHostile(b *testing.B) {
	for name, body := range map[string]string{
		"pieces":   "<methodCall><methodName>m</methodName><params><param><value>" + strings.Repeat("a<!---->", 1<<17),
		"comments": strings.Repeat("<!-- -->", 1<<17),
		"values":   "<methodCall><methodName>m</methodName><params><param><value><array><data>" + strings.Repeat("<value/>", 1<<17),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, err := decodeCall([]byte(body)); err == nil {
					b.Fatal("no error")
				}
			}
		})
	}
}
