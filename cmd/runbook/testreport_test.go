package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"runbook/builtins/rehearsal"
	"runbook/effect"
)

// junitRules are those of the schema that readers of such reports use
// (junit-10.xsd): what an element may have in it, and its attributes, those
// that it must have marked by *.
var junitRules = map[string]struct{ inside, attributes string }{
	"":           {inside: "testsuites"},
	"testsuites": {"testsuite", "name time tests failures disabled errors"},
	"testsuite":  {"testsuite properties testcase system-out system-err", "name* tests* failures* errors* group time skipped timestamp hostname id package file log url version"},
	"testcase":   {"skipped error failure system-out system-err", "name* classname assertions time timestamp status"},
	"error":      {"", "type message"},
	"failure":    {"", "type message"},
	"system-out": {},
}

// holdJUnit holds a report against the rules of the schema, and its sums
// against its cases.
func holdJUnit(report []byte) error {
	d := xml.NewDecoder(strings.NewReader(string(report)))
	path := []string{""}
	tests, declared := map[string]int{}, map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if err := holdElement(e, path[len(path)-1]); err != nil {
				return err
			}
			path = append(path, e.Name.Local)
			tests[e.Name.Local]++
			for _, a := range e.Attr {
				if n, err := strconv.Atoi(a.Value); err == nil {
					declared[e.Name.Local+" "+a.Name.Local] += n
				}
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
	for _, suite := range []string{"testsuite", "testsuites"} {
		for sum, of := range map[string]string{"tests": "testcase", "failures": "failure", "errors": "error"} {
			if got, want := declared[suite+" "+sum], tests[of]; got != want {
				return fmt.Errorf("%s: %s: got %d, want %d", suite, sum, got, want)
			}
		}
	}
	return nil
}

func holdElement(e xml.StartElement, parent string) error {
	name := e.Name.Local
	if !slices.Contains(strings.Fields(junitRules[parent].inside), name) {
		return fmt.Errorf("%s: got it in %q", name, parent)
	}
	has := map[string]string{}
	for _, a := range e.Attr {
		has[a.Name.Local] = a.Value
	}
	for attribute := range strings.FieldsSeq(junitRules[name].attributes) {
		must := strings.TrimSuffix(attribute, "*")
		if _, ok := has[must]; !ok && must != attribute {
			return fmt.Errorf("%s: got no %s", name, must)
		}
		if must == "time" {
			if _, err := strconv.ParseFloat(has[must], 64); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		delete(has, must)
	}
	for attribute := range has {
		return fmt.Errorf("%s: got the attribute %s", name, attribute)
	}
	return nil
}

// TestJUnit: a report keeps the rules, whatever tests say and however they end.
func TestJUnit(t *testing.T) {
	t.Parallel()
	run := func(err error, said ...string) *testRun {
		return &testRun{Test: rehearsal.Test{Name: "test_it"}, report: &rehearsal.Report{Said: said, Err: err, Last: &rehearsal.Outcome{State: []string{"n\x01 ]]>"}}}}
	}
	for name, files := range map[string][]*testFile{
		"none":    {},
		"invalid": {{checked: checked{path: "a_test.star"}, err: errors.New("a < b\x00")}},
		"mixed": {
			{checked: checked{path: "sub/a_test.star"}, tests: []*testRun{run(nil, "\x1b[1m", "\xff<&>"), run(&effect.Error{Kind: effect.Failed, Message: "one\n<two>"})}},
			{checked: checked{path: "b_test.star"}, tests: []*testRun{run(errors.New("mistake"))}},
			{checked: checked{path: "c_test.star"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := holdJUnit(junit(files)); err != nil {
				t.Errorf("%v\n%s", err, junit(files))
			}
		})
	}
}

// TestJUnitRules: the rules find what is wrong.
func TestJUnitRules(t *testing.T) {
	t.Parallel()
	const head = `<testsuites tests="1" failures="0" errors="0" time="0"><testsuite name="a" tests="1" failures="0" errors="0" time="1">`
	for report, want := range map[string]string{
		head + `<testcase name="a" time="1"></testcase></testsuite></testsuites>`:                      "",
		head + `</testsuite></testsuites>`:                                                             "got 1, want 0",
		head + `<testcase time="1"></testcase></testsuite></testsuites>`:                               "testcase: got no name",
		head + `<testcase name="a" time="long"></testcase></testsuite></testsuites>`:                   "invalid syntax",
		head + `<testcase name="a" time="1" color="red"></testcase></testsuite></testsuites>`:          "testcase: got the attribute color",
		head + `<testcase name="a" time="1"><b></b></testcase></testsuite></testsuites>`:               `b: got it in "testcase"`,
		head + `<testcase name="a" time="1"><failure></failure></testcase></testsuite></testsuites>`:   "failures: got 0, want 1",
		head + `<testcase name="a" time="1">`:                                                          "unexpected EOF",
		strings.Replace(head, "testsuites", "report", 1) + `<testcase name="a"/></testsuite></report>`: "report: got it in",
	} {
		got := ""
		if err := holdJUnit([]byte(report)); err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", report, got, want)
		}
	}
}

// TestEnds: of many lines the first and the last are told.
func TestEnds(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range 2*maxLines + 5 {
		lines = append(lines, strconv.Itoa(i))
	}
	if got := ends(lines[5:]); !slices.Equal(got, lines[5:]) {
		t.Errorf("got %v, want all of them", got)
	}
	got := ends(lines)
	if diff := cmp.Diff([]string{"14", "… 5 more", "20"}, got[maxLines-1:maxLines+2]); diff != "" || got[len(got)-1] != "34" {
		t.Errorf("got %v: %s", got, diff)
	}
}

// TestOnAllCores: each is called once, however many there are.
func TestOnAllCores(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 1000} {
		calls := make([]atomic.Int32, n)
		onAllCores(n, func(i int) { calls[i].Add(1) })()
		for i := range calls {
			if got := calls[i].Load(); got != 1 {
				t.Errorf("%d of %d: got %d calls, want 1", i, n, got)
			}
		}
	}
}

// TestTestsPanic: what panics in a test is told where all panics are.
func TestTestsPanic(t *testing.T) {
	t.Parallel()
	r := &testRun{done: make(chan struct{})} // a test without a program
	r.run(t.Context())
	<-r.done
	if !strings.Contains(r.panics, "nil pointer") {
		t.Errorf("got %q, want a nil pointer", r.panics)
	}
	var out strings.Builder
	defer func() {
		if p := fmt.Sprint(recover()); !strings.Contains(p, "nil pointer") || out.Len() > 0 {
			t.Errorf("got %q and the output %q, want the panic alone", p, out.String())
		}
	}()
	testApp(&out, io.Discard).tellTest(&testFile{}, r, false)
}

// BenchmarkCover is one rehearsal of the shipped startup, loaded as for a test:
// plain, and counted.
func BenchmarkCover(b *testing.B) {
	for _, args := range [][]string{{}, {"--cover-out", os.DevNull}} {
		name := "plain"
		if len(args) > 0 {
			name = "counted"
		}
		b.Run(name, func(b *testing.B) {
			file := filepath.Join(b.TempDir(), "a_test.star")
			var src strings.Builder
			for i := range 20 {
				fmt.Fprintf(&src, "def test_%d():\n    expect(rehearse(\"exasol/startup.star\").ok)\n", i)
			}
			if err := os.WriteFile(file, []byte(src.String()), 0o600); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if status := testApp(io.Discard, io.Discard).run(append([]string{"test", file}, args...)); status != 0 {
					b.Fatalf("got status %d, want 0", status)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/20/float64(b.N), "µs/rehearsal")
		})
	}
}
