package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"runbook/builtins"
	"runbook/builtins/interlock"
	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
	"runbook/runbooks"
)

// interlockFolder is where interlock files are, beside site.star and among what
// is shipped.
const interlockFolder = "interlocks"

// isInterlock tells interlock files by where they are.
func isInterlock(name string) bool {
	_, file := interpreter.Split(name)
	return path.Base(path.Dir(file)) == interlockFolder && strings.HasSuffix(file, ".star") && !isTest(file)
}

// isInterlock tells interlock files of a workplace: its folder may be the one
// that they are in.
func (w *workplace) isInterlock(name string) bool {
	if isInterlock(name) || w.root == "" || fileExists(filepath.Join(w.root, siteFile)) {
		return isInterlock(name)
	}
	full, err := filepath.Abs(filepath.Join(w.root, filepath.FromSlash(name)))
	return err == nil && isInterlock(filepath.ToSlash(full))
}

// interlockNames are the names of the interlock files in force: what is
// shipped, and the site's own, which take the place of shipped ones of their name.
func (w *workplace) interlockNames() ([]string, error) {
	entries, err := runbooks.Files.ReadDir(interlockFolder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, interpreter.Shipped+interlockFolder+"/"+e.Name())
	}
	if w.home != "" {
		own, err := os.ReadDir(filepath.Join(w.home, interlockFolder))
		if err != nil && !os.IsNotExist(err) {
			return nil, fmt.Errorf("%s: %w", filepath.Join(w.home, interlockFolder), cause(err))
		}
		for _, e := range own {
			names = append(names, siteRoot+interlockFolder+"/"+e.Name())
		}
	}
	return inForce(names), nil
}

// inForce are those of the names that are interlock files in force, in order:
// what is shipped, then the site's own, which may take a shipped one's place.
func inForce(names []string) []string {
	taken := map[string]bool{}
	var shipped, own []string
	for _, name := range names {
		root, file := interpreter.Split(name)
		if !isInterlock(name) || strings.Count(file, "/") != 1 {
			continue
		}
		switch root {
		case siteRoot:
			own = append(own, name)
			taken[file] = true
		case interpreter.Shipped:
			shipped = append(shipped, name)
		}
	}
	shipped = slices.DeleteFunc(shipped, func(name string) bool { return taken[strings.TrimPrefix(name, interpreter.Shipped)] })
	slices.Sort(shipped)
	slices.Sort(own)
	return append(shipped, own...)
}

// ruled loads the rules that are in force where the job's runbook is.
func (j *job) ruled(a *App, o *execOptions) error {
	if o.ruleless {
		if len(o.lift) > 0 {
			return usage("--lift: got --without-interlocks as well, want one of them")
		}
		return nil
	}
	names, err := j.interlockNames()
	if err != nil {
		return err
	}
	return j.loadRules(a, j.workplace, names, o.lift)
}

// loadRules executes the interlock files of those names, and lifts rules.
func (j *job) loadRules(a *App, sources interpreter.Sources, names, lifted []string) error {
	var err error
	if j.rules, err = builtins.LoadInterlocks(sources, names, j.counted); err != nil {
		return a.invalid(err, j.rules.Files())
	}
	return j.lift(lifted)
}

// lift takes rules out of force, by their names.
func (j *job) lift(names []string) error {
	if err := j.rules.Lift(names); err != nil {
		return usage("--lift: %w", err)
	}
	return nil
}

// interlocked puts the rules of a job around what records its changes: record
// makes that of what performs them. isNew reports whether an effect is to be
// performed, not answered from the record; nil for always.
func (j *job) interlocked(
	world effect.Performer, branches interpreter.Branches, isNew func(effect.ID) bool, record func(effect.Performer) effect.Performer,
) effect.Performer {
	recorded := record(world)
	if j.rules.InForce() == 0 {
		return recorded
	}
	if isNew == nil {
		isNew = func(effect.ID) bool { return true }
	}
	court := j.site.Court(recorded, branches)
	if j.progress != nil {
		court.Observe = j.progress.ruling
	}
	return &interlocker{next: recorded, rules: j.rules, court: court, isNew: isNew, progress: j.progress}
}

