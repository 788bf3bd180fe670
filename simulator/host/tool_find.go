package host

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A finding is one file that find looks at.
type finding struct {
	name  string
	info  *Info
	depth int
}

// A predicate is a part of find's expression.
type predicate func(f *finding) bool

// A finder is one run of find.
type finder struct {
	*call
	words      []string
	minDepth   int
	maxDepth   int
	depthFirst bool
	acts       bool // something else than -print is done
	status     int
	quit       bool
	pruned     bool
	batches    []*batch
}

// A batch is a -exec … + that waits for more names.
type batch struct {
	argv  []string
	names []string
}

// runFind is find.
func runFind(c *call) int {
	f := &finder{call: c, words: c.args, maxDepth: -1}
	var starts []string
	for len(f.words) > 0 && (f.words[0] == "-H" || f.words[0] == "-P") {
		f.words = f.words[1:]
	}
	for len(f.words) > 0 && !strings.HasPrefix(f.words[0], "-") && f.words[0] != "!" && f.words[0] != "(" {
		starts, f.words = append(starts, f.words[0]), f.words[1:]
	}
	if starts == nil {
		starts = []string{"."}
	}
	test, err := f.expression()
	if err != nil {
		return c.fail("%v", err)
	}
	if !f.acts {
		inner := test
		test = func(x *finding) bool { return inner(x) && f.print(x, "\n") }
	}
	for _, start := range starts {
		info, err := c.lstat(start)
		if err != nil {
			f.status = c.fail("'%s': %s", start, reason(err))
			continue
		}
		f.visit(&finding{start, info, 0}, test)
	}
	for _, b := range f.batches {
		f.flush(b)
	}
	return f.status
}

func (f *finder) visit(x *finding, test predicate) {
	f.step()
	if f.quit {
		return
	}
	f.pruned = false
	if !f.depthFirst && x.depth >= f.minDepth {
		test(x)
	}
	if x.info.IsDir() && !f.pruned && (f.maxDepth < 0 || x.depth < f.maxDepth) {
		infos, err := f.Files().ReadDir(x.name)
		if err != nil {
			f.status = f.fail("'%s': %s", x.name, reason(err))
		}
		for _, info := range infos {
			f.visit(&finding{strings.TrimSuffix(x.name, "/") + "/" + info.Name(), info, x.depth + 1}, test)
		}
	}
	if f.depthFirst && x.depth >= f.minDepth && !f.quit {
		test(x)
	}
}

func (f *finder) print(x *finding, end string) bool {
	f.printf("%s%s", x.name, end)
	return true
}

// expression reads all words.
func (f *finder) expression() (predicate, error) {
	if len(f.words) == 0 {
		return func(*finding) bool { return true }, nil
	}
	test, err := f.or()
	if err == nil && len(f.words) > 0 {
		if f.words[0] == ")" {
			return nil, complaint("invalid expression; you have used a binary operator ')' with nothing before it.")
		}
		return nil, fmt.Errorf("paths must precede expression: `%s'", f.words[0])
	}
	return test, err
}

func (f *finder) or() (predicate, error) {
	left, err := f.and()
	for err == nil && len(f.words) > 0 && (f.words[0] == "-o" || f.words[0] == "-or") {
		f.words = f.words[1:]
		var right predicate
		before := left
		if right, err = f.and(); err == nil {
			left = func(x *finding) bool { return before(x) || right(x) }
		}
	}
	return left, err
}

func (f *finder) and() (predicate, error) {
	left, err := f.not()
	for err == nil && len(f.words) > 0 && f.words[0] != "-o" && f.words[0] != "-or" && f.words[0] != ")" {
		if f.words[0] == "-a" || f.words[0] == "-and" {
			f.words = f.words[1:]
		}
		var right predicate
		before := left
		if right, err = f.not(); err == nil {
			left = func(x *finding) bool { return before(x) && right(x) }
		}
	}
	return left, err
}

func (f *finder) not() (predicate, error) {
	if len(f.words) == 0 {
		return nil, errors.New("expected an expression after an operator")
	}
	word := f.words[0]
	f.words = f.words[1:]
	switch word {
	case "!", "-not":
		test, err := f.not()
		return func(x *finding) bool { return !test(x) }, err
	case "(":
		test, err := f.or()
		if err == nil && (len(f.words) == 0 || f.words[0] != ")") {
			err = complaint("invalid expression; I was expecting to find a ')' somewhere but did not see one.")
		}
		if err == nil {
			f.words = f.words[1:]
		}
		return test, err
	}
	return f.primary(word)
}

