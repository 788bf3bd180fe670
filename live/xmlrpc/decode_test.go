package xmlrpc

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
)

// list and record make values shorter to write.
type list = []effect.Value

func record(pairs ...any) effect.Struct {
	s := effect.Struct{}
	for i := 0; i < len(pairs); i += 2 {
		s = append(s, effect.Field{Name: pairs[i].(string), Value: pairs[i+1]})
	}
	return s
}

// answer is the reply whose value is written so.
func answer(value string) string {
	return "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n" + value + "\n</param>\n</params>\n</methodResponse>\n"
}

func mustDecode(t *testing.T, r io.Reader, label string) effect.Value {
	t.Helper()
	v, f, err := decode(r, label, Limits{}.orDefaults())
	if err != nil || f != nil {
		t.Fatalf("decode = %v, %+v, %v, want a value", v, f, err)
	}
	if err := effect.Check(v); err != nil {
		t.Fatalf("decode gives no effect.Value: %v", err)
	}
	return v
}

var values = []struct {
	value string
	want  effect.Value
}{
	// Strings, with and without a type.
	{`<value><string>Yes</string></value>`, "Yes"},
	{`<value>Yes</value>`, "Yes"},
	{`<value> a b </value>`, " a b "},
	{`<value><string> a b </string></value>`, " a b "},
	{`<value></value>`, ""},
	{`<value/>`, ""},
	{`<value />`, ""},
	{`<value><string/></value>`, ""},
	{`<value><string></string></value>`, ""},
	{`<value>  </value>`, "  "},
	{"<value>\n  <string>x</string>\n</value>", "x"},
	{`<value><string>&lt;a&gt; &amp;amp; &quot;&apos;</string></value>`, `<a> &amp; "'`},
	{`<value>&#65;&#x42;&#x43a;&#128640;</value>`, "ABк🚀"},
	{`<value><![CDATA[<a> &amp; b]]></value>`, "<a> &amp; b"},
	{`<value><string>1<![CDATA[2]]>3<!-- 4 -->5<?p 6?>7</string></value>`, "12357"},
	{`<value><string><![CDATA[]]]]><![CDATA[>]]></string></value>`, "]]>"},
	{"<value><string>a\r\nb\rc\n\r\n<![CDATA[\r\r\nd\r]]></string></value>", "a\nb\nc\n\n\n\nd\n"},
	{`<value><string>&#13;</string></value>`, "\r"},
	{`<value><string>Größe – 🚀</string></value>`, "Größe – 🚀"},
	{`<!-- before --><value><!-- in --><string>x</string><?pi?></value><!-- after -->`, "x"},
	{`<value xmlns:ex="http://ws.apache.org/xmlrpc/namespaces/extensions" a = '>"'><string  id="1">x</string ></value >`, "x"},

	// Numbers.
	{`<value><int>1</int></value>`, int64(1)},
	{`<value><i4>-2147483648</i4></value>`, int64(math.MinInt32)},
	{`<value><i8>9223372036854775807</i8></value>`, int64(math.MaxInt64)},
	{`<value><ex:i8>-9223372036854775808</ex:i8></value>`, int64(math.MinInt64)},
	{`<value><i1>7</i1></value>`, int64(7)},
	{`<value><ex:i2>007</ex:i2></value>`, int64(7)},
	{"<value><int> +12\n</int></value>", int64(12)},
	{`<value><int>4294967296</int></value>`, int64(1 << 32)},
	{`<value><int>-0</int></value>`, int64(0)},
	{`<value><double>-1.5</double></value>`, -1.5},
	{`<value><double>3</double></value>`, 3.0},
	{`<value><double>.5</double></value>`, 0.5},
	{`<value><double> 1e+16 </double></value>`, 1e16},
	{`<value><double>inf</double></value>`, math.Inf(1)},
	{`<value><double>-Infinity</double></value>`, math.Inf(-1)},
	{`<value><double>nan</double></value>`, math.NaN()},
	{`<value><boolean>0</boolean></value>`, false},
	{`<value><boolean> 1 </boolean></value>`, true},

	// Nothing, and bytes.
	{`<value><nil/></value>`, nil},
	{`<value><nil></nil></value>`, nil},
	{`<value><ex:nil/></value>`, nil},
	{`<value><any:nil xmlns:any="x"/></value>`, nil},
	{`<value><base64>AAH/</base64></value>`, effect.Bytes("\x00\x01\xff")},
	{"<value><base64>\n  aGVs\r\n\tbG8g\nd29y bGQ=\n</base64></value>", effect.Bytes("hello world")},
	{`<value><base64>YQ</base64></value>`, effect.Bytes("a")},
	{`<value><base64/></value>`, effect.Bytes("")},

	// Times.
	{at(`20060102T15:04:05`), date(2006, 1, 2, 15, 4, 5, 0)},
	{at(` 20060102T15:04:05 `), date(2006, 1, 2, 15, 4, 5, 0)},
	{at(`2006-01-02T15:04:05`), date(2006, 1, 2, 15, 4, 5, 0)},
	{at(`20060102t150405`), date(2006, 1, 2, 15, 4, 5, 0)},
	{at(`2006-01-02 15:04:05`), date(2006, 1, 2, 15, 4, 5, 0)},
	{at(`20060102T15:04:05Z`), date(2006, 1, 2, 15, 4, 5, 0)},
	{at(`2006-01-02T15:04:05.250Z`), date(2006, 1, 2, 15, 4, 5, 250e6)},
	{at(`20060102T15:04:05,1234567891`), date(2006, 1, 2, 15, 4, 5, 123456789)},
	{at(`20060102T15:04:05+02:00`), date(2006, 1, 2, 13, 4, 5, 0)},
	{at(`2006-01-02T15:04:05-0130`), date(2006, 1, 2, 16, 34, 5, 0)},
	{at(`20060102T15:04:05+01`), date(2006, 1, 2, 14, 4, 5, 0)},
	{at(`20240229T00:00:00`), date(2024, 2, 29, 0, 0, 0, 0)},

	// Arrays.
	{`<value><array><data></data></array></value>`, list{}},
	{`<value><array><data/></array></value>`, list{}},
	{`<value><array></array></value>`, list{}},
	{`<value><array/></value>`, list{}},
	{`<value><array><data><value/><value>a</value></data></array></value>`, list{"", "a"}},
	{
		"<value><array><data>\n<value><array><data>\n<value><string>Loggingd</string></value>\n<value><string>OK</string></value>\n</data></array></value>\n<value><nil/></value>\n</data></array></value>",
		list{list{"Loggingd", "OK"}, nil},
	},

	// Structs.
	{`<value><struct></struct></value>`, record()},
	{`<value><struct/></value>`, record()},
	{
		`<value><struct><member><name>z</name><value>1</value></member><member><name> a &amp; b</name><value><int>2</int></value></member><member><name/><value/></member></struct></value>`,
		record("z", "1", " a & b", int64(2), "", ""),
	},
	{
		`<value><struct><member><name>a</name><value>1</value></member><member><name>b</name><value>2</value></member><member><name>a</name><value>3</value></member></struct></value>`,
		record("a", "3", "b", "2"),
	},
}

