package effect

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Describe is the request in one line, as transcripts, logs, the journal's
// listing and messages show it:
//
//	10.0.0.10/cluster1 startupNode("n0011")
//	rhino1 run: /opt/rhino/node-101/stop-rhino.sh --node 101
func (r Request) Describe() string {
	var b strings.Builder
	if r.Target != "" {
		b.WriteString(r.Target)
		b.WriteByte(' ')
	}
	b.WriteString(r.Operation)
	if r.Kind == KindHost && len(r.Args) > 0 {
		return b.String() + ": " + commandLine(r.Args[0])
	}
	b.WriteByte('(')
	for i, a := range r.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(Describe(a))
	}
	b.WriteByte(')')
	return b.String()
}

// commandLine is a command as a person would type it, cut to a line. A script
// for a shell that begins with a comment is what the comment says.
func commandLine(command Value) string {
	words, ok := command.([]Value)
	if what := comment(command); what != "" {
		return what
	}
	if !ok {
		line, _ := command.(string)
		words = []Value{line}
	}
	p := printer{left: 160}
	for i, w := range words {
		text, _ := w.(string)
		if ok && (text == "" || strings.ContainsFunc(text, quotable)) {
			text = "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
		}
		if i > 0 {
			text = " " + text
		}
		p.put(strings.NewReplacer("\n", " ", "\t", " ").Replace(Printable(text)))
	}
	return p.String()
}

// comment is the first line of a shell's script if it is a comment, else "".
func comment(command Value) string {
	script, _ := command.(string)
	if words, ok := command.([]Value); ok && len(words) == 3 && words[0] == "sh" && words[1] == "-c" {
		script, _ = words[2].(string)
	}
	first, _, more := strings.Cut(script, "\n")
	if text, ok := strings.CutPrefix(first, "# "); ok && more {
		return Printable(text)
	}
	return ""
}

// quotable reports whether a shell may take c for more than itself.
func quotable(c rune) bool {
	return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("_./:=@%+,-", c)
}

// Describe is the result in one line: its value, or "error: " and what went wrong.
func (r Result) Describe() string {
	if r.Err != nil {
		return "error: " + string(r.Err.Kind) + ": " + r.Err.Message
	}
	return Describe(r.Value)
}

// Describe prints a value as a script would write it, cut to a line that a
// person can read.
func Describe(v Value) string {
	p := printer{left: 160}
	p.value(v)
	return p.String()
}

// DescribeWhole prints a value as a script would write it, whole.
func DescribeWhole(v Value) string {
	p := printer{left: -1}
	p.value(v)
	return p.String()
}

// A printer writes values until it has used up what is left; a negative left
// has no end.
type printer struct {
	strings.Builder
	left int
}

func (p *printer) put(s string) {
	if p.left >= 0 && len(s) > p.left {
		if p.left > 0 {
			cut := p.left
			for cut > 0 && !utf8.RuneStart(s[cut]) {
				cut--
			}
			p.WriteString(s[:cut])
			p.WriteString("…")
			p.left = 0
		}
		return
	}
	if p.left > 0 {
		p.left = max(p.left-len(s), 1)
	}
	p.WriteString(s)
}

func (p *printer) value(v Value) {
	switch v := v.(type) {
	case nil:
		p.put("None")
	case bool:
		p.put(map[bool]string{false: "False", true: "True"}[v])
	case int64:
		p.put(strconv.FormatInt(v, 10))
	case float64:
		p.put(formatFloat(v))
	case string:
		p.put(strconv.Quote(v))
	case Bytes:
		p.put("b" + strconv.Quote(string(v)))
	case time.Time:
		p.put(v.Format(time.RFC3339Nano))
	case Secret:
		p.put(v.String())
	case []Value:
		p.put("[")
		for i, e := range v {
			if p.more(i) {
				p.value(e)
			}
		}
		p.put("]")
	case Struct:
		p.put("{")
		for i, f := range v {
			if p.more(i) {
				p.put(strconv.Quote(f.Name) + ": ")
				p.value(f.Value)
			}
		}
		p.put("}")
	default:
		p.put("<not a value>")
	}
}

// more writes the comma before element i and reports whether there is room for it.
func (p *printer) more(i int) bool {
	if i > 0 && p.left != 0 {
		p.put(", ")
	}
	return p.left != 0
}

// formatFloat always shows that the number is one with a fraction.
func formatFloat(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if strings.ContainsAny(s, ".eIN") {
		return s
	}
	return s + ".0"
}
