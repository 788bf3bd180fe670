package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"runbook/effect"
)

// A sight is what a snapshot saw.
type sight struct {
	names   []string // of the systems
	unread  []string // those of which nothing could be read
	systems []effect.Value
	hosts   []effect.Value
	at      time.Time
	start   string // of the world; "" to say none
	reads   int64
}

// snapshotTitle ends the first line of every scenario that snapshot wrote.
const snapshotTitle = `as read by runbook snapshot."""`

// newSight takes what the runbook returned apart.
func newSight(v effect.Value, at time.Time, reads int64) (*sight, error) {
	s := &sight{at: at.Truncate(time.Second), reads: reads}
	s.start = s.at.Format(time.DateTime)
	top, ok := v.(effect.Struct)
	if !ok {
		return nil, fmt.Errorf("got %s, want a dict with systems, hosts and unread", effect.Describe(v))
	}
	systems, _ := top.Get("systems")
	hosts, _ := top.Get("hosts")
	unread, _ := top.Get("unread")
	s.systems, _ = systems.([]effect.Value)
	s.hosts, _ = hosts.([]effect.Value)
	if s.systems == nil {
		return nil, errors.New("got no systems, want a list of what simulate.exaoperation and simulate.rhino make")
	}
	for _, e := range append(append([]effect.Value{}, s.systems...), s.hosts...) {
		if err := checkCalls(e); err != nil {
			return nil, err
		}
	}
	for _, system := range s.systems {
		fields, _ := system.(effect.Struct)
		name, _ := fields.Get("name")
		text, _ := name.(string)
		s.names = append(s.names, text)
	}
	names, _ := unread.([]effect.Value)
	for _, n := range names {
		text, _ := n.(string)
		s.unread = append(s.unread, text)
	}
	return s, nil
}

// systemsText names the systems.
func (s *sight) systemsText() string {
	if len(s.names) == 0 {
		return "no systems"
	}
	return strings.Join(s.names, ", ")
}

// words is what was read, and when.
func (s *sight) words() string {
	return fmt.Sprintf("%s, read at %s by %s", s.systemsText(), s.at.Format("2006-01-02 15:04:05 MST"), count(s.reads, "read"))
}

// text is the scenario as a file.
func (s *sight) text() string {
	title := fmt.Sprintf("\"\"\"%s at %s, %s\n\n", s.systemsText(), s.at.Format("2006-01-02 15:04:05 MST"), snapshotTitle)
	return title + s.globals()
}

// globals are the parts of the scenario.
func (s *sight) globals() string {
	var b strings.Builder
	if s.start != "" {
		fmt.Fprintf(&b, "start = %q\n\n", s.start)
	}
	b.WriteString("systems = [\n")
	for _, system := range s.systems {
		writeCall(&b, system.(effect.Struct), "    ")
	}
	b.WriteString("]\n")
	if len(s.hosts) > 0 {
		b.WriteString("\nhosts = [\n")
		for _, h := range s.hosts {
			fmt.Fprintf(&b, "    %s,\n", written(h))
		}
		b.WriteString("]\n")
	}
	return b.String()
}

// maker is the key of what stands for a call of simulate.NAME.
const maker = "simulate"

// word is what a parameter's name looks like.
var word = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// checkCalls refuses what cannot be written as calls of simulate.NAME.
func checkCalls(v effect.Value) error {
	switch v := v.(type) {
	case []effect.Value:
		for _, e := range v {
			if _, ok := e.(effect.Struct); ok {
				if err := checkCalls(e); err != nil {
					return err
				}
			}
		}
		return nil
	case effect.Struct:
		name, _ := v.Get(maker)
		if text, _ := name.(string); !word.MatchString(text) {
			return fmt.Errorf("got %s, want a dict with the key \"simulate\"", effect.Describe(v))
		}
		for _, f := range v {
			if !word.MatchString(f.Name) {
				return fmt.Errorf("got the key %q, want the name of a parameter", f.Name)
			}
			if err := checkPart(f.Value); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("got %s, want a dict with the key \"simulate\"", effect.Describe(v))
}

// checkPart checks what is in a call.
func checkPart(v effect.Value) error {
	if s, ok := v.(effect.Struct); ok {
		if _, calls := s.Get(maker); !calls {
			return nil
		}
		return checkCalls(v)
	}
	if list, ok := v.([]effect.Value); ok {
		for _, e := range list {
			if err := checkPart(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeCall writes a call with a line for each argument, and the notes above it.
func writeCall(b *strings.Builder, call effect.Struct, indent string) {
	notes, _ := call.Get("notes")
	said, _ := notes.([]effect.Value)
	for _, n := range said {
		text, _ := n.(string)
		for _, line := range strings.Split(wrap(effect.Printable(text), 90), "\n") {
			fmt.Fprintf(b, "%s# %s\n", indent, line)
		}
	}
	name, _ := call.Get(maker)
	fmt.Fprintf(b, "%ssimulate.%s(\n", indent, name)
	for _, f := range call {
		if f.Name == maker || f.Name == "notes" || f.Value == nil {
			continue
		}
		list, many := f.Value.([]effect.Value)
		if !many || !hasCalls(list) {
			fmt.Fprintf(b, "%s    %s = %s,\n", indent, f.Name, written(f.Value))
			continue
		}
		fmt.Fprintf(b, "%s    %s = [\n", indent, f.Name)
		for _, e := range list {
			fmt.Fprintf(b, "%s        %s,\n", indent, written(e))
		}
		fmt.Fprintf(b, "%s    ],\n", indent)
	}
	fmt.Fprintf(b, "%s),\n", indent)
}

func hasCalls(list []effect.Value) bool {
	for _, e := range list {
		if _, ok := e.(effect.Struct); ok {
			return true
		}
	}
	return false
}

// written is a value, or a call, in one line. The name that a thing has comes
// without that of its parameter.
func written(v effect.Value) string {
	if list, ok := v.([]effect.Value); ok {
		parts := make([]string, len(list))
		for i, e := range list {
			parts[i] = written(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	call, _ := v.(effect.Struct)
	name, ok := call.Get(maker)
	if !ok {
		return effect.DescribeWhole(v)
	}
	var args []string
	for _, f := range call {
		switch {
		case f.Name == maker, f.Value == nil:
		case len(args) == 0 && (f.Name == "name" || f.Name == "id"):
			args = append(args, written(f.Value))
		default:
			args = append(args, f.Name+" = "+written(f.Value))
		}
	}
	return fmt.Sprintf("simulate.%s(%s)", name, strings.Join(args, ", "))
}
