package host

import "syscall"

// mountSmall mounts a file system that is soon full.
func mountSmall(dir string) error { return syscall.Mount("none", dir, "tmpfs", 0, "size=64k") }
