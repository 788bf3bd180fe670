package interpreter

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Coverage counts what programs execute of their files: every statement, and
// both ways of everything that decides. Any number of engines may share one;
// their runs count at once.
type Coverage struct {
	mu    sync.Mutex
	files map[string]*FileCoverage // by name and source
}

// NewCoverage counts nothing yet.
func NewCoverage() *Coverage { return &Coverage{files: map[string]*FileCoverage{}} }

// FileCoverage is what was executed of one file.
type FileCoverage struct {
	Name   string
	Source []byte

	places []Place
	hits   [][2]atomic.Uint32 // of places, by their index
	names  starlark.StringDict
}

// PlaceKind says what a Place is.
type PlaceKind string

// Kinds of places.
const (
	PlaceStatement   PlaceKind = "statement"
	PlaceIf          PlaceKind = "if" // also elif
	PlaceConditional PlaceKind = "conditional"
	PlaceFilter      PlaceKind = "filter" // the if of a comprehension
	PlaceAnd         PlaceKind = "and"    // its left side decides
	PlaceOr          PlaceKind = "or"     // its left side decides
	PlaceFor         PlaceKind = "for"
)

// A Place is a statement of a file, or a place where it goes one of two ways.
type Place struct {
	Kind         PlaceKind
	Line, Column int
	End          int // last line of a statement; of one with a body, of what is before the body
	// Hits of a statement are how often it began, and 0. Those of a branch: how
	// often its condition was true, and false; a loop had items, and had none.
	Hits [2]uint32
}

// Branch reports whether the place may go two ways.
func (p Place) Branch() bool { return p.Kind != PlaceStatement }

// Ways are what the two ways of a branch are called.
func (p Place) Ways() [2]string {
	switch p.Kind {
	case PlaceStatement:
		return [2]string{"executed"}
	case PlaceFor:
		return [2]string{"with items", "without items"}
	case PlaceAnd, PlaceOr:
		return [2]string{"true on the left", "false on the left"}
	}
	return [2]string{"true", "false"}
}

// Covered is the engine whose programs are counted. name is what a file is
// called in the coverage, "" for one that is not counted. An engine without
// coverage does nothing for it: files are changed as they are compiled.
func (e *Engine) Covered(c *Coverage, name func(file string) string) *Engine {
	covered := *e
	covered.coverage, covered.coverName = c, name
	covered.limits.Steps *= 4 // counting takes steps too
	return &covered
}

// Add has a file counted that nobody may execute.
func (c *Coverage) Add(name string, src []byte) error {
	f, err := Dialect.Parse(name, src, 0)
	if err == nil {
		c.instrument(f, name, src)
	}
	return err
}

// Files are the counts so far, by name.
func (c *Coverage) Files() []*FileCoverage {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.SortedFunc(maps.Values(c.files), func(a, b *FileCoverage) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), slices.Compare(a.Source, b.Source))
	})
}

// Places are those of the file, in their order, with how often each was reached.
func (f *FileCoverage) Places() []Place {
	places := slices.Clone(f.places)
	for i := range places {
		places[i].Hits = [2]uint32{f.hits[i][0].Load(), f.hits[i][1].Load()}
	}
	slices.SortStableFunc(places, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return places
}

// instrument adds counters to a file, which belong to the same place whoever
// loads it.
func (c *Coverage) instrument(f *syntax.File, name string, src []byte) *FileCoverage {
	var in instrumenter
	in.constants(f.Stmts)
	f.Stmts = in.block(f.Stmts)
	c.mu.Lock()
	defer c.mu.Unlock()
	key := name + "\x00" + string(src)
	if c.files[key] == nil {
		file := &FileCoverage{Name: name, Source: src, places: in.places, hits: make([][2]atomic.Uint32, len(in.places))}
		file.names = file.counters()
		c.files[key] = file
	}
	return c.files[key]
}

// counters are what the changed file calls: no script can write their names.
func (f *FileCoverage) counters() starlark.StringDict {
	add := func(place starlark.Value, way bool) {
		n, _ := starlark.AsInt32(place)
		if way {
			f.hits[n][0].Add(1)
		} else {
			f.hits[n][1].Add(1)
		}
	}
	type builtin = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)
	counters := map[string]builtin{
		hitName: func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			add(args[0], true)
			return starlark.None, nil
		},
		wayName: func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			add(args[0], bool(args[1].Truth()))
			return args[1], nil
		},
		itemsName: func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			if n := starlark.Len(args[1]); n >= 0 { // what cannot be iterated fails where it would
				add(args[0], n > 0)
			}
			return args[1], nil
		},
	}
	names := starlark.StringDict{}
	for name, fn := range counters {
		names[name] = starlark.NewBuiltin(name, fn)
	}
	return names
}

// compile makes a program of a file, and the names that it sees.
func (e *Engine) compile(name string, src []byte) (*starlark.Program, starlark.StringDict, error) {
	f, err := Dialect.Parse(name, src, 0)
	if err != nil {
		return nil, nil, err
	}
	names := e.predeclared
	if e.coverage != nil {
		if shown := e.coverName(name); shown != "" {
			names = maps.Clone(names)
			maps.Copy(names, e.coverage.instrument(f, shown, src).names)
		}
	}
	prog, err := starlark.FileProgram(f, names.Has)
	return prog, names, err
}
