package host

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Info is what Stat tells of a file. It is an fs.FileInfo and an fs.DirEntry.
type Info struct {
	name   string
	node   *node
	size   int64
	target string
}

func infoOf(name string, n *node) *Info {
	i := &Info{name: path.Base(name), node: &node{mode: n.mode, users: n.users, modified: n.modified}, size: int64(len(n.data))}
	switch {
	case n.mode&fs.ModeSymlink != 0:
		i.target, i.size = n.target, int64(len(n.target))
	case n.mode.IsDir():
		i.size = 4096
	}
	return i
}

// Name is the last name of the path.
func (i *Info) Name() string { return i.name }

// Size is in bytes; 4096 for a directory.
func (i *Info) Size() int64 { return i.size }

// Mode is type and permissions.
func (i *Info) Mode() fs.FileMode { return i.node.mode }

// ModTime is when the contents were changed last.
func (i *Info) ModTime() time.Time { return i.node.modified }

// IsDir reports whether it is a directory.
func (i *Info) IsDir() bool { return i.node.mode.IsDir() }

// Sys is nil.
func (i *Info) Sys() any { return nil }

// Type is the type's bits of Mode.
func (i *Info) Type() fs.FileMode { return i.node.mode.Type() }

// Info is fs.DirEntry's.
func (i *Info) Info() (fs.FileInfo, error) { return i, nil }

// Users reports whether the file belongs to the machine's user, not to root.
func (i *Info) Users() bool { return i.node.users }

// Target is where a symbolic link leads.
func (i *Info) Target() string { return i.target }

// Stat tells of a file, Lstat of a link itself.
func (f *Files) Stat(name string) (*Info, error) { return f.stat(name, true) }

// Lstat is Stat, but of a symbolic link itself.
func (f *Files) Lstat(name string) (*Info, error) { return f.stat(name, false) }

func (f *Files) stat(name string, follow bool) (*Info, error) {
	at, err := f.walk(name, follow, false)
	if err == nil && at.node == nil {
		err = ErrNotExist
	}
	if err != nil {
		return nil, fault("stat", name, err)
	}
	return infoOf(name, at.node), nil
}

// Exists reports whether there is something of that name, links followed.
func (f *Files) Exists(name string) bool {
	_, err := f.Stat(name)
	return err == nil
}

// Access reports whether the view's user may read ('r'), write ('w') or
// execute ('x') the file, or search the directory.
func (f *Files) Access(name string, what byte) bool {
	at, err := f.walk(name, true, false)
	if err != nil || at.node == nil {
		return false
	}
	return f.may(at.node, map[byte]fs.FileMode{'r': 4, 'w': 2, 'x': 1}[what])
}

// ReadDir gives what is in a directory, by name; links are not followed.
func (f *Files) ReadDir(name string) ([]*Info, error) {
	at, err := f.walk(name, true, false)
	switch {
	case err != nil:
	case at.node == nil:
		err = ErrNotExist
	case !at.node.mode.IsDir():
		err = ErrNotDir
	case !f.may(at.node, 4):
		err = ErrPermission
	}
	if err != nil {
		return nil, fault("open", name, err)
	}
	infos := make([]*Info, 0, len(at.node.children))
	for _, child := range sortedKeys(at.node.children) {
		infos = append(infos, infoOf(child, at.node.children[child]))
	}
	return infos, nil
}

// Mkdir makes a directory, with the permissions that the umask leaves.
func (f *Files) Mkdir(name string, perm fs.FileMode) error {
	at, err := f.walk(trimSlashes(name), false, true)
	if err == nil && at.node != nil {
		err = ErrExist
	}
	if err == nil && f.tree.full {
		err = ErrNoSpace
	}
	if err == nil {
		_, err = f.add(at, &node{mode: fs.ModeDir | perm.Perm()&^fs.FileMode(f.umask), children: map[string]*node{}})
	}
	return fault("mkdir", name, err)
}

func trimSlashes(name string) string {
	if trimmed := strings.TrimRight(name, "/"); trimmed != "" || name == "" {
		return trimmed
	}
	return "/"
}

// MkdirAll makes a directory and those above it that are not there.
func (f *Files) MkdirAll(name string, perm fs.FileMode) error {
	if info, err := f.Stat(name); err == nil {
		if info.IsDir() {
			return nil
		}
		return fault("mkdir", name, ErrExist)
	}
	if above := path.Dir(trimSlashes(name)); above != "." && above != "/" {
		if err := f.MkdirAll(above, perm); err != nil {
			return err
		}
	}
	return f.Mkdir(name, perm)
}

// Chmod sets a file's permissions.
func (f *Files) Chmod(name string, perm fs.FileMode) error {
	n, err := f.mine(name)
	if err == nil {
		n.mode = n.mode.Type() | perm.Perm()
	}
	return fault("chmod", name, err)
}

// Chown gives a file to root or to the user. Only root may.
func (f *Files) Chown(name string, root bool) error {
	n, err := f.mine(name)
	if err == nil && f.user && n.users == root {
		err = ErrNotPermitted
	}
	if err == nil {
		n.users = !root
	}
	return fault("chown", name, err)
}

// Chtimes sets when a file was changed last.
func (f *Files) Chtimes(name string, modified time.Time) error {
	n, err := f.mine(name)
	if err == nil {
		n.modified = modified
	}
	return fault("chtimes", name, err)
}

// mine is a file that the view's user may change the properties of.
func (f *Files) mine(name string) (*node, error) {
	at, err := f.walk(name, true, true)
	switch {
	case err != nil:
		return nil, err
	case at.node == nil:
		return nil, ErrNotExist
	case f.user && !at.node.users:
		return nil, ErrNotPermitted
	}
	return at.node, nil
}

// Symlink makes a symbolic link at name.
func (f *Files) Symlink(target, name string) error {
	at, err := f.walk(name, false, true)
	if err == nil && at.node != nil {
		err = ErrExist
	}
	if err == nil {
		_, err = f.add(at, &node{mode: fs.ModeSymlink | 0o777, target: target})
	}
	return fault("symlink", name, err)
}

// Readlink gives where a symbolic link leads.
func (f *Files) Readlink(name string) (string, error) {
	info, err := f.Lstat(name)
	if err == nil && info.Type() != fs.ModeSymlink {
		err = fault("readlink", name, ErrInvalid)
	}
	if err != nil {
		return "", err
	}
	return info.target, nil
}

// Real is the path of what name leads to, without symbolic links.
func (f *Files) Real(name string) (string, error) {
	at, err := f.walk(name, true, false)
	if err == nil && at.node == nil {
		err = ErrNotExist
	}
	if err != nil {
		return "", fault("realpath", name, err)
	}
	stack := at.stack
	if len(stack) == 0 || stack[len(stack)-1] != at.node {
		stack = append(slices.Clone(stack), at.node)
	}
	real := ""
	for i := 1; i < len(stack); i++ {
		for child, n := range stack[i-1].children {
			if n == stack[i] {
				real += "/" + child
			}
		}
	}
	return max(real, "/"), nil
}
