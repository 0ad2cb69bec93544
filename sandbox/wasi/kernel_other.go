//go:build !linux

package wasi

import (
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// sendFlags is empty: the Go runtime already keeps SIGPIPE on sockets from ending the process.
const sendFlags = 0

// poll waits for one of fds; a negative timeout is for ever. It rounds up to milliseconds,
// so that a clock has run out when it returns.
func poll(fds []unix.PollFd, timeout time.Duration) (int, error) {
	ms := -1
	if timeout >= 0 {
		ms = int(min((timeout+time.Millisecond-1)/time.Millisecond, math.MaxInt32))
	}
	return unix.Poll(fds, ms)
}

func accept(fd int) (int, error) {
	conn, _, err := unix.Accept(fd)
	if err != nil {
		return -1, err
	}
	unix.CloseOnExec(conn)
	if err := unix.SetNonblock(conn, true); err != nil {
		_ = unix.Close(conn)
		return -1, err
	}
	return conn, nil
}

func newPipe(p *[2]int) error {
	if err := unix.Pipe(p[:]); err != nil {
		return err
	}
	for _, fd := range p {
		unix.CloseOnExec(fd)
		if err := unix.SetNonblock(fd, true); err != nil {
			return err
		}
	}
	return nil
}

// newSocket makes a Unix socket that never blocks.
func newSocket() (int, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return -1, err
	}
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}
