package builtins

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// Markdown is the reference of all builtins, as docs/reference/builtins.md has it.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# What a runbook can say

<!-- Generated from builtins/*/doc.star. Do not edit: change a doc.star and run make doc. -->

This is the reference of everything that runbooks and site files can use beside Starlark itself. ` + "`runbook doc NAME`" + ` prints a page in the terminal.

Runbooks are written in [Starlark](https://github.com/bazelbuild/starlark/blob/master/spec.md), which is Python without what may run forever or give another
result next time: no while, no recursion, no exceptions, no clock, no chance, no files. A file's top level only computes: effects, marked so below, belong into functions.
`)
	fmt.Fprintf(&b, "Of Starlark itself there are %s.\n", universe())
	b.WriteString("\n")
	for _, family := range Families() {
		fmt.Fprintf(&b, "| family %s | |\n|---|---|\n", family)
		for _, p := range Pages() {
			if p.Family == family {
				fmt.Fprintf(&b, "| [`%s`](#%s) | %s%s |\n", p.Name, anchor(p.Name), cell(p.Summary), tag(p.Kind))
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("Evidence of facts about EXAoperation: ART is the vendor's article on starting and stopping a cluster, XR its published reference of the interface, " +
		"KB its knowledge base, DOC its manuals. Of facts about Rhino it says how sure they are: doc, the vendor's documents say so; code, seen in public code; " +
		"inf, inferred; mem, remembered and found nowhere; default, not known, and a name of our own.\n")
	for _, p := range Pages() {
		b.WriteString("\n" + p.Markdown())
	}
	return b.String()
}

// tag marks what may only be used in functions.
func tag(k Kind) string {
	if k == Effect {
		return " (effect)"
	}
	return ""
}

// universe lists the functions of Starlark that have no page.
func universe() string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(starlark.Universe)) {
		if _, ok := starlark.Universe[name].(*starlark.Builtin); ok && Lookup(name) == nil {
			names = append(names, "`"+name+"`")
		}
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// Markdown is the page as a section of the reference.
func (p *Page) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", p.Name)
	if p.Signature != "" {
		fmt.Fprintf(&b, "```python\n%s\n```\n\n", p.broken())
	}
	b.WriteString(linked(p.Summary) + ".\n")
	for _, block := range blocks(p.Doc) {
		b.WriteString("\n")
		for _, item := range block.items {
			if block.list {
				b.WriteString("* ")
			}
			b.WriteString(linked(item) + "\n")
		}
	}
	if len(p.Args) > 0 {
		b.WriteString("\n")
		for _, a := range p.Args {
			b.WriteString(a.markdown())
		}
	}
	if len(p.Attrs) > 0 {
		b.WriteString("\n**Attributes**\n\n")
		for _, a := range p.Attrs {
			b.WriteString(a.markdown())
		}
	}
	if p.Returns != "" {
		fmt.Fprintf(&b, "\n**Returns** %s\n", linked(join(p.Returns)))
	}
	if p.Errors != "" {
		b.WriteString("\n**Errors**\n\n")
		for _, item := range items(p.Errors) {
			fmt.Fprintf(&b, "* %s\n", item)
		}
	}
	if p.Example != "" {
		fmt.Fprintf(&b, "\n```python\n%s\n```\n", p.Example)
	}
	if p.Evidence != "" {
		fmt.Fprintf(&b, "\n*Evidence:* %s\n", join(p.Evidence))
	}
	fmt.Fprintf(&b, "\n*%s*\n", p.origin())
	return b.String()
}

// markdown is an argument as an item of a list; its type leads to its page.
func (a Arg) markdown() string {
	notes := a.notes()
	if typ := a.Type; typ != "" && Lookup(typ) != nil {
		notes = strings.Replace(notes, typ, fmt.Sprintf("[%s](#%s)", typ, anchor(typ)), 1)
	}
	if notes != "" {
		notes = " (" + notes + ")"
	}
	return fmt.Sprintf("* `%s`%s: %s\n", a.Stars+a.Name, notes, linked(a.Doc))
}

// longest is how wide a signature may be on one line.
const longest = 100

// broken is the signature, a parameter a line if it is too long for one.
func (p *Page) broken() string {
	name, params, ok := strings.Cut(p.Signature, "(")
	if len(p.Signature) <= longest || !ok || len(p.Args) == 0 {
		return p.Signature
	}
	var b strings.Builder
	b.WriteString(name + "(\n")
	for _, word := range strings.Split(strings.TrimSuffix(params, ")"), ", ") {
		b.WriteString("    " + word + ",\n")
	}
	return b.String() + ")"
}

// anchor is how a heading is linked to.
func anchor(name string) string { return strings.ToLower(strings.ReplaceAll(name, ".", "")) }

// join makes one line of a text.
func join(text string) string { return strings.Join(strings.Fields(text), " ") }

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

var see = regexp.MustCompile(`\b(see|use|as for|those of) ([a-z]\w*(?:\.\w+)?)`)

// linked makes links of the names that a text refers to.
func linked(text string) string {
	return see.ReplaceAllStringFunc(text, func(m string) string {
		i := strings.LastIndexByte(m, ' ') + 1
		if Lookup(m[i:]) == nil {
			return m
		}
		return fmt.Sprintf("%s[%s](#%s)", m[:i], m[i:], anchor(m[i:]))
	})
}
