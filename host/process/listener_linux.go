package process

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

func newSocket() (int, error) {
	return unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
}

// hide keeps the socket's place by a descriptor and removes its path and folder.
func (l *Listener) hide() error {
	fd, err := unix.Open(l.path, unix.O_PATH|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("open the socket's place: %w", err)
	}
	l.anchor = os.NewFile(uintptr(fd), "anchor")
	if err := os.RemoveAll(l.dir); err != nil {
		return fmt.Errorf("remove the socket's path: %w", err)
	}
	l.dir, l.path = "", "/proc/self/fd/"+strconv.Itoa(fd)
	return nil
}

func (l *Listener) address() string { return l.path }
