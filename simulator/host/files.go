package host

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Files is a view of a machine's files: a tree in memory. A Machine's own view
// is root's, relative to /; a Process's is its user's, relative to the
// process's directory. All errors are *fs.PathError with an *[Error] inside.
//
// There is one user beside root. What a machine has from the beginning belongs
// to root, the user's home and what his processes make to him; of the
// permissions only root's and his matter.
type Files struct {
	tree  *tree
	dir   string
	user  bool   // permissions are looked at
	umask uint32 // for what it makes
}

// A tree is the files of one machine. It begins as the template that all
// machines share; what is changed is copied first.
type tree struct {
	fleet *Fleet
	root  *node
	used  int64
	limit int64
	full  bool
}

// A node is a file, a directory, a symbolic link or a device. A node of another
// owner than the tree that it is found in is shared and not changed.
type node struct {
	owner    *tree
	mode     fs.FileMode
	users    bool // belongs to the user, not to root
	data     []byte
	children map[string]*node
	target   string // of a symbolic link; a device's name
	modified time.Time
}

// nodeCost is how many bytes of the disk a file takes besides its contents.
const nodeCost = 256

func newFiles(f *Fleet, limit int64) *Files {
	return &Files{tree: &tree{fleet: f, root: template(), limit: limit}, dir: "/", umask: 0o022}
}

// grow charges for n more bytes, or refuses them.
func (t *tree) grow(n int64) error {
	if n > 0 && (t.full || t.used+n > t.limit) {
		return ErrNoSpace
	}
	t.used = max(0, t.used+n)
	return nil
}

// Abs is the path that name stands for, absolute, links not followed.
func (f *Files) Abs(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(f.dir, name)
}

// ReadFile gives a file's contents, which are the caller's.
func (f *Files) ReadFile(name string) ([]byte, error) {
	n, err := f.readable(name)
	if err != nil {
		return nil, fault("open", name, err)
	}
	return slices.Clone(n.data), nil
}

func (f *Files) readable(name string) (*node, error) {
	at, err := f.walk(name, true, false)
	switch {
	case err != nil:
		return nil, err
	case at.node == nil:
		return nil, ErrNotExist
	case at.node.mode.IsDir():
		return nil, ErrIsDir
	case !f.may(at.node, 4):
		return nil, ErrPermission
	}
	return at.node, nil
}

// WriteFile replaces a file's contents, or makes it with mode 0666 without the umask.
func (f *Files) WriteFile(name string, data []byte) error {
	n, err := f.create(name)
	if err == nil {
		err = f.tree.replace(n, data)
	}
	return fault("open", name, err)
}

// AppendFile adds to a file, or makes it.
func (f *Files) AppendFile(name string, data []byte) error {
	n, err := f.create(name)
	if err == nil {
		err = f.tree.writeAt(n, int64(len(n.data)), data)
	}
	return fault("open", name, err)
}

// create gives a file to write to, and makes it if it is not there.
func (f *Files) create(name string) (*node, error) {
	at, err := f.walk(name, true, true)
	if err != nil {
		return nil, err
	}
	if at.node != nil {
		switch {
		case at.node.mode.IsDir():
			return nil, ErrIsDir
		case !f.may(at.node, 2):
			return nil, ErrPermission
		}
		return at.node, nil
	}
	return f.add(at, &node{mode: 0o666 &^ fs.FileMode(f.umask)})
}

// add puts a new node where walk found none.
func (f *Files) add(at place, n *node) (*node, error) {
	dir := at.parent()
	if !f.may(dir, 2) {
		return nil, ErrPermission
	}
	if f.tree.used+nodeCost > f.tree.limit {
		return nil, ErrNoSpace
	}
	f.tree.used += nodeCost
	n.owner, n.users, n.modified = f.tree, f.user, f.tree.fleet.Date()
	dir.children[at.name] = n
	dir.modified = n.modified
	return n, nil
}

