package tree

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"syscall"
	"time"

	"appzone/host/fault"
)

// Folder is an administrator's access to the files that a plugin writes, while it may be
// writing them. Links are not listed, and one that leads out of the folder is never followed.
// Safe for concurrent use.
type Folder struct {
	root *os.Root
	path string
}

// FileInfo is one file of a folder.
type FileInfo struct {
	// Path is relative to the folder, with slashes.
	Path string `json:"path"`
	// Size in bytes.
	Size int64 `json:"size"`
	// ModTime is when the content was last written.
	ModTime time.Time `json:"modTime"`
}

// OpenFolder opens the folder at root, which must exist. The caller closes it.
func OpenFolder(root string) (*Folder, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	return &Folder{root: r, path: root}, nil
}

// Close ends the access; files that Read gave out stay open.
func (f *Folder) Close() error { return f.root.Close() }

// errLimit ends a listing that is long enough.
var errLimit = errors.New("limit reached")

// List returns the regular files, sorted by path. It stops looking after limit of them, and below folders that nest too deeply.
func (f *Folder) List(limit int) ([]FileInfo, error) {
	files := []FileInfo{}
	visit := func(at found) error {
		if !at.info.Mode().IsRegular() || !fs.ValidPath(at.path) {
			return nil
		}
		if len(files) >= limit {
			return errLimit
		}
		files = append(files, FileInfo{Path: at.path, Size: at.info.Size(), ModTime: at.info.ModTime()})
		return nil
	}
	err := walker{visit: visit, shallow: true}.walk(context.Background(), f.root, "", 0)
	if err != nil && !errors.Is(err, errLimit) {
		return nil, fmt.Errorf("list %s: %w", f.path, err)
	}
	slices.SortFunc(files, func(a, b FileInfo) int { return cmp.Compare(a.Path, b.Path) })
	return files, nil
}

// Read opens a regular file and tells its size in bytes. The caller closes it. A *fault.Error says what is
// wrong with the path: path_invalid or file_not_found.
func (f *Folder) Read(name string) (io.ReadSeekCloser, int64, error) {
	if err := checkName(name); err != nil {
		return nil, 0, err
	}
	// Without blocking: opening a FIFO would otherwise wait for a writer.
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, explain(name, err)
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		file.Close()
		return nil, 0, notFound(name, err)
	}
	return file, info.Size(), nil
}

// Remove removes a file or link. A *fault.Error says what is wrong with the path: path_invalid or file_not_found.
func (f *Folder) Remove(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	info, err := f.root.Lstat(name)
	if err != nil {
		return explain(name, err)
	}
	if info.IsDir() {
		return fault.New(fault.Invalid, "path_invalid", "%q is a folder: name a file", name)
	}
	if err := f.root.Remove(name); err != nil {
		return explain(name, err)
	}
	return nil
}
