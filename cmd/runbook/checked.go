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
	w := &workplace{root: f.root, runbook: name}
	engine := interpreter.NewEngine(builtins.Predeclared(), w, interpreter.Limits{})
	switch {
	case isScenario(name):
		return f.scenario()
	case filepath.Base(name) == siteFile:
		w.home, w.site = f.root, siteRoot+name
		site, err := builtins.LoadSite(engine, w.site)
		return f.found(err, site.Program.Files())
	case isTest(name):
		engine = a.testEngine(f, w)
	}
	p, err := engine.Load(name)
	if err == nil {
		if _, none := p.Main(); none == nil {
			_, err = p.Params()
		}
	}
	return f.found(err, p.Files())
}

// found are the problems of an error, with files named as they are shown.
func (f checked) found(err error, files map[string][]byte) []problem {
	if err == nil {
		return nil
	}
	problems := problemsOf(err, f.path, files)
	for i := range problems {
		problems[i].File = f.shown(problems[i].File)
	}
	return problems
}

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

// isTest tells tests by what they are called.
func isTest(name string) bool { return strings.HasSuffix(name, "_test.star") }
