package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runbook/effect"
	"runbook/journal"
)

type diffOptions struct {
	slower float64
	least  duration
	json   bool
}

func (a *App) diffCommand() *cobra.Command {
	o := diffOptions{slower: 2, least: duration(time.Second)}
	cmd := &cobra.Command{
		Use:   "diff RUN RUN",
		Short: "Compare two runs: a rehearsal with the real run, or two real ones",
		Long: `diff lays two recorded runs side by side, branch by branch and effect by effect,
and tells what the second did otherwise than the first, one line each:

  extra    only the second did it
  missing  only the first did it
  slower   both did it, and the second took longer, --slower times as long or more
  answer   both did it, and got different answers
  ended    the runs ended differently

RUN is a run's id, the beginning or the end of one, or the directory of a recorded
rehearsal: exec --dry-run --record DIR keeps one. What differs from run to run by
nature, such as times and process ids, is not compared; nor is how long people
took to answer.

The exit status is 0 if the runs are the same, and 1 if they are not.`,
		Example: `  runbook exec startup.star --dry-run --from-live --record rehearsed
  runbook exec startup.star
  runbook diff rehearsed k3xp
  runbook diff rehearsed k3xp --slower 1.5 --json | jq 'select(.kind == "slower")'`,
		Args:              exactly(2),
		ValidArgsFunction: a.completeTwoRuns,
		RunE:              func(_ *cobra.Command, args []string) error { return a.diff(args[0], args[1], &o) },
	}
	f := cmd.Flags()
	f.Float64Var(&o.slower, "slower", o.slower, "how many times as long is told, a `FACTOR` above 1")
	f.Var(&o.least, "least", "tell nothing slower by less than this")
	f.BoolVar(&o.json, "json", false, "a JSON line for each difference, and one for the summary")
	return grouped("run", cmd)
}

// completeTwoRuns completes the ids of runs, twice, beside directories.
func (a *App) completeTwoRuns(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 1 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ids, _ := a.completeRuns(cmd, nil, typed)
	return ids, cobra.ShellCompDirectiveDefault
}

// errDiffer is why diff's exit status is not 0.
var errDiffer = errors.New("the runs differ")

func (a *App) diff(first, second string, o *diffOptions) error {
	if !(o.slower > 1) {
		return usage("--slower: got %v, want a number above 1", o.slower)
	}
	one, err := a.story(first)
	if err != nil {
		return err
	}
	two, err := a.story(second)
	if err != nil {
		return err
	}
	d := &comparer{options: o}
	d.strands(one.main, two.main)
	d.ending(one.recording, two.recording)
	if o.json {
		err = d.writeJSON(a.stdout)
	} else {
		err = d.write(a.stdout, a.outColor(), one.recording, two.recording)
	}
	if err == nil && len(d.found) > 0 {
		return &exitError{code: RunbookFailed, err: errDiffer, silent: true}
	}
	return err
}

// Kinds of differences, in the order of the summary.
var differences = []string{"extra", "missing", "slower", "answer", "ended"}

// A difference is one thing that the second run did otherwise.
type difference struct {
	Kind     string          `json:"kind"`
	Position string          `json:"position,omitempty"`
	Step     string          `json:"step,omitempty"`
	First    string          `json:"first,omitempty"`  // the effect's id in the first run
	Second   string          `json:"second,omitempty"` // and in the second
	Class    string          `json:"class,omitempty"`
	Effect   string          `json:"effect,omitempty"` // what was asked
	Was      json.RawMessage `json:"was,omitempty"`    // in the first run: seconds, or an answer
	Is       json.RawMessage `json:"is,omitempty"`     // in the second

	text string // what people read behind the position
}

// write tells the differences to people.
func (d *comparer) write(w io.Writer, color bool, one, two *journal.Recording) error {
	err := table(w, func(w io.Writer) {
		for i, r := range []*journal.Recording{one, two} {
			fmt.Fprintf(w, "%s\t%s of %s, %s, %s\n", [...]string{"first", "second"}[i], r.Header.Run, runbookName(r.Header),
				worldWord(r.Header), stateOf(r.State, r.Live))
		}
	})
	if err != nil {
		return err
	}
	if len(d.found) > 0 {
		fmt.Fprintln(w)
	}
	err = table(w, func(w io.Writer) {
		for _, f := range d.found {
			fmt.Fprintf(w, "%s\t%s\t%s\n", f.Kind, plainPlace(f.Position), visible(f.text))
		}
	})
	if err == nil {
		_, err = fmt.Fprintf(w, "\n%s\n", paint(color, bold, d.summary()))
	}
	return err
}

// worldWord is the world of a run in one word.
func worldWord(h journal.Header) string {
	if h.World == journal.WorldSimulated {
		return "SIMULATED"
	}
	return "LIVE"
}

// counted is how many differences there are of each kind.
func (d *comparer) counted() map[string]int {
	n := map[string]int{}
	for _, f := range d.found {
		n[f.Kind]++
	}
	return n
}

func (d *comparer) summary() string {
	if len(d.found) == 0 {
		return fmt.Sprintf("no difference: %s alike", count(int64(d.alike), "effect"))
	}
	n := d.counted()
	var parts []string
	for _, kind := range differences {
		if n[kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[kind], kind))
		}
	}
	return fmt.Sprintf("%s: %s; %s alike", count(int64(len(d.found)), "difference"), strings.Join(parts, ", "), count(int64(d.alike), "effect"))
}

// writeJSON tells the differences to programs.
func (d *comparer) writeJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range d.found {
		if err := enc.Encode(f); err != nil {
			return err
		}
	}
	n := d.counted()
	return enc.Encode(struct {
		Kind    string `json:"kind"`
		Same    bool   `json:"same"`
		Alike   int    `json:"alike"`
		Extra   int    `json:"extra"`
		Missing int    `json:"missing"`
		Slower  int    `json:"slower"`
		Answer  int    `json:"answer"`
		Ended   int    `json:"ended"`
	}{"summary", len(d.found) == 0, d.alike, n["extra"], n["missing"], n["slower"], n["answer"], n["ended"]})
}

// ending compares how the runs ended.
func (d *comparer) ending(one, two *journal.Recording) {
	was, is := endOf(one), endOf(two)
	if plainText(was) == plainText(is) {
		return
	}
	d.found = append(d.found, difference{
		Kind: "ended", Was: effect.AppendJSONString(nil, was), Is: effect.AppendJSONString(nil, is), text: is + ", was " + was,
	})
}

// endOf says how a run ended.
func endOf(r *journal.Recording) string {
	word := stateOf(r.State, r.Live)
	if r.Outcome != nil && r.Outcome.Error != nil {
		word += ": " + r.Outcome.Error.Error()
	}
	return word
}
