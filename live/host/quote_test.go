package host

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// loginShells are those that may be an account's, as far as they are here.
func loginShells() []string {
	var all []string
	for _, name := range []string{"sh", "dash", "bash", "zsh", "ksh", "mksh", "fish", "tcsh", "csh"} {
		if path, err := exec.LookPath(name); err == nil {
			all = append(all, path)
		}
	}
	return all
}

// arrives reports what a program that is told words makes of them, with a
// login shell in between; "" for none.
func arrives(t testing.TB, login string, argv []string, h ...variable) []string {
	t.Helper()
	c := command{argv: append([]string{"/usr/bin/printf", `%s\0`}, argv...), env: h}
	program := c.direct("MARK", "/bin/sh", false)
	if strings.Contains(program, "\n") {
		t.Fatalf("got a newline in %q", program)
	}
	cmd := exec.Command("/bin/sh", "-c", program)
	if login != "" {
		cmd = exec.Command(login, "-c", loginLine(program))
	}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %q: %v", login, argv, err)
	}
	_, rest, _ := bytes.Cut(out, []byte("\n"))
	words := strings.Split(string(rest), "\x00")
	return words[:len(words)-1]
}

func loginLine(program string) string { return login(program) }

func checkArrives(t testing.TB, login string, argv []string) {
	t.Helper()
	got := arrives(t, login, argv)
	if len(argv) == 0 {
		argv = []string{""} // printf's format is used once
	}
	if strings.Join(got, "\x00") != strings.Join(argv, "\x00") || len(got) != len(argv) {
		t.Errorf("through %q: got %q, want %q", login, got, argv)
	}
}

var hardWords = []string{
	"", " ", "a b", "'", "''", `"`, `\`, `\\`, `\'`, `a\`, "!", "!!", `\!`, "$x", "${x}", "$(id)", "`id`", "*", "?", "[a]", "{a,b}", "~", "~root", "#", "a#", ";", "&", "|",
	"<", ">", "(", ")", "\n", "a\nb", "\n\n", "\t", "\r", "\x01", "\x7f", "ä", "😀", "-n", "--", "=", "a=b", "%s", "%%", `\n`, `\0101`, "^", "@", "if", "done", "$runbook_nl",
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, login := range append([]string{""}, loginShells()...) {
		checkArrives(t, login, hardWords)
	}
}

func TestQuoteProperty(t *testing.T) {
	t.Parallel()
	logins := append([]string{""}, loginShells()...)
	rapid.Check(t, func(r *rapid.T) {
		any := rapid.StringMatching(`[^\x00]{0,8}`)
		hard := rapid.SampledFrom(hardWords)
		argv := rapid.SliceOfN(rapid.OneOf(any, hard, rapid.Custom(func(r *rapid.T) string { return hard.Draw(r, "a") + hard.Draw(r, "b") })), 1, 6).Draw(r, "argv")
		checkArrives(t, rapid.SampledFrom(logins).Draw(r, "login"), argv)
		if t.Failed() {
			r.FailNow()
		}
	})
}

// FuzzQuote sends words, parted by NUL, through a real sh, twice quoted too.
func FuzzQuote(f *testing.F) {
	for _, w := range hardWords {
		f.Add(w)
	}
	f.Add(strings.Join(hardWords, "\x00"))
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			t.Skip("long enough")
		}
		argv := strings.Split(text, "\x00")
		checkArrives(t, "", argv)
		checkArrives(t, "/bin/sh", argv)
		// And a program within a program, as under a key.
		inner := command{argv: append([]string{"/usr/bin/printf", `%s\0`}, argv...)}
		out, err := exec.Command("/bin/sh", "-c", login("sh -c "+word(define(inner.execute("/bin/sh"))))).Output()
		want := strings.Join(argv, "\x00") + "\x00"
		if strings.Contains(text, "\n") {
			out, err = exec.Command("/bin/sh", "-c", login(define("sh -c "+word(define(inner.execute("/bin/sh")))))).Output()
		}
		if err != nil || string(out) != want {
			t.Errorf("program in a program: got %q, %v, want %q", out, err, want)
		}
	})
}

func TestSafeName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"4.17/2.0:3": "4.17_2f2.0_3a3", "..": "_2e.", "": "_", "a_b": "a_5fb", "-x": "_2dx", strings.Repeat("k", 300): ""} {
		got := safeName(in)
		if want != "" && got != want || len(got) > 255 || got == "" || strings.ContainsAny(got, "/ ") {
			t.Errorf("safeName(%q) = %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		a, b := rapid.String().Draw(r, "a"), rapid.String().Draw(r, "b")
		if a != b && safeName(a) == safeName(b) {
			r.Errorf("safeName(%q) = safeName(%q) = %q", a, b, safeName(a))
		}
	})
}
