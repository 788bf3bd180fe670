package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"runbook/effect"
)

// Performer is the recorder: a layer around next that answers from the journal
// what earlier lives of the run recorded, and records what next performs. It
// may be used by many branches.
//
// A change costs two syncs: its intent is durable before next sees it, its
// outcome before the script does. A read costs none, nor does a refused change.
// The error is [*effect.InDoubt] for a change whose outcome is not known, a
// [*Divergence] if the script does not fit what is recorded, what stopped the
// run, or what ended the journal.
func (j *Journal) Performer(next effect.Performer) effect.Performer {
	return &recorder{j: j, next: next}
}

type recorder struct {
	j    *Journal
	next effect.Performer
}

// Perform is part of [effect.Performer].
func (p *recorder) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Inner {
		return p.next.Perform(ctx, r)
	}
	d, found, err := p.j.recall(&r)
	switch {
	case err != nil:
		return effect.Result{}, err
	case d != nil:
		return p.settle(ctx, &r, d)
	case found.state == closed:
		return found.result, nil
	case r.Class == effect.Change:
		return p.change(ctx, &r, nil)
	}
	return p.read(ctx, &r, found)
}

// recall finds what is known of a request: that it is in doubt, or what earlier
// lives recorded.
func (j *Journal) recall(r *effect.Request) (*doubt, match, error) {
	j.mu.Lock()
	d, diverged := j.doubts[r.ID], j.diverged
	j.mu.Unlock()
	if d != nil {
		return d, match{}, nil
	}
	found, err := j.past.ask(r)
	if err == nil && found.state != closed {
		err = diverged
	}
	var gap *Divergence
	if errors.As(err, &gap) && diverged == nil {
		j.mu.Lock()
		j.diverged = err
		j.mu.Unlock()
	}
	if err == nil && found.state == open {
		d = j.doubt(r.ID, doubt{since: found.since, tries: found.tries, key: found.key})
	}
	return d, found, err
}

// doubt keeps a change that is in doubt until it is settled.
func (j *Journal) doubt(id effect.ID, d doubt) *doubt {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.doubts == nil {
		j.doubts = map[effect.ID]*doubt{}
	}
	j.doubts[id] = &d
	return &d
}

// settled forgets a doubt.
func (j *Journal) settled(id effect.ID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.doubts) > 0 {
		delete(j.doubts, id)
	}
}

// settle does with a change in doubt what was decided, if anything was.
func (p *recorder) settle(ctx context.Context, r *effect.Request, d *doubt) (effect.Result, error) {
	switch r.Resolution {
	case effect.PerformAgain:
		return p.change(ctx, r, d)
	case effect.WasDone:
		return p.j.outcome(r, effect.Result{}, outcome{resolution: effect.WasDone, commit: true})
	case effect.GiveUp:
		return p.j.outcome(r, effect.Fail(lost(r, d)), outcome{resolution: effect.GiveUp, commit: true})
	}
	return effect.Result{}, &effect.InDoubt{Request: *r, Since: d.since, Cause: d.cause}
}

// lost is the doubt as an outcome.
func lost(r *effect.Request, d *doubt) *effect.Error {
	e := effect.Error{
		Kind: effect.Unreachable, Target: r.Target, Operation: r.Operation,
		Message: "the run stopped before its result was recorded, and whether it took effect is not known",
	}
	switch {
	case r.Cause != nil:
		e = *r.Cause
	case d.cause != nil:
		e = *d.cause
	}
	e.Doubt = true
	return &e
}

// read performs a request that may be repeated, and records what came of it.
func (p *recorder) read(ctx context.Context, r *effect.Request, found match) (effect.Result, error) {
	if res, err := p.j.cancelled(ctx, r, nil, outcome{request: found.state == void}); err != nil || res.Err != nil {
		return res, err
	}
	recorded := found.state == begun
	if recorded {
		r.Begun = found.since
	} else if lasts(r) {
		if err := p.j.begin(r); err != nil {
			return effect.Result{}, err
		}
		recorded = true
	}
	start := p.j.now()
	res, err := p.next.Perform(ctx, *r)
	if err != nil {
		return effect.Result{}, err
	}
	return p.j.outcome(r, res, outcome{request: !recorded, start: start})
}

// lasts reports whether a request goes on with its old deadline when it is resumed.
func lasts(r *effect.Request) bool {
	return r.Body != nil || r.Kind == effect.KindClock && r.Operation == effect.OpWait
}

// change performs a request that may not be repeated: for the first time, or
// again if d is not nil. One that is refused has an outcome and no intent.
func (p *recorder) change(ctx context.Context, r *effect.Request, d *doubt) (effect.Result, error) {
	if res, err := p.j.cancelled(ctx, r, d, outcome{request: d == nil, commit: d != nil}); err != nil || res.Err != nil {
		return res, err
	}
	if r.Refused != nil { // it is not sent; but what was sent before leaves the doubt that it left
		no := *r.Refused
		no.Doubt = d != nil
		return p.j.outcome(r, effect.Fail(&no), outcome{request: d == nil, commit: d != nil})
	}
	tries := 1
	if d != nil {
		tries = d.tries + 1
	}
	if r.Recovery == effect.Keyed {
		r.Key = p.j.key(r.ID, d)
	}
	since := p.j.now()
	if err := p.j.intent(r, tries, since); err != nil {
		return effect.Result{}, err
	}
	start := p.j.now()
	res, err := p.perform(ctx, r, d)
	var not *effect.NotPerformed
	switch {
	case errors.As(err, &not):
		return effect.Result{}, errors.Join(err, p.j.withdraw(r))
	case err != nil:
		return effect.Result{}, err
	case res.Err != nil && res.Err.Doubt:
		return effect.Result{}, p.j.lose(r, since, clean(res.Err, r.ID), tries)
	}
	return p.j.outcome(r, res, outcome{start: start, commit: true})
}

