package interpreter

import (
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"runbook/effect"
)

// A Policy is how a change is settled when it is in doubt. The zero Policy
// asks the operator.
type Policy struct {
	Recovery effect.Recovery
	// Probe is the script's function that reads and answers "done" or "not
	// done", for effect.Probe.
	Probe starlark.Callable
	// Disconnect is set when losing the connection is how the change is known
	// to have worked: the last shutdown kills the server that answers.
	Disconnect bool
}

// Tries is how often one life of a run performs a change whose answer keeps
// getting lost before it gives up.
const Tries = 3

// Do performs a request for a builtin and returns its value, or its error as
// an *effect.Error. It is the only door to the world.
func Do(t *starlark.Thread, fn *starlark.Builtin, r effect.Request, policy Policy) (effect.Value, error) {
	b, err := Of(t, fn)
	if err != nil {
		return nil, err
	}
	if b.inner == "" { // the place of a look is that of its composite
		r.Position = Caller(t)
	}
	r.Recovery = policy.Recovery
	if err := b.allowed(&r); err != nil {
		return nil, err
	}
	if policy.Probe != nil {
		policy.Probe.Freeze() // as it would be where it is needed, so that a run goes the same way again
	}
	res, err := b.perform(&r)
	for tries := 1; err != nil; tries++ {
		var doubt *effect.InDoubt
		if !errors.As(err, &doubt) {
			return nil, halt(err)
		}
		r.Cause = doubt.Cause
		if r.Resolution, err = b.settle(t, doubt, tries, policy); err != nil {
			return nil, err
		}
		res, err = b.again(&r)
	}
	if res.Err != nil {
		return nil, res.Err
	}
	return res.Value, nil
}

// Halt is an error that ends a life of the run and is no outcome of the
// script: it was stopped, the journal cannot be written, the replay diverged.
// No script can handle it.
type Halt struct{ Err error }

func (e *Halt) Error() string { return e.Err.Error() }
func (e *Halt) Unwrap() error { return e.Err }

func halt(err error) error {
	if !IsOutcome(err) {
		return err
	}
	return &Halt{err}
}

// IsOutcome reports whether err is how a script ended, as opposed to a run
// that halted and may go on.
func IsOutcome(err error) bool {
	var h *Halt
	var u *Unsettled
	return !errors.As(err, &h) && !errors.As(err, &u)
}

// allowed refuses changes where only reads may happen.
func (b *Branch) allowed(r *effect.Request) error {
	switch {
	case r.Kind == effect.KindPoll && b.inner == r.Kind:
		return &effect.Error{
			Kind: effect.Refused, Operation: r.Operation, Message: "a poll cannot be part of another poll",
			Hint: "look once: the poll around it looks again",
		}
	case b.inner != "" && (r.Class == effect.Change || r.Kind == effect.KindOperator):
		return &effect.Error{
			Kind: effect.Refused, Target: r.Target, Operation: r.Operation,
			Message: "the function of a " + b.inner + " may only read",
			Hint:    "make the change before or after the " + b.inner,
		}
	case b.run.ReadOnly && r.Class == effect.Change:
		return &effect.Error{
			Kind: effect.Refused, Target: r.Target, Operation: r.Operation,
			Message: "the runbook declares READ_ONLY and this is a change",
			Hint:    "if it only reads, list the method in the server's reads= or pass reads=True",
		}
	}
	return nil
}

// perform numbers a request and performs it.
func (b *Branch) perform(r *effect.Request) (effect.Result, error) {
	r.Inner = b.inner != ""
	r.Step = b.step
	if !r.Inner {
		b.next++
	}
	r.ID = effect.ID{Branch: b.path, Number: b.next}
	return b.again(r)
}

// again performs a request that has its number.
func (b *Branch) again(r *effect.Request) (effect.Result, error) {
	res, err := b.run.Performer.Perform(b.ctx, *r)
	if err == nil && res.Err != nil {
		e := *res.Err
		if e.ID = r.ID; r.Inner {
			e.ID = b.whole // what is recorded, and can be performed anew
		}
		res.Err = &e
	}
	return res, err
}

// keyTells is how a change under a key is settled.
const keyTells = "its key tells whether it ran"

