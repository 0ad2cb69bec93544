package identity

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"appzone/host/fault"
)

// maxSet bounds a JWK set.
const maxSet = 64 << 10

// File verifies with the JWK set in a file, as it is at the moment: the host puts another one in its place when keys come or go. Safe
// for concurrent use.
type File struct {
	path string

	mu   sync.Mutex  // guards what follows
	info fs.FileInfo // of the file that keys come from
	keys Keys
}

// NewFile verifies with the keys in the file at path, which is read when it is first needed.
func NewFile(path string) *File { return &File{path: path} }

// Verify is [Keys.Verify]. Besides its errors there is identity_keys_unreadable.
func (f *File) Verify(token, plugin string) (Claims, error) {
	keys, err := f.read()
	if err != nil {
		return Claims{}, fault.Wrap(err, fault.Internal, "identity_keys_unreadable", "the keys that identities are signed with cannot be read")
	}
	return keys.Verify(token, plugin)
}

func (f *File) read() (Keys, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if err != nil {
		return Keys{}, err
	}
	if f.info != nil && os.SameFile(f.info, info) && f.info.ModTime().Equal(info.ModTime()) {
		return f.keys, nil
	}
	file, err := os.Open(f.path)
	if err != nil {
		return Keys{}, err
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return Keys{}, err
	}
	set, err := io.ReadAll(io.LimitReader(file, maxSet+1))
	if err == nil && len(set) > maxSet {
		err = fmt.Errorf("they have more than %d bytes", maxSet)
	}
	if err != nil {
		return Keys{}, err
	}
	keys, err := ParseKeys(set)
	if err == nil {
		f.info, f.keys = info, keys
	}
	return keys, err
}
