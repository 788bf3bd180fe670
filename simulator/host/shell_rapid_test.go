package host

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// words are what generated scripts are made of: quotes, parameters, patterns.
var words = rapid.SampledFrom([]string{
	"a", "b", `"a b"`, `'c  d'`, "$x", `"$x"`, "${y}", "$1", `"$@"`, "$*", `"$*"`, "$#", "$?", "${x:-d}", `"${z:-e f}"`, "${z:+g}",
	"${x#a}", "${x%b*}", "${x##*/}", "${#x}", "$((x1+2))", "$((3*(2-1)))", "$(echo s)", `"$(echo t; echo u)"`, `\$x`, `"\$x"`, "x=y", "''", `""`, "*", "?", "[ab]*", "-n", "~", "a/b",
})

var values = rapid.SampledFrom([]string{"", "a", "a b", "ab/cd/b", " lead", "x:y::z", "*", "-n", `q\w`, "$x", `"$y"`, "$(echo v w)", "$((1+1))", "'p  q'"})

// genCommand generates a command; deeper ones hold others.
func genCommand(t *rapid.T, depth int) string {
	word := func() string { return words.Draw(t, "word") }
	inner := func() string { return genCommand(t, depth-1) }
	kind := rapid.IntRange(0, 7).Draw(t, "kind")
	if depth > 0 {
		kind = rapid.IntRange(0, 22).Draw(t, "kind")
	}
	switch kind {
	case 0, 1, 2:
		n := rapid.IntRange(1, 4).Draw(t, "n")
		var b strings.Builder
		for range n {
			b.WriteString(" " + word())
		}
		return "echo" + b.String()
	case 3:
		return fmt.Sprintf("printf '[%%s]' %s %s", word(), word())
	case 4:
		return rapid.SampledFrom([]string{"x", "y"}).Draw(t, "name") + "=" + quoteSpaces(values.Draw(t, "value"))
	case 5:
		return rapid.SampledFrom([]string{"true", "false", ":", "(exit 3)", "set -f", "set +f", "IFS=:", "unset IFS", "unset z", "shift 2>/dev/null || :", "set -- p 'q r' s", "cd .", "echo r >f", "cat <f"}).Draw(t, "builtin")
	case 6:
		return fmt.Sprintf("[ %q = %s ]", rapid.SampledFrom([]string{"a", "b", "$x", ""}).Draw(t, "left"), `"$y"`)
	case 7:
		return fmt.Sprintf("read v w <<E\n%s\nE\necho \"[$v][$w]\"", values.Draw(t, "line"))
	case 8:
		return fmt.Sprintf("if %s; then %s; else %s; fi", inner(), inner(), inner())
	case 9:
		return fmt.Sprintf("for i in %s %s; do %s; echo $i; done", word(), word(), inner())
	case 10:
		return fmt.Sprintf("for i in 1 2 3; do %s; [ $i = 2 ] && %s; done", inner(), rapid.SampledFrom([]string{"break", "continue", "break 2"}).Draw(t, "jump"))
	case 11:
		return fmt.Sprintf("case %s in %s) %s;; a*|b) %s;; *) %s;; esac", word(), rapid.SampledFrom([]string{"a", "?", "[!a]", `"*"`, "$x"}).Draw(t, "pattern"), inner(), inner(), inner())
	case 12:
		return "( " + inner() + "; " + inner() + " )"
	case 13:
		return "{ " + inner() + "; " + inner() + "; }"
	case 14:
		return inner() + " && " + inner()
	case 15:
		return inner() + " || " + inner()
	case 16:
		return "f() { " + inner() + "; " + rapid.SampledFrom([]string{"return 4", "local x=l; echo $x", ":"}).Draw(t, "end") + "; }; f " + word() + "; echo $?"
	case 17:
		return "! { " + inner() + "; }"
	case 18:
		return "{ " + inner() + "; } | { read l; echo \"<$l>\"; cat; }"
	case 19:
		return "o=$( " + inner() + "); echo \"$o\" $?"
	case 20:
		return fmt.Sprintf("{ %s; } >out%d 2>/dev/null; cat out%[2]d", inner(), depth)
	case 21:
		return "set -- " + word() + " " + word() + "; echo $#; for a; do echo \"($a)\"; done"
	}
	return "eval " + quoteSpaces(inner())
}

// quoteSpaces quotes what would be more than one word; what is quoted already stays.
func quoteSpaces(s string) string {
	if strings.HasPrefix(s, "$") || strings.HasPrefix(s, "'") || strings.HasPrefix(s, `"`) || s != "" && !strings.ContainsAny(s, " \n;*|&<>(){}") {
		return s
	}
	return singleQuoted(s)
}

func TestGeneratedScriptsAreSameAsSh(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(r, "commands")
		script := "x=ab; y='c d'; set -- 1 '2 3'"
		for range n {
			script += "\n" + genCommand(r, 3)
		}
		if rapid.Bool().Draw(r, "errexit") {
			script = "set -e\n" + script
		}
		in, err := os.MkdirTemp(dir, "")
		if err != nil {
			r.Fatal(err)
		}
		if got, want := same(t, in, script); got != want {
			r.Fatalf("%s\ngot  %swant %s", script, got, want)
		}
	})
}

// transcript is all that can be seen of a fleet in which a line ran.
func transcript(line string) string {
	f := NewFleet(FleetConfig{Seed: 7})
	defer f.Close()
	m := f.Add(Config{Name: "r1", StepBudget: 5000, ProcessLimit: 20, DiskSize: 1 << 20})
	p := m.Start(Command{Line: line, Input: []byte("one\ntwo\n")})
	for range 300 {
		at, ok := f.Next()
		if !ok || at > time.Minute {
			break
		}
		f.Advance(at)
	}
	stdout, stderr := p.Output()
	return fmt.Sprintf("%q\n%q\n%d %v %v\n%s", stdout, stderr, p.Status(), p.Ended(), f.Now(), f.Describe())
}

// FuzzLine gives the shell any line: it must not panic or hang, and must do
// the same twice.
func FuzzLine(f *testing.F) {
	for script := range strings.SplitSeq(scripts, "\n\n") {
		f.Add(script)
	}
	for _, line := range []string{"((((", "a() a|a&", "${", "$((", "`", "<<E", "x=(", "[[ =~ ( ]]", "case", "{1..99999}", "trap 'kill $$' TERM; kill $$", "exec <&- >&-; echo", "cd ..;cd ..;cd -", "0&0\xfa"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		first := transcript(line)
		if second := transcript(line); first != second {
			t.Errorf("%q twice:\n%s\nthen\n%s", line, first, second)
		}
	})
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	line := `bash -c 'for i in 1 2 3 4 5 6; do (sleep 0.0$((RANDOM%5)); echo $i $RANDOM >>f) & done; wait; cat f; set | sort | tail -3; ls -la; ps'`
	first := transcript(line)
	for range 10 {
		if got := transcript(line); got != first {
			t.Fatalf("the same again:\n%s\nthen\n%s", first, got)
		}
	}
	if !strings.Contains(first, `1 `) || strings.Contains(first, "not found") {
		t.Errorf("transcript: got %s", first)
	}
}
