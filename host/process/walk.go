package process

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"appzone/host/fault"
)

// Bounds of an upper folder: a plugin fills it.
const (
	maxUpperEntries = 1_000_000
	maxUpperDepth   = 64
)

// walk calls f with every entry below root, folders first, and follows no links; f may remove the entry, and answer
// fs.SkipDir. It opens folders that their owner closed. Names are any bytes, which fs.WalkDir would refuse.
func walk(root *os.Root, f func(name string, e fs.DirEntry) error) error {
	w := walker{root: root, visit: f, left: maxUpperEntries}
	return w.folder(".")
}

type walker struct {
	root  *os.Root
	visit func(name string, e fs.DirEntry) error
	left  int // entries that may still come
}

func (w *walker) folder(dir string) error {
	entries, err := w.list(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if strings.Count(name, "/") >= maxUpperDepth {
			return errOverlayTooLarge()
		}
		if !e.IsDir() {
			if err := w.visit(name, e); err != nil {
				return err
			}
			continue
		}
		if err := openUp(w.root, name); err != nil {
			return err
		}
		err := w.visit(name, e)
		if err == nil {
			err = w.folder(name)
		}
		if err != nil && !errors.Is(err, fs.SkipDir) {
			return err
		}
	}
	return nil
}

// list reads a whole folder before anything in it is removed.
func (w *walker) list(dir string) ([]fs.DirEntry, error) {
	d, err := w.root.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var all []fs.DirEntry
	for {
		entries, err := d.ReadDir(4096)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if w.left -= len(entries); w.left < 0 {
			return nil, errOverlayTooLarge()
		}
		all = append(all, entries...)
	}
}

func errOverlayTooLarge() error {
	return fault.New(fault.TooLarge, "overlay_too_large",
		"the files that the plugin wrote beside its code are more than %d or deeper than %d folders; remove them", maxUpperEntries, maxUpperDepth)
}

// openUp lets this user into a folder.
func openUp(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	if err != nil || info.Mode().Perm()&0o700 == 0o700 {
		return err
	}
	return root.Chmod(name, 0o700)
}
