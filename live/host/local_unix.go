//go:build unix

package host

import (
	"os"
	"syscall"
)

// ownSession keeps a terminal's signals, which are for us, from a command.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func statusOf(s *os.ProcessState) status {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		n := int(w.Signal())
		return status{code: 128 + n, signal: signalName(n)}
	}
	return status{code: s.ExitCode()}
}
