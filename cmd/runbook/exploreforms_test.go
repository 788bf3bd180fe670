package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"
	"testing"

	"go.starlark.net/starlark"

	"runbook/interpreter"
)

// foundIn is the report of what is found in a runbook without interlocks.
func foundIn(t *testing.T, runbook string) *report {
	t.Helper()
	j := loadJob(t, runbook, "")
	j.rules = nil
	x, err := newSearch(t.Context(), &subject{job: j, name: "explored"})
	if err != nil {
		t.Fatal(err)
	}
	if err := x.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, f := range x.found {
		f.file = "explored/bold 01.star"
	}
	x.missed = x.singles[:mostListed+2]
	for i := range x.missed {
		x.missed[i].kind = "fault reply"
	}
	r := reportOf("site/bold.star", &exploreOptions{}, x)
	r.Findings = r.Findings[:1]
	return r
}

// Readers of JUnit XML take one root, one suite and one failure for a case.
func TestExploreJUnit(t *testing.T) {
	t.Parallel()
	r := foundIn(t, boldRunbook(t))
	r.Findings = append(r.Findings, r.Findings[0])
	var b bytes.Buffer
	if err := r.junit(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		XMLName  xml.Name `xml:"testsuites"`
		Failures int      `xml:"failures,attr"`
		Suites   []struct {
			Failures int `xml:"failures,attr"`
			Cases    []struct {
				Name     string `xml:"name,attr"`
				Class    string `xml:"classname,attr"`
				Failures []struct {
					Message string `xml:"message,attr"`
					Type    string `xml:"type,attr"`
				} `xml:"failure"`
				Out string `xml:"system-out"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Suites) != 1 || len(got.Suites[0].Cases) != len(r.Kinds) {
		t.Fatalf("got\n%s\nwant a suite with a case for each of %d kinds", &b, len(r.Kinds))
	}
	failed, listed := 0, 0
	for _, c := range got.Suites[0].Cases {
		if failed += len(c.Failures); len(c.Failures) > 1 || c.Class != "site.bold" || !strings.Contains(c.Out, " tried: ") {
			t.Errorf("got the case %+v", c)
		}
		if listed = max(listed, strings.Count(c.Out, "not reached: ")); len(c.Failures) == 1 && c.Failures[0].Message != "no hazard (and 1 other finding)" {
			t.Errorf("%s: got the failure %+v", c.Name, c.Failures[0])
		}
	}
	if failed == 0 || got.Failures != failed || got.Suites[0].Failures != failed || listed == 0 || listed > mostListed {
		t.Errorf("got %d failures, %d told and at most %d places not reached in a case", failed, got.Failures, listed)
	}
}

// sarifLog is what must be there in SARIF 2.1.0, as far as it is used.
type sarifLog struct {
	Version string
	Runs    []struct {
		Tool struct {
			Driver struct{ Rules []struct{ ID string } }
		}
		Results []struct {
			RuleID           string
			RuleIndex        int
			Message          struct{ Text string }
			Locations        []sarifLocation
			RelatedLocations []sarifLocation
		}
	}
}

type sarifLocation struct {
	PhysicalLocation struct {
		ArtifactLocation struct{ URI string }
		Region           struct{ StartLine int }
	}
	LogicalLocations []struct{ FullyQualifiedName string }
}

// Every finding has a location with a relative URI, also one in a shipped file,
// which is on no disk.
func TestExploreSARIF(t *testing.T) {
	t.Parallel()
	r := foundIn(t, boldRunbook(t))
	for where, file := range map[string]string{"bold.star:8:9": "site/bold one.star", interpreter.Shipped + "lib/node.star:3:1": "", "": ""} {
		f := &r.Findings[0]
		f.Where, f.File = where, file
		var b bytes.Buffer
		if err := r.sarif(&b); err != nil {
			t.Fatal(err)
		}
		var got sarifLog
		if err := json.Unmarshal(b.Bytes(), &got); err != nil || got.Version != "2.1.0" || len(got.Runs) != 1 || len(got.Runs[0].Results) == 0 {
			t.Fatalf("got %v of\n%s", err, &b)
		}
		for _, result := range got.Runs[0].Results {
			if id := got.Runs[0].Tool.Driver.Rules[result.RuleIndex].ID; id != result.RuleID || result.Message.Text == "" || len(result.Locations) != 1 {
				t.Fatalf("got the result %+v of the rule %s", result, id)
			}
			place := result.Locations[0].PhysicalLocation
			u, err := url.Parse(place.ArtifactLocation.URI)
			if err != nil || u.IsAbs() || u.Path == "" || place.Region.StartLine == 0 {
				t.Errorf("%q: got the place %+v, want a relative one with a line", where, place)
			}
		}
		first := got.Runs[0].Results[0]
		uri := first.Locations[0].PhysicalLocation.ArtifactLocation.URI
		switch {
		case file != "" && (uri != "site/bold%20one.star" || len(first.RelatedLocations) != 1):
			t.Errorf("%q: got %q, want the runbook, and the scenario beside", where, uri)
		case file == "" && uri != "explored/bold%2001.star":
			t.Errorf("%q: got %q, want the scenario", where, uri)
		case strings.HasPrefix(where, interpreter.Shipped) && len(first.Locations[0].LogicalLocations) != 1:
			t.Errorf("%q: got %+v, want the shipped place by its name", where, first.Locations)
		}
	}
	if got := uriOf("/a b/c.star"); got != "file:///a%20b/c.star" {
		t.Errorf("got %q", got)
	}
}

// What no run went is told of functions that were called, and of no others.
func TestExploreBranches(t *testing.T) {
	t.Parallel()
	src := []byte("def main():\n    if 1 > 2:\n        pass\n    return 0 or 1\n\ndef other(x):\n    if x:\n        pass\n")
	c := interpreter.NewCoverage()
	engine := interpreter.NewEngine(starlark.StringDict{}, interpreter.Bundle{"main.star": src}, interpreter.Limits{}).Covered(c, func(file string) string { return file })
	p, err := engine.Load("main.star")
	if err != nil {
		t.Fatal(err)
	}
	_, usual := waysOf(c)
	if r := branchesOf(c, usual); r.Of != 0 {
		t.Errorf("got %+v of a file of which nothing was called", r)
	}
	fn, err := p.Main()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Call(t.Context(), &interpreter.Run{}, fn, nil, nil); err != nil {
		t.Fatal(err)
	}
	r := branchesOf(c, usual)
	if r.Taken != 2 || r.Of != 4 || r.Faults != (shareOf{2, 4}) || strings.Join(r.Never, "; ") != "main.star:2:5: if: never true; main.star:4:14: or: never true on the left" {
		t.Errorf("got %+v", r)
	}
	if _, usual = waysOf(c); branchesOf(c, usual).Faults != (shareOf{0, 2}) {
		t.Errorf("got %+v by faults alone, want none of 2", branchesOf(c, usual).Faults)
	}
	if branchesOf(nil, nil) != nil {
		t.Error("got a report of nothing that was counted")
	}
}