func at(s string) string { return `<value><dateTime.iso8601>` + s + `</dateTime.iso8601></value>` }

func date(year, month, day, hour, minute, second, nanos int) time.Time {
	return time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
}

// TestDecode decodes every form of every type, in one piece and byte by byte.
func TestDecode(t *testing.T) {
	t.Parallel()
	for _, test := range values {
		doc := answer(test.value)
		if got := mustDecode(t, strings.NewReader(doc), ""); !effect.Equal(got, test.want) {
			t.Errorf("decode %s = %s, want %s", test.value, effect.DescribeWhole(got), effect.DescribeWhole(test.want))
		}
		if got := mustDecode(t, iotest.OneByteReader(strings.NewReader(doc)), ""); !effect.Equal(got, test.want) {
			t.Errorf("decode %s byte by byte = %s, want %s", test.value, effect.DescribeWhole(got), effect.DescribeWhole(test.want))
		}
	}
}

// TestDecodeAcrossWindow moves every form across the end of the lexer's window.
func TestDecodeAcrossWindow(t *testing.T) {
	t.Parallel()
	for _, test := range values {
		for shift := range len(test.value) + 20 {
			doc := strings.Repeat(" ", windowSize-20-shift) + answer(test.value)
			if got := mustDecode(t, strings.NewReader(doc), ""); !effect.Equal(got, test.want) {
				t.Fatalf("decode %s shifted by %d = %s, want %s", test.value, shift, effect.DescribeWhole(got), effect.DescribeWhole(test.want))
			}
		}
	}
}

