package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// A Tree is the parsed Go files of one module.
type Tree struct {
	Module   string   // its path
	Requires []string // paths of the modules that its go.mod requires, directly or not
	Files    []*File  // in the order of their paths
	Set      *token.FileSet
}

// A File is one Go file.
type File struct {
	Path    string // relative to the module's root, with slashes
	Dir     string // its folder, "." for the root
	Test    bool   // compiled for tests only
	Imports []Import
	Syntax  *ast.File
}

// An Import is one import declaration.
type Import struct {
	Path string // "runbook/effect"
	Name string // by which the file uses it; "." and "_" as written
	Pos  token.Pos
}

// Load parses every Go file below the root of a module, but what the go
// command leaves out as well: testdata, vendor, names that begin with a dot or
// an underscore, modules within.
func Load(root fs.FS) (*Tree, error) {
	mod, err := fs.ReadFile(root, "go.mod")
	if err != nil {
		return nil, err
	}
	t := &Tree{Set: token.NewFileSet()}
	t.Module, t.Requires = parseMod(string(mod))
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipDir(root, name):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go" || strings.ContainsAny(d.Name()[:1], "._"):
			return nil
		}
		f, err := t.parse(root, name)
		if err != nil {
			return err
		}
		t.Files = append(t.Files, f)
		return nil
	})
	return t, err
}

func skipDir(root fs.FS, name string) bool {
	if name == "." {
		return false
	}
	base := path.Base(name)
	if base == "testdata" || base == "vendor" || strings.ContainsAny(base[:1], "._") {
		return true
	}
	_, err := fs.Stat(root, path.Join(name, "go.mod"))
	return err == nil
}

func (t *Tree) parse(root fs.FS, name string) (*File, error) {
	src, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	syntax, err := parser.ParseFile(t.Set, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := &File{Path: name, Dir: path.Dir(name), Test: strings.HasSuffix(name, "_test.go"), Syntax: syntax}
	for _, spec := range syntax.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		i := Import{Path: p, Name: importName(p), Pos: spec.Pos()}
		if spec.Name != nil {
			i.Name = spec.Name.Name
		}
		f.Imports = append(f.Imports, i)
	}
	return f, nil
}

// importName guesses the name of a package from its path: its last element
// that is not a major version.
func importName(p string) string {
	base := path.Base(p)
	if n, err := strconv.Atoi(strings.TrimPrefix(base, "v")); err == nil && n > 1 {
		base = path.Base(path.Dir(p))
	}
	return base
}

// parseMod reads the module's path and its requirements from a go.mod.
func parseMod(src string) (module string, requires []string) {
	block := ""
	for line := range strings.Lines(src) {
		line, _, _ = strings.Cut(line, "//")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == ")":
			block = ""
		case len(words) == 2 && words[1] == "(":
			block = words[0]
		case words[0] == "module":
			module = words[1]
		case block == "require":
			requires = append(requires, words[0])
		case words[0] == "require":
			requires = append(requires, words[1])
		}
	}
	return module, requires
}

// within gives the folder of an import in this module.
func (t *Tree) within(importPath string) (dir string, ok bool) {
	if importPath == t.Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, t.Module+"/")
}

func (t *Tree) at(p token.Pos) token.Position { return t.Set.Position(p) }

// satellite reports whether a folder holds a package that helps tests, as
// net/http/httptest does.
func satellite(dir string) bool { return strings.HasSuffix(path.Base(dir), "test") }

// forTests reports whether the file is never part of the command.
func (f *File) forTests() bool { return f.Test || satellite(f.Dir) }
