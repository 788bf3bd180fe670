package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"runbook/builtins"
	"runbook/simulator/exaoperation"
	"runbook/simulator/rhino"
)

// TestReferenceCommand holds docs/reference/command.md to the command.
func TestReferenceCommand(t *testing.T) {
	t.Parallel()
	holdReference(t, "command.md", commandReference())
}

// TestReferenceScenarios holds docs/reference/scenarios.md to the simulator.
func TestReferenceScenarios(t *testing.T) {
	t.Parallel()
	holdReference(t, "scenarios.md", scenarioReference())
}

// holdReference compares a generated page of the reference with the file.
func holdReference(t *testing.T, name, want string) {
	t.Helper()
	file := filepath.Join(repository, "docs", "reference", name)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s is not what the code says (-code +page); run: make doc\n%s", file, diff)
	}
}

// scenarioReference is the page of what scenarios can say.
func scenarioReference() string {
	var b strings.Builder
	b.WriteString(`# What a scenario can say

<!-- Generated from the simulator. Do not edit: change simulator/reference_*.go or the settings of simulator/exaoperation and simulator/rhino and run make doc. -->

A scenario is a Starlark file. What it assigns to these names is how a simulated world begins and what goes wrong in it; each may be left out.

| name | |
|---|---|
| ` + "`systems`" + ` | a list of ` + "`simulate.exaoperation`" + ` and ` + "`simulate.rhino`" + `; systems of the site that it does not list begin in their default form |
| ` + "`hosts`" + ` | a list of ` + "`simulate.host`" + `; hosts of the site that it does not list are machines with nothing special |
| ` + "`faults`" + ` | a list of ` + "`fault.*`" + ` |
| ` + "`answers`" + ` | a dict of the operator's answers, by a part of the question; without it, yes to everything |
| ` + "`seed`" + ` | what chances are drawn from |
| ` + "`start`" + ` | when it begins, in UTC: ` + "`\"2024-01-31 08:00:00\"`" + ` |

Tests say the same in ` + "`rehearse(…, scenario = {\"faults\": […]})`" + `. ` + "`runbook doc NAME`" + ` prints a page in the terminal.

`)
	var pages []*builtins.Page
	for _, f := range families() {
		if f.name != "simulate" && f.name != "fault" {
			continue
		}
		fmt.Fprintf(&b, "| %s | |\n|---|---|\n", f.title)
		for _, p := range f.pages {
			fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", p.Name, strings.ReplaceAll(p.Name, ".", ""), p.Summary)
			pages = append(pages, p)
		}
		b.WriteString("\n")
	}
	b.WriteString("What the simulated EXAoperation and Rhino say and do where nobody has seen the real one, and how long things take, can be set: see [settings](#settings) and [those of Rhino](#settings-of-rhino).\n")
	for _, p := range pages {
		b.WriteString("\n" + elsewhereLinked(p.Markdown()))
	}
	writeSettings(&b)
	return b.String()
}

var hereLink = regexp.MustCompile(`\]\(#(\w+)\)`)

// elsewhereLinked is a page whose links to builtins lead to their reference.
func elsewhereLinked(page string) string {
	return hereLink.ReplaceAllStringFunc(page, func(link string) string {
		if builtins.Lookup(hereLink.FindStringSubmatch(link)[1]) == nil {
			return link
		}
		return strings.Replace(link, "#", "builtins.md#", 1)
	})
}

// A setting is what can be said of a simulated product where nobody has seen
// the real one.
type setting struct {
	name, value string // "texts.not_primary"
	choices     []string
	mark, note  string
}

func writeSettings(b *strings.Builder) {
	b.WriteString("\n## Settings\n\n`simulate.exaoperation` takes them in `texts`, `timings` and `behaviour`.\n")
	var list []setting
	for _, s := range exaoperation.Settings() {
		list = append(list, setting{s.Name, s.Default, s.Choices, marks[s.Mark], s.Note})
	}
	writeGroups(b, "", list)
	b.WriteString("\n## Settings of Rhino\n\n`simulate.rhino` takes them in `conventions`, `texts`, `timings` and `behaviour`. In conventions `{base}` stands for the home of the " +
		"cluster, `{home}` for the directory of a node, `{id}` for its id; those that `rhino.conventions` knows too are the site's, if it says them.\n")
	list = nil
	for _, s := range rhino.Settings() {
		list = append(list, setting{s.Name, s.Default, s.Choices, rhinoMarks[s.Mark], s.Note})
	}
	writeGroups(b, "Rhino: ", list)
	b.WriteString("\n## Hazards of Rhino\n\n| name | what was seen |\n|---|---|\n")
	for _, d := range rhino.Dangers {
		fmt.Fprintf(b, "| `%s` | %s |\n", d.Name, d.Meaning)
	}
}

