package guest

import (
	"context"
	"net"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// hostDial begins a connection and writes its descriptor to fd.
//
//go:wasmimport appzone_v1 dial
//go:noescape
func hostDial(text unsafe.Pointer, length uint32, fd unsafe.Pointer) uint32

// hostDialStatus is 0 for a connection, EAGAIN while that is undecided, else why there is none.
//
//go:wasmimport appzone_v1 dial_status
func hostDialStatus(fd int32) uint32

// conn is a connection that knows whom it was dialled to; the descriptor cannot tell.
type conn struct {
	*net.TCPConn
	peer address
}

func (c conn) RemoteAddr() net.Addr { return c.peer }

func dial(ctx context.Context, to address) (net.Conn, error) {
	var fd int32
	if e := hostDial(unsafe.Pointer(unsafe.StringData(to.hostport)), uint32(len(to.hostport)), unsafe.Pointer(&fd)); e != 0 {
		return nil, syscall.Errno(e)
	}
	c, err := adopt(fd, to)
	if err != nil {
		return nil, err
	}
	if err := established(ctx, c, fd); err != nil {
		_ = c.Close()
		return nil, err
	}
	return conn{c, to}, nil
}

// adopt makes the descriptor one that goroutines can wait for.
func adopt(fd int32, to address) (*net.TCPConn, error) {
	if err := syscall.SetNonblock(int(fd), true); err != nil {
		_ = syscall.Close(int(fd))
		return nil, err
	}
	f := os.NewFile(uintptr(fd), to.hostport)
	c, err := net.FileConn(f)
	if e := f.Close(); err == nil && e != nil { // the connection holds the descriptor now
		err = e
	}
	if err != nil {
		return nil, err
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		_ = c.Close()
		return nil, syscall.ENOTSOCK
	}
	return tcp, nil
}

// established waits until the host has decided. A connection that is undecided is not writable, so
// the goroutine sleeps and others run.
func established(ctx context.Context, c *net.TCPConn, fd int32) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	past := time.Unix(1, 0)
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(past) })
	status := syscall.EAGAIN
	err = raw.Write(func(uintptr) bool {
		status = syscall.Errno(hostDialStatus(fd))
		return status != syscall.EAGAIN
	})
	switch {
	case !stop(): // the deadline may be set any moment now: the connection is of no use
		return ctx.Err()
	case err != nil:
		return err
	case status != 0:
		return status
	}
	return nil
}
