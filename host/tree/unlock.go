package tree

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// Unlock lets the owner of root enter and change every folder below it again, whatever a program made of their
// modes. Folders that nest too deeply keep theirs. Nothing may write there meanwhile.
func Unlock(root string) error {
	info, err := os.Stat(root)
	if err != nil {
		return err
	}
	if locked(info) {
		if err := os.Chmod(root, info.Mode().Perm()|0o700); err != nil {
			return err
		}
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return err
	}
	defer r.Close()
	return unlock(r, 0)
}

func locked(folder fs.FileInfo) bool { return folder.Mode().Perm()&0o700 != 0o700 }

func unlock(dir *os.Root, depth int) error {
	list, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer list.Close()
	for {
		batch, err := list.ReadDir(256)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, d := range batch {
			if !d.IsDir() || depth == maxDepth {
				continue
			}
			if err := unlockOne(dir, d, depth); err != nil {
				return err
			}
		}
	}
}

func unlockOne(dir *os.Root, d fs.DirEntry, depth int) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	if locked(info) {
		if err := dir.Chmod(d.Name(), info.Mode().Perm()|0o700); err != nil {
			return err
		}
	}
	sub, err := openFolder(dir, d.Name())
	if err != nil {
		return err
	}
	defer sub.Close()
	return unlock(sub, depth+1)
}
