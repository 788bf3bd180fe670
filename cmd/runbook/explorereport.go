package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"runbook/effect"
	"runbook/interpreter"
)

// A report is what an exploration tells, in every form.
type report struct {
	Runbook     string          `json:"runbook"`
	Inverse     string          `json:"inverse,omitempty"`
	Site        string          `json:"site,omitempty"`
	Scenario    string          `json:"scenario,omitempty"`
	Live        string          `json:"live,omitempty"` // what was read of the live systems
	Undisturbed string          `json:"undisturbed"`
	Runs        int             `json:"runs"`
	Cut         bool            `json:"cut,omitempty"`        // a limit ended it before all was tried
	Beginnings  *begunReport    `json:"beginnings,omitempty"` // other ones than usual
	Kinds       []kindReport    `json:"kinds"`
	Ended       []endedReport   `json:"ended"`
	Interlocks  []steppedReport `json:"interlocks,omitempty"` // that refused a change, by name
	Branches    *branchReport   `json:"branches,omitempty"`
	Missed      []missedReport  `json:"missed,omitempty"`
	Findings    []findingReport `json:"findings"`
	Untold      int             `json:"untold,omitempty"` // runs that broke a rule in yet another way
}

type kindReport struct {
	Kind     string `json:"kind"`
	Tried    int    `json:"tried"`
	Well     int    `json:"well"`
	Clear    int    `json:"clear"`
	Findings int    `json:"findings"`
}

type endedReport struct {
	Ended string `json:"ended"`
	Runs  int    `json:"runs"`
}

// A begunReport is of undisturbed runs.
type begunReport struct {
	Tried    int           `json:"tried"`
	Ended    []endedReport `json:"ended"`
	Findings int           `json:"findings"`
}

// A missedReport is a fault that struck nothing.
type missedReport struct {
	Kind  string `json:"kind"`
	Fault string `json:"fault"`
	Place string `json:"place"`
}

type steppedReport struct {
	Interlock string `json:"interlock"`
	Runs      int    `json:"runs"`
}

type findingReport struct {
	Expected string   `json:"expected"`
	Happened string   `json:"happened"`
	Kind     string   `json:"kind"` // of its last mishap
	Places   []string `json:"places"`
	Where    string   `json:"where,omitempty"`  // in the runbook
	File     string   `json:"file,omitempty"`   // of it, from here; none of a shipped one
	Begins   string   `json:"begins,omitempty"` // otherwise than usual
	Schedule string   `json:"schedule,omitempty"`
	Also     int      `json:"also,omitempty"`
	Scenario string   `json:"scenario"`
	Replay   string   `json:"replay"`
	Then     string   `json:"then,omitempty"` // what replays the inverse
	Exit     int      `json:"exit"`

	plan schedule
}

// reportOf is the report of a search.
func reportOf(file string, o *exploreOptions, x *search) *report {
	r := &report{
		Runbook: file, Site: x.subject.job.place, Scenario: o.scenario, Live: x.subject.live, Undisturbed: x.subject.asWords(),
		Runs: x.tried, Cut: x.cut, Untold: x.untold, Kinds: []kindReport{}, Findings: []findingReport{},
	}
	if x.subject.inverse != nil {
		r.Inverse = x.subject.inverse.file
	}
	if t := x.begun; t.tried > 0 {
		r.Beginnings = &begunReport{t.tried, endings(x.begunIn), t.broke}
	}
	for _, k := range mishapKinds {
		if t := x.tallies[k]; t != nil {
			r.Kinds = append(r.Kinds, kindReport{k, t.tried, t.well, t.clear, t.broke})
		}
	}
	r.Ended, r.Branches = endings(x.ended), x.branches
	for _, name := range slices.Sorted(maps.Keys(x.stepped)) {
		r.Interlocks = append(r.Interlocks, steppedReport{name, x.stepped[name]})
	}
	for _, m := range x.missed {
		r.Missed = append(r.Missed, missedReport{m.kind, m.fault, m.place})
	}
	for _, f := range x.found {
		r.Findings = append(r.Findings, findingOf(file, o, f))
	}
	return r
}

// Kinds of findings that need no fault.
const (
	anotherBeginning = "another beginning"
	oneAfterTheOther = "one after the other"
)

func findingOf(file string, o *exploreOptions, f *finding) findingReport {
	last := mishap{kind: anotherBeginning, place: "undisturbed"}
	if f.subject.begins == nil {
		last = mishap{kind: oneAfterTheOther, place: "undisturbed"}
	}
	if n := len(f.plan); n > 0 {
		last = f.plan[n-1]
	}
	r := findingReport{
		Expected: f.verdict.rule, Happened: f.verdict.happened, Kind: last.kind, Where: f.verdict.where,
		Schedule: f.plan.line(), Also: f.also, Scenario: f.file, Replay: o.replayLine(file, f), Then: o.thenLine(f), Exit: int(f.verdict.code), plan: f.plan,
	}
	if r.Where == "" {
		r.Where = last.where
	}
	if in, line, _ := parsePosition(r.Where); line > 0 {
		if r.File = f.subject.job.coverName(in); strings.HasPrefix(r.File, interpreter.Shipped) {
			r.File = ""
		}
	}
	if b := f.subject.begins; b != nil {
		r.Begins = b.words
	}
	if f.plan == nil {
		r.Places = []string{last.place}
	}
	for _, m := range f.plan {
		r.Places = append(r.Places, m.place)
	}
	return r
}

// labelled writes a line for each value that there is, given as label, value, label, value.
func labelled(w io.Writer, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fmt.Fprintf(w, "%-13s%s\n", pairs[i], pairs[i+1])
		}
	}
}