func TestDecodeManyMembers(t *testing.T) {
	t.Parallel()
	var doc strings.Builder
	want := effect.Struct{}
	for i := range 300 {
		fmt.Fprintf(&doc, "<member><name>m%d</name><value><int>%d</int></value></member>", i%200, i)
		if i < 200 {
			want = append(want, effect.Field{Name: fmt.Sprintf("m%d", i), Value: int64(i)})
		} else {
			want[i-200].Value = int64(i)
		}
	}
	got := mustDecode(t, strings.NewReader(answer("<value><struct>"+doc.String()+"</struct></value>")), "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("300 members of 200 names (-want +got):\n%s", diff)
	}
}

func TestDecodeVoid(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		`<methodResponse><params/></methodResponse>`,
		`<methodResponse><params></params></methodResponse>`,
		" \n<?xml version=\"1.0\"?><!-- c --><methodResponse><params> </params></methodResponse> <!-- c --><?p?>\n",
	} {
		if got := mustDecode(t, strings.NewReader(doc), ""); got != nil {
			t.Errorf("decode %s = %v, want nil", doc, got)
		}
	}
}

func TestDecodeCharset(t *testing.T) {
	t.Parallel()
	body := func(decl, text string) string {
		return decl + "<methodResponse><params><param><value>" + text + "</value></param></params></methodResponse>"
	}
	for _, test := range []struct{ label, doc, want string }{
		{"", body("", "ö"), "ö"},
		{"UTF-8", body("", "ö"), "ö"},
		{"", body("\xEF\xBB\xBF", "ö"), "ö"},
		{"", body("\xEF\xBB\xBF<?xml version='1.0' encoding='iso-8859-1'?>", "ö"), "ö"},
		{"", body("<?xml version='1.0' encoding='ISO-8859-1'?>", "\xF6 \x80"), "ö \u0080"},
		{"", body("<?xml version=\"1.0\" encoding = \"latin1\" standalone=\"yes\"?>", "<![CDATA[\xF6]]>&#246;"), "öö"},
		{"", body("\r\n <?xml version='1.0' encoding='windows-1252'?>", "\x80\xF6\x9F"), "€öŸ"},
		{"", body("<?xml version='1.0' encoding='us-ascii'?>", "o&#xF6;"), "oö"},
		{"iso-8859-1", body("", "\xF6"), "ö"},
		{"iso-8859-1", body("<?xml version='1.0' encoding='utf-8'?>", "ö"), "ö"},
		{"utf-16", body("<?xml version='1.0' encoding='utf-8'?>", "ö"), "ö"},
	} {
		if got := mustDecode(t, strings.NewReader(test.doc), test.label); got != test.want {
			t.Errorf("decode %q labelled %q = %q, want %q", test.doc, test.label, got, test.want)
		}
	}
}

func TestLabelOf(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]string{
		"":                              "",
		"text/xml":                      "",
		"text/xml;charset=utf-8":        "",
		"text/xml; charset=\"Latin1\"":  "Latin1",
		"application/xml;CHARSET=utf-8": "utf-8",
		"text/xml; charset":             "",
		";;;":                           "",
	} {
		if got := labelOf(contentType); got != want {
			t.Errorf("labelOf(%q) = %q, want %q", contentType, got, want)
		}
	}
}

