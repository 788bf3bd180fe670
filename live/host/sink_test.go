package host

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"runbook/effect"
)

// TestSinkProperty keeps the end of anything, however it comes.
func TestSinkProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		limit := rapid.IntRange(0, 20).Draw(r, "limit")
		noise := rapid.SampledFrom([]string{"", "hello\n", "no newline", "runbook-", "MAR"}).Draw(r, "noise")
		body := rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(r, "body")
		s := newSink("MARK", int64(limit))
		all := append([]byte(noise+"MARK a b\n"), body...)
		for len(all) > 0 {
			n := rapid.IntRange(1, len(all)).Draw(r, "n")
			s.Write(all[:n])
			all = all[n:]
		}
		words, before, ok := s.head()
		got := s.share()
		want := body[max(0, len(body)-limit):]
		if !ok || before != noise || fmt.Sprint(words) != "[a b]" || !bytes.Equal(got.text, want) || got.total != int64(len(body)) {
			r.Errorf("sink = %q %v %v %q of %d, want %q of %d", before, words, ok, got.text, got.total, want, len(body))
		}
	})
}

func TestSinkWithoutMark(t *testing.T) {
	t.Parallel()
	s := newSink("MARK", 10)
	for range 100 {
		s.Write(bytes.Repeat([]byte("x"), 10000))
	}
	if _, noise, ok := s.head(); ok || len(noise) > maxNoise+10000 {
		t.Errorf("got %d bytes and a mark %v, want none, and an end of it", len(noise), ok)
	}
}

// FuzzReply reads what a key's program might say.
func FuzzReply(f *testing.F) {
	f.Add("MARK done 0 2 1\nab", "MARK\nc", int64(10))
	f.Add("MARK done 137 99999999999 0\n", "MARK\n", int64(0))
	f.Add("noise MARK lost\n", "", int64(1))
	f.Add("MARK refused disk full\n", "x", int64(1))
	f.Add("MARK done -1 0\nMARK done 0 0 0\n", "", int64(1))
	f.Fuzz(func(t *testing.T, out, errs string, limit int64) {
		limit = min(max(limit, 0), 1<<20)
		for _, start := range []bool{false, true} {
			k := call{request: &effect.Request{}, client: New(Options{Run: "r"}), command: &command{ok: []int64{0}, limit: limit, start: start}}
			k.request.Peer = &effect.Peer{}
			p := &process{stdout: strings.NewReader(out), stderr: strings.NewReader(errs), exited: make(chan struct{}), end: func() {}}
			close(p.exited)
			l := speak(p, "MARK", limit, nil, 0)
			l.copied.Wait()
			v, e := k.reply(l)
			if (v == nil) == (e == nil) {
				t.Fatalf("reply(%q) = %v, %v, want one of them", out, v, e)
			}
			if err := effect.Check(v); err != nil {
				t.Fatalf("reply(%q) = %v: %v", out, v, err)
			}
			if s, ok := v.(effect.Struct); ok && !start {
				if n := len(fmt.Sprint(field(s, "stdout"))); int64(n) > limit {
					t.Fatalf("reply(%q) kept %d bytes, want at most %d", out, n, limit)
				}
			}
		}
	})
}
