package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// command is the whole command line.
func (a *App) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "runbook",
		Short: "Run cluster runbooks: rehearse them, run them, survive",
		Long: `runbook runs cluster runbooks: programs in Starlark that start, stop and check
clusters. The same script, unchanged, is rehearsed against a built-in simulator
in virtual time, run against the real systems, and resumed after a crash without
repeating a change blindly.`,
		Example: `  runbook exec startup.star --dry-run     rehearse the start of a whole cluster
  runbook init mysite                     make a folder to edit for your own site
  runbook exec startup.star               start the site's clusters
  runbook resume                          go on where a run stopped`,
		SilenceErrors: true, SilenceUsage: true,
		Args: aVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &exitError{code: Usage, err: plainFlag(err), hint: "see " + cmd.CommandPath() + " --help"}
	})
	root.AddGroup(
		&cobra.Group{ID: "run", Title: "Run:"},
		&cobra.Group{ID: "write", Title: "Write and rehearse:"},
		&cobra.Group{ID: "other", Title: "Other:"},
	)
	root.SetHelpCommandGroupID("other")
	root.SetCompletionCommandGroupID("other")
	for _, verb := range []func() *cobra.Command{
		a.execCommand, a.resumeCommand, a.runsCommand, a.showCommand, a.diffCommand, a.conformCommand, a.recordCommand, a.abandonCommand,
		a.initCommand, a.checkCommand, a.testCommand, a.snapshotCommand, a.exploreCommand, a.fmtCommand, a.docCommand, a.simCommand,
		a.versionCommand,
	} {
		root.AddCommand(verb())
	}
	root.AddCommand(exitCodesTopic())
	explainCompletion(root)
	return root
}

// plainFlag says what is wrong with a flag's value as all else is said.
func plainFlag(err error) error {
	wrong, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	name := "--" + wrong.GetFlag().Name
	if _, ok := errors.AsType[*strconv.NumError](err); ok {
		return fmt.Errorf("%s: got %q, want a number", name, wrong.GetValue())
	}
	return fmt.Errorf("%s: %w", name, wrong.Unwrap())
}

// explainCompletion has the help of completion, which cobra writes, say what is
// completed and how to begin.
func explainCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" {
			cmd.Short = "Print the script that makes a shell complete runbook's words"
			cmd.Long = `completion prints a script for a shell, which then completes verbs and flags, and
also shipped runbooks, ids of runs, parameters of the runbook that is named and
their values, and names of pages. Its help for a shell says where to put it.`
			cmd.Example = `  runbook completion bash > /etc/bash_completion.d/runbook
  runbook completion zsh > "${fpath[1]}/_runbook"`
		}
	}
}

// grouped puts a verb into a group of the help.
func grouped(id string, cmd *cobra.Command) *cobra.Command {
	cmd.GroupID = id
	return cmd
}

// exactly refuses another number of arguments with the usage line.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return wrongArgs(cmd, args, fmt.Sprint(n))
		}
		return nil
	}
}

// atMost refuses more than n arguments with the usage line.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return wrongArgs(cmd, args, fmt.Sprintf("at most %d", n))
		}
		return nil
	}
}

func wrongArgs(cmd *cobra.Command, args []string, want string) error {
	return &exitError{
		code: Usage, err: fmt.Errorf("%s: got %s, want %s", verbPath(cmd), count(int64(len(args)), "argument"), want),
		hint: "usage: " + cmd.UseLine(),
	}
}

// verbPath is a verb as it is typed behind the command's name.
func verbPath(cmd *cobra.Command) string {
	_, path, _ := strings.Cut(cmd.CommandPath(), " ")
	return path
}

// aVerb refuses what is no verb, with the one that was probably meant.
func aVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	e := &exitError{code: Usage, err: fmt.Errorf("got %q, want a verb", args[0]), hint: "see " + cmd.CommandPath() + " --help"}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		e.hint = fmt.Sprintf("did you mean %s %s?", cmd.CommandPath(), near[0])
	} else if strings.HasSuffix(args[0], ".star") {
		e.hint = fmt.Sprintf("did you mean runbook exec %s?", args[0])
	}
	return e
}
