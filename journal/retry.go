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
// effects that the run failed of, and always what the cleanups of the branches
// that failed did, since they will run again. It counts the effects of which
// the run failed and which are recorded.
func (r *Run) again(x *index, retry bool, resumed *Resumed) (failed int, err error) {
	ended := []string{""}
	for _, id := range r.Outcome.Failed {
		e := x.find(id)
		if e == nil || e.state != closed || slices.Contains(resumed.Retried, id) || slices.Contains(resumed.Reopened, id) {
			continue
		}
		for path, ok := id.Branch, true; ok; path, _, ok = parent(path) {
			ended = append(ended, path)
		}
		if failed++; !retry {
			continue
		}
		lost, err := r.isLost(e)
		switch {
		case err != nil:
			return failed, err
		case lost:
			resumed.Reopened = append(resumed.Reopened, id)
		default:
			resumed.Retried = append(resumed.Retried, id)
		}
	}
	resumed.Retried = append(resumed.Retried, x.cleanups(ended, resumed.Retried)...)
	return failed, nil
}

// isLost reports whether an entry is a change whose outcome is that nobody
// knows whether it took effect.
func (r *Run) isLost(e *entry) (bool, error) {
	m := r.memory()
	var f fields
	line, err := m.line(nil, e.request)
	if err == nil {
		err = f.parse(line)
	}
	if err != nil || f.class == nil {
		return false, err
	}
	if line, err = m.line(nil, e.outcome); err == nil {
		err = f.parse(line)
	}
	if err != nil {
		return false, err
	}
	res, err := f.result(effect.ID{}, m.load)
	if err != nil {
		return false, m.damaged(e.outcome, err)
	}
	return res.Err != nil && res.Err.Doubt, nil
}

// cleanups are the effects that the cleanups of the branches recorded, but for
// those among known.
func (x *index) cleanups(of []string, known []effect.ID) []effect.ID {
	isKnown := map[effect.ID]bool{}
	for _, id := range known {
		isKnown[id] = true
	}
	var found []effect.ID
	for path, list := range x.branches {
		if !cleansUp(path, of) {
			continue
		}
		for _, e := range list {
			id := effect.ID{Branch: path, Number: int(e.number)}
			if (e.state == closed || e.state == begun) && !isKnown[id] {
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
