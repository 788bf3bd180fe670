package effect

import (
	"strings"
	"unicode"
)

// Printable is text of a peer as messages show it: control characters, which a
// terminal would obey, are spaces, and what is not UTF-8 is U+FFFD. Lines and
// tabs stay.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// Shorten is s cut to a number of characters, with an ellipsis for the rest.
func Shorten(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
