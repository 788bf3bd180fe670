//go:build unix

package xmlrpc

import "syscall"

// alive reports whether an unused connection is still open at the other end,
// as far as this one can know. Nothing may come on it while it is unused, so
// whatever comes means that it is over.
func (c *conn) alive() bool {
	s, ok := c.socket.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	open := false
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		n, err := syscall.Read(int(fd), b[:])
		open = n < 0 && (err == syscall.EAGAIN || err == syscall.EWOULDBLOCK || err == syscall.EINTR)
		return true // do not wait
	})
	return err == nil && open
}
