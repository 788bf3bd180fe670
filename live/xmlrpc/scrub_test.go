package xmlrpc

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestScrub(t *testing.T) {
	t.Parallel()
	s := newScrubber("admin", "pw/1", "second", "")
	for text, want := range map[string]string{
		"":        "",
		"nothing": "nothing",
		"pw/1":    "<secret>",
		"<ProtocolError for admin:pw/1@host/cluster1/: 401>": "<ProtocolError for <secret>@host/cluster1/: 401>",
		"admin:pw%2F1@":          "<secret>@",
		"admin:pw%2f1@":          "<secret>@",
		"Basic YWRtaW46cHcvMQ==": "Basic <secret>==",
		"cHcvMQ":                 "<secret>",
		"the second one, pw/2":   "the <secret> one, pw/2",
		"http://admin@host":      "http://admin@host",
	} {
		if got := s.clean(text); got != want {
			t.Errorf("clean(%q) = %q, want %q", text, got, want)
		}
	}
	var none scrubber
	if got := none.clean("pw"); got != "pw" {
		t.Errorf("clean of no secrets = %q, want it unchanged", got)
	}
	if got := newScrubber("admin", "").clean("admin:"); got != "admin:" {
		t.Errorf("clean without a password = %q, want it unchanged", got)
	}
}

func TestScrubAny(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.StringN(4, 20, -1).Draw(t, "password")
		s := newScrubber("u", password)
		for _, p := range append(spellings(password), url.UserPassword("u", password).String()) {
			text := "before " + p + " after"
			if got := s.clean(text); strings.Contains(got, p) && !strings.Contains("before "+hidden+" after", p) {
				t.Fatalf("clean(%q) = %q, want no %q in it", text, got, p)
			}
		}
	})
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	s := newScrubber("admin", "hunter2")
	for _, test := range []struct {
		head  string
		whole bool
		want  string
	}{
		{"", true, ""},
		{"<html><head><title>Log\n  in</title></head><body class='x'>Hello &amp; bye", true, "Log in Hello & bye"},
		{"a\x1b[31m b\xff", true, "a [31m b"},
		{"it is hunter2 and &#104;unter2", true, "it is and"},
		{"shown" + strings.Repeat(" ", 300) + "hunt", false, "shown"},
		{"hunt", false, ""},
		{strings.Repeat("x", 200), true, strings.Repeat("x", 100) + "…"},
	} {
		if got := s.excerpt([]byte(test.head), test.whole); got != test.want {
			t.Errorf("excerpt(%q, %v) = %q, want %q", test.head, test.whole, got, test.want)
		}
	}
}
