package process

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// maxSocketPath is what fits into a Unix socket's address on every system.
const maxSocketPath = 103

// backlog is how many connections the kernel keeps until the child accepts them. A
// full one refuses the next dial at once.
const backlog = 511

// Listener is a Unix listener that the host makes for one instance and hands down. The
// host itself never accepts on it.
//
// Where the system allows it no path leads to it: the host dials through a descriptor
// of its own, so that no other process can find it. Elsewhere the path lies in a folder that
// only the host's user may enter.
type Listener struct {
	mu     sync.RWMutex
	file   *os.File // the listening socket, until a child has it
	anchor *os.File // the socket's place in the file system, where no path leads there
	dir    string   // the folder with the path, while there is one
	path   string
	closed bool
}

// NewListener binds a new listener in a private folder that it makes below dir. Where dir's
// path is too long for a socket (above about 80 bytes) it uses the system's temporary folder.
func NewListener(dir string) (*Listener, error) {
	folder, err := socketFolder(dir)
	if err != nil {
		return nil, err
	}
	l := &Listener{dir: folder, path: filepath.Join(folder, "s")}
	if err := l.bind(); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// socketFolder makes a private folder with room for a socket called "s".
func socketFolder(dir string) (string, error) {
	name := "s-" + strings.ToLower(rand.Text()[:13])
	if len(filepath.Join(dir, name, "s")) > maxSocketPath {
		dir = os.TempDir()
	}
	folder := filepath.Join(dir, name)
	if len(filepath.Join(folder, "s")) > maxSocketPath {
		return "", fmt.Errorf("socket folder %s: the path is too long, at most %d bytes fit", dir, maxSocketPath-len(name)-3)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", fmt.Errorf("make the socket's folder: %w", err)
	}
	return folder, nil
}

func (l *Listener) bind() error {
	fd, err := newSocket()
	if err != nil {
		return fmt.Errorf("make a socket: %w", err)
	}
	l.file = os.NewFile(uintptr(fd), "listener")
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: l.path}); err != nil {
		return fmt.Errorf("bind a socket in %s: %w", l.dir, err)
	}
	if err := os.Chmod(l.path, 0o600); err != nil {
		return fmt.Errorf("close the socket to others: %w", err)
	}
	if err := unix.Listen(fd, backlog); err != nil {
		return fmt.Errorf("listen in %s: %w", l.dir, err)
	}
	return l.hide()
}

// Dial connects to whoever has the listener. It waits neither for an accept nor for
// room: a full backlog and a listener that nobody holds any more are errors at once.
// Connections survive Close.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return nil, net.ErrClosed
	}
	d := net.Dialer{Timeout: 5 * time.Second}
	return d.DialContext(ctx, "unix", l.address())
}

// Close removes the way to the listener and the host's hold on it. The child's hold is its own.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	var errs []error
	if l.file != nil {
		errs = append(errs, l.file.Close())
	}
	if l.anchor != nil {
		errs = append(errs, l.anchor.Close())
	}
	if l.dir != "" {
		errs = append(errs, os.RemoveAll(l.dir))
	}
	return errors.Join(errs...)
}

// handOver closes the host's own descriptor once a child has its copy: from then on a
// dial fails as soon as the child is gone.
func (l *Listener) handOver() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil && !l.closed {
		_ = l.file.Close()
		l.file = nil
	}
}
