package main

import (
	"fmt"
	"strings"
	"unicode"
)

// visible is text that a script made, perhaps of what a server said, as a
// terminal may have it: control characters other than line breaks and tabs are
// written out, so that nothing but runbook moves the cursor or colours a line.
func visible(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "\\x%02x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
