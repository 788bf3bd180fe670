package host

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// generated are command lines of generated parts, for which this package and
// the real tools must agree.
func TestGeneratedAsReal(t *testing.T) {
	t.Parallel()
	for _, g := range []struct {
		tool string
		line func(t *rapid.T) []string
	}{
		{"grep", grepLine},
		{"sed", sedLine},
		{"sort", sortLine},
		{"cut", cutLine},
		{"test", testLine},
		{"head", partLine("head")},
		{"tail", partLine("tail")},
	} {
		t.Run(g.tool, func(t *testing.T) {
			t.Parallel()
			if why := genuine(g.tool); why != "" {
				t.Skip(why)
			}
			dir := realDir(t) // nothing here changes files
			rapid.Check(t, func(r *rapid.T) {
				argv := append([]string{g.tool}, g.line(r)...)
				input := strings.Join(rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("aab1:_- .")), 0, 8, -1), 0, 6).Draw(r, "lines"), "\n")
				if input != "" && rapid.Bool().Draw(r, "ended") {
					input += "\n"
				}
				got, want := runSimulated(t, argv, input), runReal(t, dir, argv, input)
				if got != want {
					r.Fatalf("%q <<< %q:\ngot  %d %q %q\nwant %d %q %q", argv, input, got.Status, got.Stdout, got.Stderr, want.Status, want.Stdout, want.Stderr)
				}
			})
		})
	}
}

// regexpText draws an expression, right or wrong, of the alphabet of the input.
func regexpText(t *rapid.T, extended bool) string {
	atoms := []string{"a", "b", "1", ".", "[ab]", "[^a]", "[a-c1]", "[[:alpha:]]", ":", "_", `\.`, `\w`, `\W`, `\b`, `\<`, `\>`, "^", "$", "x*", "-"}
	more := []string{"*", `\(`, `\)`, `\|`, `\{1,2\}`, `\?`, `\+`}
	if extended {
		more = []string{"*", "(", ")", "|", "{1,2}", "{2}", "?", "+"}
	}
	var b strings.Builder
	again := true // whether a repetition may stand here
	for i, piece := range rapid.SliceOfN(rapid.SampledFrom(append(atoms, more...)), 1, 5).Draw(t, "expression") {
		// What repeats a repetition or a place is not POSIX's, and the two
		// matchers in grep and sed do not agree on it.
		repeats := strings.ContainsAny(piece[len(piece)-1:], "*?+}")
		if repeats && (!again || i == 0) {
			continue
		}
		again = !repeats && !strings.HasSuffix(piece, "x*") && !strings.ContainsAny(piece[len(piece)-1:], "^$b<>(|") || piece == "b"
		b.WriteString(piece)
	}
	return b.String()
}

func grepLine(t *rapid.T) []string {
	options := rapid.SliceOfN(rapid.SampledFrom([]string{"-i", "-v", "-c", "-n", "-o", "-w", "-x", "-b", "-m1", "-A1", "-B1", "-q", "-H", "-s", "-l", "-L"}), 0, 3).Draw(t, "options")
	kind := rapid.SampledFrom([]string{"-E", "-G", "-F"}).Draw(t, "kind")
	return append(options, kind, "-e", regexpText(t, kind == "-E"))
}

func sedLine(t *rapid.T) []string {
	extended := rapid.Bool().Draw(t, "extended")
	address := rapid.SampledFrom([]string{"", "1", "$", "2,3", "2!", "/a/", "/a/,/b/", "1,/1/", "2,+1", "0~2"}).Draw(t, "address")
	command := rapid.SampledFrom([]string{"d", "p", "=", "q", "n", "N", "G", "h", "x", "D", "P", "y/ab/ba/", "s/%s/<&>/", "s/%s/X/g", "s/%s/X/2", "s/%s//gp"}).Draw(t, "command")
	if strings.Contains(command, "%s") {
		command = fmt.Sprintf(command, regexpText(t, extended))
	}
	argv := []string{"-e", address + command}
	if extended {
		argv = append(argv, "-E")
	}
	if rapid.Bool().Draw(t, "quiet") {
		argv = append(argv, "-n")
	}
	return argv
}

