package static

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// createNameless makes a file that is in no folder and can be put into none.
func createNameless(dir string) (*os.File, error) {
	return os.OpenFile(dir, unix.O_TMPFILE|unix.O_EXCL|os.O_RDWR, 0o600)
}

// freeBytes is the room on the file's disk for who is not root.
func freeBytes(file *os.File) (int64, error) {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(int(file.Fd()), &fs); err != nil {
		return 0, err
	}
	return int64(fs.Bavail) * int64(fs.Bsize), nil
}

// sendMost is how much one call sends: a call holds its thread.
const sendMost = 1 << 20

// transfer sends a part of a file.
type transfer struct {
	conn    *net.TCPConn
	file    int
	at, end int64
	// moved is where the deadline was extended last.
	moved int64
	err   error
}

// sendFile sends what w holds for conn, and then the file from at to end. It fails once the
// client takes nothing for pieceTime.
func sendFile(conn *net.TCPConn, w *bufio.Writer, file int, at, end int64) (int64, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	// A corked socket sends no partial packet, so that the header does not travel alone.
	var corked error
	if err := raw.Control(func(fd uintptr) { corked = cork(fd, 1) }); err != nil || corked != nil {
		return 0, errors.Join(err, corked)
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	t := &transfer{conn: conn, file: file, at: at, end: end, moved: -1}
	err = raw.Write(t.step)
	if err == nil {
		err = t.err
	}
	return t.at - at, err
}

// step sends as much as the socket takes, and tells whether that was all. Else it is called
// again when the socket takes more.
func (t *transfer) step(fd uintptr) (done bool) {
	for t.at < t.end {
		n, err := unix.Sendfile(int(fd), t.file, &t.at, int(min(t.end-t.at, sendMost)))
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			t.err = t.extend()
			return t.err != nil
		case err != nil:
			t.err = os.NewSyscallError("sendfile", err)
			return true
		case n == 0:
			t.err = io.ErrUnexpectedEOF
			return true
		}
	}
	t.err = cork(fd, 0)
	return true
}

// extend gives the client time again if it has taken something.
func (t *transfer) extend() error {
	if t.moved == t.at {
		return nil
	}
	t.moved = t.at
	return t.conn.SetWriteDeadline(time.Now().Add(pieceTime))
}

func cork(fd uintptr, on int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_CORK, on))
}