// key is what a change is performed under: as before if it is in doubt. The
// number of the life makes another of it when a failed change is tried anew.
func (j *Journal) key(id effect.ID, d *doubt) string {
	if d != nil && d.key != "" {
		return d.key
	}
	return fmt.Sprintf("%s@%d", id, j.life)
}

// lose keeps a change whose answer was lost, and returns its doubt. The cause is
// only noted: whoever resumes the run will find an intent without outcome.
func (j *Journal) lose(r *effect.Request, since time.Time, cause *effect.Error, tries int) error {
	j.doubt(r.ID, doubt{since: since, cause: cause, tries: tries, key: r.Key})
	note := Note{Kind: NoteLost, Branch: r.ID.Branch, Text: r.Describe() + ": " + cause.Message, Position: r.Position, Step: r.Step}
	if err := j.note(note); err != nil {
		return err
	}
	return &effect.InDoubt{Request: *r, Since: since, Cause: cause}
}

// perform hands a change on, unless the run was stopped while its intent was synced.
func (p *recorder) perform(ctx context.Context, r *effect.Request, d *doubt) (effect.Result, error) {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, effect.ErrCancelled):
		return effect.Fail(cancelled(r, d)), nil
	case cause != nil:
		return effect.Result{}, &effect.NotPerformed{Err: cause}
	}
	return p.next.Perform(ctx, *r)
}

// cancelled records that a request was not performed because its branch was
// cancelled by another. The error is that of a run that is being stopped.
func (j *Journal) cancelled(ctx context.Context, r *effect.Request, d *doubt, o outcome) (effect.Result, error) {
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return effect.Result{}, nil
	case !errors.Is(cause, effect.ErrCancelled):
		return effect.Result{}, cause
	}
	return j.outcome(r, effect.Fail(cancelled(r, d)), o)
}

// cancelled is the outcome of a request that was not performed, or, if it was
// in doubt, not performed again.
func cancelled(r *effect.Request, d *doubt) *effect.Error {
	return &effect.Error{
		Kind: effect.Cancelled, Message: "cancelled: another branch failed", Target: r.Target, Operation: r.Operation, Doubt: d != nil,
	}
}

func (j *Journal) begin(r *effect.Request) error {
	d := j.draft()
	b, err := head(KindBegin, r.ID, j.now(), d.memory).request(r, d.keep)
	if err != nil {
		return err
	}
	return d.add(b)
}

func (j *Journal) intent(r *effect.Request, tries int, now time.Time) error {
	d := j.draft()
	b, err := head(KindIntent, r.ID, now, d.memory).request(r, d.keep)
	if err != nil {
		return err
	}
	if tries > 1 {
		b = b.integer("try", int64(tries))
	}
	j.changed.Store(true)
	return d.commit(b)
}

func (j *Journal) withdraw(r *effect.Request) error {
	return j.writer.add(head(KindWithdrawn, r.ID, j.now(), nil), nil)
}

// An outcome is how a result is recorded.
type outcome struct {
	request    bool              // it has no record with the request before it
	commit     bool              // it must be durable before the script sees it
	resolution effect.Resolution // it was decided, not performed
	start      time.Time         // when it was performed; zero if it was not
}

// outcome records a result and returns it as a replay will.
func (j *Journal) outcome(r *effect.Request, res effect.Result, o outcome) (effect.Result, error) {
	if res.Err != nil {
		res = effect.Fail(clean(res.Err, r.ID))
	}
	if err := checkResult(res); err != nil {
		return effect.Result{}, fmt.Errorf("internal error: %s: %w", r.Describe(), err)
	}
	now := j.now()
	d := j.draft()
	b := head(KindOutcome, r.ID, now, d.memory)
	var err error
	if o.request {
		if b, err = b.request(r, d.keep); err != nil {
			return effect.Result{}, err
		}
	}
	if o.resolution != effect.Unresolved {
		b = b.text("resolution", o.resolution.String())
	}
	if b, err = b.result(res, d.keep); err != nil {
		return effect.Result{}, err
	}
	if !o.start.IsZero() {
		b = b.integer("took", int64(now.Sub(o.start)))
	}
	if o.commit {
		err = d.commit(b)
	} else {
		err = d.add(b)
	}
	if err != nil {
		return effect.Result{}, err
	}
	j.settled(r.ID)
	return effect.Result{Value: res.Value, Err: res.Err}, nil
}

// checkResult refuses what could not be replayed as it is.
func checkResult(res effect.Result) error {
	if res.Err == nil {
		return effect.Check(res.Value)
	}
	if len(res.Err.Details) == 0 {
		return nil
	}
	return effect.Check(res.Err.Details)
}

func validText(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
