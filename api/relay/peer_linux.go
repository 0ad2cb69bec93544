package relay

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// left tells whether the other side has closed its sending side or the whole connection,
// also when there is data before that which nobody has read.
func left(c net.Conn) bool {
	return poll(c, unix.POLLRDHUP)&(unix.POLLRDHUP|unix.POLLHUP|unix.POLLERR) != 0
}

// readable tells whether there is anything to read, an end included.
func readable(c net.Conn) bool { return poll(c, unix.POLLIN|unix.POLLRDHUP) != 0 }

func poll(c net.Conn, events int16) (got int16) {
	raw, ok := rawConn(c)
	if !ok {
		return 0
	}
	err := raw.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: events}}
		if n, err := unix.Poll(fds, 0); err == nil && n > 0 {
			got = fds[0].Revents
		}
	})
	if err != nil {
		return unix.POLLHUP // closed on this side
	}
	return got
}

func rawConn(c net.Conn) (syscall.RawConn, bool) {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = t.NetConn()
	}
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil, false
	}
	raw, err := s.SyscallConn()
	return raw, err == nil
}
