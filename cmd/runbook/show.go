package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"runbook/journal"
)

type showOptions struct{ changes, json bool }

func (a *App) showCommand() *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show [RUN|FILE]",
		Short: "Show what a run did, or what a runbook does and takes",
		Long: `show RUN tells a run as its journal has it: what was run, where and with which
parameters; then, in their order, the steps, what was said, every effect with its
result and duration; what is in doubt; and how to go on. RUN is a run's id, the
beginning or the end of one, or the directory of a recorded rehearsal. Without
RUN it is the newest run.

In the record, ! is a change and ? a question. Times are local.

show FILE tells of a runbook: what it is for, its parameters with their types and
defaults, what it loads, and whether it only reads.`,
		Example: `  runbook show
  runbook show 20240131-080000-k3xp --changes
  runbook show k3xp --json | jq 'select(.class == "change")'
  runbook show startup.star`,
		Args:              atMost(1),
		ValidArgsFunction: a.completeShow,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.showNewest(&o)
			}
			return a.show(args[0], &o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.changes, "changes", false, "of a run, show only steps and changes")
	f.BoolVar(&o.json, "json", false, "tell it as JSON: one object for a runbook, a line for each record of a run")
	return grouped("run", cmd)
}

// show shows a file, on disk or shipped, or a run.
func (a *App) show(what string, o *showOptions) error {
	st, err := os.Stat(what)
	switch {
	case err == nil && st.IsDir():
		return a.showRecording(o, func(s *journal.Store) (*journal.Recording, error) { return s.ReadAt(filepath.Clean(what)) })
	case err == nil, isShipped(what):
		return a.showFile(what, o)
	case strings.HasSuffix(what, ".star"):
		return notFound(what)
	}
	return a.showRecording(o, func(s *journal.Store) (*journal.Recording, error) { return s.Read(what) })
}

// showNewest shows the newest run.
func (a *App) showNewest(o *showOptions) error {
	infos, err := a.store().List()
	if err != nil {
		return err
	}
	if len(infos) == 0 {
		return usage("no runs yet; name a FILE")
	}
	return a.showRecording(o, func(s *journal.Store) (*journal.Recording, error) { return s.Read(infos[0].ID) })
}
