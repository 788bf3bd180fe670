package xmlrpc

import (
	"encoding/base64"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"runbook/effect"
)

// hidden stands where a secret was.
const hidden = "<secret>"

// A scrubber cuts secrets out of text, in the spellings in which a server, a
// proxy or net/http may echo them. The zero scrubber knows none.
type scrubber struct {
	replacer *strings.Replacer
	longest  int // bytes of the longest spelling
}

// newScrubber knows a user's password, the pair of both, and further secrets.
func newScrubber(user, password string, more ...string) scrubber {
	var all []string
	if password != "" {
		all = append(spellings(user+":"+password), spellings(password)...)
		all = append(all, url.UserPassword(user, password).String())
	}
	for _, s := range more {
		if s != "" {
			all = append(all, spellings(s)...)
		}
	}
	// Where one spelling begins another, the longer one must be seen first.
	slices.SortFunc(all, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	all = slices.Compact(all)
	if len(all) == 0 {
		return scrubber{}
	}
	pairs := make([]string, 0, 2*len(all))
	for _, s := range all {
		pairs = append(pairs, s, hidden)
	}
	return scrubber{replacer: strings.NewReplacer(pairs...), longest: len(all[0])}
}

// spellings are the ways to write a secret: as it is, quoted as Go and Python
// do, in a URL, in XML and HTML, in base64.
func spellings(s string) []string {
	quoted := strconv.Quote(s)
	ascii := strconv.QuoteToASCII(s)
	query, path := url.QueryEscape(s), url.PathEscape(s)
	raw := []byte(s)
	return []string{
		s, quoted[1 : len(quoted)-1], ascii[1 : len(ascii)-1],
		strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s),
		query, path, lowerEscapes(query), lowerEscapes(path),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(s),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(s),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;").Replace(s),
		strings.TrimRight(base64.StdEncoding.EncodeToString(raw), "="),
		strings.TrimRight(base64.URLEncoding.EncodeToString(raw), "="),
	}
}

// lowerEscapes writes %2F as %2f.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}

// clean is text without the secrets.
func (s scrubber) clean(text string) string {
	if s.replacer == nil {
		return text
	}
	return s.replacer.Replace(text)
}

// excerpt is the readable beginning of a document that is not what it should
// be: its text without tags, short enough for a message.
func (s scrubber) excerpt(head []byte, whole bool) string {
	text := s.clean(strings.ToValidUTF8(string(head), ""))
	if !whole { // the end may be the beginning of a secret, each character of it a reference
		const reference = len("&#x10FFFF;")
		text = text[:max(0, len(text)-reference*s.longest)]
	}
	text = s.clean(html.UnescapeString(text))
	var b strings.Builder
	inTag := false
	for _, r := range text {
		switch {
		case r == '<' && !inTag:
			inTag = true
			b.WriteByte(' ')
		case r == '>' && inTag:
			inTag = false
		case !inTag:
			b.WriteRune(r)
		}
	}
	return effect.Shorten(strings.Join(strings.Fields(effect.Printable(b.String())), " "), 100)
}
