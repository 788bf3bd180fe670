package main

import (
	"path/filepath"
	"sort"

	"runbook/interpreter"
	"runbook/journal"
)

// lockNames are the site's systems as locks name them, sorted.
func (j *job) lockNames() []string {
	var names []string
	if j.site != nil {
		for _, s := range j.site.Systems {
			names = append(names, s.Places()...)
		}
	}
	sort.Strings(names)
	return names
}

// journalHeader is the first record of the job's run.
func (j *job) journalHeader(id string) journal.Header {
	h := journal.Header{
		Run: id, Tool: version, Runbook: j.runbook, Params: j.bound.Record,
		Site: j.workplace.site, Systems: j.lockNames(), World: journal.WorldLive,
	}
	if root, _ := interpreter.Split(j.runbook); root == "" {
		h.Path, _ = filepath.Abs(filepath.Join(j.root, filepath.FromSlash(j.runbook)))
	}
	if j.home != "" {
		_, file := interpreter.Split(j.workplace.site)
		h.SitePath, _ = filepath.Abs(filepath.Join(j.home, filepath.FromSlash(file)))
	}
	return h
}

// sources are the job's files for the journal, sorted by name.
func (j *job) sources() []journal.Source {
	var list []journal.Source
	for name, text := range j.files() {
		list = append(list, journal.Source{Name: name, Text: text})
	}
	sort.Slice(list, func(i, k int) bool { return list[i].Name < list[k].Name })
	return list
}
