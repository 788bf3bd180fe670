package builtins

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/interpreter"
)

// A Role is what a file is checked as.
type Role uint8

const (
	Library  Role = iota // any file
	Runbook              // has a main that can be called with parameters
	SiteFile             // assigns systems
)

// Check finds everything that is wrong with a file and the files it loads,
// without running it: syntax, names, loads, calls of builtins, top-level code
// that fails, and what its role asks for. Nothing is left out because something
// else was found before, unless it follows from that. The result is in the order
// of the loads, by position in each file; nil if all is well.
//
// The engine is one with the names that the file is to see: those of
// Predeclared, or more.
func Check(engine *interpreter.Engine, name string, role Role) []*interpreter.Explanation {
	c := &checker{engine: engine, files: map[string]*checkedFile{}, texts: map[string][]byte{}}
	f := c.file(name)
	c.execute()
	if f.sound {
		c.role(f, role)
	}
	var all []*interpreter.Explanation
	for _, f := range c.order {
		slices.SortStableFunc(f.errs, byPosition)
		for _, err := range f.errs {
			all = append(all, interpreter.Explain(err, c.texts))
		}
	}
	return all
}

func byPosition(a, b error) int {
	p, q := interpreter.PlaceOf(a), interpreter.PlaceOf(b)
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col))
}

// parse gives a file's syntax tree, resolved, and everything that is wrong with
// it by itself. The tree is nil if there is none.
func parse(name string, src []byte, env starlark.StringDict) (*syntax.File, []error) {
	f, err := interpreter.Dialect.Parse(name, src, 0)
	if err != nil {
		return nil, []error{placed(err)}
	}
	var errs []error
	if list, ok := resolve.File(f, env.Has, starlark.Universe.Has).(resolve.ErrorList); ok {
		for _, e := range list {
			errs = append(errs, &interpreter.PlacedError{Pos: e.Pos, Msg: e.Msg})
		}
	}
	return f, append(errs, checkCalls(f, env)...)
}

// placed is a syntax error as the others are.
func placed(err error) error {
	if e, ok := err.(syntax.Error); ok {
		return &interpreter.PlacedError{Pos: e.Pos, Msg: e.Msg}
	}
	return err
}

// A checker goes through a file and all it loads.
type checker struct {
	engine *interpreter.Engine
	files  map[string]*checkedFile
	order  []*checkedFile
	texts  map[string][]byte
}

// A checkedFile is one of them.
type checkedFile struct {
	name    string
	syntax  *syntax.File // nil if it has none
	globals []string
	errs    []error
	sound   bool // it and all it loads can be executed
	done    bool
	program *interpreter.Program // nil unless executed
}

func (c *checker) file(name string) *checkedFile {
	if f := c.files[name]; f != nil {
		return f
	}
	f := &checkedFile{name: name}
	c.files[name] = f
	c.order = append(c.order, f)
	defer func() { f.done = true }()
	src, err := c.engine.Sources().Read(name)
	if err != nil {
		f.errs = []error{err}
		return f
	}
	c.texts[name] = src
	f.syntax, f.errs = parse(name, src, c.engine.Predeclared())
	if f.syntax == nil {
		return f
	}
	f.sound = !slices.ContainsFunc(f.errs, func(err error) bool {
		_, call := err.(*callError)
		return !call
	})
	f.globals = globalsOf(f.syntax)
	for _, stmt := range f.syntax.Stmts {
		if load, ok := stmt.(*syntax.LoadStmt); ok && !c.load(f, load) {
			f.sound = false
		}
	}
	return f
}

// load checks a load statement and the file it names, and reports whether both
// are sound.
func (c *checker) load(f *checkedFile, load *syntax.LoadStmt) bool {
	operand, _ := load.Module.Value.(string)
	fail := func(pos syntax.Position, msg string) bool {
		f.errs = append(f.errs, &interpreter.PlacedError{Pos: pos, Msg: msg})
		return false
	}
	name, err := interpreter.Resolve(f.name, operand)
	if err != nil {
		return fail(load.Module.TokenPos, err.Error())
	}
	if _, err := c.engine.Sources().Read(name); err != nil {
		return fail(load.Module.TokenPos, fmt.Sprintf("cannot load %s: %v", operand, err))
	}
	g := c.file(name)
	if !g.done {
		return fail(load.Module.TokenPos, fmt.Sprintf("cannot load %s: %s loads itself", operand, name))
	}
	ok := g.sound
	for _, id := range load.From {
		if g.syntax != nil && !slices.Contains(g.globals, id.Name) {
			ok = fail(id.NamePos, fmt.Sprintf("load: name %s not found in %s%s", id.Name, operand, didYouMean(g.globals, id.Name)))
		}
	}
	return ok
}

// globalsOf are the names that a file gives to those that load it.
func globalsOf(f *syntax.File) []string {
	var names []string
	if m, ok := f.Module.(*resolve.Module); ok {
		for _, b := range m.Globals {
			names = append(names, b.First.Name)
		}
	}
	return names
}

// execute runs the top-level code of every sound file, each by itself, so that
// one that fails does not hide another.
func (c *checker) execute() {
	for _, f := range c.order {
		if !f.sound {
			continue
		}
		program, err := c.engine.Load(f.name)
		if err == nil {
			f.program = program
			continue
		}
		at := interpreter.PlaceOf(err)
		home := c.files[at.Filename()]
		if home == nil {
			home = f
		}
		if !slices.ContainsFunc(home.errs, func(e error) bool { return met(e, at) }) {
			home.errs = append(home.errs, err)
		}
	}
}

// met reports whether an error, found without running the file, is the one that
// running it met at a place.
func met(err error, at syntax.Position) bool {
	var call *callError
	return interpreter.PlaceOf(err).String() == at.String() || errors.As(err, &call) && call.call.String() == at.String()
}

// role checks what a file must have besides.
func (c *checker) role(f *checkedFile, role Role) {
	switch {
	case role == SiteFile && f.program != nil:
		if _, err := siteOf(f.program); err != nil {
			f.errs = append(f.errs, err)
		}
	case role == Runbook && !slices.Contains(f.globals, "main"):
		f.errs = append(f.errs, fmt.Errorf("%s: %w", f.name, interpreter.ErrNoMain))
	case f.program != nil && slices.Contains(f.globals, "main"):
		_, err := f.program.Params()
		if err != nil && !slices.ContainsFunc(f.errs, func(e error) bool { return met(e, interpreter.PlaceOf(err)) }) {
			f.errs = append(f.errs, err)
		}
	}
}

// didYouMean suggests the name that was probably meant.
func didYouMean(names []string, typed string) string {
	if s := interpreter.Nearest(slices.Sorted(slices.Values(names)), typed); s != "" {
		return fmt.Sprintf(" (did you mean %s?)", s)
	}
	return ""
}
