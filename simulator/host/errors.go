package host

import "io/fs"

// An Error is what a POSIX system call says, in the words of strerror. Those of
// Files come inside an *fs.PathError.
type Error struct {
	text string
	is   error // the io/fs error it stands for; nil if none
}

func (e *Error) Error() string { return e.text }

// Is makes errors.Is(err, fs.ErrNotExist) and the like true.
func (e *Error) Is(target error) bool { return e.is != nil && e.is == target }

// The errors of system calls.
var (
	ErrNotExist      = &Error{"No such file or directory", fs.ErrNotExist}
	ErrExist         = &Error{"File exists", fs.ErrExist}
	ErrNotDir        = &Error{"Not a directory", nil}
	ErrIsDir         = &Error{"Is a directory", nil}
	ErrNotEmpty      = &Error{"Directory not empty", nil}
	ErrPermission    = &Error{"Permission denied", fs.ErrPermission}
	ErrNotPermitted  = &Error{"Operation not permitted", fs.ErrPermission}
	ErrNoSpace       = &Error{"No space left on device", nil}
	ErrLoop          = &Error{"Too many levels of symbolic links", nil}
	ErrNameTooLong   = &Error{"File name too long", nil}
	ErrInvalid       = &Error{"Invalid argument", fs.ErrInvalid}
	ErrBadDescriptor = &Error{"Bad file descriptor", nil}
	ErrBrokenPipe    = &Error{"Broken pipe", nil}
	ErrBusy          = &Error{"Device or resource busy", nil}
)

// Text is an error as tools print it: without operation and path.
func Text(err error) string {
	if pathErr, ok := err.(*fs.PathError); ok {
		err = pathErr.Err
	}
	return err.Error()
}
