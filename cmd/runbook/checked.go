package main

import (
	"os"
	"path/filepath"
	"strings"

	"runbook/builtins"
	"runbook/interpreter"
	"runbook/simulator"
)

// A checked file is one that is looked at for errors.
type checked struct {
	path string // as it is shown
	root string // the folder that its loads may not leave
}

// checkFile finds everything that is wrong with the file, and with those it loads.
func (a *App) checkFile(f checked) []problem {
	name, err := relative(f.root, f.path)
	if err != nil {
		return []problem{{File: f.path, Message: err.Error()}}
	}
	if isScenario(name) {
		return f.scenario()
	}
	w := &workplace{root: f.root, runbook: name}
	engine, role := interpreter.NewEngine(builtins.Predeclared(), w, interpreter.Limits{}), builtins.Library
	switch {
	case filepath.Base(name) == siteFile:
		role = builtins.SiteFile
	case w.isInterlock(name):
		_, engine = builtins.InterlockEngine(w)
	case isTest(name):
		engine = a.testEngine(f, w, nil)
	}
	found := builtins.Check(engine, name, role)
	if err := twice(w, name); found == nil && w.isInterlock(name) && err != nil {
		found = append(found, interpreter.Explain(err, nil))
	}
	var problems []problem
	for _, x := range found {
		for _, x := range append([]*interpreter.Explanation{x}, x.More...) {
			problems = append(problems, f.found(x))
		}
	}
	return problems
}

// found is a problem with its file named as it is shown.
func (f checked) found(x *interpreter.Explanation) problem {
	p := problem{File: f.path, Message: x.Message, Source: x.Line, Hint: x.Hint}
	if x.Position != "" {
		p.File, p.Line, p.Column = parsePosition(x.Position)
		p.File = f.shown(p.File)
	}
	word, _, _ := strings.Cut(strings.TrimPrefix(x.Message, "undefined: "), " ")
	if hint, ok := elsewhere[word]; ok && strings.HasPrefix(x.Message, "undefined: ") {
		p.Message, p.Hint = "undefined: "+word, hint
	}
	return p
}

// elsewhere says where names belong that not every file sees.
var elsewhere = map[string]string{
	"simulate": scenarioHint, "fault": scenarioHint, "rehearse": testHint, "expect": testHint, "interlock": interlockHint, "change": interlockHint,
}

const (
	scenarioHint  = "a scenario is in a folder scenarios, or its name ends in .scenario.star"
	testHint      = "the name of a test's file ends in _test.star"
	interlockHint = "an interlock file is in a folder interlocks"
)

// shown is a file that the loader knows by name, relative to where we are.
func (f checked) shown(name string) string {
	root, file := interpreter.Split(name)
	if root == interpreter.Shipped || name == f.path {
		return name
	}
	full := filepath.Join(f.root, filepath.FromSlash(file))
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, full); err == nil && filepath.IsLocal(rel) {
			return rel
		}
	}
	return full
}

// scenario checks a scenario.
func (f checked) scenario() []problem {
	src, err := os.ReadFile(f.path)
	if err != nil {
		return []problem{{File: f.path, Message: cause(err).Error()}}
	}
	if _, err := simulator.LoadScenario(f.path, src); err != nil {
		return problemsOf(err, f.path, map[string][]byte{f.path: src})
	}
	return nil
}

// isScenario tells scenarios by where they are and what they are called.
func isScenario(name string) bool {
	return strings.HasSuffix(name, ".scenario.star") || filepath.Base(filepath.Dir(name)) == "scenarios"
}

// otherThanRunbook is what to do with a file that is something else than a runbook,
// by its name; "" if that does not say.
func otherThanRunbook(name string) string {
	switch {
	case filepath.Base(name) == siteFile:
		return "it is a site: exec RUNBOOK --site FILE"
	case isScenario(name):
		return "it is a scenario: exec RUNBOOK --dry-run --scenario FILE"
	case isTest(name):
		return "it has tests: runbook test FILE"
	case isInterlock(name):
		return "it has interlocks, which are in force in every run of their site: runbook show FILE"
	}
	return ""
}

// isTest tells tests by what they are called.
func isTest(name string) bool { return strings.HasSuffix(name, "_test.star") }
