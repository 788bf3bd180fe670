package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// completeRuns completes the ids of runs.
func (a *App) completeRuns(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	infos, err := a.store().List()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var ids []cobra.Completion
	for _, info := range infos {
		ids = append(ids, cobra.CompletionWithDesc(info.ID, fmt.Sprintf("%s, %s", info.Header.Runbook, info.State)))
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