// An interlocker is the layer that has changes judged before their intent is
// recorded. What is answered from the record was judged when it was made; what
// is in doubt is judged if it is to be performed again.
type interlocker struct {
	next     effect.Performer // what records
	rules    *interlock.Set
	court    *interlock.Court
	isNew    func(effect.ID) bool
	progress *progress // where rules tell what they wait for; nil for nowhere
}

// Perform judges a change and hands it on, with the refusal if there is one:
// that is then what is recorded as its outcome, and no world sees it.
func (p *interlocker) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Class != effect.Change || r.Inner || context.Cause(ctx) != nil || !p.isPerformed(&r) {
		return p.next.Perform(ctx, r)
	}
	refused, err := p.rules.Judge(ctx, p.court, &r)
	if p.progress != nil {
		p.progress.ruled(r.ID.Branch)
	}
	switch {
	case context.Cause(ctx) != nil: // and it is recorded, or stopped, as any other
		return p.next.Perform(ctx, r)
	case err != nil:
		return effect.Result{}, err
	}
	r.Refused = refused
	return p.next.Perform(ctx, r)
}

// isPerformed reports whether a change is about to be performed: it is new, or
// was in doubt and is done again. Where a change under a key has just lost its
// answer, it is only asked what came of it: it may be under way, so that the
// world is neither as before nor as after it.
func (p *interlocker) isPerformed(r *effect.Request) bool {
	switch {
	case r.Resolution == effect.Unresolved:
		return p.isNew(r.ID)
	case r.Recovery == effect.Keyed && r.Cause != nil:
		return false
	}
	return r.Resolution == effect.PerformAgain
}

// refusedBy are the names of the interlocks that an error comes from; none if it
// comes from elsewhere.
func refusedBy(e *effect.Error) []string {
	if e.Kind != effect.Refused {
		return nil
	}
	list, _ := e.Details.Get("interlocks")
	said, _ := list.([]effect.Value)
	var names []string
	for _, one := range said {
		fields, _ := one.(effect.Struct)
		name, _ := fields.Get("name")
		text, _ := name.(string)
		names = append(names, text)
	}
	return names
}

// rulesText says in a header how many interlocks are in force, and which are not.
func (j *job) rulesText() string {
	if j.rules == nil || len(j.rules.Rules) == 0 {
		return "no interlocks"
	}
	text := count(int64(j.rules.InForce()), "interlock") + " in force"
	if lifted := liftedText(j.rules.Lifted); lifted != "" {
		text += "; " + lifted
	}
	return text
}

// liftedText names the rules that a run has lifted; "" for none.
func liftedText(names []string) string {
	text := ""
	for i, name := range names {
		text += fmt.Sprintf("%s%q", map[bool]string{true: "LIFTED: ", false: ", "}[i == 0], name)
	}
	return text
}

// agreeToLift asks whether rules may be lifted that were not before.
func (st *stage) agreeToLift(ctx context.Context, before []string) error {
	for _, name := range st.job.rules.Lifted {
		if slices.Contains(before, name) {
			continue
		}
		fmt.Fprintf(st.app.stderr, "interlock %q: %s\n", name, st.job.rules.Reason(name))
		if err := st.agree(ctx, fmt.Sprintf("Lift the interlock %q for this run?", name)); err != nil {
			return err
		}
	}
	return nil
}

// noteLifted is the kind of the notes that record lifted rules, and the branch
// that they are kept in: one that has no effects.
const noteLifted = "lifted"

// recordLifted records the rules that are lifted from now on.
func (s *session) recordLifted(before []string) error {
	if s.journal == nil || s.job.rules == nil {
		return nil
	}
	for _, name := range s.job.rules.Lifted {
		if !slices.Contains(before, name) {
			if err := s.journal.Note(journal.Note{Kind: noteLifted, Branch: noteLifted, Text: name}); err != nil {
				return err
			}
		}
	}
	return nil
}

// liftedBefore are the rules that earlier lives of a run have lifted.
func liftedBefore(store *journal.Store, dir string) ([]string, error) {
	recording, err := store.ReadAt(dir)
	if err != nil {
		return nil, err
	}
	return liftedIn(recording)
}

// liftedIn are the rules that a run has lifted, in all its lives.
func liftedIn(r *journal.Recording) ([]string, error) {
	var names []string
	for rec, err := range r.Records() {
		if err != nil {
			return nil, err
		}
		if n := rec.Note; n != nil && n.Kind == noteLifted {
			names = append(names, n.Text)
		}
	}
	return names, nil
}