// replace gives an owned file other contents.
func (t *tree) replace(n *node, data []byte) error {
	if n.mode&fileDevice != 0 {
		return t.writeAt(n, 0, data)
	}
	_ = t.grow(-int64(len(n.data)))
	n.data, n.modified = nil, t.fleet.Date()
	return t.writeAt(n, 0, data)
}

// fileDevice is the mode of a device.
const fileDevice = fs.ModeDevice

// truncate empties an owned file.
func (t *tree) truncate(n *node) error { return t.replace(n, nil) }

// writeAt overwrites an owned file from an offset on, with zeros before it if
// the file is shorter.
func (t *tree) writeAt(n *node, offset int64, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if n.mode&fileDevice != 0 {
		_, err := device(n.target).write(nil, data)
		return err
	}
	end := offset + int64(len(data))
	if err := t.grow(end - int64(len(n.data))); end > int64(len(n.data)) && err != nil {
		return err
	}
	if gap := offset - int64(len(n.data)); gap > 0 {
		n.data = append(n.data, make([]byte, gap)...)
	}
	kept := copy(n.data[offset:], data)
	n.data = append(n.data, data[kept:]...)
	n.modified = t.fleet.Date()
	return nil
}

// Remove removes a file, a link or an empty directory.
func (f *Files) Remove(name string) error { return fault("remove", name, f.remove(name, false)) }

// RemoveAll removes a file or a directory with all that is in it. It is no
// error if there is none.
func (f *Files) RemoveAll(name string) error {
	err := f.remove(name, true)
	if err == ErrNotExist {
		return nil
	}
	return fault("remove", name, err)
}

func (f *Files) remove(name string, all bool) error {
	at, err := f.walk(strings.TrimRight(name, "/"), false, true)
	switch {
	case err != nil:
		return err
	case at.node == nil:
		return ErrNotExist
	case at.isRoot():
		return ErrBusy
	case !f.may(at.parent(), 2):
		return ErrPermission
	case !all && len(at.node.children) > 0:
		return ErrNotEmpty
	}
	f.tree.release(at.node)
	delete(at.parent().children, at.name)
	at.parent().modified = f.tree.fleet.Date()
	return nil
}

// release gives back what a node and all below it took.
func (t *tree) release(n *node) {
	if n.owner == t {
		_ = t.grow(-nodeCost - int64(len(n.data)))
	}
	for _, child := range n.children {
		t.release(child)
	}
}

// Rename moves a file or directory, in place of a file or an empty directory
// that is there.
func (f *Files) Rename(from, to string) error {
	err := f.rename(strings.TrimRight(from, "/"), strings.TrimRight(to, "/"))
	return fault("rename", from, err)
}

func (f *Files) rename(from, to string) error {
	src, err := f.walk(from, false, true)
	if err != nil {
		return err
	}
	if src.node == nil {
		return ErrNotExist
	}
	dst, err := f.walk(to, false, true)
	switch {
	case err != nil:
		return err
	case src.isRoot() || dst.isRoot():
		return ErrBusy
	case slices.Contains(dst.stack, src.node):
		return ErrInvalid
	case !f.may(src.parent(), 2) || !f.may(dst.parent(), 2):
		return ErrPermission
	case dst.node == src.node:
		return nil
	}
	if old := dst.node; old != nil {
		switch {
		case old.mode.IsDir() && !src.node.mode.IsDir():
			return ErrIsDir
		case !old.mode.IsDir() && src.node.mode.IsDir():
			return ErrNotDir
		case len(old.children) > 0:
			return ErrNotEmpty
		}
		f.tree.release(old)
	}
	delete(src.parent().children, src.name)
	dst.parent().children[dst.name] = src.node
	now := f.tree.fleet.Date()
	src.parent().modified, dst.parent().modified = now, now
	return nil
}

// fault makes an error of an operation on a path; nil stays nil.
func fault(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}
