package tree

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
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

// List returns the regular files, sorted by path. It stops looking after limit of them.
func (f *Folder) List(limit int) ([]FileInfo, error) {
	files := []FileInfo{}
	err := walkDir(context.Background(), f.root, "", 0, func(at found) error {
		if !at.info.Mode().IsRegular() || !fs.ValidPath(at.path) {
			return nil
		}
		if len(files) >= limit {
			return errLimit
		}
		files = append(files, FileInfo{Path: at.path, Size: at.info.Size(), ModTime: at.info.ModTime()})
		return nil
	})
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

// Write replaces the file with what r holds, at most max bytes, all or nothing; folders on the way are made. The
// file gets the mode of the one that it replaces, else 0644, and belongs to the folder's owner. A
// *fault.Error says what is wrong with the input: path_invalid, or file_too_large.
func (f *Folder) Write(name string, r io.Reader, max int64) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := f.makeParents(path.Dir(name)); err != nil {
		return explain(name, err)
	}
	mode := fs.FileMode(0o644)
	if info, err := f.root.Lstat(name); err == nil {
		if info.IsDir() {
			return fault.New(fault.Invalid, "path_invalid", "%q is a folder: name a file", name)
		}
		if info.Mode().IsRegular() {
			mode = info.Mode().Perm()
		}
	}
	temp := path.Join(path.Dir(name), ".write-"+rand.Text())
	err := f.writeTemp(temp, name, mode, r, max)
	if err == nil {
		err = f.root.Rename(temp, name)
	}
	if err != nil {
		return explain(name, errors.Join(err, ignoreMissing(f.root.Remove(temp))))
	}
	return syncOne(f.root, path.Dir(name))
}

func (f *Folder) writeTemp(temp, name string, mode fs.FileMode, r io.Reader, max int64) (err error) {
	file, err := f.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	n, err := io.Copy(file, io.LimitReader(r, max+1))
	if err != nil {
		return err
	}
	if n > max {
		return fault.New(fault.TooLarge, "file_too_large", "%q is larger than %d bytes: write a smaller file", name, max)
	}
	if err := f.own(file); err != nil {
		return err
	}
	return errors.Join(file.Chmod(mode), file.Sync())
}

func (f *Folder) makeParents(dir string) error {
	if dir == "." {
		return nil
	}
	if err := f.makeParents(path.Dir(dir)); err != nil {
		return err
	}
	err := f.root.Mkdir(dir, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	made, err := f.root.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.own(made), made.Close())
}

// own gives an open file or folder, which was just made, to the owner of the whole folder: the plugin may run as somebody
// else than the host. It goes by descriptor, since by name it could by now be another file.
func (f *Folder) own(made *os.File) error {
	info, err := f.root.Stat(".")
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 || (int(st.Uid) == 0 && int(st.Gid) == os.Getegid()) {
		return nil
	}
	return made.Chown(int(st.Uid), int(st.Gid))
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
