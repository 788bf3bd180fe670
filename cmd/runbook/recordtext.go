package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"runbook/effect"
	"runbook/journal"
	"runbook/simulator"
)

// recordTitle ends the first line of every file that record wrote.
const recordTitle = `as made by runbook record."""`

// text is the scenario as a file; comment is what it begins with.
func (d *draft) text(comment string) string {
	var b strings.Builder
	h := d.recording.Header
	fmt.Fprintf(&b, "\"\"\"Run %s of %s, %s\n\n", h.Run, runbookName(h), recordTitle)
	for line := range strings.Lines(comment) {
		fmt.Fprintf(&b, "# %s\n", strings.TrimRight(line, "\n"))
	}
	if comment != "" {
		b.WriteString("\n")
	}
	if h.World == journal.WorldSimulated {
		fmt.Fprintf(&b, "seed = %d\n\n", h.Seed)
	}
	fmt.Fprintf(&b, "start = %q\n", h.Start.UTC().Format(time.DateTime))
	faults := slices.Clone(d.machine)
	if len(d.systems) > 0 {
		b.WriteString("\nsystems = [\n")
		for _, call := range d.systems {
			name := mustText(call, "name")
			fields, late := d.timings[name].fields(name)
			call, faults = append(slices.Clone(call), fields...), append(faults, late...)
			writeCall(&b, call, "    ")
		}
		b.WriteString("]\n")
	}
	for _, id := range d.order {
		faults = append(faults, strings.Split(strings.TrimSuffix(d.way[id], ",\n"), ",\n")...)
	}
	if len(faults) > 0 {
		fmt.Fprintf(&b, "\nfaults = [\n    %s,\n]\n", strings.Join(faults, ",\n    "))
	}
	if len(d.answers) > 0 {
		fmt.Fprintf(&b, "\nanswers = %s\n", effect.DescribeWhole(d.answers))
	}
	return b.String()
}

// stages are the changes of a run in their order; those of one stage have none.
func (d *draft) stages() (stages [][]string, lines [][]string) {
	acts := map[effect.ID]*act{}
	for _, id := range d.sent {
		if t := d.byID[id]; t != nil {
			acts[id] = &t.act
		}
	}
	root := weave(acts)
	return d.stagesOf(root)
}

func (d *draft) stagesOf(s *strand) (stages, lines [][]string) {
	for _, t := range s.acts {
		switch {
		case len(t.branches) == 1:
			more, within := d.stagesOf(t.branches[0])
			stages, lines = append(stages, more...), append(lines, within...)
		case t.branches != nil:
			var all []string
			for _, below := range t.branches {
				one, _ := d.stagesOf(below)
				line := slices.Concat(one...)
				if all = append(all, line...); len(line) > 1 && len(one) == len(line) {
					lines = append(lines, line)
				}
			}
			if slices.Sort(all); len(all) > 0 {
				stages = append(stages, all)
			}
		default:
			stages = append(stages, slices.Repeat([]string{d.names.Replace(t.request.Describe())}, d.times(t.id)))
		}
	}
	return stages, lines
}

// times is how often a change is performed in the rehearsal: as often as it was
// sent, but for what a rule refused, and what the death of the tool takes the
// place of.
func (d *draft) times(id effect.ID) int {
	n := 0
	for _, sent := range d.sent {
		if sent == id {
			n++
		}
	}
	if e := d.byID[id].result.Err; e != nil && e.Kind == effect.Refused {
		n--
	}
	for _, death := range d.deaths {
		at, when := d.deathAt(death)
		if at == id && when == simulator.KillRequested || !death.killed && slices.Contains(death.retried, id) {
			n--
		}
	}
	return max(n, 0)
}

// relativeTo is a path as a file in a folder names it.
func relativeTo(dir, path string) string {
	abs, err := filepath.Abs(dir)
	if err == nil {
		if rel, err := filepath.Rel(abs, path); err == nil {
			return filepath.ToSlash(rel)
		}
	}
	return path
}

