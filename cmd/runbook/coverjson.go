package main

import (
	"encoding/json"
)

// coverJSON is the coverage for other tools.
type coverJSON struct {
	Statements coverShare  `json:"statements"`
	Branches   coverShare  `json:"branches"`
	Files      []coverFile `json:"files"`
}

type coverFile struct {
	File       string       `json:"file"`
	Statements coverShare   `json:"statements"`
	Branches   coverShare   `json:"branches"`
	Places     []coverPlace `json:"places"`
}

type coverPlace struct {
	Kind   string            `json:"kind"`
	Line   int               `json:"line"`
	Column int               `json:"column"`
	End    int               `json:"end"`  // line
	Hits   map[string]uint32 `json:"hits"` // by way
}

// json is the coverage with every place.
func (r *coverReport) json() []byte {
	all := coverJSON{Statements: r.statements, Branches: r.branches, Files: []coverFile{}}
	for _, f := range r.files {
		file := coverFile{File: f.name, Statements: f.statements, Branches: f.branches, Places: []coverPlace{}}
		for _, p := range f.places {
			hits := map[string]uint32{}
			for i, way := range p.Ways() {
				if way != "" {
					hits[way] = p.Hits[i]
				}
			}
			file.Places = append(file.Places, coverPlace{string(p.Kind), p.Line, p.Column, p.End, hits})
		}
		all.Files = append(all.Files, file)
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		panic(err) // there is nothing in it that could not be written
	}
	return append(text, '\n')
}
