package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A page is a Markdown file. Comments in it say which of its blocks are proved:
//
//	<!-- run -->                  the commands of the block print what it says
//	<!-- run live -->             likewise, but times, run ids and the like may differ
//	<!-- run live, background --> its command goes on until the page ends
//	<!-- run live, killed -->     its command is killed once it has printed that
//	<!-- run needs curl -->       only where there is that program
//	<!-- file NAME -->            the block is written to a file
//	<!-- edit NAME -->            the block is a diff that is applied to a file
//	<!-- from NAME -->            the block is a part of this file of the repository
//	<!-- sh COMMAND -->           a command that the reader does not see
//
// A comment counts for the block that follows it. In what a command prints, … is
// any text, and a line of nothing else is any number of lines. A page's commands run
// in one shell, in an empty home. Ports of 127.0.0.1 that it has stand for free ones.
type page struct {
	path   string // from the root of the repository
	lines  []string
	blocks []block
}

// A block is a fenced part of a page, or a hidden command.
type block struct {
	line   int      // number of its first line of text, from 1
	lang   string   // "console", "python", …
	do     string   // "run", "file", "edit", "from", "sh" or ""
	name   string   // of the file; the hidden command
	modes  []string // of run: "live", "background", "killed", "needs" and a program
	text   []string
	indent string
}

func (b *block) is(mode string) bool { return slices.Contains(b.modes, mode) }

// needs is the program that the block's commands use, or "".
func (b *block) needs() string {
	if i := slices.Index(b.modes, "needs"); i >= 0 && i+1 < len(b.modes) {
		return b.modes[i+1]
	}
	return ""
}

var (
	directive = regexp.MustCompile(`^\s*<!-- (run|file|edit|from|sh)\b ?(.*?) ?-->$`)
	fence     = regexp.MustCompile("^( *)(```+)([a-z]*)$")
)

// parsePage finds the blocks of a page.
func parsePage(path, text string) (*page, error) {
	p := &page{path: path, lines: strings.Split(text, "\n")}
	var next block
	for i := 0; i < len(p.lines); i++ {
		line := p.lines[i]
		if d := directive.FindStringSubmatch(line); d != nil {
			if next.do != "" {
				return nil, fmt.Errorf("%s:%d: got a second comment for one block", path, i+1)
			}
			next = block{do: d[1], name: d[2]}
			if d[1] == "sh" {
				next.line = i + 1
				p.blocks = append(p.blocks, next)
				next = block{}
			}
			continue
		}
		f := fence.FindStringSubmatch(line)
		if f == nil {
			if next.do != "" && strings.TrimSpace(line) != "" {
				return nil, fmt.Errorf("%s:%d: got text, want the block that the comment above is about", path, i+1)
			}
			continue
		}
		next.line, next.indent, next.lang = i+2, f[1], f[3]
		end := slices.Index(p.lines[i+1:], f[1]+f[2])
		if end < 0 {
			return nil, fmt.Errorf("%s:%d: got no end of the block", path, i+1)
		}
		for _, l := range p.lines[i+1 : i+1+end] {
			next.text = append(next.text, strings.TrimPrefix(l, f[1]))
		}
		i += end + 1
		if next.do == "run" {
			next.modes, next.name = strings.FieldsFunc(next.name, func(r rune) bool { return r == ',' || r == ' ' }), ""
		}
		p.blocks = append(p.blocks, next)
		next = block{}
	}
	return p, nil
}

// A typed is a command as it is typed, and what it prints.
type typed struct {
	command string
	prompt  int // lines of the block that the command takes
	output  []string
}

// session are the commands of a console block.
func (b *block) session() []typed {
	var all []typed
	for _, line := range b.text {
		last := len(all) - 1
		switch {
		case strings.HasPrefix(line, "$ "):
			all = append(all, typed{command: line[2:], prompt: 1})
		case last >= 0 && strings.HasPrefix(line, "> ") && len(all[last].output) == 0:
			all[last].command += "\n" + line[2:]
			all[last].prompt++
		case last >= 0:
			all[last].output = append(all[last].output, line)
		}
	}
	return all
}

// edit applies the lines of a diff to a text: what is kept and removed must be
// in it once.
func edit(text string, diff []string) (string, error) {
	var before, after []string
	for _, line := range diff {
		switch mark, rest := line[:min(1, len(line))], line[min(1, len(line)):]; mark {
		case "-":
			before = append(before, rest)
		case "+":
			after = append(after, rest)
		default:
			before, after = append(before, rest), append(after, rest)
		}
	}
	from, to := strings.Join(before, "\n")+"\n", strings.Join(after, "\n")+"\n"
	if n := strings.Count(text, from); n != 1 {
		return "", fmt.Errorf("got %d places for this edit, want 1:\n%s", n, from)
	}
	return strings.Replace(text, from, to, 1), nil
}