// testText is a test that the run's runbook does in the scenario what it did.
func (d *draft) testText(name, dir string) string {
	var b strings.Builder
	h, o := d.recording.Header, d.recording.Outcome
	fmt.Fprintf(&b, "\"\"\"Run %s of %s, %s\n\n", h.Run, runbookName(h), recordTitle)
	fmt.Fprintf(&b, "def test_%s():\n    o = rehearse(\n        %q,\n        scenario = %q,\n", identifier(name), d.runbookFrom(dir), name+scenarioEnding)
	if h.SitePath != "" {
		fmt.Fprintf(&b, "        site = %q,\n", relativeTo(dir, h.SitePath))
	}
	if set := d.given(); len(set) > 0 {
		fmt.Fprintf(&b, "        set = %s,\n", effect.DescribeWhole(set))
	}
	if rules := d.job.rules; rules != nil && len(rules.Lifted) > 0 {
		fmt.Fprintf(&b, "        lift = %s,\n", textList(rules.Lifted))
	}
	b.WriteString("    )\n")
	fmt.Fprintf(&b, "    expect(o.exit, equals = %d)\n", d.trial.outcome.Exit)
	if kind := kindOf(o); kind != "" {
		fmt.Fprintf(&b, "    expect(o.kind, equals = %q)\n", kind)
		if said := firstClause(o.Error.Message); said != "" && strings.Contains(d.trial.outcome.Error, said) {
			fmt.Fprintf(&b, "    expect(o.error, contains = %s)\n", quote(said))
		}
	}
	d.writeChanges(&b)
	if len(d.trial.outcome.Hazards) > 0 {
		b.WriteString("\n    # No run sees them: the simulated world does.\n")
	}
	fmt.Fprintf(&b, "    expect(o.hazards, equals = %s)\n", textLines(d.trial.outcome.Hazards, "    "))
	d.writePrinted(&b)
	return b.String()
}

// firstClause is the part of a message that has no times in it yet.
func firstClause(message string) string {
	for _, end := range []string{";", ": not reached", "\n", " ("} {
		message, _, _ = strings.Cut(message, end)
	}
	return message
}

// writeChanges expects the changes: in their order, where there is one.
func (d *draft) writeChanges(b *strings.Builder) {
	stages, lines := d.stages()
	var all []string
	single := true
	for _, s := range stages {
		all = append(all, s...)
		single = single && len(s) == 1
	}
	if single {
		fmt.Fprintf(b, "    expect(o.changes, equals = %s)\n", textLines(all, "    "))
		return
	}
	b.WriteString("\n    # The changes of one line have no order among them.\n    rest = o.changes\n    for stage in [\n")
	for _, s := range stages {
		fmt.Fprintf(b, "        %s,\n", textLines(s, "        "))
	}
	b.WriteString("    ]:\n        expect(sorted(rest[:len(stage)]), equals = stage)\n        rest = rest[len(stage):]\n    expect(rest, equals = [])\n")
	for _, line := range lines {
		fmt.Fprintf(b, "    expect(o.changes, in_order = %s)\n", textLines(line, "    "))
	}
}

// writePrinted expects what was printed, if the rehearsal prints the same.
func (d *draft) writePrinted(b *strings.Builder) {
	was, is := slices.Clone(d.printed), slices.Clone(d.trial.outcome.Printed)
	if slices.Equal(was, is) {
		fmt.Fprintf(b, "    expect(o.printed, equals = %s)\n", textLines(was, "    "))
		return
	}
	for _, line := range was {
		if slices.Contains(is, line) {
			fmt.Fprintf(b, "    expect(o.printed, contains = %s)\n", quote(line))
		}
	}
}

// quote writes a text, in the quotes that it does not have.
func quote(s string) string {
	if strings.Contains(s, `"`) && !strings.ContainsAny(s, "'\\") && effect.Printable(s) == s {
		return "'" + s + "'"
	}
	return effect.DescribeWhole(s)
}

// textList is a list of texts in one line, textLines with a line for each.
func textList(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func textLines(list []string, indent string) string {
	if len(list) < 2 {
		return textList(list)
	}
	var b strings.Builder
	b.WriteString("[\n")
	for _, s := range list {
		fmt.Fprintf(&b, "%s    %s,\n", indent, quote(s))
	}
	return b.String() + indent + "]"
}
