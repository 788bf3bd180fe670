package host

import (
	"bytes"
	"path"
	"strings"
)

// visit searches a file, or a directory and what is below it. The name "" is
// the current directory, which is not shown.
func (g *grep) visit(name string, recursive bool) {
	switch {
	case name != "" && (name == "-" || !g.isDir(name)):
		g.file(name)
	case !recursive:
		g.complain("%s: Is a directory", name)
		g.status = 2
	default:
		entries, err := g.list(dirOrDot(name))
		if err != nil {
			g.trouble(name, err)
		}
		for _, entry := range entries {
			below := entry
			if name != "" {
				below = strings.TrimSuffix(name, "/") + "/" + entry
			}
			if g.isDir(below) || g.wanted(entry) {
				g.visit(below, true)
			}
		}
	}
}

func dirOrDot(name string) string {
	if name == "" {
		return "."
	}
	return name
}

// wanted applies --include and --exclude.
func (g *grep) wanted(base string) bool {
	included := !g.given.has("include")
	for _, o := range g.given {
		ok, err := path.Match(o.value, base)
		switch {
		case err != nil || !ok:
		case o.name == "include":
			included = true
		case o.name == "exclude":
			return false
		}
	}
	return included
}

// A grepFile is the search of one file.
type grepFile struct {
	*grep
	label    string
	binary   bool
	count    int64    // selected lines
	lineNo   int      // of the line looked at
	offset   int      // of it, in bytes
	before   []string // lines of context that may be shown
	trailing int      // lines of context that are still to be shown
	shown    int      // number of the last line shown
	offsets  []int    // of the lines in before
}

// quiet reports whether lines are not shown.
func (g *grep) quiet() bool { return g.given.has("q", "l", "L", "c") }

func (g *grep) file(name string) {
	r, err := g.open(name)
	if err != nil {
		g.trouble(name, err)
		return
	}
	f := &grepFile{grep: g, label: name}
	if name == "-" {
		f.label = g.given.last("label", "(standard input)")
	}
	head, _ := r.Peek(4096)
	f.binary = !g.given.has("a") && hasNUL(head)
	for f.count < g.max || f.trailing > 0 {
		line, err := r.ReadBytes('\n')
		if len(line) == 0 {
			break
		}
		if !f.take(bytes.TrimSuffix(line, []byte("\n"))) {
			break
		}
		f.offset += len(line)
		if err != nil {
			break
		}
	}
	f.sum()
}

// take looks at one line; false if no more need be read.
func (f *grepFile) take(line []byte) bool {
	f.lineNo++
	if f.count >= f.max || !f.selects(line) {
		return f.context(line)
	}
	f.count++
	f.found = true
	switch {
	case f.given.has("q") && !f.given.has("L"), f.given.has("l", "L"):
		return false
	case f.given.has("c"):
		return true
	case f.binary:
		f.complain("%s: binary file matches", f.label)
		return false
	}
	if f.only && f.invert {
		return true
	}
	f.lead()
	f.before, f.offsets = nil, nil
	f.trailing = f.after
	if f.only {
		f.matches(line)
	} else {
		f.show(line, ':', f.lineNo, f.offset)
	}
	return true
}

// context keeps or shows a line that was not selected.
func (f *grepFile) context(line []byte) bool {
	switch {
	case f.quiet():
	case f.trailing > 0:
		f.trailing--
		if !f.only {
			f.show(line, '-', f.lineNo, f.offset)
		}
	case f.grep.before > 0:
		f.before, f.offsets = append(f.before, string(line)), append(f.offsets, f.offset)
		if len(f.before) > f.grep.before {
			f.before, f.offsets = f.before[1:], f.offsets[1:]
		}
	}
	return f.count < f.max || f.trailing > 0
}

// lead shows the lines before a selected one, and what parts it from the last
// group.
func (f *grepFile) lead() {
	first := f.lineNo - len(f.before)
	if (f.grep.before > 0 || f.after > 0) && f.apart && (f.shown == 0 || first > f.shown+1) {
		f.printf("--\n")
	}
	f.apart = true
	for i, line := range f.before {
		if !f.only {
			f.show([]byte(line), '-', first+i, f.offsets[i])
		}
	}
	f.shown = f.lineNo
}

// matches shows just what matched.
func (f *grepFile) matches(line []byte) {
	for from := 0; from <= len(line); {
		start, end, ok := f.first(line, from)
		if !ok {
			return
		}
		if end == start {
			from = end + 1
			continue
		}
		f.show(line[start:end], ':', f.lineNo, f.offset+start)
		from = end
	}
}

func (f *grepFile) show(text []byte, mark byte, lineNo, offset int) {
	f.shown = f.lineNo
	if f.names {
		f.printf("%s%c", f.label, mark)
	}
	if f.given.has("n") {
		f.printf("%d%c", lineNo, mark)
	}
	if f.given.has("b") {
		f.printf("%d%c", offset, mark)
	}
	f.printf("%s\n", text)
}

// sum shows what is said once for a file.
func (f *grepFile) sum() {
	if f.given.has("q") {
		return
	}
	if f.given.has("c") && !f.given.has("l", "L") {
		if f.names {
			f.printf("%s:", f.label)
		}
		f.printf("%d\n", f.count)
	}
	switch listed := f.given.which("l", "L"); {
	case listed == "l" && f.count > 0:
		f.printf("%s\n", f.label)
	case listed == "L" && f.count == 0:
		f.printf("%s\n", f.label)
	}
}
