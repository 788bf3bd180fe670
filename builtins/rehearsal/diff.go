package rehearsal

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// around is how many lines that are the same are shown beside one that is not.
const around = 3

// gotInstead is a value and what was wanted of it, for a message; the elements of
// a long list follow, one on each line.
func gotInstead(v starlark.Value, want string) string {
	list, ok := v.(*starlark.List)
	if !ok || len(v.String()) < 100 {
		return fmt.Sprintf("got %s, want %s", v, want)
	}
	return fmt.Sprintf("got these, want %s\n  %s", want, strings.Join(quoted(elements(list)), "\n  "))
}

// elements are those of a list or tuple; nil for another value.
func elements(v starlark.Value) []starlark.Value {
	switch v := v.(type) {
	case *starlark.List:
		list := make([]starlark.Value, v.Len())
		for i := range list {
			list[i] = v.Index(i)
		}
		return list
	case starlark.Tuple:
		return append([]starlark.Value{}, v...)
	}
	return nil
}

// quoted are values as they are written.
func quoted(list []starlark.Value) []string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = v.String()
	}
	return words
}

// linesOf are the elements of a list, or the lines of a text, as a diff has
// them; nil for another value.
func linesOf(v starlark.Value) []string {
	if text, ok := starlark.AsString(v); ok {
		return strings.Split(text, "\n")
	}
	if list := elements(v); list != nil {
		return quoted(list)
	}
	return nil
}

// diff is what is wanted beside what there is: "- " before a line that is only
// wanted, "+ " before one that is only there. It is the shortest one, of lines
// that differ those wanted first.
func diff(want, got []string) string {
	var lines []string
	same := common(want, got)
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case i < len(want) && j < len(got) && want[i] == got[j]:
			lines = append(lines, "  "+want[i])
			i, j = i+1, j+1
		case i < len(want) && (j == len(got) || same[i+1][j] >= same[i][j+1]):
			lines = append(lines, "- "+want[i])
			i++
		default:
			lines = append(lines, "+ "+got[j])
			j++
		}
	}
	return "  " + strings.Join(folded(lines), "\n  ")
}

// common is how many lines the rests of two lists have in common, at most, by
// where the rests begin.
func common(a, b []string) [][]int {
	n := make([][]int, len(a)+1)
	for i := range n {
		n[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if n[i][j] = max(n[i+1][j], n[i][j+1]); a[i] == b[j] {
				n[i][j] = n[i+1][j+1] + 1
			}
		}
	}
	return n
}

// folded is a diff without the lines far from any difference.
func folded(lines []string) []string {
	near := make([]bool, len(lines))
	for i, line := range lines {
		if line[0] != ' ' {
			for k := max(0, i-around); k < min(len(lines), i+around+1); k++ {
				near[k] = true
			}
		}
	}
	var out []string
	hidden := 0
	fold := func() {
		if hidden > 0 {
			out = append(out, fmt.Sprintf("  … %d the same", hidden))
		}
		hidden = 0
	}
	for i, line := range lines {
		if !near[i] {
			hidden++
			continue
		}
		fold()
		out = append(out, line)
	}
	fold()
	return out
}