var rhinoMarks = map[rhino.Mark]string{
	rhino.Documented: "vendor's documentation", rhino.Code: "public code", rhino.Inferred: "inferred",
	rhino.Memory: "remembered, found in no source", rhino.Chosen: "unknown, chosen",
}

// writeGroups writes a table for each kind of settings.
func writeGroups(b *strings.Builder, title string, list []setting) {
	group := ""
	for _, s := range list {
		of, name, _ := strings.Cut(s.name, ".")
		if of != group {
			group = of
			fmt.Fprintf(b, "\n### %s%s\n\n| name | default | rests on | |\n|---|---|---|---|\n", title, group)
		}
		value := fmt.Sprintf("`%q`", s.value)
		if group == "timings" {
			value = s.value
		}
		if s.choices != nil {
			value += ", of " + strings.Join(s.choices, ", ")
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", name, strings.ReplaceAll(value, "|", "\\|"), s.mark, strings.ReplaceAll(s.note, "|", "\\|"))
	}
}

// commandReference is the page of the command, made of its help.
func commandReference() string {
	root := testApp(io.Discard, io.Discard).command()
	var b strings.Builder
	b.WriteString("# The command\n\n<!-- Generated from the help of the command. Do not edit: change the verb in cmd/runbook and run make doc. -->\n\n")
	b.WriteString(plain(root.Long) + "\n\n")
	b.WriteString("| verb | |\n|---|---|\n")
	verbs := verbsOf(root)
	for _, cmd := range verbs {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", cmd.CommandPath(), strings.ReplaceAll(cmd.CommandPath(), " ", "-"), cmd.Short)
	}
	b.WriteString("\nResults are on standard output, everything else on standard error. Colours and the live view are for terminals; `NO_COLOR` and `CI` are honoured.\n" +
		"Runs are kept in `$XDG_STATE_HOME/runbook`, by default `~/.local/state/runbook`.\n")
	for _, cmd := range verbs {
		writeVerb(&b, cmd)
	}
	b.WriteString("\n## Exit codes\n\nThey are the same in every version.\n\n| code | |\n|---|---|\n")
	for _, c := range codes {
		fmt.Fprintf(&b, "| %d | %s |\n", c.Code, c.Meaning)
	}
	return b.String()
}

// verbsOf are the verbs below a command that do something, in the order of help.
func verbsOf(cmd *cobra.Command) []*cobra.Command {
	var verbs []*cobra.Command
	for _, sub := range cmd.Commands() {
		switch {
		case sub.Name() == "completion": // its help says what is below it
			verbs = append(verbs, sub)
		case sub.HasSubCommands():
			verbs = append(verbs, verbsOf(sub)...)
		case sub.Runnable():
			verbs = append(verbs, sub)
		}
	}
	return verbs
}

func writeVerb(b *strings.Builder, cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n```\n%s\n```\n", cmd.CommandPath(), plain(cmd.Long), cmd.UseLine())
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(b, "\nIt may also be called `%s`.\n", strings.Join(cmd.Aliases, "`, `"))
	}
	fmt.Fprintf(b, "\n```\n%s```\n", cmd.LocalFlags().FlagUsages())
	fmt.Fprintf(b, "\nExamples:\n\n```sh\n%s\n```\n", outdented(cmd.Example))
}

// plain is text of the help as Markdown: what is a list there stays one.
func plain(s string) string {
	return strings.NewReplacer("<", "\\<", "*", "\\*", "_test.star", "`_test.star`").Replace(s)
}

func outdented(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "  ")
	}
	return strings.Join(lines, "\n")
}

// TestHelp: every verb says what it is for, and shows how it is used.
func TestHelp(t *testing.T) {
	t.Parallel()
	root := testApp(io.Discard, io.Discard).command()
	for _, cmd := range append(verbsOf(root), root) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: got the summary %q, want a phrase without a full stop", cmd.CommandPath(), cmd.Short)
		}
		if cmd.Long == "" || cmd.Example == "" {
			t.Errorf("%s: want a description and examples", cmd.CommandPath())
		}
		for line := range strings.SplitSeq(cmd.Long+"\n"+cmd.Example, "\n") {
			if n := len([]rune(line)); n > 84 {
				t.Errorf("%s: got a line of %d letters, want at most 84: %s", cmd.CommandPath(), n, line)
			}
		}
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			if !strings.HasPrefix(line, "  ") || !strings.Contains(line, "runbook ") {
				t.Errorf("%s: got the example %q, want two spaces and a command", cmd.CommandPath(), line)
			}
		}
	}
}
