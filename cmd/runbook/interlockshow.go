package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"runbook/builtins"
	"runbook/interpreter"
)

// ruleInfo is what is shown of an interlock.
type ruleInfo struct {
	Name     string `json:"name"`
	Reason   string `json:"reason"`
	Position string `json:"position"`
}

// rulesOf are the interlocks in force where a runbook runs, or those of an
// interlock file; none of any other file.
func (a *App) rulesOf(w *workplace, runbook bool) ([]ruleInfo, error) {
	names := []string{w.runbook}
	switch {
	case runbook:
		var err error
		if names, err = w.interlockNames(); err != nil {
			return nil, err
		}
	case !w.isInterlock(w.runbook):
		return nil, nil
	}
	rules, err := builtins.LoadInterlocks(w, names, nil)
	if err != nil {
		return nil, a.invalid(err, rules.Files())
	}
	var list []ruleInfo
	for _, r := range rules.Rules {
		list = append(list, ruleInfo{r.Name, r.Reason, r.Pos.String()})
	}
	return list, nil
}

func writeRules(w io.Writer, rules []ruleInfo, width int) error {
	for _, r := range rules {
		fmt.Fprintf(w, "  %s\n%s\n", r.Name, indented(wrap(r.Reason, width-6), "      "))
	}
	return nil
}

// twice are the rules of an interlock file that have a name twice, in it or among
// the others of its site: that is seen only where all of them are gathered.
func twice(w *workplace, name string) error {
	names, where := []string{name}, name
	if own := siteRoot + name; fileExists(filepath.Join(w.root, siteFile)) {
		site := &workplace{root: w.root, home: w.root}
		all, err := site.interlockNames()
		if err == nil && slices.Contains(all, own) {
			w, names, where = site, all, own
		}
	}
	_, err := builtins.LoadInterlocks(w, names, nil)
	if at := interpreter.PlaceOf(err); err != nil && at.IsValid() && at.Filename() == where {
		return err
	}
	return nil
}
