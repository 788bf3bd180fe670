package host

import (
	"slices"
	"strings"
	"unicode"

	"mvdan.cc/sh/v3/syntax"
)

// An element of a pattern matches one character, or, if star, any number.
type element struct {
	star  bool
	match func(rune) bool
}

// compile reads a shell's pattern.
func compile(pattern string) []element {
	var out []element
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; {
		case c == '*':
			out = append(out, element{star: true})
		case c == '?':
			out = append(out, element{match: func(rune) bool { return true }})
		case c == '[':
			if set, size, ok := bracket(runes[i:]); ok {
				out = append(out, element{match: set})
				i += size - 1
				continue
			}
			out = append(out, exactly('['))
		case c == '\\' && i+1 < len(runes):
			i++
			out = append(out, exactly(runes[i]))
		default:
			out = append(out, exactly(c))
		}
	}
	return out
}

func exactly(c rune) element { return element{match: func(r rune) bool { return r == c }} }

// classes are what [:name:] stands for.
var classes = map[string]func(rune) bool{
	"alpha": unicode.IsLetter, "digit": func(r rune) bool { return r >= '0' && r <= '9' },
	"alnum": func(r rune) bool { return unicode.IsLetter(r) || r >= '0' && r <= '9' },
	"upper": unicode.IsUpper, "lower": unicode.IsLower, "space": unicode.IsSpace, "punct": unicode.IsPunct,
	"blank": func(r rune) bool { return r == ' ' || r == '\t' }, "cntrl": unicode.IsControl,
	"print": unicode.IsPrint, "graph": unicode.IsGraphic, "xdigit": func(r rune) bool { return strings.ContainsRune("0123456789abcdefABCDEF", r) },
}

// bracket reads […] at the beginning of runes; not ok if it does not end.
func bracket(runes []rune) (match func(rune) bool, size int, ok bool) {
	i := 1
	negated := i < len(runes) && (runes[i] == '!' || runes[i] == '^')
	if negated {
		i++
	}
	var tests []func(rune) bool
	for first := true; i < len(runes); first = false {
		c := runes[i]
		if c == ']' && !first {
			return func(r rune) bool {
				return slices.ContainsFunc(tests, func(t func(rune) bool) bool { return t(r) }) != negated
			}, i + 1, true
		}
		if c == '[' && i+1 < len(runes) && runes[i+1] == ':' {
			name, _, found := strings.Cut(string(runes[i+2:]), ":]")
			if class := classes[name]; found && class != nil {
				tests = append(tests, class)
				i += 4 + len([]rune(name))
				continue
			}
		}
		low, next := bracketRune(runes, i)
		high := low
		if next+1 < len(runes) && runes[next] == '-' && runes[next+1] != ']' {
			high, next = bracketRune(runes, next+1)
		}
		tests = append(tests, func(r rune) bool { return low <= r && r <= high })
		i = next
	}
	return nil, 0, false
}

func bracketRune(runes []rune, i int) (c rune, next int) {
	if runes[i] == '\\' && i+1 < len(runes) {
		i++
	}
	return runes[i], i + 1
}

// ends calls each with every length of text's beginnings that elements match,
// the shortest first, until it returns false.
func ends(elements []element, text []rune, each func(n int) bool) {
	states := make([]bool, len(elements)+1)
	next := make([]bool, len(elements)+1)
	states[0] = true
	for n := 0; ; n++ {
		alive := false
		for i, e := range elements {
			if states[i] && e.star {
				states[i+1] = true
			}
			alive = alive || states[i]
		}
		if states[len(elements)] && !each(n) || !alive || n == len(text) {
			return
		}
		clear(next)
		for i, e := range elements {
			if states[i] && e.star {
				next[i] = true
			} else if states[i] && e.match(text[n]) {
				next[i+1] = true
			}
		}
		states, next = next, states
	}
}

// charge counts work as steps.
func (sh *shell) charge(work int) {
	sh.p.steps += work / 256
	sh.p.step()
}

// matches reports whether a pattern matches all of a text.
func (sh *shell) matches(pattern, text string) bool {
	elements, runes := compile(pattern), []rune(text)
	sh.charge(len(elements) * len(runes))
	found := false
	ends(elements, runes, func(n int) bool {
		found = n == len(runes)
		return true
	})
	return found
}

