package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
)

// listed is how many runs are listed without --all.
const listed = 20

type runsOptions struct{ all, json bool }

func (a *App) runsCommand() *cobra.Command {
	var o runsOptions
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List the runs, newest first",
		Long: fmt.Sprintf(`runs lists the runs of this user, newest first: the last %d, or with --all every
one. Rehearsals are not kept and not listed.

A run is running, or done, or failed (its runbook ended in an error), or stopped
(by its operator or at a question that nobody answered), or killed (its process
died or the machine did), or abandoned, or damaged (its journal cannot be read).
What failed, was stopped or killed can be resumed.`, listed),
		Example: `  runbook runs
  runbook runs --all
  runbook runs --json | jq -r 'select(.state == "killed").run'`,
		Args: exactly(0),
		RunE: func(*cobra.Command, []string) error { return a.runs(&o) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "list every run")
	f.BoolVar(&o.json, "json", false, "a JSON line for each run")
	return grouped("run", cmd)
}

func (a *App) runs(o *runsOptions) error {
	infos, err := a.store().List()
	if err != nil {
		return err
	}
	more := 0
	if !o.all && len(infos) > listed {
		more, infos = len(infos)-listed, infos[:listed]
	}
	if o.json {
		return a.runsJSON(infos)
	}
	if len(infos) == 0 {
		fmt.Fprintln(a.stderr, "no runs yet")
		return nil
	}
	err = table(a.stdout, func(w io.Writer) {
		fmt.Fprintln(w, "RUN\tSTATE\tBEGAN\tTOOK\tRUNBOOK\tSYSTEMS")
		for _, i := range infos {
			if i.Problem != nil {
				fmt.Fprintf(w, "%s\tdamaged\t\t\t%s\n", i.ID, damage(i))
				continue
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", i.ID, stateOf(i.State, i.Live), i.Header.Start.Local().Format("2006-01-02 15:04"),
				effect.FormatDuration(a.took(i).Truncate(time.Second)), runbookName(i.Header), systemsOf(i.Header))
		}
	})
	if err != nil {
		return err
	}
	if more > 0 {
		fmt.Fprintf(a.stderr, "and %d older: runbook runs --all\n", more)
	}
	return nil
}

// took is how long a run took, from its beginning to its last word.
func (a *App) took(i journal.Info) time.Duration {
	if i.Live {
		return a.now().Sub(i.Header.Start)
	}
	return i.Last.Sub(i.Header.Start)
}

// damage is why a run cannot be read.
func damage(i journal.Info) string {
	if errors.Is(i.Problem, fs.ErrNotExist) {
		return i.Dir + ": has no journal; its process ended before it wrote one"
	}
	return i.Problem.Error()
}

// stateOf is the state of a run in one word.
func stateOf(s journal.State, live bool) string {
	switch {
	case live:
		return "running"
	case s == journal.Unfinished:
		return "killed"
	}
	return string(s)
}

// runbookName is the runbook's name as a person types it.
func runbookName(h journal.Header) string { return strings.TrimPrefix(h.Runbook, interpreter.Shipped) }

// systemsOf names the systems of a run, the first few.
func systemsOf(h journal.Header) string {
	const few = 3
	if n := len(h.Systems); n > few {
		return fmt.Sprintf("%s and %d more", strings.Join(h.Systems[:few], ", "), n-few)
	}
	return strings.Join(h.Systems, ", ")
}

// runsJSON writes a line for each run.
func (a *App) runsJSON(infos []journal.Info) error {
	type line struct {
		Run     string     `json:"run"`
		State   string     `json:"state"`
		Runbook string     `json:"runbook,omitempty"`
		Site    string     `json:"site,omitempty"`
		Systems []string   `json:"systems,omitempty"`
		World   string     `json:"world,omitempty"`
		Began   *time.Time `json:"began,omitempty"`
		Last    *time.Time `json:"last,omitempty"`
		Seconds float64    `json:"seconds"`
		Exit    *int       `json:"exit,omitempty"`
		Error   string     `json:"error,omitempty"`
		Dir     string     `json:"dir"`
		Problem string     `json:"problem,omitempty"`
	}
	enc := json.NewEncoder(a.stdout)
	for _, i := range infos {
		l := line{Run: i.ID, Dir: i.Dir, State: "damaged"}
		if i.Problem != nil {
			l.Problem = damage(i)
		} else {
			h := i.Header
			l.State, l.Runbook, l.Site, l.Systems, l.World = stateOf(i.State, i.Live), runbookName(h), h.SitePath, h.Systems, h.World
			l.Began, l.Last, l.Seconds = &h.Start, &i.Last, a.took(i).Seconds()
		}
		if i.Outcome != nil {
			l.Exit = &i.Outcome.Exit
			if i.Outcome.Error != nil {
				l.Error = i.Outcome.Error.Error()
			}
		}
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return nil
}
