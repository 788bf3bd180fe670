package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"runbook/builtins"
	"runbook/interpreter"
	"runbook/simulator"
	"runbook/simulator/exaoperation"
)

func (a *App) docCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doc [NAME]",
		Short: "Print the page of what scripts can say",
		Long: `doc prints the page of a builtin: its parameters, what it gives, its errors, an
example. Without NAME it lists all there is: what runbooks and site files can say,
what test files can say besides, and what scenarios are made of. NAME may also be a
family of that list, such as control or fault, or settings: the words and timings
of the simulated systems that a scenario can change.`,
		Example: `  runbook doc
  runbook doc poll
  runbook doc fault
  runbook doc simulate.exaoperation`,
		Args:              atMost(1),
		ValidArgsFunction: completeDoc,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.docList("")
			}
			return a.doc(args[0])
		},
	}
	return grouped("write", cmd)
}

// settingsPage is the name of the page of what a scenario can change of the
// simulated systems.
const settingsPage = "settings"

// A family is pages that belong together.
type family struct {
	name, title string
	pages       []*builtins.Page
}

// families are all pages that doc prints.
func families() []family {
	titles := map[string]string{
		"control":   "what shapes a run",
		"host":      "commands on hosts",
		"interlock": "what interlock files can say besides: rules that must hold before a change",
		"rehearsal": "what test files can say besides, and simulate and fault",
		"rhino":     "Rhino clusters",
		"xmlrpc":    "servers that speak XML-RPC, and EXAoperation",
	}
	var all []family
	at := map[string]int{}
	add := func(name, title string, p *builtins.Page) {
		if _, ok := at[name]; !ok {
			at[name] = len(all)
			all = append(all, family{name: name, title: title})
		}
		f := &all[at[name]]
		f.pages = append(f.pages, p)
	}
	for _, p := range builtins.Pages() {
		add(p.Family, titles[p.Family], p)
	}
	titles["simulate"], titles["fault"] = "scenarios: how a simulated world begins", "scenarios: what goes wrong in it"
	for _, d := range simulator.Reference() {
		module, _, _ := strings.Cut(d.Name, ".")
		add(module, titles[module], scenarioPage(d))
	}
	return all
}

// scenarioPage is the page of a builtin of scenarios.
func scenarioPage(d simulator.Doc) *builtins.Page {
	module, _, _ := strings.Cut(d.Name, ".")
	summary, more, _ := strings.Cut(strings.TrimSuffix(d.Summary, "."), ". ")
	if more != "" {
		more += "."
	}
	p := &builtins.Page{Name: d.Name, Family: module, Kind: builtins.Scenario, Summary: summary, Doc: more}
	var words []string
	for _, q := range d.Params {
		p.Args = append(p.Args, builtins.Arg{Name: q.Name, Type: q.Type, Default: q.Default, Required: q.Default == "", Doc: q.Summary})
		if q.Default != "" {
			q.Name += " = …"
		}
		words = append(words, q.Name)
	}
	p.Signature = d.Name + "(" + strings.Join(words, ", ") + ")"
	return p
}

func (a *App) doc(name string) error {
	if name == settingsPage {
		return a.docSettings()
	}
	names := []string{settingsPage}
	for _, f := range families() {
		names = append(names, f.name)
		for _, p := range f.pages {
			names = append(names, p.Name)
			if p.Name == name {
				_, err := io.WriteString(a.stdout, p.Text(a.pageWidth()))
				return err
			}
		}
	}
	near, family := interpreter.Nearest(names, name), name
	if near == "" {
		family, _, _ = strings.Cut(name, ".")
	}
	for _, f := range families() { // after the pages: host is a page, and a family
		if f.name == family {
			return a.docList(family)
		}
	}
	e := &exitError{code: Usage, err: fmt.Errorf("doc: got %q, which has no page", name), hint: "list them: runbook doc"}
	if near != "" {
		e.hint = "did you mean runbook doc " + near + "?"
	}
	return e
}

// pageWidth is how wide text on stdout may be.
func (a *App) pageWidth() int {
	if !a.outTerminal {
		return 80
	}
	return min(a.width(), 100)
}

// docList lists the pages of a family, or of all.
func (a *App) docList(only string) error {
	return table(a.stdout, func(w io.Writer) {
		for i, f := range families() {
			if only != "" && f.name != only {
				continue
			}
			if i > 0 && only == "" {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "%s: %s\n", f.name, f.title)
			for _, p := range f.pages {
				fmt.Fprintf(w, "  %s\t%s\n", p.Name, p.Summary)
			}
		}
		if only == "" {
			fmt.Fprintf(w, "\n%s: words, timings and behaviour of the simulated systems\n", settingsPage)
			fmt.Fprintln(w, "\nrunbook doc NAME prints a page.")
		}
	})
}

// docSettings lists what a scenario can change of the simulated systems.
func (a *App) docSettings() error {
	fmt.Fprint(a.stdout, `What simulate.exaoperation takes in texts, timings and behaviour, with the
defaults and what each rests on. In a scenario:

  simulate.exaoperation(name = "prod", timings = {"node_boot": ("5m", "8m")})
`)
	group := ""
	for _, s := range exaoperation.Settings() {
		of, name, _ := strings.Cut(s.Name, ".")
		if of != group {
			group = of
			fmt.Fprintf(a.stdout, "\n%s\n", group)
		}
		value := fmt.Sprintf("%q", s.Default)
		switch {
		case s.Choices != nil:
			value = "one of " + strings.Join(s.Choices, ", ") + "; " + value
		case group == "timings":
			value = s.Default
		}
		fmt.Fprintf(a.stdout, "  %s: %s\n", name, value)
		about := strings.TrimSpace(fmt.Sprintf("%s [%s]", s.Note, marks[s.Mark]))
		fmt.Fprintln(a.stdout, indented(wrap(about, a.pageWidth()-6), "      "))
	}
	return nil
}

// marks say in words what a setting rests on.
var marks = map[exaoperation.Mark]string{
	exaoperation.Documented: "documented",
	exaoperation.Client:     "public clients rely on it",
	exaoperation.Inferred:   "inferred",
	exaoperation.Chosen:     "chosen, nobody has seen it",
}

// completeDoc completes the names of pages.
func completeDoc(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	add := func(name, about string) {
		if strings.HasPrefix(name, typed) && len(args) == 0 {
			names = append(names, cobra.CompletionWithDesc(name, about))
		}
	}
	for _, f := range families() {
		add(f.name, f.title)
		for _, p := range f.pages {
			add(p.Name, p.Summary)
		}
	}
	add(settingsPage, "what a scenario can change of the simulated systems")
	return names, cobra.ShellCompDirectiveNoFileComp
}
