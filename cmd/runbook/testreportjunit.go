package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"runbook/builtins/rehearsal"
	"runbook/interpreter"
)

// junitSuites is the root of a report in the form that JUnit's users have
// agreed on: a suite for each file, a case for each test. Times are simulated.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string       `xml:"name,attr"`
	Classname string       `xml:"classname,attr"`
	Time      string       `xml:"time,attr"`
	Error     *junitReason `xml:"error"`
	Failure   *junitReason `xml:"failure"`
	Out       string       `xml:"system-out,omitempty"`
}

// A junitReason is why a test did not pass.
type junitReason struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// junit is what came of the tests of files, as XML.
func junit(files []*testFile) []byte {
	all := junitSuites{Name: "runbook test"}
	var total time.Duration
	for _, f := range files {
		s, took := f.junit()
		all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
		total += took
		all.Suites = append(all.Suites, s)
	}
	all.Time = junitSeconds(total)
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		panic(err) // there is nothing in it that could not be written
	}
	text = bytes.ReplaceAll(text, []byte("&#xA;"), []byte("\n")) // for people; attributes have none
	return append([]byte(xml.Header), append(text, '\n')...)
}

// junit is the suite of a file. One that is invalid has a case that says so.
func (f *testFile) junit() (s junitSuite, took time.Duration) {
	s.Name = filepath.ToSlash(f.path)
	class := strings.ReplaceAll(strings.TrimSuffix(s.Name, ".star"), "/", ".")
	if f.err != nil {
		s.Errors = 1
		s.Cases = append(s.Cases, junitCase{Name: "load", Classname: class, Time: junitSeconds(0), Error: f.junitReason(f.err, nil)})
	}
	for _, r := range f.tests {
		took += r.report.Duration
		c := junitCase{Name: r.Name, Classname: class, Time: junitSeconds(r.report.Duration), Out: visible(strings.Join(r.report.Said, "\n"))}
		if r.report.Err != nil {
			s.Failures++
			c.Failure = f.junitReason(r.report.Err, r.report.Last)
		}
		s.Cases = append(s.Cases, c)
	}
	s.Tests, s.Time = len(s.Cases), junitSeconds(took)
	return s, took
}

// junitReason is an error as it is told on a terminal, and in short.
func (f *testFile) junitReason(err error, last *rehearsal.Outcome) *junitReason {
	var b bytes.Buffer
	writeFailure(&b, false, err, f.sources)
	writeOutcome(&b, false, last)
	x := seen(interpreter.Explain(err, f.sources))
	message, _, _ := strings.Cut(x.Message, "\n")
	kind := string(x.Kind)
	if kind == "" {
		kind = "error"
	}
	return &junitReason{Message: message, Type: kind, Text: b.String()}
}

func junitSeconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// writeFileOf writes the file that a flag names.
func writeFileOf(flag, name string, text []byte) error {
	if err := os.WriteFile(name, text, 0o666); err != nil {
		return usage("%s %s: %w", flag, name, cause(err))
	}
	return nil
}