func sortLine(t *rapid.T) []string {
	argv := rapid.SliceOfN(rapid.SampledFrom([]string{"-n", "-r", "-u", "-f", "-s", "-b", "-t:", "-d"}), 0, 3).Draw(t, "options")
	position := func() string {
		at := fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "field"))
		if rapid.Bool().Draw(t, "char") {
			at += fmt.Sprintf(".%d", rapid.IntRange(1, 3).Draw(t, "at"))
		}
		return at + rapid.SampledFrom([]string{"", "n", "r", "b", "f"}).Draw(t, "flags")
	}
	if rapid.Bool().Draw(t, "keyed") {
		key := position()
		if rapid.Bool().Draw(t, "ended") {
			key += "," + position()
		}
		argv = append(argv, "-k", key)
	}
	return argv
}

func cutLine(t *rapid.T) []string {
	list := rapid.SampledFrom([]string{"1", "2", "1-2", "2-", "-2", "1,3", "3,1-2", "2-1", "0", "-", "1-2,4-5"}).Draw(t, "list")
	argv := []string{rapid.SampledFrom([]string{"-f", "-c", "-b"}).Draw(t, "kind") + list}
	if argv[0][1] == 'f' {
		argv = append(argv, "-d"+rapid.SampledFrom([]string{":", " ", "a"}).Draw(t, "delimiter"))
	}
	return append(argv, rapid.SliceOfN(rapid.SampledFrom([]string{"-s", "--complement", "--output-delimiter=+"}), 0, 2).Draw(t, "options")...)
}

func testLine(t *rapid.T) []string {
	words := []string{"a", "", "1", "-1", "=", "!=", "-eq", "-lt", "!", "(", ")", "-a", "-o", "-n", "-z", "-f", "-d", "fruit", "dir"}
	return rapid.SliceOfN(rapid.SampledFrom(words), 0, 5).Draw(t, "words")
}

func partLine(tool string) func(t *rapid.T) []string {
	return func(t *rapid.T) []string {
		sign := []string{"", "-"}
		if tool == "tail" {
			sign = append(sign, "+")
		}
		n := rapid.SampledFrom(sign).Draw(t, "sign") + fmt.Sprint(rapid.IntRange(0, 5).Draw(t, "n"))
		return []string{rapid.SampledFrom([]string{"-n", "-c"}).Draw(t, "unit"), n}
	}
}

// FuzzExpressions has grep and sed read any expression and script: they end,
// whatever it is.
func FuzzExpressions(f *testing.F) {
	for _, seed := range []string{"a*", `\(a\|b\)*\{2,3\}`, "(a+)+$", "[[:alpha:]-]", "s/a/b/g", ":a;N;$!ba;s/\\n/,/", "/x/,/y/{p;d}", "y/abc/xyz/", "((((", "{1000}{1000}", "1~0p;$!{$!N}", "s,[^,],\\u&,2g"} {
		f.Add(seed, "aaab\nxyz")
	}
	f.Fuzz(func(t *testing.T, expression, input string) {
		if len(input) > 1000 || len(expression) > 200 {
			t.Skip()
		}
		for _, argv := range [][]string{{"grep", "-E", "-e", expression}, {"grep", "-o", "-w", "-e", expression}, {"sed", "-e", expression}, {"sed", "-nE", "-e", "s/" + expression + "/<&>/gp"}} {
			fleet := NewFleet(FleetConfig{})
			m := fleet.Add(Config{Name: "h", StepBudget: 2000})
			p := m.Start(Command{Argv: argv, Input: []byte(input)})
			fleet.Advance(1)
			fleet.Advance(DefaultStartCost)
			if !p.Ended() {
				t.Errorf("%q <<< %q: got no end", argv, input)
			}
			fleet.Close()
		}
	})
}
