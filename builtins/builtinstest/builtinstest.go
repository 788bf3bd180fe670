// Package builtinstest runs tests of builtins that are written in Starlark.
//
// A file is made of chunks, see interpretertest.Chunk; each is a file of its
// own, whose main, if it has one, is run in an interpretertest.World. Beside the builtins
// it sees a few names for arranging the world and looking at it:
//
//	answer(request, *answers)        what a request is answered, one answer after the other
//	problem(kind, message, code=, doubt=, transient=, hint=, details=)    an answer that is an error
//	lost(message)                    the answer that got lost on its way
//	slow(duration, answer)           an answer that takes its time
//	eq(got, want)                    fails unless the two are equal
//	matches(pattern, text)           fails unless the regular expression matches
//	recorded()                       what a journal would have recorded: "identity request"
//	requests()                       what was performed, each with target, operation, args, class, recovery, timeout, peer
//	looks(request)                   how often it was performed, inside polls too
//	elapsed()                        how much time has passed in the world
//	said(kind)                       texts of the notes of that kind
package builtinstest

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.starlark.net/starlark"

	"runbook/builtins"
	"runbook/builtins/value"
	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// RunFiles runs the chunks of all files that match a pattern, and fails if
// none does.
func RunFiles(t *testing.T, pattern string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || files == nil {
		t.Fatalf("%s: got no files, want some (%v)", pattern, err)
	}
	for _, file := range files {
		for _, chunk := range interpretertest.Chunks(t, file) {
			t.Run(fmt.Sprintf("%s:%d", filepath.Base(file), chunk.Line), func(t *testing.T) {
				t.Parallel()
				run(t, chunk)
			})
		}
	}
}

func run(t *testing.T, chunk *interpretertest.Chunk) {
	t.Helper()
	world := interpretertest.NewWorld()
	env := builtins.Predeclared()
	for name, fn := range helpers(world) {
		env[name] = starlark.NewBuiltin(name, fn)
	}
	sources := interpreter.Bundle{chunk.Name: []byte(chunk.Source)}
	program, err := interpreter.NewEngine(env, sources, interpreter.Limits{}).Load(chunk.Name)
	if _, ok := program.Globals["main"]; ok && err == nil {
		_, err = world.Run(t.Context(), program, interpretertest.Options{})
	}
	chunk.Check(t, interpretertest.Errors(err, program.Files()))
}

type function = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

func helpers(w *interpretertest.World) map[string]function {
	look := func(see func(arg string) starlark.Value) function {
		return func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var arg string
			if err := starlark.UnpackArgs(b.Name(), args, kwargs, "of?", &arg); err != nil {
				return nil, err
			}
			return see(arg), nil
		}
	}
	return map[string]function{
		"answer":  answerer(w),
		"problem": problem,
		"lost":    lost,
		"slow":    slow,
		"eq":      eq,
		"matches": matches,
		"recorded": look(func(string) starlark.Value {
			return texts(w.Recorded())
		}),
		"requests": look(func(string) starlark.Value {
			return requests(w.Requests())
		}),
		"looks": look(func(request string) starlark.Value {
			n := 0
			for _, r := range w.Requests() {
				if r.Operation == request {
					n++
				}
			}
			return starlark.MakeInt(n)
		}),
		"elapsed": look(func(string) starlark.Value {
			return starlark.String(effect.FormatDuration(w.Elapsed()))
		}),
		"said": look(func(kind string) starlark.Value {
			var lines []string
			for _, n := range w.Notes() {
				if string(n.Kind) == kind {
					lines = append(lines, n.Text)
				}
			}
			return texts(lines)
		}),
	}
}

func texts(lines []string) *starlark.List {
	elems := make([]starlark.Value, len(lines))
	for i, s := range lines {
		elems[i] = starlark.String(s)
	}
	return starlark.NewList(elems)
}

// An answer is an interpretertest.Answer in the hands of a script.
type answer struct {
	starlark.NoneType
	interpretertest.Answer
}

func (answer) Type() string { return "answer" }

func toAnswer(v starlark.Value) (interpretertest.Answer, error) {
	if a, ok := v.(answer); ok {
		return a.Answer, nil
	}
	x, err := interpreter.FromStarlark(v)
	return interpretertest.Value(x), err
}

func answerer(w *interpretertest.World) function {
	return func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		var list []interpretertest.Answer
		for _, v := range args[1:] {
			a, err := toAnswer(v)
			if err != nil {
				return nil, err
			}
			list = append(list, a)
		}
		request, _ := starlark.AsString(args[0])
		w.Answer(request, list...)
		return starlark.None, nil
	}
}

func problem(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var kind, message, hint string
	var code, details starlark.Value
	var doubt, transient bool
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"kind", &kind, "message", &message, "code?", &code, "doubt?", &doubt, "transient?", &transient, "hint?", &hint, "details?", &details); err != nil {
		return nil, err
	}
	e := &effect.Error{Kind: effect.Kind(kind), Message: message, Doubt: doubt, Transient: transient, Hint: hint}
	if code != nil {
		n, err := starlark.AsInt32(code)
		if err != nil {
			return nil, err
		}
		n64 := int64(n)
		e.Code = &n64
	}
	if details != nil {
		v, err := interpreter.FromStarlark(details)
		if err != nil {
			return nil, err
		}
		e.Details, _ = v.(effect.Struct)
	}
	return answer{Answer: interpretertest.Answer{Err: e}}, nil
}

func lost(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var message string
	err := starlark.UnpackArgs(b.Name(), args, kwargs, "message", &message)
	return answer{Answer: interpretertest.Lost(message)}, err
}

func slow(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var d value.Duration
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "duration", &d, "answer", &v); err != nil {
		return nil, err
	}
	a, err := toAnswer(v)
	a.Took = d.Duration()
	return answer{Answer: a}, err
}

func eq(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var got, want starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "got", &got, "want", &want); err != nil {
		return nil, err
	}
	if same, err := starlark.Equal(got, want); err != nil || !same {
		return nil, fmt.Errorf("got %s, want %s", got, want)
	}
	return starlark.None, nil
}

func matches(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pattern, text string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "pattern", &pattern, "text", &text); err != nil {
		return nil, err
	}
	rx, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	if !rx.MatchString(strings.TrimSpace(text)) {
		return nil, fmt.Errorf("got %q, want a match of %q", text, pattern)
	}
	return starlark.None, nil
}
