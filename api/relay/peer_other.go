//go:build !linux

package relay

import (
	"net"
	"syscall"
)

// left tells whether the other side has closed its sending side or the whole connection.
// Data that nobody has read hides it here.
func left(c net.Conn) bool {
	n, err := peek(c)
	return n == 0 && err == nil || err == syscall.ECONNRESET
}

// readable tells whether there is anything to read, an end included.
func readable(c net.Conn) bool {
	_, err := peek(c)
	return err != syscall.EAGAIN
}

func peek(c net.Conn) (n int, err error) {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = t.NetConn()
	}
	s, ok := c.(syscall.Conn)
	if !ok {
		return 0, syscall.EAGAIN
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return 0, syscall.EAGAIN
	}
	err = syscall.EAGAIN
	_ = raw.Control(func(fd uintptr) {
		var b [1]byte
		// The runtime's descriptors do not block.
		n, _, err = syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
	})
	return n, err
}
