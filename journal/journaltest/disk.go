// Package journaltest has a file system in memory that crashes when it is told
// to, for tests of journals and of what keeps them.
//
// A [Disk] counts its operations that change something. It can stop dead at one
// of them, as a machine does, or fail one and go on, as a full disk does. What
// a crash leaves behind is a clone: [Disk.Kill] has everything written,
// as after the death of a process, [Disk.PowerCut] only what was synced and a
// random part of the rest.
package journaltest

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"

	"runbook/journal"
)

// ErrStopped is the error of every operation from the one on that a disk was
// told to stop at.
var ErrStopped = errors.New("the disk stopped")

// ErrFailed is the error of the operation that a disk was told to fail.
var ErrFailed = errors.New("the disk failed")

// A Disk is a file system in memory. Its methods may be called from many goroutines.
type Disk struct {
	mu    sync.Mutex
	root  *node
	ops   int
	syncs int
	stop  int // operation to stop at, counted from 1; 0 for none
	part  int // how much of a write that is stopped is done
	fail  int // operation to fail; 0 for none
}

// A node is a directory or a file.
type node struct {
	names   map[string]*node // of a directory
	synced  map[string]*node // those that are durable
	data    []byte           // of a file
	durable []byte           // as it was last synced
	locked  bool
}

func newDir() *node { return &node{names: map[string]*node{}, synced: map[string]*node{}} }

// NewDisk makes an empty disk.
func NewDisk() *Disk { return &Disk{root: newDir()} }

// StopAt makes the disk stop dead at its n-th operation, counted from 1 and
// from the disk's beginning: it and all later ones do nothing and return
// [ErrStopped]. If it is a write, part of it is done: the first part modulo
// (its length + 1) bytes.
func (d *Disk) StopAt(n, part int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stop, d.part = n, part
}

// FailAt makes the n-th operation do nothing and return [ErrFailed].
func (d *Disk) FailAt(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = n
}

// Ops is how many operations that change something there were: making,
// writing, truncating and syncing files and directories.
func (d *Disk) Ops() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ops
}

// Syncs is how many of them synced a file.
func (d *Disk) Syncs() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.syncs
}

// Kill clones the disk as it is when all processes have died: everything
// written is there, synced or not, and nothing is locked.
func (d *Disk) Kill() *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return &Disk{root: clone(d.root, map[*node]*node{})}
}

// clone copies a node and those below it.
func clone(n *node, copied map[*node]*node) *node {
	if c := copied[n]; c != nil {
		return c
	}
	c := &node{data: slices.Clone(n.data), durable: slices.Clone(n.durable)}
	copied[n] = c
	if n.names != nil {
		c.names, c.synced = map[string]*node{}, map[string]*node{}
		for name, below := range n.names {
			c.names[name] = clone(below, copied)
		}
		for name, below := range n.synced {
			c.synced[name] = clone(below, copied)
		}
	}
	return c
}

// PowerCut clones the disk as it is after a power cut. What was synced is
// there. Of names that were not synced some are; files keep a beginning of what
// was written since their sync, and sometimes zeros behind it. The seed decides.
func (d *Disk) PowerCut(seed uint64) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	return &Disk{root: survivor(d.root, rand.New(rand.NewPCG(seed, 0)))}
}

// survivor is what is left of a node and those below it.
func survivor(n *node, rng *rand.Rand) *node {
	if n.names == nil {
		left := cut(n, rng)
		return &node{data: slices.Clone(left), durable: slices.Clone(left)}
	}
	c := newDir()
	for _, name := range slices.Sorted(maps.Keys(n.names)) {
		if n.synced[name] != nil || rng.IntN(2) == 0 {
			c.names[name] = survivor(n.names[name], rng)
			c.synced[name] = c.names[name]
		}
	}
	return c
}

// cut is what may be left of a file's content: what it had in common with
// what was synced is there.
func cut(n *node, rng *rand.Rand) []byte {
	kept := 0
	for kept < min(len(n.data), len(n.durable)) && n.data[kept] == n.durable[kept] {
		kept++
	}
	if kept < len(n.durable) && rng.IntN(2) == 0 {
		return n.durable // what replaced it never arrived
	}
	size := kept + rng.IntN(len(n.data)-kept+1)
	left := slices.Clone(n.data[:size])
	if rng.IntN(4) == 0 {
		left = append(left, make([]byte, rng.IntN(len(n.data)-size+1))...)
	}
	return left
}

