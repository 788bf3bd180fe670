package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"runbook/effect"
	"runbook/journal"
	"runbook/simulator"
)

type conformOptions struct {
	scenario string
	atLeast  float64
	json     bool
}

func (a *App) conformCommand() *cobra.Command {
	var o conformOptions
	cmd := &cobra.Command{
		Use:   "conform RUN",
		Short: "Tell where the simulator would have answered a real run otherwise",
		Long: `conform runs a recorded run once more in the simulator: the recorded script makes
its requests again, at the moments at which they were made, in virtual time; the
simulator answers each, and the answer is compared with the recorded one, with
which the script goes on. It lists where they differ, and how many are alike, by
method: the measure of what a rehearsal is worth. Nothing real is asked.

A wait is compared by what it came to; if it takes longer in the simulator, all that
follows is later by that. What differs from run to run by nature, such as times
and process ids, is not compared.

The simulated world begins as --scenario says, such as one that snapshot wrote
before the run. Without it, it begins as the run was told that its systems are
before it changed them, see record; or with everything stopped, running or cold,
if that is more like what the run was told before its first change. The first
lines say which.

RUN is a run's id, the beginning or the end of one, or the directory of a recorded
run. The exit status is 1 if fewer are alike than --at-least demands, or none was
compared and it demands any.`,
		Example: `  runbook conform k3xp
  runbook conform k3xp --scenario before.scenario.star --at-least 95
  runbook conform k3xp --json | jq 'select(.kind == "method")'`,
		Args:              exactly(1),
		ValidArgsFunction: a.completeOneRun,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.conform(cmd.Context(), args[0], &o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.scenario, "scenario", "", "how the simulated world begins: a `FILE`")
	f.Float64Var(&o.atLeast, "at-least", 0, "the `PERCENT` of answers that must be alike")
	f.BoolVar(&o.json, "json", false, "a JSON line for each difference and each method, and one for the summary")
	completeFlag(cmd, "scenario", completeStar)
	return grouped("run", cmd)
}

// completeOneRun completes the id of a run, beside directories.
func (a *App) completeOneRun(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completeTwoRuns(cmd, args, typed)
}

// errConform is why conform's exit status is not 0.
var errConform = errors.New("too few answers are alike")

func (a *App) conform(ctx context.Context, which string, o *conformOptions) error {
	if !(o.atLeast >= 0 && o.atLeast <= 100) {
		return usage("--at-least: got %v, want 0 to 100", o.atLeast)
	}
	r, err := a.recordingOf(which)
	if err != nil {
		return err
	}
	scenario, err := a.scenarioOf(o.scenario)
	if err != nil {
		return err
	}
	c, err := a.conformed(ctx, r, scenario)
	if err != nil {
		return err
	}
	if o.json {
		err = c.writeJSON(a.stdout)
	} else {
		err = c.write(a.stdout, a.outColor(), r)
	}
	if err == nil && c.total().percent() < o.atLeast {
		return &exitError{code: RunbookFailed, err: errConform, silent: true}
	}
	return err
}

// conformed compares a run with the simulator: from a scenario, or from what the
// run was told of its beginning, or from everything in one state where that is
// more like it.
func (a *App) conformed(ctx context.Context, r *journal.Recording, scenario *simulator.Scenario) (*conformer, error) {
	if scenario != nil {
		c, err := a.newConformer(r, scenario, "")
		if err == nil {
			err = c.run(ctx)
		}
		return c, err
	}
	best, err := a.conformedAsFound(ctx, r)
	if err != nil || best != nil && best.first.alike == best.first.compared {
		return best, err
	}
	for _, state := range states {
		c, err := a.newConformer(r, nil, state)
		if err == nil {
			err = c.run(ctx)
		}
		if err != nil {
			return nil, err
		}
		if best == nil || c.first.percent() > best.first.percent() {
			best = c
		}
	}
	return best, nil
}

// conformedAsFound begins as the run found the systems, as far as it was told;
// nil if no world begins so.
func (a *App) conformedAsFound(ctx context.Context, r *journal.Recording) (*conformer, error) {
	g, err := a.read(ctx, r)
	if err != nil {
		return nil, err
	}
	d := g.beginnings()
	d.answers = g.answers()
	found, err := simulator.LoadScenario(asFound, []byte(d.text("")))
	if err != nil {
		return nil, nil
	}
	c, err := a.newConformer(r, found, "")
	if err != nil {
		return nil, nil
	}
	return c, c.run(ctx)
}

// asFound is what messages call the scenario of what a run was told at first.
const asFound = "as the run found it"

// A score counts answers.
type score struct{ alike, compared int }

func (s *score) add(alike bool) {
	s.compared++
	if alike {
		s.alike++
	}
}

// percent is how many are alike; 0 of none.
func (s score) percent() float64 {
	if s.compared == 0 {
		return 0
	}
	return 100 * float64(s.alike) / float64(s.compared)
}

func (c *conformer) total() score {
	var all score
	for _, s := range c.scores {
		all.alike, all.compared = all.alike+s.alike, all.compared+s.compared
	}
	return all
}

// methods are the names of what was compared, in order.
func (c *conformer) methods() []string {
	var names []string
	for name := range c.scores {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// write tells people.
func (c *conformer) write(w io.Writer, color bool, r *journal.Recording) error {
	fmt.Fprintf(w, "run     %s of %s, %s, %s\nbegins  %s\n\n", r.Header.Run, runbookName(r.Header), worldWord(r.Header), stateOf(r.State, r.Live), c.begins())
	err := table(w, func(w io.Writer) {
		for _, f := range c.found {
			fmt.Fprintf(w, "otherwise\t%s\t%s\n", plainPlace(f.Position), visible(f.text))
		}
	})
	if err != nil {
		return err
	}
	if len(c.found) > 0 {
		fmt.Fprintln(w)
	}
	err = table(w, func(w io.Writer) {
		fmt.Fprintln(w, "METHOD\tALIKE\tCOMPARED\tSCORE")
		for _, name := range c.methods() {
			s := c.scores[name]
			fmt.Fprintf(w, "%s\t%d\t%d\t%.1f %%\n", name, s.alike, s.compared, s.percent())
		}
	})
	all := c.total()
	verdict := fmt.Sprintf("%.1f %%: %d of %s alike", all.percent(), all.alike, count(int64(all.compared), "answer"))
	if all.compared == 0 {
		verdict = "nothing was compared: the run has no answer of a system"
	}
	if err == nil {
		_, err = fmt.Fprintf(w, "\n%s\n", paint(color, bold, verdict))
	}
	if err == nil && c.beyond != "" {
		_, err = fmt.Fprintf(w, "compared up to %s, of which no result is recorded\n", c.beyond)
	}
	return err
}

// begins says how the simulated world began.
func (c *conformer) begins() string {
	words := "from everything " + c.state
	switch {
	case c.scenario != nil && c.scenario.Name != asFound:
		return "scenario " + c.scenario.Name
	case c.scenario != nil:
		words = asFound
	}
	return fmt.Sprintf("%s: %d of %s before the first change alike", words, c.first.alike, count(int64(c.first.compared), "answer"))
}

// writeJSON tells programs.
func (c *conformer) writeJSON(w io.Writer) error {
	type line struct {
		Kind     string  `json:"kind"`
		Method   string  `json:"method,omitempty"`
		Begins   string  `json:"begins,omitempty"`
		Alike    int     `json:"alike"`
		Compared int     `json:"compared"`
		Percent  float64 `json:"percent"`
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range c.found {
		if err := enc.Encode(f); err != nil {
			return err
		}
	}
	for _, name := range c.methods() {
		s := c.scores[name]
		if err := enc.Encode(line{Kind: "method", Method: name, Alike: s.alike, Compared: s.compared, Percent: s.percent()}); err != nil {
			return err
		}
	}
	all := c.total()
	return enc.Encode(line{Kind: "summary", Begins: c.begins(), Alike: all.alike, Compared: all.compared, Percent: all.percent()})
}

// compare notes whether the simulator answered as the real systems did.
func (c *conformer) compare(recorded *act, res effect.Result, method string) {
	simulated := *recorded
	simulated.result = &res
	alike := sameAnswer(recorded, &simulated)
	if c.scores[method] == nil {
		c.scores[method] = &score{}
	}
	c.scores[method].add(alike)
	if !c.changed {
		c.first.add(alike)
	}
	if alike {
		return
	}
	f := recorded.difference("otherwise", recorded.unlike("simulated", &simulated))
	f.First, f.Was, f.Is = recorded.id.String(), recorded.answerJSON(), simulated.answerJSON()
	c.found = append(c.found, f)
}
