//go:build !unix

package host

import (
	"os"
	"syscall"
)

func ownSession() *syscall.SysProcAttr { return nil }

func statusOf(s *os.ProcessState) status { return status{code: s.ExitCode()} }
