package main

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	_ "embed"
)

//go:embed cover.html
var coverPage string

var coverTemplate = template.Must(template.New("cover").Parse(coverPage))

// A coverRow is a file in the table of the page, and its text below.
type coverRow struct {
	ID, Name             string
	Statements, Branches coverShare
	Lines                []coverLine
}

// A coverLine is a line of a file.
type coverLine struct {
	Number int
	Class  string // "hit", "partly", "miss", or "" where nothing is executed
	Hits   string
	Text   string
	Notes  string // the ways that were not gone
}

// html is the coverage as one page that needs nothing else.
func (r *coverReport) html() []byte {
	page := struct {
		Total coverRow
		Files []coverRow
	}{Total: coverRow{Name: r.name, Statements: r.statements, Branches: r.branches}}
	for i, f := range r.files {
		page.Files = append(page.Files, coverRow{
			ID: fmt.Sprintf("f%d", i), Name: f.name, Statements: f.statements, Branches: f.branches, Lines: f.lines(),
		})
	}
	var b bytes.Buffer
	if err := coverTemplate.Execute(&b, page); err != nil {
		panic(err) // the template fits what it is given
	}
	return b.Bytes()
}

// lines are those of the file, each with what was reached of it.
func (r *coverReport) lines() []coverLine {
	var lines []coverLine
	for i, text := range strings.Split(strings.TrimSuffix(string(r.source), "\n"), "\n") {
		lines = append(lines, coverLine{Number: i + 1, Text: text})
	}
	for _, p := range r.places {
		line := &lines[p.Line-1]
		if p.Branch() {
			if way := missedWay(p); way != "" && line.Class != "miss" {
				line.Class = "partly"
				line.Notes += fmt.Sprintf(" %s: never %s", p.Kind, way)
			}
			continue
		}
		class := "hit"
		if p.Hits[0] == 0 {
			class = "miss"
		}
		line.Hits = fmt.Sprint(p.Hits[0])
		for n := p.Line; n <= p.End; n++ {
			if lines[n-1].Class == "" {
				lines[n-1].Class = class
			}
		}
	}
	return lines
}
