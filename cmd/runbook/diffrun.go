package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"runbook/builtins"
	"runbook/effect"
	"runbook/interpreter"
	"runbook/journal"
)

// A story is a recorded run, taken apart into its branches.
type story struct {
	recording *journal.Recording
	main      *strand
}

// A strand is one branch of a run: its effects, and the forks where other
// branches began, in their order.
type strand struct {
	acts []*act
	keys map[string]int // of all that is in it and below it, how often
}

// An act is an effect of a strand, or a fork.
type act struct {
	number  int
	id      effect.ID
	request effect.Request
	result  *effect.Result // nil if none is recorded
	took    time.Duration
	said    string // what is asked, for people
	key     string // what is asked, without what differs from run to run

	branches []*strand // of a fork: what it began, in the order of the items
	items    []string
}

// recordingOf finds a run by its id, or by its directory.
func (a *App) recordingOf(which string) (*journal.Recording, error) {
	if which == "" {
		return nil, usage("got an empty RUN, want a run's id or a directory")
	}
	if st, err := os.Stat(which); err == nil && st.IsDir() {
		return a.store().ReadAt(filepath.Clean(which))
	}
	r, err := a.store().Read(which)
	return r, noSuchRun(err)
}

// recordedJob makes the job of a recorded run again, from the sources that it
// ended with.
func (a *App) recordedJob(r *journal.Recording) (*job, error) {
	sources, err := r.Sources(r.Lives)
	if err != nil {
		return nil, err
	}
	bundle := interpreter.Bundle{}
	var names []string
	for _, s := range sources {
		bundle[s.Name] = s.Text
		names = append(names, s.Name)
	}
	w := &workplace{runbook: r.Header.Runbook, site: r.Header.Site, origin: "recorded", place: "recorded"}
	j := &job{workplace: w, engine: interpreter.NewEngine(builtins.Predeclared(), bundle, interpreter.Limits{})}
	if j.program, err = j.engine.Load(w.runbook); err != nil {
		return nil, a.invalid(err, j.program.Files())
	}
	if err := j.load(a); err != nil {
		return nil, err
	}
	lifted, err := liftedIn(r)
	if err == nil {
		err = j.loadRules(a, bundle, inForce(names), lifted)
	}
	if err != nil {
		return nil, err
	}
	if j.bound, err = j.program.Rebind(r.Header.Params, j.site.Value()); err != nil {
		return nil, &exitError{code: ResumeRefused, err: err}
	}
	return j, nil
}

// story reads a run and takes it apart.
func (a *App) story(which string) (*story, error) {
	r, err := a.recordingOf(which)
	if err != nil {
		return nil, err
	}
	j, err := a.recordedJob(r)
	if err != nil {
		return nil, err
	}
	acts, err := actsOf(r, systemNames(j))
	if err != nil {
		return nil, err
	}
	return &story{r, weave(acts)}, nil
}

// actsOf are the effects of a run by their ids: of one that was tried again,
// the last try. What tells only of the tool itself is left out.
func actsOf(r *journal.Recording, names *strings.Replacer) (map[effect.ID]*act, error) {
	acts := map[effect.ID]*act{}
	for rec, err := range r.Records() {
		if err != nil {
			return nil, err
		}
		q := rec.Request
		quiet := q.Kind == effect.KindBranch || q.Kind == effect.KindClock && q.Operation == effect.OpNow
		switch rec.Kind {
		case journal.KindIntent, journal.KindBegin, journal.KindOutcome:
			if quiet {
				continue
			}
			t := &act{number: rec.ID.Number, id: rec.ID, request: q, took: rec.Took, said: names.Replace(said(&q)), key: keyOf(&q, names)}
			if rec.Kind == journal.KindOutcome {
				t.result = &rec.Result
			}
			if q.Class == effect.Change {
				t.said = "! " + t.said
			}
			acts[rec.ID] = t
		case journal.KindWithdrawn:
			delete(acts, rec.ID)
		}
	}
	return acts, nil
}

// keyOf is what a request asks, the same in every run of the same script on
// the same systems.
func keyOf(q *effect.Request, names *strings.Replacer) string {
	args := q.Args
	if q.Kind == effect.KindPoll && len(args) > 1 {
		args = args[:1] // how long it may take is no part of the question
	}
	return strings.Join([]string{
		q.Kind, names.Replace(q.Target), q.Operation, q.Class.String(), string(effect.AppendJSON(nil, plainValue(args))),
	}, "\x00")
}

// atEnd is where cleanups come: behind all else of their branch.
const atEnd = 1<<31 - 1

// weave hangs every effect into its branch, and every branch into its fork.
func weave(acts map[effect.ID]*act) *strand {
	strands := map[string]*strand{"": {}}
	forks := map[string]*act{}
	var find func(path string) *strand
	find = func(path string) *strand {
		if s := strands[path]; s != nil {
			return s
		}
		s := &strand{}
		strands[path] = s
		above, last := "", path
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			above, last = path[:i], path[i+1:]
		}
		number, item, _ := strings.Cut(last, ".")
		name := above + "/" + number
		fork := forks[name]
		if fork == nil {
			fork = &act{number: forkNumber(number, item)}
			forks[name] = fork
			up := find(above)
			up.acts = append(up.acts, fork)
		}
		fork.branches, fork.items = append(fork.branches, s), append(fork.items, item)
		return s
	}
	for _, t := range sortedActs(acts) {
		s := find(t.id.Branch)
		s.acts = append(s.acts, t)
	}
	strands[""].settle()
	return strands[""]
}

func forkNumber(number, item string) int {
	n, err := strconv.Atoi(number)
	if _, bad := strconv.Atoi(item); err != nil || bad != nil {
		return atEnd
	}
	return n
}

// sortedActs are acts by branch, then number: items are in their order.
func sortedActs(acts map[effect.ID]*act) []*act {
	list := make([]*act, 0, len(acts))
	for _, t := range acts {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *act) int {
		return cmp.Or(comparePaths(a.id.Branch, b.id.Branch), cmp.Compare(a.number, b.number))
	})
	return list
}

// comparePaths orders paths of branches by their numbers.
func comparePaths(a, b string) int {
	split := func(c rune) bool { return c == '/' || c == '.' }
	return slices.CompareFunc(strings.FieldsFunc(a, split), strings.FieldsFunc(b, split), func(x, y string) int {
		n, _ := strconv.Atoi(x) // a word counts as 0, and words are compared below
		m, _ := strconv.Atoi(y)
		return cmp.Or(cmp.Compare(n, m), strings.Compare(x, y))
	})
}

// settle orders a strand and those below it, and counts what is in them.
func (s *strand) settle() {
	s.keys = map[string]int{}
	slices.SortStableFunc(s.acts, func(a, b *act) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(len(a.branches), len(b.branches)))
	})
	for _, t := range s.acts {
		if t.branches == nil {
			s.keys[t.key]++
		}
		for _, below := range t.branches {
			below.settle()
			for key, n := range below.keys {
				s.keys[key] += n
			}
		}
	}
}
