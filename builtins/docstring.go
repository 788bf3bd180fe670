package builtins

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// describe reads a docstring: a summary line that ends in a full stop,
// paragraphs, and sections. The section named args has an item a line, a
// longer one goes on deeper: "name (type): text"; so have the Attributes of what
// a builtin makes, where that has no page of its own.
func (p *Page) describe(doc, args string) error {
	if doc == "" {
		return errors.New("no docstring")
	}
	sections := sectionsOf(doc)
	summary, rest, _ := strings.Cut(sections[""], "\n")
	if summary = strings.TrimSpace(summary); !strings.HasSuffix(summary, ".") {
		return fmt.Errorf("got the summary %q, want one line that ends in a full stop", summary)
	}
	p.Summary, p.Doc = strings.TrimSuffix(summary, "."), strings.Trim(rest, "\n")
	p.Returns, p.Errors = sections["Returns"], sections["Errors"]
	p.Example, p.Evidence = sections["Example"], sections["Evidence"]
	for _, item := range items(sections[args]) {
		a, err := argOf(item, args)
		if err != nil {
			return err
		}
		p.Args = append(p.Args, a)
	}
	if args == "Args" {
		for _, item := range items(sections["Attributes"]) {
			a, err := argOf(item, "Attributes")
			if err != nil {
				return err
			}
			p.Attrs = append(p.Attrs, a)
		}
		delete(sections, "Attributes")
	}
	for name := range sections {
		switch name {
		case "", args, "Returns", "Errors", "Example", "Evidence":
		default:
			return fmt.Errorf("got a section %s, want none of that name here", name)
		}
	}
	return nil
}

var argLine = regexp.MustCompile(`^(\**)(\w+)(?: \((.+?)\))?: (.+)$`)

func argOf(item, section string) (Arg, error) {
	m := argLine.FindStringSubmatch(item)
	if m == nil {
		return Arg{}, fmt.Errorf("%s: got %q, want \"name (type): text\"", section, item)
	}
	a := Arg{Stars: m[1], Name: m[2], Type: m[3], Doc: m[4]}
	if section != "Members" && !isType(a.Type) {
		return Arg{}, fmt.Errorf("%s: %s: got the type %q, want one of argTypes", section, a.Name, a.Type)
	}
	return a, nil
}

var sectionLine = regexp.MustCompile(`^[A-Z][a-z]+:$`)

// sectionsOf cuts a docstring at lines such as "Args:", and takes away the
// indentation of each part. What stands before the first is "".
func sectionsOf(doc string) map[string]string {
	first, rest, _ := strings.Cut(doc, "\n")
	sections, name := map[string]string{"": strings.TrimSpace(first) + "\n"}, ""
	for line := range strings.SplitSeq(dedent(rest), "\n") {
		if sectionLine.MatchString(line) {
			name = strings.TrimSuffix(line, ":")
			continue
		}
		sections[name] += line + "\n"
	}
	for name, text := range sections {
		if name != "" {
			text = dedent(text)
		}
		sections[name] = strings.Trim(text, "\n")
	}
	return sections
}

// dedent takes away the indentation that all lines have in common.
func dedent(text string) string {
	lines := strings.Split(text, "\n")
	least := -1
	for _, l := range lines {
		if strings.TrimSpace(l) != "" && (least < 0 || indent(l) < least) {
			least = indent(l)
		}
	}
	for i, l := range lines {
		lines[i] = strings.TrimRight(l[min(max(least, 0), len(l)):], " ")
	}
	return strings.Join(lines, "\n")
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// items are the lines of a text, each joined with the deeper ones below it.
func items(text string) []string {
	var list []string
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.TrimSpace(line) == "":
		case indent(line) > 0 && len(list) > 0:
			list[len(list)-1] += " " + strings.TrimSpace(line)
		default:
			list = append(list, line)
		}
	}
	return list
}

// A block is a paragraph, or a list of items if its lines were indented.
type block struct {
	items []string
	list  bool
}

// blocks are the paragraphs and lists of a text.
func blocks(text string) []block {
	var all []block
	open := false
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			open = false
			continue
		}
		list := indent(line) > 0
		if n := len(all); !open || all[n-1].list != list {
			all = append(all, block{list: list})
		}
		b := &all[len(all)-1]
		open = true
		if list && indent(line) <= 2 || len(b.items) == 0 {
			b.items = append(b.items, strings.TrimSpace(line))
		} else {
			b.items[len(b.items)-1] += " " + strings.TrimSpace(line)
		}
	}
	return all
}