// primary reads one test or action.
func (f *finder) primary(word string) (predicate, error) {
	switch word {
	case "-print", "-print0", "-delete", "-prune", "-quit", "-true", "-false", "-depth", "-empty", "-exec", "-ls":
		return f.action(word)
	}
	if !slices.Contains([]string{
		"-name", "-iname", "-path", "-wholename", "-type", "-maxdepth", "-mindepth", "-mmin", "-mtime", "-newer", "-size", "-user", "-perm",
	}, word) {
		if !strings.HasPrefix(word, "-") {
			return nil, fmt.Errorf("paths must precede expression: `%s'", word)
		}
		return nil, fmt.Errorf("unknown predicate `%s'", word)
	}
	if len(f.words) == 0 {
		return nil, fmt.Errorf("missing argument to `%s'", word)
	}
	value := f.words[0]
	f.words = f.words[1:]
	switch word {
	case "-name":
		return func(x *finding) bool { return globMatch(value, path.Base(x.name)) }, nil
	case "-iname":
		return func(x *finding) bool { return globMatch(strings.ToLower(value), strings.ToLower(path.Base(x.name))) }, nil
	case "-path", "-wholename":
		return func(x *finding) bool { return globMatch(value, x.name) }, nil
	case "-type":
		return findType(value)
	case "-user":
		return func(x *finding) bool { return f.owner(x.info) == value }, nil
	case "-perm":
		return findPerm(value)
	case "-size":
		return findSize(value)
	case "-newer":
		info, err := f.stat(value)
		if err != nil {
			return nil, fmt.Errorf("'%s': %s", value, reason(err))
		}
		return func(x *finding) bool { return x.info.ModTime().After(info.ModTime()) }, nil
	case "-mmin", "-mtime":
		return f.age(word, value)
	}
	return f.depthLimit(word, value)
}

func (f *finder) depthLimit(word, value string) (predicate, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return nil, complaintf("Expected a positive decimal integer argument to %s, but got '%s'", word, value)
	}
	if word == "-maxdepth" {
		f.maxDepth = n
	} else {
		f.minDepth = n
	}
	return func(*finding) bool { return true }, nil
}

// compared reads N, +N or -N.
func compared(value string) (n float64, sign byte, ok bool) {
	if value != "" && (value[0] == '+' || value[0] == '-') {
		sign, value = value[0], value[1:]
	}
	n, err := strconv.ParseFloat(value, 64)
	return n, sign, err == nil
}

func (f *finder) age(word, value string) (predicate, error) {
	n, sign, ok := compared(value)
	if !ok {
		return nil, fmt.Errorf("invalid argument `%s' to `%s'", value, word)
	}
	unit := time.Minute
	if word == "-mtime" {
		unit = 24 * time.Hour
	}
	return func(x *finding) bool {
		units := f.fleet().Date().Sub(x.info.ModTime()).Seconds() / unit.Seconds()
		switch sign {
		case '+':
			if word == "-mtime" {
				return units >= n+1
			}
			return units > n
		case '-':
			return units < n
		}
		if word == "-mtime" {
			return units >= n && units < n+1
		}
		return units > n-1 && units <= n
	}, nil
}

func findType(value string) (predicate, error) {
	for kind := range strings.SplitSeq(value, ",") {
		if len(kind) != 1 || !strings.Contains("fdlcbps", kind) {
			return nil, complaintf("Unknown argument to -type: %s", value)
		}
	}
	return func(x *finding) bool {
		kind := strings.Replace(modeText(x.info.Mode())[:1], "-", "f", 1)
		return slices.Contains(strings.Split(value, ","), kind)
	}, nil
}

func findPerm(value string) (predicate, error) {
	sign := byte(0)
	text := value
	if text != "" && (text[0] == '-' || text[0] == '/') {
		sign, text = text[0], text[1:]
	}
	mode, ok := parseMode(text, 0, false, 0)
	if !ok {
		return nil, fmt.Errorf("invalid mode '%s'", value)
	}
	return func(x *finding) bool {
		perm := x.info.Mode().Perm()
		switch sign {
		case '-':
			return perm&mode == mode
		case '/':
			return mode == 0 || perm&mode != 0
		}
		return perm == mode
	}, nil
}

func findSize(value string) (predicate, error) {
	unit := int64(512)
	text := value
	if text != "" {
		if u, ok := map[byte]int64{'c': 1, 'w': 2, 'b': 512, 'k': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}[text[len(text)-1]]; ok {
			unit, text = u, text[:len(text)-1]
		}
	}
	n, sign, ok := compared(text)
	if !ok {
		return nil, complaintf("Invalid argument `%s' to -size", value)
	}
	return func(x *finding) bool {
		units := float64((x.info.Size() + unit - 1) / unit)
		return sign == '+' && units > n || sign == '-' && units < n || sign == 0 && units == n
	}, nil
}
