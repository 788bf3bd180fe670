package main

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// sarifObject is encoded with sorted names.
type sarifObject = map[string]any

// sarif writes the findings as SARIF 2.1.0.
func (r *report) sarif(w io.Writer) error {
	described := []sarifObject{}
	for _, rule := range rules {
		described = append(described, sarifObject{"id": ruleID(rule), "shortDescription": sarifObject{"text": rule}})
	}
	results := []sarifObject{}
	for i := range r.Findings {
		results = append(results, r.Findings[i].sarif())
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifObject{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []sarifObject{{
			"tool":       sarifObject{"driver": sarifObject{"name": "runbook explore", "version": version, "rules": described}},
			"columnKind": "unicodeCodePoints",
			"results":    results,
		}},
	})
}

// sarif is the finding as a result. Its location is the place in the runbook. A
// shipped file is on no disk: then it is the scenario that shows what happens,
// and the shipped place has its name.
func (f *findingReport) sarif() sarifObject {
	_, line, column := parsePosition(f.Where)
	here := sarifPlace(f.Scenario, 1, 0)
	if f.File != "" {
		here = sarifPlace(f.File, line, column)
	} else if line > 0 {
		here["logicalLocations"] = []sarifObject{{"fullyQualifiedName": plainPlace(f.Where)}}
	}
	result := sarifObject{
		"ruleId": ruleID(f.Expected), "ruleIndex": slices.Index(rules, f.Expected), "level": "error",
		"message":   sarifObject{"text": f.Happened + "\n" + f.circumstances() + "replay: " + f.Replay},
		"locations": []sarifObject{here},
	}
	if f.File != "" {
		also := sarifPlace(f.Scenario, 1, 0)
		also["id"], also["message"] = 1, sarifObject{"text": "the scenario that replays it"}
		result["relatedLocations"] = []sarifObject{also}
	}
	return result
}

// sarifPlace is a place in a file; line and column are 0 where nobody knows.
func sarifPlace(file string, line, column int) sarifObject {
	place := sarifObject{"artifactLocation": sarifObject{"uri": uriOf(file)}}
	region := sarifObject{"startLine": line}
	if column > 0 {
		region["startColumn"] = column
	}
	if line > 0 {
		place["region"] = region
	}
	return sarifObject{"physicalLocation": place}
}

// uriOf is a file as a URI: relative to here if its name is.
func uriOf(file string) string {
	u := url.URL{Path: filepath.ToSlash(file)}
	if strings.HasPrefix(u.Path, "/") {
		u.Scheme = "file"
	}
	return u.String()
}

// circumstances are what it took to break the rule, a line for each.
func (f *findingReport) circumstances() string {
	text := ""
	if f.Begins != "" {
		text += "begins: " + f.Begins + "\n"
	}
	if f.Schedule != "" {
		text += "schedule: " + f.Schedule + "\n"
	}
	return text
}
