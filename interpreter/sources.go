package interpreter

import (
	"fmt"
	"path"
	"strings"
)

// Sources finds and reads the files that programs are made of. Names are
// slash-separated: a path below a folder that the names have in common, with
// the root "@runbook//" for a shipped file.
type Sources interface {
	Read(name string) ([]byte, error)
}

// SourcesFunc makes Sources of a function.
type SourcesFunc func(name string) ([]byte, error)

// Read calls f.
func (f SourcesFunc) Read(name string) ([]byte, error) { return f(name) }

// Bundle is sources held in memory: the exact files of an earlier life of a run.
type Bundle map[string][]byte

// Read returns the named file of the bundle.
func (b Bundle) Read(name string) ([]byte, error) {
	if src, ok := b[name]; ok {
		return src, nil
	}
	return nil, fmt.Errorf("%s: not among the recorded sources", name)
}

// Shipped is the prefix of the names of shipped files.
const Shipped = "@runbook//"

// Resolve turns the operand of a load statement in the file from into a name.
// A relative path may not leave the folder that the sources begin at.
func Resolve(from, operand string) (string, error) {
	switch {
	case operand == "":
		return "", fmt.Errorf("load: got an empty path, want a file")
	case strings.HasPrefix(operand, Shipped):
		return Shipped + path.Clean("/" + operand[len(Shipped):])[1:], nil
	case strings.HasPrefix(operand, "@"):
		return "", fmt.Errorf("load: got %q, want %q and a shipped file, or a path relative to this file", operand, Shipped)
	case strings.HasPrefix(operand, "/"), strings.Contains(operand, "\\"):
		return "", fmt.Errorf("load: got %q, want a path relative to this file, with forward slashes", operand)
	}
	root, file := Split(from)
	name := path.Join(path.Dir(file), operand)
	if name == ".." || strings.HasPrefix(name, "../") {
		return "", fmt.Errorf("load: %q leaves the folder of %s", operand, from)
	}
	return root + name, nil
}

// Split cuts a name into its root, such as "@runbook//" or "", and the path below it.
func Split(name string) (root, file string) {
	if i := strings.Index(name, "//"); i > 0 && name[0] == '@' {
		return name[:i+2], name[i+2:]
	}
	return "", name
}