// TestDecodeRefuses lists what is not taken, with a part of what is said about it.
func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ doc, want string }{
		{``, "got the end of the reply"},
		{`   `, "got the end of the reply"},
		{`Not found`, "got text, want an XML-RPC reply"},
		{`<html><body>Login</body></html>`, "got <html>, want <methodResponse>"},
		{`<!DOCTYPE html><html/>`, "got a document type declaration"},
		{`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbb"><!ENTITY c "&b;&b;">]><methodResponse/>`, "got a document type declaration"},
		{`<methodCall/>`, "got <methodCall/>, want <methodResponse>"},
		{`<methodResponse/>`, "got an empty <methodResponse>"},
		{`<methodResponse></methodResponse>`, "got </methodResponse>, want <params> or <fault>"},
		{`<methodResponse><params><param><value/></param></params>`, "got the end of the reply"},
		{`<methodResponse><params><param/></params></methodResponse>`, "got <param/>, want <param>"},
		{`<methodResponse><params><param></param></params></methodResponse>`, "got </param>, want <value>"},
		{`<methodResponse><params><param><value/><value/></param></params></methodResponse>`, "got <value/>, want the end of <param>"},
		{`<methodResponse><params><param><value/></param><param><value/></param></params></methodResponse>`, "got a second <param>, want one"},
		{`<methodResponse><params><param><value/></param></params><fault/></methodResponse>`, "got <fault/>, want the end of <methodResponse>"},
		{answer(`<value/>`) + "x", "got more behind the reply"},
		{answer(`<value/>`) + "<x/>", "got more behind the reply"},
		{answer(`<value/>`) + "<!-- ", "got the end of the reply"},
		{answer(`<value>1`), "got </param>, want the end of <value>"},
		{answer(`<value><int>1</int> x</value>`), "got text between tags"},
		{answer(`<value>x<int>1</int></value>`), "got text and a tag in one <value>"},
		{answer(`<value><int>1</i4></value>`), "got </i4>, want the end of <int>"},
		{answer(`<value><int>1</string></value>`), "got </string>, want the end of <int>"},
		{answer(`<value><int>1<b/></int></value>`), "got <b>, want the end of <int>"},
		{answer(`<value><float>1</float></value>`), "got <float>, want a type of XML-RPC"},
		{answer(`<value><` + strings.Repeat("x", 50) + `/></value>`), "got a tag of unknown name, want a type"},
		{answer(`<value></int></value>`), "got </int>, want the end of <value>"},
		{answer(`<value><int></int></value>`), "<int>: got 0 characters, want an integer"},
		{answer(`<value><int/></value>`), "<int>: got 0 characters, want an integer"},
		{answer(`<value><int>-</int></value>`), "want an integer"},
		{answer(`<value><int>1.0</int></value>`), "want an integer"},
		{answer(`<value><int>0x10</int></value>`), "want an integer"},
		{answer(`<value><int>1_000</int></value>`), "want an integer"},
		{answer(`<value><int>9223372036854775808</int></value>`), "want an integer of 64 bits"},
		{answer(`<value><int>-9223372036854775809</int></value>`), "want an integer of 64 bits"},
		{answer(`<value><i8>99999999999999999999999999999</i8></value>`), "got 29 characters, want an integer of 64 bits"},
		{answer(`<value><double></double></value>`), "<double>: got 0 characters, want a number"},
		{answer(`<value><double>0x1p4</double></value>`), "want a number"},
		{answer(`<value><double>1,5</double></value>`), "want a number"},
		{answer(`<value><double>1e999</double></value>`), "want a number of 64 bits"},
		{answer(`<value><boolean>true</boolean></value>`), "<boolean>: got 4 characters, want 0 or 1"},
		{answer(`<value><boolean></boolean></value>`), "want 0 or 1"},
		{answer(`<value><nil>x</nil></value>`), "got text in <nil>"},
		{answer(`<value><base64>a*b</base64></value>`), "want base64"},
		{answer(`<value><base64>A</base64></value>`), "want base64"},
		{answer(at(``)), "want a time"},
		{answer(at(`20060102`)), "want a time"},
		{answer(at(`20060102T15:04`)), "want a time"},
		{answer(at(`20060230T15:04:05`)), "want a time"},
		{answer(at(`20060002T15:04:05`)), "want a time"},
		{answer(at(`20060102T24:00:00`)), "want a time"},
		{answer(at(`20060102T15:04:60`)), "want a time"},
		{answer(at(`20060102T15:04:05.`)), "want a time"},
		{answer(at(`2006-0102T15:04:05`)), "want a time"},
		{answer(at(`20060102T15:0405`)), "want a time"},
		{answer(at(`20060102T15:04:05+25:00`)), "want a time"},
		{answer(at(`20060102T15:04:05 CET`)), "want a time"},
		{answer(`<value><array><value/></array></value>`), "got <value/>, want <data>"},
		{answer(`<value><array><data><int>1</int></data></array></value>`), "got <int>, want <value> or </data>"},
		{answer(`<value><array><data/><data/></array></value>`), "got <data/>, want the end of <array>"},
		{answer(`<value><struct><name>a</name></struct></value>`), "got <name>, want <member>"},
		{answer(`<value><struct><member/></struct></value>`), "got <member/>, want <member>"},
		{answer(`<value><struct><member><value/></member></struct></value>`), "got <value/>, want <name>"},
		{answer(`<value><struct><member><name>a</name></member></struct></value>`), "got </member>, want <value>"},
		{answer(`<value><struct><member><name>a</name><value/><value/></member></struct></value>`), "got <value/>, want the end of <member>"},
		{answer(`<value>&nbsp;</value>`), "got an unknown reference"},
		{answer(`<value>a & b</value>`), "got & alone"},
		{answer(`<value>&#0;</value>`), "got an unknown reference"},
		{answer(`<value>&#xD800;</value>`), "got an unknown reference"},
		{answer(`<value>&#x110000;</value>`), "got an unknown reference"},
		{answer(`<value>&#;</value>`), "got an unknown reference"},
		{answer("<value>a\x1bb</value>"), `got the control character '\x1b'`},
		{answer("<value><![CDATA[\x00]]></value>"), "got the control character"},
		{answer("<value>\xF6</value>"), "got bytes that are not utf-8"},
		{answer("<value>\xEF\xBF\xBF</value>"), "got bytes that are not utf-8"},
		{answer("<value><![CDATA[\xED\xA0\x80]]></value>"), "got bytes that are not utf-8"},
		{answer(`<value><![CDATA[a</value>`), "got the end of the reply"},
		{answer(`<value><!-- a</value>`), "got the end of the reply"},
		{answer(`<value><!ELEMENT a></value>`), "got <! where no declaration may be"},
		{answer(`<![CDATA[ ]]><value/>`), "got <! where no declaration may be"},
		{answer(`<value a=b/>`), "got < and no tag behind it"},
		{answer(`<value a/>`), "got < and no tag behind it"},
		{answer(`<value a="1"b="2"/>`), "got < and no tag behind it"},
		{answer(`<value a="<"/>`), "got < and no tag behind it"},
		{answer(`< value/>`), "got < and no tag behind it"},
		{answer(`<value></value a="b">`), "got < and no tag behind it"},
		{answer(`<value><>`), "got < and no tag behind it"},
		{answer(`<value a="` + strings.Repeat("x", windowSize) + `"/>`), "got a tag longer than 4 KiB"},
		{"\xFE\xFF\x00<", "got character set utf-16"},
		{`<?xml version="1.0" encoding="klingon"?><methodResponse/>`, "got character set klingon, want utf-8"},
		{`<?xml version="1.0" encoding="` + strings.Repeat("x", 99) + `"?><methodResponse/>`, "got character set of unknown name"},
		{`<?xml version="1.0"` + strings.Repeat(" ", 2*windowSize), "got a tag longer"},
		{`<?xml version="1.0" encoding="us-ascii"?>` + answer("<value>\xF6</value>")[21:], "got a byte that is not us-ascii"},
		{`<?xml version="1.0" encoding="cp1252"?>` + answer("<value>\x81</value>")[21:], "got a byte that is not windows-1252"},
		{`<methodResponse><fault/></methodResponse>`, "got <fault/>, want <params> or <fault>"},
		{`<methodResponse><fault><value>no</value></fault></methodResponse>`, "got a fault that is no struct"},
	} {
		v, f, err := decode(strings.NewReader(test.doc), "", Limits{}.orDefaults())
		if err == nil || f != nil || v != nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("decode %.300q = %v, %v, error %v, want error %q", test.doc, v, f, err, test.want)
		}
	}
}

