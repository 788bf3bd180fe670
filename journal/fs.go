package journal

import (
	"errors"
	"io"
)

// FS is what a journal needs of a file system. Names are paths. Directories
// are made 0700 and files 0600. Errors are those of io/fs where it has one.
type FS interface {
	// Mkdir makes a directory; the error is fs.ErrExist if the name is taken.
	Mkdir(dir string) error
	// Create makes a file for appending; the error is fs.ErrExist if the name is taken.
	Create(name string) (File, error)
	// Append opens a file for appending and reading.
	Append(name string) (File, error)
	// Open opens a file for reading.
	Open(name string) (File, error)
	// Lock is Append with an exclusive lock that is held until the file is
	// closed or the process dies; it makes the file if there is none. The error
	// is ErrLocked if another holds the lock.
	Lock(name string) (File, error)
	// List gives the names in a directory, sorted.
	List(dir string) ([]string, error)
	// SyncDir makes durable which names are in a directory.
	SyncDir(dir string) error
}

// A File is an open file of an [FS]. Writes go to its end. Reads and writes may
// come from several goroutines.
type File interface {
	io.Writer
	io.ReaderAt
	io.Closer
	// Size is the file's length in bytes.
	Size() (int64, error)
	// Truncate cuts the file to size bytes.
	Truncate(size int64) error
	// Sync returns when everything written is durable.
	Sync() error
}

// ErrLocked is the error of a lock that another process holds.
var ErrLocked = errors.New("locked by another process")
