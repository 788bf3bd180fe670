package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"runbook/builtins/value"
	"runbook/effect"
	"runbook/interpreter"
)

// Poll looks until it is satisfied. It is one effect: its final value, how
// often it looked and the path of distinct values are one record.
func Poll(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	p := poll{thread: t, builtin: b, every: value.Duration(2 * time.Second)}
	var what string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"fn", &p.fn, "until?", &p.until, "timeout", &p.timeout, "every?", &p.every,
		"fail_if??", &p.failIf, "tolerate?", &p.tolerate, "what??", &what); err != nil {
		return nil, err
	}
	if p.timeout == 0 {
		return nil, fmt.Errorf("%s: for parameter timeout: got \"0s\", want the longest time to wait", b.Name())
	}
	for _, fn := range []starlark.Value{p.fn, p.until, p.failIf} {
		if fn != nil {
			fn.Freeze()
		}
	}
	if p.what = what; what == "" {
		p.what = p.fn.Name()
	}
	branch, err := interpreter.Of(t, b)
	if err != nil {
		return nil, err
	}
	p.branch = branch
	v, err := interpreter.Do(t, b, effect.Request{
		Kind: effect.KindPoll, Operation: effect.OpPoll,
		Args: []effect.Value{p.what, int64(p.timeout)}, Body: p.body,
	}, interpreter.Policy{})
	if err != nil {
		if p.cause != nil { // the same error, with the place in fn where it happened
			return nil, p.cause
		}
		return nil, err
	}
	final, _ := v.(effect.Struct).Get("value")
	return interpreter.ToStarlark(final), nil
}

// A poll is one call of Poll.
type poll struct {
	thread  *starlark.Thread
	builtin *starlark.Builtin
	branch  *interpreter.Branch

	fn, failIf     starlark.Callable
	until          starlark.Value
	timeout, every value.Duration
	tolerate       value.Kinds
	what           string

	begun     time.Time
	looks     int
	path      []seen
	told      int // length of the path when people were last told
	lastError *effect.Error
	cause     error // an error that ended the poll, as it was raised
}

// seen is a value a poll saw first at a time after it began.
type seen struct {
	value effect.Value
	at    time.Duration
}

// Pauses between looks double until they reach settled, and from then on grow
// with the time waited, up to the poll's every: a fast answer is seen fast, and
// a slow one costs few looks.
const (
	firstPause = 2 * time.Millisecond
	settled    = 80 * time.Millisecond
	growth     = 6 // a pause is this fraction of the time waited
)

// body looks until the poll ends. An error it returns is the script's mistake
// or the end of the run, and no outcome.
func (p *poll) body(ctx context.Context, begun time.Time) (effect.Result, error) {
	p.begun = begun
	var res effect.Result
	err := p.branch.Looking(ctx, "poll", func() error {
		for {
			ended, r, err := p.look()
			if err != nil || ended {
				res = r
				return err
			}
			elapsed, err := p.elapsed()
			if err != nil {
				return err
			}
			left := time.Duration(p.timeout) - elapsed
			if left <= 0 {
				res = effect.Fail(p.timedOut(elapsed))
				return nil
			}
			if err := p.pause(min(p.interval(elapsed), left)); err != nil {
				return err
			}
		}
	})
	p.cause = cmp.Or(p.cause, err)
	if e := (*effect.Error)(nil); interpreter.IsOutcome(err) && errors.As(err, &e) { // cancelled while it waited
		return effect.Fail(e), nil
	}
	return res, err
}

func (p *poll) interval(elapsed time.Duration) time.Duration {
	return min(max(elapsed/growth, min(elapsed, settled), firstPause), time.Duration(p.every))
}

// look looks once and reports whether that ended the poll.
func (p *poll) look() (bool, effect.Result, error) {
	p.looks++
	v, err := starlark.Call(p.thread, p.fn, nil, nil)
	if err != nil {
		var e *effect.Error
		if !errors.As(err, &e) || e.Kind == effect.Cancelled {
			return false, effect.Result{}, err
		}
		if !p.tolerate.Has(e.Kind) {
			p.cause = err
			return true, effect.Fail(e), nil
		}
		p.lastError = e
		if err := p.saw("error: " + e.Error()); err != nil {
			return false, effect.Result{}, err
		}
		p.tell()
		return false, effect.Result{}, nil
	}
	x, err := interpreter.FromStarlark(v)
	if err != nil {
		return false, effect.Result{}, fmt.Errorf("%s: the value of %s: %w", p.builtin.Name(), p.fn.Name(), err)
	}
	if err := p.saw(x); err != nil {
		return false, effect.Result{}, err
	}
	ended, res, err := p.judge(v, x)
	if err == nil && !ended {
		p.tell()
	}
	return ended, res, err
}

// tell says to people what the poll sees, when that has changed.
func (p *poll) tell() {
	last := p.path[len(p.path)-1]
	if p.told == len(p.path) {
		return
	}
	p.told = len(p.path)
	text, ok := last.value.(string)
	if !ok {
		text = effect.Describe(last.value)
	}
	p.branch.Look(p.what, text, time.Duration(p.timeout)-last.at, interpreter.Caller(p.thread))
}

// judge holds a value against fail_if and until.
func (p *poll) judge(v starlark.Value, x effect.Value) (bool, effect.Result, error) {
	if p.failIf != nil {
		bad, err := starlark.Call(p.thread, p.failIf, starlark.Tuple{v}, nil)
		if err != nil {
			return false, effect.Result{}, err
		}
		if bad.Truth() {
			return true, effect.Fail(p.failed(bad, x)), nil
		}
	}
	good, err := p.satisfied(v)
	if err != nil || !good {
		return false, effect.Result{}, err
	}
	elapsed, err := p.elapsed()
	return true, effect.Result{Value: append(effect.Struct{{Name: "value", Value: x}}, p.story(elapsed)...)}, err
}

func (p *poll) satisfied(v starlark.Value) (bool, error) {
	switch until := p.until.(type) {
	case nil, starlark.NoneType:
		return bool(v.Truth()), nil
	case starlark.Callable:
		good, err := starlark.Call(p.thread, until, starlark.Tuple{v}, nil)
		return err == nil && bool(good.Truth()), err
	default:
		return starlark.Equal(v, until)
	}
}

// maxPath is how many changes of value a record keeps.
const maxPath = 64

// saw keeps a value if it is not the one seen before.
func (p *poll) saw(x effect.Value) error {
	if n := len(p.path); n > 0 && effect.Equal(p.path[n-1].value, x) {
		return nil
	}
	elapsed, err := p.elapsed()
	if err != nil {
		return err
	}
	if len(p.path) == maxPath {
		p.path = append(p.path[:maxPath/2], p.path[maxPath/2+1:]...)
		p.told--
	}
	p.path = append(p.path, seen{x, elapsed})
	return nil
}

// elapsed is the time since the poll began, in this life of the run or an earlier one.
func (p *poll) elapsed() (time.Duration, error) {
	v, err := interpreter.Do(p.thread, p.builtin, effect.Request{Kind: effect.KindClock, Operation: effect.OpNow}, interpreter.Policy{})
	if err != nil {
		return 0, err
	}
	return v.(time.Time).Sub(p.begun), nil
}

func (p *poll) pause(d time.Duration) error {
	_, err := interpreter.Do(p.thread, p.builtin, effect.Request{
		Kind: effect.KindClock, Operation: effect.OpWait, Args: []effect.Value{int64(d), p.what},
	}, interpreter.Policy{})
	return err
}
