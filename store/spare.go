package store

import (
	"os"
	"path/filepath"
)

// spareName is a file that holds room on the disk for what cannot be refused: the log of keys that is written into a table when
// the database closes or opens. Without it, closing on a full disk would end the process with a signal.
const spareName = "spare"

// takeSpare takes half of the reserve in advance. That the disk does not give it is no error.
func (s *space) takeSpare() {
	f, err := os.OpenFile(filepath.Join(s.dir, spareName), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	_ = reserveBlocks(f, s.reserve/2)
	_ = f.Close()
}

// giveSpare gives it back, for what is about to be written.
func (s *space) giveSpare() { _ = os.Remove(filepath.Join(s.dir, spareName)) }
