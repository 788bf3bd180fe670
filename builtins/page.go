package builtins

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text is the page for a terminal of that width.
func (p *Page) Text(width int) string {
	t := text{width: max(width, 40)}
	t.wrap("", "", p.Name+": "+p.Summary+".")
	t.line("")
	if p.Signature != "" {
		t.wrap("  ", "  "+strings.Repeat(" ", strings.IndexByte(p.Signature, '(')+1), together(p.Signature))
		t.line("")
	}
	for _, b := range blocks(p.Doc) {
		t.block("", b)
		t.line("")
	}
	if len(p.Args) > 0 {
		t.line(p.argsTitle())
		for _, a := range p.Args {
			t.wrap("  ", "      ", a.head()+": "+a.Doc)
		}
		t.line("")
	}
	if len(p.Attrs) > 0 {
		t.line("Attributes")
		for _, a := range p.Attrs {
			t.wrap("  ", "      ", a.head()+": "+a.Doc)
		}
		t.line("")
	}
	t.section("Returns", p.Returns, false)
	t.section("Errors", p.Errors, true)
	if p.Example != "" {
		t.line("Example")
		t.verbatim("  ", p.Example)
	}
	t.section("Evidence", p.Evidence, false)
	t.wrap("", "", p.origin())
	return t.String()
}

// origin says what sort of thing a page is about, and of which family.
func (p *Page) origin() string {
	switch p.Kind {
	case Module, Language:
		return "Part of Starlark."
	case Effect, Pure, Constructor:
		return fmt.Sprintf("A builtin of the family %s: %s.", p.Family, kindText[p.Kind])
	case Test:
		return "A builtin of test files, for functions test_..., which runbook test calls."
	case Interlock:
		return "A builtin of interlock files, for their top level."
	case Scenario:
		return "A builtin of scenarios and of test files."
	}
	return fmt.Sprintf("A %s of the family %s.", p.Kind, p.Family)
}

// kindText says in words what a builtin may do.
var kindText = map[Kind]string{
	Pure:        "it computes, and may be used anywhere",
	Constructor: "it sends nothing, and may be used anywhere",
	Effect:      "it may be used in functions, not at the top level of a file",
}

func (p *Page) argsTitle() string {
	switch p.Kind {
	case Value:
		return "Attributes"
	case Module:
		return "Members"
	}
	return "Arguments"
}

// head is what stands before an argument's text.
func (a Arg) head() string {
	s := a.Stars + a.Name
	if notes := a.notes(); notes != "" {
		s += " (" + notes + ")"
	}
	return s
}

// notes are an argument's type and how it is given.
func (a Arg) notes() string {
	var notes []string
	if a.Type != "" && (a.Type != "any" || a.Required) {
		notes = append(notes, a.Type)
	}
	switch {
	case a.Required:
		notes = append(notes, "must be given")
	case a.Default != "" && a.Default != "None":
		notes = append(notes, "default "+a.Default)
	}
	return strings.Join(notes, ", ")
}

// text is lines of at most a width, in the making.
type text struct {
	strings.Builder
	width int
}

func (t *text) line(s string) {
	t.WriteString(strings.ReplaceAll(strings.TrimRight(s, " "), joint, " ") + "\n")
}

// joint stands for a space at which no line is broken.
const joint = "\x00"

// together keeps each parameter of a signature on one line.
func together(signature string) string { return strings.ReplaceAll(signature, " = ", joint+"="+joint) }

// wrap writes words behind the prefix first, and behind other on further lines.
func (t *text) wrap(first, other, words string) {
	line, empty := first, true
	for word := range strings.FieldsSeq(words) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > t.width {
			t.line(line)
			line, empty = other, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	t.line(line)
}

func (t *text) block(prefix string, b block) {
	for _, item := range b.items {
		if b.list {
			t.wrap(prefix+"  ", prefix+"      ", item)
		} else {
			t.wrap(prefix, prefix, item)
		}
	}
}

// section writes a section if there is something in it.
func (t *text) section(title, body string, list bool) {
	if body == "" {
		return
	}
	t.line(title)
	if list {
		for _, item := range items(body) {
			t.wrap("  ", "      ", item)
		}
	} else {
		for _, b := range blocks(body) {
			t.block("  ", b)
		}
	}
	t.line("")
}

func (t *text) verbatim(prefix, body string) {
	for line := range strings.SplitSeq(body, "\n") {
		t.line(prefix + line)
	}
	t.line("")
}
