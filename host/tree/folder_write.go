package tree

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"appzone/host/fault"
)

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
