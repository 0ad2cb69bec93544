package wasi

import (
	"time"

	"golang.org/x/sys/unix"
)

// sendFlags keep a closed connection an error and not a signal.
const sendFlags = unix.MSG_NOSIGNAL

// poll waits for one of fds; a negative timeout is for ever.
func poll(fds []unix.PollFd, timeout time.Duration) (int, error) {
	if timeout < 0 {
		return unix.Ppoll(fds, nil, nil)
	}
	ts := unix.NsecToTimespec(int64(timeout))
	return unix.Ppoll(fds, &ts, nil)
}

func accept(fd int) (int, error) {
	conn, _, err := unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	return conn, err
}

func newPipe(p *[2]int) error {
	return unix.Pipe2(p[:], unix.O_NONBLOCK|unix.O_CLOEXEC)
}

// newSocket makes a Unix socket that never blocks.
func newSocket() (int, error) {
	return unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
}
