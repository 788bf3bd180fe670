package journaltest

import (
	"errors"
	"io"
	"slices"
)

// A file is an open file of a Disk.
type file struct {
	disk  *Disk
	node  *node
	name  string
	locks bool
}

func (f *file) Write(b []byte) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	first := f.disk.stopped() == nil
	if err := f.disk.do(); err != nil {
		n := 0
		if first && errors.Is(err, ErrStopped) {
			n = f.disk.part % (len(b) + 1)
		}
		f.node.data = append(f.node.data, b[:n]...)
		return n, pathError("write", f.name, err)
	}
	f.node.data = append(f.node.data, b...)
	return len(b), nil
}

func (f *file) ReadAt(b []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.stopped(); err != nil {
		return 0, pathError("read", f.name, err)
	}
	if off > int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.node.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) Size() (int64, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return int64(len(f.node.data)), f.disk.stopped()
}

func (f *file) Truncate(size int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.do(); err != nil {
		return pathError("truncate", f.name, err)
	}
	f.node.data = slices.Clone(f.node.data[:min(size, int64(len(f.node.data)))])
	return nil
}

func (f *file) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.do(); err != nil {
		return pathError("sync", f.name, err)
	}
	f.disk.syncs++
	f.node.durable = slices.Clone(f.node.data)
	return nil
}

func (f *file) Close() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.locks {
		f.node.locked = false
	}
	return nil
}
