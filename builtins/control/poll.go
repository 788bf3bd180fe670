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
	if len(args) > 2 {
		return nil, fmt.Errorf("%s: got %d positional arguments, want at most 2, fn and until", b.Name(), len(args))
	}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"fn", &p.fn, "until?", &p.until, "timeout", &p.timeout, "every?", &p.every,
		"fail_if??", &p.failIf, "tolerate?", &p.tolerate, "what??", &what, "show??", &p.show); err != nil {
		return nil, err
	}
	if p.timeout == 0 {
		return nil, fmt.Errorf("%s: missing argument for timeout, the longest time to wait", b.Name())
	}
	for _, fn := range []starlark.Value{p.fn, p.until, p.failIf, p.show} {
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
	show           starlark.Callable // what people see of a value
	until          starlark.Value
	timeout, every value.Duration
	tolerate       value.Kinds
	what           string

	begun     time.Time
	elapsed   time.Duration // since it began, at the last look
	looks     int
	previous  starlark.Value // what fn saw at the last look; nil at the first
	value     effect.Value   // the same as a value
	display   effect.Value   // the same as people see it
	path      []seen
	lastError *effect.Error
	cause     error // an error that ended the poll, as it was raised
}

// seen is a value a poll saw first at a time after it began.
type seen struct {
	value effect.Value
	at    time.Duration
}

// Pauses between looks double until they reach settled, and stay there as long
// as somebody may be watching. From then on they grow with the time waited, up
// to the poll's every: a fast answer is seen fast, and a slow one costs few looks.
const (
	firstPause = 2 * time.Millisecond
	settled    = 100 * time.Millisecond
	watched    = 3 * time.Second
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
			left := time.Duration(p.timeout) - p.elapsed
			if left <= 0 {
				res = effect.Fail(p.timedOut())
				return nil
			}
			if err := p.pause(min(p.interval(), left)); err != nil {
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

func (p *poll) interval() time.Duration {
	pause := min(p.elapsed, settled)
	if p.elapsed > watched {
		pause = p.elapsed / growth
	}
	return max(min(pause, time.Duration(p.every)), firstPause)
}

// look looks once and reports whether that ended the poll.
func (p *poll) look() (bool, effect.Result, error) {
	p.looks++
	v, err := starlark.Call(p.thread, p.fn, p.arguments(), nil)
	if err == nil {
		if err := p.keep(v); err != nil {
			return false, effect.Result{}, err
		}
		return p.judge(v)
	}
	var e *effect.Error
	if !interpreter.IsOutcome(err) || !errors.As(err, &e) || e.Kind == effect.Cancelled {
		return false, effect.Result{}, err
	}
	if !p.tolerate.Has(e.Kind) {
		p.cause = err
		return true, effect.Fail(e), nil
	}
	p.lastError = e
	return false, effect.Result{}, p.saw("error: "+e.Error(), true)
}

// arguments are what fn is called with: a fn with a parameter gets the value
// it saw at the look before, one with two also the number of this look.
func (p *poll) arguments() starlark.Tuple {
	fn, ok := p.fn.(*starlark.Function)
	if !ok || fn.NumParams() == 0 || fn.ParamDefault(0) != nil {
		return nil
	}
	args := starlark.Tuple{starlark.None, starlark.MakeInt(p.looks)}
	if p.previous != nil {
		args[0] = p.previous
	}
	return args[:min(fn.NumParams(), 2)]
}

// keep remembers what fn saw. To see the very same again costs nothing.
func (p *poll) keep(v starlark.Value) error {
	if p.previous != nil && same(v, p.previous) {
		return nil
	}
	v.Freeze()
	x, err := interpreter.FromStarlark(v)
	if err != nil {
		return fmt.Errorf("%s: the value of %s: %w", p.builtin.Name(), p.fn.Name(), err)
	}
	p.previous, p.value = v, x
	p.display, err = p.shown(v, x)
	return err
}

// same reports whether two values are one and the same, if that is quickly seen.
func same(a, b starlark.Value) bool {
	switch a := a.(type) {
	case starlark.String:
		b, ok := b.(starlark.String)
		return ok && a == b
	case *starlark.Dict:
		b, ok := b.(*starlark.Dict)
		return ok && a == b
	case *starlark.List:
		b, ok := b.(*starlark.List)
		return ok && a == b
	}
	return false
}

// judge holds a value against fail_if and until.
func (p *poll) judge(v starlark.Value) (bool, effect.Result, error) {
	bad, good := starlark.Value(starlark.False), false
	var err error
	if p.failIf != nil {
		if bad, err = starlark.Call(p.thread, p.failIf, starlark.Tuple{v}, nil); err != nil {
			return false, effect.Result{}, err
		}
	}
	if !bad.Truth() {
		if good, err = p.satisfied(v); err != nil {
			return false, effect.Result{}, err
		}
	}
	goesOn := !good && !bool(bad.Truth())
	switch err = p.saw(p.display, goesOn); {
	case err != nil || goesOn:
		return false, effect.Result{}, err
	case good:
		return true, effect.Result{Value: append(effect.Struct{{Name: "value", Value: p.value}}, p.story()...)}, nil
	}
	return true, effect.Fail(p.failed(bad, p.display)), nil
}

// shown is what people see of a value.
func (p *poll) shown(v starlark.Value, x effect.Value) (effect.Value, error) {
	if p.show == nil {
		return x, nil
	}
	text, err := starlark.Call(p.thread, p.show, starlark.Tuple{v}, nil)
	if err != nil {
		return nil, err
	}
	s, ok := starlark.AsString(text)
	if !ok {
		return nil, fmt.Errorf("%s: the value of %s, for show: got %s, want string", p.builtin.Name(), p.show.Name(), text.Type())
	}
	return s, nil
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

// saw keeps what people see of a value if it is not what they saw before, and
// tells them if the poll goes on.
func (p *poll) saw(x effect.Value, goesOn bool) error {
	v, err := interpreter.Do(p.thread, p.builtin, effect.Request{Kind: effect.KindClock, Operation: effect.OpNow}, interpreter.Policy{})
	if err != nil {
		return err
	}
	p.elapsed = v.(time.Time).Sub(p.begun)
	if n := len(p.path); n > 0 && effect.Equal(p.path[n-1].value, x) {
		return nil
	}
	if len(p.path) == maxPath {
		p.path = append(p.path[:maxPath/2], p.path[maxPath/2+1:]...)
	}
	p.path = append(p.path, seen{x, p.elapsed})
	if goesOn {
		p.branch.Look(p.what, plain(x), time.Duration(p.timeout)-p.elapsed, interpreter.Caller(p.thread))
	}
	return nil
}

// plain is a value for a line of text.
func plain(x effect.Value) string {
	if s, ok := x.(string); ok {
		return s
	}
	return effect.Describe(x)
}

func (p *poll) pause(d time.Duration) error {
	_, err := interpreter.Do(p.thread, p.builtin, effect.Request{
		Kind: effect.KindClock, Operation: effect.OpWait, Args: []effect.Value{int64(d), p.what},
	}, interpreter.Policy{})
	return err
}