func TestDecodeFault(t *testing.T) {
	t.Parallel()
	seven := int64(7)
	for _, test := range []struct {
		members string
		want    faultReply
	}{
		{`<member><name>faultCode</name><value><int>7</int></value></member><member><name>faultString</name><value>no</value></member>`, faultReply{&seven, "no"}},
		{`<member><name>faultString</name><value><string>no</string></value></member><member><name>faultCode</name><value><i4>7</i4></value></member>`, faultReply{&seven, "no"}},
		{`<member><name>faultString</name><value>no</value></member>`, faultReply{nil, "no"}},
		{`<member><name>faultCode</name><value><int>7</int></value></member>`, faultReply{&seven, ""}},
		{`<member><name>faultCode</name><value>7</value></member><member><name>faultString</name><value><int>8</int></value></member>`, faultReply{nil, "8"}},
		{``, faultReply{}},
	} {
		doc := `<methodResponse><fault><value><struct>` + test.members + `</struct></value></fault></methodResponse>`
		v, f, err := decode(strings.NewReader(doc), "", Limits{}.orDefaults())
		if err != nil || v != nil || f == nil {
			t.Errorf("decode %s = %v, %v, %v, want a fault", test.members, v, f, err)
			continue
		}
		if diff := cmp.Diff(test.want, *f, cmp.AllowUnexported(faultReply{})); diff != "" {
			t.Errorf("decode %s (-want +got):\n%s", test.members, diff)
		}
	}
}

