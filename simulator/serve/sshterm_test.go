package serve

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestTerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ keys, echo, told string }{
		{"ls\r", "ls\r\n", `line "ls\n"; `},
		{"ls\n", "ls\r\n", `line "ls\n"; `},
		{"lx\x7fs\r", "lx\b \bs\r\n", `line "ls\n"; `},
		{"\x7fa\x08\x08b\r", "a\b \bb\r\n", `line "b\n"; `},
		{"aü\x7f\r", "aü\b \b\r\n", `line "a\n"; `},
		{"one two\x17\r", "one two\b \b\b \b\b \b\r\n", `line "one \n"; `},
		{"ab\x15c\r", "ab\b \b\b \bc\r\n", `line "c\n"; `},
		{"ab\x03c\r", "ab^Cc\r\n", `interrupt; line "c\n"; `},
		{"\x1c", "^\\", `quit; `},
		{"\x04", "", `end; `},
		{"a\x04\r", "a\r\n", `line "a\n"; `},
		{"\x1b[Aa\x1b[3~\x1bOBb\r", "ab\r\n", `line "ab\n"; `},
		{"a\tb\x01\x02\r", "a\tb\r\n", `line "a\tb\n"; `},
		{"1234567890\r", "12345678\r\n", `line "12345678\n"; `},
	} {
		echo, told := typing(c.keys)
		if echo != c.echo || told != c.told {
			t.Errorf("%q: got %q, %q, want %q, %q", c.keys, echo, told, c.echo, c.told)
		}
	}
}

// typing is what is echoed and told of keys.
func typing(keys string) (string, string) {
	var echo, told strings.Builder
	terminal := &terminal{limit: 8, echo: func(text string) { echo.WriteString(text) }}
	terminal.take([]byte(keys), func(k keystroke, line string) {
		switch k {
		case lineTyped:
			fmt.Fprintf(&told, "line %q; ", line)
		case endTyped:
			told.WriteString("end; ")
		case interrupted:
			told.WriteString("interrupt; ")
		case quitted:
			told.WriteString("quit; ")
		}
	})
	return echo.String(), told.String()
}

// Whatever is typed, a line never has a control character but a tab, and comes
// out the same however the keys are cut into pieces.
func TestTerminalProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOf(rapid.Byte()).Draw(t, "keys")
		var whole, pieces []string
		note := func(to *[]string) func(keystroke, string) {
			return func(k keystroke, line string) { *to = append(*to, fmt.Sprint(k, line)) }
		}
		one := &terminal{limit: 1000, echo: func(string) {}}
		one.take(keys, note(&whole))
		many := &terminal{limit: 1000, echo: func(string) {}}
		for _, key := range keys {
			many.take([]byte{key}, note(&pieces))
		}
		if fmt.Sprint(whole) != fmt.Sprint(pieces) {
			t.Fatalf("got %q in pieces, %q at once", pieces, whole)
		}
		for _, line := range whole {
			text := strings.TrimSuffix(line, "\n")
			if strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 && r != '\t' && r != utf8.RuneError }) {
				t.Fatalf("got the line %q", line)
			}
		}
	})
}
