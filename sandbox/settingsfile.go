package sandbox

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

// maxSettingsBytes bounds the settings file.
const maxSettingsBytes = 1 << 20

// settingsFile is the file in which the host hands down the settings. The host puts another one in its place when they
// change, and the guest sees that one when it opens the file the next time.
type settingsFile struct {
	path string

	mu       sync.Mutex  // guards what follows
	info     fs.FileInfo // of the file that contents come from
	contents []byte
}

// read returns what the file holds now, and since when. However often it is read, one copy of it is kept.
func (s *settingsFile) read() ([]byte, time.Time, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.info != nil && os.SameFile(s.info, info) && s.info.ModTime().Equal(info.ModTime()) {
		return s.contents, info.ModTime(), nil
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSettingsBytes+1))
	if err == nil && len(b) > maxSettingsBytes {
		err = fmt.Errorf("the settings have more than %s", mebibytes(maxSettingsBytes))
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	s.info, s.contents = info, b
	return b, info.ModTime(), nil
}
