package tree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
)

// RemoveAll removes root and everything below it, read-only folders too. A link is removed and not
// followed; a missing root is no error. However deep a program nested its folders, it takes a
// constant number of descriptors: each folder that is found is first moved up to the root.
func RemoveAll(root string) error {
	info, err := os.Lstat(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && info.IsDir() {
		err = empty(root)
	}
	if err == nil {
		err = os.Remove(root)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", root, err)
	}
	return nil
}

// empty removes what is in root.
func empty(root string) error {
	if err := os.Chmod(root, 0o700); err != nil {
		return err
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return err
	}
	defer r.Close()
	h := hoist{root: r}
	for {
		n, err := h.clear(r, func(name string) error {
			sub, err := openFolder(r, name)
			if err != nil {
				return err
			}
			defer sub.Close()
			if _, err := h.clear(sub, func(child string) error { return h.up(name, child) }); err != nil {
				return err
			}
			return r.Remove(name)
		})
		if n == 0 || err != nil {
			return err
		}
	}
}

// hoist moves folders up to a root.
type hoist struct {
	root *os.Root
	next int
}

// clear removes the files of dir, calls folder with the name of each folder in it after making that accessible,
// and returns how many names it came by.
func (h *hoist) clear(dir *os.Root, folder func(name string) error) (n int, err error) {
	list, err := dir.Open(".")
	if err != nil {
		return 0, err
	}
	defer list.Close()
	for {
		batch, err := list.ReadDir(256)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		for _, d := range batch {
			n++
			if !d.IsDir() {
				err = dir.Remove(d.Name())
			} else if err = dir.Chmod(d.Name(), 0o700); err == nil {
				err = folder(d.Name())
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return n, err
			}
		}
	}
}

// up moves the folder name/child to the root under a free name.
func (h *hoist) up(name, child string) error {
	for {
		h.next++
		free := ".removed-" + strconv.Itoa(h.next)
		if _, err := h.root.Lstat(free); errors.Is(err, fs.ErrNotExist) {
			return h.root.Rename(name+"/"+child, free)
		}
	}
}
