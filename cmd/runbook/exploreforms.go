package main

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The report as JUnit's users have it: a case for each kind of fault, which
// fails with what was found. One failure for a case, and one suite within the
// root: not every reader takes more, or less.

// exploreSuites is the root.
type exploreSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suite    exploreSuite `xml:"testsuite"`
}

type exploreSuite struct {
	Name     string        `xml:"name,attr"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Errors   int           `xml:"errors,attr"`
	Skipped  int           `xml:"skipped,attr"`
	Cases    []exploreCase `xml:"testcase"`
}

type exploreCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	Failure *junitReason `xml:"failure"`
	Out     string       `xml:"system-out,omitempty"`
}

// junit writes the report as JUnit XML.
func (r *report) junit(w io.Writer) error {
	kinds := r.Kinds
	if b := r.Beginnings; b != nil {
		kinds = append([]kindReport{{Kind: anotherBeginning, Tried: b.Tried, Findings: b.Findings}}, kinds...)
	}
	if r.Inverse != "" {
		kinds = append([]kindReport{{Kind: oneAfterTheOther}}, kinds...)
	}
	s := exploreSuite{Name: r.Runbook, Tests: len(kinds)}
	for _, k := range kinds {
		c := exploreCase{
			Class: strings.ReplaceAll(strings.TrimSuffix(r.Runbook, ".star"), "/", "."), Name: k.Kind,
			Failure: r.failure(k.Kind), Out: k.words() + r.missedOf(k.Kind),
		}
		if c.Failure != nil {
			s.Failures++
		}
		s.Cases = append(s.Cases, c)
	}
	text, err := xml.MarshalIndent(exploreSuites{Name: "runbook explore", Tests: s.Tests, Failures: s.Failures, Suite: s}, "", "  ")
	if err != nil {
		return err
	}
	text = bytes.ReplaceAll(text, []byte("&#xA;"), []byte("\n")) // for people; attributes have none
	_, err = w.Write(append([]byte(xml.Header), append(text, '\n')...))
	return err
}

// failure is what was found of a kind; nil if nothing was.
func (r *report) failure(kind string) *junitReason {
	var text strings.Builder
	var first *findingReport
	n := 0
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Kind == kind {
			first = cmp.Or(first, f)
			f.text(&text, i+1, false)
			n++
		}
	}
	if first == nil {
		return nil
	}
	message := first.Expected
	if n > 1 {
		message += fmt.Sprintf(" (and %s)", count(int64(n-1), "other finding"))
	}
	return &junitReason{Message: message, Type: ruleID(first.Expected), Text: text.String()}
}

// words are the counts of a kind.
func (k *kindReport) words() string {
	switch k.Kind {
	case anotherBeginning:
		return fmt.Sprintf("%d tried", k.Tried)
	case oneAfterTheOther:
		return ""
	}
	return fmt.Sprintf("%d tried: %d ended well, %d in a clear failure, %d broke a rule", k.Tried, k.Well, k.Clear, k.Findings)
}

// missedOf are the faults of a kind that struck nothing, the first of many.
func (r *report) missedOf(kind string) string {
	var lines []string
	for _, m := range r.Missed {
		if m.Kind == kind {
			lines = append(lines, "\nnot reached: "+m.Fault+"  "+m.Place)
		}
	}
	if more := len(lines) - mostListed; more > 0 {
		lines = append(lines[:mostListed], fmt.Sprintf("\nand %d more", more))
	}
	return strings.Join(lines, "")
}
