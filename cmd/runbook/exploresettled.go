package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// incidental is what a run may find in one way or another and leave so, though it
// reaches its goal: where EXAoperation runs; how a node that is down came to be
// down; that a node which is off is to be installed or wiped.
var incidental = []struct {
	part *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`^( *EXAoperation) on .*$`), "$1 runs"},
	{regexp.MustCompile(`(: down)(, halt file)?(, remembers the primary component)?.*$`), "$1"},
	{regexp.MustCompile(`( off), (to_install|to_wipe)$`), "$1"},
	{regexp.MustCompile(` in the wrong namespace$`), ""},
}

// settled is a state as it counts for the goal. Where it is taken loosely, what
// is incidental does not, nor do systems that the runbook has no business with.
func (s *subject) settled(state string) string {
	if !s.loose {
		return state
	}
	var lines []string
	reached := true
	for line := range strings.SplitSeq(state, "\n") {
		if !strings.HasPrefix(line, " ") { // the name of a system
			reached = strings.HasPrefix(line, "host ") || s.looks == nil || s.reaches(line)
		}
		if !reached {
			continue
		}
		for _, each := range apart(line) {
			for _, i := range incidental {
				each = i.part.ReplaceAllString(each, i.put)
			}
			lines = append(lines, each)
		}
	}
	return strings.Join(lines, "\n")
}

// neighbours is a line of a state that is about several nodes.
var neighbours = regexp.MustCompile(`^(.*?)([0-9]+)\.\.([^0-9 ]*)([0-9]+)( .*)$`)

// apart are lines for each of the nodes that a line is about.
func apart(line string) []string {
	m := neighbours.FindStringSubmatch(line)
	if m == nil {
		return []string{line}
	}
	from, _ := strconv.Atoi(m[2])
	to, _ := strconv.Atoi(m[4])
	var lines []string
	for n := from; n <= to; n++ {
		lines = append(lines, fmt.Sprintf("%s%0*d%s", m[1], len(m[2]), n, m[5]))
	}
	return lines
}

// alike is what states have in common that differ in the same way: which nodes
// it is, and how many, makes no other mistake of it.
func alike(difference string) string {
	lines := strings.Split(numbers.ReplaceAllString(difference, "#"), "\n")
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n")
}