// text writes the report for people.
func (r *report) text(w io.Writer, color bool) {
	labelled(w, "runbook", r.Runbook, "inverse", r.Inverse, "site", r.Site, "scenario", r.Scenario, "from live", r.Live, "undisturbed", r.Undisturbed+"\n")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "tried\tended well\tclear failure\tfindings\t  fault")
	var all kindReport
	for _, k := range r.Kinds {
		fmt.Fprintf(t, "%d\t%d\t%d\t%d\t  %s\n", k.Tried, k.Well, k.Clear, k.Findings, k.Kind)
		all.Tried, all.Well, all.Clear, all.Findings = all.Tried+k.Tried, all.Well+k.Well, all.Clear+k.Clear, all.Findings+k.Findings
	}
	fmt.Fprintf(t, "%d\t%d\t%d\t%d\t  faults in %s\n", all.Tried, all.Well, all.Clear, all.Findings, count(int64(r.Runs), "run"))
	_ = t.Flush() // as w: who reads the report may go
	r.facts(w)
	for i, f := range r.Findings {
		f.text(w, i+1, color)
	}
	if r.Untold > 0 {
		fmt.Fprintf(w, "\nuntold       %s broke a rule in yet another way: these are enough to begin with\n", count(int64(r.Untold), "further run"))
	}
	if len(r.Findings) == 0 {
		fmt.Fprintf(w, "\n%s\n", paint(color, green, "every run kept every rule"))
	} else {
		fmt.Fprintf(w, "\n%s\n", paint(color, red, count(int64(len(r.Findings)), "finding")))
	}
}

// mostListed is how many of a kind of thing the text lists.
const mostListed = 10

// facts writes what there is to tell of all runs together.
func (r *report) facts(w io.Writer) {
	fmt.Fprintf(w, "\nruns ended   %s\n", endedWords(r.Ended))
	for i, s := range r.Interlocks {
		fmt.Fprintf(w, "%-11s  %4d  %s\n", map[bool]string{true: "interlocks"}[i == 0], s.Runs, s.Interlock)
	}
	if b := r.Beginnings; b != nil {
		fmt.Fprintf(w, "beginnings   %d others, undisturbed: %s\n", b.Tried, endedWords(b.Ended))
	}
	if r.Branches != nil {
		r.Branches.text(w)
	}
	if r.Cut {
		fmt.Fprintln(w, "not all      a limit ended the search before everything was tried")
	}
	if len(r.Missed) == 0 {
		return
	}
	fmt.Fprintf(w, "not reached  %s, whose place was gone\n", count(int64(len(r.Missed)), "fault"))
	for _, m := range r.Missed[:min(len(r.Missed), mostListed)] {
		fmt.Fprintf(w, "  %s  %s\n", effect.Shorten(m.Fault, longestFault), m.Place)
	}
	if more := len(r.Missed) - mostListed; more > 0 {
		fmt.Fprintf(w, "  and %d more, which --json lists\n", more)
	}
}

// endedWords are ways in which runs ended, in lines that begin below each other.
func endedWords(ended []endedReport) string {
	const width = 66
	var b strings.Builder
	line := 0
	for i, e := range ended {
		word := fmt.Sprintf("%s %d", e.Ended, e.Runs)
		switch {
		case i > 0 && line+len(word) > width:
			b.WriteString(",\n             ")
			line = 0
		case i > 0:
			b.WriteString(", ")
		}
		line += len(word) + 2
		b.WriteString(word)
	}
	return b.String()
}

// longestFault is how much of a fault the text shows: an answer may be long.
const longestFault = 120

// text writes a finding for people.
func (f *findingReport) text(w io.Writer, n int, color bool) {
	fmt.Fprintf(w, "\n%s\n", paint(color, bold, fmt.Sprintf("%d. %s: %s", n, f.Kind, f.Places[len(f.Places)-1])))
	fmt.Fprintf(w, "   expected  %s\n", f.Expected)
	fmt.Fprintf(w, "   happened  %s\n", strings.TrimLeft(indented(visible(f.Happened), "             "), " "))
	if f.Where != "" {
		fmt.Fprintf(w, "   where     %s\n", plainPlace(f.Where))
	}
	if f.Begins != "" {
		fmt.Fprintf(w, "   begins    %s\n", f.Begins)
	}
	if f.Schedule != "" {
		fmt.Fprintf(w, "   schedule  %s\n", strings.Join(f.shortened(), ",\n             "))
	}
	if f.Also > 0 {
		fmt.Fprintf(w, "   also      %s with the same end\n", count(int64(f.Also), map[bool]string{true: "other beginning", false: "other schedule"}[f.Schedule == ""]))
	}
	fmt.Fprintf(w, "   replay    %s\n", f.Replay)
	switch {
	case f.Then != "":
		fmt.Fprintf(w, "   then      %s\n", f.Then)
	case f.Expected == mustRecover:
		fmt.Fprintf(w, "             shows the first run; the second begins with what it leaves\n")
	}
}

// shortened are the faults of the schedule, each on a line.
func (f *findingReport) shortened() []string {
	var faults []string
	for _, m := range f.plan {
		faults = append(faults, effect.Shorten(m.fault, longestFault))
	}
	return faults
}

// json writes the report as one object.
func (r *report) json(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// rules are all there are, in the order in which they are looked at.
var rules = []string{mustEnd, mustBeClear, mustBeSafe, mustNotRedo, mustBeTrue, mustRecover, mustReturn}

// ruleID is a rule's short name.
func ruleID(rule string) string {
	return [...]string{"ends", "clear-error", "no-hazard", "not-twice", "goal-reached", "recovers", "returns"}[slices.Index(rules, rule)]
}