// settle decides what becomes of a change in doubt.
func (b *Branch) settle(t *starlark.Thread, d *effect.InDoubt, tries int, policy Policy) (effect.Resolution, error) {
	resolution, how := effect.Unresolved, ""
	last := d.Cause != nil && tries >= Tries
	var err error
	switch {
	case policy.Disconnect && disconnected(d.Cause):
		resolution, how = effect.WasDone, "losing the connection was expected"
	case last && policy.Recovery == effect.Repeat:
		resolution, how = effect.GiveUp, fmt.Sprintf("no answer after %d tries", tries)
	case policy.Recovery == effect.Keyed && (d.Cause == nil || d.Cause.Transient):
		if last { // the key outlives this life of the run: another one can still find out
			return 0, &Unsettled{InDoubt: d, Why: fmt.Sprintf("no answer after %d tries", tries)}
		}
		if err := b.pause(d, tries); err != nil {
			return 0, err
		}
		resolution, how = effect.PerformAgain, keyTells
	case policy.Recovery == effect.Repeat:
		if err := b.pause(d, tries); err != nil {
			return 0, err
		}
		resolution, how = effect.PerformAgain, "it is harmless twice"
	case policy.Probe != nil:
		resolution, how, err = b.probe(t, d, policy.Probe)
		if e := failedProbe(err); e != nil {
			how, err = "its probe failed: "+e.Error(), nil
		}
		if last && resolution == effect.PerformAgain {
			resolution, how = effect.GiveUp, fmt.Sprintf("no answer after %d tries, and %s", tries, how)
		}
	}
	if err == nil && resolution == effect.Unresolved {
		resolution, how, err = b.ask(d, how)
	}
	if err != nil {
		return 0, err
	}
	if policy.Disconnect && disconnected(d.Cause) {
		b.Say(NoteLog, d.Request.Describe()+": the connection was lost, as expected", d.Request.Position)
		return resolution, nil
	}
	done := resolution.String()
	if how == keyTells {
		done = "asked again" // it may have run already
	}
	b.Say(NoteDoubt, d.Request.Describe()+": "+done+": "+how, d.Request.Position)
	return resolution, nil
}

// disconnected reports whether a change is in doubt because the connection was
// lost or fell silent. An answer that cannot be understood is neither.
func disconnected(cause *effect.Error) bool {
	return cause != nil && (cause.Kind == effect.Unreachable || cause.Kind == effect.Timeout)
}

// pause waits before a lost change is tried again, longer each time.
func (b *Branch) pause(d *effect.InDoubt, tries int) error {
	if d.Cause == nil {
		return nil
	}
	return b.wait(time.Second<<(tries-1), time.Time{})
}

// probe waits until the lost request can no longer arrive and asks the script
// whether it took effect.
func (b *Branch) probe(t *starlark.Thread, d *effect.InDoubt, probe starlark.Callable) (effect.Resolution, string, error) {
	if life := lifetime(d.Request); life > 0 {
		if err := b.wait(life, d.Since); err != nil {
			return 0, "", err
		}
	}
	var v starlark.Value
	err := b.Looking(b.ctx, "probe", func() (err error) {
		v, err = starlark.Call(t, probe, nil, nil)
		return err
	})
	if err != nil {
		return 0, "", err
	}
	switch s, _ := starlark.AsString(v); s {
	case "done":
		return effect.WasDone, "its probe says done", nil
	case "not done":
		return effect.PerformAgain, "its probe says not done", nil
	case "unknown":
		return effect.Unresolved, "its probe could not tell", nil
	}
	return 0, "", fmt.Errorf("recover: got %s from %s, want \"done\", \"not done\" or \"unknown\"", v, probe.Name())
}

// failedProbe is the error of a probe that could not find out. It is no outcome
// of the change, which stays in doubt.
func failedProbe(err error) *effect.Error {
	var e *effect.Error
	if !IsOutcome(err) || !errors.As(err, &e) || e.Kind == effect.Cancelled {
		return nil
	}
	return e
}

// lifetime is how long a request may still take effect after its client died.
func lifetime(r effect.Request) time.Duration {
	if r.Peer == nil {
		return 0
	}
	return r.Peer.Settle
}

// wait lets time pass, outside the record.
func (b *Branch) wait(d time.Duration, begun time.Time) error {
	r := effect.Request{
		Kind: effect.KindClock, Operation: effect.OpWait, Inner: true, Begun: begun,
		Args: []effect.Value{int64(d), "a request in doubt"},
		ID:   effect.ID{Branch: b.path, Number: b.next},
	}
	res, err := b.run.Performer.Perform(b.ctx, r)
	if err == nil && res.Err != nil {
		err = res.Err
	}
	return err
}

// ask lets the operator decide. Where nobody can answer, the run stops: the
// error is the doubt itself.
func (b *Branch) ask(d *effect.InDoubt, why string) (effect.Resolution, string, error) {
	cause := (&Unsettled{d, why}).Error()
	r := effect.Request{
		Kind: effect.KindOperator, Operation: effect.OpResolve, Inner: true, ID: d.Request.ID, Step: b.step,
		Args: []effect.Value{d.Request.ID.String(), d.Request.Describe(), cause},
	}
	res, err := b.run.Performer.Perform(b.ctx, r)
	if err != nil {
		return 0, "", err
	}
	if res.Err != nil {
		return 0, "", &Unsettled{InDoubt: d, Why: why}
	}
	switch res.Value {
	case "done":
		return effect.WasDone, "the operator says done", nil
	case "again":
		return effect.PerformAgain, "the operator says not done", nil
	}
	if d.Cause == nil {
		return 0, "", &Unsettled{InDoubt: d, Why: why}
	}
	return effect.GiveUp, "the operator gave up", nil
}

// Unsettled is the error that stops a run whose change stays in doubt. Nothing
// is recorded of it: resuming asks again.
type Unsettled struct {
	InDoubt *effect.InDoubt
	Why     string // why the change's own policy did not settle it, if it has one
}

func (e *Unsettled) Error() string {
	if e.Why == "" {
		return e.InDoubt.Error()
	}
	return e.InDoubt.Error() + "; " + e.Why
}