// Content is what a file holds; nil if there is none.
func (d *Disk) Content(name string) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.find(name)
	if n == nil {
		return nil
	}
	return slices.Clone(n.data)
}

// SetContent replaces what a file holds, durably; it makes no file.
func (d *Disk) SetContent(name string, data []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.find(name)
	n.data, n.durable = slices.Clone(data), slices.Clone(data)
}

// Remove takes a file or directory away, durably.
func (d *Disk) Remove(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, base := d.split(name)
	delete(dir.names, base)
	delete(dir.synced, base)
}

// do counts an operation and tells whether it may happen. d.mu is held.
func (d *Disk) do() error {
	d.ops++
	switch {
	case d.stop > 0 && d.ops >= d.stop:
		return ErrStopped
	case d.ops == d.fail:
		return ErrFailed
	}
	return nil
}

// stopped refuses what changes nothing once the disk has stopped.
func (d *Disk) stopped() error {
	if d.stop > 0 && d.ops >= d.stop {
		return ErrStopped
	}
	return nil
}

func (d *Disk) find(name string) *node {
	n := d.root
	for _, part := range parts(name) {
		if n = n.names[part]; n == nil {
			return nil
		}
	}
	return n
}

// split is the directory that name is in, nil if there is none, and the last name.
func (d *Disk) split(name string) (dir *node, base string) {
	dir = d.find(filepath.Dir(name))
	if dir != nil && dir.names == nil {
		dir = nil
	}
	return dir, filepath.Base(name)
}

func parts(name string) []string {
	var list []string
	for name = filepath.Clean(name); name != "." && name != string(filepath.Separator); name = filepath.Dir(name) {
		list = append(list, filepath.Base(name))
	}
	slices.Reverse(list)
	return list
}

func pathError(op, name string, err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }

// Mkdir is part of [journal.FS].
func (d *Disk) Mkdir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := d.make("mkdir", name, newDir())
	return err
}

// make puts a new node under a name.
func (d *Disk) make(op, name string, n *node) (*node, error) {
	dir, base := d.split(name)
	switch {
	case len(parts(name)) == 0, dir != nil && dir.names[base] != nil:
		return nil, pathError(op, name, fs.ErrExist)
	case dir == nil:
		return nil, pathError(op, name, fs.ErrNotExist)
	}
	if err := d.do(); err != nil {
		return nil, pathError(op, name, err)
	}
	dir.names[base] = n
	return n, nil
}

// Create is part of [journal.FS].
func (d *Disk) Create(name string) (journal.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.make("create", name, &node{})
	if err != nil {
		return nil, err
	}
	return &file{disk: d, node: n, name: name}, nil
}

// Append is part of [journal.FS].
func (d *Disk) Append(name string) (journal.File, error) { return d.Open(name) }

// Open is part of [journal.FS].
func (d *Disk) Open(name string) (journal.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.stopped(); err != nil {
		return nil, pathError("open", name, err)
	}
	n := d.find(name)
	if n == nil || n.names != nil {
		return nil, pathError("open", name, fs.ErrNotExist)
	}
	return &file{disk: d, node: n, name: name}, nil
}

// Lock is part of [journal.FS].
func (d *Disk) Lock(name string) (journal.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.find(name)
	if n == nil {
		var err error
		if n, err = d.make("lock", name, &node{}); err != nil {
			return nil, err
		}
	}
	if err := d.stopped(); err != nil {
		return nil, pathError("lock", name, err)
	}
	if n.locked {
		return nil, pathError("lock", name, journal.ErrLocked)
	}
	n.locked = true
	return &file{disk: d, node: n, name: name, locks: true}, nil
}

// List is part of [journal.FS].
func (d *Disk) List(name string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.stopped(); err != nil {
		return nil, pathError("list", name, err)
	}
	n := d.find(name)
	if n == nil || n.names == nil {
		return nil, pathError("list", name, fs.ErrNotExist)
	}
	return slices.Sorted(maps.Keys(n.names)), nil
}

// SyncDir is part of [journal.FS].
func (d *Disk) SyncDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.find(name)
	if n == nil || n.names == nil {
		return pathError("sync", name, fs.ErrNotExist)
	}
	if err := d.do(); err != nil {
		return pathError("sync", name, err)
	}
	n.synced = maps.Clone(n.names)
	return nil
}
