//go:build !linux

package process

import (
	"syscall"

	"golang.org/x/sys/unix"
)

func newSocket() (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	return fd, err
}

// hide keeps the path: this system cannot dial without one.
func (l *Listener) hide() error { return nil }

func (l *Listener) address() string { return l.path }