// trimPrefix is ${x#pattern} and ${x##pattern}.
func (sh *shell) trimPrefix(text, pattern string, longest bool) string {
	elements, runes := compile(pattern), []rune(text)
	sh.charge(len(elements) * len(runes))
	cut := 0
	ends(elements, runes, func(n int) bool {
		cut = n
		return longest
	})
	return string(runes[cut:])
}

// trimSuffix is ${x%pattern} and ${x%%pattern}: trimPrefix, backwards.
func (sh *shell) trimSuffix(text, pattern string, longest bool) string {
	elements, runes := compile(pattern), []rune(text)
	sh.charge(len(elements) * len(runes))
	slices.Reverse(elements)
	slices.Reverse(runes)
	cut := 0
	ends(elements, runes, func(n int) bool {
		cut = n
		return longest
	})
	runes = runes[cut:]
	slices.Reverse(runes)
	return string(runes)
}

// paramReplace is bash's ${x/pattern/with}.
func (sh *shell) paramReplace(r *syntax.Replace, value string) (string, error) {
	pattern, err := sh.pattern(r.Orig)
	if err != nil {
		return "", err
	}
	with, err := sh.word(r.With)
	if err != nil || pattern == "" {
		return value, err
	}
	elements, runes := compile(pattern), []rune(value)
	var out strings.Builder
	for i := 0; i < len(runes); {
		longest := 0
		sh.charge(len(elements) * 64)
		ends(elements, runes[i:], func(n int) bool {
			longest = n
			return true
		})
		if longest == 0 {
			out.WriteRune(runes[i])
			i++
			continue
		}
		out.WriteString(with)
		i += longest
		if out.Len() > maxExpansion {
			return "", errTooLong
		}
		if !r.All {
			out.WriteString(string(runes[i:]))
			break
		}
	}
	return out.String(), nil
}

// glob gives the files that a field matches, or the field itself if it is no
// pattern or matches none.
func (sh *shell) glob(field []piece) ([]string, error) {
	text := join(field)
	if sh.opts['f'] || !slices.ContainsFunc(field, func(p piece) bool { return !p.quoted && strings.ContainsAny(p.text, "*?[") }) {
		return []string{text}, nil
	}
	names := strings.Split(quotePattern(field), "/")
	found := []string{""}
	if names[0] == "" {
		found, names = []string{"/"}, names[1:]
	}
	for i, name := range names {
		var err error
		if found, err = sh.globName(found, name, i < len(names)-1); err != nil {
			return nil, err
		}
	}
	if len(found) == 0 {
		return []string{text}, nil
	}
	slices.Sort(found)
	return found, nil
}

// globName goes one name further in each of the directories; more follow if dirs.
func (sh *shell) globName(in []string, name string, dirs bool) ([]string, error) {
	files := sh.p.Files()
	var out []string
	total := 0
	elements := compile(name)
	exact := unescape(name)
	for _, dir := range in {
		if !hasMeta(name) {
			at := dir + exact
			if _, err := files.Lstat(orDot(at)); err == nil {
				out = append(out, addSlash(at, dirs && name != ""))
			}
			continue
		}
		infos, err := files.ReadDir(orDot(dir))
		if err != nil {
			continue
		}
		for _, info := range infos {
			if strings.HasPrefix(info.name, ".") && !strings.HasPrefix(exact, ".") {
				continue
			}
			if at, err := files.Stat(dir + info.name); dirs && (err != nil || !at.IsDir()) {
				continue
			}
			if matchAll(elements, info.name) {
				out = append(out, addSlash(dir+info.name, dirs))
				total += len(dir) + len(info.name)
			}
		}
		if sh.charge(64 * len(infos)); total > maxExpansion {
			return nil, errTooLong
		}
	}
	return out, nil
}

func matchAll(elements []element, text string) bool {
	runes := []rune(text)
	found := false
	ends(elements, runes, func(n int) bool {
		found = n == len(runes)
		return true
	})
	return found
}

func orDot(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}

func addSlash(name string, add bool) string {
	if add {
		return name + "/"
	}
	return name
}

// hasMeta reports whether a pattern is more than a quoted text.
func hasMeta(pattern string) bool {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '*', '?', '[':
			return true
		}
	}
	return false
}

func unescape(pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == '\\' && i+1 < len(pattern) {
			i++
		}
		b.WriteByte(pattern[i])
	}
	return b.String()
}
