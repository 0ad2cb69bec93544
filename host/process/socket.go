package process

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// Socket is a Unix listener of the host's own, for Jail.Sockets: whoever is shown its path may connect, and nobody else can reach it.
type Socket struct {
	*net.UnixListener
	// Path is where the socket lies, for the host and inside the jail alike.
	Path string
}

// NewSocket listens in a private folder that it makes below dir, or below the system's temporary folder where dir's path is too
// long for a socket. Close removes both.
func NewSocket(dir string) (*Socket, error) {
	folder, err := socketFolder(dir)
	if err != nil {
		return nil, err
	}
	s := &Socket{Path: filepath.Join(folder, "s")}
	if s.UnixListener, err = net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: s.Path}); err != nil {
		_ = os.Remove(folder)
		return nil, fmt.Errorf("listen in %s: %w", folder, err)
	}
	// The folder keeps others out; the program may have another user's id than the host.
	if err := os.Chmod(s.Path, 0o666); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open the socket in %s: %w", folder, err)
	}
	return s, nil
}

// Close ends the listener and removes its folder.
func (s *Socket) Close() error {
	err := s.UnixListener.Close()
	_ = os.RemoveAll(filepath.Dir(s.Path))
	return err
}
