package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"runbook/builtins"
	"runbook/interpreter"
)

// fileInfo is what a file says of itself.
type fileInfo struct {
	File      string      `json:"file"`
	Origin    string      `json:"origin"`
	Doc       string      `json:"doc,omitempty"`
	MainDoc   string      `json:"main_doc,omitempty"`
	Runbook   bool        `json:"runbook"`
	Site      bool        `json:"site"` // main takes the site
	ReadOnly  bool        `json:"read_only"`
	Rehearsal string      `json:"rehearse_from,omitempty"`
	Rules     []ruleInfo  `json:"interlocks,omitempty"` // in force where it runs; of an interlock file its own
	Loads     []string    `json:"loads,omitempty"`
	Params    []paramInfo `json:"params,omitempty"`
	Functions []funcInfo  `json:"functions,omitempty"` // of a library
}

type funcInfo struct {
	Name      string `json:"name"`
	Signature string `json:"signature"`
	Doc       string `json:"doc,omitempty"`
	Position  string `json:"position"`
}

type paramInfo struct {
	Name     string  `json:"name"`
	Type     string  `json:"type"`
	Default  *string `json:"default,omitempty"` // as it is written in Starlark; absent if it must be given
	Doc      string  `json:"doc,omitempty"`
	Position string  `json:"position"`
}

// showFile shows a runbook, or a library.
func (a *App) showFile(file string, o *showOptions) error {
	w, err := a.find(file, "")
	if err != nil {
		return err
	}
	_, engine := builtins.InterlockEngine(w)
	if !w.isInterlock(w.runbook) {
		engine = interpreter.NewEngine(builtins.Predeclared(), w, interpreter.Limits{})
	}
	p, err := engine.Load(w.runbook)
	if err != nil {
		return a.invalid(err, p.Files())
	}
	info := fileInfo{
		File: strings.TrimPrefix(w.runbook, interpreter.Shipped), Origin: w.origin, Doc: strings.TrimSpace(p.Doc),
		ReadOnly: p.Declares("READ_ONLY"), Rehearsal: p.Text("REHEARSE_FROM"),
	}
	for _, name := range p.FileNames() {
		if name != w.runbook {
			info.Loads = append(info.Loads, strings.TrimPrefix(name, interpreter.Shipped))
		}
	}
	if main, err := p.Main(); err == nil {
		info.Runbook, info.Site, info.MainDoc = true, p.WantsSite(), summary(main.Doc())
		params, err := p.Params()
		if err != nil {
			return a.invalid(err, p.Files())
		}
		info.params(params)
	}
	if info.Rules, err = a.rulesOf(w, info.Runbook); err != nil {
		return err
	}
	for _, fn := range p.Functions() {
		info.Functions = append(info.Functions, funcInfo(fn))
	}
	if o.json {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		return enc.Encode(info)
	}
	return a.writeFile(&info)
}

func (i *fileInfo) params(params []interpreter.Param) {
	for _, q := range params {
		p := paramInfo{Name: q.Name, Type: q.Type, Doc: q.Doc, Position: q.Position}
		if q.Default != nil {
			text := q.Default.String()
			p.Default = &text
		}
		i.Params = append(i.Params, p)
	}
}

// summary is a docstring up to its sections.
func summary(doc string) string {
	before, _, _ := strings.Cut(doc, "Args:")
	before, _, _ = strings.Cut(before, "Returns:")
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(before), "\n") {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n")
}

func (a *App) writeFile(i *fileInfo) error {
	w := a.stdout
	where := workplace{runbook: i.File, origin: i.Origin}
	fmt.Fprintln(w, where.named())
	for _, doc := range []string{i.Doc, i.MainDoc} {
		if doc != "" {
			fmt.Fprintf(w, "\n%s\n", indented(doc, "  "))
		}
	}
	fmt.Fprintln(w)
	switch {
	case !i.Runbook && len(i.Rules) > 0:
		fmt.Fprintln(w, "an interlock file: what must hold before a change")
		fmt.Fprintln(w)
		return writeRules(w, i.Rules, a.pageWidth())
	case !i.Runbook:
		fmt.Fprintln(w, "no runbook: it has no function main")
	case i.ReadOnly:
		fmt.Fprintln(w, "only reads: every change is refused, and no lock is taken")
	}
	if i.Runbook && !i.Site {
		fmt.Fprintln(w, "needs no site")
	}
	if i.Rehearsal != "" {
		fmt.Fprintf(w, "a rehearsal begins with everything %s\n", i.Rehearsal)
	}
	if i.Runbook && !i.ReadOnly {
		fmt.Fprintf(w, "%s in force: runbook show --json lists them\n", count(int64(len(i.Rules)), "interlock"))
	}
	if len(i.Loads) > 0 {
		fmt.Fprintln(w, indented(wrap("loads "+strings.Join(i.Loads, ", "), a.pageWidth()-4), "    ")[4:])
	}
	i.writeFunctions(w, a.pageWidth())
	if !i.Runbook {
		return nil
	}
	return i.writeParams(w)
}

// writeFunctions lists what a library has for others.
func (i *fileInfo) writeFunctions(w io.Writer, width int) {
	if len(i.Functions) == 0 {
		return
	}
	fmt.Fprintln(w, "\nfunctions:")
	for _, fn := range i.Functions {
		fmt.Fprintf(w, "  %s\n", fn.Signature)
		if fn.Doc != "" {
			fmt.Fprintln(w, indented(wrap(fn.Doc, width-6), "      "))
		}
	}
}

func (i *fileInfo) writeParams(w io.Writer) error {
	if len(i.Params) == 0 {
		fmt.Fprintln(w, "\nno parameters")
		return nil
	}
	fmt.Fprintln(w, "\nparameters, set with --set NAME=VALUE:")
	return table(w, func(t io.Writer) {
		for _, p := range i.Params {
			def := "must be given"
			if p.Default != nil {
				def = *p.Default
			}
			text := strings.Split(wrap(p.Doc, 80), "\n")
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", p.Name, p.Type, def, text[0])
			for _, more := range text[1:] {
				fmt.Fprintf(t, "\t\t\t%s\n", more)
			}
		}
	})
}

// table lines up the columns of what fill writes, separated by tabs.
func table(w io.Writer, fill func(io.Writer)) error {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fill(t)
	if err := t.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// indented puts text before every line that is not empty.
func indented(s, by string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = by + l
		}
	}
	return strings.Join(lines, "\n")
}

// wrap breaks text into lines of at most width letters.
func wrap(s string, width int) string {
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(s) {
		n := len([]rune(word))
		switch {
		case used == 0:
		case used+1+n > width:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}
