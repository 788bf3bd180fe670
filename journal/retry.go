package journal

import (
	"cmp"
	"slices"

	"runbook/effect"
)

// plan decides what another life does with the recorded outcomes.
func (r *Run) plan(x *index, l Life) (*Resumed, error) {
	resumed := &Resumed{Life: x.life + 1, Tool: l.Tool, Edited: l.Edited}
	refuse := func(why, hint string) (*Resumed, error) {
		return nil, &NotResumable{Run: r.Header.Run, State: r.State, Why: why, Hint: hint}
	}
	switch r.State {
	case Done:
		return refuse("there is nothing left to do", "")
	case Abandoned:
		return refuse("it was given up", "")
	case Unfinished, Stopped:
		return resumed, nil
	}
	if !l.Retry && !l.Edited {
		return refuse("its journal ends in an error", "resume it to try again what failed")
	}
	failed, err := r.again(x, l.Retry, resumed)
	if err != nil {
		return nil, err
	}
	if failed == 0 && !l.Edited {
		return refuse("no effect failed, the script itself did, and would do so again", "correct the runbook and resume with --edited")
	}
	return resumed, nil
}

// again finds the outcomes that no longer count: with retry those of the
// effects that the run failed of, and what it did because of that; and always
// what the cleanups of the branches that failed did, since they will run again.
// It counts the effects of which the run failed and which are recorded.
func (r *Run) again(x *index, retry bool, resumed *Resumed) (failed int, err error) {
	ended := []string{""}
	after := map[string]int32{} // by branch: where a failure came to light
	for _, id := range r.Outcome.Failed {
		e := x.find(id)
		if e == nil || e.state != closed || slices.Contains(resumed.Retried, id) || slices.Contains(resumed.Reopened, id) {
			continue
		}
		path, number, ok := id.Branch, int32(id.Number), true
		for ok {
			if n, known := after[path]; !known || number < n {
				after[path] = number
			}
			ended = append(ended, path)
			path, number, ok = parent(path)
		}
		if failed++; !retry {
			continue
		}
		_, failure, err := r.fate(e)
		switch {
		case err != nil:
			return failed, err
		case failure != nil && failure.Doubt:
			resumed.Reopened = append(resumed.Reopened, id)
		default:
			resumed.Retried = append(resumed.Retried, id)
		}
	}
	resumed.Retried = append(resumed.Retried, x.recorded(resumed.Retried, func(path string, e *entry) bool { return e.state != open && cleansUp(path, ended) })...)
	if retry {
		err = r.consequences(x, after, resumed)
	}
	return failed, err
}

// consequences adds to what is retried what a script did after the failure that
// it ended in later: a handler's effects, which will be others if the effect
// succeeds now. If it changed something by then, only errors are tried again,
// and the rest is held to be what the script does either way.
func (r *Run) consequences(x *index, after map[string]int32, resumed *Resumed) error {
	var all, failures []effect.ID
	changed := false
	for _, id := range x.recorded(slices.Concat(resumed.Retried, resumed.Reopened), func(path string, e *entry) bool { return follows(path, e.number, after) }) {
		change, failure, err := r.fate(x.find(id))
		if err != nil {
			return err
		}
		changed = changed || change && (failure == nil || failure.Doubt)
		all = append(all, id)
		if failure != nil && !failure.Doubt {
			failures = append(failures, id)
		}
	}
	if changed {
		all = failures
	}
	resumed.Retried = append(resumed.Retried, all...)
	return nil
}

// follows reports whether an effect came after those by branch, in their branch
// or below a later effect of it.
func follows(path string, number int32, after map[string]int32) bool {
	for ok := true; ok; path, number, ok = parent(path) {
		if n, known := after[path]; known && number > n {
			return true
		}
	}
	return false
}

// fate is what became of an entry: whether it is a change, and the error that
// is its outcome; a change without outcome is in doubt.
func (r *Run) fate(e *entry) (change bool, failure *effect.Error, err error) {
	m := r.memory()
	var f fields
	line, err := m.line(nil, e.request)
	if err == nil {
		err = f.parse(line)
	}
	if err != nil {
		return false, nil, err
	}
	change = f.class != nil
	switch e.state {
	case open:
		return change, &effect.Error{Doubt: true}, nil
	case begun:
		return change, nil, nil
	}
	if line, err = m.line(nil, e.outcome); err == nil {
		err = f.parse(line)
	}
	if err != nil {
		return false, nil, err
	}
	res, err := f.result(effect.ID{}, m.load)
	if err != nil {
		return false, nil, m.damaged(e.outcome, err)
	}
	return change, res.Err, nil
}

// recorded are the effects that count and that want names, but for those among
// known.
func (x *index) recorded(known []effect.ID, want func(path string, e *entry) bool) []effect.ID {
	isKnown := map[effect.ID]bool{}
	for _, id := range known {
		isKnown[id] = true
	}
	var found []effect.ID
	for path, list := range x.branches {
		for _, e := range list {
			id := effect.ID{Branch: path, Number: int(e.number)}
			if e.state != void && want(path, &e) && !isKnown[id] {
				found = append(found, id)
			}
		}
	}
	slices.SortFunc(found, func(a, b effect.ID) int {
		return cmp.Or(cmp.Compare(a.Branch, b.Branch), cmp.Compare(a.Number, b.Number))
	})
	return found
}

// cleansUp reports whether path is, or lies below, a cleanup of one of the branches.
func cleansUp(path string, of []string) bool {
	for at := path; at != ""; {
		above, number, ok := parent(at)
		if !ok {
			return false
		}
		if number == atEnd && slices.Contains(of, above) {
			return true
		}
		at = above
	}
	return false
}
