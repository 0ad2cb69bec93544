package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"appzone/host/fault"
)

// Place puts the present entry below root under name; folders on the way are made for the host alone. What is there already is an error, but for
// folders. Nothing is written through a link. Owners are not taken over.
func (r *Reader) Place(root *os.Root, name string) error {
	err := r.place(root, r.now, name)
	switch {
	case err == nil || errors.As(err, new(*fault.Error)):
		return err
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(err, fault.NoSpace, "disk_full", "the disk is full; make room and try again")
	case errors.Is(err, fs.ErrExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ELOOP), errors.Is(err, syscall.EISDIR):
		return Invalid("%.100q is there twice, or below something that is no folder", r.now.Name)
	}
	return fmt.Errorf("place %q: %w", r.now.Name, err)
}

func (r *Reader) place(root *os.Root, e *Entry, name string) error {
	if name != "." {
		if err := r.makeParents(root, path.Dir(name)); err != nil {
			return err
		}
	}
	if err := r.spend(0, blockBytes); err != nil {
		return err
	}
	switch e.Kind {
	case Folder:
		return r.placeFolder(root, e, name)
	case Link:
		return root.Symlink(e.Link, name)
	case Whiteout:
		return makeWhiteout(root, path.Dir(name), path.Base(name))
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if e.sparse >= 0 {
		err = writeSparse(f, e.sparse, r)
	} else {
		_, err = io.Copy(f, struct{ io.Reader }{r})
	}
	if err == nil {
		err = setMarks(f, e.marks)
	}
	if err = errors.Join(err, f.Chmod(e.Mode), f.Close()); err != nil {
		return err
	}
	return root.Chtimes(name, e.Time, e.Time)
}

// blockBytes is about what a file or folder takes on the disk beside its content.
const blockBytes = 4 << 10

// makeParents makes folders. One that is a link is refused, wherever it leads. Each that is made counts as an entry: a short name can
// stand for hundreds of them.
func (r *Reader) makeParents(root *os.Root, dir string) error {
	if dir == "." {
		return nil
	}
	info, err := root.Lstat(dir)
	if err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		return syscall.ENOTDIR
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := r.makeParents(root, path.Dir(dir)); err != nil {
		return err
	}
	if err := r.spend(1, blockBytes); err != nil {
		return err
	}
	return root.Mkdir(dir, 0o700)
}

// placeFolder gives a folder, whose content came before it, what it had.
func (r *Reader) placeFolder(root *os.Root, e *Entry, name string) error {
	if name != "." {
		if err := r.makeParents(root, name); err != nil {
			return err
		}
	}
	dir, err := root.OpenFile(name, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := errors.Join(setMarks(dir, e.marks), dir.Chmod(e.Mode)); err != nil {
		return err
	}
	return root.Chtimes(name, e.Time, e.Time)
}
