package interpreter

import (
	"context"
	"errors"
	"fmt"
	"sort"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/effect"
)

// A Program is a loaded and frozen file with all it loads. It may be run any
// number of times, also at once.
type Program struct {
	Name    string
	Doc     string // the file's docstring
	Globals starlark.StringDict

	engine *Engine
	files  map[string][]byte
	main   *starlark.Function
}

// Load reads and executes the named file and all it loads. Top-level code can
// compute but has no effects. Errors are syntax errors, resolve errors (all of
// them) or evaluation errors; [Explain] renders each.
func (e *Engine) Load(name string) (*Program, error) {
	l := &loader{engine: e, files: map[string][]byte{}, modules: map[string]*module{}}
	globals, err := l.load(name)
	p := &Program{Name: name, Globals: globals, engine: e, files: l.files}
	if err != nil {
		return p, err
	}
	if f, err := Dialect.Parse(name, l.files[name], 0); err == nil {
		p.Doc = docstring(f)
	}
	p.main, _ = globals["main"].(*starlark.Function)
	return p, nil
}

// Files are the sources the program was made of, by name.
func (p *Program) Files() map[string][]byte { return p.files }

// FileNames are the names of Files, sorted.
func (p *Program) FileNames() []string {
	names := make([]string, 0, len(p.files))
	for n := range p.files {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Declares reports whether the file sets the named global to a true value: how
// a runbook says of itself that it is READ_ONLY.
func (p *Program) Declares(name string) bool {
	v, ok := p.Globals[name]
	return ok && bool(v.Truth())
}

// Text returns the named global if it is a string.
func (p *Program) Text(name string) string {
	s, _ := starlark.AsString(p.Globals[name])
	return s
}

// Run executes main with bound arguments and returns its value, or None if it
// cannot be told outside. The error is that of the script, unchanged: see [Explain].
func (p *Program) Run(ctx context.Context, r *Run, args *Arguments) (effect.Value, error) {
	v, err := p.Call(ctx, r, p.main, nil, args.kwargs)
	if err != nil {
		return nil, err
	}
	x, _ := FromStarlark(v)
	return x, nil
}

// Call executes any function of the program as the main branch of a run.
func (p *Program) Call(ctx context.Context, r *Run, fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if p.Declares("READ_ONLY") {
		r.ReadOnly = true
	}
	if r.budget == nil {
		r.budget = newBudget(p.engine.limits)
	}
	b := &Branch{run: r, ctx: ctx, root: ctx}
	w := b.worker("main")
	defer w.release()
	v, err := starlark.Call(w.thread, fn, args, kwargs)
	return v, b.finish(err)
}

func docstring(f *syntax.File) string {
	if len(f.Stmts) == 0 {
		return ""
	}
	if e, ok := f.Stmts[0].(*syntax.ExprStmt); ok {
		if lit, ok := e.X.(*syntax.Literal); ok {
			s, _ := lit.Value.(string)
			return s
		}
	}
	return ""
}

// A loader executes the files of one program, each once.
type loader struct {
	engine  *Engine
	files   map[string][]byte
	modules map[string]*module
}

// A module is a file that was, or is being, executed.
type module struct {
	globals starlark.StringDict
	err     error
	done    bool
}

func (l *loader) load(name string) (starlark.StringDict, error) {
	if m := l.modules[name]; m != nil {
		if !m.done {
			return nil, fmt.Errorf("load: %s loads itself", name)
		}
		return m.globals, m.err
	}
	m := &module{}
	l.modules[name] = m
	m.globals, m.err = l.execute(name)
	m.done = true
	return m.globals, m.err
}

func (l *loader) execute(name string) (starlark.StringDict, error) {
	src, err := l.engine.sources.Read(name)
	if err != nil {
		return nil, err
	}
	l.files[name] = src
	prog, names, err := l.engine.compile(name, src)
	if err != nil {
		return nil, err
	}
	b := &Branch{run: &Run{budget: newBudget(l.engine.limits)}, loading: true}
	w := b.worker("load " + name)
	defer w.release()
	w.thread.Load = func(_ *starlark.Thread, operand string) (starlark.StringDict, error) {
		full, err := Resolve(name, operand)
		if err != nil {
			return nil, err
		}
		return l.load(full)
	}
	globals, err := prog.Init(w.thread, names)
	globals.Freeze()
	return globals, err
}

// ErrNoMain is the error of a file that is executed but has no main function.
var ErrNoMain = errors.New("no function main, so this file is not a runbook")

// Main returns the runbook's main function.
func (p *Program) Main() (*starlark.Function, error) {
	if p.main == nil {
		return nil, fmt.Errorf("%s: %w", p.Name, ErrNoMain)
	}
	return p.main, nil
}
