package process

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
)

func removeIfThere(remove func(string) error, name string) error {
	if err := remove(name); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// transfer copies one entry from one tree to the other in place of what is there. Folders
// are made, other things than files, folders and links are left out.
func transfer(from, to *os.Root, name string, e fs.DirEntry) error {
	if parent := path.Dir(name); parent != "." {
		if err := to.MkdirAll(parent, 0o700); err != nil {
			return err
		}
	}
	if e.IsDir() {
		if info, err := to.Lstat(name); err == nil && info.IsDir() {
			return nil
		}
	}
	if err := to.RemoveAll(name); err != nil {
		return err
	}
	switch e.Type() {
	case fs.ModeDir:
		return to.Mkdir(name, 0o700)
	case fs.ModeSymlink:
		target, err := from.Readlink(name)
		if err != nil {
			return err
		}
		return to.Symlink(target, name)
	case 0:
		return copyFile(from, to, name)
	}
	return nil
}

func copyFile(from, to *os.Root, name string) error {
	in, err := from.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := to.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600|info.Mode().Perm()&0o100)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}
