package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"runbook/builtins"
	"runbook/interpreter"
	"runbook/journal"
)

// completeRuns completes the ids of runs.
func (a *App) completeRuns(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return a.runIDs(args, typed, func(journal.Info) bool { return true })
}

// completeResumable completes the ids of runs that can be resumed, or given up.
func (a *App) completeResumable(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return a.runIDs(args, typed, func(i journal.Info) bool {
		return i.Problem == nil && !i.Live && i.State != journal.Done && i.State != journal.Abandoned
	})
}

func (a *App) runIDs(args []string, typed string, wanted func(journal.Info) bool) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	infos, err := a.store().List()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var ids []cobra.Completion
	for _, i := range infos {
		if wanted(i) && strings.HasPrefix(i.ID, typed) {
			ids = append(ids, cobra.CompletionWithDesc(i.ID, runbookName(i.Header)+", "+stateOf(i.State, i.Live)))
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// completeShow completes what show takes: runs, shipped runbooks, files.
func (a *App) completeShow(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ids, _ := a.completeRuns(cmd, args, typed)
	files, directive := completeRunbook(cmd, args, typed)
	return append(files, ids...), directive
}

// completeRunbook completes the names of shipped runbooks, beside files.
func completeRunbook(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, name := range shipped() {
		if strings.HasPrefix(name, typed) {
			names = append(names, cobra.CompletionWithDesc(name, "shipped"))
		}
	}
	return names, cobra.ShellCompDirectiveDefault
}

// completeParams completes --set: the parameters of the runbook that the
// command line names, then the values of those that have few.
func (a *App) completeParams(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	none := cobra.ShellCompDirectiveNoFileComp
	if len(args) == 0 {
		return nil, none
	}
	w, err := a.find(args[0], "")
	if err != nil {
		return nil, none
	}
	p, err := interpreter.NewEngine(builtins.Predeclared(), w, interpreter.Limits{}).Load(w.runbook)
	if err != nil {
		return nil, none
	}
	params, err := p.Params()
	if err != nil {
		return nil, none
	}
	name, _, valued := strings.Cut(typed, "=")
	var found []cobra.Completion
	for _, q := range params {
		switch {
		case !valued && strings.HasPrefix(q.Name, typed):
			found = append(found, cobra.CompletionWithDesc(q.Name+"=", paramHelp(q)))
		case q.Name == name && q.Type == "bool":
			found = append(found, name+"=True", name+"=False")
		}
	}
	if valued {
		return found, none
	}
	return found, none | cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveKeepOrder
}

// paramHelp is a parameter in a few words.
func paramHelp(q interpreter.Param) string {
	if q.Default == nil {
		return fmt.Sprintf("%s, must be given: %s", q.Type, q.Doc)
	}
	return fmt.Sprintf("%s, default %s: %s", q.Type, q.Default, q.Doc)
}

// completeStar completes the names of Starlark files.
func completeStar(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"star"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeFlag says how the value of a flag is completed.
func completeFlag(cmd *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // the flag does not exist: seen by every test
	}
}
