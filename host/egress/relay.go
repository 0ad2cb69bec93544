package egress

import (
	"io"
	"net"
	"sync"
)

// relay carries bytes both ways until both directions have ended, or one has failed, and returns how many. The kernel moves them
// where it can (splice), since both ends are sockets.
func relay(near, far net.Conn) (out, back int64) {
	var both sync.WaitGroup
	both.Go(func() { back = carry(near, far) })
	out = carry(far, near)
	both.Wait()
	return out, back
}

// carry copies one direction to its end and passes the end on. A failure ends both.
func carry(to, from net.Conn) int64 {
	n, err := io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); err == nil && ok {
		err = half.CloseWrite()
	}
	if err != nil {
		_ = to.Close()
		_ = from.Close()
	}
	return n
}
