package main

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"runbook/internal/mutate"
)

// A mutantsReport is what an exploration of mutants tells, in every form.
type mutantsReport struct {
	Runbook     string         `json:"runbook"`
	Site        string         `json:"site,omitempty"`
	Scenario    string         `json:"scenario,omitempty"`
	Undisturbed string         `json:"undisturbed"`
	Runs        int            `json:"runs"` // of the runbook as it is
	Findings    int            `json:"findings"`
	MutantRuns  int            `json:"mutantRuns"`
	Most        int            `json:"mostRuns"` // of a mutant
	Mutants     []mutantReport `json:"mutants"`
}

type mutantReport struct {
	Place    string `json:"place"`
	Kind     string `json:"kind"`
	Was      string `json:"was"`
	Is       string `json:"is"`
	Came     string `json:"came"` // of it: one of those below
	Rule     string `json:"rule,omitempty"`
	Schedule string `json:"schedule,omitempty"`
	Runs     int    `json:"runs"`
}

// What may come of a mutant.
const (
	noticed    = "noticed"
	unnoticed  = "not noticed"
	unreached  = "not reached"
	unexplored = "not explored"
)

func (m *mutator) report(file string, o *exploreOptions) *mutantsReport {
	s := m.base.subject
	r := &mutantsReport{
		Runbook: file, Site: s.job.place, Scenario: o.scenario, Undisturbed: s.asWords(), Runs: m.base.tried, Findings: len(m.base.found),
		Most: m.runs, Mutants: []mutantReport{},
	}
	for _, u := range m.all {
		came := noticed
		switch {
		case !u.reached:
			came = unreached
		case !u.tried:
			came = unexplored
		case u.rule == "":
			came = unnoticed
		}
		r.MutantRuns += u.runs
		r.Mutants = append(r.Mutants, mutantReport{
			Place: fmt.Sprintf("%s:%d:%d", plainPlace(u.file), u.Line, u.Column), Kind: string(u.Kind), Was: u.Was, Is: u.Is,
			Came: came, Rule: u.rule, Schedule: u.by, Runs: u.runs,
		})
	}
	return r
}

// mutantsEnd writes the report, and decides the exit status.
func (a *App) mutantsEnd(file string, o *exploreOptions, m *mutator) error {
	r := m.report(file, o)
	if o.junit != "" {
		text, err := r.junit()
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.junit, text, 0o644); err != nil {
			return usage("%s: %w", o.junit, cause(err))
		}
	}
	if o.json {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			return err
		}
	} else {
		r.text(a.stdout, a.outColor())
	}
	if r.Findings > 0 {
		return &exitError{code: RunbookFailed, err: errFound, silent: true}
	}
	return nil
}

// of counts the mutants that fit.
func (r *mutantsReport) of(fits func(mutantReport) bool) int {
	n := 0
	for _, u := range r.Mutants {
		if fits(u) {
			n++
		}
	}
	return n
}

// text writes the report for people.
func (r *mutantsReport) text(w io.Writer, color bool) {
	runs := fmt.Sprintf("%d as it is, %d of mutants, of each %d at most\n", r.Runs, r.MutantRuns, r.Most)
	labelled(w, "runbook", r.Runbook, "site", r.Site, "scenario", r.Scenario, "undisturbed", r.Undisturbed, "runs", runs)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "mutants\tnoticed\tnot noticed\tnot reached\t  what was done")
	for _, k := range append(slices.Clone(mutate.Kinds), "") {
		var n [3]int
		for i, came := range []string{noticed, unnoticed, unreached} {
			n[i] = r.of(func(u mutantReport) bool { return (k == "" || u.Kind == string(k)) && u.Came == came })
		}
		if all := r.of(func(u mutantReport) bool { return k == "" || u.Kind == string(k) }); all > 0 || k == "" {
			fmt.Fprintf(t, "%d\t%d\t%d\t%d\t  %s\n", all, n[0], n[1], n[2], cmp.Or(k, "in all"))
		}
	}
	_ = t.Flush() // as w: who reads the report may go
	r.ending(w, color)
}

// ending tells by which rules mutants were noticed, and which were not.
func (r *mutantsReport) ending(w io.Writer, color bool) {
	title := "noticed by   "
	for _, rule := range append([]string{mustLoad, mustSucceed, mustOutlast}, rules...) {
		if n := r.of(func(u mutantReport) bool { return u.Rule == rule }); n > 0 {
			fmt.Fprintf(w, "%s%s: %d\n", map[bool]string{true: "\n"}[title != ""]+fmt.Sprintf("%-13s", title), rule, n)
			title = ""
		}
	}
	if n := r.of(func(u mutantReport) bool { return u.Came == unexplored }); n > 0 {
		fmt.Fprintf(w, "\nnot explored %s: the time was over\n", count(int64(n), "mutant"))
	}
	if r.Findings > 0 {
		fmt.Fprintf(w, "\nas it is     %s, see explore without --mutate: what breaks in the same way is not noticed\n", paint(color, red, count(int64(r.Findings), "finding")))
	}
	survivors := slices.DeleteFunc(slices.Clone(r.Mutants), func(u mutantReport) bool { return u.Came != unnoticed })
	if len(survivors) == 0 && r.of(func(u mutantReport) bool { return u.Came == noticed }) == 0 {
		return
	}
	if len(survivors) == 0 {
		fmt.Fprintf(w, "\n%s\n", paint(color, green, "every mutant that was explored was noticed"))
		return
	}
	fmt.Fprintf(w, "\n%s\n", paint(color, bold, "not noticed"))
	for _, u := range survivors {
		fmt.Fprintf(w, "  %s  %s\n    %s\n", u.Place, u.Kind, visible(u.diff()))
	}
}

// diff is what was done, in one line.
func (u mutantReport) diff() string {
	is := u.Is
	if is == "" {
		is = "(nothing)"
	}
	return u.Was + "  →  " + is
}

// A mutantCase is a mutant as JUnit's users have it: one that nothing noticed is
// skipped, with what was done; it is no failure.
type mutantCase struct {
	Class   string         `xml:"classname,attr"`
	Name    string         `xml:"name,attr"`
	Skipped *mutantSkipped `xml:"skipped,omitempty"`
}

type mutantSkipped struct {
	Message string `xml:"message,attr"`
}

// junit is the report as JUnit XML.
func (r *mutantsReport) junit() ([]byte, error) {
	type suite struct {
		XMLName xml.Name     `xml:"testsuite"`
		Name    string       `xml:"name,attr"`
		Tests   int          `xml:"tests,attr"`
		Skipped int          `xml:"skipped,attr"`
		Cases   []mutantCase `xml:"testcase"`
	}
	s := suite{Name: "runbook explore --mutate " + r.Runbook, Tests: len(r.Mutants)}
	for _, u := range r.Mutants {
		c := mutantCase{Class: u.Place, Name: strings.TrimSpace(u.Kind + ": " + u.diff())}
		if u.Came != noticed {
			s.Skipped++
			c.Skipped = &mutantSkipped{u.Came}
		}
		s.Cases = append(s.Cases, c)
	}
	text, err := xml.MarshalIndent(s, "", "  ")
	return append([]byte(xml.Header), append(text, '\n')...), err
}
