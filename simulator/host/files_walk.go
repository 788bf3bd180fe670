package host

import (
	"io/fs"
	"maps"
	"path"
	"strings"
)

const (
	maxPath  = 4096 // bytes of a path, as on Linux
	maxName  = 255  // bytes of each of its names
	maxLinks = 40   // links followed in one path
)

// A place is where a path leads.
type place struct {
	stack []*node // the directories on the way, from the root to the one that it is in
	name  string  // in that; "" for a directory named by "/", "." or ".."
	node  *node   // nil if there is none
}

func (at place) parent() *node { return at.stack[len(at.stack)-1] }
func (at place) isRoot() bool  { return at.name == "" }

// A walker goes along a path.
type walker struct {
	files *Files
	stack []*node
	names []string // that are left
	links int
	write bool
}

// walk goes along a path. That the last name is not there is no error. follow
// says whether the last name, if a link, is followed; write, whether what is
// found will be changed: then everything on the way is made this tree's own.
func (f *Files) walk(name string, follow, write bool) (place, error) {
	if name == "" {
		return place{}, ErrNotExist
	}
	full := name
	if !path.IsAbs(name) {
		full = f.dir + "/" + name
	}
	if len(full) > maxPath {
		return place{}, ErrNameTooLong
	}
	w := &walker{files: f, names: splitPath(full), write: write}
	w.stack = append(w.stack, w.own(nil, "", f.tree.root))
	for len(w.names) > 0 {
		at, done, err := w.next(follow)
		if done || err != nil {
			return at, err
		}
	}
	last := len(w.stack) - 1
	return place{stack: w.stack[:max(1, last)], node: w.stack[last]}, nil
}

// splitPath gives the names of a path. One that ends in a slash means a
// directory: its last name is a dot.
func splitPath(name string) []string {
	var names []string
	for part := range strings.SplitSeq(name, "/") {
		if part != "" {
			names = append(names, part)
		}
	}
	if strings.HasSuffix(name, "/") && len(names) > 0 {
		names = append(names, ".")
	}
	return names
}

// next goes one name further; done if that is where the path leads.
func (w *walker) next(follow bool) (at place, done bool, err error) {
	dir := w.stack[len(w.stack)-1]
	name := w.names[0]
	w.names = w.names[1:]
	switch {
	case !dir.mode.IsDir():
		return at, false, ErrNotDir
	case !w.files.may(dir, 1):
		return at, false, ErrPermission
	case len(name) > maxName:
		return at, false, ErrNameTooLong
	case name == ".":
		return at, false, nil
	case name == "..":
		w.stack = w.stack[:max(1, len(w.stack)-1)]
		return at, false, nil
	}
	last := len(w.names) == 0
	child := dir.children[name]
	switch {
	case child == nil && last:
		return place{stack: w.stack, name: name}, true, nil
	case child == nil:
		return at, false, ErrNotExist
	case child.mode&fs.ModeSymlink != 0 && (follow || !last):
		return at, false, w.link(child.target)
	}
	child = w.own(dir, name, child)
	if last {
		return place{stack: w.stack, name: name, node: child}, true, nil
	}
	w.stack = append(w.stack, child)
	return at, false, nil
}

// link goes on with what a symbolic link says.
func (w *walker) link(target string) error {
	if w.links++; w.links > maxLinks {
		return ErrLoop
	}
	if path.IsAbs(target) {
		w.stack = w.stack[:1]
	}
	w.names = append(splitPath(target), w.names...)
	return nil
}

// own makes a shared node the tree's own, if it will be changed.
func (w *walker) own(dir *node, name string, n *node) *node {
	t := w.files.tree
	if !w.write || n.owner == t {
		return n
	}
	copied := *n
	copied.owner = t
	copied.children = maps.Clone(n.children)
	copied.data = append([]byte(nil), n.data...)
	if dir == nil {
		t.root = &copied
	} else {
		dir.children[name] = &copied
	}
	return &copied
}

// may reports whether the view's user has a permission (4 read, 2 write, 1
// execute or search).
func (f *Files) may(n *node, bit fs.FileMode) bool {
	switch {
	case !f.user:
		return bit != 1 || n.mode.IsDir() || n.mode&0o111 != 0
	case n.users:
		return n.mode>>6&bit == bit
	}
	return n.mode&bit == bit
}
