package main

import (
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"runbook/journal"
)

// A memoryDisk is a file system in memory for the journals of rehearsed runs
// that are killed. When it has died, nothing can be done with it by whoever
// used it before; what was written is there for the next.
type memoryDisk struct {
	names map[string]*memoryNode
	life  int // how often it was revived
	dead  bool
}

// A memoryNode is a directory or a file.
type memoryNode struct {
	dir  bool
	data []byte
}

var _ journal.FS = (*memoryDisk)(nil)

func newMemoryDisk() *memoryDisk {
	return &memoryDisk{names: map[string]*memoryNode{"/": {dir: true}}}
}

func (d *memoryDisk) die() { d.dead = true }

func (d *memoryDisk) revive() {
	d.dead = false
	d.life++
}

// put adds a name.
func (d *memoryDisk) put(op, name string, n *memoryNode) error {
	name = filepath.ToSlash(filepath.Clean(name))
	above := d.names[path.Dir(name)]
	switch {
	case d.dead:
		return errKilled
	case d.names[name] != nil:
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrExist}
	case above == nil || !above.dir:
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	d.names[name] = n
	return nil
}

// Mkdir is part of [journal.FS].
func (d *memoryDisk) Mkdir(name string) error { return d.put("mkdir", name, &memoryNode{dir: true}) }

// Create is part of [journal.FS].
func (d *memoryDisk) Create(name string) (journal.File, error) {
	if err := d.put("create", name, &memoryNode{}); err != nil {
		return nil, err
	}
	return d.Open(name)
}

// Append is part of [journal.FS].
func (d *memoryDisk) Append(name string) (journal.File, error) { return d.Open(name) }

// Open is part of [journal.FS].
func (d *memoryDisk) Open(name string) (journal.File, error) {
	name = filepath.ToSlash(filepath.Clean(name))
	n := d.names[name]
	switch {
	case d.dead:
		return nil, errKilled
	case n == nil || n.dir:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memoryFile{disk: d, node: n, life: d.life}, nil
}

// Lock is part of [journal.FS]. Nobody else is there who could hold a lock.
func (d *memoryDisk) Lock(name string) (journal.File, error) {
	if d.names[filepath.ToSlash(filepath.Clean(name))] == nil {
		return d.Create(name)
	}
	return d.Open(name)
}

// List is part of [journal.FS].
func (d *memoryDisk) List(dir string) ([]string, error) {
	dir = filepath.ToSlash(filepath.Clean(dir))
	if n := d.names[dir]; d.dead || n == nil || !n.dir {
		return nil, &fs.PathError{Op: "list", Path: dir, Err: fs.ErrNotExist}
	}
	var names []string
	for name := range d.names {
		if name != dir && path.Dir(name) == dir {
			names = append(names, strings.TrimPrefix(name, path.Dir(name)+"/"))
		}
	}
	slices.Sort(names)
	return names, nil
}

// SyncDir is part of [journal.FS].
func (d *memoryDisk) SyncDir(string) error { return d.alive(d.life) }

// alive is an error for who used the disk in an earlier life, or in this one
// when it is dead.
func (d *memoryDisk) alive(life int) error {
	if d.dead || life != d.life {
		return errKilled
	}
	return nil
}

// A memoryFile is an open file of a memoryDisk.
type memoryFile struct {
	disk *memoryDisk
	node *memoryNode
	life int
}

func (f *memoryFile) Write(b []byte) (int, error) {
	if err := f.disk.alive(f.life); err != nil {
		return 0, err
	}
	f.node.data = append(f.node.data, b...)
	return len(b), nil
}

func (f *memoryFile) ReadAt(b []byte, off int64) (int, error) {
	if off > int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.node.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memoryFile) Size() (int64, error) { return int64(len(f.node.data)), nil }

func (f *memoryFile) Truncate(size int64) error {
	if err := f.disk.alive(f.life); err != nil {
		return err
	}
	f.node.data = slices.Clone(f.node.data[:min(size, int64(len(f.node.data)))])
	return nil
}

func (f *memoryFile) Sync() error { return f.disk.alive(f.life) }

func (f *memoryFile) Close() error { return nil }