// TestLimits passes each limit by one and stays at it.
func TestLimits(t *testing.T) {
	t.Parallel()
	nest := func(n int) string {
		return answer(strings.Repeat("<value><array><data>", n) + "<value/>" + strings.Repeat("</data></array></value>", n))
	}
	long := answer("<value>" + strings.Repeat("x", 10000) + "</value>")
	pieces := answer("<value>" + strings.Repeat("&#120;", 10000) + "</value>")
	cdata := answer("<value><![CDATA[" + strings.Repeat("x", 10000) + "]]></value>")
	for _, test := range []struct {
		name   string
		doc    string
		limits Limits
		want   string
	}{
		{"bytes", long, Limits{Bytes: int64(len(long))}, ""},
		{"one byte more", long, Limits{Bytes: int64(len(long)) - 1}, "got more than"},
		{"string", long, Limits{String: 10000}, ""},
		{"string one longer", long, Limits{String: 9999}, "got a string longer than 9999 bytes"},
		{"short string", answer("<value>12345</value>"), Limits{String: 4}, "got a string longer than 4 bytes"},
		{"references", pieces, Limits{String: 9999}, "got a string longer"},
		{"cdata", cdata, Limits{String: 9999}, "got a string longer"},
		{"space between", answer("<value>" + strings.Repeat(" ", 10000) + "<int>1</int></value>"), Limits{String: 9999}, "got a string longer"},
		{"values", nest(3), Limits{Values: 4}, ""},
		{"one value more", nest(3), Limits{Values: 3}, "got more than 3 values"},
		{"depth", nest(3), Limits{Depth: 3}, ""},
		{"one deeper", nest(4), Limits{Depth: 3}, "got more than 3 arrays and structs in one another"},
		{"very deep", nest(100000), Limits{}, "got more than 100 arrays and structs in one another"},
	} {
		_, _, err := decode(strings.NewReader(test.doc), "", test.limits.orDefaults())
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: decode = %v, want error %q", test.name, err, test.want)
		}
	}
}

// TestDecodeCut cuts a reply at every byte: each is an error, none is a value.
func TestDecodeCut(t *testing.T) {
	t.Parallel()
	for _, test := range values {
		doc := strings.TrimRight(answer(test.value), "\n")
		for i := range len(doc) {
			if v, f, err := decode(strings.NewReader(doc[:i]), "", Limits{}.orDefaults()); err == nil {
				t.Fatalf("decode %q = %v, %v, want an error", doc[:i], v, f)
			}
		}
	}
}

func TestDecodeReadError(t *testing.T) {
	t.Parallel()
	broken := fmt.Errorf("the line is cut")
	doc := answer("<value><string>abc</string></value>")
	for i := range len(doc) {
		r := io.MultiReader(strings.NewReader(doc[:i]), iotest.ErrReader(broken))
		if _, _, err := decode(r, "", Limits{}.orDefaults()); err != broken {
			t.Fatalf("decode with an error after %d bytes: %v, want %v", i, err, broken)
		}
	}
	if _, _, err := decode(stuck{}, "", Limits{}.orDefaults()); err != io.ErrNoProgress {
		t.Errorf("decode of a reader without progress: %v, want %v", err, io.ErrNoProgress)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// TestDecodeKeepsNothing decodes from a buffer that is then overwritten.
func TestDecodeKeepsNothing(t *testing.T) {
	t.Parallel()
	first := []byte(answer(`<value><struct><member><name>first</name><value>one</value></member></struct></value>`))
	v := mustDecode(t, bytes.NewReader(first), "")
	for range 100 {
		mustDecode(t, strings.NewReader(answer(`<value><struct><member><name>FIRST</name><value>ONE</value></member></struct></value>`)), "")
	}
	if want := record("first", "one"); !effect.Equal(v, want) {
		t.Errorf("value changed to %v, want %v", v, want)
	}
}
