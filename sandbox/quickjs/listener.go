package quickjs

import (
	"errors"
	"net"
	"sync"
	"time"
)

// acceptPause is how long accepting rests when the process has no descriptor left.
const acceptPause = 20 * time.Millisecond

// listener takes no more connections than are served at once: others wait in the kernel, as many as the listener that
// the host made has room for.
type listener struct {
	net.Listener
	room   chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newListener(l net.Listener, most int) *listener {
	return &listener{Listener: l, room: make(chan struct{}, most), closed: make(chan struct{})}
}

// Accept waits for room and for a connection.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case l.room <- struct{}{}:
	case <-l.closed:
		return nil, errClosed
	}
	for {
		c, err := l.Listener.Accept()
		if err == nil {
			return &connection{Conn: c, owner: l}, nil
		}
		select {
		case <-l.closed:
			return nil, errClosed
		default:
		}
		if errors.Is(err, net.ErrClosed) {
			return nil, errClosed
		}
		time.Sleep(acceptPause)
	}
}

// Close stops accepting.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// connection gives its room back when it is closed.
type connection struct {
	net.Conn
	owner *listener
	once  sync.Once
}

// Close closes the connection.
func (c *connection) Close() error {
	c.once.Do(func() { <-c.owner.room })
	return c.Conn.Close()
}
