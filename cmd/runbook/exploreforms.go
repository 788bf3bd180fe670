package main

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
)

// An exploreSuite is the report as JUnit's users have it: a case for each kind
// of fault, which fails with each of its findings.
type exploreSuite struct {
	XMLName  xml.Name      `xml:"testsuite"`
	Name     string        `xml:"name,attr"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Cases    []exploreCase `xml:"testcase"`
}

type exploreCase struct {
	Class    string           `xml:"classname,attr"`
	Name     string           `xml:"name,attr"`
	Failures []exploreFailure `xml:"failure"`
}

type exploreFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// junit writes the report as JUnit XML.
func (r *report) junit(w io.Writer) error {
	kinds := r.Kinds
	if r.Beginnings != nil {
		kinds = append([]kindReport{{Kind: anotherBeginning}}, kinds...)
	}
	if r.Inverse != "" {
		kinds = append([]kindReport{{Kind: oneAfterTheOther}}, kinds...)
	}
	s := exploreSuite{Name: "runbook explore " + r.Runbook, Tests: len(kinds)}
	for _, k := range kinds {
		c := exploreCase{Class: r.Runbook, Name: k.Kind}
		for i := range r.Findings {
			f := &r.Findings[i]
			if f.Kind != k.Kind {
				continue
			}
			var text strings.Builder
			f.text(&text, i+1, false)
			c.Failures = append(c.Failures, exploreFailure{f.Expected, ruleID(f.Expected), text.String()})
		}
		if len(c.Failures) > 0 {
			s.Failures++
		}
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// sarif writes the findings as SARIF 2.1.0.
func (r *report) sarif(w io.Writer) error {
	type object = map[string]any // encoded with sorted names
	described := []object{}
	for _, rule := range rules {
		described = append(described, object{"id": ruleID(rule), "shortDescription": object{"text": rule}})
	}
	results := []object{}
	for i := range r.Findings {
		f := &r.Findings[i]
		result := object{
			"ruleId": ruleID(f.Expected), "level": "error",
			"message": object{"text": f.Happened + "\n" + f.circumstances() + "replay: " + f.Replay},
		}
		if file, line, column := parsePosition(plainPlace(f.Where)); line > 0 {
			region := object{"startLine": line}
			if column > 0 {
				region["startColumn"] = column
			}
			result["locations"] = []object{{"physicalLocation": object{"artifactLocation": object{"uri": strings.TrimPrefix(file, "@")}, "region": region}}}
		}
		results = append(results, result)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(object{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []object{{
			"tool":    object{"driver": object{"name": "runbook explore", "version": version, "rules": described}},
			"results": results,
		}},
	})
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
