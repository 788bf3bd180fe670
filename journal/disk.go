package journal

import (
	"errors"
	"os"
	"slices"
	"time"
)

// Disk is the file system of the operating system.
type Disk struct{}

// Mkdir is part of [FS].
func (Disk) Mkdir(dir string) error { return os.Mkdir(dir, 0o700) }

// Create is part of [FS].
func (Disk) Create(name string) (File, error) {
	return openFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL)
}

// Append is part of [FS].
func (Disk) Append(name string) (File, error) { return openFile(name, os.O_RDWR|os.O_APPEND) }

// Open is part of [FS].
func (Disk) Open(name string) (File, error) { return openFile(name, os.O_RDONLY) }

// probes is how often Lock tries again before it believes that a lock is held:
// whoever lists runs holds each lock for a moment.
const probes = 10

// Lock is part of [FS].
func (Disk) Lock(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		err = lockFile(f)
		if err == nil {
			return diskFile{f}, nil
		}
		if !errors.Is(err, ErrLocked) || try == probes {
			return nil, errors.Join(err, f.Close())
		}
		time.Sleep(time.Millisecond)
	}
}

// List is part of [FS].
func (Disk) List(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	names, err := d.Readdirnames(-1)
	slices.Sort(names)
	return names, errors.Join(err, d.Close())
}

// SyncDir is part of [FS].
func (Disk) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func openFile(name string, flag int) (File, error) {
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return diskFile{f}, nil
}

// A diskFile is an open file of the operating system.
type diskFile struct{ *os.File }

// Size is part of [File].
func (f diskFile) Size() (int64, error) {
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}
